import type { Seal, Seals, Tile } from '../../application/ports/seals.js';
import { parseCheckpoint } from '../../application/seals/checkpoint.js';
import { CompactRange, type Hash, HASH_BYTES, joined, subtreesOf } from '../../application/seals/merkle.js';
import { isKept, subtreeIn, TILE_WIDTH, tileKey, type TileId, tileOf } from '../../application/seals/tiles.js';

/** What is kept of the seals doesn't fit together, so nothing can be sealed behind it. */
export class SealsDamaged extends Error {
  override readonly name = 'SealsDamaged';
}

interface OpenTile extends TileId {
  readonly bytes: Buffer;
  length: number;
  /** Since the last seal. */
  changed: boolean;
}

/** The tree over the log as it grows behind the last seal, and the tiles that change. */
export class GrowingTree {
  readonly #range: CompactRange;
  readonly #tiles: Map<string, OpenTile>;
  #sealed: number;

  private constructor(range: CompactRange, tiles: readonly OpenTile[]) {
    this.#range = range;
    this.#tiles = new Map(tiles.map((tile) => [tileKey(tile), tile]));
    this.#sealed = range.size;
  }

  /** As of a seal; undefined: of none. @throws SealsDamaged */
  static async at(seal: Seal | undefined, seals: Pick<Seals, 'tiles'>): Promise<GrowingTree> {
    if (seal === undefined) return new GrowingTree(CompactRange.empty(), []);
    const range = rangeOf(seal);
    const wanted = lastTiles(seal.size);
    const found = await seals.tiles(wanted);
    const subtrees = subtreesOf({ begin: 0, end: seal.size });
    for (const [i, subtree] of subtrees.entries()) {
      const tile = found.find((each) => tileKey(each) === tileKey(tileOf(subtree)));
      const hash = tile && subtreeIn(tile.hashes, subtree);
      const kept = range.subtrees[i];
      if (hash === undefined || kept === undefined || !hash.equals(kept))
        throw new SealsDamaged(
          `the hashes kept in system.seal_tile are not those of the seal of ${seal.size.toString()} events`,
        );
    }
    const open = found.flatMap(({ level, index, hashes }): OpenTile[] => {
      const length = Math.floor(seal.size / TILE_WIDTH ** level) - index * TILE_WIDTH;
      if (length <= 0 || length >= TILE_WIDTH) return [];
      const bytes = Buffer.alloc(TILE_WIDTH * HASH_BYTES);
      bytes.set(hashes.subarray(0, length * HASH_BYTES));
      return [{ level, index, bytes, length, changed: false }];
    });
    return new GrowingTree(range, open);
  }

  get size(): number {
    return this.#range.size;
  }

  /** Leaves behind the last seal. */
  get unsealed(): number {
    return this.#range.size - this.#sealed;
  }

  get subtrees(): readonly Hash[] {
    return this.#range.subtrees;
  }

  root(): Hash {
    return this.#range.root();
  }

  append(leaf: Hash): void {
    this.#range.append(leaf, (level, index, hash) => {
      if (isKept({ level, index })) this.#keep(tileOf({ level, index }), index % TILE_WIDTH, hash);
    });
  }

  changedTiles(): Tile[] {
    return [...this.#tiles.values()].flatMap(({ level, index, bytes, length, changed }) =>
      changed ? [{ level, index, hashes: bytes.subarray(0, length * HASH_BYTES) }] : [],
    );
  }

  /** What has grown so far stands. */
  sealed(): void {
    this.#sealed = this.#range.size;
    for (const [key, tile] of this.#tiles) {
      tile.changed = false;
      if (tile.length === TILE_WIDTH) this.#tiles.delete(key);
    }
  }

  #keep(id: TileId, place: number, hash: Hash): void {
    const key = tileKey(id);
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      tile = { ...id, bytes: Buffer.alloc(TILE_WIDTH * HASH_BYTES), length: 0, changed: true };
      this.#tiles.set(key, tile);
    }
    tile.bytes.set(hash, place * HASH_BYTES);
    tile.length = place + 1;
    tile.changed = true;
  }
}

/** The compact range that a seal keeps. @throws SealsDamaged when it isn't what the checkpoint says. */
export function rangeOf({ size, subtrees, checkpoint }: Seal): CompactRange {
  try {
    const head = parseCheckpoint(checkpoint.slice(0, checkpoint.lastIndexOf('\n\n') + 1));
    if (head.size === size && joined(subtrees).equals(head.root)) return CompactRange.of(size, subtrees);
  } catch (error) {
    throw new SealsDamaged(`the seal of ${size.toString()} events is damaged`, { cause: error });
  }
  throw new SealsDamaged(`the seal of ${size.toString()} events is not what its checkpoint says`);
}

/** The tiles at the right edge of a tree, from which it grows on. */
function lastTiles(size: number): TileId[] {
  const tiles = new Map<string, TileId>();
  for (const subtree of subtreesOf({ begin: 0, end: size })) {
    const tile = tileOf(subtree);
    tiles.set(tileKey(tile), tile);
  }
  // A level's last row may be one whose every subtree stands in a greater one.
  for (let level = 0, width = size; width > 0; level++, width = Math.floor(width / TILE_WIDTH)) {
    if (width % TILE_WIDTH === 0) continue;
    const tile = { level, index: Math.floor(width / TILE_WIDTH) };
    tiles.set(tileKey(tile), tile);
  }
  return [...tiles.values()];
}
