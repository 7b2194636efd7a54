import { Map } from 'immutable';
import { fingerprint } from '../shared/fingerprint.js';
import type {
  FriendCardChanges,
  FriendRequestAnswered,
  FriendRequestWithdrawn,
  FriendshipEvent,
  FriendSource,
  UserBlocked,
} from './events.js';

/** Two people, each with what is his own toward the other. Nothing personal: a card is known by fingerprints. */
export interface Friendship {
  /** By user id; who isn't in it has nothing. */
  readonly sides: Map<string, Side>;
}

export interface Side {
  /** The other in his list; null: he isn't. */
  readonly friend: Friend | null;
  /** Why he has blocked the other; null: he hasn't. */
  readonly blocks: UserBlocked['data']['why'] | null;
  /** His newest request to the other; null: he never asked. */
  readonly request: FriendRequest | null;
}

export interface Friend {
  readonly pinned: boolean;
  readonly card: CardPrints;
}

/** What a card says, field by field, without saying it: a field that is absent says nothing. */
export type CardPrints = Readonly<Partial<Record<keyof FriendCardChanges, number>>>;

export type FriendRequestStatus =
  'pending' | FriendRequestAnswered['data']['answer'] | FriendRequestWithdrawn['data']['why'];

export interface FriendRequest {
  readonly requestId: string;
  readonly status: FriendRequestStatus;
  readonly source: FriendSource;
  /** ms UTC. */
  readonly askedAt: number;
}

export const strangers: Friendship = { sides: Map() };

const nothing: Side = { friend: null, blocks: null, request: null };

/** What is `userId`'s toward the other. */
export const sideOf = ({ sides }: Friendship, userId: string): Side => sides.get(userId) ?? nothing;

/** The request from this one that waits for an answer. */
export function pendingFrom(state: Friendship, userId: string): FriendRequest | undefined {
  const { request } = sideOf(state, userId);
  return request?.status === 'pending' ? request : undefined;
}

/** Whether each has the other in his list. */
export const areFriends = (state: Friendship, a: string, b: string): boolean =>
  sideOf(state, a).friend !== null && sideOf(state, b).friend !== null;

/** Folds one event; an event unknown here changes nothing. Total also where personal fields were erased (null). */
export function evolve(state: Friendship, event: FriendshipEvent): Friendship {
  switch (event.type) {
    case 'FriendRequested': {
      const { from, requestId, source, askedAt } = event.data;
      return change(state, from, { request: { requestId, status: 'pending', source, askedAt } });
    }
    case 'FriendRequestAnswered':
      return ended(state, event.data, event.data.answer);
    case 'FriendRequestWithdrawn':
      return ended(state, event.data, event.data.why);
    case 'FriendAdded':
      return change(state, event.data.ownerId, { friend: { pinned: false, card: {} } });
    case 'FriendRemoved':
      return change(state, event.data.ownerId, { friend: null });
    case 'FriendCardChanged': {
      const { ownerId, changes, pinned } = event.data;
      const { friend } = sideOf(state, ownerId);
      if (friend === null) return state;
      const card = changedPrints(friend.card, changes);
      return change(state, ownerId, { friend: { card, pinned: pinned ?? friend.pinned } });
    }
    case 'UserBlocked':
      return change(state, event.data.ownerId, { blocks: event.data.why });
    case 'UserUnblocked':
      return change(state, event.data.ownerId, { blocks: null });
    default:
      return state;
  }
}

const change = (state: Friendship, userId: string, changes: Partial<Side>): Friendship => ({
  sides: state.sides.set(userId, { ...sideOf(state, userId), ...changes }),
});

function ended(
  state: Friendship,
  { from, requestId }: { readonly from: string; readonly requestId: string },
  status: FriendRequestStatus,
): Friendship {
  const request = pendingFrom(state, from);
  return request?.requestId === requestId ? change(state, from, { request: { ...request, status } }) : state;
}

export const cardFields = [
  'remark',
  'description',
  'phone',
  'region',
  'image',
  'ext',
] as const satisfies readonly (keyof FriendCardChanges)[];

/** undefined for what says nothing: null, and what is empty. */
export const printOf = (text: string | null): number | undefined =>
  text === null || text === '' ? undefined : fingerprint(text);

function changedPrints(before: CardPrints, changes: FriendCardChanges | null | undefined): CardPrints {
  if (changes === null || changes === undefined) return before;
  const prints = cardFields.flatMap((field) => {
    const text = changes[field];
    const print = text === undefined ? before[field] : printOf(text);
    return print === undefined ? [] : [[field, print] as const];
  });
  return Object.fromEntries(prints);
}
