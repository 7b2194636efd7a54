import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import { ConfigInvalid } from '../../../infrastructure/config/config.js';
import { openTelemetry } from '../../../infrastructure/telemetry/open.js';
import { tellTroubles } from '../../../infrastructure/telemetry/tracing.js';
import { repositoryRoot } from '../../support/repository-root.js';
import { silentLogger } from '../../support/silent-logger.js';

const ENDPOINT = 'http://127.0.0.1:9';
const isTraced = async (env: Record<string, string>): Promise<boolean> => {
  const watching = await openTelemetry({}, env);
  await watching.close();
  return watching.telemetry !== undefined;
};

describe('what looks on', () => {
  it('is nobody, unless somebody asks for it', async () => {
    expect(await openTelemetry({}, {})).to.include({ metrics: undefined, telemetry: undefined });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT };
    for (const off of [
      { OTEL_SERVICE_NAME: 'club' },
      { ...env, OTEL_SDK_DISABLED: 'true' },
      { ...env, OTEL_TRACES_EXPORTER: 'none' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    ])
      expect(await isTraced(off), JSON.stringify(off)).to.equal(false);
    for (const on of [env, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ENDPOINT }, { OTEL_TRACES_EXPORTER: 'otlp' }])
      expect(await isTraced(on), JSON.stringify(on)).to.equal(true);
  });

  it('given what it can not do, says so instead of sending nothing', async () => {
    for (const env of [
      { OTEL_TRACES_EXPORTER: 'zipkin' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    ]) {
      const failure: unknown = await openTelemetry({}, env).catch((error: unknown) => error);
      expect(failure, JSON.stringify(env)).to.be.instanceOf(ConfigInvalid);
    }
  });

  it('given a collector that is away, then the log says so, once a minute at most', () => {
    const told: object[] = [];
    let now = 0;
    const log = { ...silentLogger, warn: (facts: object) => void told.push(facts) };
    tellTroubles(log, () => now);
    try {
      const refused = JSON.stringify({ stack: 'Error: …', name: 'Error', code: 'ECONNREFUSED', message: '' });
      for (const at of [0, 1_000, 59_000, 61_000]) {
        now = at;
        diag.error(refused);
      }
      now = 200_000;
      diag.warn('Export took longer than 30000 milliseconds', 'and was given up');
      diag.info('sent');
      expect(told).to.deep.equal([
        { error: 'Error ECONNREFUSED' },
        { error: 'Error ECONNREFUSED', more: 2 },
        { error: 'Export took longer than 30000 milliseconds and was given up' },
      ]);
    } finally {
      diag.disable();
    }
  });

  it('is loaded by nobody else', () => {
    const importing = (pattern: RegExp): string[] =>
      ['domain', 'application', 'projections', 'api', 'infrastructure', 'cli']
        .flatMap((room) =>
          readdirSync(join(repositoryRoot(), room), { recursive: true, encoding: 'utf8' })
            .filter((file) => file.endsWith('.ts'))
            .map((file) => join(room, file)),
        )
        .filter((file) => pattern.test(readFileSync(join(repositoryRoot(), file), 'utf8')));
    expect(importing(/from '@opentelemetry/)).to.deep.equal(['infrastructure/telemetry/tracing.ts']);
    expect(importing(/from 'prom-client'/)).to.deep.equal(['infrastructure/telemetry/prometheus.ts']);
    // Types alone, or when it is asked for.
    expect(importing(/^import (?!type )[^;]*telemetry\/(tracing|prometheus)\.js'/m)).to.deep.equal([]);
    expect(importing(/^import (?!type )[^;]*'\.\/(tracing|prometheus)\.js'/m)).to.deep.equal([]);
  });
});
