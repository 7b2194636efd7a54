import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  type Metric,
  Registry,
} from 'prom-client';
import type { Telemetry } from '../../application/ports/telemetry.js';
import { pools } from '../postgres/pool.js';
import { type Declaration, type LabelsOf, type MetricName, metrics } from './metrics.js';

type NamesOf<Kind extends Declaration['kind']> = {
  [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

/** How one projection or process stands, as far as metrics care. */
export interface Standing {
  readonly name: string;
  readonly state: string;
  /** ms. */
  readonly lag: number;
  /** Where it is known. */
  readonly lagEvents?: number | undefined;
  readonly parked: number;
  readonly fedHere?: boolean;
}

/** How far a projection's other tables are. */
export interface OtherTables {
  readonly name: string;
  readonly state: string;
  /** Of the log, 0 … 100. */
  readonly percent: number;
}

/** What is looked at when somebody asks for the metrics. Each may reject, or not answer in time. */
export interface Sources {
  readonly checks: () => Promise<Readonly<Record<string, { readonly ok: boolean }>>>;
  readonly projections: () => Promise<readonly Standing[]>;
  readonly processes: () => Promise<readonly Standing[]>;
  readonly standbys: () => Promise<readonly OtherTables[]>;
}

/** Whoever scrapes waits some ten seconds at most; what says nothing by then is left out, ms. */
const ANSWER_MS = 2_000;

/** The metrics of one process, counted in its memory. */
export class Prometheus implements Telemetry {
  readonly #registry = new Registry();
  readonly #made: ReadonlyMap<string, Metric>;
  #sources: Sources | undefined;
  #looking: Promise<void> | undefined;

  constructor(version: string) {
    collectDefaultMetrics({ register: this.#registry });
    this.#made = new Map(
      Object.entries<Declaration>(metrics).map(([name, declared]) => [name, make(name, declared, this.#registry)]),
    );
    this.#set('parley_build_info', { version }, 1);
    this.#count('parley_command_retries_total', {}, 0);
    pools.onWaited = (pool, seconds) => {
      this.#observe('parley_pool_wait_seconds', { pool }, seconds);
    };
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** From now on these are asked as well. */
  lookAt(sources: Sources | undefined): void {
    this.#sources = sources;
  }

  /** As text; asked by many at once, the sources are asked once. */
  async text(): Promise<string> {
    await this.#look();
    return this.#registry.metrics();
  }

  /** For a process that adds up those of several. */
  async json(): Promise<object[]> {
    await this.#look();
    return this.#registry.getMetricsAsJSON();
  }

  command(operation: string) {
    const begun = performance.now();
    return {
      traceparent: undefined,
      ended: (outcome: string, why?: string) => {
        const seconds = (performance.now() - begun) / 1_000;
        this.#observe('parley_command_duration_seconds', { operation, outcome }, seconds);
        if (why !== undefined) this.#count('parley_command_unavailable_total', { reason: why });
      },
    };
  }

  append({ aggregate, commands, events }: Parameters<Telemetry['append']>[0]) {
    const begun = performance.now();
    this.#observe('parley_append_commands', {}, commands.length);
    this.#observe('parley_append_events', {}, events);
    return {
      ended: (outcome: 'appended' | 'conflict' | 'failed') => {
        this.#observe('parley_append_duration_seconds', { outcome }, (performance.now() - begun) / 1_000);
        if (outcome === 'conflict') this.#count('parley_append_conflicts_total', { aggregate });
      },
    };
  }

  decidedAgain(commands: number): void {
    this.#count('parley_command_retries_total', {}, commands);
  }

  projected(projection: string, { length }: readonly unknown[], seconds: number): void {
    this.#observe('parley_projection_batch_events', { projection }, length);
    this.#observe('parley_projection_batch_duration_seconds', { projection }, seconds);
  }

  /** The log in PostgreSQL has written so many appends together. */
  batchWritten(appends: number, seconds: number): void {
    this.#observe('parley_append_batch_appends', {}, appends);
    this.#observe('parley_append_batch_duration_seconds', {}, seconds);
  }

  answered(api: string, status: number, seconds: number): void {
    this.#count('parley_http_requests_total', { api, status: status.toString() });
    this.#observe('parley_http_request_duration_seconds', { api }, seconds);
  }

  called(rpc: string, code: string): void {
    this.#count('parley_grpc_calls_total', { rpc, code });
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const sources = this.#sources;
    const [checks, projections, processes, standbys] = await Promise.all([
      inTime(sources?.checks),
      inTime(sources?.projections),
      inTime(sources?.processes),
      inTime(sources?.standbys),
    ]);
    // What nobody knows now isn't told as it was once.
    for (const name of LOOKED_AT) this.#gauge(name).reset();
    for (const [check, { ok }] of Object.entries(checks ?? {})) this.#set('parley_ready', { check }, ok ? 1 : 0);
    for (const { name: projection, lag, lagEvents, state, parked, fedHere } of projections ?? []) {
      this.#set('parley_projection_lag_seconds', { projection }, lag / 1_000);
      if (lagEvents !== undefined) this.#set('parley_projection_lag_events', { projection }, lagEvents);
      this.#set('parley_projection_up', { projection }, state === 'stopped' ? 0 : 1);
      this.#set('parley_projection_paused', { projection }, state === 'paused' ? 1 : 0);
      this.#set('parley_projection_parked_events', { projection }, parked);
      this.#set('parley_projection_fed', { projection }, fedHere === true ? 1 : 0);
    }
    for (const { name: projection, state, percent } of standbys ?? [])
      this.#set('parley_projection_standby_ratio', { projection, state }, percent / 100);
    for (const { name, lag, state, parked } of processes ?? []) {
      this.#set('parley_process_lag_seconds', { process: name }, lag / 1_000);
      this.#set('parley_process_up', { process: name }, state === 'stopped' ? 0 : 1);
      this.#set('parley_process_parked_events', { process: name }, parked);
    }
    for (const { name: pool, idle, busy, waiting } of pools.now()) {
      this.#set('parley_pool_connections', { pool, state: 'idle' }, idle);
      this.#set('parley_pool_connections', { pool, state: 'busy' }, busy);
      this.#set('parley_pool_waiting', { pool }, waiting);
    }
  }

  #gauge(name: NamesOf<'gauge'>): Gauge {
    return this.#made.get(name) as Gauge;
  }

  #set<Name extends NamesOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#gauge(name).set(labels, value);
  }

  #count<Name extends NamesOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    (this.#made.get(name) as Counter).inc(labels, by);
  }

  #observe<Name extends NamesOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.#made.get(name) as Histogram).observe(labels, value);
  }
}

/** All gauges but those that are set once. */
const LOOKED_AT = (Object.keys(metrics) as MetricName[]).filter(
  (name): name is NamesOf<'gauge'> => metrics[name].kind === 'gauge' && name !== 'parley_build_info',
);

/** Of the text format. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The metrics of several processes as one, each process's as `Prometheus.json` gives them. */
export const addedUp = (each: readonly object[][]): Promise<string> =>
  AggregatorRegistry.aggregate([...each]).metrics();

function make(name: string, declared: Declaration, registry: Registry): Metric {
  const { kind, help, labels, buckets = [], aggregation = 'sum' } = declared;
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  if (kind === 'counter') return new Counter(common);
  if (kind === 'gauge') return new Gauge({ ...common, aggregator: aggregation });
  return new Histogram({ ...common, buckets: [...buckets] });
}

/** Undefined where it rejects or takes too long. */
async function inTime<T>(ask: (() => Promise<T>) | undefined): Promise<T | undefined> {
  if (ask === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, undefined);
  });
  try {
    return await Promise.race([ask().catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
