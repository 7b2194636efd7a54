import { expect } from 'chai';
import { codes } from '../../../api/dialects/dtalk/codes.js';
import { failed, succeeded } from '../../../api/dialects/dtalk/envelope.js';
import { refusalOf } from '../../../api/dialects/dtalk/errors.js';
import { DtalkRefused } from '../../../api/dialects/dtalk/refused.js';
import { ApplicationError } from '../../../application/commands/errors.js';
import { DomainError, type DomainErrorFacts, type DomainErrorName } from '../../../domain/shared/errors.js';

const said = <Name extends DomainErrorName>(
  kind: Name,
  facts: DomainErrorFacts[Name],
  path = '/name',
): [number, string] => {
  const { result, message } = refusalOf(new DomainError(kind, facts), { path, by: 'me' }) ?? failed('inner', 'defect');
  return [result, message];
};

const group = { groupId: 'g' };
const me = { userIds: ['me'] };
const other = { userIds: ['other'] };

describe("002's codes", () => {
  it('are those of the original, with their texts', () => {
    expect(failed('notInGroup')).to.deep.equal({ result: -10015, message: '你已不在本群中', data: {} });
    expect(failed('badParameters', 'id')).to.deep.equal({ result: -1012, message: '请求参数错误:id', data: {} });
    expect(succeeded({ a: 1 })).to.deep.equal({ result: 0, message: '', data: { a: 1 } });
    const numbers = Object.values(codes).map(([number]) => number);
    expect(new Set(numbers).size).to.equal(numbers.length);
    // Defined by the original, and never sent.
    for (const never of [-10000, -10004, -10006, -10007, -10008, -10009, -10011, -10014, -10018, -10024, -10025]) {
      expect(numbers).not.to.include(never);
    }
  });

  it('tell the caller from whom he names', () => {
    expect(said('NotGroupMember', me)).to.deep.equal([-10015, '你已不在本群中']);
    expect(said('NotGroupMember', other)).to.deep.equal([-10016, '对方不在本群中']);
    expect(said('NotGroupMember', other, '/join-group')[0]).to.equal(-10015);
  });

  it('say what is refused', () => {
    const table: [ReturnType<typeof said>, number][] = [
      [said('GroupNotFound', group), -10020],
      [said('GroupDismissed', group), -10002],
      [said('GroupSuspended', { ...group, mode: 'blocked' }), -10001],
      [said('GroupFull', { maximum: 3 }), -10003],
      [said('InviteClosed', group), -10005],
      [said('JoinClosed', group), -10005],
      [said('RulesForbid', { ...group, act: 'invite' }, '/invite-group-members'), -10005],
      [said('AlreadyGroupMember', other), -10010],
      [said('NotGroupManager', group), -10012],
      [said('NotGroupOwner', group), -10013],
      [said('NotGroupOwner', group, '/group-disband'), -10013],
      [said('TransferToSelf', { userId: 'me' }), -10017],
      [said('TooManyAdmins', { maximum: 10 }), -10019],
      [said('TargetRoleTooHigh', { userId: 'a', role: 'admin' }, '/group-remove'), -10021],
      [said('TargetRoleTooHigh', { userId: 'a', role: 'owner' }, '/group-remove'), -1000],
      [said('SelfNotAllowed', { userId: 'me' }, '/group-remove'), -10021],
      [said('OwnerMayNotLeave', group), -10022],
      [said('JoinRequestHandled', { userId: 'a', how: 'joinedOtherwise' }), -10023],
      [said('JoinRequestHandled', { userId: 'a', how: 'approved' }), -10028],
      [said('NotGroupOwner', group, '/member/type'), -10026],
      [said('OwnerRoleFixed', { userId: 'me' }, '/member/type'), -10026],
      [said('TargetRoleTooHigh', { userId: 'a', role: 'admin' }, '/member/muteTime'), -10027],
      [said('JoinRequestNotFound', { userId: 'a' }), -10030],
      [said('GroupNotFound', group, '/group-disband'), -10015],
      [said('GroupDismissed', group, '/group-disband'), -10015],
    ];
    expect(table.map(([[result]]) => result)).to.deep.equal(table.map(([, code]) => code));
    for (const [[, message]] of table) expect(message).to.match(/^\p{Script=Han}+$/u);
  });

  it('say of wrong parameters which, in its own words', () => {
    expect(said('InvalidArgument', { field: 'introduction', reason: 'too long' })[1]).to.equal(
      '请求参数错误:introduce too long',
    );
    expect(said('UserNotFound', other)[1]).to.equal('请求参数错误:no such user: other');
    expect(refusalOf(new DtalkRefused('badParameters', 'id is required'), { path: '/x' })?.message).to.equal(
      '请求参数错误:id is required',
    );
  });

  it('say of what is away for a moment whether anything was written, and of a defect nothing', () => {
    const away = refusalOf(new ApplicationError('Unavailable', {} as never), { path: '/x' });
    expect(away).to.deep.equal({
      result: -1000,
      message: '访问失败:a store does not answer; nothing was written',
      data: {},
    });
    expect(refusalOf(new TypeError('secret'), { path: '/x' })).to.equal(undefined);
  });
});
