import { type DomainRules, refusalsBy, type RefusalTable, type Rule } from '../shared/refusals.js';
import type { DomainErrorFacts } from '../../../domain/shared/errors.js';

/** What a reply says instead of an answer; 0 and '' where it is one. */
export interface Refusal {
  readonly ErrCode: number;
  readonly ErrMsg: string;
}

/** The codes that the original has, with its texts. */
export const refusals = {
  noPermission: { ErrCode: 801, ErrMsg: 'no permission' },
  /** Whatever is not there, already so, or can't be stored. */
  database: { ErrCode: 802, ErrMsg: 'db failed' },
  arguments: { ErrCode: 8003, ErrMsg: 'args failed' },
} as const satisfies Readonly<Record<string, Refusal>>;

export type RefusalName = keyof typeof refusals;

/** What the dialect itself refuses, before or beside the domain. */
export class OpenimV2Refused extends Error {
  override readonly name = 'OpenimV2Refused';
  constructor(readonly refusal: RefusalName) {
    super(refusals[refusal].ErrMsg);
  }
}

export function refuse(refusal: RefusalName): never {
  throw new OpenimV2Refused(refusal);
}

/** Who acts is no member: he has no business here. Somebody he named isn't: there is no such row. */
const outsiderOr =
  (target: RefusalName): Rule<DomainErrorFacts['NotGroupMember'], RefusalName> =>
  ({ userIds }, { by }) =>
    by !== undefined && userIds.includes(by) ? 'noPermission' : target;

/** docs/rules.md D2. */
const domain: DomainRules<RefusalName> = {
  InvalidArgument: 'arguments',
  DuplicateItems: 'arguments',
  RevisionMismatch: 'database',
  UserNotFound: 'database',
  UserIdTaken: 'database',
  LoginTaken: 'database',
  UserIdLooksAlike: 'database',
  GroupNotFound: 'database',
  GroupIdTaken: 'database',
  GroupDismissed: 'database',
  GroupSuspended: 'noPermission',
  NotGroupMember: outsiderOr('database'),
  AlreadyGroupMember: 'database',
  NotGroupOwner: 'noPermission',
  NotGroupManager: 'noPermission',
  TargetRoleTooHigh: 'noPermission',
  NotPermitted: 'noPermission',
  RulesForbid: 'noPermission',
  OwnerMayNotLeave: 'noPermission',
  TransferToSelf: 'arguments',
  SelfNotAllowed: 'arguments',
  OwnerRoleFixed: 'noPermission',
  JoinNeedsApproval: 'noPermission',
  JoinClosed: 'noPermission',
  InviteClosed: 'noPermission',
  InvitationNotFound: 'database',
  InvitationHandled: 'database',
  InvitationExpired: 'database',
  JoinRequestNotFound: 'database',
  JoinRequestHandled: 'database',
  CopyRefused: 'noPermission',
  TooManyFavourites: 'arguments',
  MemberMuted: 'noPermission',
  GroupMuted: 'noPermission',
  BlockedByPeer: 'noPermission',
  NotAFriend: 'noPermission',
  PeerDeclinesMessages: 'noPermission',
  NotAParticipant: 'noPermission',
  ConversationClosed: 'database',
  MessageUnknown: 'database',
  MessageAlreadyRevoked: 'database',
  RevocationTooLate: 'noPermission',
  CannotBefriendYourself: 'arguments',
  AlreadyFriends: 'database',
  FriendNotFound: 'database',
  FriendRequestNotFound: 'database',
  FriendRequestHandled: 'database',
  GroupFull: 'arguments',
  TooManyAdmins: 'arguments',
};

/** Where one rpc of the original says it with another code. */
const particular: RefusalTable<RefusalName, Refusal>['particular'] = {
  // Whoever isn't in has no row that could be deleted.
  '/quitGroup': { NotGroupMember: 'database' },
  // The group is looked for by its inviter's membership.
  '/inviteUserToGroup': { GroupNotFound: 'noPermission' },
};

const away: Refusal = refusals.database;

export const refusalOf = refusalsBy<RefusalName, Refusal>({
  domain,
  particular,
  ofDomain: (name) => refusals[name],
  application: {
    IdempotencyKeyReused: refusals.arguments,
    NotStorable: refusals.arguments,
    BadCredentials: refusals.noPermission,
    AlreadyRegistered: refusals.database,
    WrongPassword: refusals.noPermission,
    TooManyAttempts: refusals.noPermission,
    TooManyRequests: { ErrCode: 802, ErrMsg: 'too many requests, try again later; nothing was written' },
    OutcomeUnknown: { ErrCode: 802, ErrMsg: 'whether this took effect is not known yet' },
    DeadlinePassed: { ErrCode: 802, ErrMsg: 'it waited too long; nothing was written' },
    TooBusy: { ErrCode: 802, ErrMsg: 'too many requests wait; nothing was written' },
    Contended: { ErrCode: 802, ErrMsg: 'others wrote first each time; nothing was written' },
    HistoryNotUnderstood: { ErrCode: 802, ErrMsg: 'the history can not be read; nothing was written' },
    Unavailable: { ErrCode: 802, ErrMsg: 'a store does not answer; nothing was written' },
    DiskFull: { ErrCode: 802, ErrMsg: 'the disk is full; nothing was written' },
    AppendDenied: { ErrCode: 802, ErrMsg: "the event store's access rules forbid it; nothing was written" },
    ShuttingDown: { ErrCode: 802, ErrMsg: 'the server is stopping; nothing was written' },
  },
  token: {
    expired: refusals.noPermission,
    badSignature: refusals.noPermission,
    malformed: refusals.noPermission,
    revoked: refusals.noPermission,
  },
  ofInput: () => refusals.arguments,
  body: { tooLarge: refusals.arguments, notJson: refusals.arguments, unreadable: refusals.arguments },
  brokenPath: refusals.arguments,
  callerUnknown: refusals.noPermission,
  readModelAway: () => away,
  ofOwn: (error) => (error instanceof OpenimV2Refused ? refusals[error.refusal] : undefined),
});

/** What nobody foresaw: says nothing internal. */
export const UNFORESEEN: Refusal = { ErrCode: 802, ErrMsg: 'something went wrong here' };
