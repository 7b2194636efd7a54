import type { CommandContext } from '../shared/command.js';
import type { Decision } from '../shared/decider.js';
import type { GroupCommand, GroupOutcome } from './commands.js';
import type { GroupEvent } from './events.js';

/** What a decision of this command comes to. */
export type GroupDecision<Type extends GroupCommand['type']> = Decision<
  GroupEvent,
  Extract<GroupOutcome, { readonly command: Type }>
>;

/** A command as a decision sees it: its own fields, who asks and when. */
export type Decided<Command extends GroupCommand> = Command & CommandContext;

/** Nothing to write: the group already is as asked for. */
export function alreadySo<Outcome extends GroupOutcome>(
  outcome: Outcome & { readonly alreadySo: true },
): Decision<never, Outcome> {
  return { events: [], outcome };
}
