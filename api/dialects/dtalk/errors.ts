import type { DomainError, DomainErrorFacts } from '../../../domain/shared/errors.js';
import { saidOf } from '../../http/refusals.js';
import type { InputInvalid } from '../../http/validation.js';
import { type DomainRules, refusalsBy, type RefusalTable, type Rule } from '../shared/refusals.js';
import type { CodeName } from './codes.js';
import { type Envelope, failed } from './envelope.js';
import { DtalkRefused } from './refused.js';

/** The caller himself is no member, or somebody whom he named isn't. */
const outsider: Rule<DomainErrorFacts['NotGroupMember'], CodeName> = ({ userIds }, { by }) =>
  by !== undefined && userIds.includes(by) ? 'notInGroup' : 'otherNotInGroup';

/** docs/rules.md D4. What only the other APIs can ask for is `inner`. */
const domainErrors: DomainRules<CodeName> = {
  InvalidArgument: 'badParameters',
  DuplicateItems: 'badParameters',
  UserNotFound: 'badParameters',
  GroupNotFound: 'noSuchGroup',
  GroupDismissed: 'groupDisbanded',
  GroupSuspended: 'groupBlocked',
  NotGroupMember: outsider,
  AlreadyGroupMember: 'nobodyLeftToInvite',
  NotGroupOwner: 'ownerNeeded',
  NotGroupManager: 'adminNeeded',
  TargetRoleTooHigh: 'higherRoleNeeded',
  SelfNotAllowed: 'higherRoleNeeded',
  // What is an app admin's alone, or nobody's in a group of such rules.
  NotPermitted: 'higherRoleNeeded',
  RulesForbid: 'higherRoleNeeded',
  OwnerMayNotLeave: 'ownerCannotExit',
  TransferToSelf: 'transferToSelf',
  OwnerRoleFixed: 'ownerSetsAdmins',
  TooManyAdmins: 'tooManyAdmins',
  GroupFull: 'groupFull',
  JoinNeedsApproval: 'inviteDenied',
  JoinClosed: 'inviteDenied',
  InviteClosed: 'inviteDenied',
  InvitationNotFound: 'noSuchApplication',
  InvitationHandled: 'applicationHandled',
  InvitationExpired: 'applicationHandled',
  JoinRequestNotFound: 'noSuchApplication',
  JoinRequestHandled: ({ how }) => (how === 'joinedOtherwise' ? 'acceptedButIn' : 'applicationHandled'),
  GroupIdTaken: 'inner',
  RevisionMismatch: 'inner',
  UserIdTaken: 'inner',
  LoginTaken: 'inner',
  UserIdLooksAlike: 'inner',
  CopyRefused: 'inner',
  TooManyFavourites: 'inner',
  MemberMuted: 'inner',
  GroupMuted: 'inner',
  BlockedByPeer: 'inner',
  NotAFriend: 'inner',
  PeerDeclinesMessages: 'inner',
  NotAParticipant: 'inner',
  ConversationClosed: 'inner',
  MessageUnknown: 'inner',
  MessageAlreadyRevoked: 'inner',
  RevocationTooLate: 'inner',
  CannotBefriendYourself: 'inner',
  AlreadyFriends: 'inner',
  FriendNotFound: 'inner',
  FriendRequestNotFound: 'inner',
  FriendRequestHandled: 'inner',
};

/** Where one operation of the original says it with another code. */
const particular: Readonly<Record<string, Partial<DomainRules<CodeName>>>> = {
  // It looks for the caller's membership before it looks for the group.
  '/group-disband': { GroupNotFound: 'notInGroup', GroupDismissed: 'notInGroup' },
  '/group-remove': { TargetRoleTooHigh: ({ role }) => (role === 'owner' ? 'inner' : 'higherRoleNeeded') },
  '/invite-group-members': { RulesForbid: 'inviteDenied' },
  // Who is said to have brought him must be a member himself.
  '/join-group': { NotGroupMember: 'notInGroup', NotPermitted: 'inviteDenied', RulesForbid: 'inviteDenied' },
  '/member/type': {
    NotGroupOwner: 'ownerSetsAdmins',
    NotGroupManager: 'ownerSetsAdmins',
    RulesForbid: 'ownerSetsAdmins',
  },
  '/member/muteTime': { TargetRoleTooHigh: 'managerCannotBeMuted' },
};

