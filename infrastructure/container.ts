import 'reflect-metadata';
import { hostname, userInfo } from 'node:os';
import type { Express, RequestHandler } from 'express';
import { Container, type ServiceIdentifier } from 'inversify';
import type pg from 'pg';
import { Callers } from '../api/dialects/openim/caller.js';
import { openimOperations } from '../api/dialects/openim/operations.js';
import { openimRouter } from '../api/dialects/openim/router.js';
import { httpApp, rootApp } from '../api/http/app.js';
import { type Readiness, readinessOf } from '../api/http/readiness.js';
import { Authenticator } from '../api/v1/authenticate.js';
import { v1Operations } from '../api/v1/operations.js';
import { Freshness } from '../api/v1/reading.js';
import { v1Router } from '../api/v1/router.js';
import { AppAdminUsers } from '../application/commands/app-admin-users.js';
import { AppAdmins } from '../application/commands/app-admins.js';
import { BulkRegistration } from '../application/commands/bulk-registration.js';
import { CommandRates } from '../application/commands/command-rates.js';
import { ConversationCommands } from '../application/commands/conversations.js';
import { FriendshipCommands } from '../application/commands/friendships.js';
import { GroupChanges } from '../application/commands/group-changes.js';
import { GroupCommands } from '../application/commands/groups.js';
import { Accounts } from '../application/commands/accounts.js';
import { LoginAttempts } from '../application/commands/login-attempts.js';
import { Logins } from '../application/commands/logins.js';
import { OwnAccount } from '../application/commands/own-account.js';
import { CommandPipeline } from '../application/commands/pipeline.js';
import { SharedSecret } from '../application/commands/shared-secret.js';
import { UserDirectory } from '../application/commands/user-directory.js';
import { UserGroupsCommands } from '../application/commands/user-groups.js';
import { UserProfileCommands } from '../application/commands/user-profiles.js';
import { ViewCommands } from '../application/commands/views.js';
import { UserCommands, type UserCommandsDependencies } from '../application/commands/users.js';
import { type Clock, systemClock } from '../application/ports/clock.js';
import { type EventSerializer, EventUnreadable, type GivenUpKey, type LostKey } from '../application/ports/envelope.js';
import type { PasswordHasher } from '../application/ports/credentials.js';
import type { EventStore } from '../application/ports/event-store.js';
import type { Logger } from '../application/ports/logger.js';
import type { Tools } from '../application/ports/tools.js';
import { HistoryReader } from '../application/queries/history.js';
import { OwnWrites } from '../application/queries/own-writes.js';
import { ProcessRunner } from '../application/processes/runner.js';
import { conversationProcesses } from '../application/processes/conversation-processes.js';
import { GroupOfCause } from '../application/processes/group-of-cause.js';
import { Leadership, ProjectionEngine, projectionMigrations, projections } from '../projections/index.js';
import { Argon2Hasher } from './auth/argon2-hasher.js';
import { JwtTokens } from './auth/jwt.js';
import { MasterKeyPhoneSecrets } from './auth/phone-secrets.js';
import { RememberedTokens } from './auth/remembered-tokens.js';
import { SessionTokens } from './auth/session-tokens.js';
import type { Config } from './config/config.js';
import { type Keys, resolveKeys } from './config/keys.js';
import { type Database, migrations, openDatabase } from './database.js';
import { openPostgresEventStore } from './event-store/postgres/postgres-event-store.js';
import { type Patience, untilThere } from './patience.js';
import { DiskWatch, PROBE_SETTINGS } from './postgres/disk-watch.js';
import { migrate } from './postgres/migrate.js';
import { makePool } from './postgres/pool.js';
import { reachable } from './postgres/reachable.js';
import { openReadModels, type ReadModels } from './read-models/read-models.js';
import { verifyChain } from './serialization/hash-chain.js';
import { JsonEventSerializer } from './serialization/json-event-serializer.js';
import { DataKeys } from './serialization/keys/data-keys.js';
import { version } from './version.js';
import { verifyMasterKey } from './serialization/keys/master-key.js';
import { eventRegistry } from './serialization/registry.js';
import { PostgresCredentials } from './system/credentials.js';
import { PostgresIdempotencyLedger } from './system/idempotency-ledger.js';
import { PostgresKnownNetworks } from './system/known-networks.js';
import { highestNumber } from './read-models/highest-number.js';
import { PostgresNumbers } from './system/numbers.js';
import { PostgresProcessCheckpoints, PROCESSES } from './system/process-checkpoints.js';
import { PostgresRegistrationClaims } from './system/registration-claims.js';
import { PostgresReadPositions } from './system/read-positions.js';
import { PostgresReservations } from './system/reservations.js';
import { PostgresSessions } from './system/sessions.js';
import { PostgresSnapshots } from './system/snapshots.js';

