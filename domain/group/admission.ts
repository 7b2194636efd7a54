import { actingUser, type Actor } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import type { GroupEvent, InvitationWithdrawn, JoinRequestWithdrawn, JoinSource, MemberCard } from './events.js';
import type { BelowOwner } from './rules.js';
import { memberCount, outlasts, type Group, type PendingInvitation } from './state.js';

/** Coming in: what every way into a group has in common. */

export interface Admission {
  readonly userId: string;
  readonly source: JoinSource;
  /** Default `member`. */
  readonly role?: BelowOwner;
  readonly inviterId?: string | undefined;
  readonly approvedBy?: string | undefined;
  readonly requestId?: string | undefined;
  readonly inviteId?: string | undefined;
  /** Default: the time of the decision. */
  readonly joinedAt?: number | undefined;
  /** Default: a mute that he left with and that survives rejoining. */
  readonly mutedUntil?: number | null | undefined;
  readonly card?: MemberCard | undefined;
  /** Default: as the rules have it for newcomers. */
  readonly seesEarlier?: boolean | undefined;
}

/** Who brought somebody in by an app admin's power; nobody brings himself. */
export const broughtBy = (actor: Actor, userId: string): { readonly inviterId?: string } => {
  const by = actingUser(actor);
  return by === userId ? {} : { inviterId: by };
};

/** `MemberJoined`, and before it the end of what he was still waiting for otherwise. */
export function admit(group: Group, admission: Admission, at: number): GroupEvent[] {
  const { userId, source, role = 'member', joinedAt = at, card } = admission;
  const { inviterId, approvedBy, requestId, inviteId } = admission;
  const { seesEarlier = group.rules.values.newcomerSeesEarlier } = admission;
  const mute = admission.mutedUntil === undefined ? survivingMute(group, userId, at) : admission.mutedUntil;
  return [
    ...(inviteId === undefined ? endInvitation(group, userId, 'joinedOtherwise', at) : []),
    ...(requestId === undefined ? endRequest(group, userId, 'joinedOtherwise') : []),
    {
      type: 'MemberJoined',
      data: {
        groupId: group.groupId,
        userId,
        role,
        source,
        ...(inviterId !== undefined && { inviterId }),
        ...(approvedBy !== undefined && { approvedBy }),
        ...(requestId !== undefined && { requestId }),
        ...(inviteId !== undefined && { inviteId }),
        joinedAt,
        ...(mute !== undefined && { mutedUntil: mute }),
        seesEarlier,
        ...(card !== undefined && { card }),
      },
    },
  ];
}

/** A mute that a member left with and that the rules let survive (D0 "mute survives rejoining"). */
function survivingMute(group: Group, userId: string, at: number): number | null | undefined {
  const mute = group.rules.values.muteSurvivesRejoining ? group.departedMutes.get(userId) : undefined;
  return mute !== undefined && outlasts(mute, at) ? mute.until : undefined;
}

export const hasExpired = ({ expiresAt }: PendingInvitation, at: number): boolean =>
  expiresAt !== null && expiresAt <= at;

/** The end of a pending invitation, if there is one; one that has expired ended by that. */
export function endInvitation(
  group: Group,
  userId: string,
  why: InvitationWithdrawn['data']['why'],
  at: number,
): InvitationWithdrawn[] {
  const pending = group.invitations.get(userId);
  if (pending === undefined) return [];
  const { groupId } = group;
  const { inviteId } = pending;
  return [
    {
      type: 'InvitationWithdrawn',
      data: { groupId, inviteId, userId, why: hasExpired(pending, at) ? 'expired' : why },
    },
  ];
}

/** The end of a pending request, if there is one. */
export function endRequest(
  { groupId, requests }: Group,
  userId: string,
  why: JoinRequestWithdrawn['data']['why'],
): JoinRequestWithdrawn[] {
  const pending = requests.get(userId);
  if (pending === undefined) return [];
  return [{ type: 'JoinRequestWithdrawn', data: { groupId, requestId: pending.requestId, userId, why } }];
}

/** How many more the group holds. */
export const roomIn = (group: Group): number => Math.max(0, group.maximum - memberCount(group));

/**
 * How many more invitations may wait for an answer: in all as many as the group may have members. Room is judged again when
 * one is accepted, so more of them than free places do no harm, while more than all its places are of no use to anybody.
 */
export const roomToWait = (group: Group, at: number): number =>
  Math.max(0, group.maximum - group.invitations.count((pending) => !hasExpired(pending, at)));

/** @throws GroupFull */
export function requireRoom(group: Group): void {
  if (roomIn(group) === 0) refuse('GroupFull', { maximum: group.maximum });
}
