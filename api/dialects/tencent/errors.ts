import type { DomainError } from '../../../domain/shared/errors.js';
import { saidOf } from '../../http/refusals.js';
import type { InputInvalid } from '../../http/validation.js';
import { type DomainRules, refusalsBy, type RefusalTable } from '../shared/refusals.js';
import type { CodeName } from './codes.js';
import { type Envelope, failed } from './envelope.js';
import { TencentRefused } from './refused.js';

/** docs/rules.md D3. */
const domainErrors: DomainRules<CodeName> = {
  InvalidArgument: ({ field }) => (field === 'groupId' ? 'badGroupId' : 'badParameters'),
  DuplicateItems: 'badParameters',
  UserNotFound: 'noSuchUser',
  GroupNotFound: 'noSuchGroup',
  // A destroyed group is none.
  GroupDismissed: 'noSuchGroup',
  GroupSuspended: 'disabled',
  NotGroupMember: 'noPermission',
  AlreadyGroupMember: 'alreadyMember',
  NotGroupOwner: 'noPermission',
  NotGroupManager: 'noPermission',
  TargetRoleTooHigh: 'noPermission',
  SelfNotAllowed: 'noPermission',
  NotPermitted: 'noPermission',
  RulesForbid: 'noPermission',
  OwnerMayNotLeave: 'ownerStays',
  TransferToSelf: 'badParameters',
  OwnerRoleFixed: 'noPermission',
  // A Work group has no admins at all.
  TooManyAdmins: ({ maximum }) => (maximum === 0 ? 'noPermission' : 'badParameters'),
  GroupFull: 'groupFull',
  JoinNeedsApproval: 'noPermission',
  JoinClosed: 'noPermission',
  InviteClosed: 'noPermission',
  InvitationNotFound: 'badParameters',
  InvitationHandled: 'handled',
  InvitationExpired: 'handled',
  JoinRequestNotFound: 'badParameters',
  JoinRequestHandled: 'handled',
  GroupIdTaken: 'groupIdTaken',
  MemberMuted: 'muted',
  GroupMuted: 'muted',
  MessageUnknown: 'noSuchMessage',
  MessageAlreadyRevoked: 'recallTwice',
  RevocationTooLate: 'recallTooLate',
  ConversationClosed: 'noSuchGroup',
  NotAParticipant: 'noPermission',
  // What only the other APIs can ask for.
  RevisionMismatch: 'internal',
  UserIdTaken: 'internal',
  LoginTaken: 'internal',
  UserIdLooksAlike: 'internal',
  CopyRefused: 'internal',
  TooManyFavourites: 'internal',
  BlockedByPeer: 'internal',
  NotAFriend: 'internal',
  PeerDeclinesMessages: 'internal',
  CannotBefriendYourself: 'internal',
  AlreadyFriends: 'internal',
  FriendNotFound: 'internal',
  FriendRequestNotFound: 'internal',
  FriendRequestHandled: 'internal',
};

const internal = (detail: string): Envelope => failed('internal', detail);

/** What is away for a moment says whether anything was written. */
const applicationErrors: RefusalTable<CodeName, Envelope>['application'] = {
  IdempotencyKeyReused: failed('badParameters', 'the Idempotency-Key came with another request before'),
  NotStorable: failed('tooLarge', 'this cannot be stored as it is'),
  BadCredentials: failed('wrongSignature'),
  AlreadyRegistered: internal('registered already'),
  WrongPassword: failed('wrongSignature'),
  TooManyAttempts: failed('tooOften'),
  TooManyRequests: failed('tooOften', 'nothing was written'),
  OutcomeUnknown: internal('whether this took effect is not known yet; repeat it with the same Idempotency-Key'),
  DeadlinePassed: internal('it waited too long; nothing was written'),
  TooBusy: internal('too many requests wait; nothing was written'),
  Contended: internal('others wrote first each time; nothing was written'),
  HistoryNotUnderstood: internal(
    'the history has an event of a newer version, or one that can not be read; nothing was written',
  ),
  Unavailable: internal('a store does not answer; nothing was written'),
  DiskFull: internal('the disk is full; nothing was written'),
  AppendDenied: internal("the event store's access rules forbid it; nothing was written"),
  ShuttingDown: internal('the server is stopping; nothing was written'),
};

/** The answer to what nobody foresaw. */
export const UNFORESEEN: Envelope = failed('internal');

export const refusalOf = refusalsBy<CodeName, Envelope>({
  domain: domainErrors,
  ofDomain: (code, error) => failed(code, domainDetail(error)),
  application: applicationErrors,
  // There are no tokens but signatures.
  token: {
    expired: failed('wrongSignature'),
    badSignature: failed('wrongSignature'),
    malformed: failed('wrongSignature'),
    revoked: failed('wrongSignature'),
  },
  ofInput: (error) =>
    error.where === 'body' && isNoObject(error) ? failed('notAnObject') : failed('badParameters', inputDetail(error)),
  body: {
    tooLarge: failed('tooLarge', 'nothing of it was read'),
    notJson: failed('notJson'),
    unreadable: failed('notJson', 'the body could not be read'),
  },
  brokenPath: failed('malformedUrl', 'the path has a broken escape'),
  callerUnknown: failed('noIdentity'),
  readModelAway: (name) => internal(`the read model ${name} is not to be had now`),
  ofOwn: (error) => (error instanceof TencentRefused ? failed(error.code, error.detail) : undefined),
});

const isNoObject = ({ problems: [first] }: InputInvalid): boolean =>
  first?.pointer === '' && first.detail === 'must be an object';

/** The domain's names of what is called otherwise here. */
const members: Readonly<Record<string, string>> = {
  groupId: 'GroupId',
  name: 'Name',
  introduction: 'Introduction',
  announcement: 'Notification',
  text: 'Notification',
  avatar: 'FaceUrl',
  maximum: 'MaxMemberCount',
  selfJoin: 'ApplyJoinOption',
  customFields: 'AppDefinedData',
  ownerId: 'Owner_Account',
  members: 'MemberList',
  userIds: 'the accounts',
  nickname: 'NameCard',
  until: 'MuteTime',
  reason: 'Reason',
  preset: 'Type',
  createdAt: 'CreateTime',
  senderId: 'From_Account',
  content: 'MsgBody',
  custom: 'CloudCustomData',
  mentions: 'GroupAtInfo',
  seqs: 'MsgSeqList',
};

/** Ids and bounds, never a text that a person wrote. */
function domainDetail({ kind, facts }: DomainError): string {
  if (kind === 'InvalidArgument' && 'reason' in facts && 'field' in facts) {
    const [field = ''] = facts.field.split('.');
    return `${members[field] ?? field} ${facts.reason}`;
  }
  if (kind === 'UserNotFound' && 'userIds' in facts) return facts.userIds.slice(0, NAMED).join(', ');
  return saidOf[kind];
}

/** People who are named in a detail at most. */
const NAMED = 10;

const inputDetail = ({ problems }: InputInvalid): string =>
  problems.map(({ pointer, detail }) => `${pointer.replace(/^\//, '')} ${detail}`.trim()).join('; ');
