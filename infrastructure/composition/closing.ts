import type { Logger } from '../../application/ports/logger.js';

/** How long each of what was opened may take to close, ms. */
export const CLOSE_MS = 3_000;

/** Whether it has ended in time; what it comes to later is nobody's business any more. */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const ended = work.then(() => true);
  ended.catch(() => undefined);
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What was opened, to be closed in the opposite order. */
export class Opened {
  readonly #closers: (() => Promise<unknown>)[] = [];

  constructor(private readonly log: Logger) {}

  /** A connection to a server that hangs may never be closed, so it is given its time. */
  add(what: string, close: () => Promise<unknown>): void {
    this.#closers.push(async () => {
      if (!(await endsWithin(CLOSE_MS, close()))) this.log.warn({ what }, 'it could not be closed in time');
    });
  }

  /** Takes what time it needs. */
  addPatiently(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (error) {
        this.log.warn({ err: error }, 'something did not close cleanly');
      }
    }
  }
}
