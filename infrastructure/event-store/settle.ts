import { setMaxListeners } from 'node:events';

import type { AppendResult, StoredEvent } from '../../application/ports/event-store.js';
import { EventRefused, EventStoreClosed, OutcomeLeftOpen, WritesRefused } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import type { AppendTroubles } from './append-troubles.js';

/** An attempt ended without an answer (connection lost, deadline passed): it may have been written, or may be later. */
export class OutcomeUnknown extends Error {
  override readonly name: string = 'OutcomeUnknown';
}

/** There was an answer, and it doesn't say whether it was written. */
export class AnswerUnclear extends OutcomeUnknown {
  override readonly name = 'AnswerUnclear';
}

/** Milliseconds between attempts: doubling from `firstMs` to `maxMs`, each drawn from the upper half (jitter). */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Rejects with `EventStoreClosed` when the signal aborts. Default a timer. */
  readonly wait?: (ms: number, closed: AbortSignal) => Promise<void>;
}

export const DEFAULT_BACKOFF: Backoff = { firstMs: 25, maxMs: 2_000 };

export interface Settlement {
  /**
   * One attempt: always the same bytes at the same revision. It must have a deadline of its own and reject with
   * `OutcomeUnknown` when it passes. `EventRefused` may only be for a reason that lies in the bytes, so that it holds for
   * every earlier attempt too. `WritesRefused` says that this attempt was not written. Any other rejection is taken as an
   * unknown outcome.
   */
  readonly send: () => Promise<AppendResult>;
  /** The stream's event at a revision, from the node that takes the writes; undefined when there is none. */
  readonly readAt: (revision: number) => Promise<StoredEvent | undefined>;
  /** Ids of the append's events, in order. */
  readonly ids: readonly string[];
  readonly expectedRevision: number;
  /** Aborted when the store is closed. */
  readonly closed: AbortSignal;
  readonly log: Logger;
  readonly troubles: AppendTroubles;
  readonly backoff?: Backoff;
  /** Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * How long a store that answers may leave it open whether an append was written, ms. One that doesn't answer is waited for
 * without end.
 */
export const LET_GO_MS = 60_000;

/**
 * Sends an append until the store has said success or conflict (docs/architecture.md "Connection lost or deadline passed").
 *
 * A conflict that follows an attempt with unknown outcome may be that attempt's own success, so it is settled by reading
 * the revisions the append would have: our ids there mean it was written. Finding nothing proves nothing (a hung server may
 * still write, a read may be served late), so then the same bytes are sent again: whichever copy arrives second meets the
 * first one's events.
 *
 * A store that refuses (`WritesRefused`) has written nothing of that attempt, and its caller is told so at once; but of an
 * attempt before, whose outcome is unknown, it says nothing. Where answers leave that open for `LET_GO_MS`, it stays open:
 * the revision is exact, so an attempt that lands later is one that was rightly decided, or a conflict.
 *
 * @throws EventRefused and WritesRefused as `send` does, OutcomeLeftOpen, EventStoreClosed as soon as `closed` aborts;
 * nothing else.
 */
export async function settle(settlement: Settlement): Promise<AppendResult> {
  const { troubles } = settlement;
  try {
    const result = await untilSettled(settlement);
    if (result.kind === 'appended') troubles.written();
    return result;
  } finally {
    troubles.settled(settlement);
  }
}

async function untilSettled(settlement: Settlement): Promise<AppendResult> {
  const { closed, log, ids, troubles, backoff = DEFAULT_BACKOFF, now = () => performance.now() } = settlement;
  let unknown = false;
  /** When the store began to answer without deciding it. */
  let unclearSince: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const facts = { firstEventId: ids[0], expectedRevision: settlement.expectedRevision, attempt };
    let answered = false;
    try {
      const result = await untilClosed(settlement.send, closed);
      answered = true;
      if (result.kind === 'appended' || !unknown) {
        if (unknown) log.info({ ...facts, outcome: result.kind }, 'append with unknown outcome settled');
        return result;
      }
      const settled = await untilClosed(() => settleConflict(settlement, result), closed);
      if (settled) {
        log.info({ ...facts, outcome: settled.kind }, 'append with unknown outcome settled by reading');
        return settled;
      }
      throw new AnswerUnclear('a conflict, and reading does not tell with whom');
    } catch (error) {
      if (error instanceof EventRefused || error instanceof EventStoreClosed) throw error;
      if (error instanceof WritesRefused) {
        troubles.refused(error.why);
        if (!unknown) throw error;
      }
      unknown = true;
      troubles.unknown(settlement);
      answered ||= error instanceof WritesRefused || error instanceof AnswerUnclear;
      unclearSince = answered ? (unclearSince ?? now()) : undefined;
      if (unclearSince !== undefined && now() - unclearSince >= LET_GO_MS) {
        log.error({ ...facts, err: error }, 'the store answers, but not whether an append was written; it stays open');
        throw new OutcomeLeftOpen('the store does not tell whether an append was written', { cause: error });
      }
      // Attempts 1, 2, 4, 8 …: a store that is gone for an hour doesn't fill the log with every append's every attempt.
      const level = Number.isInteger(Math.log2(attempt)) ? 'warn' : 'debug';
      log[level]({ ...facts, err: error }, 'outcome of append unknown, sending the same bytes again');
    }
    await (backoff.wait ?? pause)(delayMs(attempt, backoff), closed);
  }
}

