import 'reflect-metadata';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Matches, Max, Min, ValidateBy } from 'class-validator';
import { isIP } from 'node:net';
import { readConnectionString } from '../event-store/eventstoredb/connection-string.js';
import type { OwnPortVariable } from './own-ports.js';
import { ROLES, rolesProblem, workersProblem } from './roles.js';
import { tencentAppsProblem } from './tencent-apps.js';

const USER_ID = '[A-Za-z0-9_.@#:-]{1,64}';
const TENANT = '[A-Za-z0-9_-]{1,64}';
const TEN_YEARS = 315_360_000;

/** Everything; else a page's scheme, host and port as a browser says it. */
const ORIGIN = 'https?://[A-Za-z0-9.-]+(:\\d{1,5})?|https?://\\[[0-9A-Fa-f:]+\\](:\\d{1,5})?';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Text of digits becomes a number; any other text stays and is refused by `IsInt` with the text as it was given. */
const Whole = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
  );

/** A whole number within bounds, and a sentence that says so. */
const WholeFrom =
  (min: number, max: number, least = min.toString()): PropertyDecorator =>
  (target, property) => {
    const message = `${String(property)} must be a whole number from ${least} to ${max.toString()}, not "$value".`;
    for (const decorate of [Whole(), IsInt({ message }), Min(min, { message }), Max(max, { message })]) {
      decorate(target, property);
    }
  };

const Port = (): PropertyDecorator => WholeFrom(0, 65_535, '0 (any free port)');

/** `true` or `false`, as a text. */
const Flag = (): PropertyDecorator => (target, property) => {
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))(
    target,
    property,
  );
  IsBoolean({ message: `${String(property)} must be true or false, not "$value".` })(target, property);
};

/** A check that never repeats the value: it may hold a password. */
const Check = (passes: (value: string) => boolean, message: string): PropertyDecorator =>
  ValidateBy(
    {
      name: 'check',
      validator: { validate: (value: unknown) => value === undefined || (typeof value === 'string' && passes(value)) },
    },
    { message },
  );

/** A check that says itself what is wrong, also without repeating the value. */
const CheckEach = (problemOf: (value: string) => string | undefined): PropertyDecorator =>
  ValidateBy({
    name: 'checkEach',
    validator: {
      validate: (value: unknown) =>
        value === undefined || (typeof value === 'string' && problemOf(value) === undefined),
      defaultMessage: (args) => (typeof args?.value === 'string' ? (problemOf(args.value) ?? '') : ''),
    },
  });

/** The environment variables that Parley reads, with their defaults and what makes each one right. */
export class Environment implements Partial<Record<OwnPortVariable, number>> {
  @Port()
  PORT = 8080;

  @IsOptional()
  @Port()
  OPENIM_PORT?: number;

  @IsOptional()
  @Port()
  SEALTALK_PORT?: number;

  @IsOptional()
  @Port()
  DTALK_PORT?: number;

  @IsOptional()
  @Port()
  TENCENT_PORT?: number;

  @CheckEach(tencentAppsProblem)
  TENCENT_APPS?: string;

  @IsOptional()
  @Port()
  OPENIM_GRPC_PORT?: number;

  @IsOptional()
  @Port()
  METRICS_PORT?: number;

  /** They are for whoever reaches them: not HOST. */
  @Matches(/^[A-Za-z0-9.:_-]+$/, {
    message: 'METRICS_HOST must be an address or host name to listen on, not "$value".',
  })
  METRICS_HOST = '127.0.0.1';

  /** Nothing in a call proves who makes it: not HOST. */
  @Matches(/^[A-Za-z0-9.:_-]+$/, {
    message: 'OPENIM_GRPC_HOST must be an address or host name to listen on, not "$value".',
  })
  OPENIM_GRPC_HOST = '127.0.0.1';

  OPENIM_GRPC_CERT?: string;

  OPENIM_GRPC_KEY?: string;

  @Check(
    (value) => Buffer.byteLength(value) >= 16,
    'PARLEY_ADMIN_SECRET must have at least 16 bytes, such as "openssl rand -base64 24" prints.',
  )
  PARLEY_ADMIN_SECRET?: string;

  @Check(
    (value) => Buffer.byteLength(value) >= 16,
    'OPENIM_SECRET must have at least 16 bytes, such as "openssl rand -base64 24" prints.',
  )
  OPENIM_SECRET?: string;

  @Matches(/^[A-Za-z0-9.:_-]+$/, { message: 'HOST must be an address or host name to listen on, not "$value".' })
  HOST = '127.0.0.1';

