import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONNECTION_LIMITS, type ConnectionLimits } from './connection-limits.js';
import { type Answered, Connections } from './connections.js';
import { type EdgeAt, problems } from './edge.js';
import { answerRefusal } from './edge-refusals.js';
import { ExpressMessages } from './messages.js';

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** From now on requests go there. */
  serve(app: RequestListener): void;
  /** Stops accepting, lets requests under way end (bounded), then closes. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** How long requests under way may take when stopping, ms. */
  readonly drainMs?: number;
  /** What callers may take of the server, where it differs from the defaults. */
  readonly limits?: Partial<ConnectionLimits>;
  /** Whether many callers come from an address. Default: from none. */
  readonly trusted?: (address: string) => boolean;
  /** Whose place it is that the server refuses something in. Default: that of `/v1`, everywhere. */
  readonly edgeAt?: EdgeAt;
  /** Is told of each answer. */
  readonly answered?: Answered | undefined;
}

/** How often requests that don't arrive are looked for, ms. */
const CHECK_MS = 1_000;

/** @throws the listen error (EADDRINUSE …) */
export async function listen(
  app: RequestListener,
  {
    host,
    port,
    drainMs = 5_000,
    limits: given = {},
    trusted = () => false,
    edgeAt = () => problems,
    answered,
  }: ListenOptions,
): Promise<RunningServer> {
  const messages = new ExpressMessages();
  messages.belongTo(app);
  let handle = app;
  const limits = { ...CONNECTION_LIMITS, ...given };
  const connections = new Connections({ limits, trusted, edgeAt, answered });
  const server = createServer(
    {
      ...messages.options,
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.headMs),
      maxHeaderSize: limits.headerBytes,
      // Refused here, with a word.
      requireHostHeader: false,
    },
    (request, response) => {
      connections.handle(request, response, handle);
    },
  );
  server.on('checkExpectation', (request, response) => {
    connections.handle(request, response, () => {
      answerRefusal('ExpectationFailed', request, response, edgeAt);
    });
  });
  connections.watch(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${shown}:${address.port.toString()}`,
    port: address.port,
    serve: (next) => {
      messages.belongTo(next);
      handle = next;
    },
    stop: () => (stopped ??= drain(server, drainMs)),
  };
}

async function drain(server: Server, drainMs: number): Promise<void> {
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, drainMs);
  // A connection goes idle when its last request has been answered, and would be kept alive for seconds.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, 50);
  try {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
      server.closeIdleConnections();
    });
  } finally {
    clearTimeout(cut);
    clearInterval(sweep);
  }
}
