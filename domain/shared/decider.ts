import type { DomainEvent } from './event.js';

/**
 * What a decision came to: the events to append (none when it is already so) and what the caller needs to know.
 * What one API calls an error ("already a member") is an outcome that its dialect maps.
 */
export interface Decision<Event extends DomainEvent, Outcome> {
  readonly events: readonly Event[];
  readonly outcome: Outcome;
}

/**
 * An aggregate as three values. `evolve` is total: it never throws and never reads rules, so any accepted history
 * folds, whatever rules were in force. `decide` throws a `DomainError` to refuse; it reads no clock and makes no ids:
 * time, ids, actor and looked-up facts come in on the command.
 */
export interface Decider<State, Command, Event extends DomainEvent, Outcome> {
  readonly initialState: State;
  evolve(state: State, event: Event): State;
  decide(state: State, command: Command): Decision<Event, Outcome>;
}
