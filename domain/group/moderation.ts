import { Set } from 'immutable';
import { actingUser } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { liveGroup, memberOf, refuseOutsider, requireMay, requireReach, requireReachOfAnybody } from './authority.js';
import { checkListLength } from './bounds.js';
import type { MuteGroup, MuteMember, UnmuteGroup, UnmuteMember } from './commands.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import { isMuted, type Group, type GroupState } from './state.js';

/** Silencing one member, and everybody. A mute is a deadline and ends by itself, without an event (docs/rules.md A8). */

export function muteMember(state: GroupState, command: Decided<MuteMember>): GroupDecision<'MuteMember'> {
  const group = liveGroup(state, command);
  const { userId, actor, rights = 'last' } = command;
  refuseOutsider(group, actor);
  const until = deadlineOf(command);
  if (rights === 'first') requireReachOfAnybody(group, actor, 'mute');
  else checkDeadline(group, 'until', until, command.at);
  const target = memberOf(group, userId);
  requireReach(group, actor, 'mute', target);
  checkDeadline(group, 'until', until, command.at);
  if (target.mute !== null && target.mute.until === until) {
    return alreadySo({ command: 'MuteMember', alreadySo: true, userId, until });
  }
  return {
    events: [{ type: 'MemberMuted', data: { groupId: group.groupId, userId, until, by: actingUser(actor) } }],
    outcome: { command: 'MuteMember', alreadySo: false, userId, until },
  };
}

const deadlineOf = ({ until, at }: Decided<MuteMember>): number | null =>
  typeof until === 'object' && until !== null ? at + until.lasting : until;

/** @throws InvalidArgument for one that has passed, or is further away than the rules let anybody be muted. */
export function checkDeadline({ rules }: Group, field: string, until: number | null, at: number): void {
  const { longest, forEver } = rules.values.limits.mute;
  if (until === null) {
    if (!forEver) refuse('InvalidArgument', { field, reason: 'a mute has an end here' });
    return;
  }
  if (!Number.isSafeInteger(until)) refuse('InvalidArgument', { field, reason: 'must be whole milliseconds, or null' });
  if (until <= at) refuse('InvalidArgument', { field, reason: 'has passed' });
  if (longest !== null && until - at > longest) {
    refuse('InvalidArgument', { field, reason: `further away than ${longest} ms` });
  }
}

export function unmuteMember(state: GroupState, command: Decided<UnmuteMember>): GroupDecision<'UnmuteMember'> {
  const group = liveGroup(state, command);
  const { userId, actor, rights = 'last' } = command;
  refuseOutsider(group, actor);
  if (rights === 'first') requireReachOfAnybody(group, actor, 'mute');
  const target = memberOf(group, userId);
  requireReach(group, actor, 'mute', target);
  if (!isMuted(target, command.at)) return alreadySo({ command: 'UnmuteMember', alreadySo: true, userId });
  const by = actingUser(actor);
  return {
    events: [{ type: 'MemberUnmuted', data: { groupId: group.groupId, userId, by, why: 'lifted' } }],
    outcome: { command: 'UnmuteMember', alreadySo: false, userId },
  };
}

export function muteGroup(state: GroupState, command: Decided<MuteGroup>): GroupDecision<'MuteGroup'> {
  const group = liveGroup(state, command);
  const { actor } = command;
  requireMay(group, actor, 'muteAll');
  const named = Set(command.speakers ?? []);
  checkListLength('speakers', named.size, { min: 0, max: group.rules.values.limits.listItems });
  const speakers = named.toArray();
  if (group.groupMute?.speakers.equals(named)) return alreadySo({ command: 'MuteGroup', alreadySo: true, speakers });
  const strangers = speakers.filter((userId) => !group.members.has(userId));
  if (strangers.length > 0) refuse('NotGroupMember', { userIds: strangers });
  return {
    events: [{ type: 'GroupMuted', data: { groupId: group.groupId, by: actingUser(actor), speakers } }],
    outcome: { command: 'MuteGroup', alreadySo: false, speakers },
  };
}

/** Lifts the mute of everybody and nothing else: it revives no dismissed group (the hole of 003, D1). */
export function unmuteGroup(state: GroupState, command: Decided<UnmuteGroup>): GroupDecision<'UnmuteGroup'> {
  const group = liveGroup(state, command);
  requireMay(group, command.actor, 'muteAll');
  if (group.groupMute === null) return alreadySo({ command: 'UnmuteGroup', alreadySo: true });
  return {
    events: [{ type: 'GroupUnmuted', data: { groupId: group.groupId, by: actingUser(command.actor) } }],
    outcome: { command: 'UnmuteGroup', alreadySo: false },
  };
}
