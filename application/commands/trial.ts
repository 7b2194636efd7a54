import type { Decision } from '../../domain/shared/decider.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import { allAtOnce } from '../at-once.js';
import type { Clock } from '../ports/clock.js';
import type { CommandPipeline } from './pipeline.js';
import type { CommandRequest } from './request.js';

export interface TrialDependencies {
  readonly pipeline: Pick<CommandPipeline, 'look'>;
  readonly clock: Clock;
}

/**
 * What would be decided of the command now; undefined: it would be refused. Writes nothing, and knows nothing of
 * idempotency keys: a repeat of what was done long ago may be refused here, so only executing it tells.
 * @throws ApplicationError
 */
export async function tried<State, Command, Event extends DomainEvent, Outcome>(
  { pipeline, clock }: TrialDependencies,
  request: Pick<
    CommandRequest<State, Command, Event, Outcome>,
    'aggregate' | 'stream' | 'command' | 'actor' | 'deadlineMs'
  >,
): Promise<Decision<Event, Outcome> | undefined> {
  const { aggregate, stream, command, actor, deadlineMs } = request;
  const { state } = await pipeline.look(aggregate, stream, deadlineMs);
  try {
    return aggregate.decider.decide(state, { ...command, actor, at: clock.now() });
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** Things that are looked at side by side. */
const LOOKS_AT_ONCE = 16;

/**
 * The order in which to do what is asked for together, but written one by one, so that a refusal leaves everything as it was
 * unless something changes in between: what doesn't fit now comes first. It is refused again, which is what the caller hears,
 * or is a repeat of what was done long ago.
 * @param fits whether it would be done; a DomainError means no
 */
export async function refusedFirst<Item>(
  items: readonly Item[],
  fits: (item: Item) => Promise<boolean>,
): Promise<readonly Item[]> {
  // One alone says by itself that it is refused.
  if (items.length < 2) return items;
  const answers = await allAtOnce(LOOKS_AT_ONCE, items, async (item) => {
    try {
      return await fits(item);
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  });
  return [
    ...items.filter((_, index) => answers[index] !== true),
    ...items.filter((_, index) => answers[index] === true),
  ];
}
