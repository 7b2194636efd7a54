import { Map as ValueMap } from 'immutable';
import type { Fate, RecentMessage } from './message-facts.js';

/** Messages that are remembered for repeats, revocations and deletions. */
export const WINDOW = 1_000;

/** Messages of one part, which is found through by its own index. */
const PART = 32;

/** By the sender's own id for it. No user id holds a line break. */
export const clientKey = (senderId: string, clientMsgId: string): string => `c${senderId}\n${clientMsgId}`;

/** By sender, random and content, which hold for a while (`REPEAT_WITHIN_MS`). */
export const randomKey = (senderId: string, random: number, print: number): string =>
  `r${senderId}\n${random}\n${print}`;

/** By the event that a notice tells of. */
export const noticeKey = ({ eventId }: { readonly eventId: string }): string => `e${eventId}`;

/**
 * The last `WINDOW` messages of a conversation, a value: by seq, and by what a repeat is known by. They come in the order of
 * their seqs. Kept in parts that states share, each indexed when it is first looked through: to fold a message takes about a
 * microsecond, and to take in a snapshot no more than to read it.
 */
export class RecentMessages {
  static readonly none = new RecentMessages([], [], ValueMap());

  private constructor(
    private readonly parts: readonly Part[],
    /** Fewer than a part. */
    private readonly newest: readonly RecentMessage[],
    /** Of those that aren't as they came. */
    private readonly fates: ValueMap<number, Fate>,
  ) {}

  /** In the order of their seqs. A message is made when it is looked for. */
  static of(seqs: readonly number[], messageAt: (index: number) => RecentMessage): RecentMessages {
    const part = (from: number, to: number): Part =>
      new Part(seqs.slice(from, to), () => seqs.slice(from, to).map((_, index) => messageAt(from + index)));
    const parts: Part[] = [];
    const whole = seqs.length - (seqs.length % PART);
    for (let from = 0; from < whole; from += PART) parts.push(part(from, from + PART));
    return new RecentMessages(parts, part(whole, seqs.length).messages, ValueMap()).within();
  }

  get size(): number {
    const kept = this.parts.reduce((sum, { seqs }) => sum + seqs.length, this.newest.length);
    const from = this.first;
    return kept - (this.parts[0]?.seqs.filter((seq) => seq < from).length ?? 0);
  }

  /** In the order of their seqs. */
  values(): RecentMessage[] {
    const from = this.first;
    const all = [...this.parts.flatMap(({ messages }) => messages), ...this.newest];
    return all.filter(({ seq }) => seq >= from).map((message) => this.asItIs(message));
  }

  /** With this as the newest; whoever is no longer of the last `WINDOW` is gone. */
  with(message: RecentMessage): RecentMessages {
    const newest = [...this.newest, message];
    const after =
      newest.length < PART
        ? new RecentMessages(this.parts, newest, this.fates)
        : new RecentMessages([...this.parts, Part.of(newest)], [], this.fates);
    return after.within();
  }

  /** Of a message that is among them. */
  withFate(seq: number, fate: Fate): RecentMessages {
    return new RecentMessages(this.parts, this.newest, this.fates.set(seq, fate));
  }

  get(seq: number): RecentMessage | undefined {
    if (seq < this.first) return undefined;
    const messages = this.parts.find((part) => part.lastSeq >= seq)?.messages ?? this.newest;
    const found = messages.find((message) => message.seq === seq);
    return found && this.asItIs(found);
  }

  /** The newest that is known by this key. */
  by(key: string): RecentMessage | undefined {
    let found = this.newest.findLast((message) => keysOf(message).includes(key));
    for (let at = this.parts.length - 1; found === undefined && at >= 0; at--) found = this.parts[at]?.by(key);
    return found === undefined || found.seq < this.first ? undefined : this.asItIs(found);
  }

  /** The lowest seq that is within the window. */
  private get first(): number {
    const last = this.newest.at(-1)?.seq ?? this.parts.at(-1)?.lastSeq ?? 0;
    return last - WINDOW + 1;
  }

  private asItIs(message: RecentMessage): RecentMessage {
    const fate = this.fates.get(message.seq);
    return fate === undefined ? message : { ...message, fate };
  }

  /** Without the parts that are of the past as a whole, and what became of their messages. */
  private within(): RecentMessages {
    const from = this.first;
    const [oldest] = this.parts;
    if (oldest === undefined || oldest.lastSeq >= from) return this;
    const parts = this.parts.filter(({ lastSeq }) => lastSeq >= from);
    return new RecentMessages(
      parts,
      this.newest,
      this.fates.filter((_, seq) => seq >= from),
    );
  }
}

class Part {
  static of(messages: readonly RecentMessage[]): Part {
    return new Part(
      messages.map(({ seq }) => seq),
      () => messages,
    );
  }

  #messages: readonly RecentMessage[] | undefined;
  #index: ReadonlyMap<string, RecentMessage> | undefined;

  constructor(
    readonly seqs: readonly number[],
    private readonly made: () => readonly RecentMessage[],
  ) {}

  get lastSeq(): number {
    return this.seqs.at(-1) ?? 0;
  }

  get messages(): readonly RecentMessage[] {
    return (this.#messages ??= this.made());
  }

  by(key: string): RecentMessage | undefined {
    this.#index ??= new Map(this.messages.flatMap((message) => keysOf(message).map((each) => [each, message])));
    return this.#index.get(key);
  }
}

function keysOf({ senderId, clientMsgId, eventId, random, print }: RecentMessage): string[] {
  const keys: string[] = [];
  if (clientMsgId !== null) keys.push(clientKey(senderId, clientMsgId));
  if (random !== null && print !== null) keys.push(randomKey(senderId, random, print));
  if (eventId !== null) keys.push(noticeKey({ eventId }));
  return keys;
}
