import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsObject, MaxLength, ValidateIf, ValidateNested } from 'class-validator';
import {
  AnyObject,
  Flag,
  Id,
  IsText,
  Items,
  MAX_UINT32,
  OneOf,
  Optional,
  SomeOf,
  Text,
  Texts,
  Uint32,
  Whole,
} from './dto.js';
import { GroupReq } from './group-dto.js';

/** One element of a `MsgBody`. */
export class MsgBodyItem {
  @Id()
  @MaxLength(60)
  MsgType!: string;

  @AnyObject()
  MsgContent!: object;
}

/** `"@"` one of the group, or all of it. */
export class AtItem {
  @OneOf(0, 1)
  GroupAtAllFlag!: 0 | 1;

  /** Who is meant, where not everybody is. */
  @ValidateIf(({ GroupAtAllFlag, GroupAt_Account }: AtItem) => GroupAtAllFlag === 0 || GroupAt_Account !== undefined)
  @IsText()
  GroupAt_Account?: string;
}

/** For pushes, which are another's to send: checked, and kept with the message. */
export class OfflinePushInfo {
  @Flag()
  PushFlag?: 0 | 1;

  @Text()
  Title?: string;

  @Text()
  Desc?: string;

  @Text()
  Ext?: string;

  @Optional()
  @AnyObject()
  AndroidInfo?: object;

  @Optional()
  @AnyObject()
  ApnsInfo?: object;
}

export type MsgPriority = 'High' | 'Normal' | 'Low' | 'Lowest';

export class SendGroupMsgReq extends GroupReq {
  @Uint32()
  Random!: number;

  @Optional()
  @OneOf('High', 'Normal', 'Low', 'Lowest')
  MsgPriority?: MsgPriority;

  /** The app admin himself where nobody is named. */
  @Text()
  From_Account?: string;

  @Items(MsgBodyItem)
  @ArrayMinSize(1)
  MsgBody!: MsgBodyItem[];

  @Flag()
  MsgOnlineOnlyFlag?: 0 | 1;

  @Optional()
  @Items(AtItem)
  GroupAtInfo?: AtItem[];

  @Text()
  CloudCustomData?: string;

  @Optional()
  @IsObject()
  @ValidateNested()
  @Type(() => OfflinePushInfo)
  OfflinePushInfo?: OfflinePushInfo;

  @Optional()
  @SomeOf('NoUnread', 'NoLastMsg', 'WithMuteNotifications')
  SendMsgControl?: string[];

  @Optional()
  @SomeOf('ForbidBeforeSendMsgCallback', 'ForbidAfterSendMsgCallback')
  ForbidCallbackControl?: string[];
}

export class SendNotificationReq extends GroupReq {
  @IsText({ empty: false })
  Content!: string;

  /** Everybody where nobody is named. */
  @Optional()
  @Texts()
  ToMembers_Account?: string[];
}

class MsgSeqItem {
  @Uint32()
  MsgSeq!: number;
}

export class RecallReq extends GroupReq {
  @Items(MsgSeqItem)
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  MsgSeqList!: MsgSeqItem[];
}

export class DeleteBySenderReq extends GroupReq {
  @Id()
  Sender_Account!: string;
}

export class HistoryReq extends GroupReq {
  /** The newest where it is 0 or nothing is said. */
  @Optional()
  @Uint32()
  ReqMsgSeq?: number;

  @Whole(1, MAX_UINT32)
  ReqMsgNumber!: number;
}

export class UnreadReq extends GroupReq {
  @Id()
  Member_Account!: string;

  @Uint32()
  UnreadMsgNum!: number;
}
