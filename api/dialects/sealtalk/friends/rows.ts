import type { BlockView, FriendRequestView, FriendView } from '../../../../application/queries/friendships.js';
import type { UserView } from '../../../../application/queries/users.js';
import type { SealtalkIds } from '../ids.js';
import { regional } from '../phones.js';
import { timesOf } from '../times.js';
import { userCard } from '../user-view.js';

/** Where one stands toward another: asks, is asked, has him, let him wait, had him, has him on his blacklist. */
export const statuses = { asks: 10, asked: 11, friend: 20, ignored: 21, deleted: 30, black: 31 } as const;

export type RowStatus = (typeof statuses)[keyof typeof statuses];

/** What one has of another, as the lists say it. */
export interface Relation {
  readonly friend?: FriendView;
  /** His own newest request to the other, and the other's to him. */
  readonly sent?: FriendRequestView;
  readonly received?: FriendRequestView;
  readonly block?: BlockView;
}

/** undefined: there is nothing between the two that he is shown. */
export function statusOf({ friend, sent, received, block }: Relation): RowStatus | undefined {
  if (friend !== undefined && block?.why === 'requested') return statuses.black;
  // Whoever was taken off the other's list asks again while he keeps him in his own.
  if (sent?.status === 'pending') return statuses.asks;
  if (received?.status === 'pending') return statuses.asked;
  if (friend !== undefined) return statuses.friend;
  const last = (sent?.askedAt ?? 0) > (received?.askedAt ?? 0) ? sent : received;
  if (last?.status === 'accepted' || last?.status === 'becameFriends') return statuses.deleted;
  if (block?.why === 'friendRemoved') return statuses.deleted;
  // Who isn't answered isn't told so, nor that he may not ask.
  if (last !== undefined && last === sent && sent.status !== 'withdrawn') return statuses.asks;
  if (last?.status === 'ignored' || last?.status === 'refused') return statuses.ignored;
  return undefined;
}

/** ms UTC of what happened last. */
function changedAt({ friend, sent, received, block }: Relation): number {
  const times = [friend?.since, sent?.askedAt, received?.askedAt, received?.endedAt, block?.blockedAt];
  return Math.max(...times.map((time) => time ?? 0));
}

/** The other, with his number only for those who have him. */
export function personOf(user: UserView, ids: Pick<SealtalkIds, 'ofNumber'>, { known }: { readonly known: boolean }) {
  return { ...userCard(user, ids), ...(known ? regional(user.phone) : { region: '', phone: '' }) };
}

export function rowOf(relation: Relation, user: UserView, ids: Pick<SealtalkIds, 'ofNumber'>): object | undefined {
  const status = statusOf(relation);
  if (status === undefined) return undefined;
  const { updatedAt, updatedTime } = timesOf(0, changedAt(relation));
  return {
    displayName: relation.friend?.card.remark ?? '',
    // The words stand with whom they were said to.
    message: status === statuses.asks ? '' : (relation.received?.message ?? ''),
    status,
    updatedAt,
    updatedTime,
    user: personOf(user, ids, { known: status === statuses.friend || status === statuses.black }),
  };
}
