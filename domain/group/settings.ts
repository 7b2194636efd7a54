import { actingUser } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { fingerprint } from '../shared/fingerprint.js';
import { liveGroup, requireMay } from './authority.js';
import { checkAnnouncement, checkJoinPolicy, checkMaximum, checkSettings } from './bounds.js';
import type { ChangeGroupSettings, ChangeJoinPolicy, PublishAnnouncement } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { GroupSettingsChanges } from './events.js';
import type { GroupAct } from './rules.js';
import { memberCount, type Group, type GroupState } from './state.js';

/** What the group is set to: its announcement, how people come in, what clients and readers heed (docs/rules.md A17). */

export function publishAnnouncement(
  state: GroupState,
  command: Decided<PublishAnnouncement>,
): GroupDecision<'PublishAnnouncement'> {
  const group = liveGroup(state, command);
  const { text, actor } = command;
  requireMay(group, actor, 'announce');
  checkAnnouncement(group.rules.values, text);
  if ((text === '' ? null : fingerprint(text)) === group.announcement) {
    return alreadySo({ command: 'PublishAnnouncement', alreadySo: true });
  }
  return {
    events: [{ type: 'AnnouncementPublished', data: { groupId: group.groupId, text, by: actingUser(actor) } }],
    outcome: { command: 'PublishAnnouncement', alreadySo: false },
  };
}

export function changeJoinPolicy(
  state: GroupState,
  command: Decided<ChangeJoinPolicy>,
): GroupDecision<'ChangeJoinPolicy'> {
  const group = liveGroup(state, command);
  requireMay(group, command.actor, 'changeJoinPolicy');
  const present = group.joinPolicy;
  const { selfJoin = present.selfJoin, memberInvite = present.memberInvite } = command;
  const joinPolicy = { selfJoin, memberInvite };
  checkJoinPolicy(group.rules.values, joinPolicy);
  if (selfJoin === present.selfJoin && memberInvite === present.memberInvite) {
    return alreadySo({ command: 'ChangeJoinPolicy', alreadySo: true, joinPolicy });
  }
  const { groupId } = group;
  return {
    events: [{ type: 'JoinPolicyChanged', data: { groupId, ...joinPolicy, by: actingUser(command.actor) } }],
    outcome: { command: 'ChangeJoinPolicy', alreadySo: false, joinPolicy },
  };
}

/** By which act each setting changes. */
const actFor: Readonly<Record<keyof GroupSettingsChanges, GroupAct>> = {
  memberProtection: 'changeSettings',
  lookMemberInfo: 'changeSettings',
  addMemberAsFriend: 'changeSettings',
  retention: 'changeRetention',
  maximum: 'changeMaximum',
};
const settingNames = Object.keys(actFor) as (keyof GroupSettingsChanges)[];

export function changeGroupSettings(
  state: GroupState,
  command: Decided<ChangeGroupSettings>,
): GroupDecision<'ChangeGroupSettings'> {
  const group = liveGroup(state, command);
  const { actor, changes: asked } = command;
  const named = settingNames.filter((name) => asked[name] !== undefined);
  const acts = named.length === 0 ? (['changeSettings'] as const) : new Set(named.map((name) => actFor[name]));
  for (const act of acts) requireMay(group, actor, act);
  checkSettings(asked);
  if (asked.maximum !== undefined) checkNewMaximum(group, asked.maximum);

  const present: GroupSettingsChanges = { ...group.settings, maximum: group.maximum };
  const changed = named.filter((name) => asked[name] !== present[name]);
  if (changed.length === 0) return alreadySo({ command: 'ChangeGroupSettings', alreadySo: true, changed });
  const changes = Object.fromEntries(changed.map((name) => [name, asked[name]])) as GroupSettingsChanges;
  return {
    events: [{ type: 'GroupSettingsChanged', data: { groupId: group.groupId, changes, by: actingUser(actor) } }],
    outcome: { command: 'ChangeGroupSettings', alreadySo: false, changed },
  };
}

function checkNewMaximum(group: Group, maximum: number): void {
  checkMaximum(group.rules.values, maximum);
  if (maximum < memberCount(group)) {
    refuse('InvalidArgument', { field: 'maximum', reason: `the group has ${memberCount(group)} members` });
  }
}
