import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  IsId,
  IsIdOrEmpty,
  IsIds,
  IsNewIdOrEmpty,
  IsNumber,
  IsText,
  LONGEST_LIST,
  PaginationType,
  Plain,
  RequestPagination,
} from './common.js';

/** `createTime`, `memberCount`, `ownerUserID` and what else clients send with it are accepted and ignored. */
export class NewGroupInfo {
  /** '' is none: the server makes one. */
  @IsOptional()
  @IsNewIdOrEmpty()
  groupID?: string;

  @IsText({ blank: false })
  groupName!: string;

  @IsOptional()
  @IsText()
  notification?: string;

  @IsOptional()
  @IsText()
  introduction?: string;

  @IsOptional()
  @IsText()
  faceURL?: string;

  /** Working groups only. */
  @IsOptional()
  @IsIn([2])
  groupType = 2;

  @IsOptional()
  @IsText()
  ex?: string;

  @IsOptional()
  @IsNumber(0, 2)
  needVerification?: number;

  @IsOptional()
  @IsNumber(0, 1)
  lookMemberInfo?: number;

  @IsOptional()
  @IsNumber(0, 1)
  applyMemberFriend?: number;
}

export class CreateGroupReq {
  @IsId()
  ownerUserID!: string;

  @IsOptional()
  @IsIds()
  memberUserIDs: string[] = [];

  @IsOptional()
  @IsIds()
  adminUserIDs: string[] = [];

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => NewGroupInfo)
  groupInfo!: NewGroupInfo;
}

/** Absent = unchanged, '' = cleared; the name can't be, which whoever may not change it doesn't hear (docs/rules.md D1). */
export class SetGroupInfoExReq {
  @IsId()
  groupID!: string;

  @IsOptional()
  @Plain()
  @IsText()
  groupName?: string;

  @IsOptional()
  @Plain()
  @IsText()
  notification?: string;

  @IsOptional()
  @Plain()
  @IsText()
  introduction?: string;

  @IsOptional()
  @Plain()
  @IsText()
  faceURL?: string;

  @IsOptional()
  @Plain()
  @IsText()
  ex?: string;

  @IsOptional()
  @Plain()
  @IsNumber(0, 2)
  needVerification?: number;

  @IsOptional()
  @Plain()
  @IsNumber(0, 1)
  lookMemberInfo?: number;

  @IsOptional()
  @Plain()
  @IsNumber(0, 1)
  applyMemberFriend?: number;
}

/** The older form's texts are bare: '' = unchanged. */
export class GroupInfoForSet {
  @IsId()
  groupID!: string;

  @IsOptional()
  @IsText()
  groupName?: string;

  @IsOptional()
  @IsText()
  notification?: string;

  @IsOptional()
  @IsText()
  introduction?: string;

  @IsOptional()
  @IsText()
  faceURL?: string;

  @IsOptional()
  @Plain()
  @IsText()
  ex?: string;

  @IsOptional()
  @Plain()
  @IsNumber(0, 2)
  needVerification?: number;

  @IsOptional()
  @Plain()
  @IsNumber(0, 1)
  lookMemberInfo?: number;

  @IsOptional()
  @Plain()
  @IsNumber(0, 1)
  applyMemberFriend?: number;
}

export class SetGroupInfoReq {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => GroupInfoForSet)
  groupInfoForSet!: GroupInfoForSet;
}

export class JoinGroupReq {
  @IsId()
  groupID!: string;

  @IsOptional()
  @IsText()
  reqMessage?: string;

  /** 1 by an admin's invitation, 2 by a member's, 3 by search, 4 by QR code. */
  @IsNumber(1, 4)
  joinSource!: number;

  /** The applicant, whatever its name says. */
  @IsOptional()
  @IsIdOrEmpty()
  inviterUserID?: string;

  @IsOptional()
  @IsText()
  ex?: string;
}

export class QuitGroupReq {
  @IsId()
  groupID!: string;

  /** Absent: the caller. */
  @IsOptional()
  @IsIdOrEmpty()
  userID?: string;
}

export class GroupApplicationResponseReq {
  @IsId()
  groupID!: string;

  @IsId()
  fromUserID!: string;

  @IsOptional()
  @IsText()
  handledMsg?: string;

