import { type handleUnaryCall, Server, ServerCredentials, type ServiceError } from '@grpc/grpc-js';

import { handleAppend } from './append.js';
import { handleBatchAppend } from './batch-append.js';
import { Connections } from './connections.js';
import type { Context, Role } from './context.js';
import { handleDelete, handleTombstone } from './delete.js';
import { consumerTooSlow, serverNotReady } from './errors.js';
import { Faults, type SubscriptionEnd } from './faults.js';
import { handleGossip, handleSupportedMethods, type Member } from './features.js';
import { Gate } from './gate.js';
import { featuresGrpc, gossipGrpc, streamsGrpc } from './generated.js';
import type { EventLog } from './log.js';
import { OpenCalls } from './open-calls.js';
import { handleRead } from './read.js';

/** Reads and batch appends hand over what is encoded already. */
const asEncoded = (answer: Buffer): Buffer => answer;
const { read, batchAppend } = streamsGrpc.StreamsService;
const streamsService = {
  ...streamsGrpc.StreamsService,
  read: { ...read, responseSerialize: asEncoded },
  batchAppend: { ...batchAppend, responseSerialize: asEncoded },
};

/** The client sends frames of 3 MiB and a little. */
const MOST_BYTES_RECEIVED = 17 * 1024 * 1024;

/** Calls at once on one connection, as the server's web server has it. */
const MOST_CALLS = 100;

export interface ServerSettings {
  readonly log: EventLog;
  readonly port: number;
  readonly slowConsumerEvents: number;
  /** PEM; without them it speaks in the clear. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What each call must bring. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Yes, unless told otherwise. */
  readonly mayReadAll?: boolean;
  /** In a cluster; alone, it leads. */
  readonly cluster?: { readonly role: Role; readonly members: () => readonly Member[] };
}

export interface RunningServer {
  readonly port: number;
  readonly faults: Faults;
  readonly calls: OpenCalls;
  /** Whether its port is open. */
  readonly up: () => boolean;
  stop(): Promise<void>;
}

const END: Readonly<Record<SubscriptionEnd, () => ServiceError | undefined>> = {
  tooSlow: consumerTooSlow,
  unavailable: serverNotReady,
  end: () => undefined,
};

export async function runServer(settings: ServerSettings): Promise<RunningServer> {
  const { log, tls, credentials, cluster } = settings;
  const timers = new Set<NodeJS.Timeout>();
  const server = new Server({
    'grpc.max_receive_message_length': MOST_BYTES_RECEIVED,
    'grpc.max_concurrent_streams': MOST_CALLS,
  });
  const injector = server.createConnectionInjector(
    tls
      ? ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }])
      : ServerCredentials.createInsecure(),
  );
  const connections = await Connections.listen(settings.port, (socket) => {
    injector.injectConnection(socket);
  });
  const later = (delayMs: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  };
  const goDown = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    gate.forget();
    await connections.close();
  };
  const subscriptions = new Set<(error: ServiceError | undefined) => void>();
  const faults = new Faults({
    cutConnections: () => {
      connections.cutAll();
    },
    endSubscriptions: (how) => {
      for (const end of [...subscriptions]) end(END[how]());
    },
    thaw: () => {
      gate.thaw();
    },
    goDown,
    comeUp: () => connections.reopen(),
  });
  const gate = new Gate(faults, later);
  const alone: Role = {
    leads: () => true,
    leader: () => ({ host: '127.0.0.1', port: connections.port }),
    served: () => log,
  };
  const context: Context = {
    log,
    role: cluster?.role ?? alone,
    faults,
    gate,
    calls: new OpenCalls(),
    subscriptions,
    credentials: credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64'),
    mayReadAll: settings.mayReadAll ?? true,
    slowConsumerEvents: settings.slowConsumerEvents,
    cut: (peer) => {
      connections.cut(peer);
    },
    later,
  };
  const unary =
    <Request, Answer>(handle: handleUnaryCall<Request, Answer>): handleUnaryCall<Request, Answer> =>
    (call, callback) => {
      gate.pass(() => {
        if (faults.refusing) callback(serverNotReady());
        else handle(call, callback);
      });
    };
  server.addService(streamsService, {
    append: handleAppend(context),
    batchAppend: handleBatchAppend(context),
    read: handleRead(context),
    delete: unary(handleDelete(context)),
    tombstone: unary(handleTombstone(context)),
  });
  server.addService(featuresGrpc.ServerFeaturesService, { getSupportedMethods: unary(handleSupportedMethods) });
  const members = cluster?.members ?? (() => [{ port: connections.port, state: 'leader', alive: true } as const]);
  server.addService(gossipGrpc.GossipService, { read: unary(handleGossip(members)) });
  return {
    port: connections.port,
    faults,
    calls: context.calls,
    up: () => connections.listening,
    stop: async () => {
      await goDown();
      server.forceShutdown();
    },
  };
}
