import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsChosenId, IsMaximum, IsMoment, IsTextByRules } from './bounded.js';
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
  @JSONSchema({ description: RETENTION })
  retentionSeconds?: number | null;
}

@JSONSchema({ examples: [{ lookMemberInfo: false, maximum: 1000 }] })
export class ChangeGroupSettings extends GroupSettingsDto {
  @MayBeAbsent()
  @IsMaximum('How many people the group holds, the owner counted; not less than it has.')
  maximum?: number;
}

@JSONSchema({ examples: [{ selfJoin: 'approval' }] })
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

@JSONSchema({ examples: [{ text: 'We read chapter two' }] })
export class PublishAnnouncement {
  @IsTextByRules(({ announcement }) => announcement, 'What the members are told; empty takes it back.')
  text!: string;
}

@JSONSchema({ examples: [{ mode: 'noChat', reason: 'spam' }] })
export class SuspendGroup {
  @IsIn(['noChat', 'noPrivateChat', 'blocked'])
  @JSONSchema({
    description:
      '`noChat`: only app admins send. `noPrivateChat`: for clients to heed. `blocked`: reading, leaving and app admins only.',
  })
  mode!: 'noChat' | 'noPrivateChat' | 'blocked';

  @MayBeAbsent()
  @IsTextByRules(({ reason }) => reason)
  reason?: string;
}

export class ReinstateQuery {
  @MayBeAbsent()
  @IsTextByRules(({ reason }) => reason, 'Kept in the history.', { examples: ['cleared up'] })
  reason?: string;
}

@JSONSchema({ examples: [{ name: 'Book club, second table' }] })
export class CopyGroup {
  @MayBeAbsent()
  @IsChosenId("The new group's id. Made by the server when absent.")
  groupId?: string;

  @IsTextByRules(({ name }) => name, "The new group's name.")
  name!: string;

  @MayBeAbsent()
  @IsTextByRules(({ avatar }) => avatar)
  avatar?: string;
}

/** A moment in a query or a body. */
export class UpToQuery {
  @MayBeAbsent()
  @IsMoment('Up to this moment. Now when absent.')
  upTo?: string;
}
