import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreUnavailable } from '../application/ports/event-store.js';
import type { Logger } from '../application/ports/logger.js';
import { delayMs } from './event-store/settle.js';
import { isAway } from './postgres/reachable.js';

/** Told to stop while it waited for a server to come up. */
export class StartCancelled extends Error {
  override readonly name = 'StartCancelled';
}

export interface Patience {
  readonly log: Logger;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told what is waited for, and undefined when it is there. */
  readonly onWaiting: (what: string | undefined) => void;
}

const BACKOFF = { firstMs: 250, maxMs: 2_000 };

/** Between two lines of the log about the same server, ms. */
const SAY_EVERY_MS = 15_000;

/**
 * Opens something of a server that runs elsewhere, and waits for as long as that one is not there: whoever starts several
 * at once (compose, Kubernetes) needn't put them in order. What waiting doesn't help (wrong password, no such database)
 * fails at once.
 * @throws StartCancelled, or what `open` throws
 */
export async function untilThere<T>(what: string, open: () => Promise<T>, patience: Patience): Promise<T> {
  const { log, signal, onWaiting } = patience;
  let saidAt = -Infinity;
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw new StartCancelled(`told to stop before ${what} was there`);
    try {
      const opened = await open();
      if (attempt > 1) log.info({ what, attempt }, 'it is there now');
      onWaiting(undefined);
      return opened;
    } catch (error) {
      if (!helpsToWait(error)) throw error;
      onWaiting(what);
      if (performance.now() - saidAt >= SAY_EVERY_MS) {
        saidAt = performance.now();
        log.warn({ what, reason: reasonsOf(error), attempt }, `${what} does not answer, Parley starts when it does`);
      }
    }
    await sleep(delayMs(attempt, BACKOFF), undefined, { signal }).catch(() => undefined);
  }
}

function helpsToWait(error: unknown): boolean {
  if (isAway(error)) return true;
  return error instanceof EventStoreUnavailable && !isDenied(error.cause);
}

/** The server is there and doesn't let us in. 7 and 16 are gRPC's PERMISSION_DENIED and UNAUTHENTICATED. */
function isDenied(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('type' in error && error.type === 'access-denied') return true;
  return 'code' in error && (error.code === 7 || error.code === 16);
}

/** The messages from the outermost to the first cause. */
function reasonsOf(error: unknown): string[] {
  const reasons: string[] = [];
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++)
    if (each.message !== '') reasons.push(each.message);
  return reasons;
}
