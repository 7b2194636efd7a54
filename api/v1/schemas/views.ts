import Type, { type Static } from 'typebox';
import { Count, Flag, GroupId, Moment, Named, Numbered, OneOf, OrNull, PageOf, Text, UserId } from './types.js';

/** What queries answer. */

const ROLES = ['owner', 'admin', 'member'] as const;
const NOT_SAID = 'null: not said, or erased.';
const revision = Count(3, { description: 'The answer’s `ETag` is made of it.' });

export const Session = Named('Session', {
  userId: UserId(),
  tenant: Text('default'),
  token: Text('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl', {
    description: 'Send it as `Authorization: Bearer …`.',
  }),
  expiresAt: Moment(),
});

export const UserView = Named('UserView', {
  userId: UserId(),
  number: Numbered('user'),
  nickname: OrNull(Text('Ada'), { description: 'null when the user was erased.' }),
  avatar: OrNull(Text('https://example.org/ada.png'), { description: NOT_SAID }),
  ext: OrNull(Text(''), { description: `The app's own data. ${NOT_SAID}` }),
  gender: OrNull(Text('female'), { description: NOT_SAID }),
  region: OrNull(Text('London'), { description: NOT_SAID }),
  registeredAt: Moment(),
});

export const Users = Named('Users', {
  items: Type.Array(UserView, { description: 'Those that are there, in the order asked for, each once.' }),
});

const receiveOption = OneOf(['all', 'silent', 'none'], {
  description: 'How he is told of messages: at once, when he looks, or not at all.',
});

export const PrivacyView = Named('PrivacyView', {
  groupInviteConsent: Flag(false, {
    description: 'Whether others must ask him before he is in a group, where its rules leave it to him.',
  }),
  friendRequestConsent: Flag(true, { description: 'Whether others must ask him before they are his friends.' }),
  searchable: Flag(true, { description: 'Whether others find him by search.' }),
  receiveOption,
});

export const CustomField = Named('CustomField', { key: Text('colour'), value: Text('green') });

export const JoinPolicy = Named('JoinPolicy', {
  selfJoin: OneOf(['open', 'approval', 'closed'], { description: 'What happens when somebody joins by himself.' }),
  memberInvite: OneOf(['joins', 'approval', 'refused'], {
    description: 'What happens when an ordinary member invites.',
  }),
});

export const GroupSettingsView = Named('GroupSettingsView', {
  memberProtection: Flag(false, { description: 'Whether clients keep members from adding each other as friends.' }),
  lookMemberInfo: Flag(true, {
    description: 'Whether ordinary members may look at others. When false, they see ids and roles only.',
  }),
  addMemberAsFriend: Flag(true, { description: 'Whether clients offer to add a member as a friend.' }),
  retentionSeconds: OrNull(Count(86_400), {
    description: 'Older messages are hidden; null = they are shown for ever.',
    examples: [null],
  }),
});

const Announcement = Named('Announcement', {
  text: OrNull(Text('We read chapter two'), { description: 'null once its author was erased.' }),
  by: UserId(),
  at: Moment(),
});

const Suspension = Named('Suspension', {
  mode: OneOf(['noChat', 'noPrivateChat', 'blocked']),
  by: UserId('root'),
  reason: OrNull(Text('spam'), { description: NOT_SAID }),
  at: Moment(),
});

export const GroupView = Named('GroupView', {
  groupId: GroupId(),
  number: Numbered('group'),
  incarnation: Count(1, { description: '1, and one more each time the id was created again after a dismissal.' }),
  preset: Text('parley', { description: 'The name of the rules that the group lives by.' }),
  kind: Text('', { description: "A name of the app's own for kinds of groups; empty where it gave none." }),
  status: OneOf(['active', 'dismissed']),
  name: Text('Book club'),
  avatar: Text('', { description: 'Empty when it has none.' }),
  introduction: Text('We read', { description: 'Empty when it has none.' }),
  ext: Text('', { description: "The app's own data; empty when it has none." }),
  customFields: Type.Array(CustomField),
  ownerId: OrNull(UserId(), { description: 'null where the group has no owner.' }),
  creatorId: UserId(),
  memberCount: Count(2),
  maximum: Count(500, { description: 'How many people the group holds, the owner counted.' }),
  joinPolicy: JoinPolicy,
  muted: Flag(false, { description: 'Whether everybody is muted but owner, admins and `speakers`.' }),
  speakers: Type.Array(UserId('bob')),
  settings: GroupSettingsView,
  announcement: OrNull(Announcement, { description: 'The latest one; null when there is none.' }),
  suspension: OrNull(Suspension, {
    description: 'How an app admin holds the group; null when nobody does.',
    examples: [null],
  }),
  origin: Type.Union(
    [
      Type.Object({ kind: OneOf(['created', 'imported']) }),
      Type.Object({ kind: OneOf(['copied']), from: GroupId({ description: 'The group that it is a copy of.' }) }),
    ],
    { description: 'How the group came about.' },
  ),
  createdAt: Moment(),
  dismissedAt: OrNull(Moment(), { description: 'null while it is active.', examples: [null] }),
  revision,
});

