import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type pg from 'pg';
import { tablesOf, type Projection } from '../../projections/engine/projection.js';
import { groupMembersProjection } from '../../projections/group-members.projection.js';
import { ProjectionEngine } from '../../projections/index.js';
import { messagesProjection } from '../../projections/messages.projection.js';
import type { Row } from '../harness.js';
import { newLog } from '../log.js';
import { silentLog } from '../payload.js';
import { Seed } from '../seed.js';

/** The file of a process that rebuilds as the command does. */
export const REBUILD_WORKER = join(dirname(fileURLToPath(import.meta.url)), '..', 'rebuild-worker.js');
const run = promisify(execFile);
/** Sizes at which the peak of memory is looked at; the last only where so many events are asked for. */
const SIZES = [100_000, 1_000_000, 5_000_000] as const;
const PAGE = 4_000;
const TIMES = 3;
/** What a history five times as long may take more. */
const GROWTH = 1.2;
const count = (n: number): string => n.toLocaleString('en-US');

export interface RebuildBenchOptions {
  /** Rows whose names hold it. */
  readonly only: string;
  /** In the log of each of the two. */
  readonly events: number;
}

interface Subject {
  readonly what: string;
  readonly projection: Projection;
  readonly seed: (seed: Seed, events: number) => Promise<void>;
}

const SUBJECTS: readonly Subject[] = [
  { what: 'members', projection: groupMembersProjection, seed: (seed, events) => seed.livedGroups(events) },
  { what: 'messages', projection: messagesProjection, seed: (seed, events) => seed.livedConversations(events) },
];

/**
 * A rebuild beside what it can't do without: a bare read of the same log, a bare COPY of the rows that come of it, and the
 * same indexes made of them. Each on a database of its own, by this process.
 */
export async function rebuildRows(
  urlOf: (database: string) => Promise<string>,
  closers: (() => Promise<unknown>)[],
  { only, events }: RebuildBenchOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const subject of SUBJECTS) {
    const name = `Rebuild: ${subject.what} from ${count(events)} events`;
    if (!name.includes(only) && !only.startsWith('Rebuild: peak')) continue;
    const log = await LogOf.open(await urlOf(`rebuild_${subject.what}`), closers, subject);
    if (subject.what === 'members') rows.push(...peaks(log, events).filter((row) => row.name.includes(only)));
    if (!name.includes(only)) continue;
    const file = join(tmpdir(), `parley-bench-rows-${process.pid.toString()}-${log.projection.name}`);
    closers.push(() => rm(file, { force: true }));
    rows.push(beside(name, log, events, file));
  }
  return rows;
}

/** A log that grows, and what is made of it. */
class LogOf {
  #events = 0;

  private constructor(
    readonly url: string,
    readonly masterKey: Buffer,
    readonly pool: pg.Pool,
    readonly engine: ProjectionEngine,
    readonly projection: Projection,
    private readonly seed: Seed,
    private readonly subject: Subject,
  ) {}

  static async open(url: string, closers: (() => Promise<unknown>)[], subject: Subject): Promise<LogOf> {
    const { pool, store, serializer, masterKey, close } = await newLog(url);
    closers.push(close);
    const { projection } = subject;
    const projections = [projection];
    const engine = new ProjectionEngine({ store, serializer, pool, lockUrl: url, projections, log: silentLog });
    return new LogOf(url, masterKey, pool, engine, projection, new Seed(store, serializer), subject);
  }

