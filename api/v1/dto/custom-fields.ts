import { IsString, MaxLength, MinLength } from 'class-validator';

export class CustomFieldDto {
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  key!: string;

  @IsString()
  @MaxLength(4096)
  value!: string;
}