/** Undefined when the read can't decide. */
async function settleConflict(
  { readAt, ids, expectedRevision }: Settlement,
  conflict: AppendResult & { kind: 'conflict' },
): Promise<AppendResult | undefined> {
  // The stream ends before the place where our events would be: no attempt of ours can be in it.
  if (conflict.actual <= expectedRevision) return conflict;
  // The last id decides: an append is written whole, and the first ones alone may be those of an earlier, shorter append.
  const lastRevision = expectedRevision + ids.length;
  if (conflict.actual >= lastRevision) {
    const last = await readAt(lastRevision);
    if (last?.revision !== lastRevision) return undefined;
    return last.id === ids.at(-1) ? { kind: 'appended', revision: lastRevision, position: last.position } : conflict;
  }
  // Somebody wrote less than we would have. It can't be ours, which are written whole.
  return conflict;
}

export function delayMs(attempt: number, { firstMs, maxMs, random = Math.random }: Backoff): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return ceiling * (0.5 + random() / 2);
}

/** A pause that ends at once, with `EventStoreClosed`, when the store is closed. */
export function pause(ms: number, closed: AbortSignal): Promise<void> {
  return untilClosed(
    (onEnd) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        onEnd(() => {
          clearTimeout(timer);
        });
      }),
    closed,
  );
}

/**
 * The work's result, or `EventStoreClosed` as soon as `closed` aborts; what the work does after that goes unheard.
 * `onEnd` registers a clean-up that runs in either case.
 */
export async function untilClosed<T>(
  work: (onEnd: (cleanUp: () => void) => void) => Promise<T>,
  closed: AbortSignal,
): Promise<T> {
  if (closed.aborted) throw new EventStoreClosed('event store is closed');
  const cleanUps: (() => void)[] = [];
  try {
    return await new Promise<T>((resolve, reject) => {
      const onAbort = (): void => {
        reject(new EventStoreClosed('event store was closed while waiting'));
      };
      // One for each append in flight is no leak.
      setMaxListeners(0, closed);
      closed.addEventListener('abort', onAbort, { once: true });
      cleanUps.push(() => {
        closed.removeEventListener('abort', onAbort);
      });
      work((cleanUp) => cleanUps.push(cleanUp)).then(resolve, reject);
    });
  } finally {
    for (const cleanUp of cleanUps) cleanUp();
  }
}
