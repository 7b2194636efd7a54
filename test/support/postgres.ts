import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrations } from '../../infrastructure/database.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { makePool } from '../../infrastructure/postgres/pool.js';
import { mendAll } from '../../projections/engine/mend.js';
import { projectionMigrations, projections } from '../../projections/index.js';
import { eventually } from './eventually.js';
import { silentLogger } from './silent-logger.js';

/**
 * A database of its own for a suite, on the server that the root hooks started (or on PARLEY_TEST_DATABASE_URL, a
 * superuser's URL of any server).
 */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export function testServerUrl(): string {
  const url = process.env['PARLEY_TEST_DATABASE_URL'];
  if (url === undefined)
    throw new Error('PARLEY_TEST_DATABASE_URL is set by test/support/root-hooks.ts before any suite runs');
  return url;
}

export async function freshDatabase(label = 'db'): Promise<TestDatabase> {
  return create(label, "template0 ENCODING 'UTF8' LOCALE 'C'");
}

async function create(label: string, template: string): Promise<TestDatabase> {
  const { name, url } = named(label);
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template} ${await (strategy ??= quickest())}`);
  return {
    url,
    drop: async () => {
      await goodbyes(name);
      await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

let strategy: Promise<string> | undefined;

/** Files are copied as they are, where the server knows that: a third of what it takes page by page through the WAL. */
async function quickest(): Promise<string> {
  const [row] = await administer<{ knows: boolean }>(
    "SELECT current_setting('server_version_num')::int >= 150000 AS knows",
  );
  return row?.knows === true ? 'STRATEGY FILE_COPY' : '';
}

/** Names a run, for what it must take away behind itself on a server that isn't its own. */
export const RUN_VARIABLE = 'PARLEY_TEST_RUN';
const preparedLabel = (): string => `prepared_${process.env[RUN_VARIABLE] ?? 'alone'}`;

/** Those of all processes of this run. */
export async function dropPrepared(): Promise<void> {
  const client = new pg.Client({ connectionString: testServerUrl() });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE datname ~ $1',
      [`^${preparedLabel()}_`],
    );
    for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS ${name}`);
  } finally {
    await client.end();
  }
}

const templates = new Map<string, Promise<string>>();

/**
 * A database of its own with what `fill` puts into one: the first of this process is filled, it and the others are copies of
 * that, which takes a fraction of the time.
 *
 * @param kind of filling, a word; the same `fill` with it each time
 */
export async function filledDatabase(
  label: string,
  kind: string,
  fill: (url: string) => Promise<void>,
): Promise<TestDatabase> {
  if (!templates.has(kind)) templates.set(kind, makeTemplate(kind, fill));
  const database = await create(label, await templates.get(kind)!);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // Each log is one of its own.
  await client.query(`DO $$ BEGIN
    IF to_regclass('events.store') IS NOT NULL THEN
      UPDATE events.store SET identity = replace(gen_random_uuid()::text, '-', '');
    END IF; END $$`);
  await client.end();
  return database;
}

async function makeTemplate(kind: string, fill: (url: string) => Promise<void>): Promise<string> {
  const { url } = await freshDatabase(`${preparedLabel()}_${kind}`);
  await fill(url);
  const name = new URL(url).pathname.slice(1);
  await goodbyes(name);
  // A copy is refused while anybody is connected.
  await administer(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
  );
  return name;
}

/** One with the schemas that a server's start makes, and nothing in it. */
export const preparedDatabase = (label: string): Promise<TestDatabase> => filledDatabase(label, 'server', prepare);

async function prepare(url: string): Promise<void> {
  await migrate(url, [...migrations, ...projectionMigrations]);
  const pool = makePool({ url, max: 2, name: 'test prepared', log: silentLogger });
  const store = { identity: '', head: () => Promise.resolve(undefined) };
  await mendAll({ pool, store, log: silentLogger }, projections);
  await pool.end();
}

function named(label: string): { readonly name: string; readonly url: string } {
  const name = `${label}_${randomBytes(6).toString('hex')}`;
  const url = new URL(testServerUrl());
  url.pathname = `/${name}`;
  return { name, url: url.href };
}

/**
 * A pool that has ended may still be saying goodbye: to be cut off in that is an error that nobody listens for. Who doesn't mean
 * to go isn't waited for any longer.
 */
async function goodbyes(name: string): Promise<void> {
  const someone = `SELECT 1 FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend' LIMIT 1`;
  await eventually(async () => (await administer(someone)).length === 0, 500).catch(() => undefined);
}

let administrator: pg.Pool | undefined;

/** By one connection that this process keeps: to make another costs as much as to copy a database. */
async function administer<Row extends object>(statement: string): Promise<Row[]> {
  administrator ??= new pg.Pool({
    connectionString: testServerUrl(),
    max: 1,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
  }).on('error', () => {
    // The server of the run has ended, and this with it.
  });
  return (await administrator.query<Row>(statement)).rows;
}
