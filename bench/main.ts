import 'reflect-metadata';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { CommandPipeline } from '../application/commands/pipeline.js';
import { systemClock } from '../application/ports/clock.js';
import type { EventStore } from '../application/ports/event-store.js';
import { startEmbeddedPostgres } from '../infrastructure/embedded-postgres/embedded-postgres.js';
import { migrations } from '../infrastructure/database.js';
import { openEventStoreDb } from '../infrastructure/event-store/eventstoredb/open.js';
import { openPostgresEventStore } from '../infrastructure/event-store/postgres/postgres-event-store.js';
import { migrate } from '../infrastructure/postgres/migrate.js';
import { PostgresIdempotencyLedger } from '../infrastructure/system/idempotency-ledger.js';
import { toldToStop } from '../infrastructure/told-to-stop.js';
import { measure, type Measured, type Row, table } from './harness.js';
import { serializerOn } from './log.js';
import { silentLog } from './payload.js';
import { appendEventStoreDb } from './rows/append-eventstoredb.js';
import { appendPostgres } from './rows/append-postgres.js';
import { attackRows } from './rows/attack.js';
import { auditRows } from './rows/audit.js';
import { conversationRows } from './rows/conversations.js';
import { foldRow } from './rows/fold.js';
import { hotStream } from './rows/hot-stream.js';
import { httpBench } from './rows/http.js';
import { importRows } from './rows/imports.js';
import { proofRows } from './rows/proof.js';
import { readEventStoreDb } from './rows/read-eventstoredb.js';
import { rebuildFromEventStoreDb, rebuildUnderFlood } from './rows/rebuild-live.js';
import { rebuildRows } from './rows/rebuild.js';
import { sealBench } from './rows/seal.js';

/**
 * `npm run bench [-- --rounds 7] [-- --ms 1500] [-- --warm 5000] [-- --only TEXT] [-- --messages 1000000]`: every row with its
 * peers in the same run, interleaved, medians; a table on stdout, JSON in bench/results. `--quick` for a first look: few short rounds. EventStoreDB is the double unless PARLEY_TEST_ESDB names a server.
 */
const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const option = (name: string, otherwise: string): string => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? otherwise : (args[at + 1] ?? otherwise);
};
const quick = args.includes('--quick');
const plan = {
  rounds: Number(option('rounds', quick ? '3' : '7')),
  ms: Number(option('ms', quick ? '800' : '1500')),
  warmMs: Number(option('warm', quick ? '1500' : '5000')),
  quick,
};
const only = option('only', '');
/** In the long conversation. */
const messages = Number(option('messages', quick ? '100000' : '1000000'));

const closers: (() => Promise<unknown>)[] = [];
const results: Measured[] = [];

