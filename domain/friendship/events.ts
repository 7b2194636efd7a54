import type { DomainEvent } from '../shared/event.js';

/**
 * The facts between two people (docs/events.md "Friendship"): one stream for each unordered pair, with two edges, a request
 * and a block in each direction. Times are integers, milliseconds UTC. `by` is who did it: one of the two, or an app admin.
 */

/** How two came to be friends, or one to ask the other. */
export type FriendSource = 'request' | 'import' | 'search' | 'scan' | 'group' | 'card' | 'contacts' | 'other';

/** `message` and `ext` are personal to `from`. */
export type FriendRequested = DomainEvent<
  'FriendRequested',
  {
    requestId: string;
    from: string;
    to: string;
    message: string;
    source: FriendSource;
    ext: string;
    by: string;
    /** Decided time: how soon one may ask again counts from here. */
    askedAt: number;
  }
>;

/** `accepted` too when the asked one asked himself: his `message` is then what he wrote to ask. */
export type FriendRequestAnswered = DomainEvent<
  'FriendRequestAnswered',
  {
    requestId: string;
    from: string;
    to: string;
    answer: 'accepted' | 'refused' | 'ignored';
    by: string;
    /** Personal to `to`, also where an app admin answers for him. */
    message: string;
  }
>;

/** `becameFriends`: they are, by other means. `blocked`: by whom he asked, where the tenant lets nobody ask who is blocked. */
export type FriendRequestWithdrawn = DomainEvent<
  'FriendRequestWithdrawn',
  {
    requestId: string;
    from: string;
    to: string;
    why: 'superseded' | 'becameFriends' | 'blocked' | 'withdrawn';
    by: string;
  }
>;

/** One direction: `ownerId` has `friendId` in his list from now on. */
export type FriendAdded = DomainEvent<
  'FriendAdded',
  { ownerId: string; friendId: string; source: FriendSource; requestId?: string; by: string }
>;

/** One direction. */
export type FriendRemoved = DomainEvent<'FriendRemoved', { ownerId: string; friendId: string; by: string }>;

/** What `ownerId` keeps about his friend, personal to `ownerId`. null is cleared. */
export interface FriendCardChanges {
  remark?: string | null;
  description?: string | null;
  phone?: string | null;
  region?: string | null;
  image?: string | null;
  ext?: string | null;
}

/** At least one of `changes` and `pinned` is there. */
export type FriendCardChanged = DomainEvent<
  'FriendCardChanged',
  { ownerId: string; friendId: string; by: string; changes?: FriendCardChanges; pinned?: boolean }
>;

/**
 * `ext` is personal to `ownerId`. `friendRemoved`: it came with taking him off the list, where the tenant has it so, and ends
 * when they become friends again; `requested` may follow it, and stays.
 */
export type UserBlocked = DomainEvent<
  'UserBlocked',
  { ownerId: string; blockedId: string; ext: string; why: 'requested' | 'friendRemoved'; by: string }
>;

/** `becameFriends`: with the act that made them friends; `by` may then be the one who was blocked. */
export type UserUnblocked = DomainEvent<
  'UserUnblocked',
  { ownerId: string; blockedId: string; why: 'requested' | 'becameFriends'; by: string }
>;

export type FriendshipEvent =
  | FriendRequested
  | FriendRequestAnswered
  | FriendRequestWithdrawn
  | FriendAdded
  | FriendRemoved
  | FriendCardChanged
  | UserBlocked
  | UserUnblocked;
