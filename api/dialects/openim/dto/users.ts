import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IsPlatform } from './auth.js';
import {
  AreDistinct,
  IsId,
  IsIds,
  IsNewId,
  IsNumber,
  IsText,
  LONGEST_LIST,
  PaginationType,
  Plain,
  RequestPagination,
} from './common.js';

export class SelfRegisterReq {
  @IsNewId()
  userID!: string;

  @IsText({ blank: false })
  nickname!: string;

  @IsOptional()
  @IsText()
  faceURL?: string;

  @IsString()
  @MinLength(1)
  @MaxLength(256)
  password!: string;

  @IsOptional()
  @IsText()
  ex?: string;
}

export class SelfLoginReq {
  @IsId()
  userID!: string;

  @IsPlatform()
  platformID!: number;

  @IsString()
  @MinLength(1)
  @MaxLength(256)
  password!: string;
}

export class NewUser {
  @IsNewId()
  userID!: string;

  @IsText({ blank: false })
  nickname!: string;

  @IsOptional()
  @IsText()
  faceURL?: string;

  @IsOptional()
  @IsText()
  ex?: string;
}

export class UserRegisterReq {
  @IsOptional()
  @IsString()
  @MaxLength(512)
  secret?: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LONGEST_LIST)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @AreDistinct((user) => (user as NewUser | undefined)?.userID)
  @Type(() => NewUser)
  users!: NewUser[];
}

/** Absent = unchanged, '' = cleared. The other members that the published sample carries are accepted and ignored. */
export class UserInfoEx {
  @IsId()
  userID!: string;

  @IsOptional()
  @Plain()
  @IsText()
  nickname?: string;

  @IsOptional()
  @Plain()
  @IsText()
  faceURL?: string;

  @IsOptional()
  @Plain()
  @IsText()
  ex?: string;

  @IsOptional()
  @Plain()
  @IsNumber(0, 2)
  globalRecvMsgOpt?: number;
}

export class UpdateUserInfoReq {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => UserInfoEx)
  userInfo!: UserInfoEx;

  @IsOptional()
  @Plain()
  @IsText()
  ex?: string;
}

export class GetUsersInfoReq {
  @IsIds({ atLeast: 1 })
  userIDs!: string[];
}

export class AccountCheckReq {
  @IsIds({ atLeast: 1, distinct: true })
  checkUserIDs!: string[];
}

export class GetUsersReq {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @PaginationType()
  pagination!: RequestPagination;

  @IsOptional()
  @IsText()
  @MaxLength(200)
  userID?: string;

  @IsOptional()
  @IsText()
  @MaxLength(200)
  nickName?: string;
}

export class SetGlobalRecvMsgOptReq {
  @IsId()
  userID!: string;

  /** Absent = unchanged. */
  @IsOptional()
  @Plain()
  @IsNumber(0, 2)
  globalRecvMsgOpt?: number;
}

export class SubscribeUsersStatusReq {
  @IsId()
  userID!: string;

  @IsIds({ atLeast: 1 })
  userIDs!: string[];

  /** 1 subscribes, 2 cancels. */
  @IsNumber(1, 2)
  genre!: number;
}

export class UserIDReq {
  @IsId()
  userID!: string;
}