  async growTo(events: number): Promise<void> {
    if (events <= this.#events) return;
    await this.subject.seed(this.seed, events - this.#events);
    this.#events = events;
    await this.pool.query('VACUUM ANALYZE events.log');
  }

  /** The shown rows as a file that PostgreSQL reads; gives their table. */
  async copied(file: string): Promise<string> {
    const { name, version } = this.projection;
    const { rows } = await this.pool.query<{ letter: 'a' | 'b' }>(
      'SELECT letter FROM read.projection WHERE name = $1 AND version = $2',
      [name, version],
    );
    const { main } = tablesOf(this.projection, rows[0]?.letter ?? 'a');
    await this.pool.query(`COPY ${main} TO '${file}'`);
    return main;
  }
}

/** @param file for the rows, as PostgreSQL writes and reads them */
function beside(name: string, log: LogOf, events: number, file: string): Row {
  let table = '';
  const peer = 'bare read, bare COPY and the same indexes';
  const parts = { read: 0, copy: 0, index: 0 };
  return {
    name,
    unit: 'ms',
    plan: { rounds: TIMES, ms: 0, warmMs: 0 },
    prepare: async () => {
      await log.growTo(events);
      await log.engine.rebuild(log.projection.name);
      table = await log.copied(file);
    },
    sides: [
      { name: 'Parley', run: async () => (await log.engine.rebuild(log.projection.name)).milliseconds },
      {
        name: peer,
        run: async () => {
          parts.read = await timed(() => bareRead(log.pool));
          const scratch = 'read.bare';
          await log.pool.query(`DROP TABLE IF EXISTS ${scratch}`);
          table = await log.copied(file);
          await log.pool.query(`CREATE TABLE ${scratch} (LIKE ${table})`);
          parts.copy = await timed(() => log.pool.query(`COPY ${scratch} FROM '${file}'`));
          parts.index = await timed(() => index(log, table, scratch));
          return parts.read + parts.copy + parts.index;
        },
      },
      { name: 'of that, the read', run: () => Promise.resolve(parts.read) },
      { name: 'of that, the COPY', run: () => Promise.resolve(parts.copy) },
    ],
    bars: [{ peer, bar: 3 }],
  };
}

async function bareRead(pool: pg.Pool): Promise<void> {
  for (let position = '0'; ;) {
    const { rows } = await pool.query<{ position: string }>({
      name: 'bare-read',
      text: `SELECT position, revision, id, stream, type, data, metadata FROM events.log WHERE position > $1
             ORDER BY position LIMIT ${PAGE.toString()}`,
      values: [position],
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    position = last.position;
  }
}

/** Those of the shown table, made of its definitions. */
async function index({ pool }: LogOf, table: string, scratch: string): Promise<void> {
  const { rows } = await pool.query<{ made: string; name: string }>(
    'SELECT indexdef AS made, indexname AS name FROM pg_indexes WHERE schemaname || $2 || tablename = $1',
    [table, '.'],
  );
  for (const { made, name } of rows) await pool.query(made.replace(name, `bare_${name}`).replace(table, scratch));
  await pool.query(`ANALYZE ${scratch}`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Of a process that rebuilds as the command does, from histories of several lengths. */
function peaks(log: LogOf, most: number): Row[] {
  const sizes = SIZES.filter((size) => size <= Math.max(most, SIZES[0]));
  const known = new Map<number, number>();
  const peak = async (size: number): Promise<number> => {
    await log.growTo(size);
    const { stdout } = await run(process.execPath, [REBUILD_WORKER, log.url, log.projection.name], {
      env: { ...process.env, PARLEY_MASTER_KEY: log.masterKey.toString('base64') },
    });
    const { peakMiB } = JSON.parse(stdout) as { peakMiB: number };
    known.set(size, peakMiB);
    return peakMiB;
  };
  return sizes.map((size, at) => {
    const before = sizes[at - 1];
    const peer = `from ${count(before ?? 0)}`;
    return {
      name: `Rebuild: peak memory of its process, members from ${count(size)} events`,
      unit: 'MiB',
      plan: { rounds: 1, ms: 0, warmMs: 0 },
      sides: [
        { name: 'Parley', run: () => (known.has(size) ? Promise.resolve(known.get(size) ?? 0) : peak(size)) },
        ...(before === undefined ? [] : [{ name: peer, run: () => Promise.resolve(known.get(before) ?? NaN) }]),
      ],
      bars: size === SIZES[2] ? [{ peer, bar: GROWTH }] : [],
    };
  });
}
