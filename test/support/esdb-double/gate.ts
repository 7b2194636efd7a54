import type { Faults } from './faults.js';

/** Everything that the server is asked and that it answers passes here: at once, later, or when it hangs no more. */
export class Gate {
  private kept: (() => void)[] = [];

  constructor(
    private readonly faults: Faults,
    private readonly later: (delayMs: number, run: () => void) => void,
  ) {}

  /** Runs it when the server may, in the order in which it was asked. */
  pass(run: () => void): void {
    const { hanging, delayMs } = this.faults;
    if (hanging) this.kept.push(run);
    else if (delayMs > 0) this.later(delayMs, run);
    else run();
  }

  /** Whether nothing may be sent now; if so, `run` is called when that has ended. */
  holds(run: () => void): boolean {
    if (!this.faults.hanging) return false;
    this.kept.push(run);
    return true;
  }

  thaw(): void {
    for (const run of this.kept.splice(0)) run();
  }

  forget(): void {
    this.kept = [];
  }
}
