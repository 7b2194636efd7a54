import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** May be left out; unlike `IsOptional`, null is not a way of leaving it out. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_dto, value: unknown) => value !== undefined);

/** How long an id of anything is at most. */
export const ID = 64;

export class ReadQuery {
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  @JSONSchema({
    description:
      'Answer from a read model that has reached this position (the `position` a command returned). One that the log has not reached, as after a restore from a backup, is 410 `CursorGone`.',
    examples: ['pgq2x7kd:00000000000000000042'],
  })
  minPosition?: string;
}

/** Cursor page parameters. */
export class PageQuery extends ReadQuery {
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @JSONSchema({ description: 'Items per page, 1 to 1000.', default: 50, examples: [20] })
  limit = 50;

  @MayBeAbsent()
  @IsString()
  @MaxLength(2000)
  @JSONSchema({
    description: 'The `next` of the page before. Opaque; good for the same list with the same filters only.',
    examples: ['aGVsbG8'],
  })
  cursor?: string;
}
