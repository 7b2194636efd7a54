import { EventStoreDBClient } from '@eventstore/db-client';
import { randomBytes } from 'node:crypto';
import { startEsdbDouble } from './esdb-double/index.js';
import { leaveBehind } from './esdb-leftovers.js';

export const ENGINES = ['PostgreSQL', 'EventStoreDB'] as const;
export type Engine = (typeof ENGINES)[number];

/** Where a test doesn't say: PostgreSQL, or what PARLEY_TEST_ENGINE names. */
export const USUAL_ENGINE: Engine =
  ENGINES.find((engine) => engine === process.env['PARLEY_TEST_ENGINE']) ?? 'PostgreSQL';

/** A server to run on instead of the double, `esdb://…`. It may hold anything already, others may be writing to it. */
export const REAL_ESDB = process.env['PARLEY_TEST_ESDB'] || undefined;

export interface TestEngine {
  readonly name: Engine;
  /** Nobody had these before. */
  readonly tenant: string;
  readonly otherTenant: string;
  /** What a server needs to run on it: where the log is, and whose history there is its own. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * An engine for tests of the whole server. EventStoreDB is the server that PARLEY_TEST_ESDB names, or a double that holds
 * what others left behind, as that server may.
 */
export async function testEngine(name: Engine): Promise<TestEngine> {
  const tenant = `t${randomBytes(6).toString('hex')}`;
  const otherTenant = `${tenant}-b`;
  const own = { name, tenant, otherTenant };
  if (name === 'PostgreSQL') return { ...own, env: { DEFAULT_TENANT: tenant }, stop: () => Promise.resolve() };

  const env = { DEFAULT_TENANT: tenant, TENANTS: `${tenant},${otherTenant}` };
  if (REAL_ESDB !== undefined) {
    return { ...own, env: { ...env, EVENT_STORE: REAL_ESDB }, stop: () => Promise.resolve() };
  }
  const double = await startEsdbDouble();
  await leaveBehind(double.url, tenant);
  return { ...own, env: { ...env, EVENT_STORE: double.url }, stop: () => double.stop() };
}

/**
 * In a sentence, with the server's own word for its version.
 * @throws Error when PARLEY_TEST_ESDB names a server that doesn't answer: a run must not end up on something else
 */
export async function eventStoreDbOfRun(): Promise<string> {
  if (REAL_ESDB === undefined) {
    return 'No real EventStoreDB was tried: the double stood in for it (PARLEY_TEST_ESDB=esdb://… names a server).';
  }
  return `EventStoreDB ${await versionOf(REAL_ESDB)} at ${redacted(REAL_ESDB)} was the server of the contract and e2e suites.`;
}

const ANSWER_MS = 15_000;

async function versionOf(connectionString: string): Promise<string> {
  const client = EventStoreDBClient.connectionString(connectionString);
  // Kept from its users by the client, which asks for it itself.
  const { capabilities } = client as unknown as { readonly capabilities: Promise<{ readonly serverVersion: string }> };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ANSWER_MS.toString()} ms`));
    }, ANSWER_MS);
  });
  try {
    return (await Promise.race([capabilities, late])).serverVersion;
  } catch (error) {
    throw new Error(`PARLEY_TEST_ESDB names ${redacted(connectionString)}, which does not answer`, { cause: error });
  } finally {
    clearTimeout(timer);
    await client.dispose();
  }
}

const redacted = (connectionString: string): string => connectionString.replace(/\/\/[^/?]*@/, '//…@');
