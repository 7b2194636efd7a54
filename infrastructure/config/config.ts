import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { join } from 'node:path';
import type { CommandLimits } from '../../application/commands/command-rates.js';
import type { ConversationSettings } from '../../application/commands/conversations.js';
import {
  FRIENDSHIP_SETTINGS,
  type FriendshipSettings,
  SEALTALK_FRIENDSHIP_SETTINGS,
} from '../../domain/friendship/settings.js';
import type { Argon2Cost } from '../auth/argon2-hasher.js';
import { decodeMasterKey, Environment, type LogLevel } from './environment.js';
import { givenVariables } from './given.js';
import { type OwnPortName, ownPorts } from './own-ports.js';
import { type Role, rolesIn, workersIn } from './roles.js';
import { type TencentApp, tencentAppsOf } from './tencent-apps.js';

export interface GrpcConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Paths of files in PEM; absent: in the clear. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Where metrics are served. */
export interface MetricsConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface Config {
  /** What hashing a password takes; the recommended where absent, which it is wherever people's passwords are kept. */
  readonly passwordCost?: Argon2Cost;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where an API has the root to itself, as unmodified clients want it; absent: nowhere. 0: any free port. */
  readonly ownPorts: Readonly<Partial<Record<OwnPortName, number>>>;
  /** Where OpenIM v2's group service is called by gRPC; absent: nowhere. */
  readonly openimGrpc?: GrpcConfig;
  /** Absent: nothing is counted. */
  readonly metrics?: MetricsConfig;
  /** What a backend of 003's API shows to get tokens for its users; absent: it gets none. */
  readonly openimSecret?: string;
  /** What an app admin shows when he registers himself. */
  readonly adminSecret?: string;
  readonly dataDir: string;
  /** Processes that answer; of more than one, what is done in the background has a process of its own. */
  readonly workers: number;
  /** What this server does, of what servers on one store do together. */
  readonly roles: ReadonlySet<Role>;
  /** Absent: Parley runs a PostgreSQL of its own in `dataDir`. */
  readonly databaseUrl?: string;
  readonly eventStore: EventStoreConfig;
  /** Absent: resolved by keys.ts. */
  readonly masterKey?: Buffer;
  readonly tokenSecret?: Uint8Array;
  readonly sealing: SealingConfig;
  readonly appAdmins: readonly NamedUser[];
  /** Who may read everything that happened in his tenant, and write nothing. */
  readonly auditors: readonly NamedUser[];
  readonly defaultTenant: string;
  /**
   * Whose requests are taken and whose history is read; absent: everybody's. An EventStoreDB may be shared with others who
   * run Parley: what is encrypted there under their keys can't be read here.
   */
  readonly tenants?: readonly string[];
  /** Whose `X-Forwarded-For` is believed: addresses, networks, `loopback`. */
  readonly trustedProxies: readonly string[];
  /** Whose pages may call from a browser; none: those of our own origin only. */
  readonly corsOrigins: '*' | readonly string[];
  /** What callers may take of the server. */
  readonly limits: HttpLimits;
  /** What one user may ask for. */
  readonly commandLimits: CommandLimits;
  /** Of every tenant. */
  readonly friendship: FriendshipSettings;
  readonly conversations: ConversationSettings;
  /** Whether what changes in a group, and a new friendship, is a line in the chat. */
  readonly chatNotices: boolean;
  /** Whether 002's `MOCK` is a signature: whoever sends it is one of two fixed users. */
  readonly dtalkMock: boolean;
  readonly sealtalk: SealtalkConfig;
  /** Whose backends may call 001's API; none: nobody's. */
  readonly tencentApps: readonly TencentApp[];
  readonly logLevel: LogLevel;
  readonly tokenTtlSeconds: number;
  /** How long a request waits for a store that doesn't answer, until it is answered with 503. */
  readonly commandDeadlineMs: number;
  /** What is set to nothing and therefore counts as not set: whoever set it may have meant something. */
  readonly blankVariables: readonly string[];
}

