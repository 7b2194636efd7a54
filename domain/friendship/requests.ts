import { actingUser } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { checkWords } from './bounds.js';
import type { AnswerFriendRequest, RequestFriend, WithdrawFriendRequest } from './commands.js';
import { type Decided, type FriendshipDecision, requireOwn, requireOwnAct } from './decision.js';
import type { FriendRequestWithdrawn, FriendshipEvent, FriendSource } from './events.js';
import type { FriendshipSettings } from './settings.js';
import { areFriends, type FriendRequest, type Friendship, pendingFrom, sideOf } from './state.js';

/** Asking to be friends, and being answered (D1 "Friends", D5 "friends"). */

export function requestFriend(state: Friendship, command: Decided<RequestFriend>): FriendshipDecision<'RequestFriend'> {
  const { from, to, requestId, settings } = command;
  checkRequest(command);
  if (areFriends(state, from, to)) refuse('AlreadyFriends', { ownerId: from, friendId: to });
  const outcome = { command: 'RequestFriend', alreadySo: false } as const;
  if (hearsNothing(state, command)) {
    return { events: [], outcome: { command: 'RequestFriend', alreadySo: true, result: 'unchanged' } };
  }
  const crossing = pendingFrom(state, to);
  if (crossing !== undefined) {
    // Both want it. The other one's request keeps its life and gets its answer: one of his own would have had none.
    const events = accepted(state, to, from, crossing, command);
    return { events, outcome: { ...outcome, result: 'added', how: 'crossed', requestId: crossing.requestId } };
  }
  const { friend, blocks } = sideOf(state, to);
  // Who has blocked him wants to be asked by him, whatever he lets others do.
  const how =
    !command.consent && blocks === null ? 'unasked' : friend !== null && settings.backUnasked ? 'back' : undefined;
  if (how !== undefined) {
    return { events: becomeFriends(state, from, to, added(command)), outcome: { ...outcome, result: 'added', how } };
  }
  const own = sideOf(state, from).request;
  const kept = own !== null && (own.requestId === requestId || isTooSoon(own, command.at, settings));
  if (kept) return { events: [], outcome: unchanged(own) };
  return {
    events: [...withdrawn(state, from, to, { why: 'superseded', by: actingUser(command.actor) }), requested(command)],
    outcome: { ...outcome, result: 'requested', requestId },
  };
}

function checkRequest({ from, to, requestId, message, source, ext, actor }: Decided<RequestFriend>): void {
  if (from === to) refuse('CannotBefriendYourself', { userId: from });
  requireOwnAct(actor, ['from', from], ['to', to]);
  checkId('requestId', requestId);
  checkWords({ ...(message !== undefined && { message }), ...(ext !== undefined && { ext }) });
  // Also of whoever doesn't keep to the type.
  if ((source as FriendSource | undefined) === 'import') {
    refuse('InvalidArgument', { field: 'source', reason: 'only an app admin imports friends' });
  }
}

/** Who only took him off his list hears him (004). */
const hearsNothing = (state: Friendship, { to, settings }: RequestFriend): boolean =>
  sideOf(state, to).blocks === 'requested' && !settings.blockedMayAsk && pendingFrom(state, to) === undefined;

/** Who takes his request back must wait too, but whose request has made friends of them needn't. */
function isTooSoon({ status, askedAt }: FriendRequest, at: number, settings: FriendshipSettings): boolean {
  if (status === 'accepted' || status === 'becameFriends') return false;
  const answered = status === 'refused' || status === 'ignored';
  return at - askedAt < (answered ? settings.answeredAgainAfterMs : settings.requestAgainAfterMs);
}

const unchanged = ({ status, requestId }: FriendRequest) =>
  ({
    command: 'RequestFriend',
    alreadySo: true,
    result: 'unchanged',
    ...(status === 'pending' && { requestId }),
  }) as const;

const added = ({ actor, source = 'request', settings }: Decided<RequestFriend>): Becoming => ({
  source,
  by: actingUser(actor),
  liftsAll: settings.deletingBlocks,
});

const requested = ({
  from,
  to,
  requestId,
  message = '',
  source = 'request',
  ext = '',
  actor,
  at,
}: Decided<RequestFriend>): FriendshipEvent => ({
  type: 'FriendRequested',
  data: { requestId, from, to, message, source, ext, by: actingUser(actor), askedAt: at },
});

export function answerFriendRequest(
  state: Friendship,
  command: Decided<AnswerFriendRequest>,
): FriendshipDecision<'AnswerFriendRequest'> {
  const { from, to, answer, message = '', actor } = command;
  requireOwn(actor, to);
  checkWords({ message });
  const request = namedRequest(state, command) ?? refuseEnding(state, command, answer);
  const { requestId } = request;
  const events =
    answer === 'accepted'
      ? accepted(state, from, to, request, command)
      : [answered(from, to, requestId, answer, { message, by: actingUser(actor) })];
  return { events, outcome: { command: 'AnswerFriendRequest', alreadySo: false, requestId } };
}

