import { hasAdminPowers } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import { refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { admit, broughtBy, roomIn } from './admission.js';
import { liveGroup, requireMay, requireReach } from './authority.js';
import { checkCard, checkListLength, checkPast } from './bounds.js';
import { givenCard } from './card.js';
import type { ImportedMember, ImportMembers, ImportResult } from './commands.js';
import type { Decided, GroupDecision } from './decision.js';
import type { GroupEvent } from './events.js';
import { checkDeadline } from './moderation.js';
import { outlasts, type Group, type GroupState, type Mute } from './state.js';

/** Members from elsewhere, with the times they have there (001 import_group_member). A group is imported by creation. */
export function importMembers(state: GroupState, command: Decided<ImportMembers>): GroupDecision<'ImportMembers'> {
  const group = liveGroup(state, command);
  const { members, actor } = command;
  if (!hasAdminPowers(actor)) refuse('NotPermitted', { reason: 'only app admins import members' });
  // 001's AVChatRoom takes nobody but who comes by himself.
  requireMay(group, actor, 'invite');
  checkListLength('members', members.length, { min: 1, max: group.rules.values.limits.listItems });
  for (const member of members) checkImported(group, member, command);
  const results = judged(group, members);
  return {
    events: members.flatMap((member, i) => (results[i]?.result === 'joined' ? imported(group, member, command) : [])),
    outcome: {
      command: 'ImportMembers',
      alreadySo: results.every(({ result }) => result === 'already' || result === 'repeated'),
      items: results,
    },
  };
}

function checkImported(group: Group, member: ImportedMember, { actor, at }: CommandContext): void {
  const { userId, role = 'member', joinedAt, mutedUntil, card } = member;
  checkId('members', userId);
  if (role !== 'admin' && role !== 'member') {
    refuse('InvalidArgument', { field: 'members.role', reason: 'must be admin or member' });
  }
  if (joinedAt !== undefined) checkPast('members.joinedAt', joinedAt, at);
  if (mutedUntil != null && (!Number.isSafeInteger(mutedUntil) || mutedUntil < 0)) {
    refuse('InvalidArgument', { field: 'members.mutedUntil', reason: 'must be whole milliseconds UTC, or null' });
  }
  const mute = muteOf(member, at);
  if (mute !== undefined) {
    requireReach(group, actor, 'mute', { userId, role });
    checkDeadline(group, 'members.mutedUntil', mute.until, at);
  }
  if (card !== undefined) checkCard(group.rules.values, card);
}

/** The mute that he brings along; one that has passed is none: 001's clients send ShutUpUntil 0 with everybody. */
const muteOf = ({ mutedUntil: until }: ImportedMember, at: number): Mute | undefined =>
  until !== undefined && outlasts({ until }, at) ? { until } : undefined;

function judged(group: Group, members: readonly ImportedMember[]): ImportResult[] {
  const seen = new Set<string>();
  const { admins } = group.rules.values.limits;
  let room = roomIn(group);
  let roomForAdmins = admins === null ? Infinity : Math.max(0, admins - group.adminIds.size);
  return members.map(({ userId, role, exists = true }) => {
    if (seen.has(userId)) return { userId, result: 'repeated' };
    seen.add(userId);
    if (!exists) return { userId, result: 'unknown' };
    if (group.members.has(userId)) return { userId, result: 'already' };
    if (room === 0) return { userId, result: 'full' };
    if (role === 'admin' && roomForAdmins === 0) return { userId, result: 'tooManyAdmins' };
    room -= 1;
    if (role === 'admin') roomForAdmins -= 1;
    return { userId, result: 'joined' };
  });
}

function imported(group: Group, member: ImportedMember, { actor, at }: CommandContext): GroupEvent[] {
  const { userId, role, joinedAt, card } = member;
  const mute = muteOf(member, at);
  const kept = card === undefined ? {} : givenCard(card);
  return admit(
    group,
    {
      userId,
      source: 'import',
      ...broughtBy(actor, userId),
      ...(role !== undefined && { role }),
      joinedAt,
      ...(mute !== undefined && { mutedUntil: mute.until }),
      ...kept,
    },
    at,
  );
}
