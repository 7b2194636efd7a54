import { expect } from 'chai';
import { codes } from '../../../api/dialects/openim/codes.js';
import { OpenimRefused, refusalOf, UNFORESEEN } from '../../../api/dialects/openim/errors.js';
import type { Asked } from '../../../api/dialects/shared/refusals.js';
import type { Envelope } from '../../../api/dialects/openim/envelope.js';
import { InputInvalid } from '../../../api/http/validation.js';
import { ApplicationError, type ApplicationErrorFacts } from '../../../application/commands/errors.js';
import { EventStoreUnavailable } from '../../../application/ports/event-store.js';
import { type TokenFault, TokenRejected } from '../../../application/ports/tokens.js';
import { DatabaseUnavailable } from '../../../application/ports/unavailable.js';
import { DomainError, type DomainErrorFacts, type DomainErrorName } from '../../../domain/shared/errors.js';

const groupId = 'g';
const userIds = ['u'];

/** Every refusal of the domain with facts as they come, and its code where no operation says otherwise. */
const domain: { readonly [Name in DomainErrorName]: readonly [DomainErrorFacts[Name], number] } = {
  InvalidArgument: [{ field: 'f', reason: 'r' }, 1001],
  DuplicateItems: [{ field: 'f', items: ['u'] }, 1001],
  RevisionMismatch: [{ expected: 1, actual: 2 }, 1001],
  UserNotFound: [{ userIds }, 1101],
  UserIdTaken: [{ userId: 'u' }, 1102],
  LoginTaken: [{ login: 'u' }, 1102],
  UserIdLooksAlike: [{ userId: 'u' }, 1102],
  GroupNotFound: [{ groupId }, 1004],
  GroupIdTaken: [{ groupId }, 1202],
  GroupDismissed: [{ groupId }, 1204],
  GroupSuspended: [{ groupId, mode: 'blocked' }, 1002],
  NotGroupMember: [{ userIds }, 1004],
  AlreadyGroupMember: [{ userIds }, 1001],
  NotGroupOwner: [{ groupId }, 1002],
  NotGroupManager: [{ groupId }, 1002],
  TargetRoleTooHigh: [{ userId: 'u', role: 'admin' }, 1002],
  NotPermitted: [{ reason: 'r' }, 1002],
  RulesForbid: [{ groupId, act: 'a' }, 1002],
  OwnerMayNotLeave: [{ groupId }, 1002],
  TransferToSelf: [{ userId: 'u' }, 1001],
  SelfNotAllowed: [{ userId: 'u' }, 1001],
  OwnerRoleFixed: [{ userId: 'u' }, 1002],
  JoinNeedsApproval: [{ groupId }, 1002],
  JoinClosed: [{ groupId }, 1002],
  InviteClosed: [{ groupId }, 1002],
  InvitationNotFound: [{ userId: 'u' }, 1004],
  InvitationHandled: [{ userId: 'u', how: 'declined' }, 1206],
  InvitationExpired: [{ userId: 'u', expiredAt: 1 }, 1206],
  JoinRequestNotFound: [{ userId: 'u' }, 1004],
  JoinRequestHandled: [{ userId: 'u', how: 'refused' }, 1206],
  CopyRefused: [{ groupId, reason: 'tooYoung' }, 1002],
  TooManyFavourites: [{ maximum: 1 }, 1001],
  MemberMuted: [{ userId: 'u', until: null }, 1402],
  GroupMuted: [{ groupId }, 1403],
  BlockedByPeer: [{ userId: 'u' }, 1302],
  NotAFriend: [{ userId: 'u' }, 1303],
  PeerDeclinesMessages: [{ userId: 'u' }, 1001],
  NotAParticipant: [{ userId: 'u' }, 1002],
  ConversationClosed: [{ why: 'groupDismissed' }, 1204],
  MessageUnknown: [{ seqs: [1] }, 1004],
  MessageAlreadyRevoked: [{ seq: 1 }, 1404],
  RevocationTooLate: [{ seq: 1, within: 2 }, 1002],
  CannotBefriendYourself: [{ userId: 'u' }, 1301],
  AlreadyFriends: [{ ownerId: 'u', friendId: 'v' }, 1304],
  FriendNotFound: [{ ownerId: 'u', friendId: 'v' }, 1004],
  FriendRequestNotFound: [{ from: 'u', to: 'v' }, 1004],
  FriendRequestHandled: [{ from: 'u', to: 'v', how: 'accepted', asked: 'refused' }, 1305],
  GroupFull: [{ maximum: 1 }, 1001],
  TooManyAdmins: [{ maximum: 1 }, 1001],
};

