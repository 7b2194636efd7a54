import { expect } from 'chai';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { verifyChain } from '../../../infrastructure/serialization/hash-chain.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { goldenName, goldenNames, keysOf, readGolden, storedOf } from '../../golden/golden.js';
import { prevHashOf, streamOf } from './builders.js';

describe('golden events', () => {
  it('are there for every version of every registered type, and for nothing else', () => {
    const expected = eventRegistry.types.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => goldenName(type, index + 1)),
    );
    expect(goldenNames().sort()).to.deep.equal(expected.sort());
  });

  for (const name of goldenNames()) {
    const golden = readGolden(name);

    it(`${name} still reads as what it was`, async () => {
      const serializer = new JsonEventSerializer({ keys: keysOf(golden), registry: eventRegistry });
      const [read] = await serializer.open([storedOf(golden)]);
      expect(goldenName(golden.stored.type, read!.envelope.schemaVersion)).to.equal(name);
      expect(read!.event).to.deep.equal({ type: golden.stored.type, data: golden.decoded });
      expect(read!.envelope.actor).to.deep.equal({ kind: 'appAdmin', id: 'root', onBehalfOf: 'ann' });
      expect(read!.envelope.requestRef).to.equal('op-😀');
    });

    it(`${name} still stands in its chain, and its newest form can still be written`, async () => {
      const stored = storedOf(golden);
      const before = { revision: stored.revision - 1, hash: prevHashOf(stored) };
      expect(await verifyChain(streamOf([stored]), before)).to.be.undefined;
      expect(eventRegistry.writable(stored.type)?.problem(golden.decoded)).to.be.undefined;
    });
  }
});
