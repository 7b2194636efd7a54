import type { EventRef, Misfit } from '../../application/ports/proof-tools.js';
import type { Hash } from '../../application/seals/merkle.js';

/** What was sealed, in order: leaf by leaf, undefined where nobody knows which. */
export interface SealedLeaves {
  /** Reads ahead until so many are at hand, or all. */
  fill(count: number): Promise<void>;
  /** The `ahead`-th from here; `known` is false behind the end. */
  at(ahead: number): { readonly known: boolean; readonly leaf: Hash | undefined };
  /** Whether the next one is known to be this. */
  nextIs(leaf: Hash): boolean;
  /** How many are at hand. */
  readonly length: number;
  /** Index of the next one in the sealed order. */
  readonly index: number;
  drop(count: number): void;
}

/** Of a stored event, without its content. */
export const refOf = ({ stream, revision, id, type, position }: EventRef): EventRef => ({
  stream,
  revision,
  id,
  type,
  position,
});

interface Sealed {
  readonly index: number;
  readonly leaf: Hash | undefined;
  readonly after: EventRef | undefined;
  pair?: Found;
  moved?: boolean;
}

interface Found {
  readonly before: number;
  readonly leaf: Hash;
  readonly event: EventRef;
  pair?: Sealed;
  movedFrom?: number;
}

/** Misfits that are remembered one by one; the rest is counted. */
const MOST = 10_000;
/** How far ahead a common event is looked for, at first and at most. */
const WINDOW = 256;
const WIDEST = 32_768;

/**
 * Lays the log beside what was sealed, event by event. Where they part it looks ahead on both sides for the nearest event that
 * both have; what lies before that on either side is a misfit. What it holds is bounded, however long the log.
 */
export class Alignment {
  private readonly waiting: { readonly leaf: Hash; readonly event: EventRef }[] = [];
  private readonly sealed: Sealed[] = [];
  private readonly found: Found[] = [];
  private readonly lost = new Map<string, Sealed>();
  private readonly strays = new Map<string, Found>();
  private window = WINDOW;
  private last: EventRef | undefined;
  private uncounted = 0;
  private tailEvents = 0;

  /**
   * @param endsBefore whether an event lies behind the last sealed one, as far as its position tells
   * @param onUnknown is told of an event that stands where nobody knows what was sealed
   */
  constructor(
    private readonly leaves: SealedLeaves,
    private readonly endsBefore: (event: EventRef) => boolean,
    private readonly onUnknown: (leaf: Hash, index: number) => void,
  ) {}

  /** Events behind the last seal. */
  get tail(): number {
    return this.tailEvents;
  }

  /** The log's next event. */
  async take(leaf: Hash, event: EventRef): Promise<void> {
    if (this.leaves.length === 0) await this.leaves.fill(1);
    if (this.waiting.length === 0 && this.fits(leaf, event)) return;
    this.waiting.push({ leaf, event });
    if (this.waiting.length >= this.window) await this.settle(false);
  }

  /** Whether it can be taken without waiting: the usual case. */
  takeAtOnce(leaf: Hash, event: EventRef): boolean {
    return this.leaves.length > 0 && this.waiting.length === 0 && this.fits(leaf, event);
  }

  /** The log has ended. Gives the misfits in their order, and how many more there are. */
  async end(): Promise<{ readonly misfits: readonly Misfit[]; readonly more: number }> {
    await this.settle(true);
    for (await this.leaves.fill(WINDOW); this.leaves.length > 0; await this.leaves.fill(WINDOW))
      this.missing(this.leaves.length);
    const misfits: Misfit[] = this.found.map(({ before, event, pair, movedFrom }): Misfit => {
      if (movedFrom !== undefined) return { kind: 'moved', index: movedFrom, before, event };
      return pair === undefined || pair.moved
        ? { kind: 'added', index: before, event }
        : { kind: 'altered', index: pair.index, event };
    });
    for (const { index, after, pair, moved } of this.sealed)
      if (!moved && (pair === undefined || pair.movedFrom !== undefined))
        misfits.push({ kind: 'removed', index, after });
    return { misfits: misfits.sort((a, b) => a.index - b.index), more: this.uncounted };
  }

