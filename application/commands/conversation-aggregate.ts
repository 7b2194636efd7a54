import type { ConversationCommand, ConversationOutcome } from '../../domain/conversation/commands.js';
import { CLIENT_MSG_ID, MOST_SEQS } from '../../domain/conversation/bounds.js';
import { conversationDecider } from '../../domain/conversation/decider.js';
import type { ConversationEvent } from '../../domain/conversation/events.js';
import { clientKey, WINDOW } from '../../domain/conversation/recent-messages.js';
import { FOLD_VERSION, snapshotOf, stateFrom } from '../../domain/conversation/snapshot.js';
import { lineKey, recentBy } from '../../domain/conversation/repeats.js';
import type { ConversationState } from '../../domain/conversation/state.js';
import { type Aggregate, FactsNeeded } from './aggregate.js';

/** A command with how far the messages were looked through for what it needs of older ones. */
export type LookedCommand = ConversationCommand & { readonly lookedUpTo?: number };

/**
 * A conversation's commands are decided on its state, which remembers its newest messages, and on what was looked up of the
 * older ones. One that would be decided without what it needs of them isn't decided: only the state that it meets in its turn
 * shows what that is.
 */
export const conversationAggregate: Aggregate<
  ConversationState,
  LookedCommand,
  ConversationEvent,
  ConversationOutcome
> = {
  category: 'conversation',
  decider: {
    ...conversationDecider,
    decide: (state, command) => {
      const upTo = neededUpTo(state, command);
      if (upTo > (command.lookedUpTo ?? 0)) throw new LookupNeeded(upTo);
      return conversationDecider.decide(state, command);
    },
  },
  snapshot: {
    version: FOLD_VERSION,
    // What comes after it is decrypted and folded at a cold load, which takes longer than to read it.
    every: 100,
    write: snapshotOf,
    read: stateFrom,
    bytes: (state) => (state.status === 'none' ? 0 : 600 * state.recent.size + 100 * state.olderFates.size),
  },
};

/** No refusal: the messages up to `upTo` must be looked through, and the command be given again with what was found. */
export class LookupNeeded extends FactsNeeded {
  override readonly name = 'LookupNeeded';
  constructor(readonly upTo: number) {
    super(`messages up to ${upTo.toString()} are to be looked up`);
  }
}

/** Up to which message the command needs more than the state has; 0: it has all. */
export function neededUpTo(state: ConversationState, command: LookedCommand): number {
  if (state.status === 'none') return 0;
  const forgotten = state.lastSeq - WINDOW;
  switch (command.type) {
    case 'SendMessage':
      return isRepeatUnknown(state, command) ? Math.max(0, forgotten) : 0;
    case 'ImportMessages': {
      const isUnknown = command.messages.some((message) => isRepeatUnknown(state, message));
      // As the first of them come in, the window moves on.
      return isUnknown ? Math.max(0, forgotten + command.messages.length) : 0;
    }
    case 'SendNotice':
      return recentBy(state, lineKey(command)) !== undefined ? 0 : Math.max(0, forgotten);
    case 'RevokeMessages':
    case 'DeleteMessages': {
      if (command.type === 'DeleteMessages' && command.about.kind !== 'group') return 0;
      if (command.seqs.length > MOST_SEQS) return 0;
      const known = new Set(command.looked?.map(({ seq }) => seq));
      return Math.max(0, ...command.seqs.filter((seq) => seq >= 1 && seq <= forgotten && !known.has(seq)));
    }
    default:
      return 0;
  }
}

const isRepeatUnknown = (
  state: Exclude<ConversationState, { status: 'none' }>,
  { senderId, clientMsgId }: { readonly senderId: string; readonly clientMsgId?: string },
): boolean => isAskable(clientMsgId) && recentBy(state, clientKey(senderId, clientMsgId)) === undefined;

/** What can't be an id is refused in its turn, and nobody asks for it. */
export const isAskable = (clientMsgId: string | undefined): clientMsgId is string =>
  clientMsgId !== undefined && clientMsgId.length <= 2 * CLIENT_MSG_ID.max && !/\0|\p{Surrogate}/u.test(clientMsgId);
