import type { Position } from './event-store.js';

/** How far something that follows the log is, looked at over a moment. */
export interface Pace {
  /** Events of the log behind its place, whether it handles them or not. */
  readonly lagEvents: number;
  /** That many were counted, and there are more. */
  readonly lagEventsAtLeast: boolean;
  /** How long ago the first event was decided that it has not passed, milliseconds; 0 when it is level. */
  readonly lagMs: number;
  /** Events a second that it passed since the look before. */
  readonly rate: number;
  /** Who does its work: null when nobody does. `pid` 0 and an empty host where that isn't known. */
  readonly leader: { readonly host: string; readonly pid: number; readonly since: Date } | null;
}

/** What the shown tables of a projection hold. */
export interface ProjectionEntry {
  readonly name: string;
  readonly version: number;
  readonly letter: 'a' | 'b' | null;
  /** Of its main table; null when that isn't there. */
  readonly rows: number | null;
  /** Whether they were counted, or are what PostgreSQL estimates. */
  readonly rowsExact: boolean;
  readonly bytes: number;
}

/** Where a process stands that follows from events. */
export interface ProcessState extends Pace {
  readonly name: string;
  readonly state: 'live' | 'catchingUp';
  /** Of the last event it has passed; null before the first. */
  readonly position: Position | null;
  /** Events set aside. */
  readonly parked: number;
}
