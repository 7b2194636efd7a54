import 'reflect-metadata';
import type { Express, RequestHandler } from 'express';
import { Container, type ServiceIdentifier } from 'inversify';
import type pg from 'pg';
import { Callers } from '../api/dialects/openim/caller.js';
import { openimOperations } from '../api/dialects/openim/operations.js';
import { openimRouter } from '../api/dialects/openim/router.js';
import { httpApp, type Readiness, rootApp } from '../api/http/app.js';
import { Authenticator } from '../api/v1/authenticate.js';
import { v1Operations } from '../api/v1/operations.js';
import { Freshness } from '../api/v1/reading.js';
import { v1Router } from '../api/v1/router.js';
import { AppAdmins } from '../application/commands/app-admins.js';
import { GroupChanges } from '../application/commands/group-changes.js';
import { GroupCommands } from '../application/commands/groups.js';
import { LoginAttempts } from '../application/commands/login-attempts.js';
import { CommandPipeline } from '../application/commands/pipeline.js';
import { UserDirectory } from '../application/commands/user-directory.js';
import { UserGroupsCommands } from '../application/commands/user-groups.js';
import { UserProfileCommands } from '../application/commands/user-profiles.js';
import { UserCommands } from '../application/commands/users.js';
import { type Clock, systemClock } from '../application/ports/clock.js';
import type { EventSerializer } from '../application/ports/envelope.js';
import type { EventStore } from '../application/ports/event-store.js';
import type { Logger } from '../application/ports/logger.js';
import { HistoryReader } from '../application/queries/history.js';
import { ProjectionEngine, projectionMigrations, projections } from '../projections/index.js';
import type { Tools } from '../cli/tools.js';
import { Argon2Hasher } from './auth/argon2-hasher.js';
import { JwtTokens } from './auth/jwt.js';
import { RememberedTokens } from './auth/remembered-tokens.js';
import { RevocableTokens } from './auth/revocable-tokens.js';
import type { Config } from './config/config.js';
import { type Keys, resolveKeys } from './config/keys.js';
import { type Database, migrations, openDatabase } from './database.js';
import { openEventStoreDb } from './event-store/eventstoredb/open.js';
import { openPostgresEventStore } from './event-store/postgres/postgres-event-store.js';
import { migrate } from './postgres/migrate.js';
import { makePool } from './postgres/pool.js';
import { reachable } from './postgres/reachable.js';
import { openReadModels, type ReadModels } from './read-models/read-models.js';
import { verifyChain } from './serialization/hash-chain.js';
import { JsonEventSerializer } from './serialization/json-event-serializer.js';
import { DataKeys } from './serialization/keys/data-keys.js';
import { verifyMasterKey } from './serialization/keys/master-key.js';
import { eventRegistry } from './serialization/registry.js';
import { PostgresCredentials } from './system/credentials.js';
import { PostgresIdempotencyLedger } from './system/idempotency-ledger.js';
import { PostgresNumbers } from './system/numbers.js';
import { PostgresReservations } from './system/reservations.js';
import { PostgresTokenRevocations } from './system/token-revocations.js';

const ids = {
  config: Symbol('Config') as ServiceIdentifier<Config>,
  log: Symbol('Logger') as ServiceIdentifier<Logger>,
  clock: Symbol('Clock') as ServiceIdentifier<Clock>,
  keys: Symbol('Keys') as ServiceIdentifier<Keys>,
  store: Symbol('EventStore') as ServiceIdentifier<EventStore>,
  serializer: Symbol('EventSerializer') as ServiceIdentifier<EventSerializer>,
  systemPool: Symbol('schema system') as ServiceIdentifier<pg.Pool>,
  readModels: Symbol('ReadModels') as ServiceIdentifier<ReadModels>,
  projections: Symbol('ProjectionEngine') as ServiceIdentifier<ProjectionEngine>,
  reservations: Symbol('Reservations') as ServiceIdentifier<PostgresReservations>,
  numbers: Symbol('Numbers') as ServiceIdentifier<PostgresNumbers>,
  ledger: Symbol('IdempotencyLedger') as ServiceIdentifier<PostgresIdempotencyLedger>,
  signedTokens: Symbol('JwtTokens') as ServiceIdentifier<JwtTokens>,
  revocations: Symbol('TokenRevocations') as ServiceIdentifier<PostgresTokenRevocations>,
  tokens: Symbol('RevocableTokens') as ServiceIdentifier<RevocableTokens>,
} as const;