  private fits(leaf: Hash, event: EventRef): boolean {
    if (!this.leaves.nextIs(leaf)) {
      const next = this.leaves.at(0);
      if (!next.known) {
        if (!this.endsBefore(event)) return false;
        this.tailEvents++;
        return true;
      }
      if (next.leaf !== undefined) return false;
      this.onUnknown(leaf, this.leaves.index);
    }
    this.leaves.drop(1);
    this.last = event;
    return true;
  }

  /** Takes what waits, as far as it can be told. */
  private async settle(ended: boolean): Promise<void> {
    while (this.waiting.length > 0) {
      const [next] = this.waiting;
      if (this.leaves.length === 0) await this.leaves.fill(1);
      if (next !== undefined && this.fits(next.leaf, next.event)) {
        this.waiting.shift();
        this.window = WINDOW;
        continue;
      }
      if (this.waiting.length < this.window && !ended) return;
      await this.leaves.fill(this.window);
      this.part(ended);
    }
  }

  /** They part here: goes to the nearest event that both have. */
  private part(ended: boolean): void {
    const sealedAt = new Map<string, number>();
    for (let i = 0; i < Math.min(this.window, this.leaves.length); i++) {
      const { leaf } = this.leaves.at(i);
      if (leaf !== undefined) sealedAt.set(leaf.toString('base64'), i);
    }
    let nearest: readonly [sealed: number, found: number] | undefined;
    for (let j = 0; j < this.waiting.length && (nearest === undefined || j < nearest[0] + nearest[1]); j++) {
      const i = sealedAt.get(this.waiting[j]?.leaf.toString('base64') ?? '');
      if (i !== undefined && (nearest === undefined || i + j < nearest[0] + nearest[1])) nearest = [i, j];
    }
    if (nearest === undefined && this.window < WIDEST && !(ended && this.leaves.length < this.window)) {
      this.window *= 2;
      if (!ended) return;
      // All that waits is at hand; what was sealed may reach further.
      this.window = WIDEST;
      return;
    }
    const beyond = this.waiting.findIndex(({ event }) => this.endsBefore(event));
    const [sealed, found] = nearest ?? [this.leaves.length, beyond < 0 ? this.waiting.length : beyond];
    const both = Math.min(sealed, found);
    for (let i = 0; i < both; i++) this.pair();
    this.missing(sealed - both);
    for (let i = both; i < found; i++) this.stray();
  }

  private pair(): void {
    const sealed = this.nextSealed();
    const found = this.nextFound(sealed.index);
    if (found === undefined) return;
    this.remember(sealed, found);
  }

  private missing(count: number): void {
    for (let i = 0; i < count; i++) this.remember(this.nextSealed(), undefined);
  }

  private stray(): void {
    const found = this.nextFound(this.leaves.index);
    if (found !== undefined) this.remember(undefined, found);
  }

  private nextSealed(): Sealed {
    const sealed = { index: this.leaves.index, leaf: this.leaves.at(0).leaf, after: this.last && refOf(this.last) };
    this.leaves.drop(1);
    return sealed;
  }

  private nextFound(before: number): Found | undefined {
    const next = this.waiting.shift();
    if (next === undefined) return undefined;
    this.last = next.event;
    return { before, ...next };
  }

  private remember(sealed: Sealed | undefined, found: Found | undefined): void {
    if (this.sealed.length >= MOST || this.found.length >= MOST) {
      this.uncounted++;
      return;
    }
    if (sealed !== undefined) {
      if (found !== undefined) [sealed.pair, found.pair] = [found, sealed];
      this.sealed.push(sealed);
      const key = sealed.leaf?.toString('base64');
      const stray = key === undefined ? undefined : this.strays.get(key);
      if (stray !== undefined) this.moved(sealed, stray);
      else if (key !== undefined) this.lost.set(key, sealed);
    }
    if (found !== undefined) {
      this.found.push(found);
      const key = found.leaf.toString('base64');
      const lost = this.lost.get(key);
      if (lost !== undefined) this.moved(lost, found);
      else this.strays.set(key, found);
    }
  }

  private moved(sealed: Sealed, found: Found): void {
    const key = found.leaf.toString('base64');
    sealed.moved = true;
    found.movedFrom = sealed.index;
    this.lost.delete(key);
    this.strays.delete(key);
  }
}
