import type { Hash } from '../seals/merkle.js';
import type { TileId } from '../seals/tiles.js';

/** A checkpoint that was signed and kept, with what the tree goes on from. */
export interface Seal {
  /** Events under it, from the log's start. */
  readonly size: number;
  /** Of the seal before, 0 for the first. */
  readonly previous: number;
  /** The roots of the complete subtrees, greatest first. */
  readonly subtrees: readonly Hash[];
  /** Signed note. */
  readonly checkpoint: string;
  /** Position of the last event under it, maybe of the store that the log was in before. */
  readonly bookmark: string;
  /** ms UTC */
  readonly sealedAt: number;
}

export interface Tile extends TileId {
  /** At most 256 hashes, one after the other. */
  readonly hashes: Uint8Array;
}

/** What is kept of seals. @throws DatabaseUnavailable */
export interface Seals {
  /** The newest, or the newest of at most that size. */
  last(atMost?: number): Promise<Seal | undefined>;
  /** The first that has the position under it, of those with a bookmark of the same store. */
  firstOver(position: string): Promise<Seal | undefined>;
  /** By size, ascending, those above `after`. */
  page(after: number, count: number): Promise<readonly Seal[]>;
  /** Newest first, those below `before`. */
  newest(count: number, before?: number): Promise<readonly Seal[]>;
  /** The newest that was made no later than this, ms UTC. */
  lastBefore(time: number): Promise<Seal | undefined>;
  /** Whether it was added: another may have gone on from the same seal. The tiles take the place of those they continue. */
  add(seal: Omit<Seal, 'sealedAt'>, tiles: readonly Tile[]): Promise<boolean>;
  /** Those that are there. */
  tiles(ids: readonly TileId[]): Promise<readonly Tile[]>;
  /** Tiles of leaves from the `from`-th on, in order. */
  leafTiles(from: number, count: number): Promise<readonly Tile[]>;
  /** Index of the tile of leaves that holds the hash, by looking through all. */
  leafTileWith(leaf: Hash): Promise<number | undefined>;
}
