import type { FriendSource, UserBlocked } from '../../domain/friendship/events.js';
import type { FriendRequestStatus } from '../../domain/friendship/state.js';
import type { CountedPage, PageRequest } from './page.js';
import type { UserView } from './users.js';

/** One in somebody's list of friends. Times are milliseconds UTC. */
export interface FriendView {
  readonly ownerId: string;
  readonly friendId: string;
  /** As he is now; null where the read model of users hasn't seen him yet. */
  readonly user: UserView | null;
  readonly since: number;
  readonly source: FriendSource;
  /** By whose word: who answered, or an app admin. */
  readonly addedBy: string;
  /** null = without a request. */
  readonly requestId: string | null;
  readonly pinned: boolean;
  /** What the owner keeps about him; null = nothing, or erased. */
  readonly card: FriendCardView;
}

export interface FriendCardView {
  readonly remark: string | null;
  readonly description: string | null;
  readonly phone: string | null;
  readonly region: string | null;
  readonly image: string | null;
  readonly ext: string | null;
}

/** The newest request from one to another. Times are milliseconds UTC. */
export interface FriendRequestView {
  readonly requestId: string;
  readonly from: string;
  readonly to: string;
  /** As they are now; null where the read model of users hasn't seen them yet. */
  readonly fromUser: UserView | null;
  readonly toUser: UserView | null;
  /** Empty = none; null = erased. */
  readonly message: string | null;
  readonly source: FriendSource;
  readonly ext: string | null;
  readonly status: FriendRequestStatus;
  readonly askedAt: number;
  /** null = pending. */
  readonly endedAt: number | null;
  /** Who answered; null = nobody has. */
  readonly handledBy: string | null;
  readonly handledMessage: string | null;
}

/** Somebody whom another has blocked. */
export interface BlockView {
  readonly ownerId: string;
  readonly blockedId: string;
  readonly user: UserView | null;
  /** Milliseconds UTC. */
  readonly blockedAt: number;
  readonly blockedBy: string;
  /** `friendRemoved`: it came with taking him off the list. */
  readonly why: UserBlocked['data']['why'];
  /** Empty = nothing; null = erased. */
  readonly ext: string | null;
}

/** Who has whom in his list: nothing keeps both directions from being different. */
export interface FriendDirections {
  /** `b` is in the list of `a`. */
  readonly inListOfA: boolean;
  readonly inListOfB: boolean;
}

/** Everything is of one tenant. All lists may throw BadCursor, BadPageLimit, BadPageOffset. */
export interface FriendshipQueries {
  /** Pinned ones first, each kind in the order in which they came, then by id. */
  friendsOfUser(tenant: string, ownerId: string, page: PageRequest): Promise<CountedPage<FriendView>>;
  /** Those of them that are his friends, in the order asked for, each once. At most 1000 ids. */
  friendsByIds(tenant: string, ownerId: string, friendIds: readonly string[]): Promise<readonly FriendView[]>;
  areFriends(tenant: string, a: string, b: string): Promise<FriendDirections>;
  /** What others asked him, newest first; of each of them the newest. */
  requestsReceived(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter?: FriendRequestFilter,
  ): Promise<CountedPage<FriendRequestView>>;
  /** What he asked others, newest first; of each of them the newest. */
  requestsSent(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter?: FriendRequestFilter,
  ): Promise<CountedPage<FriendRequestView>>;
  /** The newest request of each `from` to its `to`, in no order: those that there are. At most 1000. */
  requestsMade(
    tenant: string,
    directions: readonly Pick<FriendRequestView, 'from' | 'to'>[],
  ): Promise<readonly FriendRequestView[]>;
  /** The newest in each direction, newest first: two at most. */
  requestsBetween(tenant: string, a: string, b: string): Promise<readonly FriendRequestView[]>;
  /** Newest first, then by id. */
  blocksOfUser(tenant: string, ownerId: string, page: PageRequest): Promise<CountedPage<BlockView>>;
  /** Those of them whom he has blocked, in the order asked for, each once. At most 1000 ids. */
  blocksByIds(tenant: string, ownerId: string, blockedIds: readonly string[]): Promise<readonly BlockView[]>;
}

/** What is absent filters nothing. */
export interface FriendRequestFilter {
  readonly statuses?: readonly FriendRequestStatus[];
}
