/**
 * An EventStoreDB in memory, on the client's own protocol definitions, for tests and as the peer in benchmarks. Its answers
 * are graded against those recorded from a real server (`test/int/esdb-double.int.spec.ts`).
 *
 * Left out: persistent subscriptions, projections, users and access control, scavenging, transactions, TLS, ids as
 * structured UUIDs in what is read (the client asks for text).
 */
import type { Faults } from './faults.js';
import { EventLog } from './log.js';
import { runServer } from './server.js';

export type { AppendFault, FaultOptions, Faults } from './faults.js';
export { EventLog } from './log.js';

export interface EsdbDouble {
  /** `esdb://127.0.0.1:PORT?tls=false` */
  readonly url: string;
  readonly port: number;
  /** what is stored; given to the next double, it is what that one starts with */
  readonly log: EventLog;
  /** failures to order */
  readonly faults: Faults;
  /** Ends all calls and frees the port. Appends that were ordered to land later do not land. */
  stop(): Promise<void>;
}

export interface EsdbDoubleOptions {
  /** 0, a free one, unless given */
  readonly port?: number;
  /** the log of an earlier double, so that a restart keeps its data */
  readonly log?: EventLog;
  /**
   * How many events a live subscription may lag behind while its reader takes none, before it is ended with ABORTED
   * "Consumer too slow". A real server does so too, under load within a second.
   */
  readonly slowConsumerEvents?: number;
}

const SLOW_CONSUMER_EVENTS = 10_000;

/** Starts one on 127.0.0.1. */
export async function startEsdbDouble(options: EsdbDoubleOptions = {}): Promise<EsdbDouble> {
  const log = options.log ?? new EventLog();
  const server = await runServer(log, options.port ?? 0, options.slowConsumerEvents ?? SLOW_CONSUMER_EVENTS);
  return {
    url: `esdb://127.0.0.1:${server.port}?tls=false`,
    port: server.port,
    log,
    faults: server.faults,
    stop: () => server.stop(),
  };
}
