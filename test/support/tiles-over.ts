import { CompactRange, type Hash } from '../../application/seals/merkle.js';
import type { SubtreeHash } from '../../application/seals/proofs.js';
import { isKept, subtreeIn, tileKey, tileOf } from '../../application/seals/tiles.js';

/** A tree over leaves, kept in tiles as seals keep it. */
export function tilesOver(leaves: readonly Hash[]): SubtreeHash {
  const tiles = new Map<string, Hash[]>();
  const range = CompactRange.empty();
  for (const leaf of leaves)
    range.append(leaf, (level, index, hash) => {
      if (!isKept({ level, index })) return;
      const key = tileKey(tileOf({ level, index }));
      tiles.set(key, [...(tiles.get(key) ?? []), hash]);
    });
  return (subtree) => {
    const hash = subtreeIn(Buffer.concat(tiles.get(tileKey(tileOf(subtree))) ?? []), subtree);
    if (hash === undefined) throw new Error(`no hash of ${JSON.stringify(subtree)}`);
    return hash;
  };
}