const ids = {
  config: Symbol('Config') as ServiceIdentifier<Config>,
  log: Symbol('Logger') as ServiceIdentifier<Logger>,
  clock: Symbol('Clock') as ServiceIdentifier<Clock>,
  keys: Symbol('Keys') as ServiceIdentifier<Keys>,
  store: Symbol('EventStore') as ServiceIdentifier<EventStore>,
  dataKeys: Symbol('DataKeys') as ServiceIdentifier<DataKeys>,
  serializer: Symbol('EventSerializer') as ServiceIdentifier<EventSerializer>,
  systemPool: Symbol('schema system') as ServiceIdentifier<pg.Pool>,
  healthPool: Symbol('PostgreSQL for looking after it') as ServiceIdentifier<pg.Pool>,
  disk: Symbol('DiskWatch') as ServiceIdentifier<DiskWatch>,
  readModels: Symbol('ReadModels') as ServiceIdentifier<ReadModels>,
  projections: Symbol('ProjectionEngine') as ServiceIdentifier<ProjectionEngine>,
  databaseUrl: Symbol('its URL, for direct connections') as ServiceIdentifier<string>,
  reservations: Symbol('Reservations') as ServiceIdentifier<PostgresReservations>,
  numbers: Symbol('Numbers') as ServiceIdentifier<PostgresNumbers>,
  ledger: Symbol('IdempotencyLedger') as ServiceIdentifier<PostgresIdempotencyLedger>,
  signedTokens: Symbol('JwtTokens') as ServiceIdentifier<JwtTokens>,
  claims: Symbol('RegistrationClaims') as ServiceIdentifier<PostgresRegistrationClaims>,
  networks: Symbol('KnownNetworks') as ServiceIdentifier<PostgresKnownNetworks>,
  snapshots: Symbol('Snapshots') as ServiceIdentifier<PostgresSnapshots>,
  readPositions: Symbol('ReadPositions') as ServiceIdentifier<PostgresReadPositions>,
  sessions: Symbol('Sessions') as ServiceIdentifier<PostgresSessions>,
  passwords: Symbol('PasswordHasher') as ServiceIdentifier<PasswordHasher>,
  tokens: Symbol('SessionTokens') as ServiceIdentifier<SessionTokens>,
  accounts: Symbol('what accounts stand on') as ServiceIdentifier<UserCommandsDependencies>,
} as const;

/** Everything that was opened, to be closed in the opposite order. */
interface House {
  readonly container: Container;
  close(): Promise<void>;
}

/** A batch's statement takes some ten milliseconds; a projection whose database says nothing for this long connects anew. */
const APPLY_WITHIN_MS = 30_000;

interface HouseOptions {
  readonly share: boolean;
  readonly patience?: Patience | undefined;
  /** The database, where somebody has begun to open it. */
  readonly opening?: Promise<Database> | undefined;
}

/**
 * Opens what everybody stands on (database, keys, event store, projections) and binds the rest. A failure on the way
 * closes what was opened.
 */
