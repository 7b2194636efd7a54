import type { CommandContext } from '../shared/command.js';
import type { Decision } from '../shared/decider.js';
import { DomainError } from '../shared/errors.js';
import { checkListLength } from './bounds.js';
import type { ChangeTogether, GroupCommand, GroupOutcome } from './commands.js';
import type { Decided, GroupDecision } from './decision.js';
import type { GroupEvent } from './events.js';
import { evolve, type GroupState } from './state.js';

type Decide = (state: GroupState, command: GroupCommand & CommandContext) => Decision<GroupEvent, GroupOutcome>;

/** Several changes that an API asks for at once: each decided on what the ones before it leave, all written or none. */
export function changeTogether(
  state: GroupState,
  { groupId, steps, actor, at }: Decided<ChangeTogether>,
  decide: Decide,
): GroupDecision<'ChangeTogether'> {
  checkPeople(state, steps);
  const events: GroupEvent[] = [];
  let after = state;
  let refusal: DomainError | undefined;
  for (const step of steps) {
    try {
      const decision = decide(after, { ...step, groupId, actor, at });
      events.push(...decision.events);
      after = decision.events.reduce(evolve, after);
    } catch (error) {
      if (!isWrongValue(error) || !judgesRightsFirst(step)) throw error;
      // The rights to all who are named are judged before it.
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
  return { events, outcome: { command: 'ChangeTogether', alreadySo: events.length === 0 } };
}

const isWrongValue = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.kind === 'InvalidArgument';

const judgesRightsFirst = (step: ChangeTogether['steps'][number]): boolean =>
  'rights' in step && step.rights === 'first';

/** As many people as any other list of a command may name; each may be changed in several ways. */
function checkPeople(state: GroupState, steps: ChangeTogether['steps']): void {
  if (state.status === 'none') return;
  const people = new Set(steps.flatMap((step) => ('userId' in step ? [step.userId] : [])));
  checkListLength('userIds', people.size, { min: 0, max: state.rules.values.limits.listItems });
}