  DATA_DIR = './data';

  @CheckEach(workersProblem)
  WORKERS = '1';

  @CheckEach(rolesProblem)
  PARLEY_ROLES = ROLES.join(',');

  @Check(isPostgresUrl, 'DATABASE_URL must look like postgres://user:password@host:5432/database.')
  DATABASE_URL?: string;

  @CheckEach(eventStoreProblem)
  EVENT_STORE?: string;

  @Check(
    (value) => decodeMasterKey(value) !== undefined,
    'PARLEY_MASTER_KEY must be 32 bytes in base64 or hex, such as "openssl rand -base64 32" prints.',
  )
  PARLEY_MASTER_KEY?: string;

  @Check(
    (value) => Buffer.byteLength(value) >= 32,
    'PARLEY_TOKEN_SECRET must have at least 32 bytes, such as "openssl rand -base64 48" prints.',
  )
  PARLEY_TOKEN_SECRET?: string;

  @Matches(new RegExp(`^ *((${TENANT}/)?${USER_ID} *(, *|$))*$`), {
    message: 'PARLEY_APP_ADMINS must be user ids or tenant/userId, separated by commas, not "$value".',
  })
  PARLEY_APP_ADMINS = '';

  @Matches(new RegExp(`^ *((${TENANT}/)?${USER_ID} *(, *|$))*$`), {
    message: 'PARLEY_AUDITORS must be user ids or tenant/userId, separated by commas, not "$value".',
  })
  PARLEY_AUDITORS = '';

  @Check(
    (value) => decodeMasterKey(value) !== undefined,
    'PARLEY_SEAL_KEY must be 32 bytes in base64 or hex, such as "openssl rand -base64 32" prints.',
  )
  PARLEY_SEAL_KEY?: string;

  @IsOptional()
  @Matches(/^[^\s+\p{Cc}]{1,200}$/u, {
    message: 'PARLEY_SEAL_ORIGIN must be a name such as example.org/parley, without spaces and "+", not "$value".',
  })
  PARLEY_SEAL_ORIGIN?: string;

  @WholeFrom(0, 86_400, '0 (never)')
  PARLEY_SEAL_SECONDS = 60;

  PARLEY_SEALS_FILE?: string;

  @CheckEach(trustedProxiesProblem)
  TRUSTED_PROXIES = '';

  @Matches(new RegExp(`^(\\*|( *(${ORIGIN}) *(,|$))*)$`), {
    message: 'CORS_ORIGINS must be * or origins (https://app.example.org), separated by commas, not "$value".',
  })
  CORS_ORIGINS = '';

  @WholeFrom(0, 1_000_000)
  COMMANDS_AT_ONCE = 200;

  @WholeFrom(0, 1_000_000)
  COMMANDS_PER_SECOND = 100;

  @WholeFrom(0, 1_000_000)
  TENANT_COMMANDS_PER_SECOND = 0;

  @WholeFrom(0, 1_000_000)
  REQUESTS_PER_SECOND = 0;

  @WholeFrom(0, 1_000_000)
  GROUPS_PER_DAY = 1_000;

  @WholeFrom(0, 1_000_000)
  JOIN_REQUESTS_PER_DAY = 1_000;

  @WholeFrom(0, 1_000_000)
  JOIN_REQUESTS_PER_GROUP_AND_DAY = 20;

  @WholeFrom(0, 100_000_000)
  INVITATIONS_PER_DAY = 20_000;

  @WholeFrom(0, 1_000_000)
  FRIEND_REQUESTS_PER_DAY = 1_000;

  @WholeFrom(0, 1_000_000)
  FRIEND_REQUESTS_PER_PERSON_AND_DAY = 20;

  @IsOptional()
  @Flag()
  STRANGERS_MAY_WRITE?: boolean;

  @IsOptional()
  @WholeFrom(0, TEN_YEARS)
  FRIEND_REQUEST_AGAIN_AFTER?: number;

  @IsOptional()
  @Flag()
  DELETING_BLOCKS?: boolean;

  @IsOptional()
  @Flag()
  BLOCKED_MAY_ASK?: boolean;

  @WholeFrom(0, TEN_YEARS)
  PRIVATE_REVOKE_WITHIN = 0;

  @Flag()
  CHAT_NOTICES = true;

  @Matches(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, {
    message: 'SEALTALK_COOKIE_NAME must be the name of a cookie, not "$value".',
  })
  SEALTALK_COOKIE_NAME = 'rong_im_auth';

