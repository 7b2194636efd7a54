import { type Hash, HASH_BYTES, nodeHash, type Subtree } from './merkle.js';

/**
 * Subtrees' hashes as they are kept, 256 in a row (C2SP tlog-tiles): the tile at `level` L and `index` N holds the roots of the
 * subtrees of 256^L leaves from the (256 N)-th on. What lies between is computed.
 */
export interface TileId {
  readonly level: number;
  readonly index: number;
}

export const TILE_WIDTH = 256;
const TILE_LEVELS = 8;

export const tileKey = ({ level, index }: TileId): string => `${level.toString()}/${index.toString()}`;

/** Which tile a subtree's hash is computed from. */
export function tileOf({ level, index }: Subtree): TileId {
  const inside = level % TILE_LEVELS;
  return { level: (level - inside) / TILE_LEVELS, index: Math.floor((index * 2 ** inside) / TILE_WIDTH) };
}

/** Where a subtree's hash stands in its tile, when it is one of those that are kept: its level is 0, 8, 16 … */
export const isKept = ({ level }: Subtree): boolean => level % TILE_LEVELS === 0;

/** A subtree's hash from the hashes of its tile; undefined when the tile doesn't reach so far. */
export function subtreeIn(tile: Uint8Array, { level, index }: Subtree): Hash | undefined {
  const inside = level % TILE_LEVELS;
  const width = 2 ** inside;
  const begin = (index * width) % TILE_WIDTH;
  if ((begin + width) * HASH_BYTES > tile.length) return undefined;
  return rootIn(tile, begin, width);
}

function rootIn(tile: Uint8Array, begin: number, width: number): Hash {
  if (width === 1) return Buffer.from(tile.subarray(begin * HASH_BYTES, (begin + 1) * HASH_BYTES));
  return nodeHash(rootIn(tile, begin, width / 2), rootIn(tile, begin + width / 2, width / 2));
}
