import { expect } from 'chai';
import fc from 'fast-check';
import { verifyChain } from '../../../infrastructure/serialization/hash-chain.js';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { groupEvents } from '../../../infrastructure/serialization/schemas/group.js';
import { userEvents } from '../../../infrastructure/serialization/schemas/user.js';
import { MemoryKeys } from '../../support/memory-keys.js';
import { NEW_STREAM, STREAM, stored, streamOf, toWrite } from './builders.js';

interface Keywords {
  readonly type?: string;
  readonly anyOf?: readonly object[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly items?: object;
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** Everything that a store can hold, with what usually goes wrong drawn often. */
const text = (minLength = 0) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength, maxLength: 20 }).filter((s) => !s.includes('\0')) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '\\u0000',
        '\\',
        '"',
        '\u0001',
        '\u2028',
        '\uFEFF',
        '\u{1F600}',
        'enc0',
        'enc1.a.b.c',
        'é',
      ),
    },
  );

/** Values that fit a JSON Schema of the kind that the registry accepts. */
function fitting(schema: object): fc.Arbitrary<unknown> {
  const { type, anyOf, enum: values, const: value, minimum, maximum, minLength, items, ...object } = schema as Keywords;
  if (anyOf) return fc.oneof(...anyOf.map(fitting));
  if (values) return fc.constantFrom(...values);
  if (value !== undefined) return fc.constant(value);
  switch (type) {
    case 'string':
      return text(minLength);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
      return fc.integer({ min: minimum!, max: maximum! });
    case 'array':
      return fc.array(fitting(items!), { maxLength: 3 });
    case 'object': {
      const members = Object.entries(object.properties ?? {}).map(([name, member]) => [name, fitting(member)] as const);
      return fc.record(Object.fromEntries(members), {
        requiredKeys: [...(object.required ?? [])],
        noNullPrototype: true,
      });
    }
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
}

/** All but the one that takes the others' keys. */
const anyEvent = fc.oneof(
  ...[...groupEvents, ...userEvents]
    .filter(({ type }) => type !== 'UserErased')
    .map(({ type, payload }) => fitting(payload).map((data) => ({ type, data: data as object }))),
);

describe('seal and open', () => {
  it('give back every payload of every type, in a chain that holds, and the same from the text alone', async () => {
    const serializer = new JsonEventSerializer({ keys: new MemoryKeys(), registry: eventRegistry });
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 4 }), async (events) => {
        const sealed = await serializer.seal(
          STREAM,
          NEW_STREAM,
          events.map((event) => toWrite(event)),
        );
        const back = stored(sealed).map((event) => ({
          ...event,
          data: Buffer.from(event.data).toString('utf8'),
          metadata: Buffer.from(event.metadata).toString('utf8'),
        }));
        expect(back).to.deep.equal(stored(sealed));
        expect(await verifyChain(streamOf(back))).to.be.undefined;
        expect((await serializer.open(back)).map(({ event }) => event)).to.deep.equal(events);
      }),
      { numRuns: 300 },
    );
  });
});
