/** How the values of several processes become one. */
export type Aggregation = 'sum' | 'max' | 'min' | 'first';

export interface Declaration {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each with few values, none of which callers can choose. */
  readonly labels: readonly string[];
  /** Of a histogram, upper bounds. */
  readonly buckets?: readonly number[];
  /** Of a gauge; default: sum. */
  readonly aggregation?: Aggregation;
}

/** Seconds. */
const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const COUNTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000] as const;

/**
 * Every metric of Parley's own, by its name: units stand in the names, as Prometheus wants them. docs/metrics.md has the same
 * list, the dashboard and the alerts in ops/ name no other (test/unit/telemetry). Beside them are the default metrics of
 * prom-client: `process_*`, `nodejs_*`.
 */
export const metrics = {
  parley_build_info: {
    kind: 'gauge',
    help: 'Always 1; the label says which version runs.',
    labels: ['version'],
    aggregation: 'first',
  },
  parley_ready: {
    kind: 'gauge',
    help: 'Whether a check of /health/ready is green: 1 or 0.',
    labels: ['check'],
    aggregation: 'min',
  },
  parley_http_requests_total: {
    kind: 'counter',
    help: 'HTTP requests by API and status; 499: the caller went away before there was an answer.',
    labels: ['api', 'status'],
  },
  parley_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'From the head of an HTTP request to the end of its answer.',
    labels: ['api'],
    buckets: QUICK,
  },
  parley_grpc_calls_total: {
    kind: 'counter',
    help: 'gRPC calls by method and status code.',
    labels: ['rpc', 'code'],
  },
  parley_command_duration_seconds: {
    kind: 'histogram',
    help:
      'Commands of all APIs, from their decision to the answer. Outcomes: ok, already-so (nothing was to be written), repeated ' +
      "(answered as before), a refusal's name, unavailable, again (facts were missing, the command is given anew), failed.",
    labels: ['operation', 'outcome'],
    buckets: QUICK,
  },
  parley_command_unavailable_total: {
    kind: 'counter',
    help: 'Commands that were answered with unavailable, by what was wanting.',
    labels: ['reason'],
  },
  parley_command_retries_total: {
    kind: 'counter',
    help: 'Commands that were decided again because others had written first.',
    labels: [],
  },
  parley_append_duration_seconds: {
    kind: 'histogram',
    help: 'Appends of one stream each, from sending to the event store’s answer: appended, conflict or failed.',
    labels: ['outcome'],
    buckets: QUICK,
  },
  parley_append_conflicts_total: {
    kind: 'counter',
    help: 'Appends that found others’ events at their revision, by the kind of stream.',
    labels: ['aggregate'],
  },
  parley_append_events: {
    kind: 'histogram',
    help: 'Events in one append.',
    labels: [],
    buckets: COUNTS,
  },
  parley_append_commands: {
    kind: 'histogram',
    help: 'Commands of one stream that were written together.',
    labels: [],
    buckets: COUNTS,
  },
  parley_append_batch_appends: {
    kind: 'histogram',
    help: 'Appends in one transaction of the log in PostgreSQL; none where the log is in EventStoreDB.',
    labels: [],
    buckets: COUNTS,
  },
  parley_append_batch_duration_seconds: {
    kind: 'histogram',
    help: 'Transactions of the log in PostgreSQL, from sending to the answer.',
    labels: [],
    buckets: QUICK,
  },
  parley_projection_lag_seconds: {
    kind: 'gauge',
    help: 'For how long a projection has not passed what was the end of the log then; 0 when it is level.',
    labels: ['projection'],
    aggregation: 'max',
  },
  parley_projection_lag_events: {
    kind: 'gauge',
    help: 'Events between a projection and the end of the log; only where the log is in PostgreSQL, EventStoreDB has no such number.',
    labels: ['projection'],
    aggregation: 'max',
  },
  parley_projection_up: {
    kind: 'gauge',
    help: '1 while a projection goes on, 0 when it is stopped.',
    labels: ['projection'],
    aggregation: 'min',
  },
  parley_projection_paused: {
    kind: 'gauge',
    help: '1 while an operator has paused a projection.',
    labels: ['projection'],
    aggregation: 'max',
  },
  parley_projection_standby_ratio: {
    kind: 'gauge',
    help:
      'How much of the log a projection’s other tables have passed, 0 to 1, whichever process fills them: being filled, held, or ' +
      'kept for going back. Absent where there are none.',
    labels: ['projection', 'state'],
    aggregation: 'max',
  },
  parley_projection_parked_events: {
    kind: 'gauge',
    help: 'Events that a projection has set aside because they can not be applied.',
    labels: ['projection'],
    aggregation: 'max',
  },
  parley_projection_fed: {
    kind: 'gauge',
    help: '1 in the process that feeds a projection, 0 in the others.',
    labels: ['projection'],
  },
  parley_projection_batch_events: {
    kind: 'histogram',
    help: 'Events that concern a projection in one of its steps, in the process that feeds it.',
    labels: ['projection'],
    buckets: COUNTS,
  },
  parley_projection_batch_duration_seconds: {
    kind: 'histogram',
    help: 'Steps of a projection over events that concern it: one transaction each.',
    labels: ['projection'],
    buckets: QUICK,
  },
  parley_process_lag_seconds: {
    kind: 'gauge',
    help: 'The same of what follows by itself (closing a dismissed group’s chat and the like).',
    labels: ['process'],
    aggregation: 'max',
  },
  parley_process_up: {
    kind: 'gauge',
    help: '1 while a process goes on, 0 when it is stopped.',
    labels: ['process'],
    aggregation: 'min',
  },
  parley_process_parked_events: {
    kind: 'gauge',
    help: 'Events that a process has set aside because what they ask for can not be done.',
    labels: ['process'],
    aggregation: 'max',
  },
  parley_pool_connections: {
    kind: 'gauge',
    help: 'Connections to PostgreSQL by pool, idle or busy.',
    labels: ['pool', 'state'],
  },
  parley_pool_waiting: {
    kind: 'gauge',
    help: 'Who waits for a connection of a pool.',
    labels: ['pool'],
  },
  parley_pool_wait_seconds: {
    kind: 'histogram',
    help: 'How long those waited for a connection who found none idle, a new one’s making included.',
    labels: ['pool'],
    buckets: QUICK,
  },
} as const satisfies Readonly<Record<string, Declaration>>;

export type MetricName = keyof typeof metrics;
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof metrics)[Name]['labels'][number], string>>;
