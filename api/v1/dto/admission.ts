import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PERSONAL_EXT } from '../../../domain/group/bounds.js';
import { STATUSES } from '../schemas/views.js';
import { IsMoment, IsMomentOrForever, IsTextByRules, IsTextWithin, ListByRules } from './bounded.js';
import { ID, MayBeAbsent, PageQuery } from './common.js';
import { MemberCardDto } from './members.js';

type Status = (typeof STATUSES)[number];

/** People named in one list. */
@JSONSchema({ examples: [{ userIds: ['bob', 'eve'], allOrNothing: true }] })
export class PeopleDto {
  @IsArray()
  @ArrayMinSize(1)
  @ListByRules(({ listItems }) => listItems)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(ID, { each: true })
  userIds!: string[];

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({
    description:
      'true: one person for whom it can not be done refuses the whole (a member who is none: 404 `MemberNotFound`). false: `outcome.items` says of each what became of it. false when absent.',
  })
  allOrNothing = false;
}

@JSONSchema({
  examples: [{ userIds: ['bob', 'eve'], reason: 'We read on Mondays', expiresAt: '2026-04-01T00:00:00Z' }],
})
export class InvitePeople extends PeopleDto {
  @MayBeAbsent()
  @IsTextByRules(({ reason }) => reason, 'Why, for who is invited and for managers.')
  reason?: string;

  @MayBeAbsent()
  @IsMoment('From then on nobody can accept any more. Never when absent.')
  expiresAt?: string;
}

@JSONSchema({ examples: [{ userIds: ['eve'], reason: 'spoilers' }] })
export class RemovePeople extends PeopleDto {
  @MayBeAbsent()
  @IsTextByRules(({ reason }) => reason, 'Kept in the history, encrypted as the personal data of the one who removes.')
  reason?: string;
}

@JSONSchema({ examples: [{ userIds: ['bob'], role: 'admin' }] })
export class ChangeRoles extends PeopleDto {
  @IsIn(['admin', 'member'])
  role!: 'admin' | 'member';
}

@JSONSchema({ examples: [{ message: 'Let me in', source: 'search' }] })
export class JoinGroup {
  @MayBeAbsent()
  @IsTextByRules(({ reason }) => reason, 'For the managers, where the group wants their approval.')
  message?: string;

  @MayBeAbsent()
  @IsIn(['search', 'scan', 'invitation'])
  @JSONSchema({ description: 'How he found the group.' })
  source?: 'search' | 'scan' | 'invitation';

  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'The member who told him of the group, as he says himself.' })
  inviterId?: string;

  @MayBeAbsent()
  @IsTextWithin(PERSONAL_EXT, "The app's own data about the request.")
  ext?: string;
}

@JSONSchema({ examples: [{ answer: 'accepted' }] })
export class AnswerInvitation {
  @IsIn(['accepted', 'declined', 'ignored'])
  answer!: 'accepted' | 'declined' | 'ignored';

  @MayBeAbsent()
  @IsTextByRules(({ reason }) => reason)
  message?: string;

  @MayBeAbsent()
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'Which invitation is meant; the pending one when absent.' })
  inviteId?: string;
}

@JSONSchema({ examples: [{ answer: 'approved', message: 'Welcome' }] })
export class AnswerJoinRequest {
  @IsIn(['approved', 'refused', 'ignored'])
  answer!: 'approved' | 'refused' | 'ignored';

  @MayBeAbsent()
  @IsTextByRules(({ reason }) => reason)
  message?: string;

  @MayBeAbsent()
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'Which request is meant; the pending one when absent.' })
  requestId?: string;
}

export class InviteQuery {
  @MayBeAbsent()
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'Which invitation is meant; the pending one when absent.' })
  inviteId?: string;
}

export class RequestQuery {
  @MayBeAbsent()
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'Which request is meant; the pending one when absent.' })
  requestId?: string;
}

export class ApplicationsQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(STATUSES)
  @JSONSchema({ description: 'Only those that stand so.' })
  status?: Status;
}

export class InvitationsQuery extends ApplicationsQuery {
  @MayBeAbsent()
  @IsIn(['invitee', 'inviter'])
  @JSONSchema({ description: 'Those that name him, or those he made.', default: 'invitee' })
  as: 'invitee' | 'inviter' = 'invitee';
}

export class ManagedQuery extends ApplicationsQuery {
  @MayBeAbsent()
  @IsIn(['request', 'invitation'])
  @JSONSchema({ description: 'Only these.' })
  kind?: 'request' | 'invitation';
}

export class ImportedMember {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  userId!: string;

  @MayBeAbsent()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';

  @MayBeAbsent()
  @IsMoment('When he joined elsewhere. Now when absent.')
  joinedAt?: string;

  @MayBeAbsent()
  @IsMomentOrForever('A mute that he brings along: `forever`, or the moment at which it ends.')
  mutedUntil?: string;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => MemberCardDto)
  card?: MemberCardDto;
}

@JSONSchema({
  examples: [
    { members: [{ userId: 'bob', role: 'admin', joinedAt: '2020-05-01T09:00:00+02:00', card: { nickname: 'B' } }] },
  ],
})
export class ImportMembers {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ImportedMember)
  members!: ImportedMember[];
}
