import { expect } from 'chai';
import fc from 'fast-check';
import { CompactRange, EMPTY_ROOT, type Hash, leafHash, nodeHash } from '../../../application/seals/merkle.js';
import {
  consistencyRanges,
  hashesOf,
  inclusionRanges,
  provesConsistency,
  provesInclusion,
} from '../../../application/seals/proofs.js';
import { subtreeIn, tileKey, tileOf } from '../../../application/seals/tiles.js';
import { tilesOver } from '../../support/tiles-over.js';

/** Certificate Transparency's own test vectors: leaves, and the root over the first 1 … 8 of them. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSIONS: readonly [leaf: number, size: number, proof: readonly string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
];
const CONSISTENCIES: readonly [from: number, to: number, proof: readonly string[]][] = [
  [1, 1, []],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const leafOf = (i: number): Hash => leafHash(Buffer.from(`leaf ${i.toString()}`));
const leavesOf = (size: number): Hash[] => Array.from({ length: size }, (_, i) => leafOf(i));

/** By the definition, RFC 6962 2.1. */
function rootOf(leaves: readonly Hash[]): Hash {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

const grown = (leaves: readonly Hash[]): CompactRange => {
  const range = CompactRange.empty();
  for (const leaf of leaves) range.append(leaf);
  return range;
};

describe('Merkle tree', () => {
  const vectors = LEAVES.map((leaf) => leafHash(bytes(leaf)));

  it('has the roots of the published vectors', () => {
    expect(
      ROOTS.map((_, i) =>
        grown(vectors.slice(0, i + 1))
          .root()
          .toString('hex'),
      ),
    ).to.deep.equal(ROOTS);
    expect(grown([]).root().toString('hex')).to.equal(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('makes and takes the published proofs', () => {
    const subtree = tilesOver(vectors);
    for (const [index, size, proof] of INCLUSIONS) {
      expect(hashesOf(inclusionRanges(index, size), subtree).map((hash) => hash.toString('hex'))).to.deep.equal(proof);
      const root = bytes(ROOTS[size - 1] ?? '');
      expect(provesInclusion({ index, size, root }, vectors[index] ?? root, proof.map(bytes))).to.equal(true);
    }
    for (const [from, to, proof] of CONSISTENCIES) {
      expect(hashesOf(consistencyRanges(from, to), subtree).map((hash) => hash.toString('hex'))).to.deep.equal(proof);
      const [old, now] = [from, to].map((size) => ({ size, root: bytes(ROOTS[size - 1] ?? '') }));
      expect(old && now && provesConsistency(old, now, proof.map(bytes))).to.equal(true);
    }
  });

  it('goes on from what is kept of it, and has the root that the definition gives', () => {
    fc.assert(
      fc.property(fc.nat({ max: 700 }), fc.nat({ max: 700 }), (size, more) => {
        const before = grown(leavesOf(size));
        const resumed = CompactRange.of(size, before.subtrees);
        for (let i = size; i < size + more; i++) resumed.append(leafOf(i));
        expect(resumed.root()).to.deep.equal(rootOf(leavesOf(size + more)));
      }),
      { numRuns: 30 },
    );
    expect(() => CompactRange.of(3, [leafOf(0)])).to.throw(RangeError);
  });

  it('proves each leaf and each earlier tree, and nothing else', () => {
    const all = leavesOf(1_400);
    const subtree = tilesOver(all);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_400 }), fc.nat(), fc.nat(), fc.nat(), (size, a, b, c) => {
        // No leaf of these: a tree of one leaf has it as its root.
        const stranger = leafOf(1_400 + c);
        const index = a % size;
        const root = rootOf(all.slice(0, size));
        const proof = hashesOf(inclusionRanges(index, size), subtree);
        const leaf = leafOf(index);
        expect(provesInclusion({ index, size, root }, leaf, proof)).to.equal(true);
        const other = (index + 1 + (b % 1_400)) % size;
        if (other !== index) {
          expect(provesInclusion({ index: other, size, root }, leaf, proof), 'another place').to.equal(false);
          expect(provesInclusion({ index, size, root }, leafOf(other), proof), 'another leaf').to.equal(false);
        }
        expect(provesInclusion({ index, size, root: stranger }, leaf, proof), 'another root').to.equal(false);
        expect(provesInclusion({ index, size, root }, leaf, [...proof, leaf]), 'a longer proof').to.equal(false);
        if (proof.length > 0)
          expect(provesInclusion({ index, size, root }, leaf, proof.slice(1)), 'a shorter one').to.equal(false);

        const from = b % (size + 1);
        const old = { size: from, root: rootOf(all.slice(0, from)) };
        const consistency = hashesOf(consistencyRanges(from, size), subtree);
        expect(provesConsistency(old, { size, root }, consistency)).to.equal(true);
        if (from > 0)
          expect(provesConsistency({ ...old, root: stranger }, { size, root }, consistency)).to.equal(false);
        if (from > 0 && from < size)
          expect(provesConsistency(old, { size, root: stranger }, consistency)).to.equal(false);
      }),
      { numRuns: 60 },
    );
  });

  it('takes no place that a tree of this size does not have', () => {
    const root = leafOf(0);
    for (const [index, size] of [
      [1, 1],
      [-1, 1],
      [0, 0],
      [0.5, 1],
      [Number.NaN, 1],
      [0, Infinity],
    ] as const)
      expect(provesInclusion({ index, size, root }, root, [])).to.equal(false);
    expect(() => inclusionRanges(3, 3)).to.throw(RangeError);
    expect(() => consistencyRanges(4, 3)).to.throw(RangeError);
  });

  it('computes a subtree from the tile that holds it, as far as the tile reaches', () => {
    expect(tileKey(tileOf({ level: 3, index: 40 }))).to.equal('0/1');
    expect(tileKey(tileOf({ level: 8, index: 300 }))).to.equal('1/1');
    const tile = Buffer.concat(leavesOf(5));
    expect(subtreeIn(tile, { level: 2, index: 0 })).to.deep.equal(rootOf(leavesOf(4)));
    expect(subtreeIn(tile, { level: 2, index: 1 })).to.equal(undefined);
  });
});
