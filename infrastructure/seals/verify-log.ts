import { mostRecent } from '../../application/most-recent.js';
import { isPositionOf } from '../../application/ports/positions.js';
import type { StreamTail } from '../../application/ports/envelope.js';
import type { EventStore, StoredEvent } from '../../application/ports/event-store.js';
import type { BrokenLink, OnEvents, SealProblem, VerifiedLog } from '../../application/ports/proof-tools.js';
import type { Seals } from '../../application/ports/seals.js';
import { CompactRange, type Hash } from '../../application/seals/merkle.js';
import type { TreeHead } from '../../application/seals/proofs.js';
import type { NoteVerifier } from '../../application/seals/signed-note.js';
import { checkLink, EMPTY_STREAM, hashOf, splitHash } from '../serialization/hash-chain.js';
import { Alignment, refOf } from './alignment.js';
import { checkSeals, type DoubtfulRange, KeptLeaves } from './check-seals.js';
import { leafOf } from './leaf.js';
import { shareOfLog } from './share-of-log.js';

export interface VerifyLogOptions {
  readonly store: EventStore;
  readonly seals: Seals;
  /** Whose signatures are believed. */
  readonly verifiers: readonly NoteVerifier[];
  /** Checkpoints that were kept elsewhere, their signatures already checked. */
  readonly published?: readonly TreeHead[];
  readonly onProgress?: OnEvents;
  readonly signal: AbortSignal;
}

const MOST_BREAKS = 10_000;

/**
 * Streams whose ends are remembered, some 200 bytes each. An event of a stream that has been forgotten since is taken as it
 * follows: the seals say the same of it.
 */
const STREAMS = 500_000;

/** Reads the whole log as it is stored, and says where it is not what was sealed. @throws EventStoreUnavailable, DatabaseUnavailable */
export async function verifyLog(options: VerifyLogOptions): Promise<VerifiedLog> {
  const { store, seals, verifiers, published = [], onProgress, signal } = options;
  const { last, problems, doubtful, seals: count } = await checkSeals(seals, verifiers, published, signal);
  const unknown = new Doubts(doubtful);
  const bookmark = last !== undefined && isPositionOf(last.bookmark, store.identity) ? last.bookmark : undefined;
  const alignment = new Alignment(
    new KeptLeaves(seals, last?.size ?? 0, doubtful),
    ({ position }) => bookmark === undefined || position > bookmark,
    (leaf, index) => {
      unknown.saw(leaf, index);
    },
  );
  const chains = new Chains();
  const shareAt = await shareOfLog(store);
  let events = 0;
  for await (const batch of store.readAll()) {
    signal.throwIfAborted();
    for (const event of batch) {
      events++;
      const leaf = leafOf(chains.follow(event));
      if (!alignment.takeAtOnce(leaf, event)) await alignment.take(leaf, refOf(event));
    }
    onProgress?.(shareAt(batch.at(-1)?.position), events);
  }
  const { misfits, more } = await alignment.end();
  const sealProblems = [...problems, ...unknown.problems()];
  return {
    events,
    sealed: last?.size ?? 0,
    unsealed: alignment.tail,
    seals: count,
    sealedAt: last?.sealedAt,
    holds: misfits.length + more + chains.breaks.length + chains.more + sealProblems.length === 0,
    misfits,
    breaks: chains.breaks,
    sealProblems,
    more: more + chains.more,
  };
}

/** Each stream's hash chain, event by event as they come. */
class Chains {
  readonly breaks: BrokenLink[] = [];
  more = 0;
  private readonly tails = mostRecent<string, StreamTail>(STREAMS);
  private hasForgotten = false;

  /** The event's hash, of what is stored of it. */
  follow(event: StoredEvent): string {
    const known = this.tails.get(event.stream);
    this.hasForgotten ||= this.tails.size === STREAMS;
    const link = checkLink(event, event.stream, known ?? this.before(event));
    if ('hash' in link) {
      this.tails.set(event.stream, { revision: event.revision, hash: link.hash });
      return link.hash;
    }
    if (this.breaks.length < MOST_BREAKS) this.breaks.push({ reason: link.reason, event: refOf(event) });
    else this.more++;
    const split = splitHash(event.metadata);
    const hash = hashOf({ ...event, unhashedMetadata: split?.unhashedMetadata ?? event.metadata });
    // What follows is measured by what this one says it is, so that one change is told once.
    this.tails.set(event.stream, { revision: event.revision, hash: split?.hash ?? hash });
    return hash;
  }

  private before(event: StoredEvent): StreamTail {
    if (!this.hasForgotten || event.revision === 0) return EMPTY_STREAM;
    return {
      revision: event.revision - 1,
      hash: /"prevHash":"([A-Za-z0-9_-]{43})"/.exec(event.metadata.slice(-120))?.[1] ?? '',
    };
  }
}

/** Where the kept hashes are not to be believed, whether the events are those that were signed all the same. */
class Doubts {
  private readonly ranges: { readonly of: DoubtfulRange; readonly range: CompactRange }[];

  constructor(doubtful: readonly DoubtfulRange[]) {
    this.ranges = doubtful.map((of) => ({ of, range: CompactRange.of(of.begin, of.subtrees) }));
  }

  saw(leaf: Hash, index: number): void {
    const range = this.ranges.find(({ of }) => index >= of.begin && index < of.end)?.range;
    if (range?.size === index) range.append(leaf);
  }

  problems(): SealProblem[] {
    return this.ranges.map(({ of: { begin, end, root }, range }) => ({
      size: end,
      problem:
        range.size === end && range.root().equals(root)
          ? `events ${begin.toString()} … ${(end - 1).toString()} are those that were signed; only the hashes kept of them were changed`
          : `events ${begin.toString()} … ${(end - 1).toString()} are not those that were signed; which of them can't be told, because the hashes kept of them were changed too`,
    }));
  }
}
