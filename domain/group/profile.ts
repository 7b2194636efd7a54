import { actingUser } from '../shared/actor.js';
import { liveGroup, requireMay } from './authority.js';
import { checkProfile } from './bounds.js';
import type { ChangeGroupProfile } from './commands.js';
import { mergedFields } from './custom-fields.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { CustomField, GroupProfileChanges } from './events.js';
import type { Group, GroupState } from './state.js';

/** Name, avatar, introduction, ext, custom fields. Writes what really changes, and nothing when nothing does. */
export function changeGroupProfile(
  state: GroupState,
  command: Decided<ChangeGroupProfile>,
): GroupDecision<'ChangeGroupProfile'> {
  const group = liveGroup(state, command);
  requireMay(group, command.actor, 'editProfile');
  const asked = withFieldsSet(group, command);
  checkProfile(group.rules.values, asked);
  const changes = realChanges(group, asked);
  const changed = Object.keys(changes) as (keyof GroupProfileChanges)[];
  if (changed.length === 0) return alreadySo({ command: 'ChangeGroupProfile', alreadySo: true, changed });
  return {
    events: [{ type: 'GroupProfileChanged', data: { groupId: group.groupId, changes, by: actingUser(command.actor) } }],
    outcome: { command: 'ChangeGroupProfile', alreadySo: false, changed },
  };
}

function withFieldsSet(
  group: Group,
  { changes, setFields = [], removeFields = [] }: ChangeGroupProfile,
): GroupProfileChanges {
  if (setFields.length === 0 && removeFields.length === 0) return changes;
  const present = changes.customFields ?? group.customFields;
  return { ...changes, customFields: mergedFields(present, { set: setFields, remove: removeFields }) };
}

function realChanges(group: Group, asked: GroupProfileChanges): GroupProfileChanges {
  const { name, avatar, introduction, ext, customFields } = asked;
  return {
    ...(name !== undefined && name !== group.name && { name }),
    ...(differs(avatar, group.avatar) && { avatar: cleared(avatar) }),
    ...(differs(introduction, group.introduction) && { introduction: cleared(introduction) }),
    ...(differs(ext, group.ext) && { ext: cleared(ext) }),
    ...(customFields !== undefined &&
      !sameFields(customFields, group.customFields) && {
        customFields: customFields.map(({ key, value }) => ({ key, value })),
      }),
  };
}

const differs = (asked: string | null | undefined, present: string): asked is string | null =>
  asked !== undefined && (asked ?? '') !== present;

/** Clearing has one way to be written. */
const cleared = (text: string | null): string | null => (text === '' ? null : text);

const sameFields = (a: readonly CustomField[], b: readonly CustomField[]): boolean =>
  a.length === b.length && a.every((field, i) => field.key === b[i]?.key && field.value === b[i]?.value);
