import * as fc from 'fast-check';
import type { FriendshipCommand } from '../../domain/friendship/commands.js';
import type {
  FriendAdded,
  FriendRequestAnswered,
  FriendRequested,
  FriendshipEvent,
} from '../../domain/friendship/events.js';
import { FRIENDSHIP_SETTINGS, type FriendshipSettings } from '../../domain/friendship/settings.js';
import type { Actor } from '../../domain/shared/actor.js';
import { NOW } from './group-stories.js';

/** Words for specifications of friendships: ann and bob, written out, not by way of the decider. */

export const ASKED = NOW - 1000;

export const asked = (from: string, to: string, more: Partial<FriendRequested['data']> = {}): FriendRequested => ({
  type: 'FriendRequested',
  data: {
    requestId: `${from}-1`,
    from,
    to,
    message: '',
    source: 'request',
    ext: '',
    by: from,
    askedAt: ASKED,
    ...more,
  },
});

export const answered = (
  from: string,
  to: string,
  answer: FriendRequestAnswered['data']['answer'],
  more: Partial<FriendRequestAnswered['data']> = {},
): FriendRequestAnswered => ({
  type: 'FriendRequestAnswered',
  data: { requestId: `${from}-1`, from, to, answer, by: to, message: '', ...more },
});

export const withdrawn = (
  from: string,
  to: string,
  why: Extract<FriendshipEvent, { type: 'FriendRequestWithdrawn' }>['data']['why'],
  by = why === 'blocked' ? to : from,
): FriendshipEvent => ({ type: 'FriendRequestWithdrawn', data: { requestId: `${from}-1`, from, to, why, by } });

export const added = (ownerId: string, friendId: string, more: Partial<FriendAdded['data']> = {}): FriendAdded => ({
  type: 'FriendAdded',
  data: { ownerId, friendId, source: 'request', by: ownerId, ...more },
});

/** Since both have been added by an app admin. */
export const friends: readonly FriendshipEvent[] = [
  added('ann', 'bob', { source: 'import', by: 'root' }),
  added('bob', 'ann', { source: 'import', by: 'root' }),
];

export const removed = (ownerId: string, friendId: string, by = ownerId): FriendshipEvent => ({
  type: 'FriendRemoved',
  data: { ownerId, friendId, by },
});

export const blocked = (ownerId: string, blockedId: string, ext = '', by = ownerId): FriendshipEvent => ({
  type: 'UserBlocked',
  data: { ownerId, blockedId, ext, why: 'requested', by },
});

/** With taking him off the list. */
export const shutOut = (ownerId: string, blockedId: string): FriendshipEvent => ({
  type: 'UserBlocked',
  data: { ownerId, blockedId, ext: '', why: 'friendRemoved', by: ownerId },
});

export const unblocked = (ownerId: string, blockedId: string, by = ownerId): FriendshipEvent => ({
  type: 'UserUnblocked',
  data: { ownerId, blockedId, why: 'requested', by },
});

/** With becoming friends again. */
export const letIn = (ownerId: string, blockedId: string, by: string): FriendshipEvent => ({
  type: 'UserUnblocked',
  data: { ownerId, blockedId, why: 'becameFriends', by },
});

/** A command, and on whose word. `by` is one of the two, somebody else, or an app admin. */
export interface Act {
  readonly command: FriendshipCommand;
  readonly actor: Actor;
  /** Whether the actor may do it at all. */
  readonly own: boolean;
}

/** Everything that may be asked between two people, by them, by a stranger and by an app admin. */
export function anyAct(
  a: string,
  b: string,
  settings: fc.Arbitrary<FriendshipSettings> = fc.constant(FRIENDSHIP_SETTINGS),
): fc.Arbitrary<Act> {
  const words = fc.constantFrom('', 'hello', 'hello again');
  let requests = 0;
  const command = fc
    .record({
      kind: fc.constantFrom(
        'RequestFriend',
        'RequestFriend',
        'AnswerFriendRequest',
        'AnswerFriendRequest',
        'WithdrawFriendRequest',
        'RemoveFriend',
        'ChangeFriendCard',
        'BlockUser',
        'UnblockUser',
        'ImportFriend',
      ),
      pair: fc.constantFrom([a, b] as const, [b, a] as const),
      answer: fc.constantFrom('accepted', 'refused', 'ignored'),
      words,
      consent: fc.boolean(),
      pinned: fc.option(fc.boolean(), { nil: undefined }),
      settings,
    })
    .map(
      ({
        kind,
        pair: [own, other],
        answer,
        words: text,
        consent,
        pinned,
        settings: facts,
      }): [string, FriendshipCommand] => {
        const edge = { ownerId: own, friendId: other };
        switch (kind) {
          case 'RequestFriend': {
            const requestId = `r${(requests++).toString()}`;
            return [own, { type: kind, from: own, to: other, requestId, message: text, consent, settings: facts }];
          }
          case 'AnswerFriendRequest':
            return [
              own,
              { type: kind, from: other, to: own, answer: answer as 'accepted', message: text, settings: facts },
            ];
          case 'WithdrawFriendRequest':
            return [own, { type: kind, from: own, to: other }];
          case 'RemoveFriend':
            return [own, { type: kind, ...edge, settings: facts }];
          case 'ChangeFriendCard':
            return [own, { type: kind, ...edge, changes: { remark: text }, ...(pinned !== undefined && { pinned }) }];
          case 'BlockUser':
            return [own, { type: kind, ownerId: own, blockedId: other, ext: text, settings: facts }];
          case 'UnblockUser':
            return [own, { type: kind, ownerId: own, blockedId: other }];
          default:
            return ['', { type: 'ImportFriend', ...edge }];
        }
      },
    );
  const by = fc.constantFrom('own', 'own', 'own', 'own', 'own', 'own', 'other', 'stranger', 'admin', 'admin');
  return fc.tuple(command, by).map(([[own, asks], who]): Act => {
    if (who === 'admin') return { command: asks, actor: { kind: 'appAdmin', id: 'root' }, own: true };
    const id = who === 'own' && own !== '' ? own : who === 'other' ? (own === a ? b : a) : who === 'own' ? a : 'eve';
    return { command: asks, actor: { kind: 'user', id }, own: id === own };
  });
}
