import type { CommandContext } from '../shared/command.js';
import type { Decision } from '../shared/decider.js';
import type { ConversationCommand, ConversationOutcome } from './commands.js';
import type { ConversationEvent } from './events.js';

/** What a decision of this command comes to. */
export type ConversationDecision<Type extends ConversationCommand['type']> = Decision<
  ConversationEvent,
  Extract<ConversationOutcome, { readonly command: Type }>
>;

/** A command as a decision sees it: its own fields, who asks and when. */
export type Decided<Command extends ConversationCommand> = Command & CommandContext;

/** Nothing to write: it already is as asked for. */
export function alreadySo<Outcome extends ConversationOutcome>(
  outcome: Outcome & { readonly alreadySo: true },
): Decision<never, Outcome> {
  return { events: [], outcome };
}
