import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { OneAggregate } from './audit-state.js';
import { MayBeAbsent } from './common.js';

const MOST_CHECKPOINTS = 100;

export class CheckpointsQuery {
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_CHECKPOINTS)
  @JSONSchema({ description: 'How many.', default: 10, examples: [10] })
  limit = 10;
}

export class AuditProofQuery extends OneAggregate {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'Of the event in its aggregate.', examples: [2] })
  revision!: number;
}

/** Sizes: numbers of events, as checkpoints say them. */
export class AuditConsistencyQuery {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'Of the older checkpoint.', examples: [100] })
  first!: number;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  @JSONSchema({ description: 'Of the newer one.', examples: [250] })
  second!: number;
}
