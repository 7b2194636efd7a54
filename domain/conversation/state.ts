import { OrderedMap } from 'immutable';
import { fingerprint } from '../shared/fingerprint.js';
import type { Content, ConversationAbout, ConversationEvent, MessageSent } from './events.js';
import type { Fate, RecentMessage } from './message-facts.js';
import { RecentMessages, WINDOW } from './recent-messages.js';

/** No event yet: nothing was said, and nobody opened it. */
export interface NoConversation {
  readonly status: 'none';
}

/**
 * What decisions need of a conversation, bounded however long it is: of older messages the facts come in on the command.
 * Ids, numbers and prints; never what was said.
 */
export interface Conversation {
  /** Closed is the end: nothing follows it (docs/rules.md A4). */
  readonly status: 'open' | 'closed';
  readonly about: ConversationAbout;
  /** Of the newest message; 0 = none yet. */
  readonly lastSeq: number;
  /** How many messages count as unread, from the first to the newest. */
  readonly countable: number;
  /** Cleared for everybody up to this one, it included; 0 = never. */
  readonly clearedUpTo: number;
  /** The last `WINDOW` messages. */
  readonly recent: RecentMessages;
  /** What became of messages older than `recent`, as far as it was decided lately; the oldest is given up beyond a bound. */
  readonly olderFates: OrderedMap<number, Fate>;
}

export type ConversationState = NoConversation | Conversation;

export const noConversation: ConversationState = { status: 'none' };

/** Messages older than the window whose revocation or deletion is remembered until the read side surely knows it. */
export const OLDER_FATES_REMEMBERED = 1_000;

/** For so long a message of the same sender, random and content is the same message (001). */
export const REPEAT_WITHIN_MS = 5 * 60_000;

/**
 * Whether the facts of this message should be looked up before a command about it is decided: it is older than the window, or
 * soon may be. The margin leaves room for what is said between the looking up and the decision.
 */
export const wantsLookingUp = (state: ConversationState, seq: number): boolean =>
  state.status !== 'none' && seq <= state.lastSeq - WINDOW / 2;

/** Stands for what a message says. */
export const contentPrint = ({ format, type, body }: Content): number =>
  fingerprint(JSON.stringify([format, type, body]));

/** Folds one event. Total, also where content was erased with its sender (null). Nothing follows the closing. */
export function evolve(state: ConversationState, event: ConversationEvent): ConversationState {
  if (event.type === 'ConversationOpened') {
    return state.status === 'none' ? conversationOf(event.data.about) : state;
  }
  if (state.status !== 'open') return state;
  switch (event.type) {
    case 'MessageSent':
      return withMessage(state, recentMessage(event.data));
    case 'MessageRevoked':
      return withFate(state, event.data.seq, 'revoked');
    case 'MessagesDeleted':
      return event.data.seqs.reduce((after, seq) => withFate(after, seq, 'deleted'), state);
    case 'ConversationCleared':
      return { ...state, clearedUpTo: Math.max(state.clearedUpTo, event.data.upToSeq) };
    case 'ConversationClosed':
      return { ...state, status: 'closed' };
    default:
      return state;
  }
}

const conversationOf = (about: ConversationAbout): Conversation => ({
  status: 'open',
  about,
  lastSeq: 0,
  countable: 0,
  clearedUpTo: 0,
  recent: RecentMessages.none,
  olderFates: OrderedMap(),
});

/** Of a payload whose content may have been erased with its sender (null then). */
function recentMessage(data: MessageSent['data']): RecentMessage {
  const content: Content | null | undefined = data.content;
  return {
    seq: data.seq,
    messageId: data.messageId,
    clientMsgId: data.clientMsgId ?? null,
    eventId: data.notice?.eventId ?? null,
    senderId: data.senderId,
    author: data.notice === undefined ? data.from : 'notice',
    sentAt: data.sentAt,
    countable: data.countable,
    random: data.random ?? null,
    print: content == null ? null : contentPrint(content),
    fate: 'shown',
  };
}

/** The conversation with this as its newest message, and without the one that the window no longer holds. */
export function withMessage(state: Conversation, message: RecentMessage): Conversation {
  const { seq, countable } = message;
  const left = state.recent.get(seq - WINDOW);
  return {
    ...state,
    lastSeq: Math.max(state.lastSeq, seq),
    countable,
    recent: state.recent.with(message),
    olderFates:
      left === undefined || left.fate === 'shown'
        ? state.olderFates
        : remembered(state.olderFates, left.seq, left.fate),
  };
}

/** Deleted stays deleted. */
function withFate(state: Conversation, seq: number, fate: Fate): Conversation {
  const recent = state.recent.get(seq);
  if (recent === undefined) {
    if (state.olderFates.get(seq) === 'deleted') return state;
    return { ...state, olderFates: remembered(state.olderFates, seq, fate) };
  }
  return recent.fate === 'deleted' ? state : { ...state, recent: state.recent.withFate(seq, fate) };
}

function remembered(fates: OrderedMap<number, Fate>, seq: number, fate: Fate): OrderedMap<number, Fate> {
  const more = fates.delete(seq).set(seq, fate);
  const oldest = more.size > OLDER_FATES_REMEMBERED ? more.keySeq().first() : undefined;
  return oldest === undefined ? more : more.delete(oldest);
}
