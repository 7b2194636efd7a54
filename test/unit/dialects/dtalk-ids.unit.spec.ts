import { expect } from 'chai';
import fc from 'fast-check';
import { GroupIds, wireIdOf } from '../../../api/dialects/dtalk/group-ids.js';
import { GroupKeys } from '../../../api/dialects/dtalk/group-keys.js';
import { readJson } from '../../../api/dialects/dtalk/json.js';
import { markOf, numbersOf } from '../../../api/dialects/dtalk/mark.js';
import { DtalkRefused } from '../../../api/dialects/dtalk/refused.js';
import { writeJson } from '../../../api/dialects/shared/lossless-json.js';
import type { Numbered } from '../../../application/queries/numbers.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { FIRST_NUMBER, LAST_NUMBER } from '../../../domain/shared/ids.js';

const NUMBER = FIRST_NUMBER + 7;

describe("002's JSON", () => {
  it('keeps every integer as it is written, in and out', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const text = `{"id":${value.toString()},"in":[{"it":${value.toString()}}]}`;
        expect(writeJson(readJson(text))).to.equal(text);
      }),
    );
    expect(readJson('{"id":127043701116506112}')).to.deep.equal({ id: 127043701116506112n });
  });

  it('writes as JSON.stringify does where there is no such integer', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(writeJson(value)).to.equal(JSON.stringify(value));
      }),
    );
    expect(writeJson({ a: undefined, b: ['<&>', null], c: 2n ** 63n })).to.equal(
      '{"b":["<&>",null],"c":9223372036854775808}',
    );
  });

  it('takes no number for an integer that is not written as one, and the last of a name that stands twice', () => {
    for (const text of ['1.0', '1e3', '1.5', '-0.0', '9'.repeat(31)]) expect(readJson(text), text).to.be.NaN;
    expect(readJson('-0')).to.equal(0);
    expect(readJson('{"a":1,"a":2,"__proto__":{"id":3}}')).to.have.property('a', 2);
    expect((readJson('{"__proto__":{"id":3}}') as { id?: unknown }).id).to.equal(undefined);
  });
});

