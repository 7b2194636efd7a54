import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { eventStoreDbOfRun } from './engines.js';
import { dropPrepared, RUN_VARIABLE } from './postgres.js';
import { type RunServer, startRunServer } from './run-server.js';

/**
 * Mocha listens for unhandled rejections, so Node doesn't end the process for them, and then drops them. Thrown, one fails
 * the test that runs; it would end a server.
 */
function throwUnhandled(reason: unknown): void {
  throw reason instanceof Error ? reason : new Error(`unhandled rejection: ${String(reason)}`);
}

/** What pg warns of, its next version refuses: a statement sent while the one before it is under way, for one. */
function throwWarned(warning: Error): void {
  if (warning.name === 'DeprecationWarning' && /\bpg@/.test(warning.message)) throw warning;
}

const listen = (): void => {
  process.off('unhandledRejection', throwUnhandled).on('unhandledRejection', throwUnhandled);
  process.off('warning', throwWarned).on('warning', throwWarned);
};
listen();

/** Where files run in parallel, mocha takes every listener away behind each of them. */
export const mochaHooks = { beforeAll: listen };

/**
 * One PostgreSQL for the whole run, unless PARLEY_TEST_DATABASE_URL names a server, as `npm test` does for its several runs.
 * Children of tests inherit the variable.
 */
let server: RunServer | undefined;

/** Which EventStoreDB the run was on, for its summary. */
let eventStoreDb = '';

export async function mochaGlobalSetup(): Promise<void> {
  eventStoreDb = await eventStoreDbOfRun();
  process.env[RUN_VARIABLE] = randomBytes(4).toString('hex');
  if (process.env['PARLEY_TEST_DATABASE_URL'] !== undefined) return;
  server = await startRunServer();
  process.env['PARLEY_TEST_DATABASE_URL'] = server.url;
}

export async function mochaGlobalTeardown(): Promise<void> {
  // Behind the reporter's own summary.
  console.log(`  ${eventStoreDb}\n`);
  if (server === undefined) await dropPrepared();
  await server?.stop();
}
