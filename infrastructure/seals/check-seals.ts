import type { SealProblem } from '../../application/ports/proof-tools.js';
import type { Seal, Seals } from '../../application/ports/seals.js';
import { openCheckpoint } from '../../application/seals/checkpoint.js';
import { CompactRange, type Hash, HASH_BYTES, joined } from '../../application/seals/merkle.js';
import type { TreeHead } from '../../application/seals/proofs.js';
import { NoteRefused, type NoteVerifier } from '../../application/seals/signed-note.js';
import { TILE_WIDTH } from '../../application/seals/tiles.js';
import type { SealedLeaves } from './alignment.js';

/** Events whose kept hashes are not those that were signed. */
export interface DoubtfulRange {
  readonly begin: number;
  readonly end: number;
  /** What the tree goes on from, and its root at the end. */
  readonly subtrees: readonly Hash[];
  readonly root: Hash;
}

export interface CheckedSeals {
  readonly seals: number;
  /** The newest that holds. */
  readonly last: Seal | undefined;
  readonly problems: readonly SealProblem[];
  readonly doubtful: readonly DoubtfulRange[];
}

const SEALS_PAGE = 1_000;
const TILES_PAGE = 64;
const MOST_PROBLEMS = 1_000;

/**
 * Checks each seal's signature, that each goes on from the one before, and that the kept hashes of leaves are those that were
 * signed; and that checkpoints kept elsewhere are of the same log.
 */
export async function checkSeals(
  seals: Seals,
  verifiers: readonly NoteVerifier[],
  published: readonly TreeHead[],
  signal: AbortSignal,
): Promise<CheckedSeals> {
  const problems: SealProblem[] = [];
  const doubtful: DoubtfulRange[] = [];
  const wrong = (size: number, problem: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ size, problem });
  };
  const leaves = new KeptLeaves(seals);
  const elsewhere = [...published].sort((a, b) => a.size - b.size);
  let range = CompactRange.empty();
  let isSound = true;
  let last: Seal | undefined;
  let count = 0;
  /** Of the last seal, whether it holds or not. */
  let newest = 0;
  for (let after = 0; ;) {
    const page = await seals.page(after, SEALS_PAGE);
    if (page.length === 0) break;
    for (const seal of page) {
      signal.throwIfAborted();
      count++;
      after = seal.size;
      if (seal.previous !== newest)
        wrong(
          seal.size,
          `it goes on from a seal of ${seal.previous.toString()} events, and the one before has ${newest.toString()}: seals were removed or added`,
        );
      newest = seal.size;
      const head = headOf(seal, verifiers);
      if ('problem' in head) {
        wrong(seal.size, head.problem);
        continue;
      }
      const begin = range.size;
      const before = range.subtrees.slice();
      while (range.size < seal.size) {
        // Checkpoints that were published between two seals that are left.
        const stop = Math.min(seal.size, elsewhere.find(({ size }) => size > range.size)?.size ?? seal.size);
        isSound = (await grow(range, stop, leaves)) && isSound;
        for (const other of elsewhere)
          if (other.size === range.size && range.size <= seal.size && isSound && !other.root.equals(range.root()))
            wrong(other.size, 'a checkpoint kept elsewhere is of another history: the log was written and signed anew');
        if (!isSound) break;
      }
      if (isSound && range.root().equals(head.root)) {
        last = seal;
        continue;
      }
      wrong(
        seal.size,
        `the hashes kept of events ${begin.toString()} … ${(seal.size - 1).toString()} are not those that were signed`,
      );
      doubtful.push({ begin, end: seal.size, subtrees: before, root: head.root });
      last = seal;
      range = CompactRange.of(seal.size, seal.subtrees);
      leaves.skipTo(seal.size);
      isSound = true;
    }
  }
  for (const { size } of elsewhere)
    if (size > (last?.size ?? 0))
      wrong(
        size,
        `a checkpoint kept elsewhere has more events than the newest seal, ${(last?.size ?? 0).toString()}: seals were removed`,
      );
  return { seals: count, last, problems, doubtful };
}

