/**
 * For how long what is to be sent has not moved. Node looks at it each `stepMs` and says so when nothing has moved since it
 * looked last; when something has, it says nothing that time.
 */
export class Standstill {
  #since = 0;
  #said = -Infinity;

  constructor(
    private readonly stepMs: number,
    private readonly limitMs: number,
  ) {}

  /** Told that nothing has moved for a step. Gives whether that is so for as long as it may be. */
  said(now: number): boolean {
    if (now - this.#said > this.stepMs * 1.5) this.#since = now - this.stepMs;
    this.#said = now;
    // A timer may be a little early on this clock.
    return now - this.#since >= this.limitMs - this.stepMs / 2;
  }
}
