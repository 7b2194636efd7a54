import { JSONSchema } from 'class-validator-jsonschema';
import { REASON_BOUND } from '../../../domain/user/erasure.js';
import { IsTextWithin } from './bounded.js';

@JSONSchema({ examples: [{ reason: 'asked for it, letter of 2026-11-20' }] })
export class ErasePerson {
  @IsTextWithin(
    REASON_BOUND,
    'Not blank. It stands in the history in the clear, for ever: it names nothing of the person.',
  )
  reason!: string;
}
