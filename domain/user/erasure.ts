import { hasAdminPowers } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import { refuse } from '../shared/errors.js';
import { checkText, isBlank } from '../shared/text.js';
import type { EraseUser } from './commands.js';
import type { UserDecision } from './decision.js';
import type { UserState } from './state.js';

export const REASON_BOUND = { min: 1, max: 500, unit: 'characters' } as const;

export function eraseUser(
  state: UserState,
  { userId, reason, actor }: EraseUser & CommandContext,
): UserDecision<'EraseUser'> {
  if (!hasAdminPowers(actor)) refuse('NotPermitted', { reason: 'app admins and operators erase people' });
  checkErasureReason(reason);
  if (state.status === 'none') refuse('UserNotFound', { userIds: [userId] });
  if (state.status === 'erased') return { events: [], outcome: { command: 'EraseUser', alreadySo: true, userId } };
  return {
    events: [{ type: 'UserErased', data: { userId, reason } }],
    outcome: { command: 'EraseUser', alreadySo: false, userId },
  };
}

/** @throws InvalidArgument */
export function checkErasureReason(reason: string): void {
  checkText('reason', reason, REASON_BOUND);
  if (isBlank(reason)) refuse('InvalidArgument', { field: 'reason', reason: 'blank' });
}
