import { actingUser, hasAdminPowers, type Actor } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import { refuse } from '../shared/errors.js';
import { checkName, checkText, isBlank } from '../shared/text.js';
import type { ChangeUserPrivacy, ChangeUserProfile, ChangeUserReceiveOption } from './commands.js';
import type { UserDecision } from './decision.js';
import type { UserEvent, UserPrivacyChanges, UserProfileChanges } from './events.js';
import { userLimits } from './registration.js';
import { printOf, profileFields, type User, type UserState } from './state.js';

/** What a user says of himself and how he wants to be reached. Writes what really changes, and nothing when nothing does. */

export function changeUserProfile(
  state: UserState,
  command: ChangeUserProfile & CommandContext,
): UserDecision<'ChangeUserProfile'> {
  const user = ownUser(state, command);
  const { userId, changes: asked } = command;
  for (const field of profileFields) {
    const text = asked[field];
    if (text) (field === 'nickname' ? checkName : checkText)(field, text, userLimits[field]);
  }
  if (asked.nickname && isBlank(asked.nickname)) {
    refuse('InvalidArgument', { field: 'nickname', reason: 'blank' });
  }
  const changed = profileFields.filter((field) => {
    const text = asked[field];
    return text !== undefined && printOf(text) !== user.profile[field];
  });
  const outcome = { command: 'ChangeUserProfile', userId, changed } as const;
  if (changed.length === 0) return { events: [], outcome: { ...outcome, alreadySo: true } };
  const changes = Object.fromEntries(
    changed.map((field) => [field, asked[field] || clearedBy[field]]),
  ) as UserProfileChanges;
  return {
    events: [{ type: 'UserProfileChanged', data: { userId, changes } }],
    outcome: { ...outcome, alreadySo: false },
  };
}

/** Clearing has one way to be written. A nickname that is null is one that was erased with its person. */
const clearedBy = { nickname: '', avatar: null, ext: null, gender: null, region: null } as const;

const privacyNames = ['groupInviteConsent', 'friendRequestConsent', 'searchable'] as const;

export function changeUserPrivacy(
  state: UserState,
  command: ChangeUserPrivacy & CommandContext,
): UserDecision<'ChangeUserPrivacy'> {
  const user = ownUser(state, command);
  const { userId, changes: asked } = command;
  const changed = privacyNames.filter((name) => asked[name] !== undefined && asked[name] !== user.privacy[name]);
  const outcome = { command: 'ChangeUserPrivacy', userId } as const;
  const changes = Object.fromEntries(changed.map((name) => [name, asked[name]])) as UserPrivacyChanges;
  const { accountSearchable: searchable = user.privacy.accountSearchable } = asked;
  const events: UserEvent[] = [
    ...(changed.length > 0 ? [{ type: 'UserPrivacyChanged', data: { userId, changes } } as const] : []),
    ...(searchable !== user.privacy.accountSearchable
      ? [{ type: 'UserAccountSearchChanged', data: { userId, searchable } } as const]
      : []),
  ];
  return { events, outcome: { ...outcome, alreadySo: events.length === 0 } };
}

export function changeUserReceiveOption(
  state: UserState,
  command: ChangeUserReceiveOption & CommandContext,
): UserDecision<'ChangeUserReceiveOption'> {
  const user = ownUser(state, command);
  const { userId, option } = command;
  if (!['all', 'silent', 'none'].includes(option)) {
    refuse('InvalidArgument', { field: 'option', reason: 'must be all, silent or none' });
  }
  const outcome = { command: 'ChangeUserReceiveOption', userId } as const;
  if (option === user.receiveOption) return { events: [], outcome: { ...outcome, alreadySo: true } };
  return {
    events: [{ type: 'UserReceiveOptionChanged', data: { userId, option } }],
    outcome: { ...outcome, alreadySo: false },
  };
}

/** @throws NotPermitted for anybody but the user himself and app admins (D1 "access"); UserNotFound, also of somebody who was erased */
function ownUser(state: UserState, { userId, actor }: { readonly userId: string; readonly actor: Actor }): User {
  if (actor.kind === 'auditor' || (actingUser(actor) !== userId && !hasAdminPowers(actor))) {
    refuse('NotPermitted', { reason: 'a user changes what is his own only' });
  }
  if (state.status !== 'registered') refuse('UserNotFound', { userIds: [userId] });
  return state;
}
