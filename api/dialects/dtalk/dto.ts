import {
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { isInt64 } from './group-ids.js';

/*
 * Bodies as 002's decoder binds them: a member that is absent or null is 0 or '', unless it is required; members that nobody knows are
 * left out.
 */

const all =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

/** Longer lists no rules allow. */
const LONGEST_LIST = 1_000;

/** An integer of 64 bits, read without loss. */
const IsInt64 = (): PropertyDecorator =>
  ValidateBy({ name: 'isInt64', validator: { validate: isInt64 } }, { message: 'must be an integer of 64 bits' });

/** What every store keeps faithfully. */
const IsText = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isText', validator: { validate: (value: unknown) => wrongText(value) === undefined } },
    { message: ({ value }) => wrongText(value) ?? '' },
  );

function wrongText(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  return /[\0\p{Surrogate}]/u.test(value) ? 'holds U+0000 or half of a surrogate pair' : undefined;
}

const Text = (): PropertyDecorator => all(IsOptional(), IsText());

/** Ids of people; that none is empty or otherwise impossible is seen where they are looked up. */
const IsIds = (): PropertyDecorator =>
  all(
    IsArray(),
    ValidateBy(
      {
        name: 'isShort',
        validator: { validate: (value: unknown) => !Array.isArray(value) || value.length <= LONGEST_LIST },
      },
      { message: `names more than ${LONGEST_LIST.toString()}` },
    ),
    IsString({ each: true, message: firstWrong }),
  );

function firstWrong({ value }: ValidationArguments): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return `/${items.findIndex((item) => typeof item !== 'string').toString()} must be a string`;
}

/** 0 where it is absent. */
const OneOf = (...numbers: readonly number[]): PropertyDecorator =>
  all(IsOptional(), IsIn(numbers, { message: `must be one of ${numbers.join(', ')}` }));

const Id = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isId', validator: { validate: (value: unknown) => wrongText(value) === undefined && value !== '' } },
    { message: ({ value }) => wrongText(value) ?? 'must not be empty' },
  );

export class GroupReq {
  @IsOptional()
  @IsInt64()
  id?: number | bigint;

  @Text()
  idStr?: string;
}

export class CreateGroupReq {
  @Text()
  name = '';

  @Text()
  avatar = '';

  @Text()
  introduce = '';

  @IsOptional()
  @IsIds()
  memberIds: string[] = [];
}

export class InviteReq extends GroupReq {
  @IsIds()
  newMemberIds!: string[];
}

export class JoinReq extends GroupReq {
  @Text()
  inviterId = '';
}

export class MembersReq extends GroupReq {
  @IsIds()
  memberIds!: string[];
}

export class MemberReq extends GroupReq {
  @Id()
  memberId!: string;
}

export class MemberTypeReq extends MemberReq {
  @OneOf(0, 1)
  memberType = 0;
}

export class NameReq extends GroupReq {
  @Text()
  name = '';

  @Text()
  publicName = '';
}

export class AvatarReq extends GroupReq {
  @Text()
  avatar = '';
}

export class IntroduceReq extends GroupReq {
  @Text()
  introduce = '';
}

export class JoinTypeReq extends GroupReq {
  @OneOf(0, 1, 2)
  joinType = 0;
}

export class FriendTypeReq extends GroupReq {
  @OneOf(0, 1)
  friendType = 0;
}

export class MuteTypeReq extends GroupReq {
  @OneOf(0, 1)
  muteType = 0;
}

export class StatusReq extends GroupReq {
  @OneOf(0, 1, 2)
  status = 0;
}

export class MaximumReq extends GroupReq {
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  maximum!: number;
}

export class MemberNameReq extends GroupReq {
  @Text()
  memberName = '';

  /** Whose; default the caller's own. */
  @Text()
  memberId = '';
}

export class MuteTimeReq extends MembersReq {
  @IsOptional()
  @IsInt64()
  muteTime: number | bigint = 0;
}

export class SearchReq {
  /** 0 by mark, 1 by id. */
  @OneOf(0, 1)
  tp = 0;

  @Id()
  query!: string;
}

/** Of applications; here the group's id is a text. */
export class ApplyReq {
  @Id()
  id!: string;
}

export class CreateApplyReq extends ApplyReq {
  @Text()
  applyNote = '';
}

export class AnswerApplyReq extends ApplyReq {
  @Id()
  applyId!: string;
}

export class RejectApplyReq extends AnswerApplyReq {
  @Text()
  rejectReason = '';
}

export class ListAppliesReq extends ApplyReq {
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  count!: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  offset = 0;
}