/** How the log is sealed. */
export interface SealingConfig {
  /** 32 bytes that sign (Ed25519); absent: resolved by seal-key.ts. */
  readonly key?: Buffer;
  /** Whose log it is; absent: named after the key. */
  readonly origin?: string;
  /** Between two seals; 0: never. */
  readonly everyMs: number;
  /** Where the checkpoints are written beside their table. */
  readonly file: string;
}

export interface HttpLimits {
  /** For how long a connection is kept without a request, ms. */
  readonly keepAliveMs: number;
  readonly connections: number;
  readonly connectionsOfAddress: number;
  readonly openRequests: number;
  readonly unsentBytes: number;
  readonly headerBytes: number;
}

/** What 004's API has of its own. */
export interface SealtalkConfig {
  readonly cookie: CookieConfig;
  /** Where codes for phones are handed over; absent: nobody is sent any. */
  readonly codeWebhook?: URL;
  /** Taken for every phone to which a code was sent. For trying out only: with it anybody is whoever he says. */
  readonly testCode?: string;
  /** Where the operator has said nothing, friends are as 004 has them. */
  readonly friendship: FriendshipSettings;
}

export interface CookieConfig {
  readonly name: string;
  /** Absent: the host's own. */
  readonly domain?: string;
  /** `none`: pages of other sites, of those that CORS_ORIGINS names, come with it too. */
  readonly sameSite: 'lax' | 'none';
  readonly ttlSeconds: number;
}

export type EventStoreConfig =
  | { readonly kind: 'postgres' }
  | { readonly kind: 'eventstoredb'; /** `esdb://…` or `esdb+discover://…` */ readonly connectionString: string };

/** Whom the configuration names. */
export interface NamedUser {
  readonly tenant: string;
  readonly userId: string;
}

/** What is wrong with the configuration, all of it: one plain sentence each, none with a secret in it. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';

  constructor(readonly problems: readonly string[]) {
    super(['The configuration is not right:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}

/**
 * Reads the configuration from environment variables. An empty variable counts as one that isn't set, and is named in
 * `blankVariables`. A secret can be
 * given as a file: `NAME_FILE` names it.
 *
 * @throws ConfigInvalid with every problem at once.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { values, problems, unreadable, blank } = givenVariables(variableNames(), SECRET, env);
  const settings = plainToInstance(Environment, values, { exposeDefaultValues: true });
  problems.push(
    ...validateSync(settings, { stopAtFirstError: true, forbidUnknownValues: false }).flatMap((error) =>
      Object.values(error.constraints ?? {}),
    ),
    ...missingKeys(settings, unreadable),
    ...unservedTenants(settings),
    ...sharedPorts(settings),
    ...halfACertificate(settings),
  );
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return configOf(settings, blank);
}

/** Those whose value is or holds a secret, so no message repeats it; each can be given as `NAME_FILE` as well. */
const SECRET = [
  'DATABASE_URL',
  'EVENT_STORE',
  'PARLEY_MASTER_KEY',
  'PARLEY_TOKEN_SECRET',
  'PARLEY_SEAL_KEY',
  'PARLEY_ADMIN_SECRET',
  'OPENIM_SECRET',
  'SEALTALK_CODE_WEBHOOK',
  'TENCENT_APPS',
] as const;

/** Those without a default that hold no secret. */
const OPTIONAL = [
  ...Object.values(ownPorts),
  'METRICS_PORT',
  'OPENIM_GRPC_PORT',
  'OPENIM_GRPC_CERT',
  'OPENIM_GRPC_KEY',
  'PARLEY_SEAL_ORIGIN',
  'PARLEY_SEALS_FILE',
  'TENANTS',
  'SEALTALK_TEST_CODE',
  'SEALTALK_COOKIE_DOMAIN',
  'STRANGERS_MAY_WRITE',
  'FRIEND_REQUEST_AGAIN_AFTER',
  'DELETING_BLOCKS',
  'BLOCKED_MAY_ASK',
];

