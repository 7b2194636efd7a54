/** The messages of `group.proto` as the loader gives them: every field is there, a missing message is null. */
export interface CommonResp {
  readonly ErrCode: number;
  readonly ErrMsg: string;
}

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
}

export interface GroupMemberFullInfo {
  readonly groupID: string;
  readonly userID: string;
  readonly roleLevel: number;
  /** An int64, which is read as a text; a number is encoded sooner. */
  readonly joinTime: number;
  readonly nickname: string;
  readonly faceURL: string;
  readonly appMangerLevel: number;
  readonly joinSource: number;
  readonly operatorUserID: string;
  readonly ex: string;
}

export interface PublicUserInfo {
  readonly userID: string;
  readonly nickname: string;
  readonly faceURL: string;
  readonly gender: number;
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
}

export interface Pagination {
  readonly pageNumber: number;
  readonly showNumber: number;
}

export interface CMSGroup {
  readonly GroupInfo: GroupInfo;
  readonly GroupMasterName: string;
  readonly GroupMasterId: string;
}

export interface Id2Result {
  readonly UserID: string;
  /** 0 done, -1 not. */
  readonly Result: 0 | -1;
}

interface Called {
  readonly OperationID: string;
  /** Who calls. */
  readonly OpUserID: string;
}
interface InReply {
  readonly ErrCode?: number;
  readonly ErrMsg?: string;
}
interface Common {
  readonly CommonResp?: CommonResp;
}
interface Back {
  readonly OperationID: string;
}
interface Members extends InReply {
  readonly memberList?: readonly GroupMemberFullInfo[];
}
interface ById2 extends InReply {
  readonly Id2ResultList?: readonly Id2Result[];
}

/** Each rpc with what it is sent and what it answers beside a refusal. */
export interface GroupRpcs {
  createGroup: [
    Called & {
      readonly InitMemberList: readonly { readonly UserID: string; readonly RoleLevel: number }[];
      readonly GroupInfo: GroupInfo | null;
      readonly OwnerUserID: string;
    },
    InReply & { readonly GroupInfo?: GroupInfo },
  ];
  joinGroup: [Called & { readonly GroupID: string; readonly ReqMessage: string }, Common];
  quitGroup: [Called & { readonly GroupID: string }, Common];
  getGroupsInfo: [
    Called & { readonly GroupIDList: readonly string[] },
    InReply & { readonly GroupInfoList?: readonly GroupInfo[] },
  ];
  setGroupInfo: [Called & { readonly GroupInfo: GroupInfo | null }, Common];
  getGroupApplicationList: [
    Called & { readonly FromUserID: string },
    InReply & { readonly GroupRequestList?: readonly GroupRequest[] },
  ];
  getUserReqApplicationList: [
    Called & { readonly UserID: string },
    Common & { readonly GroupRequestList?: readonly GroupRequest[] },
  ];
  transferGroupOwner: [
    Called & { readonly GroupID: string; readonly OldOwnerUserID: string; readonly NewOwnerUserID: string },
    Common,
  ];
  groupApplicationResponse: [
    Called & {
      readonly GroupID: string;
      readonly FromUserID: string;
      readonly HandledMsg: string;
      readonly HandleResult: number;
    },
    Common,
  ];
  getGroupMemberList: [
    Called & { readonly GroupID: string; readonly Filter: number; readonly NextSeq: number },
    Members & { readonly nextSeq?: number },
  ];
  getGroupMembersInfo: [Called & { readonly GroupID: string; readonly memberList: readonly string[] }, Members];
  kickGroupMember: [
    Called & { readonly GroupID: string; readonly KickedUserIDList: readonly string[]; readonly Reason: string },
    ById2,
  ];
  getJoinedGroupList: [
    { readonly FromUserID: string; readonly operationID: string; readonly OpUserID: string },
    InReply & { readonly GroupList?: readonly GroupInfo[] },
  ];
  inviteUserToGroup: [
    Called & { readonly GroupID: string; readonly InvitedUserIDList: readonly string[]; readonly Reason: string },
    ById2,
  ];
  getGroupAllMember: [Called & { readonly GroupID: string }, Members];
  GetGroupById: [Back & { readonly GroupId: string }, { readonly CMSGroup: CMSGroup }];
  GetGroup: [
    Back & { readonly GroupName: string; readonly Pagination: Pagination | null },
    { readonly CMSGroups: readonly CMSGroup[]; readonly Pagination: Pagination; readonly GroupNums: number },
  ];
  GetGroups: [
    Back & { readonly Pagination: Pagination | null },
    { readonly CMSGroups: readonly CMSGroup[]; readonly Pagination: Pagination; readonly GroupNum: number },
  ];
  OperateGroupStatus: [Back & { readonly GroupId: string; readonly Status: number }, object];
  OperateUserRole: [Back & { readonly GroupId: string; readonly UserId: string; readonly RoleLevel: number }, object];
  DeleteGroup: [Back & { readonly GroupId: string }, object];
  GetGroupMembersCMS: [
    Back & { readonly GroupId: string; readonly UserName: string; readonly Pagination: Pagination | null },
    {
      readonly members: readonly GroupMemberFullInfo[];
      readonly Pagination: { readonly CurrentPage: number; readonly ShowNumber: number };
      readonly MemberNums: number;
    },
  ];
  RemoveGroupMembersCMS: [
    Back & { readonly GroupId: string; readonly UserIds: readonly string[]; readonly OpUserId: string },
    { readonly success: readonly string[]; readonly failed: readonly string[] },
  ];
  AddGroupMembersCMS: [
    {
      readonly GroupId: string;
      readonly UserIds: readonly string[];
      readonly OperationId: string;
      readonly OpUserId: string;
    },
    { readonly success: readonly string[]; readonly failed: readonly string[] },
  ];
}

export type RpcName = keyof GroupRpcs;
export type Request<Name extends RpcName> = GroupRpcs[Name][0];
export type Reply<Name extends RpcName> = GroupRpcs[Name][1];
