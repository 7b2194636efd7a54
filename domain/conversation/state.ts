import { Map, OrderedMap } from 'immutable';
import { fingerprint } from '../shared/fingerprint.js';
import type { Content, ConversationAbout, ConversationEvent, MessageSent, Notice } from './events.js';

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
  /** The last `WINDOW` messages, by seq. */
  readonly recent: Map<number, RecentMessage>;
  /** What a repeat is known by, of the messages in `recent`, the newest that has it. */
  readonly repeats: Map<string, number>;
  /** What became of messages older than `recent`, as far as it was decided lately; the oldest is given up beyond a bound. */
  readonly olderFates: OrderedMap<number, Fate>;
}

export type ConversationState = NoConversation | Conversation;

/** What became of a message for everybody. */
export type Fate = 'shown' | 'revoked' | 'deleted';

/** What decisions need of a message, from the window or looked up. */
export interface MessageFacts {
  readonly seq: number;
  readonly senderId: string;
  /** `notice`: a line that the server wrote. */
  readonly author: 'user' | 'system' | 'notice';
  /** ms UTC; may be back-dated. */
  readonly sentAt: number;
  readonly fate: Fate;
}

export interface RecentMessage extends MessageFacts {
  readonly messageId: string;
  readonly clientMsgId: string | null;
  /** Of the event that a notice tells of. */
  readonly eventId: string | null;
  /** How many messages count as unread up to this one, it included. */
  readonly countable: number;
  readonly random: number | null;
  /** Of its content; null: it has none, or its sender was erased. */
  readonly print: number | null;
}

export const noConversation: ConversationState = { status: 'none' };

/** Messages that are remembered for repeats, revocations and deletions. */
export const WINDOW = 1_000;

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

/** By the sender's own id for it. No user id holds a line break. */
export const clientKey = (senderId: string, clientMsgId: string): string => `c${senderId}\n${clientMsgId}`;

/** By sender, random and content, which hold for a while (`REPEAT_WITHIN_MS`). */
export const randomKey = (senderId: string, random: number, print: number): string =>
  `r${senderId}\n${random}\n${print}`;

/** By the event that a notice tells of. */
export const noticeKey = ({ eventId }: Pick<Notice, 'eventId'>): string => `e${eventId}`;

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
  recent: Map(),
  repeats: Map(),
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

/** What is remembered of the newest messages, which come in the order of their seqs: as `withMessage` of each, all at once. */
export function windowOf(messages: readonly RecentMessage[]): Pick<Conversation, 'recent' | 'repeats'> {
  return {
    recent: Map(messages.map((message) => [message.seq, message])),
    repeats: Map(messages.flatMap((message) => keysOf(message).map((key) => [key, message.seq] as const))),
  };
}

/** The conversation with this as its newest message, and without the one that the window no longer holds. */
export function withMessage(state: Conversation, message: RecentMessage): Conversation {
  const { seq, countable } = message;
  const after = withoutOldest(state, seq - WINDOW);
  return {
    ...after,
    lastSeq: Math.max(state.lastSeq, seq),
    countable,
    recent: after.recent.set(seq, message),
    repeats: keysOf(message).reduce((repeats, key) => repeats.set(key, seq), after.repeats),
  };
}

function withoutOldest(state: Conversation, seq: number): Conversation {
  const oldest = state.recent.get(seq);
  if (oldest === undefined) return state;
  return {
    ...state,
    recent: state.recent.delete(seq),
    repeats: keysOf(oldest).reduce(
      (repeats, key) => (repeats.get(key) === seq ? repeats.delete(key) : repeats),
      state.repeats,
    ),
    olderFates: oldest.fate === 'shown' ? state.olderFates : remembered(state.olderFates, seq, oldest.fate),
  };
}

function keysOf({ senderId, clientMsgId, eventId, random, print }: RecentMessage): string[] {
  return [
    ...(clientMsgId === null ? [] : [clientKey(senderId, clientMsgId)]),
    ...(random === null || print === null ? [] : [randomKey(senderId, random, print)]),
    ...(eventId === null ? [] : [noticeKey({ eventId })]),
  ];
}

/** Deleted stays deleted. */
function withFate(state: Conversation, seq: number, fate: Fate): Conversation {
  const recent = state.recent.get(seq);
  if (recent === undefined) {
    if (state.olderFates.get(seq) === 'deleted') return state;
    return { ...state, olderFates: remembered(state.olderFates, seq, fate) };
  }
  return recent.fate === 'deleted' ? state : { ...state, recent: state.recent.set(seq, { ...recent, fate }) };
}

function remembered(fates: OrderedMap<number, Fate>, seq: number, fate: Fate): OrderedMap<number, Fate> {
  const more = fates.delete(seq).set(seq, fate);
  const oldest = more.size > OLDER_FATES_REMEMBERED ? more.keySeq().first() : undefined;
  return oldest === undefined ? more : more.delete(oldest);
}
