import { Gap, OutOfOrder } from './errors.js';
import type { OpenedEvent } from './open.js';

/**
 * Events of the log without a gap: all that lie behind `after` ('' = the start), up to and with `to`. Only a reader makes
 * one, of what it reads behind the one before.
 */
export class Stretch {
  private constructor(
    readonly after: string,
    readonly events: readonly OpenedEvent[],
  ) {}

  /** Where a reading begins. */
  static startingAt(position: string): Stretch {
    return new Stretch(position, []);
  }

  get to(): string {
    return this.events.at(-1)?.stored.position ?? this.after;
  }

  /** What was read behind this one. @throws OutOfOrder */
  followedBy(events: readonly OpenedEvent[]): Stretch {
    let last = this.to;
    for (const { stored } of events) {
      if (stored.position <= last) throw new OutOfOrder(last, stored.position);
      last = stored.position;
    }
    return new Stretch(this.to, events);
  }

  /** Both as one. @throws Gap when the other doesn't begin where this one ends */
  with(next: Stretch): Stretch {
    if (next.after !== this.to) throw new Gap(this.to, next.after);
    return new Stretch(this.after, [...this.events, ...next.events]);
  }

  /**
   * What of it lies behind a checkpoint.
   * @throws Gap when the checkpoint lies before it: nobody knows here what is between.
   */
  behind(position: string): Stretch {
    if (position < this.after) throw new Gap(position, this.after);
    const next = this.events.findIndex(({ stored }) => stored.position > position);
    if (next === 0) return this;
    return next < 0 ? new Stretch(this.to, []) : new Stretch(this.positionBefore(next), this.events.slice(next));
  }

  /** Its first `count` events. */
  first(count: number): Stretch {
    return new Stretch(this.after, this.events.slice(0, count));
  }

  /** Its part up to and with a position. */
  upTo(position: string): Stretch {
    const end = this.events.findIndex(({ stored }) => stored.position > position);
    return end < 0 ? this : this.first(end);
  }

  halves(): readonly [Stretch, Stretch] {
    const half = this.events.length >> 1;
    return [this.first(half), new Stretch(this.positionBefore(half), this.events.slice(half))];
  }

  private positionBefore(index: number): string {
    return index === 0 ? this.after : (this.events[index - 1]?.stored.position ?? this.after);
  }
}
