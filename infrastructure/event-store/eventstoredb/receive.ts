import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { EventStoreClosed, EventStoreUnavailable } from '../../../application/ports/event-store.js';

/** Events of one batch at most, and what is buffered between the connection and the consumer. */
export const MAX_BATCH = 500;

/** A timer that is late by more than this says that the whole process stood still. Milliseconds. */
const STOOD_STILL_MS = 250;

/** A read or a subscription of the client: a stream of parsed events in object mode, cancelled by one of two names. */
export type Source = Readable & { cancel?(): Promise<void>; unsubscribe?(): Promise<void> };

export interface Received<T> {
  readonly items: readonly T[];
  /** The server said so behind the last of these or before. */
  readonly caughtUp: boolean;
}

/**
 * What a call of the client gives, in batches of what is there, and an end to the call however the consumer stops. The
 * client's iterator isn't used: it gives single events, leaves the call open after `break`, and knows no deadline.
 *
 * @param silenceMs how long nothing may come while it is waited for; a subscription only until the server has confirmed it.
 * @param stop ends it: with its reason if that is `EventStoreClosed`, else like the end of the events.
 * @throws EventStoreUnavailable when nothing came in time; the client's errors as they are, after what came before them.
 */
export async function* receive<T>(
  source: Source,
  { silenceMs, stop, isSubscription = false }: { silenceMs: number; stop: AbortSignal; isSubscription?: boolean },
): AsyncGenerator<Received<T>, void, void> {
  let wake: () => void = () => undefined;
  let failure: Error | undefined;
  let ended = false;
  let limited = true;
  let taken = 0;
  let caughtUpAt: number | undefined;
  let stoodStill = false;

  const onStop = (): void => {
    wake();
  };
  stop.addEventListener('abort', onStop);
  source.on('readable', () => {
    wake();
  });
  source.on('end', () => {
    ended = true;
    wake();
  });
  source.on('close', () => {
    ended = true;
    wake();
  });
  // Stays attached for good: the client may emit an error after the end, and one without a listener ends the process.
  source.on('error', (error: Error) => {
    failure ??= error;
    wake();
  });
  if (isSubscription) {
    source.on('confirmation', () => {
      limited = false;
      wake();
    });
    // Said when the message passes the client, before the events buffered in front of it were taken.
    source.on('caughtUp', () => {
      caughtUpAt = taken + source.readableLength;
      wake();
    });
  }

  try {
    for (;;) {
      if (stop.aborted) break;
      const items = take<T>(source);
      taken += items.length;
      const caughtUp = caughtUpAt !== undefined && taken >= caughtUpAt;
      if (caughtUp) caughtUpAt = undefined;
      if (items.length > 0 || caughtUp) {
        yield { items, caughtUp };
        continue;
      }
      if (failure) throw failure;
      if (ended) return;
      const since = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const silent = await new Promise<boolean>((resolve) => {
        wake = () => {
          resolve(false);
        };
        if (limited) timer = setTimeout(resolve, silenceMs, true);
      });
      clearTimeout(timer);
      if (silent) {
        // A process that stood still itself heard nothing meanwhile: what was said is still to be read.
        if (stoodStill || performance.now() - since < silenceMs + STOOD_STILL_MS) {
          throw new EventStoreUnavailable(`EventStoreDB said nothing for ${silenceMs} ms`);
        }
        stoodStill = true;
      }
      // What came in one read off the connection arrives message by message: taken in the next turn, it is one batch.
      await nextTurn();
    }
    if (stop.reason instanceof EventStoreClosed) throw stop.reason;
  } finally {
    stop.removeEventListener('abort', onStop);
    abandon(source);
  }
}

function take<T>(source: Source): T[] {
  const items: T[] = [];
  while (items.length < MAX_BATCH) {
    const item = source.read() as T | null;
    if (item === null) break;
    items.push(item);
  }
  return items;
}

function abandon(source: Source): void {
  const cancelled = source.cancel?.() ?? source.unsubscribe?.();
  // It rejects only where the call was never made, and there is nothing to cancel.
  void cancelled?.catch(() => undefined).then(() => source.destroy());
}

/**
 * An iterable whose consumer can stop while it waits for the next batch: a generator alone would keep the `return` until
 * then, which on a quiet log is for ever.
 */
export function stoppable<T>(start: (stop: AbortController) => AsyncGenerator<T, void, void>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const stop = new AbortController();
      const generator = start(stop);
      return {
        next: () => generator.next(),
        return: async () => {
          stop.abort();
          await generator.return();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
