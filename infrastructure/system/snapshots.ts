import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Snapshot, Snapshots } from '../../application/ports/snapshots.js';
import { ask } from './ask.js';

const NEWEST = `
  SELECT revision, hash, last_at, print, state FROM system.snapshot
  WHERE stream = $1 AND version = $2 AND revision <= $3 ORDER BY revision DESC LIMIT 1`;

/**
 * Beside the newest one its predecessor stays, for what is judged again at an earlier revision, and those of the fold before,
 * which an old process in a rolling deploy may still use.
 */
const KEEP = `
  WITH kept AS (
    INSERT INTO system.snapshot AS s (stream, version, revision, hash, last_at, print, bytes, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (stream, version, revision) DO UPDATE
      SET hash = excluded.hash, last_at = excluded.last_at, print = excluded.print, bytes = excluded.bytes,
          state = excluded.state, kept_at = now())
  DELETE FROM system.snapshot
  WHERE stream = $1 AND (version < $2 - 1 OR version = $2 AND revision < (
    SELECT max(revision) FROM system.snapshot WHERE stream = $1 AND version = $2 AND revision < $3))`;

const DROP = 'DELETE FROM system.snapshot WHERE stream = $1 AND version = $2 AND revision = $3';

interface Row {
  readonly revision: string;
  readonly hash: string;
  readonly last_at: string;
  readonly print: string;
  readonly state: string;
}

export class PostgresSnapshots implements Snapshots {
  constructor(private readonly pool: pg.Pool) {}

  async newest(stream: string, version: number, atMost: number): Promise<Snapshot | undefined> {
    for (;;) {
      const values = [stream, version, atMost];
      const { rows } = await ask<{ [Column in keyof Row]: Row[Column] }>(this.pool, {
        name: 'snapshot-newest',
        text: NEWEST,
        values,
      });
      const [row] = rows;
      if (row === undefined) return undefined;
      const { hash, state } = row;
      const found = { stream, version, revision: Number(row.revision), hash, lastAt: Number(row.last_at), state };
      if (row.print === printOf(found)) return found;
      await this.drop(found);
    }
  }

  async keep(snapshot: Snapshot): Promise<void> {
    const { stream, version, revision, hash, lastAt, state } = snapshot;
    await ask(this.pool, {
      name: 'snapshot-keep',
      text: KEEP,
      values: [stream, version, revision, hash, lastAt, printOf(snapshot), Buffer.byteLength(state), state],
    });
  }

  async drop({ stream, version, revision }: Pick<Snapshot, 'stream' | 'version' | 'revision'>): Promise<void> {
    await ask(this.pool, { text: DROP, values: [stream, version, revision] });
  }
}

/** The state goes in as it stands: to write it as JSON once more takes longer than to hash it. */
const printOf = ({ stream, version, revision, hash, lastAt, state }: Snapshot): string =>
  createHash('sha256')
    .update(JSON.stringify([stream, version, revision, hash, lastAt]))
    .update(state)
    .digest('base64url');