async function openHouse(config: Config, log: Logger, { share, patience, opening }: HouseOptions): Promise<House> {
  /** What runs elsewhere is waited for; a tool, or what Parley runs itself, is told at once. */
  const there = <T>(what: string, isElsewhere: boolean, open: () => Promise<T>): Promise<T> =>
    isElsewhere && patience !== undefined ? untilThere(what, open, patience) : open();
  const ofPostgres = <T>(open: () => Promise<T>): Promise<T> =>
    there('PostgreSQL (DATABASE_URL)', config.databaseUrl !== undefined, open);
  const answerWithinMs = config.commandDeadlineMs;
  const closers: (() => Promise<unknown>)[] = [];
  /** A connection to a server that hangs may never be closed; the embedded server is, last, and takes its time. */
  const toClose = (what: string, closer: () => Promise<unknown>): void => {
    closers.push(async () => {
      if (!(await endsWithin(CLOSE_MS, closer()))) log.warn({ what }, 'it could not be closed in time');
    });
  };
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
    const database = await (opening ?? ofPostgres(() => openDatabase(config, log, { share })));
    closers.push(() => database.close());
    const keys = await resolveKeys(config, {
      embeddedAndEmpty: database.embeddedAndEmpty,
      dataDir: config.dataDir,
      log,
    });
    await ofPostgres(() => migrate(database.url, [...migrations, ...projectionMigrations]));

    const systemPool = makePool({ url: database.url, max: 8, name: 'parley system', log, answerWithinMs });
    toClose('system tables', () => systemPool.end());
    // Its own, so that whoever asks after the server's health needn't wait behind those who use it.
    const healthPool = makePool({
      url: database.url,
      max: 1,
      name: 'parley health',
      log,
      settings: PROBE_SETTINGS,
      answerWithinMs: HEALTH_ANSWER_MS,
    });
    toClose('health', () => healthPool.end());
    await ofPostgres(() => verifyMasterKey(systemPool, keys.masterKey));
    const dataKeys = new DataKeys({ pool: systemPool, masterKey: keys.masterKey, log });
    const serializer = new JsonEventSerializer({
      keys: dataKeys,
      registry: eventRegistry,
    });

    const store =
      config.eventStore.kind === 'postgres'
        ? await ofPostgres(() => openEventStore(config, database.url, log))
        : await there('EventStoreDB (EVENT_STORE)', true, () => openEventStore(config, database.url, log));
    toClose('event store', () => store.close());

    // Rows and checkpoint are lost together and replayed together, so their commits need not wait for the disk.
    const projectionPool = makePool({
      url: database.url,
      max: projections.length + 2,
      name: 'parley projections',
      log,
      settings: { synchronous_commit: 'off' },
      // A rebuild's or a comparison's statement may take minutes; those are made by a tool beside the server.
      ...(share ? {} : { answerWithinMs: APPLY_WITHIN_MS }),
    });
    toClose('projections', () => projectionPool.end());
    const engine = new ProjectionEngine({
      store,
      serializer,
      pool: projectionPool,
      lockUrl: database.url,
      projections,
      log,
    });
    const unreadable = (view: string): string | undefined => engine.unreadable(view);
    const readModels = await ofPostgres(() =>
      openReadModels({ url: database.url, poolSize: 8, answerWithinMs, unreadable }),
    );
    toClose('read models', () => readModels.close());

    const passwords = new Argon2Hasher();
    toClose('threads for passwords', () => passwords.close());

    const container = new Container({ defaultScope: 'Singleton' });
    container.bind(ids.config).toConstantValue(config);
    container.bind(ids.log).toConstantValue(log);
    container.bind(ids.clock).toConstantValue(systemClock);
    container.bind(ids.keys).toConstantValue(keys);
    container.bind(ids.store).toConstantValue(store);
    container.bind(ids.dataKeys).toConstantValue(dataKeys);
    container.bind(ids.serializer).toConstantValue(serializer);
    container.bind(ids.systemPool).toConstantValue(systemPool);
    container.bind(ids.healthPool).toConstantValue(healthPool);
    container.bind(ids.disk).toConstantValue(new DiskWatch({ pool: healthPool, folder: database.folder, log }));
    container.bind(ids.readModels).toConstantValue(readModels);
    container.bind(ids.projections).toConstantValue(engine);
    container.bind(ids.passwords).toConstantValue(passwords);
    container.bind(ids.databaseUrl).toConstantValue(database.url);
    bindApplication(container);
    return { container, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** For a question after the database's health, ms. */
const HEALTH_ANSWER_MS = 3_000;

/** One attempt at EventStoreDB, of which a command's deadline should hold several, ms. */
const ESDB_ATTEMPT_MS = 5_000;

async function openEventStore(config: Config, databaseUrl: string, log: Logger): Promise<EventStore> {
  if (config.eventStore.kind === 'postgres')
    return openPostgresEventStore({ url: databaseUrl, log, deadlineMs: config.commandDeadlineMs });
  // Its client is some hundred and fifty modules, which a start without it needn't load.
  const { openEventStoreDb } = await import('./event-store/eventstoredb/open.js');
  return openEventStoreDb({
    connectionString: config.eventStore.connectionString,
    log,
    deadlineMs: Math.min(ESDB_ATTEMPT_MS, config.commandDeadlineMs),
    ...(config.tenants === undefined ? {} : { tenants: config.tenants }),
  });
}

/** Which part is made of which. */
function bindApplication(container: Container): void {
  container
    .bind(ids.reservations)
    .toResolvedValue((pool) => reachable(new PostgresReservations(pool)), [ids.systemPool]);
  container
    .bind(ids.numbers)
    .toResolvedValue((pool) => reachable(new PostgresNumbers(pool, () => highestNumber(pool))), [ids.systemPool]);
  container.bind(ids.ledger).toResolvedValue((pool) => new PostgresIdempotencyLedger(pool), [ids.systemPool]);
  container.bind(ids.snapshots).toResolvedValue((pool) => new PostgresSnapshots(pool), [ids.systemPool]);
  container
    .bind(ids.readPositions)
    .toResolvedValue((pool) => reachable(new PostgresReadPositions(pool)), [ids.systemPool]);
  container
    .bind(ids.signedTokens)
    .toResolvedValue(
      ({ tokenSecret }, { tokenTtlSeconds }, clock) =>
        new JwtTokens({ secret: tokenSecret, ttlSeconds: tokenTtlSeconds, clock }),
      [ids.keys, ids.config, ids.clock],
    );
  container
    .bind(ids.claims)
    .toResolvedValue((pool) => reachable(new PostgresRegistrationClaims(pool)), [ids.systemPool]);
  container.bind(ids.networks).toResolvedValue((pool) => reachable(new PostgresKnownNetworks(pool)), [ids.systemPool]);
  container.bind(ids.sessions).toResolvedValue((pool) => reachable(new PostgresSessions(pool)), [ids.systemPool]);
  container
    .bind(ids.tokens)
    .toResolvedValue(
      (issuer, sessions, clock) => new SessionTokens({ issuer, signed: new RememberedTokens(issuer, clock), sessions }),
      [ids.signedTokens, ids.sessions, ids.clock],
    );
  container
    .bind(UserDirectory)
    .toResolvedValue(
      ({ users }, store) => new UserDirectory({ known: (tenant, userIds) => users.usersExist(tenant, userIds) }, store),
      [ids.readModels, ids.store],
    );
  container.bind(OwnWrites).toResolvedValue((engine) => new OwnWrites(engine), [ids.projections]);
  container
    .bind(CommandRates)
    .toResolvedValue((clock, { commandLimits }) => new CommandRates(clock, commandLimits), [ids.clock, ids.config]);
  container
    .bind(CommandPipeline)
    .toResolvedValue(
      (
        store,
        serializer,
        ledger,
        snapshots,
        clock,
        log,
        ownWrites,
        rates,
        storage,
        { commandDeadlineMs: deadlineMs },
      ) =>
        new CommandPipeline(
          { store, serializer, ledger, snapshots, clock, log, ownWrites, rates, storage },
          { deadlineMs },
        ),
      [
        ids.store,
        ids.serializer,
        ids.ledger,
        ids.snapshots,
        ids.clock,
        ids.log,
        OwnWrites,
        CommandRates,
        ids.disk,
        ids.config,
      ],
    );
  container
    .bind(GroupCommands)
    .toResolvedValue(
      (pipeline, clock, numbers, reservations, users, rates) =>
        new GroupCommands({ pipeline, clock, numbers, reservations, users, rates }),
      [CommandPipeline, ids.clock, ids.numbers, ids.reservations, UserDirectory, CommandRates],
    );
  container.bind(ConversationCommands).toResolvedValue(
    (
      pipeline,
      users,
      { lookup },
      reservations,
      { friendship, conversations: settings, commandDeadlineMs: deadlineMs },
    ) =>
      new ConversationCommands({
        pipeline,
        users,
        messages: reachable(lookup),
        reservations,
        friendship,
        settings,
        deadlineMs,
      }),
    [CommandPipeline, UserDirectory, ids.readModels, ids.reservations, ids.config],
  );
  container.bind(ViewCommands).toResolvedValue(
    (pipeline, users, { lookup }, positions, rates, { commandDeadlineMs: deadlineMs }) => {
      const looked = reachable(lookup);
      return new ViewCommands({ pipeline, users, messages: looked, formerly: looked, positions, rates, deadlineMs });
    },
    [CommandPipeline, UserDirectory, ids.readModels, ids.readPositions, CommandRates, ids.config],
  );
  container
    .bind(GroupChanges)
    .toResolvedValue((pipeline, clock) => new GroupChanges(pipeline, clock), [CommandPipeline, ids.clock]);
  container
    .bind(UserProfileCommands)
    .toResolvedValue((pipeline) => new UserProfileCommands({ pipeline }), [CommandPipeline]);
  container
    .bind(UserGroupsCommands)
    .toResolvedValue(
      (pipeline, users) => new UserGroupsCommands({ pipeline, users }),
      [CommandPipeline, UserDirectory],
    );
  container
    .bind(FriendshipCommands)
    .toResolvedValue(
      (pipeline, users, reservations, rates, { friendship: settings }) =>
        new FriendshipCommands({ pipeline, users, reservations, settings, rates }),
      [CommandPipeline, UserDirectory, ids.reservations, CommandRates, ids.config],
    );
  bindAccounts(container);
  bindProcesses(container);
  container
    .bind(HistoryReader)
    .toResolvedValue((store, serializer) => new HistoryReader(store, serializer), [ids.store, ids.serializer]);
}

/** What follows by itself from what happened. Only a server runs it. */
function bindProcesses(container: Container): void {
  container
    .bind(GroupOfCause)
    .toResolvedValue((store, serializer) => new GroupOfCause(store, serializer), [ids.store, ids.serializer]);
  container.bind(ProcessRunner).toResolvedValue(
    (store, serializer, pool, lockUrl, log, conversations, views, groups, { chatNotices: notices }) =>
      new ProcessRunner({
        store,
        serializer,
        checkpoints: reachable(new PostgresProcessCheckpoints(pool)),
        processes: conversationProcesses({ conversations, views, groups, notices }),
        takePart: (ask) => new Leadership({ contest: PROCESSES, lockUrl, log, ...ask }),
        log,
      }),
    [
      ids.store,
      ids.serializer,
      ids.systemPool,
      ids.databaseUrl,
      ids.log,
      ConversationCommands,
      ViewCommands,
      GroupOfCause,
      ids.config,
    ],
  );
}

/** Who may log in, by what, and how often he may be wrong. */
function bindAccounts(container: Container): void {
  container
    .bind(LoginAttempts)
    .toResolvedValue((clock, networks) => new LoginAttempts(clock, networks), [ids.clock, ids.networks]);
  container.bind(ids.accounts).toResolvedValue(
    (
      pipeline,
      store,
      serializer,
      numbers,
      reservations,
      claims,
      pool,
      passwords,
      sessions,
      tokens,
      attempts,
      config,
      keys,
    ) => ({
      pipeline,
      store,
      serializer,
      numbers,
      reservations,
      claims,
      phones: new MasterKeyPhoneSecrets(keys.masterKey),
      credentials: reachable(new PostgresCredentials(pool, sessions)),
      passwords,
      sessions,
      tokens,
      attempts,
      appAdmins: new AppAdmins(config.appAdmins),
      ...(config.adminSecret === undefined ? {} : { adminSecret: config.adminSecret }),
    }),
    [
      CommandPipeline,
      ids.store,
      ids.serializer,
      ids.numbers,
      ids.reservations,
      ids.claims,
      ids.systemPool,
      ids.passwords,
      ids.sessions,
      ids.tokens,
      LoginAttempts,
      ids.config,
      ids.keys,
    ],
  );
  container.bind(UserCommands).toResolvedValue((deps) => new UserCommands(deps), [ids.accounts]);
  container
    .bind(BulkRegistration)
    .toResolvedValue(
      (deps, users) => new BulkRegistration({ ...deps, accounts: new Accounts(deps), users }),
      [ids.accounts, UserCommands],
    );
  container.bind(OwnAccount).toResolvedValue(
    (deps, sessions) => {
      const accounts = new Accounts(deps);
      return new OwnAccount({ ...deps, sessions, accounts, logins: new Logins({ ...deps, accounts }) });
    },
    [ids.accounts, ids.sessions],
  );
  container
    .bind(AppAdminUsers)
    .toResolvedValue(
      (users, directory, log) => new AppAdminUsers({ users, directory, log }),
      [UserCommands, UserDirectory, ids.log],
    );
}

/** The server, all but listening. */
export interface Parley {
  readonly app: Express;
  /** 003's API alone at the root, for a port of its own. */
  readonly openim: Express;
  /** Ends what is under way (bounded), then closes everything, the embedded database last. */
  close(): Promise<void>;
}

/** How long each of what was opened may take to close, ms. */
const CLOSE_MS = 3_000;

/** Whether it has ended in time; what it comes to later is nobody's business any more. */
async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const ended = work.then(() => true);
  ended.catch(() => undefined);
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How long the start waits for app admins to be users, ms; the rest comes when it can. */
const ADMINS_WITHIN_MS = 3_000;

/** How long commands under way may take when the server stops, ms. */
const GRACE_MS = 5_000;

/**
 * @param patience waits for servers that run elsewhere until they are there; without it they have to be.
 * @throws ConfigInvalid, EmbeddedPostgresError, DatabaseUnreachable, WrongMasterKey, EventStoreUnavailable, StartCancelled
 */
export async function openParley(
  config: Config,
  log: Logger,
  patience?: Patience,
  opening?: Promise<Database>,
): Promise<Parley> {
  const { container, close } = await openHouse(config, log, { share: false, patience, opening });
  try {
    const engine = container.get(ids.projections);
    const processes = container.get(ProcessRunner);
    // Both before anything is written here.
    const start = async (): Promise<void> => {
      await engine.start();
      await processes.start();
    };
    await (patience === undefined ? start() : untilThere('PostgreSQL', start, patience));
    const disk = container.get(ids.disk);
    await disk.start();
    const expiring = [ids.ledger, ids.reservations, ids.claims, ids.networks, ids.sessions] as const;
    const housekeeping = startHousekeeping(
      expiring.map((id) => container.get<Expiring>(id)),
      log,
    );
    const stopping = new AbortController();
    await endsWithin(ADMINS_WITHIN_MS, container.get(AppAdminUsers).make(config.appAdmins, stopping.signal));
    return {
      ...serverApps(container, config, log),
      close: async () => {
        housekeeping.stop();
        disk.stop();
        stopping.abort();
        if (!(await endsWithin(CLOSE_MS, processes.stop()))) log.warn({}, 'stopping with processes under way');
        if (!(await container.get(CommandPipeline).close(GRACE_MS))) log.warn({}, 'stopping with commands under way');
        if (!(await endsWithin(CLOSE_MS, engine.stop())))
          log.warn({}, 'stopping with a batch of projections under way');
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
  const freshness = new Freshness(engine, store, container.get(OwnWrites));
  const v1 = v1Router({
    operations: v1Operations({
      userCommands: container.get(UserCommands),
      ownAccount: container.get(OwnAccount),
      userProfiles: container.get(UserProfileCommands),
      userGroups: container.get(UserGroupsCommands),
      groupCommands: container.get(GroupCommands),
      friendshipCommands: container.get(FriendshipCommands),
      friendships: reachable(readModels.friendships),
      conversationCommands: container.get(ConversationCommands),
      viewCommands: container.get(ViewCommands),
      conversations: reachable(readModels.conversations),
      messages: reachable(readModels.messages),
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
      serves: servesOf(config),
    }),
    log,
    version: version(),
  });
  const openim = openimApi(container, config, log);
  return {
    app: httpApp({ v1, openim, readiness: readiness(container), version: version(), ...config }),
    openim: rootApp(openim, config),
  };
}

/** A projection becomes level in this time when it follows closely, ms. */
const LEVEL_WITHIN_MS = 300;

function readiness(container: Container): () => Promise<Readiness> {
  const store = container.get(ids.store);
  const pool = container.get(ids.healthPool);
  const disk = container.get(ids.disk);
  const engine = container.get(ids.projections);
  const processes = container.get(ProcessRunner);
  return readinessOf({
    eventStore: () => store.head(),
    database: () => pool.query('SELECT 1'),
    troubles: () => [...disk.troubles(), ...(store.troubles?.() ?? [])],
    projections: () => engine.status({ graceMs: LEVEL_WITHIN_MS }),
    processes: () => processes.status(),
  });
}

const servesOf =
  ({ tenants }: Config) =>
  (tenant: string): boolean =>
    tenants?.includes(tenant) ?? true;

/** 003, for its prefix and for its own port alike. */
function openimApi(container: Container, config: Config, log: Logger): RequestHandler {
  const readModels = container.get(ids.readModels);
  const tokens = container.get(ids.tokens);
  const admins = new AppAdmins(config.appAdmins);
  const isAppAdmin = (tenant: string, userId: string): boolean => admins.has(tenant, userId);
  return openimRouter({
    operations: openimOperations({
      userCommands: container.get(UserCommands),
      bulkRegistration: container.get(BulkRegistration),
      userProfiles: container.get(UserProfileCommands),
      groupCommands: container.get(GroupCommands),
      groupChanges: container.get(GroupChanges),
      friendshipCommands: container.get(FriendshipCommands),
      conversationCommands: container.get(ConversationCommands),
      conversationViews: container.get(ViewCommands),
      directory: container.get(UserDirectory),
      users: reachable(readModels.users),
      groups: reachable(readModels.groups),
      members: reachable(readModels.members),
      applications: reachable(readModels.applications),
      friendships: reachable(readModels.friendships),
      conversations: reachable(readModels.conversations),
      messages: reachable(readModels.messages),
      progress: container.get(ids.projections),
      ownWrites: container.get(OwnWrites),
      tokens,
      sessions: container.get(ids.sessions),
      isAppAdmin,
      secret: new SharedSecret('OPENIM_SECRET', config.openimSecret, container.get(LoginAttempts)),
      clock: container.get(ids.clock),
    }),
    callers: new Callers({ tokens, isAppAdmin, defaultTenant: config.defaultTenant, serves: servesOf(config) }),
    ownWrites: container.get(OwnWrites),
    log,
  });
}

/** A table with rows that are of no use after a while. */
interface Expiring {
  purgeExpired(): Promise<number>;
}

/** Forgets idempotency keys and reserved ids a day after they were made, and whatever else has had its time. */
function startHousekeeping(tables: readonly Expiring[], log: Logger): { stop(): void } {
  const timer = setInterval(() => {
    Promise.all(tables.map((table) => table.purgeExpired())).catch((error: unknown) => {
      log.warn({ err: error }, 'expired idempotency keys and the like were not purged; tried again in an hour');
    });
  }, 3_600_000);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** Who gives up a key, as far as the machine knows. */
const OPERATOR = `${userInfo().username}@${hostname()}`;

const WITHOUT_A_KEY =
  "Bring the key's row back into system.data_key from a backup; or, if it is gone for good, go on without it: " +
  '--lost-keys-as-tombstones shows as erased what it had encrypted, here and in every history, and records who decided so';

const lacksKey = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof EventUnreadable && error.cause.lostKey !== undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the `parley` command works with: beside a running server, or alone. */
export async function openTools(config: Config, log: Logger): Promise<Tools> {
  const { container, close } = await openHouse(config, log, { share: true });
  const engine = container.get(ids.projections);
  const dataKeys = container.get(ids.dataKeys);
  return reachable({
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
      (await engine.status()).map(({ name, version, letter, state, position, lag, parked, reason }) => ({
        name,
        version,
        letter: letter ?? null,
        state,
        position: position ?? null,
        lagMs: lag,
        parked,
        ...(reason === undefined ? {} : { reason }),
      })),
    rebuild: async (name, { lostKeysAsTombstones = false, ...watched }) => {
      const givenUp: GivenUpKey[] = [];
      const onLostKey = async (key: LostKey): Promise<void> => {
        givenUp.push(await dataKeys.giveUp(key, OPERATOR));
      };
      try {
        const result = await engine.rebuild(name, { ...watched, ...(lostKeysAsTombstones ? { onLostKey } : {}) });
        return { ...result, givenUp };
      } catch (error) {
        throw lacksKey(error) ? new Error(`${messageOf(error)}. ${WITHOUT_A_KEY}`, { cause: error }) : error;
      }
    },
    lostKeys: () => dataKeys.givenUp(),
    verify: async (name, watched) => {
      const { equal, ...found } = await engine.verify(name, watched);
      return { name, same: equal && found.halted === undefined && found.parked === 0, ...found };
    },
    close: async () => {
      await engine.stop();
      await close();
    },
  } satisfies Tools);
}
