import { Server, ServerCredentials } from '@grpc/grpc-js';

import { handleAppend } from './append.js';
import { handleBatchAppend } from './batch-append.js';
import { Connections } from './connections.js';
import type { Context } from './context.js';
import { handleDelete, handleTombstone } from './delete.js';
import { Faults } from './faults.js';
import { handleGossip, handleSupportedMethods } from './features.js';
import { featuresGrpc, gossipGrpc, streamsGrpc } from './generated.js';
import type { EventLog } from './log.js';
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

export interface RunningServer {
  readonly port: number;
  readonly faults: Faults;
  stop(): Promise<void>;
}

export async function runServer(log: EventLog, port: number, slowConsumerEvents: number): Promise<RunningServer> {
  const timers = new Set<NodeJS.Timeout>();
  const server = new Server({ 'grpc.max_receive_message_length': MOST_BYTES_RECEIVED });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const connections = await Connections.listen(port, (socket) => {
    injector.injectConnection(socket);
  });
  const faults = new Faults(() => {
    connections.cutAll();
  });
  const context: Context = {
    log,
    faults,
    slowConsumerEvents,
    cut: (peer) => {
      connections.cut(peer);
    },
    later: (delayMs, run) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, delayMs);
      timers.add(timer);
    },
  };
  server.addService(streamsService, {
    append: handleAppend(context),
    batchAppend: handleBatchAppend(context),
    read: handleRead(context),
    delete: handleDelete(log),
    tombstone: handleTombstone(log),
  });
  server.addService(featuresGrpc.ServerFeaturesService, { getSupportedMethods: handleSupportedMethods });
  server.addService(gossipGrpc.GossipService, { read: handleGossip(() => connections.port) });
  return {
    port: connections.port,
    faults,
    stop: async () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await connections.close();
      server.forceShutdown();
    },
  };
}
