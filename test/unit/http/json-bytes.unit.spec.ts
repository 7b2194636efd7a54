import { expect } from 'chai';
import fc from 'fast-check';
import { jsonBytesOfLong } from '../../../api/http/json-bytes.js';

const said = (value: object): string | undefined => jsonBytesOfLong(value)?.toString('utf8');
const long = (item: unknown): unknown[] => Array.from({ length: 120 }, () => item);

describe('JSON of long lists', () => {
  it('says byte for byte what JSON.stringify says, wherever the list stands', () => {
    const anything = fc.anything({ withDate: true, withNullPrototype: true });
    const items = fc.array(anything, { minLength: 51, maxLength: 160 });
    const members = fc.dictionary(fc.string(), anything, { maxKeys: 4 });
    const law = fc.property(items, members, members, (list, around, within) => {
      for (const value of [list, { ...around, list }, { ...around, data: { ...within, list, last: undefined } }])
        expect(said(value)).to.equal(JSON.stringify(value));
    });
    fc.assert(law, { numRuns: 60 });
  });

  it('leaves what is short, deeper, or says itself how it is written, as it is', () => {
    expect(said({ items: [1, 2, 3], next: null })).to.equal(undefined);
    expect(said({ a: { b: { c: long(1) } } })).to.equal(undefined);
    expect(said({ toJSON: () => 'mine', items: long(1) })).to.equal(undefined);
    expect(
      said(
        new (class Listed {
          items = long(1);
        })(),
      ),
    ).to.equal(undefined);
  });

  it('counts bytes, not characters', () => {
    const value = { items: long('Grüße, 世界 🎉') };
    expect(said(value)).to.equal(JSON.stringify(value));
  });
});
