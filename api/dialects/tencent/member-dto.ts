import { Flag, Id, Items, OneOf, Optional, Text, Texts, Uint32, Whole } from './dto.js';
import { CustomDataItem, GroupReq } from './group-dto.js';

export type WireRole = 'Owner' | 'Admin' | 'Member';
export type MsgFlag = 'AcceptAndNotify' | 'AcceptNotNotify' | 'Discard';
export const MSG_FLAGS = ['AcceptAndNotify', 'AcceptNotNotify', 'Discard'] as const satisfies readonly MsgFlag[];

export class MemberInfoReq extends GroupReq {
  /** All of them where it is 0 or nothing is said. */
  @Optional()
  @Whole(0, 6_000)
  Limit?: number;

  @Optional()
  @Whole(0, 2_147_483_647)
  Offset?: number;

  @Optional()
  @Texts()
  MemberInfoFilter?: string[];

  @Optional()
  @Texts()
  MemberRoleFilter?: string[];

  @Optional()
  @Texts()
  AppDefinedDataFilter_GroupMember?: string[];
}

export class AddedItem {
  @Id()
  Member_Account!: string;
}

export class AddMembersReq extends GroupReq {
  @Flag()
  Silence?: 0 | 1;

  @Items(AddedItem)
  MemberList!: AddedItem[];
}

export class DeleteMembersReq extends GroupReq {
  @Flag()
  Silence?: 0 | 1;

  @Text()
  Reason?: string;

  @Texts()
  MemberToDel_Account!: string[];
}

export class ModifyMemberReq extends GroupReq {
  @Id()
  Member_Account!: string;

  @Optional()
  @OneOf('Admin', 'Member', '')
  Role?: 'Admin' | 'Member' | '';

  @Text()
  NameCard?: string;

  @Optional()
  @OneOf(...MSG_FLAGS, '')
  MsgFlag?: MsgFlag | '';

  @Optional()
  @Uint32()
  ShutUpUntil?: number;

  /** Its later name. */
  @Optional()
  @Uint32()
  MuteUntil?: number;

  @Optional()
  @Items(CustomDataItem)
  AppMemberDefinedData?: CustomDataItem[];
}

export class RolesReq extends GroupReq {
  @Texts()
  User_Account!: string[];
}

export class ForbidReq extends GroupReq {
  @Texts()
  Members_Account!: string[];

  /** Seconds; 0 ends it, 4294967295 is for ever. */
  @Optional()
  @Uint32()
  ShutUpTime?: number;

  /** Its later name. */
  @Optional()
  @Uint32()
  MuteTime?: number;
}

export class ChangeOwnerReq extends GroupReq {
  @Id()
  NewOwner_Account!: string;
}
