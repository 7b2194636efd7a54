/** Exponential, with full jitter on its upper half, so that processes that lost the same server don't come back together. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly firstMs = 50,
    private readonly maxMs = 2_000,
  ) {}

  reset(): void {
    this.failures = 0;
  }

  nextMs(): number {
    const ceiling = Math.min(this.maxMs, this.firstMs * 2 ** Math.min(this.failures++, 20));
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }

  wait(signal: AbortSignal): Promise<void> {
    return pause(this.nextMs(), signal);
  }
}

/** Resolves after `ms`, or at once when aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