const application: { readonly [Name in keyof ApplicationErrorFacts]: readonly [ApplicationErrorFacts[Name], number] } =
  {
    IdempotencyKeyReused: [{ operation: 'o' }, 1001],
    NotStorable: [{ reason: 'secret reason' }, 1001],
    BadCredentials: [{}, 1002],
    AlreadyRegistered: [{ users: 2 }, 1102],
    WrongPassword: [{}, 1002],
    TooManyAttempts: [{ retryAfterMs: 1 }, 1002],
    TooManyRequests: [{ bound: 'commands per second', retryAfterMs: 1 }, 500],
    OutcomeUnknown: [{ stream: 's' }, 500],
    DeadlinePassed: [{ stream: 's' }, 500],
    TooBusy: [{ waiting: 1 }, 500],
    Contended: [{ stream: 's', tries: 1 }, 500],
    HistoryNotUnderstood: [{ stream: 's', revision: 1, type: 't' }, 500],
    Unavailable: [{ what: 'database' }, 500],
    DiskFull: [{}, 500],
    AppendDenied: [{}, 500],
    ShuttingDown: [{}, 500],
  };

const tokens: Readonly<Record<TokenFault, number>> = {
  expired: 1501,
  badSignature: 1502,
  malformed: 1503,
  revoked: 1506,
};

const RULES_SAY = "needVerification: the group's rules do not offer this";

