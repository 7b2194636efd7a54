import type { CommandContext } from '../shared/command.js';
import type { Decision } from '../shared/decider.js';
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
  const events: GroupEvent[] = [];
  let after = state;
  for (const step of steps) {
    const decision = decide(after, { ...step, groupId, actor, at });
    events.push(...decision.events);
    after = decision.events.reduce(evolve, after);
  }
  return { events, outcome: { command: 'ChangeTogether', alreadySo: events.length === 0 } };
}
