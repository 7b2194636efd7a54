import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { ConnectionLimits } from './connection-limits.js';
import type { EdgeAt } from './edge.js';
import { answerRefusal, rawRefusal } from './edge-refusals.js';
import { Standstill } from './standstill.js';

export interface ConnectionsOptions {
  readonly limits: ConnectionLimits;
  /** Whether many callers come from there. */
  readonly trusted: (address: string) => boolean;
  readonly edgeAt: EdgeAt;
  readonly answered?: Answered | undefined;
}

/**
 * Is told of each request that was answered, or whose caller went away before (`WENT_AWAY`).
 * @param path as it was asked for, with its query
 */
export type Answered = (path: string, status: number, seconds: number) => void;

/** As nginx calls it. */
const WENT_AWAY = 499;

/** How often it is looked at what waits to be read, ms. */
const LOOK_MS = 250;

/** So many times while an answer may stand still, it is looked at whether it does. */
const STALL_STEPS = 12;

/** Who is connected, what they asked for and what they have not read yet: all of it bounded. */
export class Connections {
  readonly #bySocket = new Map<Socket, Connection>();
  readonly #byAddress = new Map<string, number>();
  #openRequests = 0;
  #pipelined = 0;

  readonly #stepMs: number;

  constructor(private readonly options: ConnectionsOptions) {
    this.#stepMs = options.limits.stalledMs / STALL_STEPS;
  }

  /** Watches over a server that is about to listen. */
  watch(server: Server): void {
    const { limits } = this.options;
    server.keepAliveTimeout = limits.keepAliveMs;
    server.timeout = this.#stepMs;
    server.on('connection', (socket) => {
      this.#admit(socket);
    });
    server.on('timeout', (socket) => {
      this.#timedOut(socket);
    });
    server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, stream) => {
      this.#refuseMalformed(error, stream as Socket);
    });
    const look = setInterval(() => {
      this.#lookAtUnsent();
    }, LOOK_MS);
    look.unref();
    server.on('close', () => {
      clearInterval(look);
    });
  }

  /** A request is handled when those before it on its connection have been answered and read. */
  handle(request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const connection = this.#bySocket.get(request.socket);
    // Gone, or turned away.
    if (connection === undefined) return;
    if (connection.current === undefined) {
      this.#begin(connection, request, response, handle);
      return;
    }
    const { pipelined, pipelinedOfAll } = this.options.limits;
    if (connection.waiting.length >= pipelined || this.#pipelined >= pipelinedOfAll) {
      request.socket.destroy();
      return;
    }
    this.#pipelined += 1;
    connection.waiting.push({ request, response, handle });
    // Nothing more is read of it meanwhile but the rest of a body that is asked for.
    request.socket.pause();
  }

  #admit(socket: Socket): void {
    const { limits, trusted } = this.options;
    const { remoteAddress } = socket;
    // It is gone already.
    if (remoteAddress === undefined) return;
    const network = networkOf(remoteAddress);
    const held = this.#byAddress.get(network) ?? 0;
    const tooMany = held >= limits.connectionsOfAddress && !trusted(remoteAddress);
    if (tooMany || this.#bySocket.size >= limits.connections) {
      socket.on('error', () => undefined); // Whoever is turned away may be gone.
      socket.end(rawRefusal('TooManyConnections', '', this.options.edgeAt));
      socket.destroySoon();
      return;
    }
    this.#byAddress.set(network, held + 1);
    const connection: Connection = {
      current: undefined,
      answered: false,
      waiting: [],
      unreadSince: undefined,
      standstill: new Standstill(this.#stepMs, limits.stalledMs),
    };
    this.#bySocket.set(socket, connection);
    socket.once('close', () => {
      this.#pipelined -= connection.waiting.splice(0).length;
      this.#bySocket.delete(socket);
      const left = (this.#byAddress.get(network) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(network, left);
      else this.#byAddress.delete(network);
    });
  }

  /** Nothing came and nothing was sent for a while. */
  #timedOut(socket: Socket): void {
    const connection = this.#bySocket.get(socket);
    if (connection?.current === undefined) {
      // It was kept for as long as it may be, or turned away. For its first request it has `headMs`.
      if (connection?.answered !== false) socket.destroy();
      return;
    }
    // Nothing is to be sent and a request is under way: it is this server that takes its time.
    if (socket.writableLength === 0) return;
    if (connection.standstill.said(performance.now())) socket.destroy();
    else socket.setTimeout(this.#stepMs);
  }

  #begin(connection: Connection, request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    connection.current = { request, response };
    this.#openRequests += 1;
    const { answered } = this.options;
    const begun = answered === undefined ? 0 : performance.now();
    // Whoever mounts an API changes it.
    const path = request.url ?? '/';
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : WENT_AWAY;
      answered?.(path, status, (performance.now() - begun) / 1_000);
      this.#openRequests -= 1;
      connection.current = undefined;
      connection.answered = true;
      this.#next(connection, request.socket);
    });
    const { limits, edgeAt } = this.options;
    if (request.rawHeaders.length > limits.headers * 2) answerRefusal('HeadersTooLarge', request, response, edgeAt);
    else if (request.httpVersion === '1.1' && request.headers.host === undefined)
      answerRefusal('HostMissing', request, response, edgeAt);
    else if (this.#openRequests > limits.openRequests) answerRefusal('TooManyOpenRequests', request, response, edgeAt);
    else handle(request, response);
  }

  #next(connection: Connection, socket: Socket): void {
    const next = connection.waiting.shift();
    if (next === undefined) return;
    this.#pipelined -= 1;
    if (connection.waiting.length === 0) socket.resume();
    this.#begin(connection, next.request, next.response, next.handle);
  }

  #refuseMalformed(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void {
    const current = this.#bySocket.get(socket)?.current;
    // Nothing may stand in the middle of another answer.
    if (error.code === 'ECONNRESET' || !socket.writable || current?.response.headersSent === true) {
      socket.destroy();
      return;
    }
    const path = current?.request.url ?? /^[A-Z]+ +(\/\S*)/.exec(error.rawPacket?.toString('latin1') ?? '')?.[1];
    const refusal =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? 'HeadersTooLarge'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? 'RequestTimeout'
          : 'MalformedRequest';
    socket.end(rawRefusal(refusal, path ?? '', this.options.edgeAt));
    socket.destroySoon();
  }

  /** While all that waits is too much, whoever has let his answer lie for longest loses it. */
  #lookAtUnsent(): void {
    const unread: (readonly [Socket, number])[] = [];
    let bytes = 0;
    const now = performance.now();
    for (const [socket, connection] of this.#bySocket) {
      if (socket.writableLength === 0) {
        connection.unreadSince = undefined;
        continue;
      }
      connection.unreadSince ??= now;
      bytes += socket.writableLength;
      unread.push([socket, connection.unreadSince]);
    }
    if (bytes <= this.options.limits.unsentBytes) return;
    unread.sort(([, a], [, b]) => a - b);
    for (const [socket] of unread) {
      if (bytes <= this.options.limits.unsentBytes) return;
      bytes -= socket.writableLength;
      socket.destroy();
    }
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Connection {
  /** What is being answered. */
  current: Exchange | undefined;
  /** It has had an answer before. */
  answered: boolean;
  /** What came before that was answered and read. */
  readonly waiting: (Exchange & { readonly handle: RequestListener })[];
  /** On the clock of `performance.now()`. */
  unreadSince: number | undefined;
  /** Of what it has not read. */
  readonly standstill: Standstill;
}

/** Whoever has one address of an IPv6 network has all of its /64. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
