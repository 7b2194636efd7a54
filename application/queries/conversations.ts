import type { ReceiveOption, ViewSettingsChanges } from '../../domain/view/events.js';
import type { MessageView, Reader } from './messages.js';
import type { CountedPage, Page, PageRequest } from './page.js';

/** A conversation is named by its key as text (`conversationKeyText`). Times are milliseconds UTC. */

/** Up to where there is something to read, and up to where he has read. */
export interface Position {
  readonly conversation: string;
  /** The first seq that he may see; one above `maxSeq` where he sees nothing. */
  readonly minSeq: number;
  /** The last one; where he left, the newest one then. */
  readonly maxSeq: number;
  /** Of the newest message up to `maxSeq`; null = there is none. */
  readonly maxSeqTime: number | null;
  /** What he wrote, and what he cleared away, he has read. Never above `maxSeq`. */
  readonly readSeq: number;
  /** Never below 0, his own not counted. */
  readonly unread: number;
}

/** One user's side of a conversation. */
export interface ConversationView extends Position {
  readonly kind: 'single' | 'group' | 'notification';
  /** The other one of a pair; himself where he writes to himself. */
  readonly peer: { readonly userId: string; readonly nickname: string | null; readonly avatar: string | null } | null;
  readonly group: ConversationGroup | null;
  /** False once he left, was removed, or the group has gone with its members. */
  readonly takesPart: boolean;
  readonly createdAt: number;
  /** Nothing follows; null = it is open. */
  readonly closedAt: number | null;
  /** What the list sorts by: of the last message, else when it was made. */
  readonly sortedAt: number;
  /** The last one that he sees and that becomes the latest; null = none. */
  readonly last: MessageView | null;
  readonly pinned: boolean;
  readonly receiveOption: ReceiveOption;
  readonly ext: string | null;
  readonly settings: ViewSettingsChanges;
}

/** Everything but the id is null where the id belongs to a later incarnation of the group now. */
export interface ConversationGroup {
  readonly groupId: string;
  readonly incarnation: number;
  readonly name: string | null;
  readonly avatar: string | null;
  readonly kind: string | null;
  readonly ownerId: string | null;
  readonly memberCount: number | null;
}

export interface ConversationPage extends CountedPage<ConversationView> {
  /** Of all that was asked for, whatever the page: those with a message … */
  readonly withMessages: number;
  /** … and their unread messages. */
  readonly unread: number;
}

export interface Mentioned {
  readonly conversation: string;
  readonly me: boolean;
  readonly all: boolean;
}

/** Where a conversation stands, whoever looks at it. */
export interface ConversationEnd {
  readonly lastSeq: number;
  /** Of the newest message; null = there is none. */
  readonly lastAt: number | null;
}

/** Where one of those who take part stands in a conversation. */
export interface ReaderPosition {
  readonly readSeq: number;
  readonly unread: number;
  /** When he wrote last, as far as he has read nothing since that he was set to; null = that isn't known, or never. */
  readonly wroteAt: number | null;
}

/** Who of a group has read a message: of those who were in when it was sent and are, without its sender. */
export interface ReceiptCounts {
  readonly seq: number;
  readonly read: number;
  readonly unread: number;
}

/** Everything is of one tenant. Conversations of a group's former incarnations are found by their keys alone. */
export interface ConversationQueries {
  /**
   * Pinned ones first, then the newest first, then by key. `among`: only these, at most 1000.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  conversationsOfUser(
    reader: ConversationReader,
    page: PageRequest,
    among?: readonly string[],
  ): Promise<ConversationPage>;
  /** Those that are his, in the order asked for, each once. At most 1000. */
  conversationsByKeys(reader: ConversationReader, keys: readonly string[]): Promise<readonly ConversationView[]>;
  /** By key. `among`: only these, at most 1000. */
  positions(reader: ConversationReader, among?: readonly string[]): Promise<readonly Position[]>;
  /** Whether he, or everybody, is meant by what he hasn't read: of those of `positions` where one is. At most 1000. */
  unreadMentions(
    reader: ConversationReader,
    positions: readonly Pick<Position, 'conversation' | 'readSeq' | 'maxSeq'>[],
  ): Promise<readonly Mentioned[]>;
  /** By key; of those in which nobody ever took part, nothing. At most 1000. */
  ends(tenant: string, conversations: readonly string[]): Promise<ReadonlyMap<string, ConversationEnd>>;
  /** Of those among `userIds` who take part, by id, at `at` (milliseconds UTC). At most 1000. */
  readerPositions(
    tenant: string,
    conversation: string,
    userIds: readonly string[],
    at: number,
  ): Promise<ReadonlyMap<string, ReaderPosition>>;
  /** In all conversations of his list together. */
  unreadOf(reader: ConversationReader): Promise<number>;
  /** Keys, in their order. */
  pinnedConversations(tenant: string, userId: string): Promise<readonly string[]>;
  /** Keys of those with the receive option `silent`, in their order. */
  silentConversations(tenant: string, userId: string): Promise<readonly string[]>;
  /** For each of `seqs`, ascending. At most 100. */
  receiptCounts(tenant: string, conversation: string, seqs: readonly number[]): Promise<readonly ReceiptCounts[]>;
  /**
   * User ids in their order: who has read the message, or who has not.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  receipts(
    tenant: string,
    conversation: string,
    seq: number,
    which: 'read' | 'unread',
    page: PageRequest,
  ): Promise<Page<string>>;
}

export type ConversationReader = Reader & { readonly userId: string };
