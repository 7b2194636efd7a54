import { expect } from 'chai';
import type { Decider } from '../../domain/shared/decider.js';
import { DomainError, type DomainErrorFacts, type DomainErrorName } from '../../domain/shared/errors.js';
import type { DomainEvent } from '../../domain/shared/event.js';

/** A refusal that a test expects; facts that aren't named are not compared. */
export interface Refusal {
  readonly refusal: DomainErrorName;
  readonly facts: object;
}

export const refusal = <Name extends DomainErrorName>(
  name: Name,
  facts: Partial<DomainErrorFacts[Name]> = {},
): Refusal => ({
  refusal: name,
  facts,
});

interface Verdict<Event, Outcome> {
  /** Exactly these events, or this refusal. */
  then(expected: readonly Event[] | Refusal): { outcome(expected: Partial<Outcome>): void };
  /** No event, and an outcome that says so. */
  thenAlreadySo(): void;
}

/**
 * `given(...what happened).when(what is asked).then(what comes of it)`, for any aggregate. Everything is a value, so a
 * specification reads as the rule that it holds.
 */
export function specify<State, Command, Event extends DomainEvent, Outcome extends { readonly alreadySo: boolean }>(
  decider: Decider<State, Command, Event, Outcome>,
): (...history: readonly (Event | readonly Event[])[]) => { when(command: Command): Verdict<Event, Outcome> } {
  return (...history) => ({
    when(command) {
      const state = fold(decider, history.flat() as readonly Event[]);
      const result = attempt(() => decider.decide(state, command));
      return {
        then(expected) {
          if ('refusal' in expected) {
            expectRefusal(result, expected);
          } else {
            expect(accepted(result).events).to.deep.equal(expected);
          }
          return {
            outcome: (outcome) => {
              expect(accepted(result).outcome).to.deep.include(outcome);
            },
          };
        },
        thenAlreadySo() {
          const { events, outcome } = accepted(result);
          expect(events).to.deep.equal([]);
          expect(outcome.alreadySo).to.equal(true);
        },
      };
    },
  });
}

export const fold = <State, Event extends DomainEvent>(
  decider: Pick<Decider<State, never, Event, unknown>, 'initialState' | 'evolve'>,
  events: readonly Event[],
): State => events.reduce((state, event) => decider.evolve(state, event), decider.initialState);

type Attempt<T> = { readonly value: T } | { readonly error: DomainError };

function attempt<T>(act: () => T): Attempt<T> {
  try {
    return { value: act() };
  } catch (error) {
    if (error instanceof DomainError) return { error };
    throw error;
  }
}

function accepted<T>(result: Attempt<T>): T {
  if ('error' in result)
    throw new Error(`expected to be accepted, but refused: ${result.error.message}`, { cause: result.error });
  return result.value;
}

function expectRefusal(result: Attempt<{ readonly events: readonly DomainEvent[] }>, expected: Refusal): void {
  if (!('error' in result)) {
    expect.fail(`expected the refusal ${expected.refusal}, but accepted with ${JSON.stringify(result.value.events)}`);
  }
  expect(result.error.kind).to.equal(expected.refusal);
  expect(result.error.facts).to.deep.include(expected.facts);
}
