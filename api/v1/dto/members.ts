import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MayBeAbsent } from './common.js';
import { CustomFieldDto } from './custom-fields.js';

const CLEARS = 'null clears.';
const text: NonNullable<Parameters<typeof JSONSchema>[0]> = { type: ['string', 'null'], description: CLEARS };

/** What a member says of himself in one group. Absent = unchanged. */
export class MemberCardDto {
  @IsOptional()
  @IsString()
  @JSONSchema(text)
  nickname?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema(text)
  avatar?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema(text)
  ext?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema(text)
  region?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema(text)
  phone?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema(text)
  wechat?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema(text)
  alipay?: string | null;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @JSONSchema({ description: `The whole new list; ${CLEARS}` })
  description?: string[] | null;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => CustomFieldDto)
  @JSONSchema({ description: `The whole new list; ${CLEARS}` })
  customFields?: CustomFieldDto[] | null;
}

export class ChangeMemberCard extends MemberCardDto {
  @MayBeAbsent()
  @IsIn(['all', 'silent', 'none'])
  @JSONSchema({ description: 'How he is told of messages: at once, when he looks, or not at all. His own to choose.' })
  receiveOption?: 'all' | 'silent' | 'none';
}

export class RoleDto {
  @IsString()
  userId!: string;

  @JSONSchema({ type: ['string', 'null'], description: 'null: he is no member.' })
  role!: 'owner' | 'admin' | 'member' | null;
}

export class Roles {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => RoleDto)
  @JSONSchema({ description: 'In the order asked for.' })
  items!: RoleDto[];
}

export class DepartureDto {
  @IsString()
  userId!: string;

  @IsIn(['left', 'removed'])
  how!: 'left' | 'removed';

  @IsString()
  @JSONSchema({ description: 'Who removed him; himself when he left.' })
  by!: string;

  @JSONSchema({ type: ['string', 'null'], description: 'What `by` was in the group then; null: no member.' })
  byRole!: string | null;

  @IsString()
  roleBefore!: string;

  @JSONSchema({ type: ['string', 'null'] })
  reason!: string | null;

  @JSONSchema({ type: 'string', format: 'date-time' })
  at!: string;
}

export class DeparturePage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => DepartureDto)
  items!: DepartureDto[];

  @IsInt()
  total!: number;

  @JSONSchema({ type: ['string', 'null'], description: 'Cursor of the next page, null on the last.' })
  next!: string | null;
}
