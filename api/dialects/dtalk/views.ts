import type { ApplicationStatus, ApplicationView } from '../../../application/queries/applications.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { GroupPeople, MemberView } from '../../../application/queries/members.js';
import { type Looking, sightOf } from '../../../application/queries/sight.js';
import type { CustomField, GroupSettings, JoinPolicy } from '../../../domain/group/events.js';
import type { Role } from '../../../domain/group/rules.js';
import { type Group, memberCount } from '../../../domain/group/state.js';
import { MAX_INT64, wireIdOf } from './group-ids.js';
import { markOf } from './mark.js';

/** What leaves on the wire; every member is always there, in this order. Times are milliseconds UTC. */
export interface WireMember {
  readonly memberId: string;
  readonly memberName: string;
  readonly memberType: number;
  /** Until when he is muted: 0 not at all, MAX_INT64 for ever. */
  readonly memberMuteTime: number | bigint;
}

export interface WireGroup {
  readonly id: number | bigint;
  readonly idStr: string;
  readonly markId: string;
  readonly name: string;
  readonly publicName: string;
  readonly avatar: string;
  readonly introduce: string;
  readonly owner: WireMember;
  readonly person: WireMember | null;
  readonly memberNum: number;
  readonly maximum: number;
  readonly status: number;
  readonly createTime: number;
  readonly joinType: number;
  readonly muteType: number;
  readonly friendType: number;
  readonly muteNum: number;
  readonly adminNum: number;
  /** '' for whoever is no member. */
  readonly key: string;
  readonly groupType: number;
}

/** D0 "roles"; who is none of these isn't in the group. */
export const memberTypes: Readonly<Record<Role, number>> = { owner: 2, admin: 1, member: 0 };

export const status = { fine: 0, blocked: 1, disbanded: 2 } as const;

/** The only kind that this API makes. */
const NORMAL_GROUP = 0;

/**
 * D0 "joining oneself", "ordinary member invites": 0 whoever likes; 1 by owner and admins alone; 2 an ordinary member's invitation,
 * and one's own wish, needs approval.
 */
const joinPolicies: readonly JoinPolicy[] = [
  { selfJoin: 'open', memberInvite: 'joins' },
  { selfJoin: 'closed', memberInvite: 'refused' },
  { selfJoin: 'approval', memberInvite: 'approval' },
];
export const joinPolicyOf = (joinType: number): JoinPolicy | undefined => joinPolicies[joinType];

/** Of policies that this API can't set the nearest that promises nobody more than he gets. */
export function joinTypeOf({ selfJoin, memberInvite }: JoinPolicy): number {
  if (selfJoin === 'open' && memberInvite === 'joins') return 0;
  return selfJoin === 'closed' && memberInvite === 'refused' ? 1 : 2;
}

/** 0: members may add each other as friends, as far as clients heed it. */
export const friendTypeOf = ({ addMemberAsFriend, memberProtection }: GroupSettings): number =>
  addMemberAsFriend && !memberProtection ? 0 : 1;

export const settingsOf = (friendType: number): Partial<GroupSettings> =>
  friendType === 0 ? { addMemberAsFriend: true, memberProtection: false } : { addMemberAsFriend: false };

/** The name that outsiders see too: 002's clients encrypt the other one. */
export const PUBLIC_NAME = 'publicName';

/** What is shown of a group, from the lists or from what a command left. */
export interface GroupFacts {
  readonly groupId: string;
  readonly number: number;
  readonly name: string;
  readonly avatar: string;
  readonly introduction: string;
  readonly customFields: readonly CustomField[];
  readonly memberCount: number;
  readonly maximum: number;
  readonly status: number;
  readonly createdAt: number;
  readonly joinPolicy: JoinPolicy;
  readonly mutedAll: boolean;
  readonly settings: GroupSettings;
}

export const factsOfView = (group: GroupView): GroupFacts => ({
  ...group,
  status:
    group.status === 'dismissed'
      ? status.disbanded
      : group.suspension?.mode === 'blocked'
        ? status.blocked
        : status.fine,
});

