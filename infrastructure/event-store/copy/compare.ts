import type { StreamTail } from '../../../application/ports/envelope.js';
import type { Position, StoredEvent } from '../../../application/ports/event-store.js';
import { checkLink, EMPTY_STREAM } from '../../serialization/hash-chain.js';
import { type LogBatch, shareOf, type StoreEnd } from './store-end.js';

export interface Comparison {
  /** Events that are the same in both, from the start. */
  readonly events: number;
  readonly streams: number;
  /** The target's newest event: where a process that has handled everything so far goes on. */
  readonly head: Position | undefined;
  /** The first thing that is wrong; undefined when both hold the same and every stream's chain holds. */
  readonly difference?: string;
}

/**
 * Reads both logs side by side to their ends: the same events in the same order, byte by byte, and each stream's hash chain
 * from its first event. Remembers the end of each stream's chain, some 200 bytes for each stream.
 *
 * @throws EventStoreUnavailable
 */
export async function compareLogs(
  source: StoreEnd,
  target: StoreEnd,
  onProgress: (share: number, events: number) => void = () => undefined,
): Promise<Comparison> {
  const shareAt = await shareOf(source);
  const left = new Cursor(source.read());
  const right = new Cursor(target.read());
  const tails = new Map<string, StreamTail>();
  let events = 0;
  let head: Position | undefined;
  const result = (difference?: string): Comparison => ({
    events,
    streams: tails.size,
    head,
    ...(difference === undefined ? {} : { difference }),
  });
  try {
    for (;;) {
      const [more, also] = await Promise.all([left.fill(), right.fill()]);
      if (!more && !also) return result();
      if (!also) return result(`the target ends there, the source goes on with ${nameOf(left.peek())}`);
      if (!more) return result(`the source ends there, the target goes on with ${nameOf(right.peek())}`);
      let reached: Position | undefined;
      for (let common = Math.min(left.length, right.length); common > 0; common -= 1) {
        const was = left.take();
        reached = was.position;
        const is = right.take();
        const difference = differenceOf(was, is) ?? chainBreak(is, tails);
        if (difference !== undefined) return result(difference);
        events += 1;
        head = is.position;
      }
      onProgress(shareAt(reached), events);
    }
  } finally {
    await Promise.all([left.stop(), right.stop()]);
  }
}

/** Without the events' content. */
function differenceOf(was: StoredEvent, is: StoredEvent): string | undefined {
  if (was.id !== is.id || was.stream !== is.stream || was.revision !== is.revision) {
    return `the source has ${nameOf(was)}, the target ${nameOf(is)}`;
  }
  const part = (['type', 'data', 'metadata'] as const).find((each) => was[each] !== is[each]);
  return part && `${nameOf(was)} has another ${part} in the target`;
}

function chainBreak(event: StoredEvent, tails: Map<string, StreamTail>): string | undefined {
  const link = checkLink(event, event.stream, tails.get(event.stream) ?? EMPTY_STREAM);
  if ('reason' in link) return `the hash chain breaks at ${nameOf(event)} (${link.reason}), in both stores alike`;
  tails.set(event.stream, { revision: event.revision, hash: link.hash });
  return undefined;
}

const nameOf = ({ stream, revision, id }: StoredEvent): string =>
  `${stream} at revision ${revision.toString()} (${id})`;

/** Events one by one, of batches. */
class Cursor {
  private readonly batches: AsyncIterator<LogBatch>;
  private events: readonly StoredEvent[] = [];
  private next = 0;

  constructor(batches: AsyncIterable<LogBatch>) {
    this.batches = batches[Symbol.asyncIterator]();
  }

  get length(): number {
    return this.events.length - this.next;
  }

  /** Whether there is another. */
  async fill(): Promise<boolean> {
    while (this.length === 0) {
      const { value, done } = await this.batches.next();
      if (done === true) return false;
      this.events = value.events;
      this.next = 0;
    }
    return true;
  }

  peek(): StoredEvent {
    const event = this.events[this.next];
    if (event === undefined) throw new Error('no event is left in this batch');
    return event;
  }

  take(): StoredEvent {
    const event = this.peek();
    this.next += 1;
    return event;
  }

  async stop(): Promise<void> {
    await this.batches.return?.();
  }
}
