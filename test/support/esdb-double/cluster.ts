import type { Endpoint } from './context.js';
import type { Member } from './features.js';
import { EventLog } from './log.js';
import { type RunningServer, runServer, type ServerSettings } from './server.js';

/** A follower's copy of a log, so many milliseconds behind. */
export class Replica {
  readonly log = new EventLog();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly unwatch: () => void;

  /** @param lagMs 0: never behind; Infinity: it hears nothing more */
  constructor(
    private readonly source: EventLog,
    private lagMs: number,
  ) {
    this.copy(source.events.length);
    this.unwatch = source.watch(undefined, () => {
      this.hear();
    });
  }

  /** What it has not copied yet waits for so long from now. */
  setLag(ms: number): void {
    this.lagMs = ms;
    this.clear();
    this.hear();
  }

  stop(): void {
    this.unwatch();
    this.clear();
  }

  private hear(): void {
    const to = this.source.events.length;
    if (this.lagMs === 0) this.copy(to);
    if (this.lagMs === 0 || !Number.isFinite(this.lagMs)) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.copy(to);
    }, this.lagMs);
    this.timers.add(timer);
  }

  private copy(to: number): void {
    for (const event of this.source.events.slice(this.log.events.length, to)) this.log.replicate(event);
  }

  private clear(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

export interface RunningCluster {
  readonly nodes: readonly RunningServer[];
  readonly leader: () => number | undefined;
  moveLeader(to: number | undefined): void;
  setLag(ms: number): void;
  stop(): Promise<void>;
}

/**
 * Servers of one log: the leader serves and writes it, each follower serves a copy that may be behind, forwards writes, and
 * names the leader to whoever asks for him.
 */
export async function runCluster(
  size: number,
  lagMs: number,
  settings: Omit<ServerSettings, 'port' | 'cluster'>,
): Promise<RunningCluster> {
  const { log } = settings;
  const nodes: RunningServer[] = [];
  const replicas = Array.from({ length: size }, () => new Replica(log, lagMs));
  let leads: number | undefined = 0;
  const leader = (): Endpoint | undefined => {
    const node = leads === undefined ? undefined : nodes[leads];
    return node && { host: '127.0.0.1', port: node.port };
  };
  const members = (): Member[] =>
    nodes.map(({ port, up }, index) => ({ port, state: index === leads ? 'leader' : 'follower', alive: up() }));
  for (const [index, replica] of replicas.entries()) {
    const role = { leads: () => leads === index, leader, served: () => (leads === index ? log : replica.log) };
    nodes.push(await runServer({ ...settings, port: 0, cluster: { role, members } }));
  }
  return {
    nodes,
    leader: () => leads,
    moveLeader: (to) => {
      leads = to;
    },
    setLag: (ms) => {
      for (const replica of replicas) replica.setLag(ms);
    },
    stop: async () => {
      for (const replica of replicas) replica.stop();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}
