import type { ApplicationStatus, ApplicationView } from '../../../application/queries/applications.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { MemberView } from '../../../application/queries/members.js';
import type { Sight } from '../../../application/queries/sight.js';
import type { UserView } from '../../../application/queries/users.js';
import type { SuspensionMode } from '../../../domain/group/events.js';
import type { Role } from '../../../domain/group/rules.js';
import type { GroupInfo, GroupMemberFullInfo, GroupRequest, PublicUserInfo } from './messages.js';

/** D0 "roles": 1 ordinary, 2 owner, 3 admin. */
export const roleLevels: Readonly<Record<Role, number>> = { member: 1, owner: 2, admin: 3 };
export const roleOf = (level: number): Role | undefined =>
  (Object.keys(roleLevels) as Role[]).find((role) => roleLevels[role] === level);

/** D0 "group status". */
export const suspensionStatuses: Readonly<Record<SuspensionMode, number>> = { noChat: 1, blocked: 3, noPrivateChat: 4 };
const DISMISSED = 2;

const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** What kind of group it is, is a number here; of a group that another API made it is 0, unless its kind is one. */
const groupTypeOf = (kind: string): number => (/^\d{1,9}$/.test(kind) ? Number(kind) : 0);

export const groupInfo = (group: GroupView): GroupInfo => ({
  groupID: group.groupId,
  groupName: group.name,
  notification: group.announcement?.text ?? '',
  introduction: group.introduction,
  faceURL: group.avatar,
  ownerUserID: group.ownerId ?? '',
  createTime: seconds(group.createdAt),
  memberCount: group.memberCount,
  ex: group.ext,
  status: group.status === 'dismissed' ? DISMISSED : group.suspension ? suspensionStatuses[group.suspension.mode] : 0,
  creatorUserID: group.creatorId,
  groupType: groupTypeOf(group.kind),
});

/** 0 by himself, 1 by an admin, 2 by invitation, 3 by search, 4 by QR code. */
function joinSourceOf(source: string): number {
  if (source === 'admin' || source === 'import') return 1;
  if (source === 'creation' || source === 'invitation' || source === 'copy') return 2;
  if (source === 'search') return 3;
  return source === 'scan' ? 4 : 0;
}

export interface MemberContext {
  readonly groupId: string;
  readonly user: Pick<UserView, 'nickname' | 'avatar'> | null;
  readonly isAppAdmin: boolean;
  readonly sight: Sight;
}

/** A member as far as he is seen (docs/rules.md A17). */
export function memberInfo(
  member: MemberView,
  { groupId, user, isAppAdmin, sight }: MemberContext,
): GroupMemberFullInfo {
  const seen = sight !== 'idsAndRoles';
  return {
    groupID: groupId,
    userID: member.userId,
    roleLevel: roleLevels[member.role],
    joinTime: seen ? seconds(member.joinedAt) : 0,
    nickname: seen ? (member.card.nickname ?? user?.nickname ?? '') : '',
    faceURL: seen ? (member.card.avatar ?? user?.avatar ?? '') : '',
    appMangerLevel: isAppAdmin ? 1 : 0,
    joinSource: seen ? joinSourceOf(member.source) : 0,
    operatorUserID: seen ? (member.approvedBy ?? member.inviterId ?? '') : '',
    ex: seen ? (member.card.ext ?? '') : '',
  };
}

const publicUserInfo = (userId: string, user: UserView | undefined): PublicUserInfo => ({
  userID: userId,
  nickname: user?.nickname ?? '',
  faceURL: user?.avatar ?? '',
  gender: 0,
});

const AGREED: ReadonlySet<ApplicationStatus> = new Set(['accepted', 'joinedOtherwise']);

export const groupRequest = (
  application: ApplicationView,
  user: UserView | undefined,
  group: GroupView | undefined,
): GroupRequest => ({
  userInfo: publicUserInfo(application.userId, user),
  groupInfo: group === undefined ? null : groupInfo(group),
  handleResult: application.status === 'pending' ? 0 : AGREED.has(application.status) ? 1 : -1,
  reqMsg: application.message ?? '',
  handleMsg: application.handledMessage ?? '',
  reqTime: seconds(application.createdAt),
  handleUserID: application.handledBy ?? '',
  handleTime: application.endedAt === null ? 0 : seconds(application.endedAt),
  ex: application.ext ?? '',
});