export const GroupPreview = Named(
  'GroupPreview',
  {
    groupId: GroupId(),
    status: OneOf(['active', 'dismissed']),
    name: Text('Book club'),
    avatar: Text('', { description: 'Empty when it has none.' }),
    introduction: Text('We read', { description: 'Empty when it has none.' }),
    memberCount: Count(2),
    joinPolicy: JoinPolicy,
  },
  { description: 'What outsiders see of a group: enough to know it and to join it.' },
);

/** A group as whoever asks may see it. */
export const GroupSeen = Type.Unsafe<Static<typeof GroupView> | Static<typeof GroupPreview>>({
  anyOf: [GroupView, GroupPreview],
  description: 'The whole group for its members and app admins; for outsiders what they need to join it.',
});

export const MemberCardView = Named(
  'MemberCardView',
  {
    nickname: OrNull(Text('Ada the reader')),
    avatar: OrNull(Text(''), { examples: [null] }),
    ext: OrNull(Text(''), { examples: [null] }),
    region: OrNull(Text(''), { examples: [null] }),
    phone: OrNull(Text(''), { examples: [null] }),
    wechat: OrNull(Text(''), { examples: [null] }),
    alipay: OrNull(Text(''), { examples: [null] }),
    description: Type.Unsafe<string[] | null>({ type: ['array', 'null'], items: Text(''), examples: [null] }),
    customFields: Type.Unsafe<{ key: string; value: string }[] | null>({
      type: ['array', 'null'],
      items: CustomField,
      examples: [null],
    }),
  },
  { description: 'What a member says of himself in this one group; null = nothing.' },
);

/** `forever`, or when it ends. */
const MuteEnd = Type.Unsafe<string | null>({
  anyOf: [{ type: 'string', format: 'date-time' }, { type: 'string', enum: ['forever'] }, { type: 'null' }],
  description: 'null: not muted. `forever`, or the moment at which the mute ends (it may have passed).',
  examples: [null],
});

export const MemberView = Named(
  'MemberView',
  {
    userId: UserId('bob'),
    role: OneOf(ROLES),
    nickname: Type.Optional(
      OrNull(Text('Bob'), {
        description: "The card's nickname, else the user's; null when he was erased or isn't projected yet.",
      }),
    ),
    joinedAt: Type.Optional(Moment()),
    source: Type.Optional(
      Text('invitation', {
        description: '`creation`, `invitation`, `request`, `open`, `search`, `scan`, `admin`, `import` or `copy`.',
      }),
    ),
    inviterId: Type.Optional(OrNull(UserId(), { description: 'Who invited him; null = nobody.' })),
    approvedBy: Type.Optional(
      OrNull(UserId(), { description: 'Who approved; null = nobody had to.', examples: [null] }),
    ),
    mutedUntil: Type.Optional(MuteEnd),
    card: Type.Optional(MemberCardView),
    receiveOption: Type.Optional(
      OneOf(['all', 'silent', 'none'], {
        description: 'How he is told of messages. Only for himself and app admins.',
      }),
    ),
  },
  {
    description:
      'Where the group keeps its members to itself (`settings.lookMemberInfo` is false), an ordinary member sees `userId` and `role` of others and nothing else.',
  },
);

export const GroupPage = PageOf('GroupPage', GroupView);
export const MemberPage = PageOf('MemberPage', MemberView);

export const Roles = Named('Roles', {
  items: Type.Array(
    Named('RoleOfUser', {
      userId: UserId('bob'),
      role: OrNull(OneOf(ROLES), { description: 'null: he is no member.' }),
    }),
    { description: 'One for each, in the order asked for.' },
  ),
});

