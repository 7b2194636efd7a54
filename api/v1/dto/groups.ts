import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { KIND } from '../../../domain/group/creation.js';
import type { PresetName } from '../../../domain/group/presets.js';
import { PRESETS } from '../by-preset.js';
import { IsChosenId, IsMaximum, IsMoment, IsTextByRules, IsTextWithin, ListByRules } from './bounded.js';
import { ID, MayBeAbsent, PageQuery } from './common.js';
import { CUSTOM_FIELDS, CustomFieldDto } from './custom-fields.js';
import { GroupSettingsDto } from './settings.js';

const ROLES = ['owner', 'admin', 'member'] as const;
const CLEARS = 'null clears.';
const WHILE_PAGING =
  'The list goes by role first: whose role changes while one pages through it may be missed or come twice. Whoever must see each member asks for one role at a time after the other, or again.';

export class GroupPath {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'A group id.', examples: ['book-club'] })
  groupId!: string;
}

export class MemberPath extends GroupPath {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'A user id, or `me`.', examples: ['bob'] })
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

@JSONSchema({
  examples: [
    { name: 'Book club', members: ['bob'] },
    {
      groupId: 'book-club',
      preset: 'openim',
      name: 'Book club',
      introduction: 'We read',
      admins: ['bob'],
      members: ['eve'],
      joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' },
      settings: { lookMemberInfo: false },
    },
  ],
})
export class CreateGroup {
  @MayBeAbsent()
  @IsChosenId('Made by the server when absent.')
  groupId?: string;

  @MayBeAbsent()
  @IsIn(PRESETS)
  @JSONSchema({
    description:
      'The rules the group lives by, for ever; the section "Presets" above tells what each is. `parley` when absent.',
  })
  preset: PresetName = 'parley';

  @MayBeAbsent()
  @IsTextWithin(KIND, "A name of the app's own for kinds of groups.")
  kind?: string;

  @IsTextByRules(({ name }) => name, 'Not blank, where the rules want a name.')
  name!: string;

  @MayBeAbsent()
  @IsTextByRules(({ avatar }) => avatar)
  avatar?: string;

  @MayBeAbsent()
  @IsTextByRules(({ introduction }) => introduction)
  introduction?: string;

  @MayBeAbsent()
  @IsTextByRules(({ ext }) => ext, "The app's own data about the group.")
  ext?: string;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(CUSTOM_FIELDS)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => CustomFieldDto)
  customFields?: CustomFieldDto[];

  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({
    description:
      'The caller when absent; only an app admin may name another, or null for nobody where the rules allow a group without owner.',
  })
  ownerId?: string | null;

  @MayBeAbsent()
  @IsArray()
  @ListByRules(({ initialMembers }) => initialMembers, 'Together with `members`')
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  admins?: string[];

  @MayBeAbsent()
  @IsArray()
  @ListByRules(
    ({ initialMembers }) => initialMembers,
    'Initial members beside owner and admins. Who wants to be asked is invited, where the rules say so. Together with `admins`',
  )
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  members?: string[];

  @MayBeAbsent()
  @IsMaximum('How many people the group holds, the owner counted; the preset says it when absent.')
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
  @IsTextByRules(({ announcement }) => announcement, 'Announced from the start.')
  announcement?: string;

  @MayBeAbsent()
  @IsIn(['ask', 'waive'])
  @JSONSchema({
    description: '`waive`: nobody is asked whether he wants to be in it. An app admin may. `ask` when absent.',
  })
  consent?: 'ask' | 'waive';

  @MayBeAbsent()
  @IsMoment('An import: when the group was made elsewhere; its people joined then. An app admin may.')
  createdAt?: string;
}

@JSONSchema({ examples: [{ name: 'Bookish', avatar: null }] })
export class ChangeGroupProfile {
  @MayBeAbsent()
  @IsTextByRules(({ name }) => name, 'Not blank, where the rules want a name.')
  name?: string;

  @IsOptional()
  @IsTextByRules(({ avatar }) => avatar, CLEARS)
  avatar?: string | null;

  @IsOptional()
  @IsTextByRules(({ introduction }) => introduction, CLEARS)
  introduction?: string | null;

  @IsOptional()
  @IsTextByRules(({ ext }) => ext, CLEARS)
  ext?: string | null;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(CUSTOM_FIELDS)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => CustomFieldDto)
  @JSONSchema({ description: 'The whole new list.' })
  customFields?: CustomFieldDto[];
}

@JSONSchema({ examples: [{ role: 'admin' }] })
export class ChangeMember {
  @IsIn(['admin', 'member'])
  @JSONSchema({ description: 'The owner is changed by PUT /groups/{groupId}/owner.' })
  role!: 'admin' | 'member';
}

export class RemoveMemberQuery {
  @MayBeAbsent()
  @IsTextByRules(
    ({ reason }) => reason,
    'Kept in the history, encrypted as the personal data of the one who removes.',
    { examples: ['spoilers'] },
  )
  reason?: string;
}

@JSONSchema({ examples: [{ userId: 'bob' }] })
export class TransferOwnership {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'The member who owns the group from now on.' })
  userId!: string;
}

@JSONSchema({ examples: [{ forSeconds: 600 }, { until: '2026-04-01T00:00:00Z' }] })
export class MuteMember {
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(10 * 365 * 24 * 3600)
  @JSONSchema({
    description: 'Seconds from now. Without it and without `until`: for ever. In dtalk at most a day, or for ever.',
  })
  forSeconds?: number;

  @IsOptional()
  @IsMoment('A moment to come; null = for ever. Not together with `forSeconds`.')
  until?: string | null;
}

@JSONSchema({ examples: [{ speakers: ['bob'] }] })
export class MuteGroup {
  @MayBeAbsent()
  @IsArray()
  @ListByRules(({ listItems }) => listItems, 'Members who may speak all the same, beside owner and admins.')
  @IsString({ each: true })
  @MaxLength(ID, { each: true })
  speakers?: string[];
}

export class DismissQuery {
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  @JSONSchema({ description: 'Whether the members are removed too.', default: 'false' })
  removeMembers?: 'true' | 'false';
}

export class EventsQuery {
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'First revision wanted.', default: 0, examples: [0] })
  from = 0;

  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @JSONSchema({ description: 'Items per page, 1 to 1000.', default: 100, examples: [100] })
  limit = 100;
}

export class GroupsQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(ROLES)
  @JSONSchema({ description: 'Only groups in which the caller is this.' })
  role?: (typeof ROLES)[number];

  @MayBeAbsent()
  @IsTextWithin(KIND, 'Only groups of this kind.')
  kind?: string;
}

export class MembersQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(ROLES)
  @JSONSchema({ description: `Only members with this role. ${WHILE_PAGING}` })
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