export function withdrawFriendRequest(
  state: Friendship,
  command: Decided<WithdrawFriendRequest>,
): FriendshipDecision<'WithdrawFriendRequest'> {
  const { from, to, requestId: named, actor } = command;
  requireOwn(actor, from);
  const pending = namedRequest(state, command);
  const outcome = { command: 'WithdrawFriendRequest' } as const;
  if (pending !== undefined) {
    const events = withdrawn(state, from, to, { why: 'withdrawn', by: actingUser(actor) });
    return { events, outcome: { ...outcome, alreadySo: false, requestId: pending.requestId } };
  }
  const last = sideOf(state, from).request;
  if (last?.status === 'withdrawn' && (named === undefined || named === last.requestId)) {
    return { events: [], outcome: { ...outcome, alreadySo: true, requestId: last.requestId } };
  }
  return refuseEnding(state, command, 'withdrawn');
}

type Named = Pick<AnswerFriendRequest, 'from' | 'to' | 'requestId'>;

function namedRequest(state: Friendship, { from, requestId }: Named): FriendRequest | undefined {
  const pending = pendingFrom(state, from);
  return requestId === undefined || requestId === pending?.requestId ? pending : undefined;
}

/** @throws FriendRequestHandled for what has ended, FriendRequestNotFound for what never was */
function refuseEnding(state: Friendship, { from, to, requestId }: Named, asked: string): never {
  const last = sideOf(state, from).request;
  const ended = last !== null && last.status !== 'pending' ? last : undefined;
  if (ended !== undefined && (requestId === undefined || requestId === ended.requestId)) {
    refuse('FriendRequestHandled', { from, to, how: ended.status, asked });
  }
  return refuse('FriendRequestNotFound', { from, to });
}

/** Of the request from `from`, by `to`; or for him, by an app admin. */
function accepted(
  state: Friendship,
  from: string,
  to: string,
  { requestId, source }: FriendRequest,
  command: Decided<RequestFriend | AnswerFriendRequest>,
): FriendshipEvent[] {
  const { message = '', actor, settings } = command;
  const by = actingUser(actor);
  return [
    answered(from, to, requestId, 'accepted', { message, by }),
    ...addMissing(state, from, to, { source, requestId, by }),
    ...lifted(state, [from, to], { by, all: settings.deletingBlocks }),
  ];
}

const answered = (
  from: string,
  to: string,
  requestId: string,
  answer: AnswerFriendRequest['answer'],
  words: { readonly message: string; readonly by: string },
): FriendshipEvent => ({ type: 'FriendRequestAnswered', data: { requestId, from, to, answer, ...words } });

/**
 * What becoming friends does to the blocks between the two: those that came of taking one off the list are over, and where
 * the tenant has it that they come so, all are.
 */
const lifted = (
  state: Friendship,
  [a, b]: readonly [string, string],
  { by, all }: { readonly by: string; readonly all: boolean },
): FriendshipEvent[] =>
  [[a, b] as const, [b, a] as const].flatMap(([ownerId, blockedId]) => {
    const { blocks } = sideOf(state, ownerId);
    const ends = blocks === 'friendRemoved' || (all && blocks !== null);
    return ends ? [{ type: 'UserUnblocked', data: { ownerId, blockedId, why: 'becameFriends', by } } as const] : [];
  });

interface Added {
  readonly source: FriendSource;
  readonly by: string;
  readonly requestId?: string;
}

interface Becoming extends Omit<Added, 'requestId'> {
  /** Of the blocks between them, also those that were asked for. */
  readonly liftsAll: boolean;
}

/** Without a request: what was asked between them is over. Nothing where they are friends. */
export function becomeFriends(
  state: Friendship,
  a: string,
  b: string,
  { source, by, liftsAll }: Becoming,
): FriendshipEvent[] {
  if (areFriends(state, a, b)) return [];
  return [
    ...withdrawn(state, a, b, { why: 'becameFriends', by }),
    ...withdrawn(state, b, a, { why: 'becameFriends', by }),
    ...addMissing(state, a, b, { source, by }),
    ...lifted(state, [a, b], { by, all: liftsAll }),
  ];
}

/** The directions that aren't there yet. */
const addMissing = (state: Friendship, a: string, b: string, how: Added): FriendshipEvent[] =>
  [[a, b] as const, [b, a] as const].flatMap(([ownerId, friendId]) =>
    sideOf(state, ownerId).friend === null
      ? [{ type: 'FriendAdded', data: { ownerId, friendId, ...how } } as const]
      : [],
  );

/** The end of the pending request from `from`, where there is one. */
export function withdrawn(
  state: Friendship,
  from: string,
  to: string,
  { why, by }: Pick<FriendRequestWithdrawn['data'], 'why' | 'by'>,
): FriendshipEvent[] {
  const pending = pendingFrom(state, from);
  if (pending === undefined) return [];
  return [{ type: 'FriendRequestWithdrawn', data: { requestId: pending.requestId, from, to, why, by } }];
}
