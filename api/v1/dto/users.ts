import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { userLimits } from '../../../domain/user/registration.js';
import { IsTextWithin } from './bounded.js';
import { MayBeAbsent, ReadQuery } from './common.js';

export class RegisterUser {
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  @JSONSchema({
    description: '1 to 64 letters, digits, `_ - . @ # :`; not 16 decimal digits. Made by the server when absent.',
  })
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
  password!: string;

  @IsTextWithin(userLimits.nickname)
  nickname!: string;

  @MayBeAbsent()
  @IsTextWithin(userLimits.avatar)
  avatar?: string;

  @MayBeAbsent()
  @IsTextWithin(userLimits.ext, "The app's own data about the user.")
  ext?: string;
}

export class OpenSession {
  @IsString()
  @MinLength(1)
  @MaxLength(128)
  @JSONSchema({ description: 'A login or a user id, in any case.' })
  login!: string;

  @IsString()
  @MinLength(1)
  @MaxLength(256)
  password!: string;
}

export class Session {
  @IsString()
  userId!: string;

  @IsString()
  tenant!: string;

  @IsString()
  @JSONSchema({ description: 'Send it as `Authorization: Bearer …`.' })
  token!: string;

  @JSONSchema({ type: 'string', format: 'date-time' })
  expiresAt!: string;
}

export class ChangePassword {
  @IsString()
  @MinLength(1)
  @MaxLength(256)
  @JSONSchema({ description: 'The present one.' })
  oldPassword!: string;

  @IsString()
  @MinLength(8)
  @MaxLength(256)
  newPassword!: string;
}

export class UserPath {
  @IsString()
  @MaxLength(64)
  @JSONSchema({ description: 'A user id, or `me`.' })
  userId!: string;
}

export class UserView {
  @IsString()
  userId!: string;

  @IsInt()
  number!: number;

  @JSONSchema({ type: ['string', 'null'], description: 'null when the user was erased.' })
  nickname!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  avatar!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  ext!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  gender!: string | null;

  @JSONSchema({ type: ['string', 'null'] })
  region!: string | null;

  @JSONSchema({ type: 'string', format: 'date-time' })
  registeredAt!: string;
}

/** Ids in a query, with commas between. */
export class UsersQuery extends ReadQuery {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(64, { each: true })
  @JSONSchema({ description: 'User ids, with commas between: `ada,bob`. At most 1000.' })
  userIds!: string[];
}

export class Users {
  @ValidateNested({ each: true })
  @IsArray()
  @Type(() => UserView)
  @JSONSchema({ description: 'Those that are there, in the order asked for, each once.' })
  items!: UserView[];
}
