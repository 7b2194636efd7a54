import Type from 'typebox';
import { Count, Flag, Moment, Named, OneOf, OrNull, PageOf, Text, UserId } from './types.js';
import { UserView } from './views.js';

/** What queries about friends answer. */

const NOT_SAID = 'null: not said, or erased.';
const user = OrNull(UserView, { description: 'As he is now; null where he was registered this very moment.' });
const REQUEST_ID = '0198c0de-0000-7000-8000-000000000005';
const SOURCE = '`request` where nobody said how, `search`, `scan`, `group`, `card`, `contacts`, `other`, or `import`.';

export const FriendCard = Named(
  'FriendCard',
  {
    remark: OrNull(Text('Bob from work')),
    description: OrNull(Text(''), { examples: [null] }),
    phone: OrNull(Text(''), { examples: [null] }),
    region: OrNull(Text(''), { examples: [null] }),
    image: OrNull(Text(''), { examples: [null] }),
    ext: OrNull(Text(''), { examples: [null] }),
  },
  { description: 'What a user keeps about his friend, for himself alone; null = nothing.' },
);

export const Friend = Named('Friend', {
  friendId: UserId('bob'),
  user,
  since: Moment(),
  source: Text('request', { description: `How they came to be friends: ${SOURCE}` }),
  addedBy: UserId('bob', { description: 'By whose word: who answered, or an app admin.' }),
  requestId: OrNull(Text(REQUEST_ID), { description: 'Which request led to it; null = none.' }),
  pinned: Flag(true),
  card: FriendCard,
});

export const FriendPage = PageOf('FriendPage', Friend);

export const Friends = Named('Friends', {
  items: Type.Array(Friend, { description: 'Those who are his friends, in the order asked for, each once.' }),
});

/** That somebody blocked its maker is told to nobody: for him it was ignored. */
export const FRIEND_REQUEST_STATUSES = [
  'pending',
  'accepted',
  'refused',
  'ignored',
  'superseded',
  'withdrawn',
  'becameFriends',
] as const;

export const FriendRequest = Named(
  'FriendRequest',
  {
    requestId: Text(REQUEST_ID),
    from: UserId('ada', { description: 'Who asks.' }),
    to: UserId('bob', { description: 'Who is asked.' }),
    fromUser: user,
    toUser: user,
    message: OrNull(Text('It’s me, from the book club'), { description: 'Empty: none. null: erased.' }),
    source: Text('group', { description: `How he found the other one: ${SOURCE}` }),
    ext: OrNull(Text(''), { description: "The app's own data. null: erased." }),
    status: OneOf(FRIEND_REQUEST_STATUSES, {
      description: '`becameFriends`: they did, on another way. `superseded`: he asked again.',
    }),
    askedAt: Moment(),
    endedAt: OrNull(Moment(), { description: 'null while it is pending.', examples: [null] }),
    handledBy: OrNull(UserId('bob'), { description: 'Who gave the answer that ended it.', examples: [null] }),
    handledMessage: OrNull(Text('Sure'), { description: NOT_SAID, examples: [null] }),
  },
  { description: 'The newest request from one to the other.' },
);

export const FriendRequestPage = PageOf('FriendRequestPage', FriendRequest);

export const Block = Named('Block', {
  userId: UserId('bob', { description: 'Who is blocked.' }),
  user,
  blockedAt: Moment(),
  why: OneOf(['requested', 'friendRemoved'], {
    description: '`friendRemoved`: it came with taking him off the list, and ends when the two become friends again.',
  }),
  ext: OrNull(Text('spam'), { description: "The app's own data; empty: none. null: erased." }),
});

export const BlockPage = PageOf('BlockPage', Block);

export const Friendship = Named(
  'Friendship',
  {
    otherId: UserId('bob'),
    friend: OrNull(Friend, { description: 'The other one as a friend; null: he is not in the list.' }),
    inOthersList: Flag(true, { description: 'Whether the other one has him in his list.' }),
    block: OrNull(Block, { description: 'null: he has not blocked the other one.', examples: [null] }),
    sent: OrNull(FriendRequest, { description: 'His newest request to the other one; null: none.' }),
    received: OrNull(FriendRequest, { description: 'The other one’s to him; null: none.', examples: [null] }),
  },
  { description: 'How one user stands with another, as the first may see it.' },
);

export const TenantSettings = Named(
  'TenantSettings',
  {
    strangersMayWrite: Flag(true, {
      description: 'Whether somebody may write to one who does not have him in his list of friends.',
    }),
    friendRequestAgainAfterSeconds: Count(0, {
      description: 'How long after a request its maker must wait before another one to the same person does anything.',
    }),
    deletingBlocks: Flag(false, {
      description:
        'Whether taking a friend off one’s list blocks him too. He may still ask, and becoming friends lifts the blocks between the two.',
    }),
    blockedMayAsk: Flag(true, {
      description: 'Whether a friend request reaches one who has blocked its maker. When false, it is as if ignored.',
    }),
    privateRevokeWithinSeconds: OrNull(Count(120), {
      description: 'How old a message of a chat between two its sender may still take back; null: any.',
      examples: [null],
    }),
    chatNotices: Flag(true, {
      description: 'Whether what changes in a group, and that two became friends, stands in the chat as a line.',
    }),
  },
  { description: 'What whoever runs the server has decided about friends, strangers and chats.' },
);
