import type { Decision } from '../shared/decider.js';
import type { UserCommand, UserOutcome } from './commands.js';
import type { UserEvent } from './events.js';

/** What a decision of this command comes to. */
export type UserDecision<Type extends UserCommand['type']> = Decision<
  UserEvent,
  Extract<UserOutcome, { readonly command: Type }>
>;
