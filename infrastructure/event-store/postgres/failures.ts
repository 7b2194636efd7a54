import { EventStoreClosed, EventStoreUnavailable } from '../../../application/ports/event-store.js';

/** SQLSTATE of an error that the server answered; undefined when the connection failed. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * The server will give the same answer to the same bytes always: data exception (22, such as a character that the
 * database's encoding lacks), limit exceeded (54).
 */
export function liesInTheBytes(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('54'));
}

/** For reads: whatever went wrong, trying again later may help; the cause is kept for the log. */
export function unavailable(error: unknown): Error {
  if (error instanceof EventStoreUnavailable || error instanceof EventStoreClosed) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new EventStoreUnavailable(`PostgreSQL does not answer: ${why}`, { cause: error });
}
