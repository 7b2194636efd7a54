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
