import { Backoff, pause } from '../../application/following/backoff.js';
import { messageOf } from '../../application/following/errors.js';
import type { Lead, TakePart } from '../../application/following/lead.js';
import type { EventStore, Position } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { isPositionOf } from '../../application/ports/positions.js';
import type { Seals } from '../../application/ports/seals.js';
import { signCheckpoint } from '../../application/seals/checkpoint.js';
import { HASH_BYTES } from '../../application/seals/merkle.js';
import type { NoteSigner } from '../../application/seals/signed-note.js';
import { TILE_WIDTH } from '../../application/seals/tiles.js';
import { GrowingTree, SealsDamaged } from './growing-tree.js';
import { END_CHARACTERS, leafToSeal, leavesIn } from './leaf.js';
import type { SealsFile } from './seals-file.js';

export interface SealingOptions {
  readonly store: EventStore;
  readonly seals: Seals;
  readonly signer: NoteSigner;
  readonly log: Logger;
  /** Absent: in the table alone. */
  readonly file?: SealsFile;
}

/** Events under one seal at most: what a log that was never sealed takes at a time. */
const MOST_EVENTS = 65_536;

/** Somebody else has sealed meanwhile. */
class SealedElsewhere extends Error {
  override readonly name = 'SealedElsewhere';
}

/** One who seals: what is new is added to the tree as it is read, and signed when asked. */
export class Sealing {
  private constructor(
    private readonly options: SealingOptions,
    private readonly tree: GrowingTree,
    private bookmark: string,
  ) {}

  /**
   * Goes on behind the last seal. A log that came here from another store is read once, to find that place.
   * @throws SealsDamaged, EventStoreUnavailable, DatabaseUnavailable
   */
  static async resume(options: SealingOptions, signal: AbortSignal): Promise<Sealing> {
    const { seals, store, file } = options;
    const last = await seals.last();
    const tree = await GrowingTree.at(last, seals);
    if (last !== undefined && isPositionOf(last.bookmark, store.identity)) {
      const head = (await store.head()) ?? '';
      if (head < last.bookmark)
        throw new SealsDamaged(`the log ends before the last of the ${last.size.toString()} events that were sealed`);
    }
    if (file !== undefined) await writtenDown(options, file);
    if (last === undefined || isPositionOf(last.bookmark, store.identity))
      return new Sealing(options, tree, last?.bookmark ?? '');
    options.log.info({ events: last.size }, 'the log came from another store: looking for the last sealed event');
    return new Sealing(options, tree, await placeOf(last.size, options, signal));
  }

  get unsealed(): number {
    return this.tree.unsealed;
  }

  get size(): number {
    return this.tree.size;
  }

  /** Reads what is there and not read yet, and seals each time that it is much. @throws SealedElsewhere */
  async absorb(signal: AbortSignal): Promise<void> {
    const { store } = this.options;
    if (store.readEnds === undefined) return this.absorbEvents(signal);
    for await (const { count, ends, to } of store.readEnds({ ...this.behind(), characters: END_CHARACTERS })) {
      signal.throwIfAborted();
      const leaves = leavesIn(ends, count);
      // One of them has no hash at its end: what there is instead is in the event itself.
      if (leaves === undefined) await this.absorbEvents(signal, to);
      else for (const leaf of leaves) this.tree.append(leaf);
      this.bookmark = to;
      if (this.tree.unsealed >= MOST_EVENTS) await this.seal();
    }
  }

  private async absorbEvents(signal: AbortSignal, until?: Position): Promise<void> {
    for await (const events of this.options.store.readAll(this.behind())) {
      signal.throwIfAborted();
      for (const event of events) {
        if (until !== undefined && event.position > until) return;
        this.tree.append(leafToSeal(event));
        this.bookmark = event.position;
      }
      if (this.tree.unsealed >= MOST_EVENTS) await this.seal();
    }
  }

  private behind(): { readonly after?: Position } {
    return this.bookmark === '' ? {} : { after: this.bookmark as Position };
  }

  /** Signs what was read. @throws SealedElsewhere, DatabaseUnavailable */
  async seal(): Promise<void> {
    const { tree, bookmark } = this;
    if (tree.unsealed === 0) return;
    const { seals, signer, file } = this.options;
    const added = await seals.add(
      {
        size: tree.size,
        previous: tree.size - tree.unsealed,
        subtrees: tree.subtrees,
        checkpoint: signCheckpoint({ size: tree.size, root: tree.root() }, signer),
        bookmark,
      },
      tree.changedTiles(),
    );
    if (!added) throw new SealedElsewhere('somebody else has sealed meanwhile');
    tree.sealed();
    if (file !== undefined) await writtenDown(this.options, file);
  }
}

