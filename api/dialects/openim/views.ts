import type { ApplicationStatus, ApplicationView } from '../../../application/queries/applications.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { MemberView } from '../../../application/queries/members.js';
import type { Sight } from '../../../application/queries/sight.js';
import type { UserReceiveOption, UserView } from '../../../application/queries/users.js';
import type { GroupSettings, JoinPolicy } from '../../../domain/group/events.js';
import type { Role } from '../../../domain/group/rules.js';

/** What leaves on the wire. Times are milliseconds, numbers are numbers, and what isn't set is '' or 0, never null. */
export interface UserInfo {
  readonly userID: string;
  readonly nickname: string;
  readonly faceURL: string;
  readonly ex: string;
  readonly createTime: number;
  readonly appMangerLevel: number;
  readonly globalRecvMsgOpt: number;
}

export type PublicUserInfo = Pick<UserInfo, 'userID' | 'nickname' | 'faceURL' | 'ex'>;

export interface GroupInfo {
  readonly groupID: string;
  readonly groupName: string;
  readonly notification: string;
  readonly introduction: string;
  readonly faceURL: string;
  readonly ownerUserID: string;
  readonly createTime: number;
  readonly memberCount: number;
  readonly ex: string;
  readonly status: number;
  readonly creatorUserID: string;
  readonly groupType: number;
  readonly needVerification: number;
  readonly lookMemberInfo: number;
  readonly applyMemberFriend: number;
  readonly notificationUpdateTime: number;
  readonly notificationUserID: string;
}

export interface GroupMemberFullInfo {
  readonly groupID: string;
  readonly userID: string;
  readonly roleLevel: number;
  readonly joinTime: number;
  readonly nickname: string;
  readonly faceURL: string;
  readonly appMangerLevel: number;
  readonly joinSource: number;
  readonly operatorUserID: string;
  readonly ex: string;
  readonly muteEndTime: number;
  readonly inviterUserID: string;
}

export interface GroupRequest {
  readonly userInfo: PublicUserInfo;
  readonly groupInfo: GroupInfo | null;
  readonly handleResult: number;
  readonly reqMsg: string;
  readonly handleMsg: string;
  readonly reqTime: number;
  readonly handleUserID: string;
  readonly handleTime: number;
  readonly ex: string;
  readonly joinSource: number;
  readonly inviterUserID: string;
}

/** Working groups are the only kind that there is. */
export const WORKING_GROUP = 2;

/** D0 "roles". */
export const roleLevels: Readonly<Record<Role, number>> = { owner: 100, admin: 60, member: 20 };

export const manages = (role: Role | undefined): boolean => role === 'owner' || role === 'admin';

const ORDINARY_USER = 0;
const APP_ADMIN = 2;

export const receiveOptions: Readonly<Record<UserReceiveOption, number>> = { all: 0, none: 1, silent: 2 };
export const receiveOptionOf = (option: number): UserReceiveOption =>
  option === 1 ? 'none' : option === 2 ? 'silent' : 'all';

/** docs/rules.md D1 "needVerification": 0 a request needs approval, 1 everything but owner's and admins' invitations, 2 nothing. */
const joinPolicies: readonly JoinPolicy[] = [
  { selfJoin: 'approval', memberInvite: 'joins' },
  { selfJoin: 'approval', memberInvite: 'approval' },
  { selfJoin: 'open', memberInvite: 'joins' },
];
export const joinPolicyOf = (needVerification: number): JoinPolicy | undefined => joinPolicies[needVerification];

/** Of policies that this API can't set, the nearest: what it would lead to for whoever asks. */
export function needVerificationOf({ selfJoin, memberInvite }: JoinPolicy): number {
  if (selfJoin === 'open') return 2;
  return memberInvite === 'joins' ? 0 : 1;
}

/** 0 allows, 1 doesn't. */
const allowed = (flag: number): boolean => flag === 0;
const flagOf = (setting: boolean): number => (setting ? 0 : 1);

export interface SettingFlags {
  readonly lookMemberInfo?: number;
  readonly applyMemberFriend?: number;
}

export const settingsOf = ({ lookMemberInfo, applyMemberFriend }: SettingFlags): Partial<GroupSettings> => ({
  ...(lookMemberInfo === undefined ? {} : { lookMemberInfo: allowed(lookMemberInfo) }),
  ...(applyMemberFriend === undefined ? {} : { addMemberAsFriend: allowed(applyMemberFriend) }),
});

export const publicUserInfo = (user: Pick<UserView, 'userId' | 'nickname' | 'avatar' | 'ext'>): PublicUserInfo => ({
  userID: user.userId,
  nickname: user.nickname ?? '',
  faceURL: user.avatar ?? '',
  ex: user.ext ?? '',
});

/** What is shown of a user. */
export type Profile = Pick<UserView, 'userId' | 'nickname' | 'avatar' | 'ext' | 'registeredAt' | 'receiveOption'>;

/** Somebody of whom the lists know nothing yet but who he is. */
export const unseen = (userId: string): Profile => ({
  userId,
  nickname: null,
  avatar: null,
  ext: null,
  registeredAt: 0,
  receiveOption: 'all',
});

export const userInfo = (user: Profile, isAppAdmin: boolean): UserInfo => ({
  ...publicUserInfo(user),
  createTime: user.registeredAt,
  appMangerLevel: isAppAdmin ? APP_ADMIN : ORDINARY_USER,
  globalRecvMsgOpt: receiveOptions[user.receiveOption],
});

/** D0 "group status". Dismissed comes before all, and a ban before a mute. */
function statusOf({ status, suspension, mutedAll }: GroupView): number {
  if (status === 'dismissed') return 2;
  if (suspension?.mode === 'blocked') return 1;
  return mutedAll ? 3 : 0;
}

