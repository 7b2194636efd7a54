import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsRFC3339,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

const ID = 64;
const ROLES = ['owner', 'admin', 'member'] as const;

export class GroupPath {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  groupId!: string;
}

export class MemberPath extends GroupPath {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'A user id, or `me`.' })
  userId!: string;
}

export class CustomFieldDto {
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  key!: string;

  @IsString()
  @MaxLength(4096)
  value!: string;
}

export class JoinPolicyDto {
  @IsIn(['open', 'approval', 'closed'])
  @JSONSchema({ description: 'What happens when somebody joins by himself.' })
  selfJoin!: 'open' | 'approval' | 'closed';

  @IsIn(['joins', 'approval', 'refused'])
  @JSONSchema({ description: 'What happens when an ordinary member invites.' })
  memberInvite!: 'joins' | 'approval' | 'refused';
}

export class CreateGroup {
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({
    description: '1 to 64 letters, digits, `_ - . @ # :`; not 16 decimal digits. Made by the server when absent.',
  })
  groupId?: string;

  @IsOptional()
  @IsIn(['parley', 'openim'])
  @JSONSchema({ description: 'The rules the group lives by, for ever.', default: 'parley' })
  preset: 'parley' | 'openim' = 'parley';

  @IsString()
  @MinLength(1)
  name!: string;

  @IsOptional()
  @IsString()
  avatar?: string;

  @IsOptional()
  @IsString()
  introduction?: string;

  @IsOptional()
  @IsString()
  ext?: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => CustomFieldDto)
  customFields?: CustomFieldDto[];

  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'The caller when absent; only an app admin may name another.' })
  ownerId?: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  admins?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  @JSONSchema({ description: 'Initial members beside owner and admins.' })
  members?: string[];

  @IsOptional()
  @IsInt()
  @Min(1)
  maximum?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => JoinPolicyDto)
  joinPolicy?: JoinPolicyDto;
}

export class ChangeGroupProfile {
  @ValidateIf((o: ChangeGroupProfile) => o.name !== undefined)
  @IsString()
  name?: string;

  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'null clears.' })
  avatar?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'null clears.' })
  introduction?: string | null;

  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'null clears.' })
  ext?: string | null;

  @ValidateIf((o: ChangeGroupProfile) => o.customFields !== undefined)
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => CustomFieldDto)
  @JSONSchema({ description: 'The whole new list.' })
  customFields?: CustomFieldDto[];
}

export class ChangeMember {
  @IsIn(['admin', 'member'])
  @JSONSchema({ description: 'The owner is changed by PUT /groups/{groupId}/owner.' })
  role!: 'admin' | 'member';
}

export class RemoveMemberQuery {
  @IsOptional()
  @IsString()
  @MaxLength(500)
  @JSONSchema({ description: 'Kept in the history, encrypted as the personal data of the one who removes.' })
  reason?: string;
}

export class TransferOwnership {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  userId!: string;
}

export class MuteMember {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10 * 365 * 24 * 3600)
  @JSONSchema({ description: 'Seconds from now. Without it and without `until`: for ever.' })
  forSeconds?: number;

  @IsOptional()
  @IsRFC3339()
  @JSONSchema({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'A moment to come; null = for ever. Not together with `forSeconds`.',
  })
  until?: string | null;
}

export class MuteGroup {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  @JSONSchema({ description: 'Members who may speak all the same, beside owner and admins.' })
  speakers?: string[];
}

export class DismissQuery {
  @IsOptional()
  @IsIn(['true', 'false'])
  @JSONSchema({ description: 'Whether the members are removed too.', default: 'false' })
  removeMembers?: 'true' | 'false';
}

export class EventsQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'First revision wanted.', default: 0 })
  from = 0;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @JSONSchema({ description: 'Items per page, 1 to 1000.', default: 100 })
  limit = 100;
}

export class GroupView {
  @IsString()
  groupId!: string;

  @IsInt()
  number!: number;

  @IsInt()
  incarnation!: number;

  @IsString()
  preset!: string;

  @IsIn(['active', 'dismissed'])
  status!: 'active' | 'dismissed';

  @IsString()
  name!: string;

  @IsString()
  avatar!: string;

  @IsString()
  introduction!: string;

  @IsString()
  ext!: string;

  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => CustomFieldDto)
  customFields!: CustomFieldDto[];

  @JSONSchema({ type: ['string', 'null'] })
  ownerId!: string | null;

  @IsString()
  creatorId!: string;

  @IsInt()
  memberCount!: number;

  @IsInt()
  maximum!: number;

  @ValidateNested()
  @Type(() => JoinPolicyDto)
  joinPolicy!: JoinPolicyDto;

  @IsBoolean()
  muted!: boolean;

  @IsArray()
  @IsString({ each: true })
  speakers!: string[];

  @JSONSchema({ type: 'string', format: 'date-time' })
  createdAt!: string;

  @IsInt()
  @JSONSchema({ description: 'The ETag.' })
  revision!: number;
}

export class MemberView {
  @IsString()
  userId!: string;

  @IsIn(ROLES)
  role!: (typeof ROLES)[number];

  @JSONSchema({
    type: ['string', 'null'],
    description: "The user's nickname; null when he was erased or isn't projected yet.",
  })
  nickname!: string | null;

  @JSONSchema({ type: 'string', format: 'date-time' })
  joinedAt!: string;

  @JSONSchema({
    type: ['string', 'null'],
    description: 'null: not muted. `forever`, or the moment at which the mute ends (it may have passed).',
  })
  mutedUntil!: string | null;
}

export class GroupPage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => GroupView)
  items!: GroupView[];

  @JSONSchema({ type: ['string', 'null'], description: 'Cursor of the next page, null on the last.' })
  next!: string | null;
}

export class MemberPage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => MemberView)
  items!: MemberView[];

  @IsInt()
  total!: number;

  @JSONSchema({ type: ['string', 'null'], description: 'Cursor of the next page, null on the last.' })
  next!: string | null;
}

export class HistoryEvent {
  @IsString()
  id!: string;

  @IsInt()
  revision!: number;

  @IsString()
  type!: string;

  @IsInt()
  schemaVersion!: number;

  @JSONSchema({ type: 'string', format: 'date-time' })
  occurredAt!: string;

  @JSONSchema({
    type: 'object',
    description: 'Who did it: `kind`, `id`, and `onBehalfOf` when it was for somebody else.',
  })
  actor!: object;

  @IsString()
  @JSONSchema({ description: 'Which API and operation.' })
  via!: string;

  @IsString()
  @JSONSchema({ description: 'The event as a sentence.' })
  sentence!: string;

  @JSONSchema({
    type: ['object', 'null'],
    description: "The payload; null when this server's version doesn't know the type.",
  })
  data!: object | null;

  @IsString()
  correlationId!: string;

  @IsString()
  causationId!: string;

  @IsOptional()
  @IsString()
  requestRef?: string;

  @IsString()
  prevHash!: string;

  @IsString()
  hash!: string;
}

export class HistoryPage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => HistoryEvent)
  items!: HistoryEvent[];

  @JSONSchema({ type: ['integer', 'null'], description: '`from` of the next page, null on the last.' })
  next!: number | null;
}
