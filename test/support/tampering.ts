import type pg from 'pg';
import { hashOf, withHash } from '../../infrastructure/serialization/hash-chain.js';
import type { Random } from './random.js';

interface Row {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** What was done to the log's table, in words, and which events a verifier must name. */
export interface Tampering {
  readonly what: string;
  /** Any of these in what a verifier says names it: an event's id or, of one that is gone, its index. */
  readonly names: readonly string[];
}

const ROWS =
  'SELECT position::text, stream, revision::text, id, type, data, metadata FROM events.log ORDER BY log.position';

/** Changes the log behind everybody's back, in one of the ways in which it can be changed, among its first `sealed` events. */
export async function tamper(pool: pg.Pool, sealed: number, random: Random): Promise<Tampering> {
  const { rows } = await pool.query<Row>(ROWS);
  const index = random.between(0, sealed);
  const row = rows[index]!;
  const near = [index - 1, index, index + 1].map(String);
  switch (random.between(0, 6)) {
    case 0:
      return changedByte(pool, row, random);
    case 1:
      await pool.query('DELETE FROM events.log WHERE position = $1', [row.position]);
      return { what: `event ${index.toString()} deleted`, names: [`"index":${index.toString()}`] };
    case 2: {
      const other = rows[(index + random.between(1, sealed)) % sealed]!;
      await exchange(pool, row, other);
      return { what: `events at ${row.position} and ${other.position} swapped`, names: [row.id, other.id] };
    }
    case 3: {
      const id = row.id.replace(/^.{8}/, (start) => (BigInt(`0x${start}`) ^ 1n).toString(16).padStart(8, '0'));
      await pool.query('UPDATE events.log SET position = -position WHERE position >= $1', [row.position]);
      await pool.query('UPDATE events.log SET position = 1 - position WHERE position < 0');
      await pool.query(
        'INSERT INTO events.log (position, stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        [row.position, `${row.stream}.x${random.between(0, 9).toString()}`, '0', id, row.type, row.data, row.metadata],
      );
      return { what: `an event inserted before ${index.toString()}`, names: [id] };
    }
    case 4: {
      await pool.query('DELETE FROM events.log WHERE position >= $1', [row.position]);
      return { what: `all from event ${index.toString()} on cut off`, names: [`"index":${index.toString()}`] };
    }
    default:
      return rewritten(pool, rows, row, near);
  }
}

async function changedByte(pool: pg.Pool, row: Row, random: Random): Promise<Tampering> {
  const column = (['stream', 'type', 'data', 'metadata', 'id', 'revision'] as const)[random.between(0, 6)]!;
  const was = row[column];
  let is: string;
  if (column === 'revision') is = (Number(was) + 1_000).toString();
  else if (column === 'id') is = was.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  else {
    const at = random.between(0, was.length);
    // ASCII only, and never a character that PostgreSQL doesn't store.
    const code = was.charCodeAt(at);
    const other = String.fromCharCode(code === 0x78 ? 0x79 : 0x78);
    is =
      random.between(0, 5) === 0 && column !== 'stream'
        ? `${was.slice(0, at)} ${was.slice(at)}`
        : was.slice(0, at) + other + was.slice(at + 1);
  }
  await pool.query(`UPDATE events.log SET ${column} = $1 WHERE position = $2`, [is, row.position]);
  return {
    what: `${column} of the event at ${row.position} from ${was} to ${is}`,
    names: column === 'id' ? [is] : [row.id],
  };
}

async function exchange(pool: pg.Pool, one: Row, other: Row): Promise<void> {
  await pool.query('UPDATE events.log SET position = -1 WHERE position = $1', [one.position]);
  await pool.query('UPDATE events.log SET position = $1 WHERE position = $2', [one.position, other.position]);
  await pool.query('UPDATE events.log SET position = $1 WHERE position = -1', [other.position]);
}

/** Another payload, and every hash of the stream from there on made to fit. */
async function rewritten(pool: pg.Pool, rows: readonly Row[], row: Row, near: readonly string[]): Promise<Tampering> {
  const stream = rows.filter((each) => each.stream === row.stream);
  let prevHash = /"prevHash":"([^"]*)"/.exec(row.metadata)?.[1] ?? '';
  for (const each of stream.slice(stream.indexOf(row))) {
    const data = each === row ? each.data.replace(/^\{/, '{"x":1,') : each.data;
    const unhashed = each.metadata
      .replace(/,"hash":"[^"]*"\}$/, '}')
      .replace(/"prevHash":"[^"]*"/, `"prevHash":"${prevHash}"`);
    prevHash = hashOf({ ...each, revision: Number(each.revision), data, unhashedMetadata: unhashed });
    await pool.query('UPDATE events.log SET data = $1, metadata = $2 WHERE position = $3', [
      data,
      withHash(unhashed, prevHash),
      each.position,
    ]);
  }
  return { what: `${row.stream} written anew from revision ${row.revision} on (${near.join()})`, names: [row.id] };
}
