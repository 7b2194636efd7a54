import { NO_STREAM, type EventStore, type StoredEvent } from '../../application/ports/event-store.js';
import { NoProof } from '../../application/ports/proof-tools.js';
import type { Seal, Seals } from '../../application/ports/seals.js';
import { type Hash, HASH_BYTES } from '../../application/seals/merkle.js';
import { TILE_WIDTH } from '../../application/seals/tiles.js';
import { hashOf, splitHash } from '../serialization/hash-chain.js';
import { cloudEvent, sourceOf } from './cloud-event.js';
import { leafOf } from './leaf.js';
import { TileProofs } from './tile-proofs.js';

/** What a proof file is, so that a verifier knows. */
const PROOF_FORMAT = 'parley-proof-1';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface ProveOptions {
  readonly store: EventStore;
  readonly seals: Seals;
  /** Whose log it is. */
  readonly origin: string;
  readonly key: string | undefined;
}

/**
 * The proof that an event is in the log, under the newest checkpoint: the event with its stored text, its place, the hashes
 * from its leaf to the root, the checkpoint.
 * @param name its id, or `stream@revision`
 * @throws NoProof
 */
export async function proveEvent(name: string, { store, seals, origin, key }: ProveOptions): Promise<object> {
  const event = await eventNamed(name, store);
  if (event === undefined) throw new NoProof(`There is no event ${name}.`);
  const newest = await seals.last();
  if (newest === undefined) throw new NoProof('The log was never sealed: run `parley audit seal`.');
  const split = splitHash(event.metadata);
  const leaf = leafOf(hashOf({ ...event, unhashedMetadata: split?.unhashedMetadata ?? event.metadata }));
  const index = await indexOf(leaf, event, newest, seals, store.identity);
  return {
    format: PROOF_FORMAT,
    ...(key === undefined ? {} : { key }),
    index,
    size: newest.size,
    hashes: (await new TileProofs(seals).inclusion(index, newest.size)).map((hash) => hash.toString('base64')),
    checkpoint: newest.checkpoint,
    event: JSON.parse(cloudEvent(event, index, sourceOf(origin))) as unknown,
  };
}

/** By id the log is read from its end: ids have no index. */
async function eventNamed(name: string, store: EventStore): Promise<StoredEvent | undefined> {
  const at = name.lastIndexOf('@');
  if (at > 0) {
    const revision = Number(name.slice(at + 1));
    if (!Number.isSafeInteger(revision) || revision <= NO_STREAM)
      throw new NoProof(`"${name}" names no event: stream@revision.`);
    for await (const [event] of store.readStream(name.slice(0, at), { from: revision, maxCount: 1 })) return event;
    return undefined;
  }
  if (!UUID.test(name)) throw new NoProof(`"${name}" names no event: give its id, or stream@revision.`);
  const id = name.toLowerCase();
  for await (const events of store.readAll({ direction: 'backwards' })) {
    const event = events.find((each) => each.id === id);
    if (event !== undefined) return event;
  }
  return undefined;
}

/** Its place among the sealed events: looked for under the seal that its position is under, else under all. */
async function indexOf(leaf: Hash, event: StoredEvent, newest: Seal, seals: Seals, identity: string): Promise<number> {
  const seal = await seals.firstOver(event.position);
  if (seal !== undefined) {
    const index = await indexUnder(leaf, seal, seals);
    if (index !== undefined) return index;
  } else if (newest.bookmark.startsWith(`${identity}:`)) {
    throw new NoProof('The event is not under a seal yet: run `parley audit seal`, or wait for the next one.');
  }
  const tile = await seals.leafTileWith(leaf);
  const [row] = tile === undefined ? [] : await seals.tiles([{ level: 0, index: tile }]);
  const place = row && placeIn(row.hashes, leaf);
  if (tile === undefined || place === undefined)
    throw new NoProof('The event is not what was sealed: run `parley audit verify`.');
  return tile * TILE_WIDTH + place;
}

async function indexUnder(leaf: Hash, { previous, size }: Seal, seals: Seals): Promise<number | undefined> {
  const from = Math.floor(previous / TILE_WIDTH);
  for (const { index, hashes } of await seals.leafTiles(from, Math.ceil(size / TILE_WIDTH) - from)) {
    const place = placeIn(hashes, leaf);
    if (place !== undefined) return index * TILE_WIDTH + place;
  }
  return undefined;
}

function placeIn(hashes: Uint8Array, leaf: Hash): number | undefined {
  for (let at = 0; at < hashes.length; at += HASH_BYTES)
    if (leaf.equals(hashes.subarray(at, at + HASH_BYTES))) return at / HASH_BYTES;
  return undefined;
}
