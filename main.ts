import 'reflect-metadata';
import { apiAt, type DialectName, edgeAt, mounts } from './api/dialects/mounts.js';
import { GROUP_PROTO, GROUP_SERVICE } from './api/dialects/openim-v2/declaration.js';
import type { GrpcListenOptions, RunningGrpcServer } from './api/grpc/server.js';
import { trusts } from './api/http/app.js';
import { listen, type ListenOptions, type RunningServer } from './api/http/server.js';
import { startingApp } from './api/http/starting.js';
import type { Logger } from './application/ports/logger.js';
import { type Config, type GrpcConfig, loadConfig, secretVariables } from './infrastructure/config/config.js';
import { listenWords } from './infrastructure/config/listeners.js';
import type { Role } from './infrastructure/config/roles.js';
import type { Parley } from './infrastructure/container.js';
import { openDatabase } from './infrastructure/database.js';
import { lineWriter } from './infrastructure/line-writer.js';
import { makeLogger } from './infrastructure/logging.js';
import { forOperator } from './infrastructure/operator-errors.js';
import { StartCancelled } from './infrastructure/patience.js';
import { metricsPage } from './infrastructure/telemetry/metrics-page.js';
import { openTelemetry } from './infrastructure/telemetry/open.js';
import { keepHeapTight } from './infrastructure/tight-heap.js';
import { toldToStop } from './infrastructure/told-to-stop.js';
import { rolesOf } from './infrastructure/workers/messages.js';
import { asWorker, type Worker } from './infrastructure/workers/worker.js';

const stdout = lineWriter(1, { onDropped: (lines) => `${lines.toString()} lines could not be written\n` });
const stderr = lineWriter(2, { onDropped: (lines) => `${lines.toString()} lines could not be written\n` });

