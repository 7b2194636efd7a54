import type { Position, StoredEvent } from '../application/ports/event-store.js';
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
  /** A line for each projection, and whether none stands still or has set events aside. */
  projectionStatus(): Promise<{ readonly well: boolean; readonly lines: readonly string[] }>;
  rebuild(
    name: string,
    onProgress: (step: RebuildStep) => void,
  ): Promise<{ readonly letter: string; readonly events: number; readonly milliseconds: number }>;
  verify(name: string): Promise<{ readonly same: boolean; readonly lines: readonly string[] }>;
  close(): Promise<void>;
}

export type OpenTools = () => Promise<Tools>;

export interface NamedStores {
  readonly from?: string;
  readonly to: string;
  readonly tenants?: readonly string[];
}

export interface CopyStep {
  /** Events of this run. */
  readonly copied: number;
  /** Of the source's log, 0 … 1. */
  readonly share: number;
  /** Events a second. */
  readonly rate: number;
}

export interface CopyReport {
  readonly copied: number;
  readonly resumed: boolean;
  /** Events of others, left out. */
  readonly others: number;
}

export interface ComparisonReport {
  /** The same in both, from the start. */
  readonly events: number;
  readonly streams: number;
  readonly head: Position | undefined;
  readonly difference?: string;
}

/** What the `store` commands need; nothing is opened before they are used. */
export interface StoreTools {
  copy(stores: NamedStores, onProgress: (step: CopyStep) => void): Promise<CopyReport>;
  compare(stores: NamedStores, onProgress: (share: number, events: number) => void): Promise<ComparisonReport>;
  /** Keys, logins and what else is in schema `system`, into a PostgreSQL that has none yet. */
  copySystem(databases: {
    readonly from?: string;
    readonly to: string;
  }): Promise<readonly { readonly table: string; readonly rows: number }[]>;
}
