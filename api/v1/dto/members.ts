import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { CARD_LINE, PERSONAL_EXT } from '../../../domain/group/bounds.js';
import { IsTextByRules, IsTextWithin } from './bounded.js';
import { MayBeAbsent } from './common.js';
import { CUSTOM_FIELDS, CustomFieldDto } from './custom-fields.js';
import { groupPresets } from '../../../domain/group/presets.js';

const CLEARS = 'null clears.';

/** Every preset bounds them alike. */
const LINE = groupPresets.parley.rules.values.limits.customFields.value.max;

/** What a member says of himself in one group. Absent = unchanged. */
export class MemberCardDto {
  @IsOptional()
  @IsTextByRules(({ cardName }) => cardName, CLEARS)
  nickname?: string | null;

  @IsOptional()
  @IsTextByRules(({ avatar }) => avatar, CLEARS)
  avatar?: string | null;

  @IsOptional()
  @IsTextWithin(PERSONAL_EXT, CLEARS)
  ext?: string | null;

  @IsOptional()
  @IsTextWithin(CARD_LINE, CLEARS)
  region?: string | null;

  @IsOptional()
  @IsTextWithin(CARD_LINE, CLEARS)
  phone?: string | null;

  @IsOptional()
  @IsTextWithin(CARD_LINE, CLEARS)
  wechat?: string | null;

  @IsOptional()
  @IsTextWithin(CARD_LINE, CLEARS)
  alipay?: string | null;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(CUSTOM_FIELDS)
  @IsString({ each: true })
  @MaxLength(LINE, { each: true })
  @JSONSchema({ description: `Lines; the whole new list. ${CLEARS}` })
  description?: string[] | null;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(CUSTOM_FIELDS)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => CustomFieldDto)
  @JSONSchema({ description: `The whole new list. ${CLEARS}` })
  customFields?: CustomFieldDto[] | null;
}

@JSONSchema({ examples: [{ nickname: 'Ada the reader', region: null, receiveOption: 'silent' }] })
export class ChangeMemberCard extends MemberCardDto {
  @MayBeAbsent()
  @IsIn(['all', 'silent', 'none'])
  @JSONSchema({ description: 'How he is told of messages: at once, when he looks, or not at all. His own to choose.' })
  receiveOption?: 'all' | 'silent' | 'none';
}
