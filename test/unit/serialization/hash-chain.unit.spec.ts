import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { StoredEvent } from '../../../application/ports/event-store.js';
import { verifyChain } from '../../../infrastructure/serialization/hash-chain.js';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { MemoryKeys } from '../../support/memory-keys.js';
import { joined, muted, NEW_STREAM, prevHashOf, STREAM, stored, streamOf, toWrite } from './builders.js';

const serializer = new JsonEventSerializer({ keys: new MemoryKeys(), registry: eventRegistry });

/** Five events in two appends, one of them with a personal field. */
async function history(): Promise<StoredEvent[]> {
  const first = await serializer.seal(STREAM, NEW_STREAM, [
    toWrite(joined('ben', { nickname: 'Ben "é" 😀\\' })),
    toWrite(muted('ben')),
    toWrite(muted('cat')),
  ]);
  const second = await serializer.seal(STREAM, { revision: 2, hash: first.lastHash }, [
    toWrite(muted('dan'), { requestRef: 'x' }),
    toWrite(muted('eve')),
  ]);
  return [...stored(first), ...stored(second)];
}

const breakOf = (events: readonly StoredEvent[]) => verifyChain(streamOf(events));

describe('hash chain', () => {
  let events: StoredEvent[];

  before(async () => {
    events = await history();
  });

  it('holds over appends, and for a stream without events', async () => {
    expect(await breakOf(events)).to.be.undefined;
    expect(await breakOf([])).to.be.undefined;
  });

  it('can be recomputed by anybody who reads the contract', () => {
    let previous = '';
    for (const { stream, revision, id, type, data, metadata } of events) {
      const { hash, ...rest } = JSON.parse(metadata) as Record<string, unknown>;
      const sha = createHash('sha256').update(
        JSON.stringify([stream, `${revision}`, id, type, data, JSON.stringify(rest)]),
      );
      expect(sha.digest().toString('base64url')).to.equal(hash);
      expect(rest['prevHash']).to.equal(previous);
      previous = hash as string;
    }
    expect(previous).to.have.length(43);
  });

  it('goes on from a place in the middle', async () => {
    const [, , third, ...rest] = events;
    const tail = { revision: third!.revision, hash: prevHashOf(rest[0]!) };
    expect(await verifyChain(streamOf(rest), tail)).to.be.undefined;
    expect(await verifyChain(streamOf(rest), { ...tail, hash: '' })).to.include({ revision: 3, reason: 'prevHash' });
  });

  it('shows any changed character of data, metadata, type, id or stream', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(4),
        fc.constantFrom('data' as const, 'metadata' as const, 'type' as const, 'id' as const, 'stream' as const),
        fc.nat(),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        async (index, part, at, character) => {
          const event = events[index]!;
          const text = event[part];
          const place = at % text.length;
          const changed = text.slice(0, place) + character + text.slice(place + 1);
          fc.pre(changed !== text);
          const found = await breakOf(events.with(index, { ...event, [part]: changed }));
          expect(found).to.not.be.undefined;
          expect(found!.revision).to.equal(index);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('shows text that means the same in JSON but is not what was written', async () => {
    const event = events[1]!;
    for (const changed of [
      { ...event, data: `${event.data} ` },
      { ...event, metadata: event.metadata.replace('"tenant":', '"tenant" :') },
      { ...event, metadata: event.metadata.replace('{', '{"more":1,') },
      { ...event, metadata: event.metadata.replace(/\}$/, ',"more":1}') },
    ])
      expect(await breakOf(events.with(1, changed))).to.include({ revision: 1 });
  });

  it('shows an event that is missing, doubled, put in or out of order', async () => {
    const [a, b, c, d, e] = events as [StoredEvent, StoredEvent, StoredEvent, StoredEvent, StoredEvent];
    expect(await breakOf([b, c, d, e])).to.include({ revision: 1, reason: 'revision' });
    expect(await breakOf([a, c, d, e])).to.include({ revision: 2, reason: 'revision' });
    expect(await breakOf([a, b, b, c])).to.include({ revision: 1, reason: 'revision' });
    expect(await breakOf([a, c, b, d])).to.include({ revision: 2, reason: 'revision' });
    expect(await breakOf([a, { ...c, revision: 1 }, { ...b, revision: 2 }])).to.include({
      revision: 1,
      reason: 'prevHash',
    });
    expect(await breakOf([a, { ...b, revision: 0 }])).to.include({ reason: 'revision' });
    expect(await breakOf([a, b, { ...c, stream: `${STREAM}x` }])).to.include({ revision: 2, reason: 'otherStream' });
    // Renumbered, so that no gap is left.
    expect(await breakOf([a, { ...c, revision: 1 }])).to.include({ revision: 1, reason: 'prevHash' });
  });

  it('shows an event from elsewhere that was sealed for the same place', async () => {
    const other = await serializer.seal(STREAM, NEW_STREAM, [toWrite(muted('zoe'))]);
    expect(await breakOf(events.with(0, stored(other)[0]!))).to.include({ revision: 1, reason: 'prevHash' });
  });

  it('names an event without a hash', async () => {
    for (const metadata of ['', 'x', '{}', '{"hash":"abc"}', `[,"hash":"${'a'.repeat(43)}"}`])
      expect(await breakOf(events.with(3, { ...events[3]!, metadata }))).to.include({
        revision: 3,
        reason: 'metadata',
      });
  });
});
