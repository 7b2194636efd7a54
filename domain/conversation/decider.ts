import type { CommandContext } from '../shared/command.js';
import type { Decider, Decision } from '../shared/decider.js';
import { clearConversation, deleteMessages } from './clearing.js';
import { closeConversation } from './closing.js';
import type { ConversationCommand, ConversationOutcome } from './commands.js';
import type { ConversationEvent } from './events.js';
import { importMessages } from './importing.js';
import { openConversation } from './opening.js';
import { revokeMessages } from './revoking.js';
import { sendMessage, sendNotice } from './sending.js';
import { evolve, noConversation, type ConversationState } from './state.js';

/** A conversation, whole: what has happened folded, what is asked decided. */
export const conversationDecider: Decider<
  ConversationState,
  ConversationCommand & CommandContext,
  ConversationEvent,
  ConversationOutcome
> = { initialState: noConversation, evolve, decide };

/** @throws DomainError when refused; which, each command says (`commands.ts`). */
function decide(
  state: ConversationState,
  command: ConversationCommand & CommandContext,
): Decision<ConversationEvent, ConversationOutcome> {
  switch (command.type) {
    case 'OpenConversation':
      return openConversation(state, command);
    case 'SendMessage':
      return sendMessage(state, command);
    case 'SendNotice':
      return sendNotice(state, command);
    case 'ImportMessages':
      return importMessages(state, command);
    case 'RevokeMessages':
      return revokeMessages(state, command);
    case 'DeleteMessages':
      return deleteMessages(state, command);
    case 'ClearConversation':
      return clearConversation(state, command);
    case 'CloseConversation':
      return closeConversation(state, command);
  }
}
