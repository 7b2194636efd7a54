import { mostRecent } from '../../application/most-recent.js';
import type { Seals } from '../../application/ports/seals.js';
import {
  type Hash,
  HASH_BYTES,
  type LeafRange,
  nodeHash,
  type Subtree,
  subtreesOf,
} from '../../application/seals/merkle.js';
import { consistencyRanges, hashesOf, inclusionRanges } from '../../application/seals/proofs.js';
import { TILE_WIDTH, type TileId, tileKey, tileOf } from '../../application/seals/tiles.js';

/** A hash that a proof needs isn't kept: there is no such seal, or its hashes were removed. */
export class HashMissing extends Error {
  override readonly name = 'HashMissing';
}

/** Tiles with all the subtrees in them, some 16 KiB each. */
const KEPT_TILES = 256;

/** Every subtree of a tile, level by level. */
type TileTree = readonly (readonly Hash[])[];

/** Makes proofs of the hashes that are kept: a few tiles for each, whatever the log's length. */
export class TileProofs {
  private readonly tiles = mostRecent<string, TileTree>(KEPT_TILES);

  constructor(private readonly seals: Pick<Seals, 'tiles'>) {}

  /** That leaf `index` is in the tree of `size` leaves. @throws HashMissing, RangeError */
  inclusion(index: number, size: number): Promise<Hash[]> {
    return this.hashes(inclusionRanges(index, size));
  }

  /** That the tree of `to` leaves begins with that of `from`. @throws HashMissing, RangeError */
  consistency(from: number, to: number): Promise<Hash[]> {
    return this.hashes(consistencyRanges(from, to));
  }

  /** Leaf `index`, as far as it is kept. */
  async leaf(index: number): Promise<Hash | undefined> {
    const id = tileOf({ level: 0, index });
    const place = index % TILE_WIDTH;
    const kept = this.tiles.get(tileKey(id))?.[0]?.[place];
    if (kept !== undefined) return kept;
    const [tile] = await this.seals.tiles([id]);
    if (tile === undefined) return undefined;
    const tree = treeOf(tile.hashes);
    this.tiles.set(tileKey(id), tree);
    return tree[0]?.[place];
  }

  private async hashes(ranges: readonly LeafRange[]): Promise<Hash[]> {
    const subtrees = ranges.flatMap((range) => subtreesOf(range));
    const missing = new Map<string, TileId>();
    const used = new Map<string, TileTree>();
    for (const subtree of subtrees) {
      const id = tileOf(subtree);
      const key = tileKey(id);
      const kept = this.tiles.get(key);
      // A row at the edge grows: what was not there may be now.
      if (kept !== undefined && inTree(kept, subtree) !== undefined) used.set(key, kept);
      else missing.set(key, id);
    }
    for (const tile of missing.size === 0 ? [] : await this.seals.tiles([...missing.values()])) {
      const tree = treeOf(tile.hashes);
      this.tiles.set(tileKey(tile), tree);
      used.set(tileKey(tile), tree);
    }
    return hashesOf(ranges, (subtree) => {
      const tree = used.get(tileKey(tileOf(subtree)));
      const hash = tree && inTree(tree, subtree);
      if (hash === undefined) throw new HashMissing('a hash that the proof needs is not in system.seal_tile');
      return hash;
    });
  }
}

/** One proof. @throws HashMissing, RangeError */
export const consistencyProof = (from: number, to: number, seals: Pick<Seals, 'tiles'>): Promise<Hash[]> =>
  new TileProofs(seals).consistency(from, to);

function treeOf(hashes: Uint8Array): TileTree {
  let level: Hash[] = [];
  for (let at = 0; at < hashes.length; at += HASH_BYTES) level.push(Buffer.from(hashes.subarray(at, at + HASH_BYTES)));
  const tree = [level];
  while (level.length > 1) {
    const above: Hash[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      const [left, right] = [level[i], level[i + 1]];
      if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
    }
    tree.push(above);
    level = above;
  }
  return tree;
}

function inTree(tree: TileTree, { level, index }: Subtree): Hash | undefined {
  const inside = level % 8;
  return tree[inside]?.[index % (TILE_WIDTH / 2 ** inside)];
}
