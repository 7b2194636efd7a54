import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
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
import { groupPresets, type PresetName } from '../../../domain/group/presets.js';
import { MayBeAbsent, PageQuery } from './common.js';
import { CustomFieldDto } from './custom-fields.js';
import { GroupSettingsDto } from './settings.js';

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

export class JoinPolicyDto {
  @IsIn(['open', 'approval', 'closed'])
  @JSONSchema({ description: 'What happens when somebody joins by himself.' })
  selfJoin!: 'open' | 'approval' | 'closed';

  @IsIn(['joins', 'approval', 'refused'])
  @JSONSchema({ description: 'What happens when an ordinary member invites.' })
  memberInvite!: 'joins' | 'approval' | 'refused';
}

const PRESETS = Object.keys(groupPresets) as PresetName[];

export class CreateGroup {
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({
    description: '1 to 64 letters, digits, `_ - . @ # :`; not 16 decimal digits. Made by the server when absent.',
  })
  groupId?: string;

  @MayBeAbsent()
  @IsIn(PRESETS)
  @JSONSchema({ description: 'The rules the group lives by, for ever.', default: 'parley' })
  preset: PresetName = 'parley';

  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  @JSONSchema({ description: "A name of the app's own for kinds of groups." })
  kind?: string;

  @IsString()
  @MinLength(1)
  name!: string;

  @MayBeAbsent()
  @IsString()
  avatar?: string;

  @MayBeAbsent()
  @IsString()
  introduction?: string;

  @MayBeAbsent()
  @IsString()
  ext?: string;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(100)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => CustomFieldDto)
  customFields?: CustomFieldDto[];

  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({
    type: ['string', 'null'],
    description:
      'The caller when absent; only an app admin may name another, or null for nobody where the rules allow a group without owner.',
  })
  ownerId?: string | null;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  admins?: string[];

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  @JSONSchema({
    description: 'Initial members beside owner and admins. Who wants to be asked is invited, where the rules say so.',
  })
  members?: string[];

  @MayBeAbsent()
  @IsInt()
  @Min(1)
  maximum?: number;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => JoinPolicyDto)
  joinPolicy?: JoinPolicyDto;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => GroupSettingsDto)
  settings?: GroupSettingsDto;

  @MayBeAbsent()
  @IsString()
  @JSONSchema({ description: 'Announced from the start.' })
  announcement?: string;

  @MayBeAbsent()
  @IsIn(['ask', 'waive'])
  @JSONSchema({
    description: '`waive`: nobody is asked whether he wants to be in it. An app admin may.',
    default: 'ask',
  })
  consent?: 'ask' | 'waive';

  @MayBeAbsent()
  @IsRFC3339()
  @JSONSchema({
    format: 'date-time',
    description: 'An import: when the group was made elsewhere; its people joined then. An app admin may.',
  })
  createdAt?: string;
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
  @IsObject({ each: true })
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
  @MayBeAbsent()
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
  @MayBeAbsent()
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
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  @JSONSchema({ description: 'Members who may speak all the same, beside owner and admins.' })
  speakers?: string[];
}

export class DismissQuery {
  @MayBeAbsent()
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

  @IsString()
  kind!: string;

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

  @ValidateNested()
  @Type(() => GroupSettingsDto)
  settings!: GroupSettingsDto;

  @JSONSchema({
    type: ['object', 'null'],
    description: 'The latest announcement (`text`, `by`, `at`), null when there is none.',
  })
  announcement!: object | null;

  @JSONSchema({
    type: ['object', 'null'],
    description: 'How an app admin holds the group (`mode`, `by`, `reason`, `at`), null when nobody does.',
  })
  suspension!: object | null;

  @JSONSchema({
    type: 'object',
    description: '`kind`: `created`, `imported`, or `copied` with `from`.',
  })
  origin!: object;

  @JSONSchema({ type: 'string', format: 'date-time' })
  createdAt!: string;

  @JSONSchema({ type: ['string', 'null'], format: 'date-time' })
  dismissedAt!: string | null;

  @IsInt()
  @JSONSchema({ description: 'The ETag.' })
  revision!: number;
}

@JSONSchema({ description: 'What a member says of himself in this one group; null = nothing.' })
export class MemberCardView {
  @JSONSchema({ type: ['string', 'null'] })
  nickname!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  avatar!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  ext!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  region!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  phone!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  wechat!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  alipay!: string | null;

  @JSONSchema({ type: ['array', 'null'], items: { type: 'string' } })
  description!: readonly string[] | null;

  @JSONSchema({ type: ['array', 'null'], items: { $ref: '#/components/schemas/CustomFieldDto' } })
  customFields!: readonly CustomFieldDto[] | null;
}

@JSONSchema({
  description:
    'Where the group keeps its members to itself (`settings.lookMemberInfo` is false), an ordinary member sees `userId` and `role` of others and nothing else.',
})
export class MemberView {
  @IsString()
  userId!: string;

  @IsIn(ROLES)
  role!: (typeof ROLES)[number];

  @MayBeAbsent()
  @JSONSchema({
    type: ['string', 'null'],
    description: "The card's nickname, else the user's; null when he was erased or isn't projected yet.",
  })
  nickname?: string | null;

  @MayBeAbsent()
  @JSONSchema({ type: 'string', format: 'date-time' })
  joinedAt?: string;

  @MayBeAbsent()
  @IsString()
  @JSONSchema({
    description: '`creation`, `invitation`, `request`, `open`, `search`, `scan`, `admin`, `import` or `copy`.',
  })
  source?: string;

  @MayBeAbsent()
  @JSONSchema({ type: ['string', 'null'] })
  inviterId?: string | null;

  @MayBeAbsent()
  @JSONSchema({ type: ['string', 'null'] })
  approvedBy?: string | null;

  @MayBeAbsent()
  @JSONSchema({
    type: ['string', 'null'],
    description: 'null: not muted. `forever`, or the moment at which the mute ends (it may have passed).',
  })
  mutedUntil?: string | null;

  @MayBeAbsent()
  @ValidateNested()
  @Type(() => MemberCardView)
  card?: MemberCardView;

  @MayBeAbsent()
  @IsIn(['all', 'silent', 'none'])
  @JSONSchema({ description: 'How he is told of messages. Only for himself and app admins.' })
  receiveOption?: 'all' | 'silent' | 'none';
}

export class GroupsQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(ROLES)
  @JSONSchema({ description: 'Only groups in which the caller is this.' })
  role?: (typeof ROLES)[number];

  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  @JSONSchema({ description: 'Only groups of this kind.' })
  kind?: string;
}

export class MembersQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(ROLES)
  @JSONSchema({ description: 'Only members with this role.' })
  role?: (typeof ROLES)[number];

  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  @JSONSchema({
    description: 'Part of the name that others see, upper and lower case alike; no character is special.',
  })
  keyword?: string;
}

export class GroupPage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => GroupView)
  items!: GroupView[];

  @IsInt()
  total!: number;

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
