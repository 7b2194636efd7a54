import { IsIn } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MayBeAbsent, PageQuery } from './common.js';

export class AuditAccessQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(['oldest', 'newest'])
  @JSONSchema({ description: 'Which come first.', default: 'oldest' })
  order: 'oldest' | 'newest' = 'oldest';
}
