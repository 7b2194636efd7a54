import { Type } from 'class-transformer';
import { IsObject, ValidateNested } from 'class-validator';
import { all, Flag, Id, IsText, Items, OneOf, Optional, Text, Texts, Uint32, Whole } from './dto.js';

/** A custom field; `Value` '' takes it away. */
export class CustomDataItem {
  @Id()
  Key!: string;

  @IsText()
  Value!: string;
}

const CustomData = (): PropertyDecorator => all(Optional(), Items(CustomDataItem));

/** A command about one group. */
export class GroupReq {
  @Id()
  GroupId!: string;
}

export const GROUP_TYPES = ['Private', 'Work', 'Public', 'ChatRoom', 'Meeting', 'AVChatRoom', 'Community'] as const;
export type GroupType = (typeof GROUP_TYPES)[number];

const IsGroupType = (): PropertyDecorator => OneOf(...GROUP_TYPES);

/** What a new group and an imported one are told alike. */
export class NewGroupReq {
  @Text()
  Owner_Account?: string;

  @Text()
  GroupId?: string;

  @IsGroupType()
  Type!: GroupType;

  @IsText()
  Name!: string;

  @Text()
  Introduction?: string;

  @Text()
  Notification?: string;

  @Text()
  FaceUrl?: string;

  @Optional()
  @Uint32()
  MaxMemberCount?: number;

  /** Its name where a group is changed. */
  @Optional()
  @Uint32()
  MaxMemberNum?: number;

  @Optional()
  @OneOf('FreeAccess', 'NeedPermission', 'DisableApply')
  ApplyJoinOption?: JoinOption;

  @CustomData()
  AppDefinedData?: CustomDataItem[];
}

export type JoinOption = 'FreeAccess' | 'NeedPermission' | 'DisableApply';

export class NewMemberItem {
  @Id()
  Member_Account!: string;

  @Optional()
  @OneOf('Owner', 'Admin', 'Member', '')
  Role?: 'Owner' | 'Admin' | 'Member' | '';

  @Text()
  NameCard?: string;

  @CustomData()
  AppMemberDefinedData?: CustomDataItem[];
}

export class CreateGroupReq extends NewGroupReq {
  @Optional()
  @Items(NewMemberItem)
  MemberList?: NewMemberItem[];
}

const OnOff = (): PropertyDecorator => all(Optional(), OneOf('On', 'Off'));

export class ModifyGroupReq extends GroupReq {
  @Text()
  Name?: string;

  @Text()
  Introduction?: string;

  @Text()
  Notification?: string;

  @Text()
  FaceUrl?: string;

  @Optional()
  @Uint32()
  MaxMemberNum?: number;

  /** Its name where a group is made. */
  @Optional()
  @Uint32()
  MaxMemberCount?: number;

  @Optional()
  @OneOf('FreeAccess', 'NeedPermission', 'DisableApply')
  ApplyJoinOption?: JoinOption;

  @OnOff()
  ShutUpAllMember?: 'On' | 'Off';

  /** Its later name. */
  @OnOff()
  MuteAllMember?: 'On' | 'Off';

  @CustomData()
  AppDefinedData?: CustomDataItem[];
}

export class AllGroupsReq {
  /** 0, as 10,000 where nothing is said. */
  @Optional()
  @Whole(0, 10_000)
  Limit?: number;

  /** 0, or as the page before gave it. */
  @Optional()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  Next?: number;

  @Optional()
  @IsGroupType()
  Type?: GroupType;
}

/** Which members of an answer are wanted. */
export class ResponseFilter {
  @Optional()
  @Texts()
  GroupBaseInfoFilter?: string[];

  @Optional()
  @Texts()
  MemberInfoFilter?: string[];

  @Optional()
  @Texts()
  AppDefinedDataFilter_Group?: string[];

  @Optional()
  @Texts()
  AppDefinedDataFilter_GroupMember?: string[];

  @Optional()
  @Texts()
  SelfInfoFilter?: string[];
}

const Filtering = (): PropertyDecorator =>
  all(
    Optional(),
    IsObject(),
    ValidateNested(),
    Type(() => ResponseFilter),
  );

export class GroupInfoReq {
  @Texts()
  GroupIdList!: string[];

  @Filtering()
  ResponseFilter?: ResponseFilter;
}

export class JoinedGroupsReq {
  @Id()
  Member_Account!: string;

  /** All of them where it is 0 or nothing is said. */
  @Optional()
  @Whole(0, 2_147_483_647)
  Limit?: number;

  @Optional()
  @Whole(0, 2_147_483_647)
  Offset?: number;

  @Optional()
  @IsGroupType()
  Type?: GroupType;

  @Flag()
  WithHugeGroups?: 0 | 1;

  @Flag()
  WithNoActiveGroups?: 0 | 1;

  @Filtering()
  ResponseFilter?: ResponseFilter;
}
