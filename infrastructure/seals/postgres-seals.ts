import type pg from 'pg';
import type { Seal, Seals, Tile } from '../../application/ports/seals.js';
import { type Hash, HASH_BYTES } from '../../application/seals/merkle.js';
import type { TileId } from '../../application/seals/tiles.js';
import { repeated } from '../postgres/repeated.js';

/** Ordered by the columns, not by their texts of the same name. */
const SEAL = `SELECT size::text, previous::text, subtrees, checkpoint, bookmark, extract(epoch FROM sealed_at) * 1000 AS sealed_at
  FROM system.seal`;

/** Nothing is written when another has gone on from the same seal: the tiles of two would not fit together. */
const ADD = `
  WITH added AS (
    INSERT INTO system.seal (size, previous, subtrees, checkpoint, bookmark)
    SELECT $1, $2, $3, $4, $5 WHERE $2::bigint = coalesce((SELECT max(size) FROM system.seal), 0)
    ON CONFLICT DO NOTHING RETURNING size
  ), kept AS (
    INSERT INTO system.seal_tile (level, index, hashes)
    SELECT x.level, x.index, x.hashes FROM added, unnest($6::smallint[], $7::bigint[], $8::bytea[]) x (level, index, hashes)
    ON CONFLICT (level, index) DO UPDATE SET hashes = EXCLUDED.hashes
  )
  SELECT size FROM added`;

const TILES = `SELECT t.level, t.index::text, t.hashes FROM system.seal_tile t
  JOIN unnest($1::smallint[], $2::bigint[]) x (level, index) ON t.level = x.level AND t.index = x.index`;

interface SealRow {
  readonly size: string;
  readonly previous: string;
  readonly subtrees: Buffer;
  readonly checkpoint: string;
  readonly bookmark: string;
  readonly sealed_at: string;
}

interface TileRow {
  readonly level: number;
  readonly index: string;
  readonly hashes: Buffer;
}

/** In `system.seal` and `system.seal_tile`. */
export class PostgresSeals implements Seals {
  constructor(private readonly pool: pg.Pool) {}

  async last(atMost = Number.MAX_SAFE_INTEGER): Promise<Seal | undefined> {
    return (await this.seals('WHERE size <= $1 ORDER BY seal.size DESC LIMIT 1', [atMost]))[0];
  }

  async firstOver(position: string): Promise<Seal | undefined> {
    const [seal] = await this.seals('WHERE bookmark >= $1 ORDER BY bookmark LIMIT 1', [position]);
    const store = position.slice(0, position.indexOf(':') + 1);
    return seal?.bookmark.startsWith(store) ? seal : undefined;
  }

  page(after: number, count: number): Promise<readonly Seal[]> {
    return this.seals('WHERE size > $1 ORDER BY seal.size LIMIT $2', [after, count]);
  }

  newest(count: number, before = Number.MAX_SAFE_INTEGER): Promise<readonly Seal[]> {
    return this.seals('WHERE size < $1 ORDER BY seal.size DESC LIMIT $2', [before, count]);
  }

  async lastBefore(time: number): Promise<Seal | undefined> {
    return (
      await this.seals('WHERE sealed_at <= to_timestamp($1 / 1000.0) ORDER BY seal.size DESC LIMIT 1', [time])
    )[0];
  }

  async add(seal: Omit<Seal, 'sealedAt'>, tiles: readonly Tile[]): Promise<boolean> {
    const { rowCount } = await repeated(this.pool, {
      name: 'seal-add',
      text: ADD,
      values: [
        seal.size,
        seal.previous,
        Buffer.concat(seal.subtrees),
        seal.checkpoint,
        seal.bookmark,
        tiles.map(({ level }) => level),
        tiles.map(({ index }) => index),
        tiles.map(({ hashes }) => Buffer.from(hashes)),
      ],
    });
    return rowCount === 1;
  }

  async tiles(ids: readonly TileId[]): Promise<readonly Tile[]> {
    const { rows } = await repeated<TileRow>(this.pool, {
      name: 'seal-tiles',
      text: TILES,
      values: [ids.map(({ level }) => level), ids.map(({ index }) => index)],
    });
    return rows.map(tileOfRow);
  }

  async leafTiles(from: number, count: number): Promise<readonly Tile[]> {
    const { rows } = await repeated<TileRow>(this.pool, {
      name: 'seal-leaf-tiles',
      text: 'SELECT level, index::text, hashes FROM system.seal_tile WHERE level = 0 AND index >= $1 ORDER BY seal_tile.index LIMIT $2',
      values: [from, count],
    });
    return rows.map(tileOfRow);
  }

  async leafTileWith(leaf: Hash): Promise<number | undefined> {
    const { rows } = await repeated<{ index: string }>(this.pool, {
      text: 'SELECT index::text FROM system.seal_tile WHERE level = 0 AND position($1::bytea IN hashes) > 0 LIMIT 1',
      values: [leaf],
    });
    return rows[0] && Number(rows[0].index);
  }

  private async seals(which: string, values: readonly unknown[]): Promise<Seal[]> {
    const { rows } = await repeated<SealRow>(this.pool, { text: `${SEAL} ${which}`, values: [...values] });
    return rows.map((row) => ({
      size: Number(row.size),
      previous: Number(row.previous),
      subtrees: hashesIn(row.subtrees),
      checkpoint: row.checkpoint,
      bookmark: row.bookmark,
      sealedAt: Math.round(Number(row.sealed_at)),
    }));
  }
}

const tileOfRow = ({ level, index, hashes }: TileRow): Tile => ({ level, index: Number(index), hashes });

function hashesIn(bytes: Buffer): Hash[] {
  const hashes: Hash[] = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.push(bytes.subarray(at, at + HASH_BYTES));
  return hashes;
}