describe('003’s error table', () => {
  const errorEnvelope = (error: unknown, asked: Asked): Envelope => refusalOf(error, asked) ?? UNFORESEEN;
  const codeOf = (error: unknown, path = '/group/any', by?: string): number =>
    errorEnvelope(error, { path, ...(by === undefined ? {} : { by }) }).errCode;

  it('has a code for every refusal of the domain, the application and the tokens', () => {
    for (const [name, [facts, code]] of Object.entries(domain)) {
      expect(codeOf(new DomainError(name as DomainErrorName, facts)), name).to.equal(code);
    }
    for (const [name, [facts, code]] of Object.entries(application)) {
      expect(codeOf(new ApplicationError(name as keyof ApplicationErrorFacts, facts)), name).to.equal(code);
    }
    for (const [fault, code] of Object.entries(tokens)) {
      expect(codeOf(new TokenRejected(fault as TokenFault)), fault).to.equal(code);
    }
  });

  it('says with every code its name', () => {
    expect(new Set(Object.values(codes)).size).to.equal(Object.keys(codes).length);
    for (const name of Object.keys(codes) as (keyof typeof codes)[]) {
      expect(errorEnvelope(new OpenimRefused(name, 'why'), { path: '/' })).to.deep.equal({
        errCode: codes[name],
        errMsg: name,
        errDlt: `why: [${codes[name].toString()}]${name}`,
      });
    }
  });

  it('tells the caller who is no member from somebody he named', () => {
    const error = new DomainError('NotGroupMember', { userIds });
    expect(codeOf(error, '/group/mute_group', 'u')).to.equal(1002);
    expect(codeOf(error, '/group/kick_group', 'x')).to.equal(1101);
    expect(codeOf(error, '/group/kick_group', 'u')).to.equal(1002);
  });

  it('has the particular codes of the original’s operations (docs/rules.md D1)', () => {
    const role = (name: string) => new DomainError('TargetRoleTooHigh', { userId: 'u', role: name });
    expect(codeOf(role('owner'), '/group/kick_group')).to.equal(1001);
    expect(codeOf(role('admin'), '/group/kick_group')).to.equal(1002);
    expect(codeOf(new DomainError('OwnerRoleFixed', { userId: 'u' }), '/group/set_group_member_info', 'u')).to.equal(
      1001,
    );
    expect(codeOf(new DomainError('UserNotFound', { userIds }), '/group/invite_user_to_group')).to.equal(1004);
    const already = errorEnvelope(new DomainError('AlreadyGroupMember', { userIds }), {
      path: '/group/invite_user_to_group',
    });
    expect(already).to.include({ errCode: 500, errMsg: 'duplicate key' });
  });

  it('names what is out of bounds as the body does', () => {
    for (const [path, field, reason, said] of [
      ['/group/set_group_info_ex', 'name', 'blank', 'groupName: blank'],
      ['/group/set_group_info_ex', 'joinPolicy.selfJoin', 'must be one of open', RULES_SAY],
      ['/group/set_group_info_ex', 'joinPolicy.memberInvite', 'must be one of joins', RULES_SAY],
      ['/group/join_group', 'message', 'longer than 9 characters', 'reqMessage: longer than 9 characters'],
      ['/group/group_application_response', 'message', 'longer than 9 bytes', 'handledMsg: longer than 9 bytes'],
      [
        '/group/mute_group_member',
        'until',
        'further away than 86400000 ms',
        'mutedSeconds: further away than 86400 seconds',
      ],
      ['/group/kick_group', 'reason', 'must not be empty', 'reason: must not be empty'],
    ] as const) {
      const { errDlt } = errorEnvelope(new DomainError('InvalidArgument', { field, reason }), { path });
      expect(errDlt).to.equal(`${said}: [1001]ArgsError`);
    }
  });

  it('says a refusal in a sentence, with its name and whom it is about', () => {
    for (const [error, said] of [
      [
        new DomainError('SelfNotAllowed', { userId: 'ann' }),
        'This is never done to oneself (SelfNotAllowed userID=ann)',
      ],
      [
        new DomainError('RulesForbid', { groupId: 'g', act: 'muteAll' }),
        "The group's rules give this act to nobody (RulesForbid groupID=g act=muteAll)",
      ],
      [new DomainError('NotGroupMember', { userIds }), 'Not a member of the group (NotGroupMember userIDs=u)'],
    ] as const) {
      expect(errorEnvelope(error, { path: '/group/any' }).errDlt.split(': [')[0]).to.equal(said);
    }
  });

  it('takes a path with a broken escape for the caller’s mistake', () => {
    expect(refusalOf(new URIError('the path holds a broken escape'), { path: '/group/%zz' })?.errCode).to.equal(1001);
  });

  it('calls what is away 500, and says nothing internal of what nobody foresaw', () => {
    expect(codeOf(new EventStoreUnavailable('secret'))).to.equal(500);
    expect(codeOf(new DatabaseUnavailable('secret'))).to.equal(500);
    expect(refusalOf(new Error('secret'), { path: '/' }), 'a defect is no refusal').to.equal(undefined);
    expect(JSON.stringify(UNFORESEEN)).to.contain('500').and.not.contain('secret');
    expect(JSON.stringify(errorEnvelope(new EventStoreUnavailable('secret'), { path: '/' }))).to.not.contain('secret');
    const body = new InputInvalid('body', [{ pointer: '/groupID', detail: 'must be an id' }]);
    expect(errorEnvelope(body, { path: '/' })).to.include({
      errCode: 1001,
      errDlt: '/groupID must be an id: [1001]ArgsError',
    });
  });
});