export const DeparturePage = PageOf(
  'DeparturePage',
  Named('Departure', {
    userId: UserId('bob'),
    how: OneOf(['left', 'removed']),
    by: UserId('ada', { description: 'Who removed him; himself when he left.' }),
    byRole: OrNull(OneOf(ROLES), { description: 'What `by` was in the group then; null: no member.' }),
    roleBefore: OneOf(ROLES),
    reason: OrNull(Text('spoilers'), { description: NOT_SAID }),
    at: Moment(),
  }),
);

export const STATUSES = [
  'pending',
  'accepted',
  'refused',
  'ignored',
  'superseded',
  'expired',
  'withdrawn',
  'joinedOtherwise',
  'dismissed',
] as const;

export const Application = Named(
  'Application',
  {
    kind: OneOf(['request', 'invitation']),
    id: Text('0198c0de-0000-7000-8000-000000000001', { description: 'The `requestId` or `inviteId`.' }),
    groupId: GroupId(),
    userId: UserId('bob', { description: 'Who would become a member.' }),
    inviterId: OrNull(UserId(), { description: 'Who named him, or, for a request, who he says told him.' }),
    message: OrNull(Text('Let me in'), { description: "A request's message, an invitation's reason. " + NOT_SAID }),
    ext: OrNull(Text(''), { description: `The app's own data. ${NOT_SAID}`, examples: [null] }),
    source: Text('request', {
      description:
        'How he found the group: `request` where he did not say, `search` or `scan`; `invitation` for invitations.',
    }),
    awaits: Type.Array(OneOf(['invitee', 'manager']), { description: 'Whose word is still missing.' }),
    status: OneOf(STATUSES, {
      description:
        '`accepted`: approved by a manager, or by all whom an invitation asked. `joinedOtherwise`: he came in on another way. `dismissed`: it was open when the group ended.',
    }),
    createdAt: Moment(),
    expiresAt: OrNull(Moment(), { description: 'From then on nobody can accept it.', examples: [null] }),
    endedAt: OrNull(Moment(), { description: 'null while it is pending.', examples: [null] }),
    handledBy: OrNull(UserId(), { description: 'Who gave the answer that ended it.', examples: [null] }),
    handledMessage: OrNull(Text('Welcome'), { description: NOT_SAID, examples: [null] }),
  },
  { description: 'A join request, or an invitation that awaited somebody.' },
);

export const ApplicationPage = PageOf('ApplicationPage', Application);

export const FavouritePage = PageOf('FavouritePage', Named('Favourite', { group: GroupSeen, favouritedAt: Moment() }));

export const NOTICE_ROLES = ['invitee', 'manager', 'applicant', 'inviter'] as const;

export const NoticePage = PageOf(
  'NoticePage',
  Named('Notice', {
    as: OneOf(NOTICE_ROLES, {
      description:
        'He is asked, as `invitee` or as `manager` of the group; or what he made, as `applicant` or `inviter`, came to an end.',
    }),
    noticedAt: Moment(),
    application: Application,
  }),
);

export const HistoryEvent = Named('HistoryEvent', {
  id: Text('0198c0de-0000-7000-8000-000000000003', { format: 'uuid' } as object),
  revision: Count(0),
  type: Text('GroupCreated'),
  schemaVersion: Count(1),
  occurredAt: Moment(),
  actor: Type.Object(
    {
      kind: OneOf(['user', 'appAdmin', 'auditor', 'system']),
      id: UserId(),
      onBehalfOf: Type.Optional(UserId('bob', { description: 'The user for whom it was done.' })),
    },
    { description: 'Who did it.' },
  ),
  via: Text('v1:POST /groups', { description: 'Which API and operation.' }),
  sentence: Text('ada created the group', { description: 'The event as a sentence.' }),
  data: Type.Unsafe<object | null>({
    type: ['object', 'null'],
    description: "The payload, whose members depend on `type`; null when this server's version doesn't know the type.",
    examples: [{ groupId: 'book-club', name: 'Book club' }],
  }),
  correlationId: Text('0198c0de-0000-7000-8000-000000000004'),
  causationId: Text('0198c0de-0000-7000-8000-000000000004'),
  requestRef: Type.Optional(Text('order-7', { description: 'What the caller named his request.' })),
  prevHash: Text('', { description: "The hash of the stream's event before." }),
  hash: Text('9b1c…', { description: 'Of this event and `prevHash`.' }),
});

export const HistoryPage = Named('HistoryPage', {
  items: Type.Array(HistoryEvent),
  next: OrNull(Count(100), { description: '`from` of the next page; null on the last.', examples: [null] }),
});