async function run(row: Row): Promise<void> {
  if (!row.name.includes(only)) return;
  process.stderr.write(`… ${row.name}\n`);
  try {
    const measured = await measure(row, plan);
    results.push(measured);
    process.stderr.write(`${table([measured])}\n`);
  } catch (error) {
    // What the others gave is shown all the same.
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function pipelineOn(store: EventStore, pool: pg.Pool): CommandPipeline {
  const serializer = serializerOn(pool);
  const ledger = new PostgresIdempotencyLedger(pool);
  return new CommandPipeline({ store, serializer, ledger, clock: systemClock, log: silentLog });
}

/** The double in a process of its own, as a server would be. */
async function startDouble(): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, [join(here, '..', 'test', 'support', 'esdb-double', 'main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  });
  for await (const chunk of child.stdout ?? []) {
    const url = /esdb:\/\/\S+/.exec(String(chunk))?.[0];
    if (url !== undefined) return url;
  }
  throw new Error('the double did not start');
}

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  await chmod(directory, 0o711);
  closers.push(() => rm(directory, { recursive: true, force: true }));
  const starting = startEmbeddedPostgres({ dataDir: join(directory, 'data'), log: silentLog });
  closers.push(async () => (await starting).stop());
  const server = await starting;
  const url = server.url();
  await migrate(url, migrations);
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  closers.push(() => pool.end());
  if (only.startsWith('HTTP')) {
    await overHttp(server.url('http'), pool);
    return;
  }
  if (only.startsWith('Attack')) {
    await underAttack(server.url('attack'), pool);
    return;
  }
  if (only.startsWith('Audit')) {
    await audited((name) => server.url(name), pool);
    return;
  }
  if (only.startsWith('Conversations')) {
    await inConversations(server.url('conversations'), pool);
    return;
  }
  if (only.startsWith('Rebuild')) {
    await rebuilt((name) => server.url(name), pool);
    return;
  }
  if (only.startsWith('Imports')) {
    await importing(server.url('imports'), pool);
    return;
  }
  if (!only.includes('EventStoreDB')) await onPostgres(url, pool);
  await onEventStoreDb(pool);
  await run(foldRow());
  if (only !== '') return;
  await underAttack(server.url('attack'), pool);
  await overHttp(server.url('http'), pool);
  await inConversations(server.url('conversations'), pool);
  await audited((name) => server.url(name), pool);
  await importing(server.url('imports'), pool);
  await rebuilt((name) => server.url(name), pool);
}

async function onPostgres(url: string, pool: pg.Pool): Promise<void> {
  const postgres = await openPostgresEventStore({ url, log: silentLog });
  closers.push(() => postgres.close());
  const append = await appendPostgres(url, postgres);
  closers.push(() => append.close());
  for (const row of append.rows) await run(row);
  await run(await hotStream(pipelineOn(postgres, pool), 'PostgreSQL'));
  const seal = sealBench(url, postgres);
  closers.push(() => seal.close());
  for (const row of seal.rows) await run(row);
}

async function eventStoreDbServer(): Promise<{ readonly connectionString: string; readonly named: string }> {
  const real = process.env['PARLEY_TEST_ESDB'];
  return real === undefined
    ? { connectionString: await startDouble(), named: 'the double; no real server was measured' }
    : { connectionString: real, named: 'a real server' };
}

async function onEventStoreDb(pool: pg.Pool): Promise<void> {
  const { connectionString: esdb, named } = await eventStoreDbServer();
  const eventStoreDb = await openEventStoreDb({ connectionString: esdb, log: silentLog });
  closers.push(() => eventStoreDb.close());
  const read = readEventStoreDb(esdb, named, eventStoreDb);
  closers.push(() => read.close());
  await run(read.row);
  const bare = appendEventStoreDb(esdb, named, eventStoreDb);
  closers.push(() => bare.close());
  for (const row of bare.rows) await run(row);
  await run(await hotStream(pipelineOn(eventStoreDb, pool), `EventStoreDB (${named})`));
}

/** Seeding takes its time, so these rows run with all the others, or where `--only` begins with HTTP. */
async function overHttp(url: string, pool: pg.Pool): Promise<void> {
  await pool.query('CREATE DATABASE http');
  const http = await httpBench(url);
  closers.push(() => http.close());
  for (const row of http.rows) await run(row);
}

/** With all the others, or where `--only` begins with Conversations. */
async function inConversations(url: string, pool: pg.Pool): Promise<void> {
  await pool.query('CREATE DATABASE conversations');
  for (const row of await conversationRows(url, closers, { only, messages })) await run(row);
}

/** With all the others, or where `--only` begins with Audit. */
async function audited(urlOf: (database: string) => string, pool: pg.Pool): Promise<void> {
  const isOfProof = /^Audit: (verify|export|stand|seal)/.test(only);
  if (!isOfProof) {
    await pool.query('CREATE DATABASE audit');
    for (const row of await auditRows(urlOf('audit'), closers)) await run(row);
  }
  if (only.startsWith('Audit: ') && !isOfProof) return;
  await pool.query('CREATE DATABASE proof');
  await pool.query('CREATE DATABASE proof_short');
  const urls = [urlOf('proof'), urlOf('proof_short')] as const;
  for (const row of await proofRows(urls, closers, quick ? 20_000 : 200_000)) await run(row);
}

/** With all the others, or where `--only` begins with Imports. */
async function importing(url: string, pool: pg.Pool): Promise<void> {
  await pool.query('CREATE DATABASE imports');
  for (const row of await importRows(url, closers, quick ? 10_000 : 100_000)) await run(row);
}

/** With all the others, or where `--only` begins with Rebuild; `--messages` says from how many events. */
async function rebuilt(urlOf: (name: string) => string, pool: pg.Pool): Promise<void> {
  const made = async (name: string): Promise<string> => {
    await pool.query(`CREATE DATABASE ${name}`);
    return urlOf(name);
  };
  for (const row of await rebuildRows(made, closers, { only, events: messages })) await run(row);
  const wanted = (beginning: string): boolean => beginning.startsWith(only) || only.startsWith(beginning);
  if (wanted('Rebuild: members from EventStoreDB'))
    await run(await rebuildFromEventStoreDb(await made('rebuild_esdb'), await eventStoreDbServer(), closers));
  if (wanted('Rebuild: p99')) await run(await rebuildUnderFlood(await made('rebuild_flood'), closers, messages));
}

/** With all the others, or where `--only` begins with Attack. */
async function underAttack(url: string, pool: pg.Pool): Promise<void> {
  await pool.query('CREATE DATABASE attack');
  for (const row of await attackRows(url, closers)) await run(row);
}

let closing: Promise<void> | undefined;

/** What it has started ends also when it is cut off: the PostgreSQL last. */
async function closeEach(): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop())
    await close().catch((error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      process.exitCode = 1;
    });
}

const closeAll = (): Promise<void> => (closing ??= closeEach());

async function cutOff(): Promise<never> {
  const signal = await toldToStop('bench');
  // A row goes on until what it works with is closed under it.
  process.on('unhandledRejection', () => undefined);
  await closeAll();
  process.exit(128 + constants.signals[signal === 'npm has ended' ? 'SIGTERM' : signal]);
}

try {
  await Promise.race([main(), cutOff()]);
} finally {
  await closeAll();
}

const cpu = cpus();
process.stdout.write(
  `\n${table(results)}\n${cpu.length.toString()} × ${cpu[0]?.model ?? 'unknown'}, Node ${process.version}, ${plan.rounds.toString()} rounds of ${plan.ms.toString()} ms, medians\n`,
);
const folder = join(process.cwd(), 'bench', 'results');
await mkdir(folder, { recursive: true });
const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
await writeFile(file, `${JSON.stringify({ node: process.version, cpus: cpu.length, plan, results }, undefined, 2)}\n`);
process.stdout.write(`${file}\n`);
if (results.some(({ ratios }) => ratios.some(({ met }) => met === false))) process.exitCode = 1;
