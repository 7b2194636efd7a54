import type { DomainError, DomainErrorFacts } from '../../../domain/shared/errors.js';
import { saidOf } from '../../http/refusals.js';
import type { InputInvalid } from '../../http/validation.js';
import { type Asked, type DomainRules, refusalsBy, type RefusalTable, type Rule } from '../shared/refusals.js';
import type { CodeName } from './codes.js';
import { type Envelope, failed } from './envelope.js';
import { memberOf, wrongMember } from './member-names.js';

/** What the dialect itself refuses, before or beside the domain. */
export class OpenimRefused extends Error {
  override readonly name = 'OpenimRefused';
  constructor(
    readonly code: CodeName | 'duplicateKey',
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

type Wire = CodeName | 'duplicateKey';

/** The caller himself is no member: he has no business here. Somebody he named isn't: there is no such record. */
const outsiderOr =
  (target: Wire): Rule<DomainErrorFacts['NotGroupMember'], Wire> =>
  ({ userIds }, { by }) =>
    by !== undefined && userIds.includes(by) ? 'NoPermissionError' : target;

/** A group, member or request that is missing is 1004, seldom 1201 or 1203 (docs/rules.md D1 "Envelope & validation"). */
const domainErrors: DomainRules<Wire> = {
  InvalidArgument: 'ArgsError',
  DuplicateItems: 'ArgsError',
  RevisionMismatch: 'ArgsError',
  UserNotFound: 'UserIDNotFoundError',
  UserIdTaken: 'RegisteredAlreadyError',
  LoginTaken: 'RegisteredAlreadyError',
  UserIdLooksAlike: 'RegisteredAlreadyError',
  GroupNotFound: 'RecordNotFoundError',
  GroupIdTaken: 'GroupIDExisted',
  GroupDismissed: 'DismissedAlreadyError',
  GroupSuspended: 'NoPermissionError',
  NotGroupMember: outsiderOr('RecordNotFoundError'),
  AlreadyGroupMember: 'ArgsError',
  NotGroupOwner: 'NoPermissionError',
  NotGroupManager: 'NoPermissionError',
  TargetRoleTooHigh: 'NoPermissionError',
  NotPermitted: 'NoPermissionError',
  RulesForbid: 'NoPermissionError',
  OwnerMayNotLeave: 'NoPermissionError',
  TransferToSelf: 'ArgsError',
  SelfNotAllowed: 'ArgsError',
  // set_group_member_info: his own role, or somebody else's to that of the owner.
  OwnerRoleFixed: ({ userId }, { by }) => (userId === by ? 'ArgsError' : 'NoPermissionError'),
  JoinNeedsApproval: 'NoPermissionError',
  JoinClosed: 'NoPermissionError',
  InviteClosed: 'NoPermissionError',
  InvitationNotFound: 'RecordNotFoundError',
  InvitationHandled: 'GroupRequestHandled',
  InvitationExpired: 'GroupRequestHandled',
  JoinRequestNotFound: 'RecordNotFoundError',
  JoinRequestHandled: 'GroupRequestHandled',
  CopyRefused: 'NoPermissionError',
  TooManyFavourites: 'ArgsError',
  MemberMuted: 'MutedInGroup',
  GroupMuted: 'MutedGroup',
  BlockedByPeer: 'BlockedByPeer',
  NotAFriend: 'NotPeersFriend',
  // "message is not sent": the other's recvMsgOpt is 1.
  PeerDeclinesMessages: 'ArgsError',
  NotAParticipant: 'NoPermissionError',
  ConversationClosed: 'DismissedAlreadyError',
  MessageUnknown: 'RecordNotFoundError',
  MessageAlreadyRevoked: 'MsgAlreadyRevoke',
  RevocationTooLate: 'NoPermissionError',
  CannotBefriendYourself: 'CanNotAddYourselfError',
  AlreadyFriends: 'RelationshipAlreadyError',
  FriendNotFound: 'RecordNotFoundError',
  FriendRequestNotFound: 'RecordNotFoundError',
  // add_friend_response: agreeing to what was handled is 1001, refusing it 1305.
  FriendRequestHandled: ({ asked }) => (asked === 'accepted' ? 'ArgsError' : 'FriendRequestHandled'),
  GroupFull: 'ArgsError',
  TooManyAdmins: 'ArgsError',
};

/** Where one operation of the original says it with another code (docs/rules.md D1 "Groups", "Friends"). */
const particular: Readonly<Record<string, Partial<DomainRules<Wire>>>> = {
  // Whoever can't be there has asked nothing, and is nobody's friend.
  '/friend/add_friend_response': { UserNotFound: 'RecordNotFoundError' },
  '/friend/set_friend_remark': { UserNotFound: 'RecordNotFoundError' },
  '/group/kick_group': {
    NotGroupMember: outsiderOr('UserIDNotFoundError'),
    TargetRoleTooHigh: ({ role }) => (role === 'owner' ? 'ArgsError' : 'NoPermissionError'),
  },
  '/group/invite_user_to_group': { UserNotFound: 'RecordNotFoundError', AlreadyGroupMember: 'duplicateKey' },
  '/group/join_group': { UserNotFound: 'RecordNotFoundError' },
  '/group/set_group_member_info': { NotGroupMember: outsiderOr('ArgsError') },
  '/msg/send_msg': { NotGroupMember: 'NotInGroupYetError' },
  '/user/update_user_info': { UserNotFound: 'RecordNotFoundError' },
  '/user/update_user_info_ex': { UserNotFound: 'RecordNotFoundError' },
  '/user/set_global_msg_recv_opt': { UserNotFound: 'RecordNotFoundError' },
};

/** What is away for a moment is 500, and the detail says whether anything was written. */
const applicationErrors: RefusalTable<Wire, Envelope>['application'] = {
  IdempotencyKeyReused: failed('ArgsError', 'the Idempotency-Key came with another request before'),
  NotStorable: failed('ArgsError', 'this cannot be stored as it is'),
  BadCredentials: failed('NoPermissionError', 'user and password do not belong together'),
  AlreadyRegistered: failed('RegisteredAlreadyError', 'all of them were registered by this very request before'),
  WrongPassword: failed('NoPermissionError', 'that is not the present password'),
  TooManyAttempts: failed('NoPermissionError', 'too many failed attempts, try again later'),
  TooManyRequests: failed('ServerInternalError', 'too many requests, try again later; nothing was written'),
  OutcomeUnknown: failed(
    'ServerInternalError',
    'whether this took effect is not known yet; repeat it with the same Idempotency-Key',
  ),
  DeadlinePassed: failed('ServerInternalError', 'it waited too long; nothing was written'),
  TooBusy: failed('ServerInternalError', 'too many requests wait; nothing was written'),
  Contended: failed('ServerInternalError', 'others wrote first each time; nothing was written'),
  HistoryNotUnderstood: failed(
    'ServerInternalError',
    'the history has an event of a newer version, or one that can not be read; nothing was written',
  ),
  Unavailable: failed('ServerInternalError', 'a store does not answer; nothing was written'),
  DiskFull: failed('ServerInternalError', 'insufficient storage: the disk is full; nothing was written'),
  AppendDenied: failed('ServerInternalError', "the event store's access rules forbid it; nothing was written"),
  ShuttingDown: failed('ServerInternalError', 'the server is stopping; nothing was written'),
};

/** 1501–1507; 1504 and 1505 have no cause here: tokens hold from their issue, and all are ours. */
const tokenErrors: RefusalTable<Wire, Envelope>['token'] = {
  expired: failed('TokenExpiredError', 'the token has expired'),
  badSignature: failed('TokenInvalidError', 'the token was not signed by this server'),
  malformed: failed('TokenMalformedError', 'this is not a token of this server'),
  revoked: failed('TokenKickedError', 'the user was logged out'),
};

/** The answer to what nobody foresaw: a bare 500 that says nothing internal. */
export const UNFORESEEN: Envelope = failed('ServerInternalError', 'something went wrong here');

/** The original says 500 of some refusals, and of a store that is away, which says so itself, once. */
export const refusalOf = refusalsBy<Wire, Envelope>({
  domain: domainErrors,
  particular,
  ofDomain: (code, error, asked) => failed(code, domainDetail(error, asked)),
  application: applicationErrors,
  token: tokenErrors,
  ofInput: (error) => failed('ArgsError', inputDetail(error)),
  body: {
    tooLarge: failed('ArgsError', 'the body is too large'),
    notJson: failed('ArgsError', 'the body is not JSON'),
    unreadable: failed('ArgsError', 'the body could not be read'),
  },
  brokenPath: failed('ArgsError', 'the path has a broken escape'),
  callerUnknown: failed('TokenNotExistError', 'header must have token'),
  readModelAway: (name) => failed('ServerInternalError', `the read model ${name} is not to be had now`),
  ofOwn: (error) => (error instanceof OpenimRefused ? failed(error.code, error.detail.slice(0, 500)) : undefined),
});

/** Its sentence and name, and whom it is about: ids and bounds, never a text that a person wrote. */
function domainDetail({ kind, facts }: DomainError, { path }: Asked): string {
  if (kind === 'InvalidArgument' && 'reason' in facts && 'field' in facts) return wrongMember(path, facts);
  const about = Object.entries(facts).map(([name, value]) => `${memberOf(path, name)}=${String(value)}`);
  return `${saidOf[kind]} (${[kind, ...about].join(' ')})`.slice(0, 500);
}

const inputDetail = ({ problems }: InputInvalid): string =>
  problems
    .map(({ pointer, detail }) => `${pointer} ${detail}`.trim())
    .join('; ')
    .slice(0, 500);