  /** 1 agrees, -1 refuses. */
  @IsIn([1, -1])
  handleResult!: 1 | -1;
}

export class TransferGroupReq {
  @IsId()
  groupID!: string;

  @IsId()
  oldOwnerUserID!: string;

  @IsId()
  newOwnerUserID!: string;
}

export class GetGroupsInfoReq {
  @IsIds({ atLeast: 1 })
  groupIDs!: string[];
}

export class KickGroupReq {
  @IsId()
  groupID!: string;

  @IsIds({ atLeast: 1, distinct: true })
  kickedUserIDs!: string[];

  @IsOptional()
  @IsText()
  reason?: string;
}

export class GetGroupMembersInfoReq {
  @IsId()
  groupID!: string;

  @IsIds({ atLeast: 1 })
  userIDs!: string[];
}

export class GetGroupMemberListReq {
  @IsId()
  groupID!: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination!: RequestPagination;

  @IsOptional()
  @IsText()
  @MaxLength(200)
  keyword?: string;

  /** Checked and ignored, as in the original. */
  @IsOptional()
  @IsNumber(0, 5)
  filter?: number;
}

export class InviteUserToGroupReq {
  @IsId()
  groupID!: string;

  @IsIds({ atLeast: 1, distinct: true })
  invitedUserIDs!: string[];

  @IsOptional()
  @IsText()
  reason?: string;
}

export class DismissGroupReq {
  @IsId()
  groupID!: string;

  @IsOptional()
  @IsBoolean()
  deleteMember = false;
}

export class MuteGroupMemberReq {
  @IsId()
  groupID!: string;

  @IsId()
  userID!: string;

  /** uint32. */
  @IsNumber(1, 4_294_967_295)
  mutedSeconds!: number;
}

export class GroupMemberReq {
  @IsId()
  groupID!: string;

  @IsId()
  userID!: string;
}

export class GroupIDReq {
  @IsId()
  groupID!: string;
}

/** Absent = unchanged, '' = cleared. */
export class SetGroupMemberInfo {
  @IsId()
  groupID!: string;

  @IsId()
  userID!: string;

  @IsOptional()
  @Plain()
  @IsText()
  nickname?: string;

  @IsOptional()
  @Plain()
  @IsText()
  faceURL?: string;

  /** 20 ordinary, 60 admin; 100 is never set like this. */
  @IsOptional()
  @Plain()
  @IsIn([20, 60, 100])
  roleLevel?: 20 | 60 | 100;

  @IsOptional()
  @Plain()
  @IsText()
  ex?: string;
}

export class SetGroupMemberInfoReq {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LONGEST_LIST)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => SetGroupMemberInfo)
  members!: SetGroupMemberInfo[];
}

export class GetJoinedGroupListReq {
  @IsId()
  fromUserID!: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination!: RequestPagination;
}

class ApplicationsReq {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination!: RequestPagination;

  /** Absent or empty: of every group. */
  @IsOptional()
  @IsIds()
  groupIDs: string[] = [];

  /** Absent or empty: pending and handled. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(3)
  @IsIn([-1, 0, 1], { each: true })
  handleResults: (-1 | 0 | 1)[] = [];
}

export class GetRecvGroupApplicationListReq extends ApplicationsReq {
  @IsId()
  fromUserID!: string;
}

export class GetUserReqGroupApplicationListReq extends ApplicationsReq {
  @IsId()
  userID!: string;
}

export class GetGroupUsersReqApplicationListReq {
  @IsId()
  groupID!: string;

  @IsIds({ atLeast: 1 })
  userIDs!: string[];
}

export class GetSpecifiedUserGroupRequestInfoReq {
  @IsId()
  groupID!: string;

  @IsId()
  userID!: string;
}

export class GetFullGroupMemberUserIDsReq {
  /** uint64: of the ids that the client has already (`full-list.ts`); 0 = none. */
  @IsOptional()
  @IsInt()
  @Min(0)
  idHash = 0;

  @IsId()
  groupID!: string;
}

export class GetFullJoinGroupIDsReq {
  /** As in `GetFullGroupMemberUserIDsReq`. */
  @IsOptional()
  @IsInt()
  @Min(0)
  idHash = 0;

  @IsId()
  userID!: string;
}
