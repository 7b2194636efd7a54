/** Ends remembered at most, of a store that is asked often while a projection stands still. */
const MOST = 1_000;

/**
 * Where the store's end was when somebody asked: how long a projection is behind is known without asking all the time,
 * and one that follows closely is not taken for one that hangs, however far apart the questions are.
 */
export class SeenEnds {
  /** Ascending in both. */
  private ends: { readonly position: string; readonly at: number }[] = [];

  saw(position: string, at: number): void {
    const last = this.ends.at(-1);
    if (last !== undefined && position <= last.position) return;
    if (this.ends.length >= MOST) this.ends.pop();
    this.ends.push({ position, at });
  }

  anyPassedAt(position: string): boolean {
    const [first] = this.ends;
    return first !== undefined && first.position <= position;
  }

  /** When the earliest end was seen that lies behind `position`; `now` when there is none. */
  firstNotPassedAt(position: string, now: number): number {
    return this.ends.find((end) => end.position > position)?.at ?? now;
  }

  /** All projections have passed what lies before the last of those that all have passed. */
  forget(positions: readonly string[]): void {
    const [lowest = ''] = [...positions].sort();
    const kept = this.ends.findIndex((end) => end.position > lowest);
    this.ends = this.ends.slice(Math.max(0, (kept < 0 ? this.ends.length : kept) - 1));
  }
}
