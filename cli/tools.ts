import type { StoredEvent } from '../application/ports/event-store.js';
import type { HistoryReader } from '../application/queries/history.js';

export interface RebuildStep {
  readonly done: number;
  readonly total: number;
  readonly rate: number;
  readonly phase: string;
}

/** What the command needs of the house; the composition root gives it. */
export interface Tools {
  readonly defaultTenant: string;
  readonly history: HistoryReader;
  /** Checks one stream's hash chain; what is wrong, or undefined when it holds. */
  chainBreak(events: AsyncIterable<StoredEvent>): Promise<string | undefined>;
  readonly projections: readonly string[];
  /** A line for each projection. */
  projectionStatus(): Promise<readonly string[]>;
  rebuild(
    name: string,
    onProgress: (step: RebuildStep) => void,
  ): Promise<{ readonly letter: string; readonly events: number; readonly milliseconds: number }>;
  verify(name: string): Promise<{ readonly same: boolean; readonly lines: readonly string[] }>;
  close(): Promise<void>;
}

export type OpenTools = () => Promise<Tools>;