/** Starts everything, prints the address when it is ready, and ends everything in order at SIGINT, SIGTERM or SIGHUP. */
async function main(): Promise<void> {
  keepHeapTight();
  const stop = toldToStop('start');
  void stop.then(() => {
    // A server that hangs may keep anything from closing; whoever told us to stop kills us sooner or later.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  });
  const config = loadConfig(process.env);
  const log = makeLogger(config.logLevel);
  const worker = asWorker();
  if (worker !== undefined) {
    await serve({ ...config, roles: shareOf(worker, config) }, log, stop, worker);
    return;
  }
  nameBlanks(config, log);
  await (config.workers > 1 && config.roles.has('api') ? haveServed(config, log, stop) : serve(config, log, stop));
}

/** By workers; only their metrics are shown here, added up. */
async function haveServed(config: Config, log: Logger, stop: Promise<string>): Promise<void> {
  const { runWorkers } = await import('./infrastructure/workers/primary.js');
  let count = (): Promise<object[][]> => Promise.reject(new Error('no worker is there yet'));
  let page: RunningServer | undefined;
  if (config.metrics !== undefined) {
    const { addedUp, CONTENT_TYPE } = await import('./infrastructure/telemetry/prometheus.js');
    const text = async (): Promise<string> => addedUp(await count());
    // A taken port is known before anything is made.
    page = await listen(metricsPage({ contentType: CONTENT_TYPE, text }), config.metrics);
    say(`Metrics are served at ${page.url}/metrics`);
  }
  const onReady = (counted: typeof count): void => {
    count = counted;
  };
  try {
    await runWorkers({ config, log, stop, say, onReady });
  } finally {
    await page?.stop();
  }
}

const say = (line: string): void => {
  stdout.write(`${line}\n`);
};

const shareOf = (worker: Worker, { roles }: Config): ReadonlySet<Role> =>
  new Set(rolesOf[worker.part].filter((role) => roles.has(role)));

/** In this process. */
async function serve(config: Config, log: Logger, stop: Promise<string>, worker?: Worker): Promise<void> {
  const stopping = new AbortController();
  void stop.then(() => {
    stopping.abort();
  });
  const answers = config.roles.has('api');
  // A worker's are told by the process that made it.
  const lines: string[] = [];
  const tell = worker === undefined ? say : lines.push.bind(lines);
  const { host, port } = config;
  // The ports first: a taken one is known before anything is made, and a prober gets an answer from the start.
  let waitingFor: string | undefined;
  const waiting = (): string | undefined => waitingFor;
  const shared = { host, limits: config.limits, trusted: trusts(config.trustedProxies) };
  const watching = await openTelemetry(config, process.env, log);
  const { metrics } = watching;
  const told = (apiOf: (path: string) => string): ListenOptions['answered'] =>
    metrics &&
    ((path, status, seconds) => {
      metrics.answered(apiOf(path), status, seconds);
    });
  const ports: { stop(): Promise<void> }[] = [];
  let health = startingApp(waiting);
  try {
    if (metrics !== undefined && config.metrics !== undefined && worker === undefined) {
      const page = await listen(
        metricsPage(metrics, (request, response) => {
          health(request, response);
        }),
        config.metrics,
      );
      ports.push(page);
      tell(`Metrics are served at ${page.url}/metrics`);
    }
    if (metrics !== undefined) worker?.counts(() => metrics.json());
    const openDoors = async (apps?: Pick<Parley, 'app' | 'alone'>): Promise<Doors> => {
      const main = answers
        ? await listen(apps?.app ?? startingApp(waiting, { edgeAt }), {
            ...shared,
            port,
            edgeAt,
            answered: told(apiAt),
          })
        : undefined;
      if (main !== undefined) ports.push(main);
      const own = await listenEach(answers ? config.ownPorts : {}, (name, ownPort) => {
        const alone = { edgeAt: () => mounts[name].edge };
        const answered = told(() => name);
        return listen(apps?.alone[name] ?? startingApp(waiting, { ...alone, health: false }), {
          ...shared,
          ...alone,
          answered,
          port: ownPort,
        });
      });
      for (const { server } of own) ports.push(server);
      const grpc =
        config.openimGrpc === undefined || !answers
          ? undefined
          : await listenByGrpc(config.openimGrpc, metrics?.called.bind(metrics));
      if (grpc !== undefined) ports.push(grpc);
      return { main, own, grpc };
    };
    // While others answer, a call that came here would only hear that this one is starting.
    const early = worker?.late === true ? undefined : await openDoors();
    const lives = early?.main === undefined ? 'Parley' : `Parley lives at ${early.main.url} and`;
    // The PostgreSQL that Parley runs itself starts while the rest of Parley is loaded.
    const opening =
      config.databaseUrl === undefined && worker === undefined
        ? openDatabase(config, log, { share: false })
        : undefined;
    opening?.catch(() => undefined); // said when it is waited for
    const { openParley } = await import('./infrastructure/container.js');
    const patience = {
      log,
      signal: stopping.signal,
      onWaiting: (what: string | undefined) => {
        if (what !== undefined && what !== waitingFor) {
          const line = `${lives} waits for ${what}`;
          if (worker === undefined) say(line);
          else worker.tell({ parley: 'waiting', line });
        }
        waitingFor = what;
      },
    };
    const given = worker === undefined ? undefined : await Promise.race([worker.database, stop]);
    if (typeof given === 'string') throw new StartCancelled();
    const database = given === undefined ? opening : Promise.resolve(given);
    const parley = await openParley(config, log, patience, database, watching.telemetry);
    metrics?.lookAt(parley.sources);
    health = parley.app;
    try {
      const { main, own, grpc } = early ?? (await openDoors(parley));
      main?.serve(parley.app);
      for (const { name, server } of own) {
        server.serve(parley.alone[name]);
        tell(`${mounts[name].clients} clients are served at ${server.url}`);
      }
      if (grpc !== undefined) {
        grpc.serve(parley.grpc);
        tell(`OpenIM v2 backends are served at ${grpc.url}`);
      }
      tell(
        main === undefined
          ? `Parley is ready, without an API: ${[...config.roles].join(', ')}`
          : `Parley is ready at ${main.url}`,
      );
      worker?.tell({ parley: 'ready', lines });
      const why = await stop;
      log.info({ why }, 'stopping');
      await Promise.all(ports.map((each) => each.stop()));
    } finally {
      await parley.close();
      await watching.close();
    }
  } finally {
    await Promise.all(ports.map((each) => each.stop()));
  }
}

/** Its library is some hundred files, which a start without it needn't load. */
async function listenByGrpc(where: GrpcConfig, called: GrpcListenOptions['called']): Promise<RunningGrpcServer> {
  const { listenGrpc } = await import('./api/grpc/server.js');
  return listenGrpc({ ...where, called, proto: GROUP_PROTO, service: GROUP_SERVICE });
}

/** Where a server is called. */
interface Doors {
  readonly main: RunningServer | undefined;
  readonly own: readonly OwnPort[];
  readonly grpc: RunningGrpcServer | undefined;
}

interface OwnPort {
  readonly name: DialectName;
  readonly server: RunningServer;
}

/** The ports that dialects have to themselves. When one can't be had, those that were are given back. */
async function listenEach(
  given: Config['ownPorts'],
  open: (name: DialectName, port: number) => Promise<RunningServer>,
): Promise<OwnPort[]> {
  const opened: OwnPort[] = [];
  try {
    for (const name of Object.keys(mounts) as DialectName[]) {
      const port = given[name];
      if (port !== undefined) opened.push({ name, server: await open(name, port) });
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map(({ server }) => server.stop()));
    throw error;
  }
}

/** Whoever sets a variable to nothing may have meant something; of a secret, that what it opens is closed. */
function nameBlanks({ blankVariables }: Config, log: Logger): void {
  const isSecret = (name: string): boolean => secretVariables.includes(name.replace(/_FILE$/, ''));
  const secrets = blankVariables.filter(isSecret);
  const others = blankVariables.filter((name) => !isSecret(name));
  if (secrets.length > 0) log.warn({ variables: secrets }, `${secrets.join(', ')}: set but blank, as if not set`);
  if (others.length > 0) log.info({ variables: others }, `${others.join(', ')}: set but blank, as if not set`);
}

/** From being told to stop until the process has ended, whatever hangs, ms: less than the 30 s after which Kubernetes kills. */
const STOP_WITHIN_MS = 25_000;

/** For what was closed to let the process end by itself, ms. */
const LINGER_MS = 1_000;

try {
  await main();
} catch (error) {
  // Told to stop before it could begin: nothing is wrong with that.
  if (!(error instanceof StartCancelled)) {
    // What a worker failed with, it has said itself.
    if (!(error instanceof Error && error.name === 'WorkerFailed')) stderr.write(`${lastWords(error)}\n`);
    process.exitCode = 1;
  }
} finally {
  // All is closed, but the sockets to a server that hangs, and the search for one that isn't there.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return `Parley could not start.\n${String(error)}`;
  return (
    listenWords(error, process.env) ?? forOperator(error) ?? `Parley could not start.\n${error.stack ?? error.message}`
  );
}
