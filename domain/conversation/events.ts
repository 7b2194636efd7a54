import type { DomainEvent } from '../shared/event.js';

/** The facts of a conversation (docs/events.md "Conversation"). Times are integers, milliseconds UTC; `seq` runs from 1 without gaps. */

/** A single chat's pair stands in code unit order. */
export type ConversationAbout =
  | { kind: 'single'; a: string; b: string }
  | { kind: 'group'; groupId: string; incarnation: number }
  | { kind: 'notification'; userId: string };

export type ConversationOpened = DomainEvent<'ConversationOpened', { about: ConversationAbout }>;

/** The family of APIs whose form a message's content has. */
export type ContentFormat = 'parley' | 'openim' | 'tencent' | 'sealtalk' | 'dtalk';

/**
 * What a message says, as it came: `type` is the family's own kind as text (`text`, `101`, `TIMTextElem[]`, `RC:TxtMsg`),
 * `body` its own JSON text, byte for byte.
 */
export interface Content {
  format: ContentFormat;
  type: string;
  body: string;
}

/**
 * A line that the server writes into the chat ("A invited B"). Ids only: names and texts are joined when it is read, so
 * erasing a person erases them here too.
 */
export interface Notice {
  /** The type of the event that it tells of. */
  kind: string;
  /** That event's id. */
  eventId: string;
  /** Who did it. */
  by: string;
  /** To whom. */
  userIds: string[];
  /** Until when, where it is for a time, ms; null = for ever. */
  until?: number | null;
}

/** On which state the send was judged; -1 = there was no such stream. */
export interface JudgedBy {
  groupRevision?: number;
  friendshipRevision?: number;
}

/** Exactly one of `content` and `notice` is there. */
export type MessageSent = DomainEvent<
  'MessageSent',
  {
    seq: number;
    messageId: string;
    /** The sender's own id for it: a repeat within the conversation is this message. */
    clientMsgId?: string;
    /** A system message's is who it speaks for: whose act a notice tells of, or an app admin. */
    senderId: string;
    /** `system`: written by the server, or in the name of the service by an app admin. */
    from: 'user' | 'system';
    /** The device's platform number, 1 to 10 (iOS, Android, Windows, macOS, web, mini web, Linux, Android pad, iPad, admin). */
    senderPlatform?: number;
    /** Personal to `senderId`. */
    content?: Content;
    notice?: Notice;
    /**
     * Personal to `senderId`: JSON text of what else the family's message carries beside its content (`ex`, `attachedInfo`,
     * options, push texts, custom data).
     */
    custom?: string;
    /** Ids of users who are meant. */
    mentions: string[];
    mentionsAll: boolean;
    /** 001's MsgPriority. */
    priority?: 'high' | 'normal' | 'low' | 'lowest';
    /** 001's Random: with sender and body it recognises a repeat for five minutes. */
    random?: number;
    /** May be back-dated by an import. */
    sentAt: number;
    origin: 'sent' | 'imported';
    countsUnread: boolean;
    updatesLast: boolean;
    /** How many messages count as unread up to this one, it included. */
    countable: number;
    judgedBy: JudgedBy;
  }
>;

/** In virtue of what a message was revoked. */
export type RevokedAs = 'sender' | 'owner' | 'admin' | 'appAdmin';

/** `senderId`: whose message it was. */
export type MessageRevoked = DomainEvent<
  'MessageRevoked',
  { seq: number; senderId: string; by: string; as: RevokedAs }
>;

/** In virtue of what messages were deleted. `party`: of a single chat, either of whom may whatever was said. */
export type DeletedAs = RevokedAs | 'party';

/** For everybody. `as`: `sender` where all were his own. */
export type MessagesDeleted = DomainEvent<'MessagesDeleted', { seqs: number[]; by: string; as: DeletedAs }>;

/** For everybody: up to this one, it included. */
export type ConversationCleared = DomainEvent<
  'ConversationCleared',
  { upToSeq: number; by: string; as: Exclude<DeletedAs, 'sender'> }
>;

/** Nothing follows it. */
export type ConversationClosed = DomainEvent<'ConversationClosed', { why: 'groupDismissed' }>;

export type ConversationEvent =
  ConversationOpened | MessageSent | MessageRevoked | MessagesDeleted | ConversationCleared | ConversationClosed;
