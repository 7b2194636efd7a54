import { refuse } from './errors.js';

/** @throws InvalidArgument */
export function checkWhole(field: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    refuse('InvalidArgument', { field, reason: `must be a whole number from ${min.toString()} to ${max.toString()}` });
  }
}

/** Distinct, in the order given. @throws InvalidArgument (none, more than `most`, what can't be the seq of a message) */
export function distinctSeqs(seqs: readonly number[], most: number): number[] {
  if (seqs.length === 0) refuse('InvalidArgument', { field: 'seqs', reason: 'must name a message' });
  if (seqs.length > most) refuse('InvalidArgument', { field: 'seqs', reason: `names more than ${most.toString()}` });
  for (const seq of seqs) checkWhole('seqs', seq, 1, Number.MAX_SAFE_INTEGER);
  return [...new Set(seqs)];
}
