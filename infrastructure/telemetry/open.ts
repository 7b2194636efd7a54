import type { Telemetry } from '../../application/ports/telemetry.js';
import type { MetricsConfig } from '../config/config.js';
import { version } from '../version.js';
import type { Prometheus } from './prometheus.js';

/** What is told of a server's work, beside what its commands and projections tell. */
export interface ServerTelemetry extends Telemetry {
  /** The log in PostgreSQL has written so many appends in one transaction. */
  batchWritten(appends: number, seconds: number): void;
}

/** Their library isn't loaded where nobody asks for metrics. */
export async function openMetrics(config: MetricsConfig | undefined): Promise<Prometheus | undefined> {
  if (config === undefined) return undefined;
  const { Prometheus } = await import('./prometheus.js');
  return new Prometheus(version());
}
