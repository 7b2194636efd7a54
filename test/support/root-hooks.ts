import 'reflect-metadata';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../infrastructure/embedded-postgres/embedded-postgres.js';
import { eventStoreDbOfRun } from './engines.js';
import { dropPrepared, RUN_VARIABLE } from './postgres.js';
import { silentLogger } from './silent-logger.js';

/**
 * Mocha listens for unhandled rejections, so Node doesn't end the process for them, and then drops them. Thrown, one fails
 * the test that runs; it would end a server.
 */
function throwUnhandled(reason: unknown): void {
  throw reason instanceof Error ? reason : new Error(`unhandled rejection: ${String(reason)}`);
}
process.on('unhandledRejection', throwUnhandled);

export const mochaHooks = {
  /** Where files run in parallel, mocha takes every listener away behind each of them. */
  beforeAll: (): void => {
    process.off('unhandledRejection', throwUnhandled).on('unhandledRejection', throwUnhandled);
  },
};

/** One PostgreSQL for the whole run, unless PARLEY_TEST_DATABASE_URL names a server. Children of tests inherit the variable. */
let server: EmbeddedPostgres | undefined;
let directory: string | undefined;
let janitor: ChildProcess | undefined;

/** Which EventStoreDB the run was on, for its summary. */
let eventStoreDb = '';

export async function mochaGlobalSetup(): Promise<void> {
  eventStoreDb = await eventStoreDbOfRun();
  process.env[RUN_VARIABLE] = randomBytes(4).toString('hex');
  if (process.env['PARLEY_TEST_DATABASE_URL'] !== undefined) return;
  directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(directory, 0o711);
  server = await startEmbeddedPostgres({
    dataDir: join(directory, 'data'),
    log: silentLogger,
    // It outlives no crash of the machine, so nothing waits for the disk.
    settings: { max_connections: '400', fsync: 'off' },
  });
  process.env['PARLEY_TEST_DATABASE_URL'] = server.url();
  janitor = tidyUpAfter(directory);
}

export async function mochaGlobalTeardown(): Promise<void> {
  // Behind the reporter's own summary.
  console.log(`  ${eventStoreDb}\n`);
  if (server === undefined) await dropPrepared();
  await server?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  janitor?.kill();
}

/** A run that is killed can't stop its server: this shell notices by the end of its input, which closes with us. */
function tidyUpAfter(path: string): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const script =
    'cat > /dev/null; kill -INT "$(head -n 1 "$1/data/postgres/pgdata/postmaster.pid")"; sleep 3; rm -rf "$1"';
  const child = spawn('/bin/sh', ['-c', script, 'sh', path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
