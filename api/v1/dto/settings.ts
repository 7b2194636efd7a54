import { IsBoolean, IsIn, IsInt, IsISO8601, IsOptional, IsString, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MayBeAbsent } from './common.js';

const RETENTION = 'Older messages are hidden; seconds, null = they are shown for ever.';
/** 100 years: what is longer is for ever. */
const LONGEST_RETENTION_S = 100 * 366 * 24 * 3600;

export class GroupSettingsDto {
  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether clients keep members from adding each other as friends.' })
  memberProtection?: boolean;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({
    description: 'Whether ordinary members may look at others. When false, they see ids and roles only.',
  })
  lookMemberInfo?: boolean;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether clients offer to add a member as a friend.' })
  addMemberAsFriend?: boolean;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LONGEST_RETENTION_S)
  @JSONSchema({ type: ['integer', 'null'], description: RETENTION })
  retentionSeconds?: number | null;
}

export class ChangeGroupSettings extends GroupSettingsDto {
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @JSONSchema({ description: 'How many people the group holds, the owner counted.' })
  maximum?: number;
}

export class ChangeJoinPolicy {
  @MayBeAbsent()
  @IsIn(['open', 'approval', 'closed'])
  @JSONSchema({ description: 'What happens when somebody joins by himself.' })
  selfJoin?: 'open' | 'approval' | 'closed';

  @MayBeAbsent()
  @IsIn(['joins', 'approval', 'refused'])
  @JSONSchema({ description: 'What happens when an ordinary member invites.' })
  memberInvite?: 'joins' | 'approval' | 'refused';
}

export class PublishAnnouncement {
  @IsString()
  @JSONSchema({ description: 'What the members are told.' })
  text!: string;
}

export class SuspendGroup {
  @IsIn(['noChat', 'noPrivateChat', 'blocked'])
  @JSONSchema({
    description:
      '`noChat`: only app admins send. `noPrivateChat`: for clients to heed. `blocked`: reading, leaving and app admins only.',
  })
  mode!: 'noChat' | 'noPrivateChat' | 'blocked';

  @MayBeAbsent()
  @IsString()
  reason?: string;
}

export class ReinstateQuery {
  @MayBeAbsent()
  @IsString()
  reason?: string;
}

export class CopyGroup {
  @MayBeAbsent()
  @IsString()
  @JSONSchema({ description: "The new group's id. Made by the server when absent." })
  groupId?: string;

  @IsString()
  @JSONSchema({ description: "The new group's name." })
  name!: string;

  @MayBeAbsent()
  @IsString()
  avatar?: string;
}

/** A moment in a query or a body. */
export class UpToQuery {
  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  @JSONSchema({ format: 'date-time', description: 'Up to this moment. Now when absent.' })
  upTo?: string;
}
