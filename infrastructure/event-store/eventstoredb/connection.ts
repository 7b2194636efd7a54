import { EventStoreDBClient } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { CallOptions, Metadata } from '@grpc/grpc-js';

import { EventStoreUnavailable } from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { ConfigInvalid } from '../../config/config.js';
import type { EventStoreAddress } from './connection-string.js';
import { SpeaksTls } from './handshake.js';
import { readConnectionString } from './connection-string.js';

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
  readonly getChannel: () => Promise<Channel>;
  createChannel: () => Promise<Channel>;
  handleError: (service: unknown, error: Error) => Promise<void>;
}

interface Channel {
  close(): void;
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
 * @throws ConfigInvalid without the connection string in its text, because that may hold a password.
 */
export function connect(connectionString: string): Client {
  const address = addressOf(connectionString);
  try {
    return heedful(EventStoreDBClient.connectionString(withDefaults(address.connectionString)));
  } catch (error) {
    // The client's own words hold the whole connection string when it can't be read, but not when a file can't be.
    const why = error instanceof Error && !('connectionString' in error) ? ` (${error.message})` : '';
    throw new ConfigInvalid([`EVENT_STORE has an option with a value that can not be used${why}.`]);
  }
}

/** The newest of each client. Asked for it, the client would look for a server anew where it has none. */
const channels = new WeakMap<Client, Promise<Channel>>();

/**
 * A call that fails lets the client look for another node, in a promise that nobody holds; it waits there for a channel that
 * may be opened just then, and when that finds no node (a whole cluster is away) its rejection ends the process. Whoever
 * opens the channel is told of it all the same.
 */
function heedful(client: Client): Client {
  const internals = internalsOf(client);
  const create = internals.createChannel;
  internals.createChannel = () => {
    const channel = create();
    channels.set(client, channel);
    return channel;
  };
  const reconnect = internals.handleError;
  internals.handleError = (service, error) => reconnect(service, error).catch(() => undefined);
  return client;
}

/** @throws ConfigInvalid */
export function addressOf(connectionString: string): EventStoreAddress {
  const address = readConnectionString(connectionString);
  if ('problem' in address) throw new ConfigInvalid([address.problem]);
  return address;
}

/** What the client takes of the keep-alive's settings when nothing is said about them. */
export function withDefaults(connectionString: string): string {
  const flat = connectionString.toLowerCase().replace(/[_-]/g, '');
  const missing = Object.entries(KEEP_ALIVE).filter(([key]) => !flat.includes(`${key.toLowerCase()}=`));
  return missing.reduce(
    (text, [key, value]) => `${text}${text.includes('?') ? '&' : '?'}${key}=${value}`,
    connectionString,
  );
}

const DENIED = /access-denied|AccessDenied|UNAUTHENTICATED|PERMISSION_DENIED/;
const CERTIFICATE = /certificate|CERT_|altnames|unable to get local issuer/i;
const NO_TLS = /wrong version number|packet length too long/i;

/** Why opening failed, for the operator; undefined when waiting may help. */
export function hopeless(error: unknown, { hosts }: EventStoreAddress): ConfigInvalid | undefined {
  const where = `EventStoreDB at ${hosts.join(', ')}`;
  if (error instanceof SpeaksTls) return new ConfigInvalid([`${where} speaks TLS, and EVENT_STORE says tls=false.`]);
  const reasons = reasonsOf(error).join('; ');
  if (DENIED.test(reasons)) return new ConfigInvalid([`${where} refuses the user name and password in EVENT_STORE.`]);
  if (NO_TLS.test(reasons)) {
    return new ConfigInvalid([`${where} does not speak TLS: EVENT_STORE needs tls=false, or another port.`]);
  }
  if (!CERTIFICATE.test(reasons)) return undefined;
  return new ConfigInvalid([
    `${where} shows a certificate that is not trusted: ${certificateProblem(reasons)}. ` +
      'tlsCAFile in EVENT_STORE must name the CA that signed it, and the host must be one that it is for.',
  ]);
}

const certificateProblem = (reasons: string): string =>
  reasons
    .replace(/^.*Last error: /s, '')
    .replace(/\s*Resolution note:.*$/s, '')
    .replace(/^Error(?: \[\w+\])?: /, '')
    .replace(/[. ]+$/, '');

/** Names the server that did not answer while the store was opened. */
export function unreachable(error: EventStoreUnavailable, { hosts, tls }: EventStoreAddress): EventStoreUnavailable {
  const why = /connect E[A-Z]+|getaddrinfo [A-Z_]+|Name resolution failed/.exec(reasonsOf(error).join('; '))?.[0];
  const where = `EventStoreDB at ${hosts.join(', ')} (${tls ? 'with' : 'without'} TLS)`;
  return new EventStoreUnavailable(`${where} does not answer${why ? `: ${why}` : ''}`, { cause: error.cause ?? error });
}

/** Messages of an error and its causes. */
function reasonsOf(error: unknown): string[] {
  const reasons: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) reasons.push(each.message);
  return reasons;
}

/** Closing is over then, whatever the connection does. Milliseconds. */
const CLOSE_MS = 1_000;

/** The client's dispose cancels what is open, but leaves the channel. Neither may hold up whoever closes. Never rejects. */
export async function disconnect(client: Client, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  const closing = client
    .dispose()
    .then(() => channels.get(client))
    .then((channel) => channel?.close())
    .catch((error: unknown) => {
      log.debug({ err: error }, 'closing the connection to EventStoreDB failed');
    });
  await Promise.race([closing, late]);
  clearTimeout(timer);
}

const GRPC = { permissionDenied: 7, aborted: 10, internal: 13, unavailable: 14, unauthenticated: 16 } as const;

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

/** The user may not do this, by the client's word or by gRPC's. */
export function mayNot(error: unknown): boolean {
  const { type, code } = typeOf(error);
  return type === 'access-denied' || code === GRPC.permissionDenied || code === GRPC.unauthenticated;
}

export const isDenied = (error: unknown): boolean => typeOf(error).type === 'access-denied';

/** The client has moved to the leader that the error names; the next call goes there. */
export const isNotLeader = (error: unknown): boolean => typeOf(error).type === 'not-leader';

/**
 * The connection went, or the server gave the call up, for no reason that lies in the call. gRPC says INTERNAL where a whole
 * connection is reset under its calls.
 */
export function wasCutOff(error: unknown): boolean {
  const { type, code } = typeOf(error);
  return type === 'unavailable' || type === 'cancelled' || code === GRPC.unavailable || code === GRPC.internal;
}

/** "Consumer too slow": the server ended a live subscription because its reader was behind. */
export function isTooSlow(error: unknown): boolean {
  const { type, code } = typeOf(error);
  return type === 'timeout' || code === GRPC.aborted;
}

export function unavailable(error: unknown): EventStoreUnavailable {
  if (error instanceof EventStoreUnavailable) return error;
  const { type, code } = typeOf(error);
  const why = [type, code].filter((part) => part !== undefined).join(' ');
  return new EventStoreUnavailable(`EventStoreDB does not answer${why && ` (${why})`}`, { cause: error });
}