export const factsOfState = (group: Group): GroupFacts => ({
  ...group,
  memberCount: memberCount(group),
  mutedAll: group.groupMute !== null,
  status:
    group.status === 'dismissed' ? status.disbanded : group.suspension === 'blocked' ? status.blocked : status.fine,
});

export interface Shown extends Pick<GroupPeople, 'admins' | 'muted'> {
  readonly owner: WireMember | undefined;
  readonly person: WireMember | null;
  readonly key: string;
}

export function wireGroup(group: GroupFacts, { owner, person, key, admins, muted }: Shown): WireGroup {
  const id = wireIdOf(group);
  return {
    id,
    idStr: id.toString(),
    markId: markOf(group.number),
    name: group.name,
    publicName: group.customFields.find((field) => field.key === PUBLIC_NAME)?.value ?? group.name,
    avatar: group.avatar,
    introduce: group.introduction,
    owner: owner ?? NOBODY,
    person,
    memberNum: group.memberCount,
    maximum: group.maximum,
    status: group.status,
    createTime: group.createdAt,
    joinType: joinTypeOf(group.joinPolicy),
    muteType: group.mutedAll ? 1 : 0,
    friendType: friendTypeOf(group.settings),
    muteNum: muted,
    adminNum: admins,
    key,
    groupType: NORMAL_GROUP,
  };
}

/** In the place of the owner, where a group has none. */
const NOBODY: WireMember = { memberId: '', memberName: '', memberType: memberTypes.owner, memberMuteTime: 0 };

export function wireMember(member: MemberView, at: number, looking?: Looking): WireMember {
  const { userId, role, card, mutedUntil } = member;
  const whole = looking === undefined || sightOf(looking, member) !== 'idsAndRoles';
  return {
    memberId: userId,
    memberName: whole ? (card.nickname ?? '') : '',
    memberType: memberTypes[role],
    memberMuteTime: whole ? muteTimeOf(mutedUntil, at) : 0,
  };
}

/** @param until undefined: he isn't muted; null: for ever */
export function muteTimeOf(until: number | null | undefined, at: number): number | bigint {
  if (until === null) return MAX_INT64;
  return until !== undefined && until > at ? until : 0;
}

export const isMutedAt = ({ mutedUntil }: Pick<MemberView, 'mutedUntil'>, at: number): boolean =>
  muteTimeOf(mutedUntil, at) !== 0;

/** 0 waits, 1 accepted, 2 refused, 10 ended without anybody's word. */
const applyStatuses: Readonly<Record<ApplicationStatus, number>> = {
  pending: 0,
  accepted: 1,
  joinedOtherwise: 1,
  refused: 2,
  ignored: 10,
  superseded: 10,
  expired: 10,
  withdrawn: 10,
  dismissed: 10,
};

/** What is 0 or '' is left out, as the original's generated code does. */
export interface WireApplication {
  readonly applyId?: string;
  readonly id?: string;
  readonly inviterId?: string;
  readonly memberId?: string;
  readonly applyNote?: string;
  readonly operatorId?: string;
  readonly applyStatus?: number;
  readonly rejectReason?: string;
  readonly createTime?: number;
  readonly updateTime?: number;
}

export function wireApplication(one: ApplicationView, group: Pick<GroupFacts, 'groupId' | 'number'>): WireApplication {
  const { id, inviterId, userId, message, handledBy, handledMessage, createdAt, endedAt } = one;
  const whole: Required<WireApplication> = {
    applyId: id,
    id: wireIdOf(group).toString(),
    inviterId: inviterId ?? '',
    memberId: userId,
    applyNote: message ?? '',
    operatorId: handledBy ?? '',
    applyStatus: applyStatuses[one.status],
    rejectReason: one.status === 'refused' ? (handledMessage ?? '') : '',
    createTime: createdAt,
    updateTime: endedAt ?? createdAt,
  };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== '' && value !== 0));
}
