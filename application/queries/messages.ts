import type { Content, MessageSent, Notice, RevokedAs } from '../../domain/conversation/events.js';
import type { CountedPage, Page, PageRequest } from './page.js';

/** A conversation is named by its key as text (`conversationKeyText`). Times are milliseconds UTC. */

/**
 * `revoked` and `deleted` are for everybody, `hidden` is for whoever asks, who deleted it for himself. Of all three nothing
 * that they said is shown.
 */
export type MessageStatus = 'sent' | 'revoked' | 'deleted' | 'hidden';

export interface MessageView {
  readonly conversation: string;
  readonly seq: number;
  readonly messageId: string;
  readonly clientMsgId: string | null;
  readonly senderId: string;
  /** Of his profile now; null = none, or erased. */
  readonly senderNickname: string | null;
  readonly senderAvatar: string | null;
  readonly from: MessageSent['data']['from'];
  readonly platform: number | null;
  /** null beside a notice, where its status says so, and once its sender was erased. */
  readonly content: Content | null;
  readonly notice: Notice | null;
  /** JSON text. */
  readonly custom: string | null;
  readonly mentions: readonly string[];
  readonly mentionsAll: boolean;
  readonly priority: NonNullable<MessageSent['data']['priority']> | null;
  readonly random: number | null;
  readonly sentAt: number;
  readonly origin: MessageSent['data']['origin'];
  readonly countsUnread: boolean;
  readonly updatesLast: boolean;
  readonly status: MessageStatus;
  /** How it was revoked or deleted; `as` of a revoked one. */
  readonly ended: { readonly by: string; readonly as: RevokedAs | null; readonly at: number } | null;
}

/** Whose eyes a conversation is seen with. */
export interface Reader {
  readonly tenant: string;
  /** null: an app admin by his own power, who sees whatever isn't deleted for everybody. */
  readonly userId: string | null;
  /** The time now: a group's retention hides what is older. */
  readonly at: number;
}

/** What one may see of a conversation; nothing where `lastSeq` < `firstSeq`. */
export interface VisibleRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface HistoryRequest {
  /** Both included; what isn't given or reaches beyond what he may see ends there. */
  readonly fromSeq?: number;
  readonly toSeq?: number;
  /** From which end of the range the page is taken, and its order. */
  readonly order: 'ascending' | 'descending';
  /** 1 … 1000 (`MAX_PAGE`); fewer come where they are large. */
  readonly limit: number;
}

export interface HistoryPage {
  /** Deleted and hidden ones stand in their places, so no seq is missing. */
  readonly messages: readonly MessageView[];
  /** Whether the range goes on behind the last one. */
  readonly more: boolean;
  readonly visible: VisibleRange;
}

/** What is absent filters nothing. */
export interface MessageFilter {
  /** Part of what it says as plain text: upper and lower case are the same, no character is special. */
  readonly keyword?: string;
  readonly senderId?: string;
  /** Kinds in the words of the family that wrote it (`Content.type`). */
  readonly types?: readonly string[];
  /** `sentAt` from here … */
  readonly since?: number;
  /** … to before here. */
  readonly before?: number;
}

export interface SearchFilter extends MessageFilter {
  /** Only in these, at most 1000. */
  readonly conversations?: readonly string[];
}

export interface AnyMessagesFilter extends MessageFilter {
  readonly kind?: 'single' | 'group' | 'notification';
  readonly conversation?: string;
  /** In single chats with this one, written by the other. */
  readonly receiverId?: string;
}

/** Everything is of the reader's tenant. Where somebody takes no part, and never did, a conversation isn't there. */
export interface MessageQueries {
  /** undefined: no such conversation for him. @throws BadPageLimit */
  history(reader: Reader, conversation: string, request: HistoryRequest): Promise<HistoryPage | undefined>;
  /** Those of `seqs` that he may see, ascending, each once. At most 1000. */
  messagesBySeqs(reader: Reader, conversation: string, seqs: readonly number[]): Promise<readonly MessageView[]>;
  /** Those that he may see, in the order asked for, each once. At most 1000. */
  messagesByIds(reader: Reader, messageIds: readonly string[]): Promise<readonly MessageView[]>;
  /**
   * What he may see and was not revoked, the newest (`sentAt`) first. A search looks at so many messages: a page may hold fewer
   * than asked for, or none, and still have a `next` to go on from.
   * @throws BadCursor, BadPageLimit
   */
  search(
    reader: Reader & { readonly userId: string },
    filter: SearchFilter,
    page: SearchRequest,
  ): Promise<Page<MessageView>>;
  /**
   * For app admins: of the whole tenant, the newest first. Of those of one sender, one conversation and one time it looks at the
   * newest 50,000; `total` counts what else the filter lets through of these.
   * @throws BadPageLimit, BadPageOffset
   */
  searchAll(tenant: string, filter: AnyMessagesFilter, page: PageOfNumber): Promise<CountedPage<MessageView>>;
}

export type SearchRequest = Pick<PageRequest, 'limit' | 'cursor'>;
export type PageOfNumber = Pick<PageRequest, 'limit' | 'offset'>;
