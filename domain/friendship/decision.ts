import { actingUser, hasAdminPowers, type Actor } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import type { Decision } from '../shared/decider.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import type { FriendshipCommand, FriendshipOutcome } from './commands.js';
import type { FriendshipEvent } from './events.js';

/** What a decision of this command comes to. */
export type FriendshipDecision<Type extends FriendshipCommand['type']> = Decision<
  FriendshipEvent,
  Extract<FriendshipOutcome, { readonly command: Type }>
>;

/** A command as a decision sees it: its own fields, who asks and when. */
export type Decided<Command extends FriendshipCommand> = Command & CommandContext;

/**
 * The act is this one's own, upon somebody else.
 * @throws NotPermitted, SelfNotAllowed, InvalidArgument for what can't be an id
 */
export function requireOwnAct(actor: Actor, own: readonly [field: string, id: string], other: typeof own): void {
  requireOwn(actor, own[1]);
  checkId(...own);
  checkId(...other);
  if (own[1] === other[1]) refuse('SelfNotAllowed', { userId: own[1] });
}

/** @throws NotPermitted unless it is the user himself, or an app admin */
export function requireOwn(actor: Actor, userId: string): void {
  if (actor.kind === 'auditor') refuse('NotPermitted', { reason: 'auditors only read' });
  if (actingUser(actor) !== userId && !hasAdminPowers(actor)) {
    refuse('NotPermitted', { reason: 'a user’s friends, requests and blocks are his own' });
  }
}
