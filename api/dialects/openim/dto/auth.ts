import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { IsId, IsNumber } from './common.js';

/** Platforms are 1 iOS, 2 Android, 3 Windows, 4 OSX, 5 Web, 6 MiniWeb, 7 Linux, 8 AndroidPad, 9 iPad, 10 Admin, 11 HarmonyOS. */
export const IsPlatform = (): PropertyDecorator => IsNumber(1, 11);

export class AdminTokenReq {
  @IsString()
  @MaxLength(512)
  secret!: string;

  @IsOptional()
  @IsPlatform()
  platformID?: number;

  @IsId()
  userID!: string;
}

export class UserTokenReq {
  @IsOptional()
  @IsString()
  @MaxLength(512)
  secret?: string;

  @IsPlatform()
  platformID!: number;

  @IsId()
  userID!: string;
}

export class ForceLogoutReq {
  @IsOptional()
  @IsString()
  @MaxLength(512)
  secret?: string;

  /** Absent or 0: every platform. */
  @IsOptional()
  @IsNumber(0, 11)
  platformID?: number;

  @IsId()
  userID!: string;
}

export class ParseTokenReq {
  @IsString()
  @MinLength(1)
  @MaxLength(4096)
  token!: string;
}