/** Every environment variable that Parley reads, without the `NAME_FILE` of the secret ones. */
export const variableNames = (): string[] => [...Object.keys(new Environment()), ...SECRET, ...OPTIONAL];

export const secretVariables: readonly string[] = SECRET;

/** Where the data isn't Parley's own, a generated key could be lost while the data lives on (docs/architecture.md "Operations"). */
function missingKeys(settings: Environment, unreadable: ReadonlySet<string>): string[] {
  const outside =
    settings.DATABASE_URL !== undefined ? 'DATABASE_URL' : usesEventStoreDb(settings) ? 'EVENT_STORE' : undefined;
  if (outside === undefined) return [];
  const problems: string[] = [];
  if (settings.PARLEY_MASTER_KEY === undefined && !unreadable.has('PARLEY_MASTER_KEY')) {
    problems.push(
      `PARLEY_MASTER_KEY must be set together with ${outside}: 32 bytes, such as "openssl rand -base64 32" prints.`,
    );
  }
  if (settings.PARLEY_TOKEN_SECRET === undefined && !unreadable.has('PARLEY_TOKEN_SECRET')) {
    problems.push(
      `PARLEY_TOKEN_SECRET must be set together with ${outside}: such as "openssl rand -base64 48" prints.`,
    );
  }
  return problems;
}

function tenantsOf({ TENANTS }: Environment): readonly string[] | undefined {
  return TENANTS?.split(',').map((tenant) => tenant.trim());
}

/** Whoever is named in the settings must be one of TENANTS, where that is set. */
function unservedTenants(settings: Environment): string[] {
  const tenants = tenantsOf(settings);
  if (tenants === undefined) return [];
  const apps = tencentAppsOf(settings.TENCENT_APPS, settings.DEFAULT_TENANT);
  return [
    ...(tenants.includes(settings.DEFAULT_TENANT) ? [] : ['DEFAULT_TENANT must be one of TENANTS.']),
    ...(['PARLEY_APP_ADMINS', 'PARLEY_AUDITORS'] as const)
      .filter((variable) => usersNamed(settings, variable).some(({ tenant }) => !tenants.includes(tenant)))
      .map((variable) => `The tenants of ${variable} must be among TENANTS.`),
    ...(apps.every(({ tenant }) => tenants.includes(tenant))
      ? []
      : ['The tenants of TENCENT_APPS must be among TENANTS.']),
  ];
}

