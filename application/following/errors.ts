import type { Position, StoredEvent } from '../ports/event-store.js';

/** Which event it was, without its content. */
export interface EventName {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly type: string;
  readonly id: string;
}

export const nameOf = (event: StoredEvent): EventName => ({
  stream: event.stream,
  revision: event.revision,
  position: event.position,
  type: event.type,
  id: event.id,
});

export const describe = (event: EventName): string =>
  `${event.type} ${event.stream}@${String(event.revision)} (${event.id}, position ${event.position})`;

/** A checkpoint lies before what was read: what is between has been given up, or was never read. It must not be passed. */
export class Gap extends Error {
  override readonly name = 'Gap';
  constructor(checkpoint: string, after: string) {
    super(`a checkpoint at "${checkpoint}" can't pass events that begin behind "${after}"`);
  }
}

/** The store gave an event again, or one before another: a reader begins anew from the checkpoints. */
export class OutOfOrder extends Error {
  override readonly name = 'OutOfOrder';
  constructor(last: string, next: string) {
    super(`the event store gave position ${next} behind ${last}`);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Whether the event itself is to blame: an error of its reader's own code, or one of PostgreSQL's that comes from data
 * (22 data exception, 23 integrity, 21 cardinality, 54 row or index entry too big). Everything else (connection, deadlock,
 * shutdown, missing table, no space) would hit any event and is tried again.
 */
export function blamesEvent(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (syscall !== undefined) return false;
  if (typeof code === 'string' && SYSTEM_CODE.test(code)) return false;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return /^(21|22|23|54)/.test(code);
  return !isConnectionTrouble(error);
}

/** The connection to a store failed, or its answer didn't come in time. */
export const isConnectionTrouble = (error: unknown): boolean =>
  error instanceof Error && CONNECTION_TROUBLE.test(`${error.name}: ${error.message}`);

/** Node's: ECONNREFUSED of a host with two addresses comes as an AggregateError, with neither a syscall nor a message. */
const SYSTEM_CODE = /^(E[A-Z]+|ERR_(STREAM|SOCKET|TLS|SSL)_.*)$/;

/** Errors that `pg` makes itself, and the event store's own; they carry no SQLSTATE. */
const CONNECTION_TROUBLE =
  /^EventStore(Unavailable|Closed):|Connection terminated|timeout exceeded when trying to connect|connection timeout|Client has encountered a connection error|Client was closed|not queryable|Query read timeout|Cannot use a pool after/i;
