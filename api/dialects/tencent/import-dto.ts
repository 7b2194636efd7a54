import { ArrayMinSize } from 'class-validator';
import { Id, Items, OneOf, Optional, Uint32 } from './dto.js';
import { GroupReq, NewGroupReq, NewMemberItem } from './group-dto.js';
import { MSG_FLAGS, type MsgFlag } from './member-dto.js';
import { MsgBodyItem } from './message-dto.js';

export class ImportGroupReq extends NewGroupReq {
  /** Seconds UTC; 0 or nothing: now. */
  @Optional()
  @Uint32()
  CreateTime?: number;
}

/** Somebody as he is elsewhere. */
export class ImportedMemberItem extends NewMemberItem {
  /** Seconds UTC; 0 or nothing: now. */
  @Optional()
  @Uint32()
  JoinTime?: number;

  /** Up to which message he has read. Where both are said, `UnreadMsgNum` counts. */
  @Optional()
  @Uint32()
  MsgSeq?: number;

  @Optional()
  @OneOf(...MSG_FLAGS, '')
  MsgFlag?: MsgFlag | '';

  /** Shown of the messages that are there. */
  @Optional()
  @Uint32()
  LastSendMsgTime?: number;

  /** As `modify_group_member_info` takes it. */
  @Optional()
  @Uint32()
  ShutUpUntil?: number;

  /** Its later name. */
  @Optional()
  @Uint32()
  MuteUntil?: number;

  @Optional()
  @Uint32()
  UnreadMsgNum?: number;
}

export class ImportMembersReq extends GroupReq {
  @Items(ImportedMemberItem)
  MemberList!: ImportedMemberItem[];
}

/** What somebody said elsewhere. */
export class ImportedMessageItem {
  @Id()
  From_Account!: string;

  @Items(MsgBodyItem)
  @ArrayMinSize(1)
  MsgBody!: MsgBodyItem[];

  /** Seconds UTC. */
  @Uint32()
  SendTime!: number;

  @Optional()
  @Uint32()
  Random?: number;
}

export class ImportMessagesReq extends GroupReq {
  @Items(ImportedMessageItem)
  MsgList!: ImportedMessageItem[];
}