function configOf(settings: Environment, blankVariables: readonly string[]): Config {
  const masterKey = settings.PARLEY_MASTER_KEY === undefined ? undefined : decodeMasterKey(settings.PARLEY_MASTER_KEY);
  const tenants = tenantsOf(settings);
  return {
    host: settings.HOST,
    port: settings.PORT,
    ownPorts: ownPortsOf(settings),
    ...grpcOf(settings),
    ...metricsOf(settings),
    ...(settings.PARLEY_ADMIN_SECRET === undefined ? {} : { adminSecret: settings.PARLEY_ADMIN_SECRET }),
    ...(settings.OPENIM_SECRET === undefined ? {} : { openimSecret: settings.OPENIM_SECRET }),
    dataDir: settings.DATA_DIR,
    workers: workersIn(settings.WORKERS),
    roles: rolesIn(settings.PARLEY_ROLES),
    ...(settings.DATABASE_URL === undefined ? {} : { databaseUrl: settings.DATABASE_URL }),
    eventStore: eventStoreOf(settings),
    ...(masterKey === undefined ? {} : { masterKey }),
    ...(settings.PARLEY_TOKEN_SECRET === undefined ? {} : { tokenSecret: Buffer.from(settings.PARLEY_TOKEN_SECRET) }),
    sealing: sealingOf(settings),
    appAdmins: usersNamed(settings, 'PARLEY_APP_ADMINS'),
    auditors: usersNamed(settings, 'PARLEY_AUDITORS'),
    defaultTenant: settings.DEFAULT_TENANT,
    ...(tenants === undefined ? {} : { tenants }),
    trustedProxies: listed(settings.TRUSTED_PROXIES),
    corsOrigins:
      settings.CORS_ORIGINS === '*' ? '*' : listed(settings.CORS_ORIGINS).map((origin) => origin.toLowerCase()),
    limits: {
      keepAliveMs: settings.KEEP_ALIVE_SECONDS * 1_000,
      connections: settings.MAX_CONNECTIONS,
      connectionsOfAddress: settings.MAX_CONNECTIONS_PER_ADDRESS,
      openRequests: settings.MAX_OPEN_REQUESTS,
      unsentBytes: settings.MAX_UNSENT_MIB * 1_048_576,
      headerBytes: settings.MAX_HEADER_BYTES,
    },
    commandLimits: {
      atOnce: settings.COMMANDS_AT_ONCE,
      perSecond: settings.COMMANDS_PER_SECOND,
      tenantPerSecond: settings.TENANT_COMMANDS_PER_SECOND,
      requestsPerSecond: settings.REQUESTS_PER_SECOND,
      groupsPerDay: settings.GROUPS_PER_DAY,
      joinRequestsPerDay: settings.JOIN_REQUESTS_PER_DAY,
      joinRequestsPerGroupAndDay: settings.JOIN_REQUESTS_PER_GROUP_AND_DAY,
      invitationsPerDay: settings.INVITATIONS_PER_DAY,
      friendRequestsPerDay: settings.FRIEND_REQUESTS_PER_DAY,
      friendRequestsPerPersonAndDay: settings.FRIEND_REQUESTS_PER_PERSON_AND_DAY,
      keysPerDay: settings.IDEMPOTENCY_KEYS_PER_DAY,
    },
    friendship: friendshipOf(settings, FRIENDSHIP_SETTINGS),
    conversations: {
      revokeWithinMs: settings.PRIVATE_REVOKE_WITHIN === 0 ? null : settings.PRIVATE_REVOKE_WITHIN * 1_000,
    },
    chatNotices: settings.CHAT_NOTICES,
    dtalkMock: settings.DTALK_MOCK_SIGNATURES,
    sealtalk: sealtalkOf(settings),
    tencentApps: tencentAppsOf(settings.TENCENT_APPS, settings.DEFAULT_TENANT),
    logLevel: settings.LOG_LEVEL,
    tokenTtlSeconds: settings.TOKEN_TTL_SECONDS,
    commandDeadlineMs: settings.COMMAND_DEADLINE_SECONDS * 1_000,
    blankVariables,
  };
}

/** What the operator has said, and for the rest what the API does where nobody says anything (docs/rules.md A1). */
function friendshipOf(settings: Environment, otherwise: FriendshipSettings): FriendshipSettings {
  const { STRANGERS_MAY_WRITE, FRIEND_REQUEST_AGAIN_AFTER, DELETING_BLOCKS, BLOCKED_MAY_ASK } = settings;
  const again = FRIEND_REQUEST_AGAIN_AFTER === undefined ? undefined : FRIEND_REQUEST_AGAIN_AFTER * 1_000;
  return {
    ...otherwise,
    strangersMayWrite: STRANGERS_MAY_WRITE ?? otherwise.strangersMayWrite,
    requestAgainAfterMs: again ?? otherwise.requestAgainAfterMs,
    answeredAgainAfterMs: again ?? otherwise.answeredAgainAfterMs,
    deletingBlocks: DELETING_BLOCKS ?? otherwise.deletingBlocks,
    blockedMayAsk: BLOCKED_MAY_ASK ?? otherwise.blockedMayAsk,
  };
}