export const groupInfo = (group: GroupView): GroupInfo => ({
  groupID: group.groupId,
  groupName: group.name,
  notification: group.announcement?.text ?? '',
  introduction: group.introduction,
  faceURL: group.avatar,
  ownerUserID: group.ownerId ?? '',
  createTime: group.createdAt,
  memberCount: group.memberCount,
  ex: group.ext,
  status: statusOf(group),
  creatorUserID: group.creatorId,
  groupType: WORKING_GROUP,
  needVerification: needVerificationOf(group.joinPolicy),
  lookMemberInfo: flagOf(group.settings.lookMemberInfo),
  applyMemberFriend: flagOf(group.settings.addMemberAsFriend),
  notificationUpdateTime: group.announcement?.at ?? 0,
  notificationUserID: group.announcement?.by ?? '',
});

/** 1 by an admin, 2 by invitation, 3 by search, 4 by QR code. Whoever came in with the group was brought by its creator. */
function joinSourceOf(source: string): number {
  if (source === 'admin' || source === 'import') return 1;
  if (source === 'creation' || source === 'invitation' || source === 'copy') return 2;
  return source === 'scan' ? 4 : 3;
}

/** A deadline that has passed is none; for ever is the last moment that a JSON number names exactly. */
function muteEndOf(until: number | null | undefined, now: number): number {
  if (until === null) return Number.MAX_SAFE_INTEGER;
  return until !== undefined && until > now ? until : 0;
}

export interface MemberContext {
  readonly group: Pick<GroupView, 'groupId' | 'creatorId'>;
  /** His profile, where it is known: what he hasn't on his card is taken from it. */
  readonly user: Pick<UserView, 'nickname' | 'avatar'> | null | undefined;
  readonly isAppAdmin: boolean;
  /** How much of him the caller sees. */
  readonly sight: Sight;
  readonly now: number;
}

const NOTHING_OF_A_MEMBER = {
  joinTime: 0,
  nickname: '',
  faceURL: '',
  joinSource: 0,
  operatorUserID: '',
  ex: '',
  muteEndTime: 0,
  inviterUserID: '',
} as const;

/** A member as far as he is seen; what isn't is as if it were not set (docs/rules.md A17). */
export function memberInfo(
  member: MemberView,
  { group, user, isAppAdmin, sight, now }: MemberContext,
): GroupMemberFullInfo {
  const groupID = group.groupId;
  const userID = member.userId;
  const roleLevel = roleLevels[member.role];
  const appMangerLevel = isAppAdmin ? APP_ADMIN : ORDINARY_USER;
  if (sight === 'idsAndRoles') return { ...NOTHING_OF_A_MEMBER, groupID, userID, roleLevel, appMangerLevel };
  const inviter = member.inviterId ?? (member.source === 'creation' ? group.creatorId : '');
  // Spelt out: of a page's members, a spread takes longer than everything else.
  return {
    joinTime: member.joinedAt,
    nickname: member.card.nickname ?? user?.nickname ?? '',
    faceURL: member.card.avatar ?? user?.avatar ?? '',
    joinSource: joinSourceOf(member.source),
    operatorUserID: member.approvedBy ?? (inviter === '' ? member.userId : inviter),
    ex: member.card.ext ?? '',
    muteEndTime: muteEndOf(member.mutedUntil, now),
    inviterUserID: inviter,
    groupID,
    userID,
    roleLevel,
    appMangerLevel,
  };
}

interface BareMember {
  readonly group: Pick<GroupView, 'groupId' | 'ownerId'> | undefined;
  readonly user: Profile | undefined;
  readonly isAppAdmin: boolean;
}

/** Whoever a line in a chat speaks of, who may have left since: who he is, and whether the group is his. */
export const bareMember = (userId: string, { group, user, isAppAdmin }: BareMember): GroupMemberFullInfo => ({
  ...NOTHING_OF_A_MEMBER,
  groupID: group?.groupId ?? '',
  userID: userId,
  roleLevel: roleLevels[group?.ownerId === userId ? 'owner' : 'member'],
  nickname: user?.nickname ?? '',
  faceURL: user?.avatar ?? '',
  appMangerLevel: isAppAdmin ? APP_ADMIN : ORDINARY_USER,
});

/** 0 pending, 1 agreed, -1 refused: whatever else ended it is no agreement. */
const handleResults: Readonly<Record<ApplicationStatus, -1 | 0 | 1>> = {
  pending: 0,
  accepted: 1,
  joinedOtherwise: 1,
  refused: -1,
  ignored: -1,
  superseded: -1,
  expired: -1,
  withdrawn: -1,
  dismissed: -1,
};

/** The statuses that these results show; none named = all. */
export const statusesOf = (results: readonly number[]): ApplicationStatus[] =>
  (Object.keys(handleResults) as ApplicationStatus[]).filter((status) => results.includes(handleResults[status]));

export const groupRequest = (
  application: ApplicationView,
  user: UserView | undefined,
  group: GroupView | undefined,
): GroupRequest => ({
  userInfo: publicUserInfo(user ?? unseen(application.userId)),
  groupInfo: group === undefined ? null : groupInfo(group),
  handleResult: handleResults[application.status],
  reqMsg: application.message ?? '',
  handleMsg: application.handledMessage ?? '',
  reqTime: application.createdAt,
  handleUserID: application.handledBy ?? '',
  handleTime: application.endedAt ?? 0,
  ex: application.ext ?? '',
  joinSource: joinSourceOf(application.source),
  inviterUserID: application.inviterId ?? '',
});
