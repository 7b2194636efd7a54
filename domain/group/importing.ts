import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { DomainError, refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { admit, broughtBy, roomIn } from './admission.js';
import { liveGroup, requireMay, requireReach } from './authority.js';
import { checkCard, checkListLength, checkPast } from './bounds.js';
import { checkReceiveOption, givenCard } from './card.js';
import type { ImportedMember, ImportMembers, ImportResult } from './commands.js';
import type { Decided, GroupDecision } from './decision.js';
import type { GroupEvent } from './events.js';
import { checkDeadline } from './moderation.js';
import type { BelowOwner, Role } from './rules.js';
import { outlasts, type Group, type GroupState, type Mute } from './state.js';

type Importing = Decided<ImportMembers>;

/** Members from elsewhere, with the times they have there (001 import_group_member). A group is imported by creation. */
export function importMembers(state: GroupState, command: Importing): GroupDecision<'ImportMembers'> {
  const group = liveGroup(state, command);
  const { members, actor, unfit = 'refuse' } = command;
  if (!hasAdminPowers(actor)) refuse('NotPermitted', { reason: 'only app admins import members' });
  // 001's AVChatRoom takes nobody but who comes by himself.
  requireMay(group, actor, 'invite');
  checkListLength('members', members.length, { min: 1, max: group.rules.values.limits.listItems });
  if (unfit === 'refuse') for (const member of members) checkImported(group, member, command);
  const results = judged(group, command);
  return {
    events: members.flatMap((member, i) => (results[i]?.result === 'joined' ? imported(group, member, command) : [])),
    outcome: {
      command: 'ImportMembers',
      alreadySo: results.every(({ result }) => result === 'already' || result === 'repeated'),
      items: results,
    },
  };
}

function checkImported(group: Group, member: ImportedMember, command: Importing): void {
  const { userId, role = 'member', joinedAt, mutedUntil, card, receiveOption } = member;
  const { actor, at } = command;
  checkId('members', userId);
  if (!isBelowOwner(role) && group.ownerId !== userId) {
    refuse('InvalidArgument', { field: 'members.role', reason: 'must be admin or member' });
  }
  if (joinedAt !== undefined) {
    checkPast('members.joinedAt', joinedAt, at);
    // A back end that counts seconds says the second of the group's making.
    if (command.sinceCreation === true && joinedAt + 1_000 <= group.createdAt) {
      refuse('InvalidArgument', { field: 'members.joinedAt', reason: 'must not be before the group was made' });
    }
  }
  if (mutedUntil != null && (!Number.isSafeInteger(mutedUntil) || mutedUntil < 0)) {
    refuse('InvalidArgument', { field: 'members.mutedUntil', reason: 'must be whole milliseconds UTC, or null' });
  }
  const mute = muteOf(member, at);
  if (mute !== undefined) {
    requireReach(group, actor, 'mute', { userId, role });
    checkDeadline(group, 'members.mutedUntil', mute.until, at);
  }
  if (card !== undefined) checkCard(group.rules.values, card);
  if (receiveOption !== undefined) checkReceiveOption(receiveOption);
}

const isBelowOwner = (role: Role): role is BelowOwner => role === 'admin' || role === 'member';

/** The mute that he brings along; one that has passed is none: 001's clients send ShutUpUntil 0 with everybody. */
const muteOf = ({ mutedUntil: until }: ImportedMember, at: number): Mute | undefined =>
  until !== undefined && outlasts({ until }, at) ? { until } : undefined;

function judged(group: Group, command: Importing): ImportResult[] {
  const seen = new Set<string>();
  const { admins } = group.rules.values.limits;
  let room = roomIn(group);
  let roomForAdmins = admins === null ? Infinity : Math.max(0, admins - group.adminIds.size);
  return command.members.map((member) => {
    const { userId, role, exists = true } = member;
    if (seen.has(userId)) return { userId, result: 'repeated' };
    seen.add(userId);
    if (!exists) return { userId, result: 'unknown' };
    if (group.members.has(userId)) return { userId, result: 'already' };
    if (!isFit(group, member, command)) return { userId, result: 'unfit' };
    if (room === 0) return { userId, result: 'full' };
    if (role === 'admin' && roomForAdmins === 0) return { userId, result: 'tooManyAdmins' };
    room -= 1;
    if (role === 'admin') roomForAdmins -= 1;
    return { userId, result: 'joined' };
  });
}

function isFit(group: Group, member: ImportedMember, command: Importing): boolean {
  // It was checked with all the others.
  if (command.unfit !== 'report') return true;
  try {
    checkImported(group, member, command);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

function imported(group: Group, member: ImportedMember, { actor, at }: Importing): GroupEvent[] {
  const { userId, role = 'member', joinedAt, card, receiveOption = 'all' } = member;
  const { groupId } = group;
  const mute = muteOf(member, at);
  const kept = card === undefined ? {} : givenCard(card);
  const joining = admit(
    group,
    {
      userId,
      source: 'import',
      ...broughtBy(actor, userId),
      ...(isBelowOwner(role) && { role }),
      joinedAt,
      ...(mute !== undefined && { mutedUntil: mute.until }),
      ...kept,
      // Who was a member elsewhere saw what was said there.
      ...(joinedAt !== undefined && { seesEarlier: true }),
    },
    at,
  );
  if (receiveOption === 'all') return joining;
  return [...joining, { type: 'MemberCardChanged', data: { groupId, userId, by: actingUser(actor), receiveOption } }];
}
