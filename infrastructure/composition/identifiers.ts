import type { RequestHandler } from 'express';
import type { ServiceIdentifier } from 'inversify';
import type pg from 'pg';
import type { DialectName } from '../../api/dialects/mounts.js';
import type { SealtalkIds } from '../../api/dialects/sealtalk/ids.js';
import type { Answers } from '../../api/grpc/answers.js';
import type { ApiServices } from '../../api/services.js';
import type { AccessStore } from '../../application/audit/access-log.js';
import type { NamedUsers } from '../../application/commands/named-users.js';
import type { UserCommandsDependencies } from '../../application/commands/users.js';
import type { Process } from '../../application/processes/process.js';
import type { Clock } from '../../application/ports/clock.js';
import type { PasswordHasher } from '../../application/ports/credentials.js';
import type { EventSerializer } from '../../application/ports/envelope.js';
import type { EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import type { ProcessCheckpoints } from '../../application/ports/process-checkpoints.js';
import type { ProofTools } from '../../application/ports/proof-tools.js';
import type { Telemetry } from '../../application/ports/telemetry.js';
import type { Seals } from '../../application/ports/seals.js';
import type { ProjectionEngine } from '../../projections/index.js';
import type { JwtTokens } from '../auth/jwt.js';
import type { SessionTokens } from '../auth/session-tokens.js';
import type { Config } from '../config/config.js';
import type { Keys } from '../config/keys.js';
import type { DiskWatch } from '../postgres/disk-watch.js';
import type { ReadModels } from '../read-models/read-models.js';
import type { DataKeys } from '../serialization/keys/data-keys.js';
import type { PostgresIdempotencyLedger } from '../system/idempotency-ledger.js';
import type { PostgresKnownNetworks } from '../system/known-networks.js';
import type { PostgresNumbers } from '../system/numbers.js';
import type { PostgresPhoneVerifications } from '../system/phone-verifications.js';
import type { PostgresReadPositions } from '../system/read-positions.js';
import type { PostgresRegistrationClaims } from '../system/registration-claims.js';
import type { PostgresReservations } from '../system/reservations.js';
import type { PostgresSessions } from '../system/sessions.js';
import type { PostgresSnapshots } from '../system/snapshots.js';

/** What the modules hand each other, where its class isn't its name already. */
export const ids = {
  config: Symbol('Config') as ServiceIdentifier<Config>,
  log: Symbol('Logger') as ServiceIdentifier<Logger>,
  telemetry: Symbol('Telemetry') as ServiceIdentifier<Telemetry>,
  clock: Symbol('Clock') as ServiceIdentifier<Clock>,
  appAdmins: Symbol('PARLEY_APP_ADMINS') as ServiceIdentifier<NamedUsers>,
  accesses: Symbol('AccessStore') as ServiceIdentifier<AccessStore>,
  auditors: Symbol('PARLEY_AUDITORS') as ServiceIdentifier<NamedUsers>,
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
  phoneVerifications: Symbol('PhoneVerifications') as ServiceIdentifier<PostgresPhoneVerifications>,
  networks: Symbol('KnownNetworks') as ServiceIdentifier<PostgresKnownNetworks>,
  snapshots: Symbol('Snapshots') as ServiceIdentifier<PostgresSnapshots>,
  readPositions: Symbol('ReadPositions') as ServiceIdentifier<PostgresReadPositions>,
  seals: Symbol('Seals') as ServiceIdentifier<Seals>,
  proofs: Symbol('ProofTools') as ServiceIdentifier<ProofTools>,
  sessions: Symbol('Sessions') as ServiceIdentifier<PostgresSessions>,
  passwords: Symbol('PasswordHasher') as ServiceIdentifier<PasswordHasher>,
  tokens: Symbol('SessionTokens') as ServiceIdentifier<SessionTokens>,
  accounts: Symbol('what accounts stand on') as ServiceIdentifier<UserCommandsDependencies>,
  /** What every API is made on. */
  services: Symbol('ApiServices') as ServiceIdentifier<ApiServices>,
  /** Whether a tenant's history is kept here. */
  serves: Symbol('the tenants') as ServiceIdentifier<(tenant: string) => boolean>,
  /** By which 004's clients know users and groups. */
  sealtalkIds: Symbol('SealtalkIds') as ServiceIdentifier<SealtalkIds>,
  /** What 004's clients are told in chats. */
  sealtalkLines: Symbol('sealtalk-lines') as ServiceIdentifier<Process>,
  /** In the order in which each event's consequences are done. */
  processes: Symbol('the processes') as ServiceIdentifier<readonly Process[]>,
  processCheckpoints: Symbol('ProcessCheckpoints') as ServiceIdentifier<ProcessCheckpoints>,
  openimV2: Symbol('gRPC group.group') as ServiceIdentifier<Answers>,
  v1: Symbol('/v1') as ServiceIdentifier<RequestHandler>,
  dialects: {
    openim: Symbol('/openim') as ServiceIdentifier<RequestHandler>,
    sealtalk: Symbol('/sealtalk') as ServiceIdentifier<RequestHandler>,
    dtalk: Symbol('/dtalk') as ServiceIdentifier<RequestHandler>,
    tencent: Symbol('/tencent') as ServiceIdentifier<RequestHandler>,
  } satisfies Readonly<Record<DialectName, ServiceIdentifier<RequestHandler>>>,
} as const;
