import { OrderedMap } from 'immutable';
import type { ConversationAbout } from './events.js';
import type { Fate, RecentMessage } from './message-facts.js';
import { RecentMessages } from './recent-messages.js';
import { noConversation, type ConversationState } from './state.js';

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
  readonly recent?: MessageColumns;
  /** In the order in which they were decided. */
  readonly olderFates?: [seq: number, fate: Fate][];
}

/**
 * The window by columns, in the order of the seqs: as a list of messages it is half as long again, and takes twice the time to
 * read. A column that says the same of all says it once.
 */
interface MessageColumns {
  readonly count: number;
  readonly seq: Rising;
  readonly messageId: Column<string>;
  /** Named once; `senderId` are places among them. */
  readonly senders: readonly string[];
  readonly senderId: Column<number>;
  readonly author: Column<RecentMessage['author']>;
  readonly sentAt: Rising;
  readonly countable: Rising;
  readonly fate: Column<Fate>;
  readonly clientMsgId: Column<string | null>;
  readonly random: Column<number | null>;
  readonly print: Column<number | null>;
  readonly eventId: Column<string | null>;
}

type Column<Value> = readonly Value[] | { readonly all: Value };

/** Numbers that grow by little, most by the same: the first, and from each to the next. */
interface Rising {
  readonly from: number;
  readonly steps: Column<number>;
}

/** Of `evolve` and of this form together: a snapshot of another version says nothing to this code. */
export const FOLD_VERSION = 3;

export function snapshotOf(state: ConversationState): ConversationSnapshot {
  if (state.status === 'none') return { fold: FOLD_VERSION, status: 'none' };
  const { status, about, lastSeq, countable, clearedUpTo } = state;
  return {
    fold: FOLD_VERSION,
    status,
    about,
    lastSeq,
    countable,
    clearedUpTo,
    recent: columnsOf(state.recent.values()),
    olderFates: [...state.olderFates.entries()],
  };
}

function columnsOf(messages: readonly RecentMessage[]): MessageColumns {
  const senders = [...new Set(messages.map(({ senderId }) => senderId))];
  const places = new Map(senders.map((senderId, place) => [senderId, place]));
  const column = <Value>(of: (message: RecentMessage) => Value): Column<Value> => columnOf(messages.map(of));
  const rising = (of: (message: RecentMessage) => number): Rising => risingOf(messages.map(of));
  return {
    count: messages.length,
    seq: rising(({ seq }) => seq),
    messageId: column(({ messageId }) => messageId),
    senders,
    senderId: column(({ senderId }) => places.get(senderId) ?? 0),
    author: column(({ author }) => author),
    sentAt: rising(({ sentAt }) => sentAt),
    countable: rising((message) => message.countable),
    fate: column(({ fate }) => fate),
    clientMsgId: column(({ clientMsgId }) => clientMsgId),
    random: column(({ random }) => random),
    print: column(({ print }) => print),
    eventId: column(({ eventId }) => eventId),
  };
}

function columnOf<Value>(values: readonly Value[]): Column<Value> {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? { all: first } : values;
}

const risingOf = (values: readonly number[]): Rising => ({
  from: values[0] ?? 0,
  steps: columnOf(values.slice(1).map((value, index) => value - (values[index] ?? 0))),
});

/** The state that it was taken of; undefined: it is of another version, or none of ours. */
export function stateFrom(json: unknown): ConversationState | undefined {
  if (typeof json !== 'object' || json === null || !('fold' in json) || json.fold !== FOLD_VERSION) return undefined;
  const { status, about, lastSeq, countable, clearedUpTo, recent, olderFates } = json as ConversationSnapshot;
  if (status === 'none') return noConversation;
  if (
    about === undefined ||
    lastSeq === undefined ||
    countable === undefined ||
    clearedUpTo === undefined ||
    recent === undefined ||
    olderFates === undefined
  ) {
    return undefined;
  }
  return {
    status,
    about,
    lastSeq,
    countable,
    clearedUpTo,
    recent: recentIn(recent),
    olderFates: OrderedMap(olderFates),
  };
}

function recentIn(columns: MessageColumns): RecentMessages {
  const { count, senders } = columns;
  const seqs = numbersIn(columns.seq, count);
  const sentAt = numbersIn(columns.sentAt, count);
  const countable = numbersIn(columns.countable, count);
  return RecentMessages.of(seqs, (index) => ({
    seq: seqs[index] ?? 0,
    messageId: at(columns.messageId, index),
    senderId: senders[at(columns.senderId, index)] ?? '',
    author: at(columns.author, index),
    sentAt: sentAt[index] ?? 0,
    countable: countable[index] ?? 0,
    fate: at(columns.fate, index),
    clientMsgId: at(columns.clientMsgId, index),
    random: at(columns.random, index),
    print: at(columns.print, index),
    eventId: at(columns.eventId, index),
  }));
}

const at = <Value>(column: Column<Value>, index: number): Value =>
  'all' in column ? column.all : (column[index] as Value);

function numbersIn({ from, steps }: Rising, count: number): number[] {
  const numbers: number[] = [];
  for (let index = 0, value = from; index < count; index++) {
    numbers.push(value);
    value += at(steps, index);
  }
  return numbers;
}
