import type { SentBefore } from '../../domain/conversation/commands.js';
import type { MessageFacts } from '../../domain/conversation/message-facts.js';

/** A message as the read side has it. */
export interface LookedMessage extends MessageFacts, SentBefore {}

export interface LookedUp {
  /** The read side has every message up to this one; 0 = none yet. */
  readonly upToSeq: number;
  /** null = there is none up to there. */
  readonly message: LookedMessage | null;
}

/**
 * What decisions need of messages that a conversation's own state no longer holds (docs/rules.md A9). A conversation is named by
 * its key as text (`conversationKeyText`); nobody's view is looked at, and revoked and deleted ones are there as well. Each
 * answer is of one moment after the question.
 */
export interface MessageLookup {
  /** By the sender's own id for it. */
  byClientMsgId(tenant: string, conversation: string, senderId: string, clientMsgId: string): Promise<LookedUp>;
  byMessageId(tenant: string, conversation: string, messageId: string): Promise<LookedUp>;
  /** Those that the read side has. */
  bySeqs(tenant: string, conversation: string, seqs: readonly number[]): Promise<readonly LookedMessage[]>;
}