const inner = (detail: string): Envelope => failed('inner', detail);

/** What is away for a moment says whether anything was written. */
const applicationErrors: RefusalTable<CodeName, Envelope>['application'] = {
  IdempotencyKeyReused: failed('badParameters', 'the Idempotency-Key came with another request before'),
  NotStorable: failed('badParameters', 'this cannot be stored as it is'),
  BadCredentials: failed('badSignature'),
  AlreadyRegistered: inner('registered already'),
  WrongPassword: failed('badSignature'),
  TooManyAttempts: inner('too many failed attempts, try again later'),
  TooManyRequests: inner('too many requests, try again later; nothing was written'),
  OutcomeUnknown: inner('whether this took effect is not known yet; repeat it with the same Idempotency-Key'),
  DeadlinePassed: inner('it waited too long; nothing was written'),
  TooBusy: inner('too many requests wait; nothing was written'),
  Contended: inner('others wrote first each time; nothing was written'),
  HistoryNotUnderstood: inner('the history has an event that can not be read; nothing was written'),
  Unavailable: inner('a store does not answer; nothing was written'),
  DiskFull: inner('the disk is full; nothing was written'),
  AppendDenied: inner("the event store's access rules forbid it; nothing was written"),
  ShuttingDown: inner('the server is stopping; nothing was written'),
};

/** The answer to what nobody foresaw. */
export const UNFORESEEN: Envelope = failed('inner');

export const refusalOf = refusalsBy<CodeName, Envelope>({
  domain: domainErrors,
  particular,
  ofDomain: (code, error) => failed(code, code === 'badParameters' ? domainDetail(error) : ''),
  application: applicationErrors,
  // There are no tokens but signatures.
  token: {
    expired: failed('signatureExpired'),
    badSignature: failed('badSignature'),
    malformed: failed('badSignature'),
    revoked: failed('badSignature'),
  },
  ofInput: (error) => failed('badParameters', inputDetail(error)),
  body: {
    tooLarge: failed('badParameters', 'the body is too large'),
    notJson: failed('badParameters', 'the body is not JSON'),
    unreadable: failed('badParameters', 'the body could not be read'),
  },
  brokenPath: failed('badParameters', 'the path has a broken escape'),
  callerUnknown: failed('badSignature'),
  readModelAway: (name) => inner(`the read model ${name} is not to be had now`),
  ofOwn: (error) => (error instanceof DtalkRefused ? failed(error.code, error.detail) : undefined),
});

/** The domain's names of what is called otherwise here. */
const members: Readonly<Record<string, string>> = {
  userIds: 'memberIds',
  invitees: 'newMemberIds',
  members: 'memberIds',
  introduction: 'introduce',
  nickname: 'memberName',
  until: 'muteTime',
  message: 'applyNote',
  customFields: 'publicName',
};

/** Ids and bounds, never a text that a person wrote. */
function domainDetail({ kind, facts }: DomainError): string {
  if (kind === 'InvalidArgument' && 'reason' in facts && 'field' in facts) {
    const [field = ''] = facts.field.split('.');
    return `${members[field] ?? field} ${facts.reason}`;
  }
  if (kind === 'UserNotFound' && 'userIds' in facts) return `no such user: ${facts.userIds.slice(0, NAMED).join(', ')}`;
  return saidOf[kind];
}

/** People who are named in a detail at most. */
const NAMED = 10;

const inputDetail = ({ problems }: InputInvalid): string =>
  problems.map(({ pointer, detail }) => `${pointer.replace(/^\//, '')} ${detail}`.trim()).join('; ');
