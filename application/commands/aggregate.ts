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
}
