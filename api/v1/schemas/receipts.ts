import Type, { type TProperties } from 'typebox';
import { type About, Count, Flag, GroupId, Named, OneOf, OrNull, Text, UserId, Moment } from './types.js';

/** What commands answer. `outcome` is what the command has to tell beside what all of them tell. */

const position = Type.Optional(
  Text('pgq2x7kd:00000000000000000042', {
    description: 'Where in the log this stands, for `minPosition` of a later query. Opaque.',
  }),
);
const changed = Flag(true, { description: 'False when it was already so and nothing was written.' });

const receiptOf = <Outcome extends TProperties>(
  name: string,
  id: ReturnType<typeof Text>,
  outcome: Outcome,
  about: About = {},
) =>
  Named(`${name}Receipt`, {
    id,
    revision: Count(4, {
      description: 'The revision of the user or group afterwards; the answer’s `ETag` is made of it.',
    }),
    position,
    changed,
    outcome: Type.Object(outcome, { ...about }),
  });

const groupReceipt = <Outcome extends TProperties>(name: string, outcome: Outcome, about: About = {}) =>
  receiptOf(name, GroupId({ description: 'The group that the command was about.' }), outcome, about);
const userReceipt = <Outcome extends TProperties>(name: string, outcome: Outcome) =>
  receiptOf(name, UserId('ada', { description: 'The user whom the command was about.' }), outcome);

/** One result for each person named, in the order of the request. */
const itemsOf = <const Results extends readonly string[]>(results: Results) =>
  Type.Array(Type.Object({ userId: UserId('bob'), result: OneOf(results) }), {
    description: 'What became of each person named, in the order of the request.',
  });

const changedOf = <const Members extends readonly string[]>(members: Members) =>
  Type.Array(OneOf(members), { description: 'What really changed.' });

/** Where there is nothing more to tell. */
export const GroupReceipt = groupReceipt('Group', {});
export const UserReceipt = userReceipt('User', { userId: UserId() });

export const RegistrationReceipt = userReceipt('Registration', {
  userId: UserId(),
  number: Count(4503599627370497, { description: "The user's number, from the server's sequence." }),
});
export const UserProfileReceipt = userReceipt('UserProfile', {
  userId: UserId(),
  changed: changedOf(['nickname', 'avatar', 'ext', 'gender', 'region', 'phone']),
});

/** About what a user has for himself: its history is nobody's to read, so there is no revision to tell. */
const ownReceipt = <Outcome extends TProperties>(name: string, outcome: Outcome) =>
  Named(`${name}Receipt`, {
    id: UserId('ada', { description: 'Whose it is.' }),
    position,
    changed,
    outcome: Type.Object(outcome),
  });
export const OwnReceipt = ownReceipt('Own', {});

const friendRequestId = Text('0198c0de-0000-7000-8000-000000000005');
export const FriendRequestReceipt = ownReceipt('FriendRequest', {
  result: OneOf(['requested', 'added', 'unchanged'], {
    description:
      '`added`: they are friends now. `unchanged`: nothing was asked, since it is too soon after the last time (`GET /settings`), or the other one hears nothing from him.',
  }),
  how: Type.Optional(
    OneOf(['crossed', 'unasked', 'back'], {
      description:
        'Of `added`: the other one had asked himself, wants nobody to ask him, or still had him in his list where the server lets such a one back.',
    }),
  ),
  requestId: Type.Optional(friendRequestId),
});
export const FriendRequestEndReceipt = ownReceipt('FriendRequestEnd', { requestId: friendRequestId });
export const FriendCardReceipt = ownReceipt('FriendCard', {
  changed: changedOf(['remark', 'description', 'phone', 'region', 'image', 'ext', 'pinned']),
});

/** About a conversation, as the caller names it; nobody sees a revision of it. */
const conversationReceipt = <Outcome extends TProperties>(name: string, outcome: Outcome) =>
  Named(`${name}Receipt`, {
    id: Text('user:bob', { description: 'The conversation.' }),
    position,
    changed,
    outcome: Type.Object(outcome),
  });
const messageSeq = Count(7, { description: 'Its number in the conversation.' });
const messageId = Text('0198c0de-0000-7000-8000-000000000006');
export const ConversationReceipt = conversationReceipt('Conversation', {});
export const MessageReceipt = conversationReceipt('Message', {
  seq: Count(7, { description: 'Its number in the conversation; 0 where it isn’t kept.' }),
  messageId,
  sentAt: Moment(),
});
export const RevocationReceipt = conversationReceipt('Revocation', { seq: messageSeq });
export const ClearingReceipt = conversationReceipt('Clearing', {
  upTo: Count(7, { description: 'Nothing up to this message is shown any more.' }),
});
export const ReadPositionReceipt = conversationReceipt('ReadPosition', { readSeq: Count(3) });
export const ConversationChangeReceipt = conversationReceipt('ConversationChange', {
  changed: changedOf(['pinned', 'receiveOption', 'ext', 'settings']),
});
export const MessageImportReceipt = conversationReceipt('MessageImport', {
  items: Type.Array(
    Type.Object({ result: OneOf(['imported', 'repeated']), seq: messageSeq, messageId, sentAt: Moment() }),
    { description: 'What became of each message, in the order of the request.' },
  ),
});

