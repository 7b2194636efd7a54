import pg from 'pg';

/** The system tables can't be copied as they are; the message tells the operator why. */
export class SystemCopyRefused extends Error {
  override readonly name = 'SystemCopyRefused';
}

export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

/** Rows of one insert: a wrapped key or an idempotency row takes a few hundred bytes. */
const PAGE = 2_000;

/** Snapshots are made again from the log. */
const TABLES = `SELECT format('system.%I', relname) AS name FROM pg_class
  WHERE relnamespace = 'system'::regnamespace AND relkind = 'r' AND relname <> 'snapshot' ORDER BY relname`;
const NUMBER = 'SELECT last_value::text AS last, is_called AS called FROM system.number';
/** The same rows give the same, in whatever order. */
const print = (table: string): string =>
  `SELECT count(*)::int AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS print FROM ${table} t`;

/**
 * Copies schema `system` (keys, logins, reservations, idempotency rows, numbers) as of one moment into a database whose
 * own is empty. All or nothing: it is committed when both sides have the same rows. The target has been migrated. The signal
 * stops it between two pages.
 *
 * @throws SystemCopyRefused
 */
export const copySystem = (sourceUrl: string, targetUrl: string, signal?: AbortSignal): Promise<CopiedTable[]> =>
  between(sourceUrl, targetUrl, 'BEGIN', async (source, target) => {
    const copied = await copyTables(source, target, signal);
    await target.query('COMMIT');
    return copied;
  });

/** What `copySystem` would copy; refuses as it would, and writes nothing. The target may be without its tables yet. @throws SystemCopyRefused */
export const plannedSystemCopy = (sourceUrl: string, targetUrl: string): Promise<CopiedTable[]> =>
  between(sourceUrl, targetUrl, 'BEGIN READ ONLY', async (source, target) => {
    const tables = await tablesOf(source);
    const known = await tablesOf(target);
    refuseUnfit(tables, known.length === 0 ? tables : known);
    for (const table of known) await refuseFull(target, table);
    const planned: CopiedTable[] = [];
    for (const table of tables) {
      const { rows } = await source.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`);
      planned.push({ table, rows: rows[0]?.rows ?? 0 });
    }
    return planned;
  });

/** With the source as of one moment, and the target in a transaction that is gone unless `work` commits it. */
async function between<Result>(
  sourceUrl: string,
  targetUrl: string,
  begin: 'BEGIN' | 'BEGIN READ ONLY',
  work: (source: pg.Client, target: pg.Client) => Promise<Result>,
): Promise<Result> {
  const source = await connected(sourceUrl);
  try {
    const target = await connected(targetUrl);
    try {
      await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await target.query(begin);
      return await work(source, target);
    } finally {
      await target.end();
    }
  } finally {
    await source.end();
  }
}

function refuseUnfit(tables: readonly string[], known: readonly string[]): void {
  if (tables.length === 0) throw new SystemCopyRefused('The source has no schema "system" of Parley\'s.');
  const strange = tables.filter((table) => !known.includes(table));
  if (strange.length > 0) throw new SystemCopyRefused(`The source is of another version: ${strange.join(', ')}.`);
}

async function refuseFull(target: pg.Client, table: string): Promise<void> {
  const { rowCount } = await target.query(`SELECT 1 FROM ${table} LIMIT 1`);
  if (rowCount !== 0) throw new SystemCopyRefused(`The target has rows in ${table} already; it must be empty.`);
}

async function copyTables(source: pg.Client, target: pg.Client, signal?: AbortSignal): Promise<CopiedTable[]> {
  const tables = await tablesOf(source);
  const known = await tablesOf(target);
  refuseUnfit(tables, known);
  for (const table of known) {
    await target.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await refuseFull(target, table);
  }
  const copied: CopiedTable[] = [];
  for (const table of tables) copied.push({ table, rows: await copyTable(source, target, table, signal) });
  const { rows } = await source.query<{ last: string; called: boolean }>(NUMBER);
  await target.query('SELECT setval($1, $2::bigint, $3)', ['system.number', rows[0]?.last, rows[0]?.called]);
  return copied;
}

async function copyTable(source: pg.Client, target: pg.Client, table: string, signal?: AbortSignal): Promise<number> {
  await source.query(`DECLARE page NO SCROLL CURSOR FOR SELECT to_json(t)::text AS row FROM ${table} t`);
  for (;;) {
    signal?.throwIfAborted();
    const { rows } = await source.query<{ row: string }>(`FETCH ${PAGE.toString()} FROM page`);
    if (rows.length === 0) break;
    await target.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`, [
      `[${rows.map(({ row }) => row).join(',')}]`,
    ]);
  }
  await source.query('CLOSE page');
  const [was, is] = [await printOf(source, table), await printOf(target, table)];
  if (was.rows !== is.rows || was.print !== is.print)
    throw new SystemCopyRefused(`The rows of ${table} did not arrive as they were; nothing was written.`);
  return is.rows;
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows: schemas } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'system'");
  if (schemas.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(TABLES);
  return rows.map(({ name }) => name);
}

async function printOf(client: pg.Client, table: string): Promise<{ rows: number; print: string }> {
  const { rows } = await client.query<{ rows: number; print: string }>(print(table));
  return rows[0] ?? { rows: 0, print: '' };
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'parley system copy',
    // A row's text, which is compared, depends on these.
    options: '-c TimeZone=UTC -c bytea_output=hex -c DateStyle=ISO',
  });
  client.on('error', () => undefined); // the query under way rejects too
  try {
    await client.connect();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SystemCopyRefused(`PostgreSQL does not answer: ${why}`, { cause: error });
  }
  return client;
}
