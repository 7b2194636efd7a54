import { hash } from 'node:crypto';
import { NO_STREAM, type StoredEvent } from '../../application/ports/event-store.js';
import type { StreamTail } from '../../application/ports/envelope.js';

/** What an event's hash is taken over (docs/events.md "Stored bytes"). */
export interface Hashed {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  /** The metadata's text without its last member, `hash`; `prevHash` is in it. */
  readonly unhashedMetadata: string;
}

/** base64url sha-256, 43 characters. */
export function hashOf(event: Hashed): string {
  const { stream, revision, id, type, data, unhashedMetadata } = event;
  return hash('sha256', JSON.stringify([stream, String(revision), id, type, data, unhashedMetadata]), 'base64url');
}

/** Metadata text with its hash as the last member. */
export const withHash = (unhashedMetadata: string, value: string): string =>
  `${unhashedMetadata.slice(0, -1)},"hash":"${value}"}`;

const LAST_MEMBER = /^,"hash":"([A-Za-z0-9_-]{43})"\}$/;
const LAST_MEMBER_LENGTH = 54;

/** The inverse of `withHash`; undefined when the last member is no hash. */
export function splitHash(metadata: string): { readonly unhashedMetadata: string; readonly hash: string } | undefined {
  const hash = LAST_MEMBER.exec(metadata.slice(-LAST_MEMBER_LENGTH))?.[1];
  return hash === undefined ? undefined : { unhashedMetadata: `${metadata.slice(0, -LAST_MEMBER_LENGTH)}}`, hash };
}

/** Where a chain stops being what was written. */
export interface ChainBreak {
  readonly stream: string;
  /** Of the event at which it shows. */
  readonly revision: number;
  /**
   * `otherStream`: an event of another stream. `revision`: not the one that follows (an event is missing, doubled or out
   * of order). `metadata`: no text with a hash at its end. `prevHash`: not the hash of the event before. `hash`: not the
   * hash of this event's own text.
   */
  readonly reason: 'otherStream' | 'revision' | 'metadata' | 'prevHash' | 'hash';
}

export const EMPTY_STREAM: StreamTail = { revision: NO_STREAM, hash: '' };

/**
 * Checks events of one stream as stored, in order, against each other; undefined when the chain holds. `after` is where
 * the first one follows on, by default the stream's start. Events missing from the end can't be seen from the chain alone:
 * compare the last revision and hash with those known from elsewhere.
 */
export async function verifyChain(
  events: AsyncIterable<StoredEvent>,
  after: StreamTail = EMPTY_STREAM,
): Promise<ChainBreak | undefined> {
  let tail = after;
  let stream: string | undefined;
  for await (const event of events) {
    stream ??= event.stream;
    const link = checkLink(event, stream, tail);
    if ('reason' in link) return { stream, revision: event.revision, reason: link.reason };
    tail = { revision: event.revision, hash: link.hash };
  }
  return undefined;
}

/** One event against the end of its stream so far: its hash, or what is wrong. */
export function checkLink(
  event: StoredEvent,
  stream: string,
  tail: StreamTail,
): { hash: string } | Pick<ChainBreak, 'reason'> {
  if (event.stream !== stream) return { reason: 'otherStream' };
  if (event.revision !== tail.revision + 1) return { reason: 'revision' };
  const split = splitHash(event.metadata);
  const prevHash = split && prevHashIn(split.unhashedMetadata);
  if (split === undefined || prevHash === undefined) return { reason: 'metadata' };
  if (prevHash !== tail.hash) return { reason: 'prevHash' };
  const { revision, id, type, data } = event;
  const hash = hashOf({ stream, revision, id, type, data, unhashedMetadata: split.unhashedMetadata });
  // The computed one: what was cut out of the metadata would hold the whole text wherever it is remembered.
  return hash === split.hash ? { hash } : { reason: 'hash' };
}

/** As `unhashedEnvelope` writes it, last; inside a text the quotes would be escaped. */
const LAST_PREV_HASH = /,"prevHash":"([A-Za-z0-9_-]*)"\}$/;

function prevHashIn(unhashedMetadata: string): string | undefined {
  const last = LAST_PREV_HASH.exec(unhashedMetadata.slice(-80));
  if (last?.[1] !== undefined) return last[1];
  try {
    const parsed: unknown = JSON.parse(unhashedMetadata);
    if (typeof parsed !== 'object' || parsed === null || !('prevHash' in parsed)) return undefined;
    return typeof parsed.prevHash === 'string' ? parsed.prevHash : undefined;
  } catch {
    return undefined; // No JSON: the caller says that the metadata is broken.
  }
}
