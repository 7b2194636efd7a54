import { hasAdminPowers, type Actor } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { outlasts } from '../group/state.js';
import type { SendMessage, SendingStanding } from './commands.js';
import type { ConversationAbout, JudgedBy } from './events.js';
import type { Decided } from './decision.js';
import { isNamed } from './opening.js';
import type { GroupStanding, PeerStanding } from './standing.js';

/**
 * Who may speak, in the order of docs/rules.md A9. App admins and the server are free of all but the group's end when they speak
 * for themselves; in the name of a user they are judged as he is.
 */

/** @throws what A9 has, save the content's limits, which come last */
export function judgeSpeaking({ about, standing, actor, senderId, from, at }: Decided<SendMessage>): void {
  const free = speaksFreely(actor, senderId, from);
  switch (about.kind) {
    case 'group':
      if (standing?.kind !== 'group') refuse('GroupNotFound', { groupId: about.groupId });
      judgeInGroup(standing, senderId, free, at);
      return;
    case 'single':
      if (free && from === 'system') return;
      if (!isNamed(about, senderId)) refuse('NotAParticipant', { userId: senderId });
      if (!free) judgeInSingle(standing?.kind === 'single' ? standing : unknownPair, peerOf(about, senderId));
      return;
    case 'notification':
      if (!free) refuse('NotPermitted', { reason: 'only app admins write notifications' });
  }
}

const speaksFreely = (actor: Actor, senderId: string, from: SendMessage['from']): boolean =>
  hasAdminPowers(actor) && (from === 'system' || senderId === actor.id);

/** @throws GroupNotFound, GroupDismissed */
export function requireLive({ groupId, status }: GroupStanding): void {
  if (status === 'none') refuse('GroupNotFound', { groupId });
  if (status === 'dismissed') refuse('GroupDismissed', { groupId });
}

function judgeInGroup(standing: GroupStanding, userId: string, free: boolean, at: number): void {
  requireLive(standing);
  if (free) return;
  const { groupId, role, mute, rules, suspension } = standing;
  if (role === null) refuse('NotGroupMember', { userIds: [userId] });
  if (suspension === 'noChat' || suspension === 'blocked') refuse('GroupSuspended', { groupId, mode: suspension });
  if (role === 'owner') return;
  const mutable = role === 'member' || rules?.mutedAdminMaySpeak !== true;
  if (mutable && mute !== null && outlasts(mute, at)) refuse('MemberMuted', { userId, until: mute.until });
  if (standing.silenced && role !== 'admin') refuse('GroupMuted', { groupId });
}

function judgeInSingle(standing: PeerStanding, peer: string): void {
  if (standing.blockedByPeer) refuse('BlockedByPeer', { userId: peer });
  if (!standing.strangersMayWrite && !standing.friendOfPeer) refuse('NotAFriend', { userId: peer });
  if (standing.peerReceives === 'none') refuse('PeerDeclinesMessages', { userId: peer });
}

/** Nobody looked: who isn't known for a friend is a stranger, and strangers may not write. */
const unknownPair: PeerStanding = {
  kind: 'single',
  revision: -1,
  blockedByPeer: false,
  friendOfPeer: false,
  strangersMayWrite: false,
  peerReceives: 'all',
};

const peerOf = ({ a, b }: Extract<ConversationAbout, { kind: 'single' }>, userId: string): string =>
  userId === a ? b : a;

export function judgedBy(standing: SendingStanding | null): JudgedBy {
  if (standing === null) return {};
  return standing.kind === 'group' ? { groupRevision: standing.revision } : { friendshipRevision: standing.revision };
}
