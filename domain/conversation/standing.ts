import { Set } from 'immutable';
import type { SuspensionMode } from '../group/events.js';
import type { Reach, Role } from '../group/rules.js';
import type { Group, GroupState, Mute } from '../group/state.js';
import type { ReceiveOption } from '../view/events.js';

/**
 * What another aggregate says of somebody who acts in a conversation: facts, taken from its state at a revision that was read
 * after the request had come. Judged in `speaking.ts` and `reaching.ts`, at the time of the decision.
 */

/** Of a group's state, about one person. */
export interface GroupStanding {
  readonly kind: 'group';
  readonly groupId: string;
  /** Of the group's stream; -1 = there is none. */
  readonly revision: number;
  /** `dismissed` also where the conversation belongs to an earlier incarnation. */
  readonly status: GroupState['status'];
  /** ms UTC; 0 where there is none. */
  readonly createdAt: number;
  readonly suspension: SuspensionMode | null;
  /** null = no member. */
  readonly role: Role | null;
  readonly mute: Mute | null;
  /** Everybody is muted, and he isn't among those named to speak. */
  readonly silenced: boolean;
  readonly ownerId: string | null;
  readonly adminIds: Set<string>;
  /** null where there is no group. */
  readonly rules: MessageRules | null;
}

/** What a group's rules say about messages. */
export interface MessageRules {
  readonly mutedAdminMaySpeak: boolean;
  readonly keepsHistory: boolean;
  readonly revokeMessages: Reach<Role>;
  /** ms, null = any time. */
  readonly revokeWithin: number | null;
}

/** Of a friendship's state and the tenant's settings, about who writes to the other. */
export interface PeerStanding {
  readonly kind: 'single';
  /** Of the friendship's stream; -1 = there is none. */
  readonly revision: number;
  /** The other has blocked him. */
  readonly blockedByPeer: boolean;
  /** He stands in the other's list of friends. */
  readonly friendOfPeer: boolean;
  /** The tenant's setting (docs/rules.md A1). */
  readonly strangersMayWrite: boolean;
  /** The strictest of what the other set for all his chats and for this one. */
  readonly peerReceives: ReceiveOption;
}

/** @param incarnation of the group whose conversation it is */
export function standingInGroup(
  { state, revision }: { readonly state: GroupState; readonly revision: number },
  { groupId, incarnation }: { readonly groupId: string; readonly incarnation: number },
  userId: string,
): GroupStanding {
  if (state.status === 'none') return { ...nowhere, groupId, revision };
  const member = state.members.get(userId);
  return {
    kind: 'group',
    groupId,
    revision,
    status: state.incarnation === incarnation ? state.status : 'dismissed',
    createdAt: state.createdAt,
    suspension: state.suspension,
    role: member?.role ?? null,
    mute: member?.mute ?? null,
    silenced: state.groupMute !== null && !state.groupMute.speakers.has(userId),
    ownerId: state.ownerId,
    adminIds: state.adminIds,
    rules: messageRules(state),
  };
}

const nowhere = {
  kind: 'group',
  status: 'none',
  createdAt: 0,
  suspension: null,
  role: null,
  mute: null,
  silenced: false,
  ownerId: null,
  adminIds: Set<string>(),
  rules: null,
} as const satisfies Omit<GroupStanding, 'groupId' | 'revision'>;

const messageRules = ({ rules: { values } }: Group): MessageRules => ({
  mutedAdminMaySpeak: values.mutedAdminMaySpeak,
  keepsHistory: values.keepsHistory,
  revokeMessages: values.revokeMessages,
  revokeWithin: values.limits.revokeWithin,
});