describe("a group's id in 002", () => {
  const known = new Map<number, Numbered>([
    [NUMBER, { kind: 'group', id: 'study' }],
    [NUMBER + 1, { kind: 'user', id: 'alice' }],
  ]);
  let asked: number;
  let ids: GroupIds;
  beforeEach(() => {
    asked = 0;
    ids = new GroupIds({
      numbered: (_tenant, numbers) => {
        asked += 1;
        return Promise.resolve(new Map(numbers.flatMap((n) => (known.has(n) ? [[n, known.get(n) as Numbered]] : []))));
      },
    });
  });

  const refusedAs = async (named: Parameters<GroupIds['of']>[1]): Promise<string> => {
    try {
      return await ids.of('t', named);
    } catch (error) {
      if (error instanceof DtalkRefused) return error.code;
      if (error instanceof DomainError) return error.kind;
      throw error;
    }
  };

  it('is its own id where that is an int64, and its number where it is not', () => {
    expect(wireIdOf({ groupId: String(NUMBER), number: NUMBER })).to.equal(NUMBER);
    expect(wireIdOf({ groupId: 'study', number: NUMBER })).to.equal(NUMBER);
    expect(wireIdOf({ groupId: '127043701116506112', number: NUMBER })).to.equal(127043701116506112n);
    expect(wireIdOf({ groupId: '9223372036854775807', number: NUMBER })).to.equal(2n ** 63n - 1n);
    for (const groupId of ['9223372036854775808', '007', '0', '-5', '']) {
      expect(wireIdOf({ groupId, number: NUMBER }), groupId).to.equal(NUMBER);
    }
  });

  it('leads back to the group, as a number or as a text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc
            .bigInt({ min: 1n, max: 2n ** 63n - 1n })
            .map(String)
            .filter((text) => text.length !== 16),
          fc.constantFrom('study', String(FIRST_NUMBER + 8_000)),
        ),
        async (groupId) => {
          const number = groupId === 'study' ? NUMBER : /^\d{16}$/.test(groupId) ? Number(groupId) : NUMBER + 5;
          const id = wireIdOf({ groupId, number });
          expect(await ids.of('t', { id })).to.equal(groupId);
          expect(await ids.of('t', { idStr: id.toString() })).to.equal(groupId);
        },
      ),
    );
  });

  it('is looked up once, where it is a number', async () => {
    for (let i = 0; i < 3; i++) expect(await ids.of('t', { id: NUMBER })).to.equal('study');
    expect(asked).to.equal(1);
    expect(await ids.of('t', { id: 127043701116506112n })).to.equal('127043701116506112');
    expect(asked).to.equal(1);
  });

  it('idStr wins where it says something; the public id does as well', async () => {
    expect(await ids.of('t', { id: 5, idStr: String(NUMBER) })).to.equal('study');
    expect(await ids.of('t', { id: NUMBER, idStr: '' })).to.equal('study');
    expect(await ids.of('t', { id: 5, idStr: 'team@work' })).to.equal('team@work');
    expect(await ids.of('t', { idStr: '+0012' })).to.equal('12');
  });

  it('is refused where there is none, or none that could be one', async () => {
    expect(await refusedAs({})).to.equal('badParameters');
    expect(await refusedAs({ id: 0 })).to.equal('badParameters');
    expect(await refusedAs({ idStr: 'no id' })).to.equal('badParameters');
    for (const idStr of ['9223372036854775808', '9'.repeat(100_000)]) {
      expect(await refusedAs({ idStr })).to.equal('badParameters');
    }
    expect(await refusedAs({ id: -5 })).to.equal('GroupNotFound');
    // A user's number is no group's.
    expect(await refusedAs({ id: NUMBER + 1 })).to.equal(String(NUMBER + 1));
  });
});

describe("a group's mark", () => {
  it('is eight digits, and leads back to its number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (place) => {
        const mark = markOf(FIRST_NUMBER + place);
        expect(mark).to.match(/^\d{8}$/);
        expect(numbersOf(mark)).to.include(FIRST_NUMBER + place);
      }),
    );
  });

  it('is nobody else’s within a hundred million, and does not count up', () => {
    const marks = Array.from({ length: 20_000 }, (_, place) => markOf(FIRST_NUMBER + place));
    expect(new Set(marks).size).to.equal(marks.length);
    expect(Math.abs(Number(marks[1]) - Number(marks[0]))).to.be.above(1_000_000);
  });

  it('is none of what is no mark', () => {
    for (const text of ['', '1234567', '123456789', '1234567x', '-1234567']) expect(numbersOf(text)).to.deep.equal([]);
    expect(numbersOf('00000000').every((number) => number <= LAST_NUMBER)).to.equal(true);
  });
});

describe("a group's key", () => {
  it('is 32 hex digits, the same for ever, and of this group and incarnation alone', () => {
    const keys = new GroupKeys(Buffer.alloc(32, 1));
    const key = keys.keyOf('t', { groupId: 'study', incarnation: 1 });
    expect(key).to.match(/^[0-9a-f]{32}$/);
    expect(new GroupKeys(Buffer.alloc(32, 1)).keyOf('t', { groupId: 'study', incarnation: 1 })).to.equal(key);
    const others = [
      keys.keyOf('u', { groupId: 'study', incarnation: 1 }),
      keys.keyOf('t', { groupId: 'studio', incarnation: 1 }),
      keys.keyOf('t', { groupId: 'study', incarnation: 2 }),
      new GroupKeys(Buffer.alloc(32, 2)).keyOf('t', { groupId: 'study', incarnation: 1 }),
    ];
    expect(new Set([key, ...others]).size).to.equal(5);
  });
});
