import { hash } from 'node:crypto';

/** A SHA-256 digest, 32 bytes. */
export type Hash = Buffer;

export const HASH_BYTES = 32;

// Node makes a digest's text a good deal faster than its buffer.
const sha256 = (bytes: Uint8Array): Hash => Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Hash = sha256(new Uint8Array());

/** RFC 6962 2.1: SHA-256 of 0x00 and the leaf's bytes. */
export function leafHash(leaf: Uint8Array): Hash {
  const bytes = leaf.length === HASH_BYTES ? hashLeaf : Buffer.alloc(1 + leaf.length);
  bytes.set(leaf, 1);
  return sha256(bytes);
}

/** RFC 6962 2.1: SHA-256 of 0x01 and both children's hashes. */
export function nodeHash(left: Hash, right: Hash): Hash {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** What is hashed of a node, and of a leaf that is a hash itself; written over for each. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, 0x01);
const hashLeaf = Buffer.alloc(1 + HASH_BYTES, 0x00);

/** The `index`-th subtree of 2^level leaves, counted from the left; complete. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Leaves from `begin` up to, without, `end`. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/** The greatest power of two below `size`, which is at least 2: where RFC 6962 splits a tree. */
export function splitOf(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}

/** The complete subtrees that a range is made of, greatest first. It begins where RFC 6962 splits, or at 0. */
export function subtreesOf({ begin, end }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  let next = begin;
  for (let left = end - begin; left > 0; left = end - next) {
    let level = 0;
    for (let width = 2; width <= left; width *= 2) level++;
    subtrees.push({ level, index: next / 2 ** level });
    next += 2 ** level;
  }
  return subtrees;
}

/** The root over subtrees as `subtreesOf` gives them. */
export function joined(hashes: readonly Hash[]): Hash {
  let root: Hash | undefined;
  for (let i = hashes.length - 1; i >= 0; i--) {
    const left = hashes[i];
    if (left !== undefined) root = root === undefined ? left : nodeHash(left, root);
  }
  return root ?? EMPTY_ROOT;
}

/**
 * What has to be kept of a tree to let it grow and to know its root: the roots of its complete subtrees, greatest first
 * (a compact range). At most 53 hashes.
 */
export class CompactRange {
  private constructor(
    private leaves: number,
    private readonly hashes: Hash[],
  ) {}

  static empty(): CompactRange {
    return new CompactRange(0, []);
  }

  /** @throws RangeError when a tree of this size has another number of subtrees. */
  static of(size: number, hashes: readonly Hash[]): CompactRange {
    if (subtreesOf({ begin: 0, end: size }).length !== hashes.length)
      throw new RangeError(`a tree of ${size.toString()} leaves is not made of ${hashes.length.toString()} subtrees`);
    return new CompactRange(size, [...hashes]);
  }

  get size(): number {
    return this.leaves;
  }

  get subtrees(): readonly Hash[] {
    return this.hashes;
  }

  /** @param onSubtree is told of each subtree that is complete by this leaf, the leaf first. */
  append(leaf: Hash, onSubtree?: (level: number, index: number, hash: Hash) => void): void {
    let hash = leaf;
    let index = this.leaves;
    onSubtree?.(0, index, hash);
    for (let level = 1; index % 2 === 1; level++) {
      const left = this.hashes.pop();
      if (left === undefined) throw new RangeError('a compact range lacks a subtree');
      hash = nodeHash(left, hash);
      index = (index - 1) / 2;
      onSubtree?.(level, index, hash);
    }
    this.hashes.push(hash);
    this.leaves++;
  }

  root(): Hash {
    return joined(this.hashes);
  }

  copy(): CompactRange {
    return new CompactRange(this.leaves, [...this.hashes]);
  }
}