const sealtalkOf = (settings: Environment): SealtalkConfig => ({
  cookie: {
    name: settings.SEALTALK_COOKIE_NAME,
    ...(settings.SEALTALK_COOKIE_DOMAIN === undefined ? {} : { domain: settings.SEALTALK_COOKIE_DOMAIN }),
    sameSite: settings.SEALTALK_COOKIE_SAME_SITE,
    ttlSeconds: settings.SEALTALK_SESSION_SECONDS,
  },
  ...(settings.SEALTALK_CODE_WEBHOOK === undefined ? {} : { codeWebhook: new URL(settings.SEALTALK_CODE_WEBHOOK) }),
  ...(settings.SEALTALK_TEST_CODE === undefined ? {} : { testCode: settings.SEALTALK_TEST_CODE }),
  friendship: friendshipOf(settings, SEALTALK_FRIENDSHIP_SETTINGS),
});

function sealingOf(settings: Environment): SealingConfig {
  const { PARLEY_SEAL_KEY: key, PARLEY_SEAL_ORIGIN: origin, PARLEY_SEAL_SECONDS: seconds } = settings;
  const seed = key === undefined ? undefined : decodeMasterKey(key);
  return {
    ...(seed === undefined ? {} : { key: seed }),
    ...(origin === undefined ? {} : { origin }),
    everyMs: seconds * 1_000,
    file: settings.PARLEY_SEALS_FILE ?? join(settings.DATA_DIR, 'seals'),
  };
}

function ownPortsOf(settings: Environment): Config['ownPorts'] {
  const given = Object.entries(ownPorts).map(([name, variable]) => [name, settings[variable]] as const);
  return Object.fromEntries(given.filter(([, port]) => port !== undefined));
}

function grpcOf(settings: Environment): Pick<Config, 'openimGrpc'> {
  const { OPENIM_GRPC_PORT: port, OPENIM_GRPC_HOST: host, OPENIM_GRPC_CERT: cert, OPENIM_GRPC_KEY: key } = settings;
  if (port === undefined) return {};
  return { openimGrpc: { host, port, ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }) } };
}

function metricsOf({ METRICS_PORT: port, METRICS_HOST: host }: Environment): Pick<Config, 'metrics'> {
  return port === undefined ? {} : { metrics: { host, port } };
}

function halfACertificate({ OPENIM_GRPC_CERT: cert, OPENIM_GRPC_KEY: key }: Environment): string[] {
  return (cert === undefined) === (key === undefined) ? [] : ['OPENIM_GRPC_CERT and OPENIM_GRPC_KEY go together.'];
}

/** Each API that has a port to itself is alone there. */
function sharedPorts(settings: Environment): string[] {
  const variables = ['PORT', ...Object.values(ownPorts), 'OPENIM_GRPC_PORT', 'METRICS_PORT'] as const;
  return variables.flatMap((variable, index) => {
    const port = settings[variable];
    const taken = variables.slice(0, index).find((other) => settings[other] === port);
    return port === undefined || port === 0 || taken === undefined
      ? []
      : [`${variable} must be another port than ${taken}.`];
  });
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function usesEventStoreDb(settings: Environment): boolean {
  return settings.EVENT_STORE !== undefined && settings.EVENT_STORE !== 'postgres';
}

function eventStoreOf(settings: Environment): EventStoreConfig {
  if (settings.EVENT_STORE === undefined || settings.EVENT_STORE === 'postgres') return { kind: 'postgres' };
  // The product's newer name; the client knows only the old scheme, which means the same.
  return { kind: 'eventstoredb', connectionString: settings.EVENT_STORE.replace(/^kurrentdb/, 'esdb') };
}

function usersNamed(settings: Environment, variable: 'PARLEY_APP_ADMINS' | 'PARLEY_AUDITORS'): NamedUser[] {
  return settings[variable]
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [first = '', second] = entry.split('/');
      return second === undefined
        ? { tenant: settings.DEFAULT_TENANT, userId: first }
        : { tenant: first, userId: second };
    });
}