/** Whether all leaves up to there are kept. */
async function grow(range: CompactRange, to: number, leaves: KeptLeaves): Promise<boolean> {
  while (range.size < to) {
    await leaves.fill(1);
    const { leaf } = leaves.at(0);
    if (leaf === undefined || leaves.index !== range.size) return false;
    const many = Math.min(leaves.length, to - range.size);
    for (let i = 0; i < many; i++) {
      const each = leaves.at(i).leaf;
      if (each === undefined) return false;
      range.append(each);
    }
    leaves.drop(many);
  }
  return true;
}

/** What is signed, when it is, and the seal's own parts are those. */
function headOf(seal: Seal, verifiers: readonly NoteVerifier[]): TreeHead | { readonly problem: string } {
  try {
    const head = openCheckpoint(seal.checkpoint, verifiers);
    if (head.size !== seal.size) return { problem: `its checkpoint is one of ${head.size.toString()} events` };
    if (!joined(seal.subtrees).equals(head.root)) return { problem: 'its subtrees are not those of its checkpoint' };
    return head;
  } catch (error) {
    if (!(error instanceof NoteRefused)) throw error;
    return { problem: `its checkpoint can't be believed: ${error.message}` };
  }
}

/** The kept hashes of leaves, in order, up to a size; those of doubtful ranges are unknown. */
export class KeptLeaves implements SealedLeaves {
  private hashes: Buffer = Buffer.alloc(0);
  /** Of the first that is left, in `hashes`. */
  private offset = 0;
  private first = 0;
  private nextTile = 0;

  constructor(
    private readonly seals: Pick<Seals, 'leafTiles'>,
    private readonly size = Number.MAX_SAFE_INTEGER,
    private readonly doubtful: readonly DoubtfulRange[] = [],
  ) {}

  get length(): number {
    return (this.hashes.length - this.offset) / HASH_BYTES;
  }

  get index(): number {
    return this.first;
  }

  async fill(count: number): Promise<void> {
    while (this.length < count && this.first + this.length < this.size) {
      const tiles = await this.seals.leafTiles(this.nextTile, TILES_PAGE);
      if (tiles.length === 0) break;
      const parts: Uint8Array[] = [this.hashes.subarray(this.offset)];
      let end = this.first + this.length;
      for (const { index, hashes } of tiles) {
        // A row that is missing or cut leaves its place open: whatever is there is not what was signed.
        const from = index * TILE_WIDTH;
        if (from > end) parts.push(Buffer.alloc((Math.min(from, this.size) - end) * HASH_BYTES));
        const skipped = Math.max(0, end - from);
        const whole = hashes.length - (hashes.length % HASH_BYTES);
        const room = Math.max(0, (this.size - Math.max(from, end)) * HASH_BYTES);
        const part = hashes.subarray(Math.min(whole, skipped * HASH_BYTES), whole).subarray(0, room);
        parts.push(part);
        end = Math.max(end, from) + part.length / HASH_BYTES;
        this.nextTile = index + 1;
      }
      this.hashes = Buffer.concat(parts);
      this.offset = 0;
    }
  }

  nextIs(leaf: Hash): boolean {
    const end = this.offset + HASH_BYTES;
    if (end > this.hashes.length || leaf.compare(this.hashes, this.offset, end) !== 0) return false;
    return !this.isDoubtful(this.first);
  }

  at(ahead: number): { readonly known: boolean; readonly leaf: Hash | undefined } {
    const at = this.offset + ahead * HASH_BYTES;
    if (at >= this.hashes.length) return { known: false, leaf: undefined };
    const leaf = this.isDoubtful(this.first + ahead) ? undefined : this.hashes.subarray(at, at + HASH_BYTES);
    return { known: true, leaf };
  }

  drop(count: number): void {
    this.offset = Math.min(this.hashes.length, this.offset + count * HASH_BYTES);
    this.first += count;
  }

  private isDoubtful(index: number): boolean {
    return this.doubtful.length > 0 && this.doubtful.some(({ begin, end }) => index >= begin && index < end);
  }

  /** Goes on from that leaf. */
  skipTo(index: number): void {
    this.hashes = Buffer.alloc(0);
    this.offset = 0;
    this.first = index;
    this.nextTile = Math.floor(index / TILE_WIDTH);
  }
}
