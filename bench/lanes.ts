import { randomUUID } from 'node:crypto';
import { NO_STREAM } from '../application/ports/event-store.js';
import { inFlight } from './harness.js';

/** Every lane appends to a stream of its own, one revision after the other; streams are new in every run. */
export function laneAppender(
  lanes: number,
  append: (stream: string, expectedRevision: number) => Promise<unknown>,
): (ms: number) => Promise<number> {
  return (ms) => {
    const run = randomUUID().slice(0, 8);
    const revisions = Array.from({ length: lanes }, () => NO_STREAM);
    return inFlight(lanes, ms, async (lane) => {
      const revision = revisions[lane] ?? NO_STREAM;
      await append(`parley_group-bench.${run}_${lane.toString()}`, revision);
      revisions[lane] = revision + 1;
    });
  };
}
