import { IsBoolean, IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { userLimits } from '../../../domain/user/registration.js';
import { NOTICE_ROLES } from '../schemas/views.js';
import { IsTextWithin } from './bounded.js';
import { ID, MayBeAbsent, PageQuery } from './common.js';
import { UserPath } from './users.js';

const CLEARS = 'null clears.';

export class FavouritePath extends UserPath {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ examples: ['book-club'] })
  groupId!: string;
}

export class NoticesQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(NOTICE_ROLES)
  @JSONSchema({ description: 'Only what concerns him as this.' })
  as?: (typeof NOTICE_ROLES)[number];
}

@JSONSchema({ examples: [{ nickname: 'Ada L.', avatar: null }] })
export class ChangeUserProfile {
  @MayBeAbsent()
  @IsTextWithin(userLimits.nickname, 'Not blank.')
  nickname?: string;

  @IsOptional()
  @IsTextWithin(userLimits.avatar, CLEARS)
  avatar?: string | null;

  @IsOptional()
  @IsTextWithin(userLimits.ext, CLEARS)
  ext?: string | null;

  @IsOptional()
  @IsTextWithin(userLimits.gender, CLEARS)
  gender?: string | null;

  @IsOptional()
  @IsTextWithin(userLimits.region, CLEARS)
  region?: string | null;
}

@JSONSchema({ examples: [{ groupInviteConsent: true }] })
export class ChangePrivacy {
  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether others must ask him before he is in a group, where its rules leave it to him.' })
  groupInviteConsent?: boolean;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether others must ask him before they are his friends.' })
  friendRequestConsent?: boolean;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether others find him by search.' })
  searchable?: boolean;
}

@JSONSchema({ examples: [{ option: 'silent' }] })
export class ReceiveOptionDto {
  @IsIn(['all', 'silent', 'none'])
  @JSONSchema({ description: 'How he is told of messages: at once, when he looks, or not at all.' })
  option!: 'all' | 'silent' | 'none';
}
