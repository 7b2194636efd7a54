import { EventStoreDBClient } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { CallOptions, Metadata } from '@grpc/grpc-js';

import { EventStoreUnavailable } from '../../../application/ports/event-store.js';

export type Client = EventStoreDBClient;

/**
 * What the client keeps `protected`, for the one call that this engine makes by itself (batch-append.ts): discovery,
 * credentials, reconnecting and the channel's life stay the client's.
 */
interface ClientInternals {
  readonly GRPCStreamCreator: <T>(
    Service: typeof StreamsClient,
    name: string,
    open: (streams: StreamsClient) => T,
  ) => () => Promise<T>;
  readonly callArguments: (
    options: { readonly requiresLeader: boolean },
    callOptions: { readonly deadline: number },
  ) => [Metadata, CallOptions];
  readonly getChannel: () => Promise<{ close(): void }>;
}

export const internalsOf = (client: Client): ClientInternals => client as unknown as ClientInternals;

/**
 * A connection that says nothing is dropped after interval + timeout, 13 s instead of the client's 20 s. The client warns
 * on the console about an interval below 10 s, so it is the timeout that is shorter. What the connection string says wins.
 */
const KEEP_ALIVE = { keepAliveInterval: 10_000, keepAliveTimeout: 3_000 };

/**
 * Credentials only ever come in the connection string: given per call they force the slow append.
 *
 * @throws Error without the connection string in its text, because that may hold a password.
 */
export function connect(connectionString: string): Client {
  try {
    return EventStoreDBClient.connectionString(withDefaults(connectionString));
  } catch {
    throw new Error(
      'EVENT_STORE is no connection string of EventStoreDB (esdb://user:password@host:2113?tls=true), or names a file that cannot be read',
    );
  }
}

function withDefaults(connectionString: string): string {
  const given = connectionString.trim().replace(/\/+$/, '');
  const flat = given.toLowerCase().replace(/[_-]/g, '');
  const missing = Object.entries(KEEP_ALIVE).filter(([key]) => !flat.includes(`${key.toLowerCase()}=`));
  return missing.reduce((text, [key, value]) => `${text}${text.includes('?') ? '&' : '?'}${key}=${value}`, given);
}

/** The client's dispose cancels what is open, but leaves the channel. Neither may hold up whoever closes. */
export async function disconnect(client: Client): Promise<void> {
  await client.dispose();
  const channel = await internalsOf(client).getChannel();
  channel.close();
}

const GRPC_ABORTED = 10;

/** By the client's `type` and by gRPC's `code`: some errors of the client have only one of them. */
function typeOf(error: unknown): { readonly type: string | undefined; readonly code: number | undefined } {
  if (typeof error !== 'object' || error === null) return { type: undefined, code: undefined };
  return {
    type: 'type' in error && typeof error.type === 'string' ? error.type : undefined,
    code: 'code' in error && typeof error.code === 'number' ? error.code : undefined,
  };
}

/** Not there, soft-deleted or deleted for ever: there is nothing to read. */
export function isNoSuchStream(error: unknown): boolean {
  const { type } = typeOf(error);
  return type === 'stream-not-found' || type === 'stream-deleted';
}

/** The client has moved to the leader that the error names; the next call goes there. */
export const isNotLeader = (error: unknown): boolean => typeOf(error).type === 'not-leader';

/** "Consumer too slow": the server ended a live subscription because its reader was behind. */
export function isTooSlow(error: unknown): boolean {
  const { type, code } = typeOf(error);
  return type === 'timeout' || code === GRPC_ABORTED;
}

export function unavailable(error: unknown): EventStoreUnavailable {
  if (error instanceof EventStoreUnavailable) return error;
  const { type, code } = typeOf(error);
  const why = [type, code].filter((part) => part !== undefined).join(' ');
  return new EventStoreUnavailable(`EventStoreDB does not answer${why && ` (${why})`}`, { cause: error });
}
