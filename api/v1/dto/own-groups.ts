import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { ApplicationDto } from './admission.js';
import { MayBeAbsent, PageQuery } from './common.js';
import { GroupView } from './groups.js';
import { UserPath } from './users.js';

const NOTICE_ROLES = ['invitee', 'manager', 'applicant', 'inviter'] as const;

export class FavouritePath extends UserPath {
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  groupId!: string;
}

export class FavouriteDto {
  @ValidateNested()
  @Type(() => GroupView)
  group!: GroupView;

  @JSONSchema({ type: 'string', format: 'date-time' })
  favouritedAt!: string;
}

export class FavouritePage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => FavouriteDto)
  items!: FavouriteDto[];

  @IsInt()
  total!: number;

  @JSONSchema({ type: ['string', 'null'], description: 'Cursor of the next page, null on the last.' })
  next!: string | null;
}

export class NoticesQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(NOTICE_ROLES)
  @JSONSchema({ description: 'Only what concerns him as this.' })
  as?: (typeof NOTICE_ROLES)[number];
}

export class NoticeDto {
  @IsIn(NOTICE_ROLES)
  @JSONSchema({
    description:
      'He is asked, as `invitee` or as `manager` of the group; or what he made, as `applicant` or `inviter`, came to an end.',
  })
  as!: (typeof NOTICE_ROLES)[number];

  @JSONSchema({ type: 'string', format: 'date-time' })
  noticedAt!: string;

  @ValidateNested()
  @Type(() => ApplicationDto)
  application!: ApplicationDto;
}

export class NoticePage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => NoticeDto)
  items!: NoticeDto[];

  @IsInt()
  total!: number;

  @JSONSchema({ type: ['string', 'null'], description: 'Cursor of the next page, null on the last.' })
  next!: string | null;
}

export class ChangeUserProfile {
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  nickname?: string;

  @IsOptional()
  @IsString()
  @JSONSchema({ type: ['string', 'null'], description: 'null clears.' })
  avatar?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema({ type: ['string', 'null'], description: 'null clears.' })
  ext?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema({ type: ['string', 'null'], description: 'null clears.' })
  gender?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema({ type: ['string', 'null'], description: 'null clears.' })
  region?: string | null;
}

export class ChangePrivacy {
  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether others must ask him before he is in a group, where its rules leave it to him.' })
  groupInviteConsent?: boolean;

  @MayBeAbsent()
  @IsBoolean()
  friendRequestConsent?: boolean;

  @MayBeAbsent()
  @IsBoolean()
  searchable?: boolean;
}

export class ReceiveOptionDto {
  @IsIn(['all', 'silent', 'none'])
  @JSONSchema({ description: 'How he is told of messages: at once, when he looks, or not at all.' })
  option!: 'all' | 'silent' | 'none';
}

export class PrivacyView {
  @IsBoolean()
  groupInviteConsent!: boolean;

  @IsBoolean()
  friendRequestConsent!: boolean;

  @IsBoolean()
  searchable!: boolean;

  @IsIn(['all', 'silent', 'none'])
  receiveOption!: 'all' | 'silent' | 'none';
}
