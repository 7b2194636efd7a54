import { expect } from 'chai';
import { codes } from '../../../api/dialects/tencent/codes.js';
import { failed, succeeded } from '../../../api/dialects/tencent/envelope.js';
import { refusalOf, UNFORESEEN } from '../../../api/dialects/tencent/errors.js';
import { TencentRefused } from '../../../api/dialects/tencent/refused.js';
import { InputInvalid } from '../../../api/http/validation.js';
import { ApplicationError } from '../../../application/commands/errors.js';
import { ReadModelUnavailable } from '../../../application/ports/unavailable.js';
import { DomainError, type DomainErrorFacts, type DomainErrorName } from '../../../domain/shared/errors.js';
import { NO_ID } from '../../../domain/shared/ids.js';

const ofError = (error: unknown): [number, string] => {
  const { ErrorCode, ErrorInfo } = refusalOf(error, { path: '/x' }) ?? failed('internal', 'a defect');
  return [ErrorCode, ErrorInfo];
};
const said = <Name extends DomainErrorName>(kind: Name, facts: DomainErrorFacts[Name]): [number, string] =>
  ofError(new DomainError(kind, facts));

const group = { groupId: 'g' };
const people = { userIds: ['ann', 'bob'] };

describe("001's codes", () => {
  it('are told in its envelope, each number once', () => {
    expect(succeeded({ a: 1 })).to.deep.equal({ ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '', a: 1 });
    expect(failed('noSuchGroup')).to.deep.equal({
      ActionStatus: 'FAIL',
      ErrorCode: 10_010,
      ErrorInfo: 'no such group',
    });
    expect(failed('badParameters', 'x'.repeat(1_000)).ErrorInfo.length).to.be.below(600);
    const numbers = Object.values(codes).map(([number]) => number);
    expect(new Set(numbers).size).to.equal(numbers.length);
  });

  it('say what is refused', () => {
    const table: [[number, string], number][] = [
      [said('GroupNotFound', group), 10_010],
      [said('GroupDismissed', group), 10_010],
      [said('ConversationClosed', { why: 'groupDismissed' }), 10_010],
      [said('InvalidArgument', { field: 'name', reason: 'x' }), 10_004],
      [said('InvalidArgument', { field: 'groupId', reason: 'taken by the server' }), 10_015],
      [said('InvalidArgument', { field: 'groupId', reason: NO_ID }), 10_010],
      [said('InvalidArgument', { field: 'userIds', reason: NO_ID }), 10_019],
      [said('UserNotFound', people), 10_019],
      [said('NotGroupMember', people), 10_007],
      [said('RulesForbid', { ...group, act: 'mute' }), 10_007],
      [said('TargetRoleTooHigh', { userId: 'ann', role: 'owner' }), 10_007],
      [said('OwnerRoleFixed', { userId: 'ann' }), 10_007],
      [said('TooManyAdmins', { maximum: 0 }), 10_007],
      [said('TooManyAdmins', { maximum: 3 }), 10_004],
      [said('OwnerMayNotLeave', group), 10_009],
      [said('AlreadyGroupMember', people), 10_013],
      [said('GroupFull', { maximum: 3 }), 10_014],
      [said('GroupIdTaken', group), 10_021],
      [said('JoinRequestHandled', { userId: 'ann', how: 'approved' }), 10_024],
      [said('MemberMuted', { userId: 'ann', until: null }), 10_017],
      [said('GroupMuted', group), 10_017],
      [said('MessageUnknown', { seqs: [1] }), 10_030],
      [said('RevocationTooLate', { seq: 1, within: 1 }), 10_031],
      [said('AlreadyFriends', { ownerId: 'a', friendId: 'b' }), 10_002],
    ];
    for (const [[code, info], expected] of table) expect(code, info).to.equal(expected);
    expect(said('UserNotFound', people)[1]).to.equal('no such user: ann, bob');
    expect(said('InvalidArgument', { field: 'customFields.key', reason: 'is long' })[1]).to.equal(
      'invalid parameters: AppDefinedData is long',
    );
  });

  it('say what did not even get there, and nothing internal', () => {
    expect(ofError(new TencentRefused('unknownApp'))[0]).to.equal(60_006);
    expect(ofError(new InputInvalid('body', [{ pointer: '', detail: 'must be an object' }]))[0]).to.equal(10_011);
    expect(ofError(new InputInvalid('body', [{ pointer: '/Name', detail: 'is missing' }]))).to.deep.equal([
      10_004,
      'invalid parameters: Name is missing',
    ]);
    expect(ofError(Object.assign(new Error(), { status: 400, type: 'entity.parse.failed' }))[0]).to.equal(60_003);
    expect(ofError(Object.assign(new Error(), { status: 413, type: 'entity.too.large' }))[0]).to.equal(10_018);
    expect(ofError(new URIError())[0]).to.equal(60_002);
    expect(ofError(new ApplicationError('TooManyRequests', { bound: 'x', retryAfterMs: 1 }))[0]).to.equal(10_006);
    expect(ofError(new ApplicationError('Unavailable', { what: 'the store at 10.0.0.1' }))).to.deep.equal([
      10_002,
      'internal error: a store does not answer; nothing was written',
    ]);
    expect(ofError(new ReadModelUnavailable('groups', 'secret reason'))[1]).to.equal(
      'internal error: the read model groups is not to be had now',
    );
    expect(refusalOf(new TypeError('secret'), { path: '/x' })).to.equal(undefined);
    expect(UNFORESEEN).to.deep.equal({ ActionStatus: 'FAIL', ErrorCode: 10_002, ErrorInfo: 'internal error' });
  });
});
