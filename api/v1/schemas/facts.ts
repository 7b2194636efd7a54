import Type, { type TObject } from 'typebox';
import type { ApplicationErrorFacts } from '../../../application/commands/errors.js';
import type { DomainErrorFacts } from '../../../domain/shared/errors.js';
import { Count, GroupId, OneOf, OrNull, type Shown, Text, UserId } from './types.js';

/** What each refusal tells beside its name, by name: the domain's and the application's own facts. */

const aboutUsers = Type.Object({ userIds: Type.Array(UserId()) });
const aboutUser = Type.Object({ userId: UserId() });
const aboutGroup = Type.Object({ groupId: GroupId() });
const ended = Type.Object({ userId: UserId(), how: Text('accepted', { description: 'How it ended.' }) });
const aboutFriend = Type.Object({ ownerId: UserId(), friendId: UserId() });
const maximum = Type.Object({ maximum: Count(500) });
const stream = Type.Object({ stream: Text('group-default-book-club') });

export const domainFacts = {
  InvalidArgument: Type.Object({
    field: Text('name', { description: "The domain's name of the value; `errors` points at it in the request." }),
    reason: Text('longer than 100 characters'),
    further: Type.Optional(
      Type.Array(Type.Object({ field: Text('ext'), reason: Text('longer than 8192 bytes') }), {
        description: 'What else is wrong, where there is more.',
      }),
    ),
  }),
  UserNotFound: aboutUsers,
  UserIdTaken: aboutUser,
  UserIdLooksAlike: aboutUser,
  LoginTaken: Type.Object({ login: Text('ada@example.org') }),
  GroupNotFound: aboutGroup,
  GroupIdTaken: aboutGroup,
  GroupDismissed: aboutGroup,
  NotGroupMember: aboutUsers,
  AlreadyGroupMember: aboutUsers,
  NotGroupOwner: aboutGroup,
  NotGroupManager: aboutGroup,
  TargetRoleTooHigh: Type.Object({ userId: UserId(), role: Text('owner') }),
  NotPermitted: Type.Object({ reason: Text('a user changes what is his own only') }),
  RulesForbid: Type.Object({ groupId: GroupId(), act: Text('muteAll', { description: 'What nobody may do there.' }) }),
  OwnerMayNotLeave: aboutGroup,
  TransferToSelf: aboutUser,
  SelfNotAllowed: aboutUser,
  OwnerRoleFixed: aboutUser,
  JoinNeedsApproval: aboutGroup,
  JoinClosed: aboutGroup,
  InviteClosed: aboutGroup,
  InvitationNotFound: aboutUser,
  InvitationHandled: ended,
  InvitationExpired: Type.Object({
    userId: UserId(),
    expiredAt: Count(1_772_366_400_000, { description: 'Milliseconds UTC.' }),
  }),
  JoinRequestNotFound: aboutUser,
  JoinRequestHandled: ended,
  GroupSuspended: Type.Object({ groupId: GroupId(), mode: Text('blocked') }),
  CopyRefused: Type.Object({
    groupId: GroupId(),
    reason: OneOf(['tooYoung', 'copiedRecently', 'tooFewMembers', 'tooManyMembers']),
    until: Type.Optional(
      Count(1_772_366_400_000, { description: 'When the interval of the rules has passed, milliseconds UTC.' }),
    ),
  }),
  TooManyFavourites: maximum,
  MemberMuted: Type.Object({
    userId: UserId(),
    until: OrNull(Count(1_772_366_400_000, { description: 'Milliseconds UTC; null: for ever.' })),
  }),
  GroupMuted: aboutGroup,
  BlockedByPeer: aboutUser,
  NotAFriend: aboutUser,
  PeerDeclinesMessages: aboutUser,
  NotAParticipant: aboutUser,
  ConversationClosed: Type.Object({ why: Text('groupDismissed') }),
  MessageUnknown: Type.Object({ seqs: Type.Array(Count(7)) }),
  MessageAlreadyRevoked: Type.Object({ seq: Count(7) }),
  RevocationTooLate: Type.Object({
    seq: Count(7),
    within: Count(120_000, { description: 'How old a message may be to be revoked, milliseconds.' }),
  }),
  CannotBefriendYourself: aboutUser,
  AlreadyFriends: aboutFriend,
  FriendNotFound: aboutFriend,
  FriendRequestNotFound: Type.Object({ from: UserId(), to: UserId() }),
  FriendRequestHandled: Type.Object({
    from: UserId(),
    to: UserId(),
    how: Text('accepted', { description: 'How it ended.' }),
    asked: Text('refused', { description: 'What was to come of it now.' }),
  }),
  GroupFull: maximum,
  TooManyAdmins: maximum,
  DuplicateItems: Type.Object({ field: Text('userIds'), items: Type.Array(Text('bob')) }),
  RevisionMismatch: Type.Object({
    expected: Count(3, { description: 'The revision that `If-Match` asked for.' }),
    actual: Count(4, { description: 'The present one.' }),
  }),
} satisfies Record<keyof DomainErrorFacts, TObject>;

export const applicationFacts = {
  IdempotencyKeyReused: Type.Object({ operation: Text('POST /groups') }),
  OutcomeUnknown: stream,
  DeadlinePassed: stream,
  TooBusy: Type.Object({ waiting: Count(1_000) }),
  Contended: Type.Object({ stream: Text('group-default-book-club'), tries: Count(5) }),
  HistoryNotUnderstood: Type.Object({ stream: Text('group-default-book-club'), revision: Count(7), type: Text('New') }),
  Unavailable: Type.Object({ what: Text('EventStoreDB') }),
  DiskFull: Type.Object({}),
  AppendDenied: Type.Object({}),
  ShuttingDown: Type.Object({}),
  NotStorable: Type.Object({ reason: Text('too large') }),
  BadCredentials: Type.Object({}),
  AlreadyRegistered: Type.Object({ users: Count(2, { description: 'How many.' }) }),
  WrongPassword: Type.Object({}),
  TooManyAttempts: Type.Object({ retryAfterMs: Count(900_000, { description: 'Milliseconds.' }) }),
  TooManyRequests: Type.Object({
    bound: Text('commands per second', { description: 'What there were too many of.' }),
    retryAfterMs: Count(500, { description: 'Milliseconds.' }),
  }),
} satisfies Record<keyof ApplicationErrorFacts, TObject>;

type Told<Schemas extends Record<string, TObject>> = { readonly [Name in keyof Schemas]: Shown<Schemas[Name]> };

/** With an empty object where there is nothing to tell. */
type Facts<Errors> = { readonly [Name in keyof Errors]: string extends keyof Errors[Name] ? object : Errors[Name] };

/** `Name.member` of all that are told. */
type Members<Of> = { [Name in keyof Of]: `${string & Name}.${string & keyof Of[Name]}` }[keyof Of];

/** `true` when both tell the same: assignability alone would let an optional member be forgotten. */
type Agree<A, B> = [A, B, Members<A>, Members<B>] extends [B, A, Members<B>, Members<A>] ? true : never;

true satisfies Agree<Facts<DomainErrorFacts>, Told<typeof domainFacts>>;
true satisfies Agree<Facts<ApplicationErrorFacts>, Told<typeof applicationFacts>>;
