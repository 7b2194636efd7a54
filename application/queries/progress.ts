import type { Position } from '../ports/event-store.js';

/** How far the read models are. */
export interface ReadModelProgress {
  /** True once every projection, or each of those named, has passed `position`; false when that took longer than `timeoutMs`. */
  waitFor(
    position: Position,
    options: { readonly timeoutMs: number; readonly projections?: readonly string[] },
  ): Promise<boolean>;
  /** No other process serves the same lists, as far as this one knows: it learns of another within a second. */
  readonly isAlone: boolean;
}
