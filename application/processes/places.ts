import type { OpenedEvent } from '../following/open.js';
import type { ProcessCheckpoint, ProcessCheckpoints } from '../ports/process-checkpoints.js';
import type { Process } from './process.js';

/** Somebody else has put a checkpoint elsewhere, or leads. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor() {
    super("a process's checkpoint was moved by somebody else");
  }
}

/** Where a process stands that is led here. */
export class Place {
  position: string;
  /** Why it doesn't go on; undefined while it does. */
  stopped: string | undefined;

  constructor(
    readonly process: Process,
    readonly checkpoint: ProcessCheckpoint,
  ) {
    this.position = checkpoint.position;
  }

  /** The first event of a handled type that only newer code understands: it must not be passed. */
  newerIn(events: readonly OpenedEvent[]): OpenedEvent | undefined {
    return events.find(({ stored, recorded }) => {
      const highest = this.process.handles[stored.type];
      if (highest === undefined || recorded === undefined || stored.position <= this.position) return false;
      return recorded.event === undefined || recorded.envelope.schemaVersion > highest;
    });
  }
}

/** What asked for nothing is only read again, and is noted so many times less often. */
const IDLY = 10;

/** Writes down how far processes are, not each step: what was done and not noted is done again, which changes nothing. */
export class Notes {
  readonly #saved = new Map<Place, string>();
  #due: number | undefined;

  constructor(
    private readonly checkpoints: Pick<ProcessCheckpoints, 'advance'>,
    private readonly places: readonly Place[],
    /** Between two notes at least, while something is done, milliseconds. */
    private readonly everyMs: number,
  ) {
    for (const place of places) this.#saved.set(place, place.position);
  }

  /** The places have moved on at `now`, on the clock of `performance.now()`. */
  moved(acted: boolean, now: number): void {
    this.#due = Math.min(this.#due ?? Infinity, now + this.everyMs * (acted ? 1 : IDLY));
  }

  isDue(now: number): boolean {
    return this.#due !== undefined && this.#due <= now;
  }

  /** @throws Fenced; what the database fails with */
  async save(): Promise<void> {
    const steps = this.places
      .filter((place) => place.position !== this.#saved.get(place))
      .map((place) => ({ place, name: place.process.name, position: place.position, epoch: place.checkpoint.epoch }));
    this.#due = undefined;
    if (steps.length === 0) return;
    try {
      if ((await this.checkpoints.advance(steps)) < steps.length) throw new Fenced();
    } catch (error) {
      this.#due = 0;
      throw error;
    }
    for (const { place, position } of steps) this.#saved.set(place, position);
  }
}
