import type { ApplicationErrorName } from '../../../application/commands/errors.js';
import type { DomainErrorFacts } from '../../../domain/shared/errors.js';
import { type DomainRules, refusalsBy, type Rule } from '../shared/refusals.js';
import type { Refusal } from './answer.js';
import { SealtalkRefused } from './refused.js';

/** The texts that several operations of 004 have in common, slips and all. */
export const texts = {
  unknownGroup: { status: 404, text: 'Unknown group.' },
  notCreator: { status: 400, text: 'Unknown group or not creator.' },
  illegalParameter: { status: 400, text: 'Illegal parameter .' },
  notOwner: { status: 400, text: 'Not a group owner .' },
  notAMember: { status: 400, text: 'Not a group member .' },
  notManager: { status: 403, text: 'Current user is not group manager.' },
  notMember: { status: 403, text: 'Current user is not group member.' },
  notLoggedIn: { status: 403, text: 'Not loged in.' },
  unknownUser: { status: 404, text: 'Unknown user.' },
  existingMember: { status: 400, text: 'Should not add exist member to the group.' },
  nameLength: { status: 400, text: 'Length of name invalid.' },
  notFriend: { status: 404, text: 'Unknown friend user or invalid status.' },
} as const satisfies Readonly<Record<string, Refusal>>;

/** Said with HTTP 200. */
export const codes = {
  limit: { code: 1000 },
  noPermission: { code: 20001 },
  notFound: { code: 20003 },
  copyProtected: { code: 20004 },
  copiedRecently: { code: 20005 },
  copyMissing: { code: 20006 },
  copyTooFew: { code: 20007 },
} as const satisfies Readonly<Record<string, Refusal>>;

const said = (status: number, text: string): Refusal => ({ status, text });
const forbidden = (text: string): Refusal => said(403, text);

const full = ({ maximum }: { readonly maximum: number }): Refusal =>
  said(400, `Group's member count is out of max group member count limit (${String(maximum)}).`);

/** The caller himself is no member, or somebody he named isn't. */
const outsiderOr =
  (target: Refusal, outsider: Refusal = texts.notMember): Rule<DomainErrorFacts['NotGroupMember'], Refusal> =>
  ({ userIds }, { by }) =>
    by !== undefined && userIds.includes(by) ? outsider : target;

/** Where no operation says it in another way. A dismissed group is as one that never was. */
const domainErrors: DomainRules<Refusal> = {
  InvalidArgument: texts.illegalParameter,
  DuplicateItems: texts.illegalParameter,
  RevisionMismatch: texts.illegalParameter,
  UserNotFound: texts.unknownUser,
  UserIdTaken: said(400, 'Phone number has already existed.'),
  LoginTaken: said(400, 'Phone number has already existed.'),
  UserIdLooksAlike: said(400, 'Phone number has already existed.'),
  GroupNotFound: texts.unknownGroup,
  GroupIdTaken: texts.illegalParameter,
  GroupDismissed: texts.unknownGroup,
  GroupSuspended: forbidden('Group is suspended.'),
  NotGroupMember: outsiderOr(texts.notAMember),
  AlreadyGroupMember: texts.existingMember,
  NotGroupOwner: texts.notCreator,
  NotGroupManager: texts.notManager,
  TargetRoleTooHigh: texts.notManager,
  NotPermitted: forbidden('No permission.'),
  RulesForbid: forbidden('The rules of this group forbid it.'),
  OwnerMayNotLeave: forbidden('The creator can not quit this group.'),
  TransferToSelf: forbidden('Can not transfer creator role to yourself.'),
  SelfNotAllowed: said(400, 'Can not kick yourself.'),
  OwnerRoleFixed: forbidden('Cannot set the group creator.'),
  JoinNeedsApproval: forbidden('Joining this group needs approval.'),
  JoinClosed: forbidden('This group can not be joined.'),
  InviteClosed: forbidden('Members of this group can not invite.'),
  InvitationNotFound: codes.notFound,
  InvitationHandled: codes.notFound,
  InvitationExpired: codes.notFound,
  JoinRequestNotFound: codes.notFound,
  JoinRequestHandled: codes.notFound,
  CopyRefused: ({ reason }) =>
    ({
      tooYoung: codes.copyProtected,
      copiedRecently: codes.copiedRecently,
      tooFewMembers: codes.copyTooFew,
      tooManyMembers: full({ maximum: 500 }),
    })[reason],
  TooManyFavourites: said(400, 'Too many groups.'),
  MemberMuted: forbidden('You are muted in this group.'),
  GroupMuted: forbidden('This group is muted.'),
  BlockedByPeer: forbidden('You are in the blacklist of this user.'),
  NotAFriend: forbidden('User is not your friend.'),
  PeerDeclinesMessages: forbidden('This user takes no messages.'),
  NotAParticipant: forbidden('No permission.'),
  ConversationClosed: texts.unknownGroup,
  MessageUnknown: said(404, 'Unknown message.'),
  MessageAlreadyRevoked: said(400, 'Message has already been recalled.'),
  RevocationTooLate: said(400, 'It is too late to recall this message.'),
  CannotBefriendYourself: texts.illegalParameter,
  AlreadyFriends: said(400, 'User is already your friend.'),
  FriendNotFound: texts.notFriend,
  FriendRequestNotFound: texts.notFriend,
  FriendRequestHandled: texts.notFriend,
  GroupFull: full,
  TooManyAdmins: said(400, 'Too many managers.'),
};

