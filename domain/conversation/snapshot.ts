import { OrderedMap, Map } from 'immutable';
import type { ConversationAbout } from './events.js';
import { noConversation, windowOf, type ConversationState, type Fate, type RecentMessage } from './state.js';

/**
 * A state as plain JSON, so that a long conversation needn't be folded from its start. Disposable: it holds nothing that the
 * stream doesn't say. Ids, numbers and prints; never what was said.
 */
export interface ConversationSnapshot {
  readonly fold: number;
  readonly status: ConversationState['status'];
  readonly about?: ConversationAbout;
  readonly lastSeq?: number;
  readonly countable?: number;
  readonly clearedUpTo?: number;
  /** Named once, for the messages. */
  readonly senders?: readonly string[];
  /** Of the window, in the order of their seqs. */
  readonly messages?: readonly MessageRow[];
  /** In the order in which they were decided. */
  readonly olderFates?: [seq: number, fate: Fate][];
}

type MessageRow = readonly [
  seq: number,
  messageId: string,
  /** Its place in `senders`. */
  sender: number,
  author: RecentMessage['author'],
  sentAt: number,
  countable: number,
  fate: Fate,
  clientMsgId: string | null,
  random: number | null,
  print: number | null,
  eventId: string | null,
];

/** Of `evolve` and of this form together: a snapshot of another version says nothing to this code. */
export const FOLD_VERSION = 1;

export function snapshotOf(state: ConversationState): ConversationSnapshot {
  if (state.status === 'none') return { fold: FOLD_VERSION, status: 'none' };
  const { status, about, lastSeq, countable, clearedUpTo } = state;
  const recent = [...state.recent.values()].sort((a, b) => a.seq - b.seq);
  const senders = [...new Set(recent.map(({ senderId }) => senderId))];
  const places = Map(senders.map((senderId, place) => [senderId, place]));
  return {
    fold: FOLD_VERSION,
    status,
    about,
    lastSeq,
    countable,
    clearedUpTo,
    senders,
    messages: recent.map((message) => rowOf(message, places.get(message.senderId, 0))),
    olderFates: [...state.olderFates.entries()],
  };
}

const rowOf = (message: RecentMessage, sender: number): MessageRow => [
  message.seq,
  message.messageId,
  sender,
  message.author,
  message.sentAt,
  message.countable,
  message.fate,
  message.clientMsgId,
  message.random,
  message.print,
  message.eventId,
];

/** The state that it was taken of; undefined: it is of another version, or none of ours. */
export function stateFrom(json: unknown): ConversationState | undefined {
  if (typeof json !== 'object' || json === null || !('fold' in json) || json.fold !== FOLD_VERSION) return undefined;
  const { status, about, lastSeq, countable, clearedUpTo, senders, messages, olderFates } =
    json as ConversationSnapshot;
  if (status === 'none') return noConversation;
  if (
    about === undefined ||
    lastSeq === undefined ||
    countable === undefined ||
    clearedUpTo === undefined ||
    senders === undefined ||
    messages === undefined ||
    olderFates === undefined
  ) {
    return undefined;
  }
  const window = windowOf(messages.map((row) => messageOf(row, senders)));
  return { status, about, lastSeq, countable, clearedUpTo, ...window, olderFates: OrderedMap(olderFates) };
}

const messageOf = (
  [seq, messageId, sender, author, sentAt, countable, fate, clientMsgId, random, print, eventId]: MessageRow,
  senders: readonly string[],
): RecentMessage => ({
  seq,
  messageId,
  senderId: senders[sender] ?? '',
  author,
  sentAt,
  countable,
  fate,
  clientMsgId,
  random,
  print,
  eventId,
});
