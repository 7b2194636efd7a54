import type { LookedMessage, LookedUp, MessageLookup } from '../../application/ports/message-lookup.js';
import type { EventSerializer } from '../../application/ports/envelope.js';
import type { EventStore } from '../../application/ports/event-store.js';
import { parseConversationKey, streamName } from '../../application/streams.js';
import type { ConversationEvent } from '../../domain/conversation/events.js';

/** What the read side would answer, read from the log itself; a test may keep it behind. */
export class StreamLookup implements MessageLookup {
  asked = 0;
  /** The newest messages that it doesn't have yet. */
  behind = 0;

  constructor(private readonly reading: { readonly store: EventStore; readonly serializer: EventSerializer }) {}

  byClientMsgId(tenant: string, conversation: string, senderId: string, clientMsgId: string): Promise<LookedUp> {
    return this.#find(tenant, conversation, (m) => m.senderId === senderId && m.clientMsgId === clientMsgId);
  }

  byMessageId(tenant: string, conversation: string, messageId: string): Promise<LookedUp> {
    return this.#find(tenant, conversation, (message) => message.messageId === messageId);
  }

  async bySeqs(tenant: string, conversation: string, seqs: readonly number[]): Promise<readonly LookedMessage[]> {
    this.asked += 1;
    return (await this.#messages(tenant, conversation)).filter(({ seq }) => seqs.includes(seq));
  }

  async #find(tenant: string, conversation: string, is: (message: Stored) => boolean): Promise<LookedUp> {
    this.asked += 1;
    const messages = await this.#messages(tenant, conversation);
    return { upToSeq: messages.length, message: messages.find(is) ?? null };
  }

  async #messages(tenant: string, conversation: string): Promise<Stored[]> {
    const key = parseConversationKey(conversation);
    if (key === undefined) throw new Error(`no conversation: ${conversation}`);
    const messages: Stored[] = [];
    for await (const batch of this.reading.store.readStream(streamName({ category: 'conversation', tenant, ...key }))) {
      for (const { event } of await this.reading.serializer.open(batch)) note(messages, event as ConversationEvent);
    }
    return messages.slice(0, messages.length - this.behind);
  }
}

type Stored = LookedMessage & { readonly clientMsgId: string | undefined };

function note(messages: Stored[], event: ConversationEvent): void {
  if (event.type === 'MessageSent') {
    const { seq, messageId, clientMsgId, senderId, from, notice, sentAt, countable, content } = event.data;
    const author = notice === undefined ? from : 'notice';
    messages.push({
      seq,
      messageId,
      clientMsgId,
      senderId,
      author,
      sentAt,
      countable,
      fate: 'shown',
      content: content ?? null,
    });
    return;
  }
  const ended =
    event.type === 'MessageRevoked' ? [event.data.seq] : event.type === 'MessagesDeleted' ? event.data.seqs : [];
  for (const seq of ended) {
    const message = messages[seq - 1];
    if (message !== undefined && message.fate !== 'deleted')
      messages[seq - 1] = { ...message, fate: event.type === 'MessageRevoked' ? 'revoked' : 'deleted' };
  }
}