/** Rename, dismiss and their like tell everybody but the creator the same. */
const forCreators = {
  GroupNotFound: texts.notCreator,
  GroupDismissed: texts.notCreator,
  NotGroupMember: texts.notCreator,
  NotGroupManager: texts.notCreator,
} as const;

const forManagers = {
  GroupNotFound: { status: 402, text: 'Not in the group.' },
  GroupDismissed: { status: 402, text: 'Not in the group.' },
  NotGroupMember: { status: 402, text: 'Not in the group.' },
  NotGroupOwner: { status: 401, text: 'No permission to set up an manager.' },
  NotGroupManager: { status: 401, text: 'No permission to set up an manager.' },
} as const;

const badTransfer = said(400, 'Invalid groupId or userId.');

const lengthOf = (text: string): { readonly InvalidArgument: Refusal } => ({ InvalidArgument: said(400, text) });

const newGroup = {
  InvalidArgument: ({ field }: DomainErrorFacts['InvalidArgument']): Refusal =>
    field === 'members'
      ? full({ maximum: 500 })
      : said(400, field === 'avatar' ? 'Length of portraitUri invalid.' : 'Length of group name is out of limit.'),
  GroupFull: full,
};

/** By an operation's path, where it says it in its own way. */
const particular: Readonly<Record<string, Partial<DomainRules<Refusal>>>> = {
  '/group/create': newGroup,
  '/group/add': {
    InvalidArgument: full({ maximum: 500 }),
    UserNotFound: said(400, 'Empty memberId in memberIds.'),
    NotGroupMember: texts.notMember,
  },
  '/group/join': { AlreadyGroupMember: texts.existingMember },
  '/group/kick': {
    TargetRoleTooHigh: ({ role }) => (role === 'owner' ? said(405, 'Can not kick the host.') : texts.notManager),
    NotGroupMember: outsiderOr(said(400, 'Can not kick none-member from the group.'), texts.notManager),
    NotGroupOwner: texts.notManager,
  },
  '/group/dismiss': forCreators,
  '/group/rename': { ...forCreators, ...lengthOf(texts.nameLength.text) },
  '/group/set_portrait_uri': { ...forCreators, ...lengthOf('Length of portraitUri invalid.') },
  '/group/set_bulletin': { ...forCreators, ...lengthOf('Length of bulletin invalid.') },
  '/group/transfer': {
    GroupNotFound: badTransfer,
    GroupDismissed: badTransfer,
    NotGroupMember: badTransfer,
    NotGroupOwner: said(400, 'Current user is not group creator.'),
  },
  '/group/set_manager': forManagers,
  '/group/remove_manager': forManagers,
  '/group/set_display_name': { NotGroupMember: texts.unknownGroup, ...lengthOf('Length of display name invalid.') },
  '/group/fav': { GroupNotFound: said(400, 'Unknown group.'), GroupDismissed: said(400, 'Unknown group.') },
  '/group/set_certification': { NotGroupMember: codes.noPermission, NotGroupManager: codes.noPermission },
  '/group/agree': {
    GroupNotFound: codes.notFound,
    GroupDismissed: codes.notFound,
    NotGroupMember: codes.noPermission,
    NotGroupManager: codes.noPermission,
  },
  '/group/mute_all': { NotGroupMember: outsiderOr(texts.notAMember, texts.notOwner), NotGroupManager: texts.notOwner },
  '/group/set_regular_clear': {
    NotGroupMember: texts.notOwner,
    NotGroupOwner: texts.notOwner,
    NotGroupManager: texts.notOwner,
  },
  '/group/set_member_info': { GroupNotFound: texts.notAMember, GroupDismissed: texts.notAMember },
  '/group/copy_group': {
    ...newGroup,
    GroupNotFound: codes.copyMissing,
    GroupDismissed: codes.copyMissing,
    NotGroupMember: codes.noPermission,
    NotGroupManager: codes.noPermission,
    NotGroupOwner: codes.noPermission,
  },
};

