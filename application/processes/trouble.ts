import { ApplicationError, type ApplicationErrorName } from '../commands/errors.js';
import { Backoff } from '../following/backoff.js';
import { isConnectionTrouble, messageOf } from '../following/errors.js';
import { EventStoreUnavailable } from '../ports/event-store.js';
import type { Logger } from '../ports/logger.js';
import { DatabaseUnavailable } from '../ports/unavailable.js';

/** Told to stop before all was done. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Nothing was written, or nobody knows; the same command may go well later. */
const PASSING: ReadonlySet<ApplicationErrorName> = new Set<ApplicationErrorName>([
  'OutcomeUnknown',
  'DeadlinePassed',
  'TooBusy',
  'Contended',
  'Unavailable',
  'DiskFull',
  'AppendDenied',
  'ShuttingDown',
]);

/** Whether what failed so may go well later, all else being as it is. */
export const mayPass = (error: unknown): boolean =>
  error instanceof ApplicationError
    ? PASSING.has(error.kind)
    : error instanceof EventStoreUnavailable || error instanceof DatabaseUnavailable || isConnectionTrouble(error);

/** These are everybody's. */
const NEVER_ITS_OWN: ReadonlySet<ApplicationErrorName> = new Set<ApplicationErrorName>([
  'DiskFull',
  'AppendDenied',
  'ShuttingDown',
]);

/** An act that goes on failing so often while all else is well, after it has failed for so long, fails for a reason of its own. */
const WELL_ALL_THE_SAME = 3;

export interface Persistence {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** How long a failure that may pass is taken for everybody's, milliseconds. */
  readonly patienceMs: number;
  /** Whether what everybody needs is there. Never rejects. */
  readonly isWell: () => Promise<boolean>;
}

/**
 * Tries until it goes well, or fails for good: nobody waits for ever behind what can't be done.
 * @throws GivenUp when told to stop, else the failure
 */
export async function persisting<Result>(
  work: () => Promise<Result>,
  { signal, log, patienceMs, isWell, facts }: Persistence & { readonly facts: object },
): Promise<Result> {
  const backoff = new Backoff(50, 2_000);
  const impatientAt = performance.now() + patienceMs;
  for (let well = 0; ;) {
    if (signal.aborted) throw new GivenUp('told to stop');
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error)) throw error;
      const isEverybodys = error instanceof ApplicationError && NEVER_ITS_OWN.has(error.kind);
      well = !isEverybodys && performance.now() > impatientAt && (await isWell()) ? well + 1 : 0;
      if (well >= WELL_ALL_THE_SAME) throw error;
      log.warn({ ...facts, error: messageOf(error) }, 'a process tries again');
      await backoff.wait(signal);
    }
  }
}
