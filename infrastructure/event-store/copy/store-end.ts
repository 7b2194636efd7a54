import type { EventStore, Position, StoredEvent } from '../../../application/ports/event-store.js';
import { parsePosition } from '../../../application/ports/positions.js';

/** Parley's events in log order, and how many events of others lay between them. */
export interface LogBatch {
  readonly events: readonly StoredEvent[];
  readonly others: number;
}

/** One end of a copy: a store as its port shows it, and what only a copy needs of its engine. */
export interface StoreEnd {
  readonly store: EventStore;
  /** For people. */
  readonly shown: string;
  /** What is there now, from the leader. */
  read(after?: Position): AsyncIterable<LogBatch>;
  /** The newest of Parley's events, from the leader. */
  last(): Promise<StoredEvent | undefined>;
  /** Other processes of Parley's that are connected to it, as far as the engine can tell. */
  otherProcesses(): Promise<number>;
  writer(): OrderedWriter;
  close(): Promise<void>;
}

/**
 * Writes events in the order given, each at the revision it has. What was written before is a success, so a write may be
 * repeated whole or in part.
 */
export interface OrderedWriter {
  /** How many events a call takes at most. */
  readonly window: number;
  /**
   * Resolves when all are there. `singly`: one append for each event, so that what an earlier, killed writer still had
   * under way, grouped in another way, is no conflict.
   *
   * @throws CopyRefused when the store holds something else there, EventStoreUnavailable when it is gone for too long.
   */
  write(events: readonly StoredEvent[], options?: { readonly singly?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** How long a store may be away before the copy gives up (it can be started again and goes on), ms. */
export const PATIENCE_MS = 60_000;

export async function firstOf({ store }: StoreEnd): Promise<StoredEvent | undefined> {
  for await (const [event] of store.readAll({ maxCount: 1 })) return event;
  return undefined;
}

/** How much of the log lies behind a position, 0 … 1, as far as ordinals tell. */
export async function shareOf(end: StoreEnd): Promise<(position: Position | undefined) => number> {
  const [head, firstEvent] = [await end.store.head(), await firstOf(end)];
  if (head === undefined || firstEvent === undefined) return () => 1;
  const first = parsePosition(firstEvent.position).ordinal;
  const span = Number(parsePosition(head).ordinal - first);
  return (position) => {
    if (position === undefined) return 0;
    return span <= 0 ? 1 : Math.min(1, Number(parsePosition(position).ordinal - first) / span);
  };
}
