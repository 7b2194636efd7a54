import { expect } from 'chai';
import fc from 'fast-check';
import { beyondBounds } from '../../../api/http/json-bounds.js';

const BOUNDS = { depth: 4, members: 3, items: 5, values: 12 };
const of = (text: string, bounds = BOUNDS): string | undefined => beyondBounds(Buffer.from(text), bounds);

describe('the bounds of a JSON text', () => {
  it('are kept to the last one, and said when they are passed', () => {
    expect(of('[[[[]]]]')).to.equal(undefined);
    expect(of('[[[[[]]]]]')).to.equal('is nested too deeply');
    expect(of('{"a":1,"b":2,"c":3}')).to.equal(undefined);
    expect(of('{"a":1,"b":2,"c":3,"d":4}')).to.equal('has an object with more than 3 members');
    expect(of('[1,2,3,4,5]')).to.equal(undefined);
    expect(of('[1,2,3,4,5,6]')).to.equal('has a list with more than 5 items');
    expect(of('[[1,2,3,4],[1,2,3,4],[1,2,3,4]]')).to.equal('has more than 12 members and items');
  });

  it('count no marks inside texts', () => {
    expect(of(String.raw`["{[,,,,,,,,,\\\"[[[[[[[[,,,,,,,\\\\",1]`)).to.equal(undefined);
    expect(of('{"a,b,c,d,e,f":"[[[[[[["}')).to.equal(undefined);
  });

  it('count each list and object by itself', () => {
    expect(of('[{"a":1,"b":2},{"a":1,"b":2}]')).to.equal(undefined);
  });

  it('say nothing of what is no JSON', () => {
    for (const text of ['', ']]]]', '"', '"\\', '[1', 'x']) expect(of(text), text).to.equal(undefined);
  });

  it('hold for a value exactly when nothing of it is larger', () => {
    const deepest = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(deepest)) : 0;
    const widest = (value: unknown, list: boolean): number =>
      typeof value === 'object' && value !== null
        ? Math.max(
            Array.isArray(value) === list ? Object.keys(value).length : 0,
            ...Object.values(value).map((one) => widest(one, list)),
          )
        : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const within = deepest(value) <= 4 && widest(value, false) <= 3 && widest(value, true) <= 5;
        expect(of(text, { ...BOUNDS, values: Infinity }) === undefined).to.equal(within);
      }),
    );
  });
});
