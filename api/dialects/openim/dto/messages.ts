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
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  IsId,
  IsIdOrEmpty,
  IsIds,
  IsNumber,
  IsText,
  LONGEST_LIST,
  PaginationType,
  RequestPagination,
} from './common.js';

const LARGEST_SEQ = Number.MAX_SAFE_INTEGER;

/** Of a message: from 1. */
export const IsSeq =
  (min = 1): PropertyDecorator =>
  (target, property) => {
    for (const decorate of [IsInt(), Min(min), Max(LARGEST_SEQ)]) decorate(target, property);
  };

/** Seqs of messages, each from 1. */
const AreSeqs =
  (atLeast = 1): PropertyDecorator =>
  (target, property) => {
    const each = { each: true };
    const all = [
      IsArray(),
      ArrayMinSize(atLeast),
      ArrayMaxSize(LONGEST_LIST),
      IsInt(each),
      Min(1, each),
      Max(LARGEST_SEQ, each),
    ];
    for (const decorate of all) decorate(target, property);
  };

/** What is deleted or cleared: for oneself, or for everybody. */
export class DeleteSyncOpt {
  /** Whether one's other devices hear of it; they do. */
  @IsOptional()
  @IsBoolean()
  isSyncSelf = false;

  @IsOptional()
  @IsBoolean()
  isSyncOther = false;
}

class OfConversation {
  @IsId()
  conversationID!: string;

  @IsId()
  userID!: string;
}

export class RevokeMsgReq extends OfConversation {
  @IsSeq()
  seq!: number;
}

export class MarkMsgsAsReadReq extends OfConversation {
  @AreSeqs()
  seqs!: number[];
}

export class MarkConversationAsReadReq extends OfConversation {
  /** May be absent where seqs are given. */
  @IsOptional()
  @IsSeq()
  hasReadSeq?: number;

  @IsOptional()
  @AreSeqs(0)
  seqs: number[] = [];
}

class Deleting {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => DeleteSyncOpt)
  deleteSyncOpt?: DeleteSyncOpt;
}

export class ClearConversationMsgReq extends Deleting {
  @IsIds({ atLeast: 1 })
  conversationIDs!: string[];

  @IsId()
  userID!: string;
}

export class UserClearAllMsgReq extends Deleting {
  @IsId()
  userID!: string;
}

export class DeleteMsgsReq extends Deleting {
  @IsId()
  conversationID!: string;

  @AreSeqs()
  seqs!: number[];

  @IsId()
  userID!: string;
}

/** What both ways of sending have. Further members of the original's (`notOfflinePush`, `sendTime`) are accepted and ignored. */
class Sending {
  @IsId()
  sendID!: string;

  @IsOptional()
  @IsText()
  senderNickname?: string;

  @IsOptional()
  @IsText()
  senderFaceURL?: string;

  @IsOptional()
  @IsNumber(0, 11)
  senderPlatformID?: number;

  /** Its form is its `contentType`'s. */
  @IsObject()
  content!: object;

  @IsNumber()
  contentType!: number;

  @IsOptional()
  @IsBoolean()
  isOnlineOnly = false;

  @IsOptional()
  @IsObject()
  offlinePushInfo?: object;

  @IsOptional()
  @IsText()
  ex?: string;
}

export class SendMsgReq extends Sending {
  /** Of a single chat and a notification. */
  @IsOptional()
  @IsIdOrEmpty()
  recvID?: string;

  /** Of a group. */
  @IsOptional()
  @IsIdOrEmpty()
  groupID?: string;

  /** 1 single, 3 group, 4 notification. */
  @IsIn([1, 3, 4])
  sessionType!: 1 | 3 | 4;
}

export class BatchSendMsgReq extends Sending {
  @IsIds({ atLeast: 1, distinct: true })
  recvIDs!: string[];

  /** Only those who are named: false. */
  @IsOptional()
  @IsIn([false])
  isSendAll = false;

  @IsIn([1, 4])
  sessionType!: 1 | 4;
}

export class SeqRange {
  @IsId()
  conversationID!: string;

  @IsSeq(0)
  begin!: number;

  @IsSeq(0)
  end!: number;

  @IsNumber(0)
  num!: number;
}

export class PullMsgBySeqReq {
  @IsId()
  userID!: string;

  @IsArray()
  @ArrayMaxSize(LONGEST_LIST)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => SeqRange)
  seqRanges!: SeqRange[];

  /** 0 ascending, 1 descending. */
  @IsOptional()
  @IsNumber(0, 1)
  order = 0;
}

export class SearchMsgReq {
  @IsOptional()
  @IsIdOrEmpty()
  sendID?: string;

  /** The other one of a single chat, or a group. */
  @IsOptional()
  @IsIdOrEmpty()
  recvID?: string;

  /** 0 = any. */
  @IsOptional()
  @IsNumber(0)
  contentType = 0;

  /** 0 = any. */
  @IsOptional()
  @IsNumber(0, 4)
  sessionType = 0;

  /** A day, UTC: `YYYY-MM-DD`, or a time in it. '' = any. */
  @IsOptional()
  @Matches(/^(\d{4}-\d{2}-\d{2}(T.*)?)?$/)
  sendTime = '';

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination!: RequestPagination;
}

export class GetServerTimeReq {
  /** As in the header; whatever it is. */
  @IsOptional()
  @IsText()
  operationID?: string;
}

export class GetConversationsHasReadAndMaxSeqReq {
  @IsId()
  userID!: string;

  /** Absent or empty: all of his. */
  @IsOptional()
  @IsIds()
  conversationIDs: string[] = [];

  @IsOptional()
  @IsBoolean()
  returnPinned = false;
}
