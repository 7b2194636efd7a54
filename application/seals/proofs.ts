import { type Hash, joined, type LeafRange, nodeHash, splitOf, type Subtree, subtreesOf } from './merkle.js';

/** Gives a complete subtree's root. */
export type SubtreeHash = (subtree: Subtree) => Hash;

/** The ranges whose roots are the proof that leaf `index` is in the tree of `size` leaves (RFC 6962 2.1.1), from the leaf up. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!(index >= 0 && index < size)) throw new RangeError('no such leaf in a tree of this size');
  const ranges: LeafRange[] = [];
  let begin = 0;
  let end = size;
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    if (index < middle) {
      ranges.unshift({ begin: middle, end });
      end = middle;
    } else {
      ranges.unshift({ begin, end: middle });
      begin = middle;
    }
  }
  return ranges;
}

/** The ranges whose roots are the proof that the tree of `to` leaves begins with that of `from` (RFC 6962 2.1.2). */
export function consistencyRanges(from: number, to: number): LeafRange[] {
  if (!(from >= 0 && from <= to)) throw new RangeError('a tree does not shrink');
  if (from === 0 || from === to) return [];
  const ranges: LeafRange[] = [];
  let begin = 0;
  let end = to;
  while (end !== from) {
    const middle = begin + splitOf(end - begin);
    if (from <= middle) {
      ranges.unshift({ begin: middle, end });
      end = middle;
    } else {
      ranges.unshift({ begin, end: middle });
      begin = middle;
    }
  }
  // Whoever checks it knows the root of the old tree, if that is one subtree from the first leaf on.
  return begin === 0 ? ranges : [{ begin, end }, ...ranges];
}

/** The proof's hashes. */
export const hashesOf = (ranges: readonly LeafRange[], subtree: SubtreeHash): Hash[] =>
  ranges.map((range) => joined(subtreesOf(range).map(subtree)));

/** Whether the proof says that a tree with this root has this leaf at this place (RFC 9162 2.1.3.2). */
export function provesInclusion(
  { index, size, root }: { readonly index: number; readonly size: number; readonly root: Hash },
  leaf: Hash,
  proof: readonly Hash[],
): boolean {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const each of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(each, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, each);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && hash.equals(root);
}

/** A tree's head: how many leaves, and the root over them. */
export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/** Whether the proof says that the tree `to` begins with the leaves of `from` (RFC 9162 2.1.4.2). */
export function provesConsistency(from: TreeHead, to: TreeHead, proof: readonly Hash[]): boolean {
  if (![from.size, to.size].every((size) => Number.isSafeInteger(size) && size >= 0)) return false;
  if (from.size > to.size) return false;
  if (from.size === to.size) return proof.length === 0 && from.root.equals(to.root);
  // Every tree begins with the empty one.
  if (from.size === 0) return proof.length === 0;
  const [first, ...rest] = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof;
  if (first === undefined) return false;
  let at = from.size - 1;
  let last = to.size - 1;
  while (at % 2 === 1) {
    at = half(at);
    last = half(last);
  }
  let old = first;
  let now = first;
  for (const each of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      old = nodeHash(each, old);
      now = nodeHash(each, now);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = half(last);
      }
    } else {
      now = nodeHash(now, each);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && old.equals(from.root) && now.equals(to.root);
}

const half = (n: number): number => Math.floor(n / 2);

function isPowerOfTwo(n: number): boolean {
  let left = n;
  while (left % 2 === 0) left /= 2;
  return left === 1;
}
