import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import type { CommandContext } from '../shared/command.js';
import type { Role } from '../group/rules.js';
import type { ClearConversation, DeleteMessages, RevokeMessages } from './commands.js';
import type { RevokedAs } from './events.js';
import { refuseAuditor, refuseStranger } from './opening.js';
import { requireLive } from './speaking.js';
import type { GroupStanding } from './standing.js';
import type { MessageFacts } from './message-facts.js';
import type { Conversation } from './state.js';

/** Whose messages somebody may take away from everybody: his own, and in a group those that its rules let him reach. */

type Taking = (RevokeMessages | DeleteMessages | ClearConversation) & CommandContext;

/** @throws NotAParticipant, GroupNotFound, GroupDismissed, GroupSuspended, NotPermitted for an auditor */
export function requireAccess({ about, standing, actor }: Taking): void {
  refuseAuditor(actor);
  refuseStranger(about, actor);
  if (about.kind !== 'group') return;
  const { groupId } = about;
  if (standing === null) refuse('GroupNotFound', { groupId });
  requireLive(standing);
  if (standing.suspension === 'blocked' && !hasAdminPowers(actor))
    refuse('GroupSuspended', { groupId, mode: 'blocked' });
}

/** Neither a member nor an app admin: he hears nothing of messages that aren't his own. */
export const isOutsider = ({ about, standing, actor }: Taking): boolean =>
  about.kind === 'group' && standing?.role == null && !hasAdminPowers(actor);

export const isOwn = ({ actor }: Taking, { author, senderId }: MessageFacts): boolean =>
  author === 'user' && senderId === actingUser(actor);

/** In virtue of what he may take it away; undefined: he may not. */
export function rightOver(command: Taking, message: MessageFacts): RevokedAs | undefined {
  const { actor, standing } = command;
  if (isOwn(command, message)) return 'sender';
  // What the server wrote is nobody's.
  if (message.author !== 'user') return hasAdminPowers(actor) ? 'appAdmin' : undefined;
  const target = standing === null ? undefined : targetRole(standing, message);
  if (
    target !== undefined &&
    standing?.role != null &&
    standing.rules?.revokeMessages[standing.role].includes(target)
  ) {
    return standing.role === 'owner' ? 'owner' : 'admin';
  }
  const everywhere = target === undefined || standing?.rules?.revokeMessages.appAdmin.includes(target);
  return hasAdminPowers(actor) && everywhere ? 'appAdmin' : undefined;
}

/** Who has left counts as a member. */
function targetRole({ ownerId, adminIds }: GroupStanding, { senderId }: MessageFacts): Role {
  if (senderId === ownerId) return 'owner';
  return adminIds.has(senderId) ? 'admin' : 'member';
}

/** Says what is missing. */
export function refuseTaking(command: Taking, message: MessageFacts): never {
  const { about, standing, actor } = command;
  if (about.kind !== 'group') refuse('NotPermitted', { reason: 'only the sender and app admins take a message back' });
  if (isOutsider(command)) refuse('NotGroupMember', { userIds: [actingUser(actor)] });
  if (message.author !== 'user') {
    refuse('NotPermitted', { reason: 'what the server wrote is for app admins to take away' });
  }
  const reached = standing?.role == null ? [] : (standing.rules?.revokeMessages[standing.role] ?? []);
  if (standing === null || reached.length === 0) refuse('NotGroupManager', { groupId: about.groupId });
  return refuse('TargetRoleTooHigh', { userId: message.senderId, role: targetRole(standing, message) });
}

/** What is known of a message, from the window or looked up; undefined: there is none, or nobody said so. */
export function factsOf(
  state: Conversation,
  seq: number,
  looked: readonly MessageFacts[] = [],
): MessageFacts | undefined {
  const recent = state.recent.get(seq);
  if (recent !== undefined) return recent;
  const older = seq <= state.lastSeq ? looked.find((each) => each.seq === seq) : undefined;
  // What was decided lately the read side may not know yet.
  return older && { ...older, fate: laterFate(older.fate, state.olderFates.get(seq)) };
}

const laterFate = (one: MessageFacts['fate'], other: MessageFacts['fate'] = 'shown'): MessageFacts['fate'] =>
  one === 'deleted' || other === 'shown' ? one : other;

/** Taken away from everybody, by itself or with all before it. */
export const isGone = (state: Conversation, { seq, fate }: MessageFacts): boolean =>
  fate === 'deleted' || seq <= state.clearedUpTo;
