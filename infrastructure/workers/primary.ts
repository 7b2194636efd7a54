import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import type { Logger } from '../../application/ports/logger.js';
import { Backoff, pause } from '../../application/following/backoff.js';
import type { Config } from '../config/config.js';
import { openDatabase } from '../database.js';
import {
  type FromWorker,
  isOurs,
  LATE_VARIABLE,
  type Part,
  PART_VARIABLE,
  rolesOf,
  type SharedDatabase,
  type ToWorker,
} from './messages.js';

export interface PrimaryOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Resolves with why. */
  readonly stop: Promise<string>;
  /** A line for a person. */
  readonly say: (line: string) => void;
  /** Told, when all that was started is ready, how to ask each worker for its share of the metrics. */
  readonly onReady?: (count: () => Promise<object[][]>) => void;
}

/** A worker ended before it was ready; what it said of that went to the error output. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed';
}

/** A worker's share of the metrics that doesn't come in this time isn't there, ms. */
const COUNTED_WITHIN_MS = 2_000;
/** Told to stop, they have this long, ms: what a server that is one process gives itself, and less than the first process has. */
const STOPPED_WITHIN_MS = 22_000;

/**
 * The first of several processes that are one server: runs the database where it is Parley's own, makes `workers` processes that
 * share the ports, and one more that feeds the lists, and makes anew whichever of them ends.
 */
export async function runWorkers({ config, log, stop, say, onReady }: PrimaryOptions): Promise<void> {
  const stopping = new AbortController();
  const why = stop.then((reason) => {
    stopping.abort();
    return reason;
  });
  const database = config.databaseUrl === undefined ? await openDatabase(config, log, { share: false }) : undefined;
  const shared: SharedDatabase | undefined = database && {
    url: database.url,
    embeddedAndEmpty: database.embeddedAndEmpty,
    ...(database.folder === undefined ? {} : { folder: database.folder }),
  };
  const places: Place[] = [];
  try {
    const place = (part: Part): Place => {
      const othersAnswer = (): boolean => places.some((each) => each.part === 'api' && each.isReady);
      const made = new Place(part, log, say, stopping.signal, othersAnswer);
      places.push(made);
      return made;
    };
    // Loaded side by side; but one alone makes what an empty database needs, keys too.
    const works = rolesOf.background.some((role) => config.roles.has(role));
    const [first, ...others] = [
      ...(works ? [place('background')] : []),
      ...Array.from({ length: config.workers }, () => place('api')),
    ];
    const later = shared && { ...shared, embeddedAndEmpty: false };
    const told = [await first?.ready(shared), ...(await Promise.all(others.map((each) => each.ready(later))))];
    const lines = told.at(-1) ?? [];
    if (!stopping.signal.aborted) {
      onReady?.(async () => {
        const counted = await Promise.all(places.map((each) => each.count()));
        return counted.filter((each) => each !== undefined);
      });
      lines.forEach(say);
      for (const each of places) each.keep(later);
      log.info({ why: await why }, 'stopping');
    }
  } finally {
    stopping.abort();
    // Those who are called first; what they wrote is in the lists when the last one stops.
    const end = (part: Part): Promise<unknown> =>
      Promise.all(places.filter((each) => each.part === part).map((each) => each.end()));
    await end('api');
    await end('background');
    await database?.close();
  }
}

/** Where a worker is, one after the other. */
class Place {
  private worker: ClusterWorker;
  /** When the worker hears what it is told. */
  private here!: Promise<void>;
  isReady = false;
  private readonly backoff = new Backoff(200, 10_000);
  private readonly questions = new Map<number, (metrics: readonly object[] | undefined) => void>();
  private question = 0;

  constructor(
    readonly part: Part,
    private readonly log: Logger,
    private readonly say: (line: string) => void,
    private readonly stopping: AbortSignal,
    private readonly othersAnswer: () => boolean,
  ) {
    this.worker = this.fork({});
  }

  /** Lets it begin; gives what it has to tell when it is ready. @throws WorkerFailed */
  ready(database: SharedDatabase | undefined): Promise<readonly string[]> {
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        if (this.stopping.aborted) resolve([]);
        else reject(new WorkerFailed(`a worker (${this.part}) ended before it was ready`));
      };
      if (worker.isDead()) {
        ended();
        return;
      }
      worker.once('exit', ended);
      // Nobody waits for one that is to stop before it was ready.
      this.stopping.addEventListener('abort', () => {
        resolve([]);
      });
      worker.on('message', (message: unknown) => {
        if (!isOurs(message)) return;
        const ours = message as FromWorker;
        if (ours.parley === 'waiting' && this.part === 'background') this.say(ours.line);
        if (ours.parley !== 'ready') return;
        worker.off('exit', ended);
        this.backoff.reset();
        this.isReady = true;
        resolve(ours.lines);
      });
      void this.here.then(() => send(worker, { parley: 'open', database }));
    });
  }

  /** From now on another takes its place when it ends. */
  keep(database: SharedDatabase | undefined): void {
    const ended = (code?: number | null, signal?: string | null): void => {
      this.isReady = false;
      if (this.stopping.aborted) return;
      this.log.error({ part: this.part, code, signal }, 'a worker has ended: another takes its place');
      void this.replace(database);
    };
    // It may have ended since it was ready.
    if (this.worker.isDead()) ended();
    else this.worker.once('exit', ended);
  }

  private async replace(database: SharedDatabase | undefined): Promise<void> {
    for (;;) {
      await pause(this.backoff.nextMs(), this.stopping);
      if (this.stopping.aborted) return;
      this.worker = this.fork(this.othersAnswer() ? { [LATE_VARIABLE]: '1' } : {});
      try {
        await this.ready(database);
        this.keep(database);
        return;
      } catch {
        this.log.error({ part: this.part }, 'a worker could not take the place of one that has ended: tried again');
      }
    }
  }

  /** Its share of the metrics; undefined when it gives none. */
  count(): Promise<object[] | undefined> {
    return new Promise((resolve) => {
      const question = this.question++;
      const done = (metrics: readonly object[] | undefined): void => {
        clearTimeout(timer);
        this.questions.delete(question);
        resolve(metrics && [...metrics]);
      };
      const timer = setTimeout(done, COUNTED_WITHIN_MS, undefined);
      this.questions.set(question, done);
      if (!send(this.worker, { parley: 'count', question })) done(undefined);
    });
  }

  /** Told to stop, and killed where it doesn't. */
  async end(): Promise<void> {
    const { worker } = this;
    if (worker.isDead()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        worker.process.kill('SIGKILL');
      }, STOPPED_WITHIN_MS);
      worker.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      worker.process.kill('SIGTERM');
    });
  }

  private fork(more: Readonly<Record<string, string>>): ClusterWorker {
    const worker = cluster.fork({ [PART_VARIABLE]: this.part, ...more });
    this.here = new Promise((resolve) => {
      worker.on('message', (message: unknown) => {
        if (isOurs(message) && message.parley === 'here') resolve();
      });
    });
    worker.on('message', (message: unknown) => {
      if (!isOurs(message)) return;
      const ours = message as FromWorker;
      if (ours.parley === 'counted') this.questions.get(ours.question)?.(ours.metrics);
    });
    // A message to one that has just ended.
    worker.on('error', (error) => {
      this.log.debug({ part: this.part, error: error.message }, 'a worker was not reached');
    });
    return worker;
  }
}

/** False when nobody is there to hear it. */
function send(worker: ClusterWorker, message: ToWorker): boolean {
  if (!worker.isConnected()) return false;
  worker.send(message);
  return true;
}
