import type { DomainEvent } from '../../domain/shared/event.js';
import type { Logger } from '../ports/logger.js';
import type { Snapshot, Snapshots } from '../ports/snapshots.js';
import type { Aggregate, SnapshotForm } from './aggregate.js';

/** What is known of a snapshot before the stream's own event was seen. */
export interface Kept<State> {
  readonly state: State;
  readonly revision: number;
  readonly hash: string;
  readonly lastAt: number;
  /** Of its text. */
  readonly bytes: number;
}

/** Streams whose snapshots wait to be written; beyond it one is left out, and due again after as many events. */
const MOST_WAITING = 1_000;

/**
 * Reads and writes the pipeline's snapshots. They only save reading: what can't be had, or is wrong, is done without, and
 * one is written after those were answered whose events made it due.
 */
export class StateSnapshots {
  /** What is to be written, by stream: a newer one takes an older one's place. */
  readonly #waiting = new Map<string, () => Snapshot>();
  #writing: Promise<void> | undefined;

  constructor(
    private readonly snapshots: Snapshots,
    private readonly log: Logger,
  ) {}

  /**
   * Those that may serve, newest first; whoever takes one has yet to see that the stream's event at that revision has its hash.
   * One that was given and didn't serve is dropped when the next is asked for.
   */
  async *of<State, Command, Event extends DomainEvent, Outcome>(
    { snapshot: form }: Aggregate<State, Command, Event, Outcome>,
    stream: string,
    to: number,
  ): AsyncGenerator<Kept<State>, void> {
    if (form === undefined) return;
    for (;;) {
      const found = await this.#newest(stream, form.version, to);
      if (found === undefined) return;
      const state = readState(form, found);
      const { revision, hash, lastAt } = found;
      if (state !== undefined) yield { state, revision, hash, lastAt, bytes: found.state.length };
      this.log.warn({ stream, revision }, 'a snapshot does not fit its stream, and is left out');
      if (!(await this.#drop(found))) return;
    }
  }

  /** Settles when all that waits is written, or was given up. Never rejects. */
  later<State>(stream: string, form: SnapshotForm<State>, folded: Omit<Kept<State>, 'bytes'>): Promise<void> {
    if (this.#waiting.size < MOST_WAITING || this.#waiting.has(stream)) {
      const { revision, hash, lastAt, state } = folded;
      this.#waiting.set(stream, () => ({
        stream,
        version: form.version,
        revision,
        hash,
        lastAt,
        state: JSON.stringify(form.write(state)),
      }));
    }
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      // Those who wait for their answers come first.
      await new Promise((resolve) => setImmediate(resolve));
      const [first] = this.#waiting;
      if (first === undefined) return;
      const [stream, snapshot] = first;
      this.#waiting.delete(stream);
      try {
        await this.snapshots.keep(snapshot());
      } catch (error) {
        this.log.warn({ stream, error: String(error) }, 'a snapshot was not written');
      }
    }
  }

  async #newest(stream: string, version: number, to: number): Promise<Snapshot | undefined> {
    try {
      return await this.snapshots.newest(stream, version, to);
    } catch (error) {
      this.log.warn({ stream, error: String(error) }, 'snapshots are not to be had, the stream is read whole');
      return undefined;
    }
  }

  async #drop(snapshot: Snapshot): Promise<boolean> {
    try {
      await this.snapshots.drop(snapshot);
      return true;
    } catch (error) {
      this.log.warn({ stream: snapshot.stream, error: String(error) }, 'a snapshot of no use was not deleted');
      return false;
    }
  }
}

function readState<State>(form: SnapshotForm<State>, { state }: Snapshot): State | undefined {
  try {
    return form.read(JSON.parse(state));
  } catch {
    return undefined; // No JSON, or not of this form: as good as none.
  }
}
