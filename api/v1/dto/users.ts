import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, MaxLength, MinLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { userLimits } from '../../../domain/user/registration.js';
import { AreTexts, IsChosenId, IsTextWithin } from './bounded.js';
import { ID, MayBeAbsent, ReadQuery } from './common.js';

@JSONSchema({
  examples: [{ userId: 'ada', login: 'ada@example.org', password: 'a long pass phrase', nickname: 'Ada' }],
})
export class RegisterUser {
  @MayBeAbsent()
  @IsChosenId('Made by the server when absent.')
  userId?: string;

  @IsString()
  @MinLength(1)
  @MaxLength(128)
  @JSONSchema({
    description:
      'Unique in the tenant, in any case and form (NFKC, case folded), also among the ids of users who may log in. The user id does as well to log in. Without characters that nobody sees; not 16 decimal digits.',
  })
  login!: string;

  @IsString()
  @MinLength(8)
  @MaxLength(256)
  @JSONSchema({ format: 'password' })
  password!: string;

  @IsTextWithin(userLimits.nickname, 'Not blank.')
  nickname!: string;

  @MayBeAbsent()
  @IsTextWithin(userLimits.avatar)
  avatar?: string;

  @MayBeAbsent()
  @IsTextWithin(userLimits.ext, "The app's own data about the user.")
  ext?: string;
}

@JSONSchema({ examples: [{ login: 'ada@example.org', password: 'a long pass phrase' }] })
export class OpenSession {
  @IsString()
  @MinLength(1)
  @MaxLength(128)
  @JSONSchema({ description: 'A login or a user id, in any case.' })
  login!: string;

  @IsString()
  @MinLength(1)
  @MaxLength(256)
  @JSONSchema({ format: 'password' })
  password!: string;
}

@JSONSchema({ examples: [{ oldPassword: 'a long pass phrase', newPassword: 'a longer pass phrase' }] })
export class ChangePassword {
  @IsString()
  @MinLength(1)
  @MaxLength(256)
  @JSONSchema({ format: 'password', description: 'The present one.' })
  oldPassword!: string;

  @IsString()
  @MinLength(8)
  @MaxLength(256)
  @JSONSchema({ format: 'password' })
  newPassword!: string;
}

export class UserPath {
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'A user id, or `me`.', examples: ['me'] })
  userId!: string;
}

/**
 * So many ids, each of 64 characters and each character escaped, fit into a request's head beside all else that it has:
 * Node refuses more than 16 KiB of it, unread.
 */
const FITTING_IDS = 50;

/** Ids in a query, with commas between. */
export class UsersQuery extends ReadQuery {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(FITTING_IDS)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(ID, { each: true })
  @JSONSchema({
    description: `User ids, with commas between: \`ada,bob\`. At most ${FITTING_IDS.toString()}; more by POST.`,
    examples: [['ada', 'bob']],
  })
  userIds!: string[];
}

/** As many ids as a list may hold, in a body. */
@JSONSchema({ examples: [{ userIds: ['ada', 'bob'] }] })
export class UsersAsked {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(ID, { each: true })
  @AreTexts()
  userIds!: string[];
}
