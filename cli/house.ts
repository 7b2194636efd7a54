import type { StoreTools, Tools } from '../application/ports/tools.js';
import type { Terminal } from './terminal.js';

/** What the command finds around it. */
export interface House {
  open(): Promise<Tools>;
  openStores(): Promise<StoreTools>;
  /** Runs a server in this process until it is told to stop. Gives its exit code. */
  serve(): Promise<number>;
  readonly terminal: Terminal;
  /** Fires when the command is to end, with a `Stopped` as its reason. */
  readonly stop: AbortSignal;
  readonly version: string;
  /** It failed, or what was checked doesn't hold. */
  fail(): void;
}

/**
 * Opens the tools, works with them and closes them, also when the command is told to stop: then it says what the work came
 * to, when that is known.
 */
export type Using = (work: (tools: Tools) => Promise<boolean>, whenStopped?: string) => Promise<void>;