  @IsOptional()
  @Matches(/^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, {
    message: 'SEALTALK_COOKIE_DOMAIN must be a domain, such as example.org, not "$value".',
  })
  SEALTALK_COOKIE_DOMAIN?: string;

  @IsIn(['lax', 'none'], { message: 'SEALTALK_COOKIE_SAME_SITE must be lax or none, not "$value".' })
  SEALTALK_COOKIE_SAME_SITE: 'lax' | 'none' = 'lax';

  @WholeFrom(60, TEN_YEARS)
  SEALTALK_SESSION_SECONDS = 2_592_000;

  @Check(isWebUrl, 'SEALTALK_CODE_WEBHOOK must look like https://user:password@sms.example.org/codes.')
  SEALTALK_CODE_WEBHOOK?: string;

  @IsOptional()
  @Matches(/^[0-9A-Za-z]{4,16}$/, { message: 'SEALTALK_TEST_CODE must be 4 to 16 letters or digits, not "$value".' })
  SEALTALK_TEST_CODE?: string;

  @Flag()
  DTALK_MOCK_SIGNATURES = false;

  @WholeFrom(0, 100_000_000)
  IDEMPOTENCY_KEYS_PER_DAY = 100_000;

  @WholeFrom(1, 3_600)
  KEEP_ALIVE_SECONDS = 65;

  @WholeFrom(1, 1_000_000)
  MAX_CONNECTIONS = 10_000;

  @WholeFrom(1, 1_000_000)
  MAX_CONNECTIONS_PER_ADDRESS = 1_000;

  @WholeFrom(1, 1_000_000)
  MAX_OPEN_REQUESTS = 2_000;

  @WholeFrom(1, 65_536)
  MAX_UNSENT_MIB = 64;

  @WholeFrom(2_048, 1_048_576)
  MAX_HEADER_BYTES = 16_384;

  @Matches(new RegExp(`^${TENANT}$`), {
    message: 'DEFAULT_TENANT must be 1 to 64 letters, digits, "_" or "-", not "$value".',
  })
  DEFAULT_TENANT = '1000';

  @Check(
    (value) => new RegExp(`^ *${TENANT} *(, *${TENANT} *)*$`).test(value),
    'TENANTS must be tenants, separated by commas: 1 to 64 letters, digits, "_" or "-" each.',
  )
  TENANTS?: string;

  @IsIn(LOG_LEVELS, { message: `LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "$value".` })
  LOG_LEVEL: LogLevel = 'info';

  @Whole()
  @IsInt({ message: 'TOKEN_TTL_SECONDS must be a whole number from 60 to 315360000, not "$value".' })
  @Min(60, { message: 'TOKEN_TTL_SECONDS must be a whole number from 60 to 315360000, not "$value".' })
  @Max(TEN_YEARS, { message: 'TOKEN_TTL_SECONDS must be a whole number from 60 to 315360000, not "$value".' })
  TOKEN_TTL_SECONDS = 604_800;

  @Whole()
  @IsInt({ message: 'COMMAND_DEADLINE_SECONDS must be a whole number from 1 to 120, not "$value".' })
  @Min(1, { message: 'COMMAND_DEADLINE_SECONDS must be a whole number from 1 to 120, not "$value".' })
  @Max(120, { message: 'COMMAND_DEADLINE_SECONDS must be a whole number from 1 to 120, not "$value".' })
  COMMAND_DEADLINE_SECONDS = 10;
}

/** 32 bytes from hex, base64 or base64url (padded or not); undefined when it is anything else. */
export function decodeMasterKey(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return undefined;
}

function eventStoreProblem(text: string): string | undefined {
  if (text === 'postgres') return undefined;
  const address = readConnectionString(text);
  return 'problem' in address ? address.problem : undefined;
}

/** Express's names of networks. */
const NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal']);

function trustedProxiesProblem(text: string): string | undefined {
  const wrong = text
    .split(',')
    .map((each) => each.trim())
    .find((each) => each !== '' && !NETWORKS.has(each) && !isNetwork(each));
  return wrong === undefined
    ? undefined
    : `TRUSTED_PROXIES must be addresses, networks (10.0.0.0/8), "loopback", "linklocal" or "uniquelocal", separated by commas, not "${wrong}".`;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isPostgresUrl(text: string): boolean {
  try {
    const { protocol, hostname, searchParams } = new URL(text);
    return /^postgres(ql)?:$/.test(protocol) && (hostname !== '' || searchParams.has('host'));
  } catch {
    return false;
  }
}
