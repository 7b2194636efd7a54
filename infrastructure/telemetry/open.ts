import type { Logger } from '../../application/ports/logger.js';
import type {
  ObservedAppend,
  Telemetry,
  Traced,
  WatchedAppend,
  WatchedCommand,
} from '../../application/ports/telemetry.js';
import { type Config, ConfigInvalid } from '../config/config.js';
import { version } from '../version.js';
import type { Prometheus } from './prometheus.js';
import type { Tracing } from './tracing.js';

/** What is told of a server's work, beside what its commands and projections tell. */
export interface ServerTelemetry extends Telemetry {
  /** The log in PostgreSQL has written so many appends in one transaction. */
  batchWritten(appends: number, seconds: number): void;
}

export interface Watching {
  readonly metrics: Prometheus | undefined;
  /** Absent: nobody looks on. */
  readonly telemetry: ServerTelemetry | undefined;
  /** Sends what is left. */
  close(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Metrics where METRICS_PORT is set, traces where OpenTelemetry's own variables ask for them. The libraries of what nobody
 * asks for aren't loaded.
 * @param log is told when traces can't be sent
 * @throws ConfigInvalid
 */
export async function openTelemetry(
  { metrics: wanted }: Pick<Config, 'metrics'>,
  env: Variables,
  log?: Logger,
): Promise<Watching> {
  const tracesWanted = asksForTraces(env);
  const metrics = wanted === undefined ? undefined : new (await import('./prometheus.js')).Prometheus(version());
  const tracing = tracesWanted ? new (await import('./tracing.js')).Tracing(version(), log) : undefined;
  return {
    metrics,
    telemetry:
      metrics === undefined && tracing === undefined
        ? undefined
        : tracing === undefined
          ? metrics
          : new Both(metrics, tracing),
    close: async () => {
      await tracing?.close();
    },
  };
}

/**
 * As OpenTelemetry's specification has it, but that without an endpoint nothing is sent: its default, a collector on this machine, is
 * not what somebody wants who set nothing.
 */
function asksForTraces(env: Variables): boolean {
  const {
    OTEL_SDK_DISABLED: disabled,
    OTEL_TRACES_EXPORTER: exporter,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own,
  } = env;
  if (disabled?.trim().toLowerCase() === 'true') return false;
  const named = (exporter ?? '').trim();
  if (named === 'none' || (named === '' && !endpoint && !own)) return false;
  if (named !== '' && named !== 'otlp')
    throw new ConfigInvalid([`OTEL_TRACES_EXPORTER must be otlp or none here, not "${named}".`]);
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol === 'grpc')
    throw new ConfigInvalid([
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/json or http/protobuf here (a collector\'s port 4318), not "grpc".',
    ]);
  return true;
}

/** Tells both. */
class Both implements ServerTelemetry {
  constructor(
    private readonly metrics: Prometheus | undefined,
    private readonly tracing: Tracing,
  ) {}

  command(operation: string, via: string, traceparent: string | undefined): WatchedCommand {
    const counted = this.metrics?.command(operation);
    const traced = this.tracing.command(operation, via, traceparent);
    return {
      traceparent: traced.traceparent,
      ended: (outcome, why) => {
        counted?.ended(outcome, why);
        traced.ended(outcome, why);
      },
    };
  }

  append(append: ObservedAppend): WatchedAppend {
    const counted = this.metrics?.append(append);
    const traced = this.tracing.append(append);
    return {
      ended: (outcome) => {
        counted?.ended(outcome);
        traced?.ended(outcome);
      },
    };
  }

  decidedAgain(commands: number): void {
    this.metrics?.decidedAgain(commands);
  }

  projected(projection: string, events: readonly Traced[], seconds: number): void {
    this.metrics?.projected(projection, events, seconds);
    this.tracing.projected(projection, events, seconds);
  }

  batchWritten(appends: number, seconds: number): void {
    this.metrics?.batchWritten(appends, seconds);
  }
}
