import type { EventBatch, EventStore, Position, StoredEvent } from '../ports/event-store.js';
import { parsePosition } from '../ports/positions.js';
import type { OpenedEvent, Opener } from './open.js';
import { Stretch } from './stretch.js';

export interface ReadOptions {
  /** Events handed over at once at most (a single batch of the store may exceed it). */
  readonly maxEvents: number;
  /** Characters of payload held back at most, roughly. */
  readonly maxCharacters: number;
  /** Waits for a full batch until the source ends: for sources that end. */
  readonly fullBatches: boolean;
  readonly signal: AbortSignal;
}

const READ_AHEAD = { maxEvents: 4_000, maxCharacters: 8_000_000 } as const;

/**
 * Reads ahead while the caller works, and hands over everything that came meanwhile as one batch: under load batches grow
 * by themselves, when idle an event goes through alone. Ends when the source ends or the signal fires; fails as the source
 * does, after everything before the failure was handed over.
 */
export async function* coalesced<Item>(
  source: AsyncIterable<Item>,
  eventsOf: (item: Item) => readonly StoredEvent[],
  options: ReadOptions,
): AsyncGenerator<StoredEvent[], void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let waiting: StoredEvent[] = [];
  let characters = 0;
  let ended: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const sleep = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const stir = (): void => {
    const resolve = wake;
    wake = undefined;
    resolve?.();
  };
  let stirPump: (() => void) | undefined;
  const full = (): boolean => waiting.length >= options.maxEvents || characters >= options.maxCharacters;

  const pump = async (): Promise<void> => {
    try {
      while (!options.signal.aborted && ended === undefined) {
        const result = await iterator.next();
        if (result.done === true) break;
        for (const event of eventsOf(result.value)) {
          waiting.push(event);
          characters += event.data.length + event.metadata.length;
        }
        stir();
        while (full() && ended === undefined && !options.signal.aborted)
          await new Promise<void>((resolve) => (stirPump = resolve));
      }
      ended ??= {};
    } catch (error) {
      ended ??= { error };
    }
    stir();
  };

  const onAbort = (): void => {
    ended ??= {};
    stirPump?.();
    stir();
  };
  options.signal.addEventListener('abort', onAbort);
  const pumping = pump();
  try {
    for (;;) {
      if (options.signal.aborted) return;
      if (waiting.length > 0 && (!options.fullBatches || full() || ended !== undefined)) {
        const batch = waiting;
        waiting = [];
        characters = 0;
        stirPump?.();
        yield batch;
      } else if (ended !== undefined) {
        if ('error' in ended) throw ended.error;
        return;
      } else {
        await sleep();
      }
    }
  } finally {
    ended ??= {};
    stirPump?.();
    options.signal.removeEventListener('abort', onAbort);
    // A source that waits for its next event ends when its consumer says so; it is not waited for.
    void Promise.allSettled([iterator.return?.(), pumping]);
  }
}

/** So many events are worth opening while the caller is at work; of fewer, more will have come when he is done. */
const AHEAD_EVENTS = 1_000;

/**
 * A source's events behind a position, opened, in stretches as they fit the caller's pace; of many, the next are opened while
 * the caller works. Ends with the source or the signal, maybe one stretch later; when the caller stops, so does the reading.
 */
async function* stretches<Item>(
  position: string,
  source: AsyncIterable<Item>,
  eventsOf: (item: Item) => readonly StoredEvent[],
  opener: Opener,
  { signal, fullBatches }: Pick<ReadOptions, 'signal' | 'fullBatches'>,
): AsyncGenerator<Stretch, void, undefined> {
  const left = new AbortController();
  const options = { ...READ_AHEAD, fullBatches, signal: AbortSignal.any([signal, left.signal]) };
  const batches = coalesced(source, eventsOf, options);
  const next = async (): Promise<OpenedEvent[] | undefined> => {
    const result = await batches.next();
    return result.done === true ? undefined : opener.open(result.value);
  };
  let stretch = Stretch.startingAt(position);
  try {
    let ready: Promise<OpenedEvent[] | undefined> | undefined;
    for (;;) {
      const batch = await (ready ?? next());
      if (batch === undefined) return;
      ready = fullBatches || batch.length >= AHEAD_EVENTS ? next() : undefined;
      ready?.catch(() => undefined); // Reported when it is awaited; the caller may fail first.
      stretch = stretch.followedBy(batch);
      yield stretch;
    }
  } finally {
    left.abort();
  }
}

/**
 * Events behind a position ('' = the start), then those that come, as soon as they come.
 * @param rest how long a reader may rest under load who has just read what there was
 */
export const follow = (
  store: EventStore,
  position: string,
  opener: Opener,
  signal: AbortSignal,
  rest: (signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Stretch, void, undefined> =>
  stretches(position, paced(store.subscribe(behind(position)), rest, signal), (batch) => batch.events, opener, {
    signal,
    fullBatches: false,
  });

/** So many events at once mean load: then the reader rests. */
const BUSY_EVENTS = 8;

/**
 * Under load, reads less often and more at a time: what a batch costs (a read, a transaction per projection) hardly grows
 * with its events. Who writes one event after another is shown each at once; a reader that is behind doesn't rest.
 */
async function* paced(
  source: AsyncIterable<EventBatch>,
  rest: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<EventBatch> {
  for await (const batch of source) {
    yield batch;
    if (batch.caughtUp && batch.events.length >= BUSY_EVENTS) await rest(signal);
  }
}

/** Events behind a position ('' = the start) that are there now. */
export const replay = (
  store: EventStore,
  position: string,
  opener: Opener,
  signal: AbortSignal,
): AsyncGenerator<Stretch, void, undefined> =>
  stretches(position, store.readAll(behind(position)), (events) => events, opener, { signal, fullBatches: true });

const behind = (position: string): { after?: Position } => (position === '' ? {} : { after: position as Position });

/** How much of the log lies behind `position`, as far as ordinals tell. */
export function fraction(first: bigint | undefined, position: string, head: string | undefined): number {
  if (first === undefined || head === undefined || position === '') return 1;
  const from = Number(first);
  const span = Number(parsePosition(head).ordinal) - from;
  return span <= 0 ? 1 : Math.min(1, (Number(parsePosition(position).ordinal) - from) / span);
}
