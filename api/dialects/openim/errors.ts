import { ApplicationError, type ApplicationErrorName } from '../../../application/commands/errors.js';
import { EventUnreadable } from '../../../application/ports/envelope.js';
import { EventStoreUnavailable } from '../../../application/ports/event-store.js';
import { TokenRejected } from '../../../application/ports/tokens.js';
import { DatabaseUnavailable, ReadModelUnavailable } from '../../../application/ports/unavailable.js';
import { DomainError, type DomainErrorFacts, type DomainErrorName } from '../../../domain/shared/errors.js';
import { NO_ID } from '../../../domain/shared/ids.js';
import { saidOf } from '../../http/refusals.js';
import { InputInvalid } from '../../http/validation.js';
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

/** Whether this is the domain's refusal of that name. */
export const isRefusal = <Name extends DomainErrorName>(error: unknown, name: Name): error is DomainError<Name> =>
  error instanceof DomainError && error.kind === name;

/** Who asked for what, as far as the code of a refusal depends on it. */
export interface Asked {
  /** `/group/kick_group` */
  readonly path: string;
  /** The user who acts. */
  readonly by?: string;
}

type Wire = CodeName | 'duplicateKey';
type Rule<Facts> = Wire | ((facts: Facts, asked: Asked) => Wire);
type Rules = { readonly [Name in DomainErrorName]: Rule<DomainErrorFacts[Name]> };

/** The caller himself is no member: he has no business here. Somebody he named isn't: there is no such record. */
const outsiderOr =
  (target: Wire): Rule<DomainErrorFacts['NotGroupMember']> =>
  ({ userIds }, { by }) =>
    by !== undefined && userIds.includes(by) ? 'NoPermissionError' : target;

/**
 * Exhaustive: a refusal of the domain without a code in 003 does not compile (docs/rules.md A15). A group, member or request
 * that is missing is 1004, seldom 1201 or 1203 (docs/rules.md D1 "Envelope & validation").
 */
const domainErrors: Rules = {
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
const particular: Readonly<Record<string, Partial<Rules>>> = {
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

/** Exhaustive as well. What is away for a moment is 500, and the detail says whether anything was written. */
const applicationErrors: Readonly<Record<ApplicationErrorName, readonly [CodeName, string]>> = {
  IdempotencyKeyReused: ['ArgsError', 'the Idempotency-Key came with another request before'],
  NotStorable: ['ArgsError', 'this cannot be stored as it is'],
  BadCredentials: ['NoPermissionError', 'user and password do not belong together'],
  AlreadyRegistered: ['RegisteredAlreadyError', 'all of them were registered by this very request before'],
  WrongPassword: ['NoPermissionError', 'that is not the present password'],
  TooManyAttempts: ['NoPermissionError', 'too many failed attempts, try again later'],
  TooManyRequests: ['ServerInternalError', 'too many requests, try again later; nothing was written'],
  OutcomeUnknown: [
    'ServerInternalError',
    'whether this took effect is not known yet; repeat it with the same Idempotency-Key',
  ],
  DeadlinePassed: ['ServerInternalError', 'it waited too long; nothing was written'],
  TooBusy: ['ServerInternalError', 'too many requests wait; nothing was written'],
  Contended: ['ServerInternalError', 'others wrote first each time; nothing was written'],
  HistoryNotUnderstood: [
    'ServerInternalError',
    'the history has an event of a newer version, or one that can not be read; nothing was written',
  ],
  Unavailable: ['ServerInternalError', 'a store does not answer; nothing was written'],
  DiskFull: ['ServerInternalError', 'insufficient storage: the disk is full; nothing was written'],
  AppendDenied: ['ServerInternalError', "the event store's access rules forbid it; nothing was written"],
  ShuttingDown: ['ServerInternalError', 'the server is stopping; nothing was written'],
};

/** Exhaustive as well (1501–1507). 1504 and 1505 have no cause here: tokens hold from their issue, and all are ours. */
const tokenErrors: Readonly<Record<TokenRejected['fault'], readonly [CodeName, string]>> = {
  expired: ['TokenExpiredError', 'the token has expired'],
  badSignature: ['TokenInvalidError', 'the token was not signed by this server'],
  malformed: ['TokenMalformedError', 'this is not a token of this server'],
  revoked: ['TokenKickedError', 'the user was logged out'],
};

/** The answer to what nobody foresaw: a bare 500 that says nothing internal. */
export const UNFORESEEN: Envelope = failed('ServerInternalError', 'something went wrong here');

/**
 * The answer to a refusal, whatever its code: the original says 500 of some, and of a store that is away, which says so
 * itself, once. undefined: this is none, but a defect.
 */
export function refusalOf(error: unknown, asked: Asked): Envelope | undefined {
  if (error instanceof OpenimRefused) return failed(error.code, error.detail.slice(0, 500));
  if (error instanceof InputInvalid) return failed('ArgsError', inputDetail(error));
  if (error instanceof URIError) return failed('ArgsError', 'the path has a broken escape');
  if (error instanceof DomainError) return failed(domainCode(asAbsence(error), asked), domainDetail(error, asked));
  if (error instanceof ApplicationError) return ofApplication(error);
  if (error instanceof TokenRejected) return failed(...tokenErrors[error.fault]);
  if (error instanceof EventUnreadable) return failed(...applicationErrors.HistoryNotUnderstood);
  if (error instanceof ReadModelUnavailable) {
    return failed('ServerInternalError', `the read model ${error.readModel} is not to be had now`);
  }
  if (error instanceof EventStoreUnavailable || error instanceof DatabaseUnavailable) {
    return failed(...applicationErrors.Unavailable);
  }
  return fromBodyParser(error);
}

const ofApplication = ({ kind }: ApplicationError): Envelope => failed(...applicationErrors[kind]);

function domainCode<Name extends DomainErrorName>({ kind, facts }: DomainError<Name>, asked: Asked): Wire {
  const rule: Rules[Name] = particular[asked.path]?.[kind] ?? domainErrors[kind];
  return typeof rule === 'function' ? rule(facts, asked) : rule;
}

/** What can't be an id is told like one that nobody has: the form is for ids that are chosen, and those are checked before (docs/rules.md A13). */
function asAbsence(error: DomainError): DomainError {
  if (!isRefusal(error, 'InvalidArgument') || error.facts.reason !== NO_ID) return error;
  return error.facts.field === 'groupId'
    ? new DomainError('GroupNotFound', { groupId: '' })
    : new DomainError('UserNotFound', { userIds: [] });
}

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

/** express.json's own errors carry a `type`. */
function fromBodyParser(error: unknown): Envelope | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number') {
    return undefined;
  }
  if (error.status >= 500) return undefined;
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  const details: Readonly<Record<string, string>> = {
    'entity.too.large': 'the body is too large',
    'entity.parse.failed': 'the body is not JSON',
  };
  return failed('ArgsError', details[type] ?? 'the body could not be read');
}