/** Everything that was opened, to be closed in the opposite order. */
interface House {
  readonly container: Container;
  close(): Promise<void>;
}

/**
 * Opens what everybody stands on (database, keys, event store, projections) and binds the rest. A failure on the way
 * closes what was opened.
 */
async function openHouse(config: Config, log: Logger, { share }: { readonly share: boolean }): Promise<House> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      try {
        await closer();
      } catch (error) {
        log.warn({ err: error }, 'something did not close cleanly');
      }
    }
  };
  try {
    const database: Database = await openDatabase(config, log, { share });
    closers.push(() => database.close());
    const keys = await resolveKeys(config, {
      embeddedAndEmpty: database.embeddedAndEmpty,
      dataDir: config.dataDir,
      log,
    });
    await migrate(database.url, [...migrations, ...projectionMigrations]);

    const systemPool = makePool({ url: database.url, max: 8, name: 'parley system', log });
    closers.push(() => systemPool.end());
    await verifyMasterKey(systemPool, keys.masterKey);
    const serializer = new JsonEventSerializer({
      keys: new DataKeys({ pool: systemPool, masterKey: keys.masterKey, log }),
      registry: eventRegistry,
    });

    const store = await openEventStore(config, database.url, log);
    closers.push(() => store.close());

    // Rows and checkpoint are lost together and replayed together, so their commits need not wait for the disk.
    const projectionPool = makePool({
      url: database.url,
      max: projections.length + 2,
      name: 'parley projections',
      log,
      settings: { synchronous_commit: 'off' },
    });
    closers.push(() => projectionPool.end());
    const readModels = await openReadModels({ url: database.url, poolSize: 8 });
    closers.push(() => readModels.close());

    const container = new Container({ defaultScope: 'Singleton' });
    container.bind(ids.config).toConstantValue(config);
    container.bind(ids.log).toConstantValue(log);
    container.bind(ids.clock).toConstantValue(systemClock);
    container.bind(ids.keys).toConstantValue(keys);
    container.bind(ids.store).toConstantValue(store);
    container.bind(ids.serializer).toConstantValue(serializer);
    container.bind(ids.systemPool).toConstantValue(systemPool);
    container.bind(ids.readModels).toConstantValue(readModels);
    container
      .bind(ids.projections)
      .toConstantValue(
        new ProjectionEngine({ store, serializer, pool: projectionPool, lockUrl: database.url, projections, log }),
      );
    bindApplication(container);
    return { container, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openEventStore(config: Config, databaseUrl: string, log: Logger): Promise<EventStore> {
  return config.eventStore.kind === 'postgres'
    ? openPostgresEventStore({ url: databaseUrl, log })
    : openEventStoreDb({ connectionString: config.eventStore.connectionString, log });
}

/** Which part is made of which. */
function bindApplication(container: Container): void {
  container
    .bind(ids.reservations)
    .toResolvedValue((pool) => reachable(new PostgresReservations(pool)), [ids.systemPool]);
  container.bind(ids.numbers).toResolvedValue((pool) => reachable(new PostgresNumbers(pool)), [ids.systemPool]);
  container.bind(ids.ledger).toResolvedValue((pool) => new PostgresIdempotencyLedger(pool), [ids.systemPool]);
  container
    .bind(ids.signedTokens)
    .toResolvedValue(
      ({ tokenSecret }, { tokenTtlSeconds }, clock) =>
        new JwtTokens({ secret: tokenSecret, ttlSeconds: tokenTtlSeconds, clock }),
      [ids.keys, ids.config, ids.clock],
    );
  container
    .bind(ids.revocations)
    .toResolvedValue((pool) => reachable(new PostgresTokenRevocations(pool)), [ids.systemPool]);
  container
    .bind(ids.tokens)
    .toResolvedValue(
      (signed, revocations, clock) => new RevocableTokens(new RememberedTokens(signed, clock), revocations),
      [ids.signedTokens, ids.revocations, ids.clock],
    );
  container
    .bind(UserDirectory)
    .toResolvedValue(
      ({ users }, store) => new UserDirectory({ known: (tenant, userIds) => users.usersExist(tenant, userIds) }, store),
      [ids.readModels, ids.store],
    );
  container
    .bind(CommandPipeline)
    .toResolvedValue(
      (store, serializer, ledger, clock, log) => new CommandPipeline({ store, serializer, ledger, clock, log }),
      [ids.store, ids.serializer, ids.ledger, ids.clock, ids.log],
    );
  container
    .bind(GroupCommands)
    .toResolvedValue(
      (pipeline, numbers, reservations, users) => new GroupCommands({ pipeline, numbers, reservations, users }),
      [CommandPipeline, ids.numbers, ids.reservations, UserDirectory],
    );
  container.bind(GroupChanges).toResolvedValue((pipeline) => new GroupChanges(pipeline), [CommandPipeline]);
  container
    .bind(UserProfileCommands)
    .toResolvedValue((pipeline) => new UserProfileCommands({ pipeline }), [CommandPipeline]);
  container
    .bind(UserGroupsCommands)
    .toResolvedValue(
      (pipeline, users) => new UserGroupsCommands({ pipeline, users }),
      [CommandPipeline, UserDirectory],
    );
  container.bind(UserCommands).toResolvedValue(
    (pipeline, store, serializer, numbers, reservations, pool, tokens, clock, config) =>
      new UserCommands({
        pipeline,
        store,
        serializer,
        numbers,
        reservations,
        credentials: reachable(new PostgresCredentials(pool)),
        passwords: new Argon2Hasher(),
        tokens,
        attempts: new LoginAttempts(clock),
        appAdmins: new AppAdmins(config.appAdmins),
        ...(config.adminSecret === undefined ? {} : { adminSecret: config.adminSecret }),
      }),
    [
      CommandPipeline,
      ids.store,
      ids.serializer,
      ids.numbers,
      ids.reservations,
      ids.systemPool,
      ids.signedTokens,
      ids.clock,
      ids.config,
    ],
  );
  container
    .bind(HistoryReader)
    .toResolvedValue((store, serializer) => new HistoryReader(store, serializer), [ids.store, ids.serializer]);
}

/** The server, all but listening. */
export interface Parley {
  readonly app: Express;
  /** Seed 003's API alone at the root, for a port of its own. */
  readonly openim: Express;
  /** Ends what is under way (bounded), then closes everything, the embedded database last. */
  close(): Promise<void>;
}

/** How long commands under way may take when the server stops, ms. */
const GRACE_MS = 5_000;

/** @throws ConfigInvalid, EmbeddedPostgresError, WrongMasterKey, EventStoreUnavailable */
export async function openParley(config: Config, log: Logger): Promise<Parley> {
  const { container, close } = await openHouse(config, log, { share: false });
  try {
    const engine = container.get(ids.projections);
    await engine.start();
    const housekeeping = startHousekeeping(container.get(ids.ledger), container.get(ids.reservations), log);
    return {
      ...serverApps(container, config, log),
      close: async () => {
        housekeeping.stop();
        if (!(await container.get(CommandPipeline).close(GRACE_MS))) log.warn({}, 'stopping with commands under way');
        await engine.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function serverApps(container: Container, config: Config, log: Logger): Pick<Parley, 'app' | 'openim'> {
  const readModels = container.get(ids.readModels);
  const engine = container.get(ids.projections);
  const store = container.get(ids.store);
  const admins = new AppAdmins(config.appAdmins);
  const freshness = new Freshness(engine, store.identity);
  const v1 = v1Router({
    operations: v1Operations({
      userCommands: container.get(UserCommands),
      userProfiles: container.get(UserProfileCommands),
      userGroups: container.get(UserGroupsCommands),
      groupCommands: container.get(GroupCommands),
      users: reachable(readModels.users),
      groups: reachable(readModels.groups),
      members: reachable(readModels.members),
      applications: reachable(readModels.applications),
      departures: reachable(readModels.departures),
      favourites: reachable(readModels.favourites),
      notices: reachable(readModels.notices),
      clock: container.get(ids.clock),
      history: container.get(HistoryReader),
      freshness,
    }),
    authenticator: new Authenticator({
      tokens: container.get(ids.tokens),
      isAppAdmin: (tenant, userId) => admins.has(tenant, userId),
      defaultTenant: config.defaultTenant,
    }),
    freshness,
    log,
  });
  const openim = openimApi(container, config, log);
  return {
    app: httpApp({ v1, openim, readiness: () => readiness(engine), trustedProxies: config.trustedProxies }),
    openim: rootApp(openim, config.trustedProxies),
  };
}

/** Seed 003, for its prefix and for its own port alike. */
function openimApi(container: Container, config: Config, log: Logger): RequestHandler {
  const readModels = container.get(ids.readModels);
  const signed = container.get(ids.signedTokens);
  const tokens = container.get(ids.tokens);
  const admins = new AppAdmins(config.appAdmins);
  const isAppAdmin = (tenant: string, userId: string): boolean => admins.has(tenant, userId);
  return openimRouter({
    operations: openimOperations({
      userCommands: container.get(UserCommands),
      userProfiles: container.get(UserProfileCommands),
      groupCommands: container.get(GroupCommands),
      groupChanges: container.get(GroupChanges),
      directory: container.get(UserDirectory),
      users: reachable(readModels.users),
      groups: reachable(readModels.groups),
      members: reachable(readModels.members),
      applications: reachable(readModels.applications),
      progress: container.get(ids.projections),
      tokens: {
        issue: (tenant, userId, options) => signed.issue(tenant, userId, options),
        verify: (token) => tokens.verify(token),
      },
      revocations: container.get(ids.revocations),
      isAppAdmin,
      secret: config.openimSecret,
      clock: container.get(ids.clock),
    }),
    callers: new Callers({ tokens, isAppAdmin, defaultTenant: config.defaultTenant }),
    log,
  });
}

/** How far a projection may be behind the log before the server counts as not ready, ms. */
const READY_LAG_MS = 5_000;

/** Whoever probes wants to know soon: a store that doesn't answer by then counts as away, ms. */
const READY_ANSWER_MS = 1_000;

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ms.toString()} ms`));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readiness(engine: ProjectionEngine): Promise<Readiness> {
  try {
    const status = await within(READY_ANSWER_MS, engine.status());
    const checks = Object.fromEntries(
      status.map(({ name, version, state, lag, parked }) => [
        `${name}_v${version.toString()}`,
        { ok: state !== 'stopped' && lag < READY_LAG_MS, state, lagMs: lag, parked },
      ]),
    );
    return { ready: Object.values(checks).every(({ ok }) => ok), checks: { stores: { ok: true }, ...checks } };
  } catch {
    return { ready: false, checks: { stores: { ok: false } } };
  }
}

/** Forgets idempotency keys and reserved ids a day after they were made. */
function startHousekeeping(
  ledger: PostgresIdempotencyLedger,
  reservations: PostgresReservations,
  log: Logger,
): { stop(): void } {
  const timer = setInterval(() => {
    Promise.all([ledger.purgeExpired(), reservations.purgeExpired()]).catch((error: unknown) => {
      log.warn({ err: error }, 'expired idempotency keys were not purged; tried again in an hour');
    });
  }, 3_600_000);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** What the `parley` command works with: beside a running server, or alone. */
export async function openTools(config: Config, log: Logger): Promise<Tools> {
  const { container, close } = await openHouse(config, log, { share: true });
  const engine = container.get(ids.projections);
  return {
    defaultTenant: config.defaultTenant,
    history: container.get(HistoryReader),
    chainBreak: async (events) => {
      const broken = await verifyChain(events);
      return broken === undefined
        ? undefined
        : `${broken.reason} at revision ${broken.revision.toString()} of ${broken.stream}`;
    },
    projections: projections.map(({ name }) => name),
    projectionStatus: async () =>
      (await engine.status()).map(
        ({ name, version, letter, state, lag, parked, reason }) =>
          `${name.padEnd(16)} v${version.toString()} ${letter}  ${state}${lag > 0 ? `, behind` : ''}${parked > 0 ? `, ${parked.toString()} events parked` : ''}${reason === undefined ? '' : `: ${reason}`}`,
      ),
    rebuild: (name, onProgress) => engine.rebuild(name, { onProgress }),
    verify: async (name) => {
      const { equal, events, differences } = await engine.verify(name);
      const lines = differences.flatMap(({ table, onlyLive, onlyReplayed }) => [
        ...onlyLive.map((row) => `${table}: only live      ${row}`),
        ...onlyReplayed.map((row) => `${table}: only replayed  ${row}`),
      ]);
      return {
        same: equal,
        lines: [
          ...lines,
          `${name}: ${equal ? 'the same as' : 'DIFFERENT FROM'} a replay of ${events.toString()} events.`,
        ],
      };
    },
    close: async () => {
      await engine.stop();
      await close();
    },
  };
}
