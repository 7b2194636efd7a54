import { Type } from 'class-transformer';
import { IsBoolean, IsDefined, IsIn, IsInt, IsObject, IsOptional, Min, ValidateNested } from 'class-validator';
import { IsId, IsIdOrEmpty, IsIds, IsNumber, IsText, PaginationType, Plain, RequestPagination } from './common.js';

export class GetSortedConversationListReq {
  @IsId()
  userID!: string;

  /** Absent or empty: all of his. */
  @IsOptional()
  @IsIds()
  conversationIDs: string[] = [];

  /** Absent: the first thousand. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination?: RequestPagination;
}

export class GetAllConversationsReq {
  @IsId()
  ownerUserID!: string;
}

export class GetConversationsReq {
  @IsId()
  ownerUserID!: string;

  @IsIds({ atLeast: 1 })
  conversationIDs!: string[];
}

export class GetConversationReq {
  @IsId()
  ownerUserID!: string;

  @IsId()
  conversationID!: string;
}

export class GetOwnerConversationReq {
  @IsId()
  userID!: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination!: RequestPagination;
}

/** Absent = unchanged. `attachedInfo`, `groupAtType` and what else clients send with it are accepted and ignored. */
export class ConversationReq {
  @IsId()
  conversationID!: string;

  /** 1 single, 3 group, 4 notification. */
  @IsIn([1, 3, 4])
  conversationType!: 1 | 3 | 4;

  /** The other one of a single chat. */
  @IsOptional()
  @IsIdOrEmpty()
  userID?: string;

  @IsOptional()
  @IsIdOrEmpty()
  groupID?: string;

  /** 0 at once, 1 not at all, 2 silently. */
  @IsOptional()
  @Plain()
  @IsNumber(0, 2)
  recvMsgOpt?: number;

  @IsOptional()
  @Plain()
  @IsBoolean()
  isPinned?: boolean;

  @IsOptional()
  @Plain()
  @IsText()
  ex?: string;

  @IsOptional()
  @Plain()
  @IsBoolean()
  isPrivateChat?: boolean;

  /** Seconds. */
  @IsOptional()
  @Plain()
  @IsNumber(0)
  burnDuration?: number;

  @IsOptional()
  @Plain()
  @IsBoolean()
  isMsgDestruct?: boolean;

  /** Seconds. */
  @IsOptional()
  @Plain()
  @IsNumber(0)
  msgDestructTime?: number;
}

export class SetConversationsReq {
  @IsIds({ atLeast: 1, distinct: true })
  userIDs!: string[];

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ConversationReq)
  conversation!: ConversationReq;
}

export class GetFullConversationIDsReq {
  /** As in `GetFullGroupMemberUserIDsReq`. */
  @IsOptional()
  @IsInt()
  @Min(0)
  idHash = 0;

  @IsId()
  userID!: string;
}
