import type { StoredEvent } from '../../application/ports/event-store.js';
import { type Hash, leafHash } from '../../application/seals/merkle.js';
import { hashOf, splitHash } from '../serialization/hash-chain.js';

/** How much of a metadata's end `leafInEnd` reads, characters. */
export const END_CHARACTERS = 46;

const END = /^"[A-Za-z0-9_-]{43}"\}$/;

/** An event's leaf is its hash (docs/events.md "Stored bytes"), 32 bytes: all that is stored of it goes into that. */
export const leafOf = (eventHash: string): Hash => leafHash(Buffer.from(eventHash, 'base64url'));

/**
 * The leaf as a seal has it, of the hash that the event has in its metadata; of one that has none there the hash of all of
 * it. Whether the hash is that of the event's own text is for `verify` to say, of a sealed event as of any other.
 */
export function leafToSeal(event: StoredEvent): Hash {
  const { stream, revision, id, type, data, metadata } = event;
  return leafOf(splitHash(metadata)?.hash ?? hashOf({ stream, revision, id, type, data, unhashedMetadata: metadata }));
}

/** The leaf, of the metadata's last characters; undefined when no hash stands there. */
export const leafInEnd = (end: string): Hash | undefined => (END.test(end) ? leafOf(end.slice(1, 44)) : undefined);
