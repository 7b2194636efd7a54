import type { Pace } from '../../application/ports/follower-tools.js';
import type { EventStore, Position } from '../../application/ports/event-store.js';
import { isPositionOf, parsePosition } from '../../application/ports/positions.js';
import { pause } from '../../application/following/backoff.js';

/** Between two looks at least, ms. */
const LOOK_MS = 400;

/** Who looks again and again is told a rate over so long, ms: a step of a large batch may take longer than a look. */
const RATE_OVER_MS = 10_000;

/** Where positions don't count events, so many are read and counted at most. */
const COUNTED = 10_000;

const OCCURRED_AT = /"occurredAt":(\d{1,15})[,}]/;

/** By name; '' is before the first event. */
export type Places = ReadonlyMap<string, string>;

export type PaceOf = (name: string) => Omit<Pace, 'leader'>;

interface Counted {
  readonly count: number;
  readonly atLeast: boolean;
}

/** Under traffic there is always something that came a moment ago. */
const MOMENT_MS = 1_000;

/** Whether somebody who is so far behind shows all but what came a moment ago. */
export const isLevel = ({ lagEvents, lagMs }: Pick<Pace, 'lagEvents' | 'lagMs'>): boolean =>
  lagEvents === 0 || lagMs < MOMENT_MS;

/** What was passed between two looks, by name. */
interface Passed {
  readonly from: number;
  readonly to: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** How far followers are and how fast they go, by looking twice; whoever looks again and again is told of the last ten seconds. */
export class Paces {
  #last: { readonly at: number; readonly places: Places } | undefined;
  #passed: readonly Passed[] = [];

  /**
   * @param store `countsEvents`: the ordinals of its positions are numbers of events. Where they aren't (EventStoreDB's are
   * bytes), events are counted by reading them, up to a bound.
   */
  constructor(
    private readonly store: Pick<EventStore, 'identity' | 'readAll' | 'head'>,
    private readonly countsEvents: boolean,
    /** Milliseconds of a clock that never goes back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param look gives where each stands, and what the caller makes of it */
  async look<T extends { readonly places: Places }>(look: () => Promise<T>): Promise<{ found: T; paceOf: PaceOf }> {
    const before = (this.#last ??= { at: this.now(), places: (await look()).places });
    await pause(Math.max(0, before.at + LOOK_MS - this.now()), new AbortController().signal);
    // Asked for first, so that nobody seems to be behind what came meanwhile.
    const head = (await this.store.head()) ?? '';
    const found = await look();
    const now = { at: this.now(), places: found.places };
    this.#last = now;
    const counted = remembering((after: string, to: string) => this.#between(after, to));
    const counts = new Map<string, number>();
    for (const [name, place] of now.places)
      counts.set(name, (await counted(before.places.get(name) ?? place, place)).count);
    const rateOf = this.#rates({ from: before.at, to: now.at, counts });
    const paces = new Map<string, Omit<Pace, 'leader'>>();
    const since = remembering((after: string) => this.#firstBehind(after));
    for (const [name, place] of now.places) {
      const lag = await counted(place, head);
      const first = lag.count === 0 ? undefined : await since(place);
      paces.set(name, {
        lagEvents: lag.count,
        lagEventsAtLeast: lag.atLeast,
        lagMs: first === undefined ? 0 : Math.max(1, Date.now() - first),
        rate: rateOf(name),
      });
    }
    const none = { lagEvents: 0, lagEventsAtLeast: false, lagMs: 0, rate: 0 };
    return { found, paceOf: (name) => paces.get(name) ?? none };
  }

  /** Events a second over the looks of late, the last of them among these. */
  #rates(last: Passed): (name: string) => number {
    this.#passed = [...this.#passed.filter(({ from }) => last.to - from <= RATE_OVER_MS), last];
    const of = this.#passed;
    const seconds = (last.to - (of[0]?.from ?? last.from)) / 1_000;
    return (name) => {
      const events = of.reduce((sum, { counts }) => sum + (counts.get(name) ?? 0), 0);
      return Math.round((events / seconds) * 10) / 10;
    };
  }

  async #between(after: string, to: string): Promise<Counted> {
    if (to === '' || after >= to) return { count: 0, atLeast: false };
    if (this.countsEvents) return { count: ordinal(to) - ordinal(after), atLeast: false };
    let count = 0;
    for await (const events of this.store.readAll({ ...behind(after), maxCount: COUNTED })) {
      for (const { position } of events) {
        if (position > to) return { count, atLeast: false };
        count++;
      }
    }
    return { count, atLeast: count >= COUNTED };
  }

  async #firstBehind(after: string): Promise<number | undefined> {
    for await (const [event] of this.store.readAll({ ...behind(after), maxCount: 1 })) {
      const [, occurredAt] = OCCURRED_AT.exec(event?.metadata ?? '') ?? [];
      return occurredAt === undefined ? Date.now() : Number(occurredAt);
    }
    return undefined;
  }

  /** A position of the store that the log was in before is nowhere in this one. */
  own(position: string | undefined): string {
    return position !== undefined && isPositionOf(position, this.store.identity) ? position : '';
  }
}

const ordinal = (position: string): number => (position === '' ? 0 : Number(parsePosition(position).ordinal));

const behind = (after: string): { after?: Position } => (after === '' ? {} : { after: after as Position });

/** Most followers stand at the same place. */
function remembering<Args extends string[], T>(ask: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (...args) => {
    const key = args.join(' ');
    const answer = answers.get(key) ?? ask(...args);
    answers.set(key, answer);
    return answer;
  };
}
