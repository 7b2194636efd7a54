/** How far somebody has read in a conversation. */
export interface ReadPosition {
  /** 0: nothing. */
  readonly upToSeq: number;
  /** How many messages that count as unread stand up to `upToSeq`: what is unread is the conversation's number less this one. */
  readonly countable: number;
}

/** Somebody's place in a conversation, whose key is told as text (`conversationKeyText`). */
export interface Reader {
  readonly tenant: string;
  readonly conversation: string;
  readonly userId: string;
}

export interface SetPosition extends ReadPosition {
  /** Revision of the view's event that sets it. */
  readonly setBy: number;
}

/**
 * Read positions are state, not history (docs/rules.md A10): one for each participant of a conversation who has read in it.
 * What he has sent himself, and where he joined, count too; they stand in the read side.
 */
export interface ReadPositions {
  /** Never lowers, however raises come or overtake each other. @returns where he stands afterwards */
  raise(reader: Reader, to: ReadPosition): Promise<ReadPosition>;
  /**
   * As an app admin's event says, lower or higher; raises go on from there. An event that was applied, or that came before one
   * that was, changes nothing.
   */
  set(reader: Reader, to: SetPosition): Promise<void>;
  /** One user's in many conversations, by conversation; those where he has none are left out. */
  ofUser(tenant: string, userId: string, conversations: readonly string[]): Promise<ReadonlyMap<string, ReadPosition>>;
  /** Many users' in one conversation, by user; those who have none are left out. */
  ofConversation(
    tenant: string,
    conversation: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadPosition>>;
}
