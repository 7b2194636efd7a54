import { randomBytes } from 'node:crypto';
import pg from 'pg';

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
  const name = `${label}_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`);
  const url = new URL(testServerUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: testServerUrl() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
