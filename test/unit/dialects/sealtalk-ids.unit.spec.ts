import { expect } from 'chai';
import fc from 'fast-check';
import { IdCode, RESERVED_WORDS } from '../../../api/dialects/sealtalk/id-code.js';
import { SealtalkIds } from '../../../api/dialects/sealtalk/ids.js';
import type { Numbered, NumberQueries } from '../../../application/queries/numbers.js';
import { FIRST_NUMBER, LAST_NUMBER } from '../../../domain/shared/ids.js';

const KEY = Buffer.alloc(32, 7);
const someNumber = fc.integer({ min: FIRST_NUMBER, max: LAST_NUMBER });

describe('ids as SealTalk shows them', () => {
  const code = new IdCode(KEY);

  it('are nine letters and digits, give the number back, and are never a word of a path', () => {
    fc.assert(
      fc.property(someNumber, (number) => {
        const text = code.textOf(number);
        expect(text).to.match(/^[0-9A-Za-z]{9}$/);
        expect(RESERVED_WORDS).not.to.include(text);
        expect(code.numberOf(text)).to.equal(number);
      }),
    );
  });

  it('are distinct, also of numbers that follow each other, and so are the ends of the range', () => {
    const numbers = [
      ...Array.from({ length: 500 }, (_, i) => FIRST_NUMBER + i),
      ...Array.from({ length: 500 }, (_, i) => LAST_NUMBER - i),
    ];
    const texts = numbers.map((number) => code.textOf(number));
    expect(new Set(texts).size).to.equal(numbers.length);
    expect(texts.map((text) => code.numberOf(text))).to.deep.equal(numbers);
    expect(new Set(texts.slice(0, 500).map((text) => text.slice(0, 2))).size).to.be.greaterThan(200);
  });

  it('are of their key: another key has others', () => {
    const other = new IdCode(Buffer.alloc(32, 8));
    expect(other.textOf(FIRST_NUMBER)).not.to.equal(code.textOf(FIRST_NUMBER));
    // What is in clients' hands stays good: the permutation is part of the contract.
    expect(code.textOf(FIRST_NUMBER)).to.equal('0KnAHAxkU');
  });

  it('read only what is one: no other text, no reserved word', () => {
    for (const text of ['', 'abc', '0123456789', 'ab cd efg', 'ábcdefghi', ...RESERVED_WORDS])
      expect(code.numberOf(text), text).to.equal(undefined);
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Za-z]{9}$/), (text) => {
        const number = code.numberOf(text);
        if (number !== undefined) expect(code.textOf(number)).to.equal(text);
      }),
    );
    for (const number of [0, -1, FIRST_NUMBER - 1, LAST_NUMBER + 1, 1.5, NaN])
      expect(() => code.textOf(number)).to.throw(RangeError);
  });

  describe('and as they are meant', () => {
    const ada = FIRST_NUMBER + 1;
    const club = FIRST_NUMBER + 2;
    const made = FIRST_NUMBER + 3;
    /** Nine letters, chosen by a user of another API. */
    const PLAIN = 'alicealic';
    const given = (): { ids: SealtalkIds; asked: string[] } => {
      const asked: string[] = [];
      const all = new Map<number, Numbered>([
        [ada, { kind: 'user', id: 'ada' }],
        [club, { kind: 'group', id: 'club' }],
        [made, { kind: 'user', id: String(made) }],
        [made + 1, { kind: 'user', id: PLAIN }],
      ]);
      const of = (kind: Numbered['kind'], ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
        if (ids.length > 0) asked.push(`${kind} ${ids.join()}`);
        const found = [...all].filter(([, each]) => each.kind === kind && ids.includes(each.id));
        return Promise.resolve(new Map(found.map(([number, { id }]) => [id, number])));
      };
      const queries: NumberQueries = {
        numbered: (_tenant, numbers) => {
          asked.push(`numbers ${numbers.join()}`);
          return Promise.resolve(new Map([...all].filter(([number]) => numbers.includes(number))));
        },
        numbersOfUsers: (_tenant, ids) => of('user', ids),
        numbersOfGroups: (_tenant, ids) => of('group', ids),
      };
      return { ids: new SealtalkIds(code, queries), asked };
    };

    it('both forms name the same one, and each is asked for once', async () => {
      const { ids, asked } = given();
      const shown = await ids.shownUser('t', 'ada');
      expect(shown).to.equal(code.textOf(ada));
      expect(await ids.users('t', [shown, 'ada', code.textOf(made), String(made)])).to.deep.equal([
        'ada',
        'ada',
        String(made),
        String(made),
      ]);
      expect(await ids.group('t', code.textOf(club))).to.equal('club');
      const before = asked.length;
      await ids.users('t', [shown, code.textOf(made)]);
      expect(await ids.shownUsers('t', ['ada', String(made)])).to.deep.equal(
        new Map([
          ['ada', shown],
          [String(made), code.textOf(made)],
        ]),
      );
      expect(asked.length).to.equal(before);
    });

    it('a user’s number is no group’s', async () => {
      const { ids } = given();
      expect(await ids.group('t', code.textOf(ada))).to.equal(String(ada));
    });

    it('nine letters of another API’s user are his, whatever number they would stand for', async () => {
      const { ids } = given();
      expect(await ids.user('t', PLAIN)).to.equal(PLAIN);
    });

    it('what can’t be an id is null; who is nobody keeps his id', async () => {
      const { ids } = given();
      expect(await ids.users('t', ['', 'no id', 5, null, {}, ['ada'], 'a'.repeat(65)])).to.deep.equal(
        Array.from({ length: 7 }, () => null),
      );
      expect(await ids.shownUser('t', 'nobody')).to.equal('nobody');
      expect(await ids.shownUser('t', '0000000000000001')).to.equal('0000000000000001');
    });
  });
});
