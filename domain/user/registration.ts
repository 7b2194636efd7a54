import { actingUser, hasAdminPowers } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import { refuse } from '../shared/errors.js';
import { checkNewId } from '../shared/ids.js';
import { checkName, checkText, isBlank } from '../shared/text.js';
import type { UserDecision } from './decision.js';
import type { RegisterUser } from './commands.js';
import type { UserState } from './state.js';

/** The same for every API: none of the five bounds these further than its own edge does. */
export const userLimits = {
  nickname: { min: 1, max: 64, unit: 'characters' },
  avatar: { min: 0, max: 2_048, unit: 'characters' },
  ext: { min: 0, max: 16_384, unit: 'bytes' },
  region: { min: 0, max: 16, unit: 'characters' },
  phone: { min: 0, max: 32, unit: 'characters' },
  gender: { min: 0, max: 16, unit: 'characters' },
} as const;

export function registerUser(state: UserState, command: RegisterUser & CommandContext): UserDecision<'RegisterUser'> {
  const { userId, number, nickname, avatar = '', ext = '', region, phone, actor } = command;
  if (actor.kind === 'auditor' || (actingUser(actor) !== userId && !hasAdminPowers(actor))) {
    refuse('NotPermitted', { reason: 'a user registers himself only' });
  }
  checkNewId('userId', userId, number);
  checkName('nickname', nickname, userLimits.nickname);
  if (isBlank(nickname)) refuse('InvalidArgument', { field: 'nickname', reason: 'blank' });
  checkText('avatar', avatar, userLimits.avatar);
  checkText('ext', ext, userLimits.ext);
  if (region !== undefined) checkText('region', region, userLimits.region);
  if (phone !== undefined) checkText('phone', phone, userLimits.phone);
  // Somebody's for ever, erased or not: what he did stands under this id.
  if (state.status !== 'none') refuse('UserIdTaken', { userId });

  return {
    events: [
      {
        type: 'UserRegistered',
        data: {
          userId,
          number,
          nickname,
          avatar,
          ext,
          ...(region !== undefined && { region }),
          ...(phone !== undefined && { phone }),
        },
      },
    ],
    outcome: { command: 'RegisterUser', alreadySo: false, userId, number },
  };
}