export const CreationReceipt = groupReceipt('Creation', {
  groupId: GroupId(),
  number: Count(4503599627370498, { description: "The group's number, from the server's sequence." }),
  incarnation: Count(1, { description: '1, and one more each time the id was created again after a dismissal.' }),
  items: itemsOf(['joined', 'repeated', 'awaitsInvitee']),
  memberCount: Count(2),
});
export const ProfileReceipt = groupReceipt('Profile', {
  changed: changedOf(['name', 'avatar', 'introduction', 'ext', 'customFields']),
});
export const TransferReceipt = groupReceipt('Transfer', {
  from: OrNull(UserId(), { description: 'Who owned the group before; null where nobody did.' }),
  to: UserId('bob'),
});
export const GroupMuteReceipt = groupReceipt('GroupMute', {
  speakers: Type.Array(UserId('bob'), { description: 'Who may speak all the same, beside owner and admins.' }),
});
export const JoinReceipt = groupReceipt(
  'Join',
  {
    userId: UserId(),
    result: Type.Optional(
      OneOf(['joined', 'requested', 'already'], {
        description: 'What came of joining by oneself. Absent where an app admin adds somebody.',
      }),
    ),
    requestId: Type.Optional(Text('0198c0de-0000-7000-8000-000000000001', { description: 'Of a request.' })),
  },
  { examples: [{ userId: 'ada', result: 'joined' }] },
);
export const RemovalReceipt = groupReceipt('Removals', {
  items: itemsOf(['removed', 'repeated', 'absent', 'self', 'owner', 'roleTooHigh']),
});
export const DepartureReceipt = groupReceipt(
  'Departure',
  {
    userId: Type.Optional(UserId('bob', { description: 'Who left by himself.' })),
    successor: Type.Optional(
      OrNull(UserId(), { description: 'When the owner left: who owns the group now; null = nobody.' }),
    ),
    dismissed: Type.Optional(Flag(false, { description: 'The last one left, and the group is dismissed.' })),
    items: Type.Optional(itemsOf(['removed', 'repeated', 'absent', 'self', 'owner', 'roleTooHigh'])),
  },
  {
    description: '`userId` and what follows it where somebody leaves by himself; `items` where he is removed.',
    examples: [{ userId: 'bob', dismissed: false }],
  },
);
export const RoleReceipt = groupReceipt('Role', { userId: UserId('bob'), role: OneOf(['admin', 'member']) });
export const RolesReceipt = groupReceipt('Roles', {
  role: OneOf(['admin', 'member']),
  items: itemsOf(['changed', 'already', 'repeated', 'absent', 'owner', 'roleTooHigh', 'tooManyAdmins']),
});
export const MemberMuteReceipt = groupReceipt('MemberMute', {
  userId: UserId('bob'),
  until: OrNull(Moment(), { description: 'When the mute ends by itself; null = never.' }),
});
export const MemberReceipt = groupReceipt('Member', { userId: UserId('bob') });
export const CardReceipt = groupReceipt('Card', {
  userId: UserId('bob'),
  changed: changedOf([
    'nickname',
    'avatar',
    'ext',
    'region',
    'phone',
    'wechat',
    'alipay',
    'description',
    'customFields',
    'receiveOption',
  ]),
});
export const AdditionReceipt = groupReceipt('Addition', {
  items: itemsOf(['joined', 'already', 'repeated', 'unknown', 'full', 'awaitsInvitee', 'awaitsManager']),
});
export const ImportReceipt = groupReceipt('Import', {
  items: itemsOf(['joined', 'already', 'repeated', 'unknown', 'full', 'tooManyAdmins']),
});
export const InvitationAnswerReceipt = groupReceipt('InvitationAnswer', {
  userId: UserId('bob'),
  inviteId: Text('0198c0de-0000-7000-8000-000000000002'),
  joined: Flag(true, { description: 'That was the last word awaited: he is a member.' }),
});
export const InvitationReceipt = groupReceipt('Invitation', {
  userId: UserId('bob'),
  inviteId: Text('0198c0de-0000-7000-8000-000000000002'),
});
export const JoinRequestAnswerReceipt = groupReceipt('JoinRequestAnswer', {
  userId: UserId('bob'),
  joined: Flag(true),
});
export const JoinRequestReceipt = groupReceipt('JoinRequest', {
  userId: UserId('bob'),
  requestId: Text('0198c0de-0000-7000-8000-000000000001'),
});
export const JoinPolicyReceipt = groupReceipt('JoinPolicy', {
  joinPolicy: Type.Object({
    selfJoin: OneOf(['open', 'approval', 'closed']),
    memberInvite: OneOf(['joins', 'approval', 'refused']),
  }),
});
export const SettingsReceipt = groupReceipt('Settings', {
  changed: changedOf(['memberProtection', 'lookMemberInfo', 'addMemberAsFriend', 'retentionSeconds', 'maximum']),
});
export const SuspensionReceipt = groupReceipt('Suspension', { mode: OneOf(['noChat', 'noPrivateChat', 'blocked']) });
