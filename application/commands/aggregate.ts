import type { CommandContext } from '../../domain/shared/command.js';
import type { Decider } from '../../domain/shared/decider.js';
import type { DomainEvent } from '../../domain/shared/event.js';

export type { CommandContext } from '../../domain/shared/command.js';

/**
 * A kind of aggregate that the pipeline can run. Its states are values: `evolve` leaves the state it was given as it
 * was, since commands are decided on states that may never come to be.
 */
export interface Aggregate<State, Command, Event extends DomainEvent, Outcome> {
  readonly category: 'user' | 'usergroups' | 'group' | 'friendship' | 'conversation' | 'view';
  readonly decider: Decider<State, Command & CommandContext, Event, Outcome>;
  /** Absent: its streams stay short enough to be read whole. */
  readonly snapshot?: SnapshotForm<State>;
}

/**
 * Thrown by a decision that needs facts which its command doesn't have. It is no refusal, and nothing is told to the caller of
 * an API: whoever gave the command finds the facts and gives it again.
 */
export abstract class FactsNeeded extends Error {}

/** How a state of bounded size is kept beside a stream that grows without bound (docs/architecture.md "Application"). */
export interface SnapshotForm<State> {
  /** From 1; counted up with every change of what `evolve` makes of the events, or of the form. */
  readonly version: number;
  /** One is written after about so many events. */
  readonly every: number;
  /** As a JSON value. */
  write(state: State): unknown;
  /** Undefined for what `write` never gave. */
  read(json: unknown): State | undefined;
  /** An estimate of what the state takes in memory. */
  bytes(state: State): number;
}
