import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsId, IsIds, IsText, PaginationType, Plain, RequestPagination } from './common.js';

export class AddFriendReq {
  @IsId()
  fromUserID!: string;

  @IsId()
  toUserID!: string;

  @IsOptional()
  @IsText()
  reqMsg?: string;

  @IsOptional()
  @IsText()
  ex?: string;
}

export class AddFriendResponseReq {
  @IsId()
  fromUserID!: string;

  @IsId()
  toUserID!: string;

  /** 1 agrees, -1 refuses. */
  @IsIn([1, -1])
  handleResult!: 1 | -1;

  @IsOptional()
  @IsText()
  handleMsg?: string;
}

export class FriendReq {
  @IsId()
  ownerUserID!: string;

  @IsId()
  friendUserID!: string;
}

export class SetFriendRemarkReq extends FriendReq {
  /** Absent = '', which clears it. */
  @IsOptional()
  @IsText()
  remark = '';
}

class PageOfUserReq {
  @IsId()
  userID!: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination!: RequestPagination;
}

export class GetFriendListReq extends PageOfUserReq {}

export class GetBlackListReq extends PageOfUserReq {}

export class GetFriendApplyListReq extends PageOfUserReq {
  /** Absent or empty: pending and handled. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(3)
  @IsIn([-1, 0, 1], { each: true })
  handleResults: (-1 | 0 | 1)[] = [];
}

export class BlackReq {
  @IsId()
  ownerUserID!: string;

  @IsId()
  blackUserID!: string;
}

export class AddBlackReq extends BlackReq {
  @IsOptional()
  @IsText()
  ex?: string;
}

export class IsFriendReq {
  @IsId()
  userID1!: string;

  @IsId()
  userID2!: string;
}

/** Absent = unchanged, '' = cleared. */
export class UpdateFriendsReq {
  @IsId()
  ownerUserID!: string;

  @IsIds({ atLeast: 1, distinct: true })
  friendUserIDs!: string[];

  @IsOptional()
  @Plain()
  @IsBoolean()
  isPinned?: boolean;

  @IsOptional()
  @Plain()
  @IsText()
  remark?: string;

  @IsOptional()
  @Plain()
  @IsText()
  ex?: string;
}

export class UpdatePinStatusReq {
  @IsId()
  ownerUserID!: string;

  @IsIds({ atLeast: 1, distinct: true })
  friendUserIDs!: string[];

  @Plain()
  @IsBoolean()
  isPinned!: boolean;
}

export class ImportFriendReq {
  @IsId()
  ownerUserID!: string;

  @IsIds({ atLeast: 1, distinct: true })
  friendUserIDs!: string[];
}

export class GetDesignatedFriendsReq {
  @IsId()
  ownerUserID!: string;

  @IsIds({ atLeast: 1, distinct: true })
  friendUserIDs!: string[];
}

export class GetDesignatedFriendApplyReq {
  @IsId()
  fromUserID!: string;

  @IsId()
  toUserID!: string;
}

export class GetSpecifiedBlacksReq {
  @IsId()
  ownerUserID!: string;

  @IsIds({ atLeast: 1, distinct: true })
  userIDList!: string[];
}

export class GetFullFriendUserIDsReq {
  /** As in `GetFullGroupMemberUserIDsReq`. */
  @IsOptional()
  @IsInt()
  @Min(0)
  idHash = 0;

  @IsId()
  userID!: string;
}
