/**
 * An EventStoreDB in memory, on the client's own protocol definitions, for tests and as the peer in benchmarks. Its answers
 * are graded against those recorded from a real server (`test/int/esdb-double.int.spec.ts`).
 *
 * Left out: persistent subscriptions, projections, users and access control beyond one name and password, scavenging,
 * transactions, ids as structured UUIDs in what is read (the client asks for text).
 */
import { runCluster } from './cluster.js';
import type { Faults } from './faults.js';
import { EventLog } from './log.js';
import type { OpenCalls } from './open-calls.js';
import { type RunningServer, runServer, type ServerSettings } from './server.js';

export type { AppendFault, Checkpoints, FaultOptions, Faults, ReadFaultOptions, SubscriptionEnd } from './faults.js';
export { EventLog } from './log.js';
export type { OpenCalls } from './open-calls.js';

export interface EsdbDouble {
  /** `esdb://127.0.0.1:PORT?tls=false`; with TLS `?tls=true`, without credentials and CA. */
  readonly url: string;
  readonly port: number;
  /** what is stored; given to the next double, it is what that one starts with */
  readonly log: EventLog;
  /** failures to order */
  readonly faults: Faults;
  /** what clients hold open */
  readonly calls: OpenCalls;
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
  /** PEM */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What every call must bring; the client sends them over TLS only. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Whether callers may read `$all`: yes, unless told otherwise. */
  readonly mayReadAll?: boolean;
}

export interface EsdbCluster {
  /** `esdb://127.0.0.1:A,127.0.0.1:B,127.0.0.1:C?tls=false` */
  readonly url: string;
  readonly nodes: readonly EsdbDouble[];
  /** The leader's log. */
  readonly log: EventLog;
  /** Index of the leader; undefined while there is none. */
  readonly leader: () => number | undefined;
  /** The former leader follows from now on, and says so to whoever asks him as the leader. Undefined: nobody leads. */
  moveLeader(to: number | undefined): void;
  /** How far the followers are behind. Milliseconds; Infinity: they hear nothing more. */
  setLag(ms: number): void;
  stop(): Promise<void>;
}

export interface EsdbClusterOptions extends Omit<EsdbDoubleOptions, 'port'> {
  /** 3 unless given */
  readonly size?: number;
  /** How far followers are behind. Milliseconds, 0 unless given. */
  readonly lagMs?: number;
}

const SLOW_CONSUMER_EVENTS = 10_000;

/** Starts one on 127.0.0.1. */
export async function startEsdbDouble(options: EsdbDoubleOptions = {}): Promise<EsdbDouble> {
  const settings = settingsOf(options);
  return doubleOf(await runServer({ ...settings, port: options.port ?? 0 }), settings);
}

/** Starts several on 127.0.0.1, of which the first leads. */
export async function startEsdbCluster({
  size = 3,
  lagMs = 0,
  ...options
}: EsdbClusterOptions = {}): Promise<EsdbCluster> {
  const settings = settingsOf(options);
  const cluster = await runCluster(size, lagMs, settings);
  const hosts = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    url: `esdb://${hosts}?tls=${settings.tls !== undefined}`,
    nodes: cluster.nodes.map((node) => doubleOf(node, settings)),
    log: settings.log,
    leader: cluster.leader,
    moveLeader: cluster.moveLeader,
    setLag: cluster.setLag,
    stop: () => cluster.stop(),
  };
}

function settingsOf(options: EsdbDoubleOptions): Omit<ServerSettings, 'port' | 'cluster'> {
  return {
    log: options.log ?? new EventLog(),
    slowConsumerEvents: options.slowConsumerEvents ?? SLOW_CONSUMER_EVENTS,
    ...(options.tls && { tls: options.tls }),
    ...(options.credentials && { credentials: options.credentials }),
    ...(options.mayReadAll !== undefined && { mayReadAll: options.mayReadAll }),
  };
}

function doubleOf(server: RunningServer, { log, tls }: Omit<ServerSettings, 'port' | 'cluster'>): EsdbDouble {
  return {
    url: `esdb://127.0.0.1:${server.port}?tls=${tls !== undefined}`,
    port: server.port,
    log,
    faults: server.faults,
    calls: server.calls,
    stop: () => server.stop(),
  };
}