/** The file is a second place: when it can't be written the seals stand all the same. */
async function writtenDown({ seals, log }: SealingOptions, file: SealsFile): Promise<void> {
  try {
    await file.catchUp(seals);
  } catch (error) {
    log.warn({ file: file.path, error: messageOf(error) }, 'the checkpoints could not be written to their file');
  }
}

/** Position of the last of so many events, which must be those that were sealed. @throws SealsDamaged */
async function placeOf(size: number, { store, seals }: SealingOptions, signal: AbortSignal): Promise<string> {
  let index = 0;
  let tile: Uint8Array | undefined;
  for await (const events of store.readAll()) {
    signal.throwIfAborted();
    for (const event of events) {
      const place = index % TILE_WIDTH;
      if (place === 0) tile = (await seals.tiles([{ level: 0, index: index / TILE_WIDTH }]))[0]?.hashes;
      const sealed = tile?.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
      if (sealed === undefined || !leafToSeal(event).equals(sealed))
        throw new SealsDamaged(
          `event ${index.toString()} of the log, ${event.stream} at revision ${event.revision.toString()}, is not the one that was sealed`,
        );
      index++;
      if (index === size) return event.position;
    }
  }
  throw new SealsDamaged(`the log has ${index.toString()} events of the ${size.toString()} that were sealed`);
}

/** Seals all there is, now. Gives the size of the newest seal. @throws SealsDamaged */
export async function sealNow(options: SealingOptions, signal: AbortSignal): Promise<number> {
  for (;;) {
    const sealing = await Sealing.resume(options, signal);
    try {
      await sealing.absorb(signal);
      await sealing.seal();
      return sealing.size;
    } catch (error) {
      // The server beside was quicker; what came since then may not be under its seal.
      if (!(error instanceof SealedElsewhere)) throw error;
    }
  }
}

export interface SealerOptions extends SealingOptions {
  readonly takePart: TakePart;
  /** Between two seals, ms. */
  readonly everyMs: number;
}

const KEY = 'seals';

/** Between two looks at what is new: many small works, so that nobody waits for one. */
const LOOK_MS = 1_000;
/** What doesn't fit together is an operator's to mend. */
const DAMAGED_MS = 60_000;

/** Seals the log on schedule in whichever server leads. */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #stopping = new AbortController();
  #part: { stop(): Promise<void> } | undefined;
  #running: { readonly end: AbortController; readonly ended: Promise<void> } | undefined;
  #trouble: string | undefined;

  constructor(options: SealerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#part ??= this.#options.takePart({ keys: [KEY], onChange: (lead) => this.#lead(lead) });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#running?.end.abort();
    await this.#part?.stop();
  }

  /** Why nothing is sealed, where it is led from here. */
  trouble(): string | undefined {
    return this.#trouble;
  }

  async #lead({ held }: Lead): Promise<void> {
    this.#running?.end.abort();
    await this.#running?.ended;
    this.#running = undefined;
    if (!held.has(KEY) || this.#stopping.signal.aborted) return;
    const end = new AbortController();
    this.#running = { end, ended: this.#run(end.signal) };
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(100, 5_000);
    while (!signal.aborted) {
      try {
        const sealing = await Sealing.resume(this.#options, signal);
        this.#trouble = undefined;
        backoff.reset();
        await this.#seal(sealing, signal);
      } catch (error) {
        if (signal.aborted || error instanceof SealedElsewhere) continue;
        this.#trouble = messageOf(error);
        if (error instanceof SealsDamaged) {
          this.#options.log.error(
            { error: messageOf(error) },
            'the log is not sealed any more: run `parley audit verify`',
          );
          await pause(DAMAGED_MS, signal);
          continue;
        }
        this.#options.log.warn({ error: messageOf(error) }, 'the log could not be sealed; it is tried again');
      }
      await backoff.wait(signal);
    }
  }

  async #seal(sealing: Sealing, signal: AbortSignal): Promise<void> {
    const { everyMs } = this.#options;
    for (let due = performance.now(); !signal.aborted;) {
      await sealing.absorb(signal);
      if (performance.now() >= due) {
        await sealing.seal();
        due = performance.now() + everyMs;
      }
      await pause(Math.min(LOOK_MS, everyMs), signal);
    }
  }
}
