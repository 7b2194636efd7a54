import { randomBytes } from 'node:crypto';
import { startEsdbDouble } from './esdb-double/index.js';
import { leaveBehind } from './esdb-leftovers.js';

export const ENGINES = ['PostgreSQL', 'EventStoreDB'] as const;
export type Engine = (typeof ENGINES)[number];

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
