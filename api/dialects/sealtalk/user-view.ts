import type { UserView } from '../../../application/queries/users.js';
import type { SealtalkIds } from './ids.js';

/** A user as lists of 004 show him; '' for what he doesn't have, or who was erased. His phone is only for those who have him. */
export interface UserCard {
  readonly id: string;
  readonly nickname: string;
  readonly portraitUri: string;
  readonly gender: string;
  readonly stAccount: string;
  readonly phone: string;
}

export const userCard = (user: Profile, ids: Pick<SealtalkIds, 'ofNumber'>): UserCard => ({
  id: ids.ofNumber(user.number),
  nickname: user.nickname ?? '',
  portraitUri: user.avatar ?? '',
  gender: user.gender ?? 'male',
  stAccount: '',
  phone: '',
});

type Profile = Pick<UserView, 'number' | 'nickname' | 'avatar' | 'gender'>;

/** One of whom no more may be said than that he is there. */
export const unseen = (id: string): UserCard => ({
  id,
  nickname: '',
  portraitUri: '',
  gender: '',
  stAccount: '',
  phone: '',
});

/** What a search finds of somebody. */
export function briefCard(
  user: Profile,
  ids: Pick<SealtalkIds, 'ofNumber'>,
): Pick<UserCard, 'id' | 'nickname' | 'portraitUri'> {
  const { id, nickname, portraitUri } = userCard(user, ids);
  return { id, nickname, portraitUri };
}
