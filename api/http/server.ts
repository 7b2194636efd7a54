import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
}

/** @throws the listen error (EADDRINUSE …) */
export async function listen(
  app: RequestListener,
  { host, port, drainMs = 5_000 }: ListenOptions,
): Promise<RunningServer> {
  const messages = new ExpressMessages();
  messages.belongTo(app);
  let handle = app;
  const server = createServer(messages.options, (request, response) => {
    handle(request, response);
  });
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
