import type { CloseConversation } from './commands.js';
import { alreadySo, type ConversationDecision, type Decided } from './decision.js';
import { checkAbout, openedFor, requireServer } from './opening.js';
import type { ConversationState } from './state.js';

/** The end of a dismissed group's conversation, also of one in which nothing was said: nothing follows it. */
export function closeConversation(
  state: ConversationState,
  { about, actor, why }: Decided<CloseConversation>,
): ConversationDecision<'CloseConversation'> {
  requireServer(actor, 'only the server and app admins close a conversation');
  checkAbout(about);
  if (state.status === 'closed') return alreadySo({ command: 'CloseConversation', alreadySo: true });
  const { opening } = openedFor(state, about);
  return {
    events: [...opening, { type: 'ConversationClosed', data: { why } }],
    outcome: { command: 'CloseConversation', alreadySo: false },
  };
}
