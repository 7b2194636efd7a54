import type { FriendshipEvent, FriendSource } from '../../domain/friendship/events.js';
import { named, said, type Sentences, unlessSelf } from './words.js';

export const friendshipSentences: Sentences<FriendshipEvent> = {
  FriendRequested: ({ from, to, message, source, by }) =>
    `${by} asked ${to} to be friends${unlessSelf(from, by)}${having[source]}${said(message)}`,

  FriendRequestAnswered: ({ from, to, answer, by, message }) =>
    `${by} ${answer} the request of ${from}${unlessSelf(to, by)}${said(message)}`,

  FriendRequestWithdrawn: ({ from, why, by }) =>
    ({
      superseded: `the request of ${from} was replaced by a newer one`,
      becameFriends: `the request of ${from} ended, as the two became friends otherwise`,
      blocked: `the request of ${from} ended with a block`,
      withdrawn: `${by} took back the request of ${from}`,
    })[why],

  FriendAdded: ({ ownerId, friendId, source }, who) =>
    `${friendId} is a friend of ${ownerId} now${source === 'import' ? `, imported by ${who}` : ''}`,

  FriendRemoved: ({ ownerId, friendId, by }) =>
    `${by} took ${friendId} off the list of friends${ownerId === by ? '' : ` of ${ownerId}`}`,

  FriendCardChanged: ({ ownerId, friendId, by, changes, pinned }) => {
    const noted = changes === undefined ? [] : [named(changes)];
    const pin = pinned === undefined ? [] : [pinned ? 'pinned' : 'not pinned'];
    return `${by} changed what ${ownerId} notes of ${friendId} (${[...noted, ...pin].join(', ')})`;
  },

  UserBlocked: ({ ownerId, blockedId, why, by }) =>
    why === 'friendRemoved'
      ? `${blockedId} is blocked by ${ownerId}, no longer being on the list`
      : `${by} blocked ${blockedId}${unlessSelf(ownerId, by)}`,

  UserUnblocked: ({ ownerId, blockedId, why, by }) =>
    why === 'becameFriends'
      ? `${blockedId} is no longer blocked by ${ownerId}, the two being friends`
      : `${by} lifted the block of ${blockedId}${unlessSelf(ownerId, by)}`,
};

const having: Readonly<Record<FriendSource, string>> = {
  request: '',
  other: '',
  import: '',
  search: ', found by search',
  scan: ', found by scanning a code',
  group: ', found in a group',
  card: ', found by a card',
  contacts: ', found among contacts',
};
