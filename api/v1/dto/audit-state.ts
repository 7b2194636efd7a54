import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { AGGREGATE, AGGREGATES } from './audit.js';
import { IsMoment } from './bounded.js';
import { MayBeAbsent } from './common.js';

export class OneAggregate {
  @IsString()
  @MinLength(1)
  @MaxLength(AGGREGATE)
  @JSONSchema({ description: `Which one: ${AGGREGATES}`, examples: ['group/book-club'] })
  aggregate!: string;
}

/** Of one moment; now, where none is said. */
export class AuditStateQuery extends OneAggregate {
  @MayBeAbsent()
  @IsMoment('As it was then. Not together with `revision`.')
  at?: string;

  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'As it was after the event of this revision.', examples: [12] })
  revision?: number;
}

/** Between two moments: from the beginning, and up to now, where one isn't said. */
export class AuditDiffQuery extends OneAggregate {
  @MayBeAbsent()
  @IsMoment('What changed after this moment. Not together with `fromRevision`.')
  from?: string;

  @MayBeAbsent()
  @IsMoment('Up to this moment. Not together with `untilRevision`.')
  until?: string;

  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'What changed after the event of this revision.', examples: [12] })
  fromRevision?: number;

  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'Up to the event of this revision, it included.', examples: [12] })
  untilRevision?: number;
}
