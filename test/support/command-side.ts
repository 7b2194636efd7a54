import { ConversationCommands } from '../../application/commands/conversations.js';
import { FriendshipCommands } from '../../application/commands/friendships.js';
import { GroupCommands } from '../../application/commands/groups.js';
import { LoginAttempts } from '../../application/commands/login-attempts.js';
import { CommandPipeline, type PipelineOptions } from '../../application/commands/pipeline.js';
import { UserCommands } from '../../application/commands/users.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { ViewCommands } from '../../application/commands/views.js';
import { systemClock } from '../../application/ports/clock.js';
import type { EventSerializer } from '../../application/ports/envelope.js';
import type { EventStore } from '../../application/ports/event-store.js';
import { nobodyKnown } from '../../application/ports/users.js';
import { FRIENDSHIP_SETTINGS } from '../../domain/friendship/settings.js';
import { Argon2Hasher } from '../../infrastructure/auth/argon2-hasher.js';
import { MasterKeyPhoneSecrets } from '../../infrastructure/auth/phone-secrets.js';
import { JwtTokens } from '../../infrastructure/auth/jwt.js';
import { SessionTokens } from '../../infrastructure/auth/session-tokens.js';
import { eventLogMigrations } from '../../infrastructure/event-store/postgres/migration.js';
import { openPostgresEventStore } from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { JsonEventSerializer } from '../../infrastructure/serialization/json-event-serializer.js';
import { DataKeys } from '../../infrastructure/serialization/keys/data-keys.js';
import { dataKeyMigrations } from '../../infrastructure/serialization/keys/migration.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import { PostgresCredentials } from '../../infrastructure/system/credentials.js';
import { PostgresIdempotencyLedger } from '../../infrastructure/system/idempotency-ledger.js';
import { systemMigrations } from '../../infrastructure/system/migration.js';
import { PostgresKnownNetworks } from '../../infrastructure/system/known-networks.js';
import { PostgresNumbers } from '../../infrastructure/system/numbers.js';
import { PostgresReadPositions } from '../../infrastructure/system/read-positions.js';
import { PostgresRegistrationClaims } from '../../infrastructure/system/registration-claims.js';
import { PostgresReservations } from '../../infrastructure/system/reservations.js';
import { PostgresSessions } from '../../infrastructure/system/sessions.js';
import { PostgresSnapshots } from '../../infrastructure/system/snapshots.js';
import { MemoryFormerParticipants } from './memory-former-participants.js';
import { filledDatabase, type TestDatabase } from './postgres.js';
import { silentLogger } from './silent-logger.js';
import { StreamLookup } from './stream-lookup.js';

const quick = new Argon2Hasher({ memoryCost: 64, timeCost: 1 });

/** As secure as a test needs it; one for all of a process, with its threads. */
export const quickHasher = (): Argon2Hasher => quick;

export interface CommandSide {
  readonly pool: ReturnType<typeof makePool>;
  readonly store: EventStore;
  readonly serializer: EventSerializer;
  readonly ledger: PostgresIdempotencyLedger;
  readonly reservations: PostgresReservations;
  readonly credentials: PostgresCredentials;
  readonly numbers: PostgresNumbers;
  readonly claims: PostgresRegistrationClaims;
  readonly networks: PostgresKnownNetworks;
  readonly sessions: PostgresSessions;
  readonly tokens: SessionTokens;
  readonly pipeline: CommandPipeline;
  readonly groups: GroupCommands;
  readonly users: UserCommands;
  readonly friendships: FriendshipCommands;
  readonly conversations: ConversationCommands;
  readonly views: ViewCommands;
  readonly positions: PostgresReadPositions;
  readonly lookup: StreamLookup;
  readonly formerly: MemoryFormerParticipants;
  close(): Promise<void>;
}

export const migrateCommandSide = (url: string): Promise<void> =>
  migrate(url, [...eventLogMigrations, ...dataKeyMigrations, ...systemMigrations]);

/** A database for it, with nothing in it. */
export const commandSideDatabase = (label: string): Promise<TestDatabase> =>
  filledDatabase(label, 'commands', migrateCommandSide);

/** Everything that commands need, on one PostgreSQL: what a process has, without its read side and its APIs. */
export async function openCommandSide(url: string, options: Partial<PipelineOptions> = {}): Promise<CommandSide> {
  const log = silentLogger;
  const pool = makePool({ url, max: 10, name: 'parley test commands', log });
  const store = await openPostgresEventStore({ url, log });
  const keys = new DataKeys({ pool, masterKey: Buffer.alloc(32, 7), log });
  const serializer = new JsonEventSerializer({ keys, registry: eventRegistry });
  const ledger = new PostgresIdempotencyLedger(pool);
  const reservations = new PostgresReservations(pool);
  const claims = new PostgresRegistrationClaims(pool);
  const networks = new PostgresKnownNetworks(pool);
  const sessions = new PostgresSessions(pool);
  const credentials = new PostgresCredentials(pool, sessions);
  const numbers = new PostgresNumbers(pool);
  const signed = new JwtTokens({ secret: Buffer.alloc(32, 9), ttlSeconds: 3_600, clock: systemClock });
  const tokens = new SessionTokens({ issuer: signed, signed, sessions });
  const snapshots = new PostgresSnapshots(pool);
  const pipeline = new CommandPipeline({ store, serializer, ledger, snapshots, clock: systemClock, log }, options);
  const directory = new UserDirectory(nobodyKnown, store);
  const groups = new GroupCommands({ pipeline, clock: systemClock, numbers, reservations, users: directory });
  const users = new UserCommands({
    pipeline,
    store,
    serializer,
    numbers,
    reservations,
    claims,
    phones: new MasterKeyPhoneSecrets(Buffer.alloc(32, 7)),
    credentials,
    passwords: quickHasher(),
    sessions,
    tokens,
    attempts: new LoginAttempts(systemClock, networks),
  });
  const friendships = new FriendshipCommands({
    pipeline,
    users: directory,
    reservations,
    settings: FRIENDSHIP_SETTINGS,
  });
  const positions = new PostgresReadPositions(pool);
  const lookup = new StreamLookup({ store, serializer });
  const formerly = new MemoryFormerParticipants();
  const common = { pipeline, clock: systemClock, users: directory, messages: lookup, deadlineMs: 10_000 };
  const conversations = new ConversationCommands({
    reservations,
    ...common,
    friendship: FRIENDSHIP_SETTINGS,
    settings: { revokeWithinMs: null },
  });
  const views = new ViewCommands({ ...common, formerly, positions });
  const close = async (): Promise<void> => {
    await pipeline.close(5_000);
    await store.close();
    await pool.end();
  };
  return {
    pool,
    store,
    serializer,
    ledger,
    reservations,
    credentials,
    numbers,
    claims,
    networks,
    sessions,
    tokens,
    pipeline,
    groups,
    users,
    friendships,
    conversations,
    views,
    positions,
    lookup,
    formerly,
    close,
  };
}
