import { randomBytes } from 'node:crypto';
import { apiAt, type DialectName, edgeAt, mounts } from '../../api/dialects/mounts.js';
import { GROUP_PROTO, GROUP_SERVICE } from '../../api/dialects/openim-v2/declaration.js';
import { listenGrpc } from '../../api/grpc/server.js';
import { listen } from '../../api/http/server.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openParley } from '../../infrastructure/container.js';
import { metricsPage } from '../../infrastructure/telemetry/metrics-page.js';
import { openTelemetry } from '../../infrastructure/telemetry/open.js';
import type { Logger } from '../../application/ports/logger.js';
import { type Engine, type TestEngine, testEngine, USUAL_ENGINE } from './engines.js';
import { eventually } from './eventually.js';
import { preparedDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';
import { UNRATED } from './unrated.js';
import { ADMIN_SECRET } from './v1-client.js';

export interface RunningParley {
  readonly url: string;
  /** Of each API that has a port to itself, where that is. */
  readonly ownUrls: Readonly<Partial<Record<DialectName, string>>>;
  /** `127.0.0.1:10150`, where OpenIM v2's group service is called; undefined: nowhere. */
  readonly grpc: string | undefined;
  /** Where its metrics are; undefined: nowhere. */
  readonly metrics: string | undefined;
  readonly databaseUrl: string;
  /** The default one, and another that the server has. */
  readonly tenant: string;
  readonly otherTenant: string;
  /** What a further process needs to work on the same data. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

type Env = Readonly<Record<string, string>>;

/**
 * The whole server in this process, on a database of its own and a free port, with tenants of its own, whose names what it
 * is given beyond that may need to know.
 */
export async function runParley(
  env: Env | ((tenants: Pick<TestEngine, 'tenant' | 'otherTenant'>) => Env) = {},
  engine: Engine = USUAL_ENGINE,
  log: Logger = silentLogger,
): Promise<RunningParley> {
  const [store, database] = await Promise.all([testEngine(engine), preparedDatabase('parley')]);
  const { tenant, otherTenant } = store;
  const settings = {
    ...store.env,
    DATABASE_URL: database.url,
    PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
    PORT: '0',
    ...UNRATED,
    PARLEY_ADMIN_SECRET: ADMIN_SECRET,
    ...(typeof env === 'function' ? env(store) : env),
  };
  // Hundreds of people register for the tests.
  const config = { ...loadConfig(settings), passwordCost: { memoryCost: 64, timeCost: 1 } };
  const watching = await openTelemetry(config, settings);
  const { metrics: counted } = watching;
  const parley = await openParley(config, log, undefined, undefined, watching.telemetry);
  counted?.lookAt(parley.sources);
  const server = await listen(parley.app, {
    ...config,
    edgeAt,
    answered:
      counted &&
      ((path, status, seconds) => {
        counted.answered(apiAt(path), status, seconds);
      }),
  });
  const metrics =
    counted && config.metrics ? await listen(metricsPage(counted, parley.app), { ...config.metrics }) : undefined;
  // On a log that others have filled, its lists are there a little later.
  await eventually(async () => (await fetch(`${server.url}/health/ready`)).ok, 60_000);
  const own = await Promise.all(
    (Object.keys(config.ownPorts) as DialectName[]).map(async (name) => {
      const { [name]: port = 0 } = config.ownPorts;
      return { name, server: await listen(parley.alone[name], { ...config, port, edgeAt: () => mounts[name].edge }) };
    }),
  );
  const grpc =
    config.openimGrpc === undefined
      ? undefined
      : await listenGrpc({
          ...config.openimGrpc,
          called: counted?.called.bind(counted),
          proto: GROUP_PROTO,
          service: GROUP_SERVICE,
        });
  grpc?.serve(parley.grpc);
  return {
    url: server.url,
    ownUrls: Object.fromEntries(own.map(({ name, server: { url } }) => [name, url])),
    grpc: grpc && `127.0.0.1:${String(grpc.port)}`,
    metrics: metrics?.url,
    databaseUrl: database.url,
    tenant,
    otherTenant,
    env: settings,
    stop: async () => {
      await Promise.all(
        [server, ...[grpc, metrics].filter((each) => each !== undefined), ...own.map((each) => each.server)].map(
          (each) => each.stop(),
        ),
      );
      await parley.close();
      await watching.close();
      await store.stop();
      await database.drop();
    },
  };
}
