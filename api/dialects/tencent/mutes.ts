import { MAX_UINT32 } from './dto.js';

/**
 * The published text calls ShutUpUntil a time, its samples have a length. No length that is meant is a time to come, nor the
 * other way round: from here on, which was in 2001, it is a time.
 */
const FIRST_TIME = 1_000_000_000;

type Until = number | null | { readonly lasting: number };

/** A length of a mute, seconds: undefined ends it, null is for ever, else ms. */
export function lastingOf(seconds: number): Exclude<Until, number> | undefined {
  if (seconds === 0) return undefined;
  return seconds === MAX_UINT32 ? null : { lasting: seconds * 1_000 };
}

/** ShutUpUntil: the same, or a time, ms UTC. */
export const untilOf = (seconds: number): Until | undefined =>
  seconds < FIRST_TIME || seconds === MAX_UINT32 ? lastingOf(seconds) : seconds * 1_000;

/** ShutUpUntil as a time, ms UTC; null = for ever, undefined = none. */
export function mutedUntilOf(seconds: number, now: number): number | null | undefined {
  const until = untilOf(seconds);
  return until !== null && typeof until === 'object' ? now + until.lasting : until;
}
