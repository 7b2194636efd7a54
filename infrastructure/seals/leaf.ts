import type { StoredEvent } from '../../application/ports/event-store.js';
import { type Hash, leafHash } from '../../application/seals/merkle.js';
import { hashOf, splitHash } from '../serialization/hash-chain.js';

/** How much of a metadata's end `leavesIn` reads, characters. */
export const END_CHARACTERS = 46;

const END = /"[A-Za-z0-9_-]{43}"\}/y;

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

/** The leaves, of so many metadata's last characters one behind the other; undefined when one has no hash there. */
export function leavesIn(ends: string, count: number): Hash[] | undefined {
  if (ends.length !== count * END_CHARACTERS) return undefined;
  const leaves: Hash[] = [];
  for (let at = 0; at < ends.length; at += END_CHARACTERS) {
    END.lastIndex = at;
    if (!END.test(ends)) return undefined;
    leaves.push(leafOf(ends.slice(at + 1, at + 44)));
  }
  return leaves;
}
