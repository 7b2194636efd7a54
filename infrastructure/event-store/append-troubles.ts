import type { Logger } from '../../application/ports/logger.js';

/** A refusal counts for so long after it was heard, ms: then somebody may have mended what it was for. */
const REFUSED_FOR_MS = { diskFull: 10_000, accessDenied: 30_000 } as const;

/** An append whose outcome is unknown for so long is no hiccup, ms. */
const LONG_MS = 10_000;

const REFUSALS = {
  diskFull: 'the disk is full, appends are refused',
  accessDenied: "the event store's access rules deny appends",
} as const;

/** What keeps appends from being written, for whoever asks how the store is. */
export class AppendTroubles {
  readonly #refused = new Map<keyof typeof REFUSALS, number>();
  readonly #unknown = new Map<object, number>();

  constructor(
    private readonly log: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Logged when it begins. */
  refused(why: keyof typeof REFUSALS): void {
    if (!this.#isRefused(why)) this.log.error({ why }, REFUSALS[why]);
    this.#refused.set(why, this.now());
  }

  /** Its outcome is unknown from now on, until `settled`. */
  unknown(append: object): void {
    if (!this.#unknown.has(append)) this.#unknown.set(append, this.now());
  }

  settled(append: object): void {
    this.#unknown.delete(append);
  }

  /** Something was written: nothing is refused any more. */
  written(): void {
    if (this.#refused.size > 0) this.#refused.clear();
  }

  /** A sentence for each, without ids. */
  told(): string[] {
    const now = this.now();
    const said: string[] = [];
    for (const why of this.#refused.keys()) if (this.#isRefused(why)) said.push(REFUSALS[why]);
    const long = [...this.#unknown.values()].filter((since) => now - since >= LONG_MS);
    if (long.length > 0) {
      const seconds = Math.round((now - Math.min(...long)) / 1_000).toString();
      said.push(`the outcome of appends is unknown (${long.length.toString()}, for ${seconds} s at most)`);
    }
    return said;
  }

  #isRefused(why: keyof typeof REFUSALS): boolean {
    return this.now() - (this.#refused.get(why) ?? -Infinity) < REFUSED_FOR_MS[why];
  }
}
