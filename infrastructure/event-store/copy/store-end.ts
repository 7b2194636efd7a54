import type { Position, StoredEvent } from '../../../application/ports/event-store.js';
import { parsePosition } from '../../../application/ports/positions.js';

/** Parley's events in log order, and how many events of others lay between them. */
export interface LogBatch {
  readonly events: readonly StoredEvent[];
  readonly others: number;
}

/** One end of a copy: a store, or a part of it where tenants were named, as only a copy needs it. */
export interface StoreEnd {
  /** Of the store, part of every position. */
  readonly identity: string;
  /** For people. */
  readonly shown: string;
  /** What is there now, from the leader. */
  read(after?: Position): AsyncIterable<LogBatch>;
  first(): Promise<StoredEvent | undefined>;
  /** The newest, from the leader. */
  last(): Promise<StoredEvent | undefined>;
  at(stream: string, revision: number): Promise<StoredEvent | undefined>;
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

/** How much of the log lies behind a position, 0 … 1, as far as ordinals tell. */
export async function shareOf(end: StoreEnd): Promise<(position: Position | undefined) => number> {
  const [firstEvent, lastEvent] = [await end.first(), await end.last()];
  if (firstEvent === undefined || lastEvent === undefined) return () => 1;
  const first = parsePosition(firstEvent.position).ordinal;
  const span = Number(parsePosition(lastEvent.position).ordinal - first);
  return (position) => {
    if (position === undefined) return 0;
    return span <= 0 ? 1 : Math.min(1, Number(parsePosition(position).ordinal - first) / span);
  };
}
