import type { Decision } from '../../domain/shared/decider.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { DomainEvent } from '../../domain/shared/event.js';
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
