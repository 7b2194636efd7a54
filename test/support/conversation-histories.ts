import { streamName, type ConversationKey } from '../../application/streams.js';
import type { Content, ConversationEvent, MessageSent, RevokedAs } from '../../domain/conversation/events.js';
import type { ViewEvent } from '../../domain/view/events.js';
import { START, type Historian } from './group-histories.js';

export const single = (a: string, b: string): ConversationKey => ({ kind: 'single', a, b });
export const ofGroup = (groupId: string, incarnation = 1): ConversationKey => ({ kind: 'group', groupId, incarnation });

export const text = (words: string): Content => ({
  format: 'parley',
  type: 'text',
  body: JSON.stringify({ text: words }),
});

type Said = Partial<MessageSent['data']>;

/** Writes one conversation's facts as its decider would: seqs without gaps, running counts. */
export class Talk {
  seq = 0;
  private countable = 0;
  private opened = false;

  constructor(
    private readonly history: Historian,
    readonly key: ConversationKey,
    private readonly tenant = 't1',
  ) {}

  /** Gives the seq. */
  say(senderId: string, words: string, extra: Said = {}): number {
    return this.send({ senderId, content: text(words), ...extra });
  }

  /** A line of the server's own. */
  tell(kind: string, by: string, extra: Said = {}): number {
    const notice = { kind, eventId: `e${String(this.seq)}`, by, userIds: [] };
    return this.send({ senderId: by, from: 'system', notice, countsUnread: false, ...extra });
  }

  open(): void {
    if (this.opened) return;
    this.opened = true;
    const { key } = this;
    const about = key.kind === 'single' && key.b < key.a ? { ...key, a: key.b, b: key.a } : { ...key };
    this.write({ type: 'ConversationOpened', data: { about } });
  }

  revoke(seq: number, by: string, as: RevokedAs = 'sender', senderId = by): void {
    this.write({ type: 'MessageRevoked', data: { seq, senderId, by, as } });
  }

  delete(by: string, ...seqs: number[]): void {
    this.write({ type: 'MessagesDeleted', data: { seqs, by, as: 'sender' } });
  }

  clear(by: string, upToSeq = this.seq): void {
    this.write({ type: 'ConversationCleared', data: { upToSeq, by, as: 'party' } });
  }

  close(): void {
    this.write({ type: 'ConversationClosed', data: { why: 'groupDismissed' } });
  }

  /** On one participant's side. */
  view<Type extends ViewEvent['type']>(
    userId: string,
    type: Type,
    data: Omit<Extract<ViewEvent, { type: Type }>['data'], 'userId' | 'by'>,
  ): void {
    const event = { type, data: { userId, by: userId, ...data } } as ViewEvent;
    this.history.writeTo({ category: 'view', tenant: this.tenant, conversation: this.key, participant: userId }, event);
  }

  private send(extra: Said & { senderId: string }): number {
    this.open();
    const seq = ++this.seq;
    const countsUnread = extra.countsUnread ?? true;
    if (countsUnread) this.countable++;
    this.write({
      type: 'MessageSent',
      data: {
        seq,
        messageId: `m-${streamName({ category: 'conversation', tenant: this.tenant, ...this.key })}-${String(seq)}`,
        from: 'user',
        mentions: [],
        mentionsAll: false,
        sentAt: START + 1_000 + seq,
        origin: 'sent',
        countsUnread,
        updatesLast: true,
        countable: this.countable,
        judgedBy: {},
        ...extra,
      },
    });
    return seq;
  }

  private write(event: ConversationEvent): void {
    this.history.writeTo({ category: 'conversation', tenant: this.tenant, ...this.key }, event);
  }
}
