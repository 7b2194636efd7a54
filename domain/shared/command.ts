import type { Actor } from './actor.js';

/** What every domain command carries beside its own fields; the pipeline sets both. */
export interface CommandContext {
  readonly actor: Actor;
  /** Decided time, ms UTC, never earlier than the stream's previous event. */
  readonly at: number;
}
