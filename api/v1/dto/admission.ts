import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MayBeAbsent, PageQuery } from './common.js';
import { MemberCardDto } from './members.js';

const ID = 64;
const STATUSES = [
  'pending',
  'accepted',
  'refused',
  'ignored',
  'superseded',
  'expired',
  'withdrawn',
  'joinedOtherwise',
  'dismissed',
] as const;
type Status = (typeof STATUSES)[number];

/** People named in one list. */
export class PeopleDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(ID, { each: true })
  userIds!: string[];

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({
    description:
      'true: one person for whom it can not be done refuses the whole (a member who is none: 404 `MemberNotFound`). false: `outcome.items` says of each what became of it.',
    default: false,
  })
  allOrNothing = false;
}

export class InvitePeople extends PeopleDto {
  @MayBeAbsent()
  @IsString()
  @JSONSchema({ description: 'Why, for who is invited and for managers.' })
  reason?: string;

  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  @JSONSchema({ format: 'date-time', description: 'From then on nobody can accept any more. Never when absent.' })
  expiresAt?: string;
}

export class RemovePeople extends PeopleDto {
  @MayBeAbsent()
  @IsString()
  @JSONSchema({ description: 'Kept in the history, encrypted as the personal data of the one who removes.' })
  reason?: string;
}

export class ChangeRoles extends PeopleDto {
  @IsIn(['admin', 'member'])
  role!: 'admin' | 'member';
}

export class JoinGroup {
  @MayBeAbsent()
  @IsString()
  @JSONSchema({ description: 'For the managers, where the group wants their approval.' })
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
  @IsString()
  @JSONSchema({ description: "The app's own data about the request." })
  ext?: string;
}

export class AnswerInvitation {
  @IsIn(['accepted', 'declined', 'ignored'])
  answer!: 'accepted' | 'declined' | 'ignored';

  @MayBeAbsent()
  @IsString()
  message?: string;

  @MayBeAbsent()
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'Which invitation is meant; the pending one when absent.' })
  inviteId?: string;
}

export class AnswerJoinRequest {
  @IsIn(['approved', 'refused', 'ignored'])
  answer!: 'approved' | 'refused' | 'ignored';

  @MayBeAbsent()
  @IsString()
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
  @IsISO8601({ strict: true, strictSeparator: true })
  @JSONSchema({ format: 'date-time', description: 'When he joined elsewhere. Now when absent.' })
  joinedAt?: string;

  @MayBeAbsent()
  @IsString()
  @JSONSchema({ description: 'A mute that he brings along: `forever`, or the moment at which it ends.' })
  mutedUntil?: string;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => MemberCardDto)
  card?: MemberCardDto;
}

export class ImportMembers {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ImportedMember)
  members!: ImportedMember[];
}

@JSONSchema({ description: 'A join request, or an invitation that awaited somebody.' })
export class ApplicationDto {
  @IsIn(['request', 'invitation'])
  kind!: 'request' | 'invitation';

  @IsString()
  id!: string;

  @IsString()
  groupId!: string;

  @IsString()
  @JSONSchema({ description: 'Who would become a member.' })
  userId!: string;

  @JSONSchema({ type: ['string', 'null'] })
  inviterId!: string | null;

  @JSONSchema({ type: ['string', 'null'], description: "A request's message, an invitation's reason." })
  message!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  ext!: string | null;

  @IsString()
  source!: string;

  @IsArray()
  @IsIn(['invitee', 'manager'], { each: true })
  @JSONSchema({ description: 'Whose word is still missing.' })
  awaits!: ('invitee' | 'manager')[];

  @IsIn(STATUSES)
  status!: Status;

  @JSONSchema({ type: 'string', format: 'date-time' })
  createdAt!: string;

  @JSONSchema({ type: ['string', 'null'], format: 'date-time' })
  expiresAt!: string | null;

  @JSONSchema({ type: ['string', 'null'], format: 'date-time' })
  endedAt!: string | null;

  @JSONSchema({ type: ['string', 'null'], description: 'Who gave the answer that ended it.' })
  handledBy!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  handledMessage!: string | null;
}

export class ApplicationPage {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => ApplicationDto)
  items!: ApplicationDto[];

  @IsInt()
  total!: number;

  @IsOptional()
  @JSONSchema({ type: ['string', 'null'], description: 'Cursor of the next page, null on the last.' })
  next!: string | null;
}