const away = (why: string): Refusal => said(503, why);

const application: Readonly<Record<ApplicationErrorName, Refusal>> = {
  IdempotencyKeyReused: said(400, 'The Idempotency-Key came with another request before.'),
  NotStorable: said(400, 'This can not be stored as it is.'),
  BadCredentials: { code: 1001 },
  AlreadyRegistered: said(400, 'Phone number has already existed.'),
  WrongPassword: { code: 1000 },
  TooManyAttempts: said(429, 'Too many failed attempts, try again later.'),
  TooManyRequests: said(429, 'Too many requests, try again later.'),
  OutcomeUnknown: away('Whether this took effect is not known yet; repeat it with the same Idempotency-Key.'),
  DeadlinePassed: away('It waited too long; nothing was written.'),
  TooBusy: away('Too many requests wait; nothing was written.'),
  Contended: away('Others wrote first each time; nothing was written.'),
  HistoryNotUnderstood: away('The history has an event that can not be read; nothing was written.'),
  Unavailable: away('A store does not answer; nothing was written.'),
  DiskFull: away('Insufficient storage: the disk is full; nothing was written.'),
  AppendDenied: away("The event store's access rules forbid it; nothing was written."),
  ShuttingDown: away('The server is stopping; nothing was written.'),
};

/** The answer to what nobody foresaw. */
export const UNFORESEEN: Refusal = said(500, 'Something went wrong here.');

export const NOT_LOGGED_IN: Refusal = { ...texts.notLoggedIn, cacheControl: false };

export const refusalOf = refusalsBy<Refusal, Refusal>({
  domain: domainErrors,
  particular,
  ofDomain: (refusal) => refusal,
  application,
  token: { expired: NOT_LOGGED_IN, badSignature: NOT_LOGGED_IN, malformed: NOT_LOGGED_IN, revoked: NOT_LOGGED_IN },
  ofInput: () => texts.illegalParameter,
  body: {
    tooLarge: said(413, 'The body is too large.'),
    notJson: said(400, 'The body is not JSON.'),
    unreadable: said(400, 'The body could not be read.'),
  },
  brokenPath: said(400, 'The path has a broken escape.'),
  callerUnknown: NOT_LOGGED_IN,
  readModelAway: () => away('A list is not to be had now.'),
  ofOwn: (error) => (error instanceof SealtalkRefused ? error.said : undefined),
});
