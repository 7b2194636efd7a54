import type { EventName } from '../following/errors.js';
import type { Decision } from './parked-tools.js';

/** How far a process has reacted to the log. Primary data: no log says it. */
export interface ProcessCheckpoint {
  readonly name: string;
  /** Of the last event that asks for nothing more; '' is before the first. Carries the store's identity. */
  readonly position: string;
  /** Counted up by each new leader, and by whoever puts the checkpoint elsewhere. */
  readonly epoch: string;
  /** Events set aside. */
  readonly parked: number;
}

/** What could not be done for a process, however often it is tried. */
export interface ParkedAct {
  readonly process: string;
  readonly event: EventName;
  /** What it was to be done to; '' where the event itself is to blame. */
  readonly target: string;
  readonly error: string;
}

/** Every call may be repeated. @throws what the database fails with */
export interface ProcessCheckpoints {
  /** Those of these names that are there. */
  load(names: readonly string[]): Promise<readonly ProcessCheckpoint[]>;
  /** Leaves one that is there as it is. */
  create(name: string, position: string): Promise<void>;
  /** Puts it elsewhere, unless somebody has moved it meanwhile. */
  replace(was: ProcessCheckpoint, position: string): Promise<void>;
  /** Moves on those whose epoch is still this one. Gives how many these were. */
  advance(steps: readonly Pick<ProcessCheckpoint, 'name' | 'position' | 'epoch'>[]): Promise<number>;
  /** Once for each process, event and target. */
  park(act: ParkedAct): Promise<void>;
}

/** What was parked, for whoever tries it again or gives it up. @throws what the database fails with */
export interface ParkedActs {
  /** In log order, the first 1000; of one stream, or of one event by its id, where that is given. */
  list(process: string, of?: string): Promise<readonly (ParkedAct & { readonly since: Date })[]>;
  /** It is done. */
  done(act: ParkedAct): Promise<void>;
  /** It failed again. */
  failed(act: ParkedAct, error: string): Promise<void>;
  /** It is never to be done, nor parked again; false where it isn't parked any more. */
  discard(act: ParkedAct, decision: Decision): Promise<boolean>;
}
