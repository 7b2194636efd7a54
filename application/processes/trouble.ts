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

/** Tries until it goes well, or fails for good. @throws GivenUp when told to stop, and the failure that doesn't pass */
export async function persisting<Result>(
  work: () => Promise<Result>,
  { signal, log, facts }: { readonly signal: AbortSignal; readonly log: Logger; readonly facts: object },
): Promise<Result> {
  const backoff = new Backoff(50, 2_000);
  for (;;) {
    if (signal.aborted) throw new GivenUp('told to stop');
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error)) throw error;
      log.warn({ ...facts, error: messageOf(error) }, 'a process tries again');
      await backoff.wait(signal);
    }
  }
}
