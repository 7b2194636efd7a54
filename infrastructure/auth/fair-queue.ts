import { ApplicationError } from '../../application/commands/errors.js';

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Lets so many works run at once and so many wait. Whoever waits gets his turn in order, one work of each at a time: a
 * hundred works of one hold up the single work of another by one. When all places are taken, whoever has the most waiting
 * gives up his newest.
 */
export class FairQueue {
  /** By whose turn it is next; each has at least one waiting. */
  readonly #queues = new Map<string, Waiting[]>();
  #waiting = 0;
  #running = 0;

  constructor(
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  /** `who`: whose turn it takes. @throws ApplicationError TooBusy */
  async run<Result>(who: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.atOnce) this.#running += 1;
    else await this.#turn(who);
    try {
      return await work();
    } finally {
      if (!this.#startNext()) this.#running -= 1;
    }
  }

  #turn(who: string): Promise<void> {
    return new Promise((start, refuse) => {
      if (this.#waiting >= this.mostWaiting && !this.#makesRoomFor(who)) {
        refuse(busy(this.#waiting));
        return;
      }
      this.#waiting += 1;
      const own = this.#queues.get(who);
      if (own === undefined) this.#queues.set(who, [{ start, refuse }]);
      else own.push({ start, refuse });
    });
  }

  /** The place of the newest work of whoever has the most waiting, if that is more than this one would have. */
  #makesRoomFor(who: string): boolean {
    let longest: Waiting[] = [];
    for (const queue of this.#queues.values()) if (queue.length > longest.length) longest = queue;
    if (longest.length <= (this.#queues.get(who)?.length ?? 0) + 1) return false;
    const waiting = this.#waiting;
    this.#waiting -= 1;
    longest.pop()?.refuse(busy(waiting));
    return true;
  }

  /** Whether there was one: it takes the place of the one that ended. */
  #startNext(): boolean {
    const [first] = this.#queues;
    if (first === undefined) return false;
    const [who, queue] = first;
    const next = queue.shift();
    // At the end, if more of his wait.
    this.#queues.delete(who);
    if (queue.length > 0) this.#queues.set(who, queue);
    this.#waiting -= 1;
    next?.start();
    return true;
  }
}

const busy = (waiting: number): ApplicationError => new ApplicationError('TooBusy', { waiting });
