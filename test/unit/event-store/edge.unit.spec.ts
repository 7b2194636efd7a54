import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Append,
  EventRefused,
  type EventToAppend,
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  NO_STREAM,
} from '../../../application/ports/event-store.js';
import { checkAppend, MAX_STREAM_BYTES, MAX_TYPE_BYTES } from '../../../infrastructure/event-store/edge.js';

const event: EventToAppend = { id: '0190b6a4-7c1e-7000-8000-000000000001', type: 'T', data: '{}', metadata: '{}' };
const append = (change: Partial<EventToAppend> = {}): Append => ({
  stream: 'parley_group-t.1',
  expectedRevision: NO_STREAM,
  events: [{ ...event, ...change }],
});
const textOf = (bytes: number): string => `{"t":"${'x'.repeat(bytes - 8)}"}`;

describe('the edge of the event store', () => {
  it('measures type, data and metadata in bytes of UTF-8', () => {
    expect(checkAppend(append())).to.equal(5);
    expect(checkAppend(append({ type: 'é', data: '{"漢":"𝕏"}', metadata: '{"a":1}' }))).to.equal(2 + 14 + 7);
  });

  it('takes what is exactly as large as allowed', () => {
    const full = append({ data: textOf(MAX_EVENT_BYTES - 3) });
    expect(checkAppend(full)).to.equal(MAX_EVENT_BYTES);
    const four = Array.from({ length: 4 }, () => ({ ...event, data: textOf(MAX_APPEND_BYTES / 4 - 3) }));
    expect(checkAppend({ ...append(), events: four })).to.equal(MAX_APPEND_BYTES);
    const stream = 'parley_group-t.'.padEnd(MAX_STREAM_BYTES, 'x');
    expect(checkAppend({ ...append({ type: 'T'.repeat(MAX_TYPE_BYTES) }), stream })).to.equal(MAX_TYPE_BYTES + 4);
  });

  it('refuses one byte more', () => {
    const tooMuch = [
      append({ data: textOf(MAX_EVENT_BYTES - 2) }),
      { ...append(), events: Array.from({ length: 4 }, () => ({ ...event, data: textOf(MAX_APPEND_BYTES / 4 - 2) })) },
      { ...append(), stream: 'parley_group-t.'.padEnd(MAX_STREAM_BYTES + 1, 'x') },
      append({ type: 'T'.repeat(MAX_TYPE_BYTES + 1) }),
    ];
    for (const one of tooMuch) expect(() => checkAppend(one)).to.throw(EventRefused);
  });

  it('refuses text that nests deeper than a parser can follow', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(() => checkAppend(append({ data: deep }))).to.throw(EventRefused);
  });

  it('takes an escaped backslash before what only looks like the escape of U+0000', () => {
    const data = JSON.stringify({ a: '\\u0000', b: '\\\\ud800', c: '\u0001\ufffd' });
    expect(checkAppend(append({ data }))).to.be.above(0);
  });

  it('takes a text just when parsing and printing gives it again, without U+0000 or lone surrogates in it', () => {
    const strings = fc.string({
      unit: fc.constantFrom('a', '\\', 'u0000', '\u0000', '\ud800', '\udc00', '𝕏', '"', '\u001f', '1'),
    });
    fc.assert(
      fc.property(fc.dictionary(strings, fc.oneof(strings, fc.double(), fc.jsonValue())), (value) => {
        const data = JSON.stringify(value);
        const survives = JSON.stringify(JSON.parse(data)) === data && !holdsUnstorable(JSON.parse(data));
        const check = (): number => checkAppend(append({ data }));
        if (survives) expect(check).not.to.throw();
        else expect(check).to.throw(EventRefused);
      }),
      { numRuns: 500 },
    );
  });
});

function holdsUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000') || /\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) return value.some(holdsUnstorable);
  if (typeof value === 'object' && value !== null) return Object.entries(value).flat().some(holdsUnstorable);
  return false;
}
