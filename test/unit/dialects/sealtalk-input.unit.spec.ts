import { expect } from 'chai';
import fc from 'fast-check';
import { fieldsOf, type FieldRules, type Fields } from '../../../api/dialects/sealtalk/fields.js';
import { SealtalkRefused } from '../../../api/dialects/sealtalk/refused.js';
import { filtered, lengthOf } from '../../../api/dialects/sealtalk/text.js';
import { isoTime, timesOf } from '../../../api/dialects/sealtalk/times.js';
import { isId } from '../../../domain/shared/ids.js';

describe('what SealTalk’s clients send', () => {
  describe('texts', () => {
    it('angle brackets are entities, closed comments vanish, all else stays', () => {
      const given: [string, string][] = [
        ['<a>', '&lt;a&gt;'],
        ['a & b "c" \'d\' &lt;', 'a & b "c" \'d\' &lt;'],
        ['x<!-- y -->z<!---->!', 'xz!'],
        ['x<!-- y', 'x&lt;!-- y'],
        ['<!-- a --> --><!--', ' --&gt;&lt;!--'],
        ['<<!-- -->script>', '&lt;script&gt;'],
      ];
      for (const [text, becomes] of given) expect(filtered(text), text).to.equal(becomes);
    });

    it('no text gives a bracket, and one without stays as it is', () => {
      const pieces = fc.constantFrom('<', '>', '<!--', '-->', '&', 'a', '😀', '"', ' ');
      fc.assert(
        fc.property(fc.array(pieces), (parts) => {
          const text = parts.join('');
          expect(filtered(text)).not.to.match(/[<>]/);
          if (!/[<>]/.test(text)) expect(filtered(text)).to.equal(text);
          expect(filtered(filtered(text))).to.equal(filtered(text));
        }),
      );
    });

    it('what outgrows its maximum is cut to it, in the midst of an entity too; what was too long is not', () => {
      expect(filtered('abc<', 4)).to.equal('abc&');
      expect(filtered('<<', 5)).to.equal('&lt;&');
      expect(filtered('abcde', 4)).to.equal('abcde');
      expect(filtered('<abcd', 4)).to.equal('&lt;abcd');
      expect(filtered('😀<', 2)).to.equal('😀&');
    });

    it('a surrogate pair is one character', () => {
      expect(lengthOf('a😀')).to.equal(2);
    });

    it('an enormous text of comments that nobody closes is looked through once', () => {
      expect(filtered('<!--'.repeat(200_000))).to.have.lengthOf(1_400_000);
    });
  });

  describe('fields', () => {
    const known = (text: unknown): string | null => (typeof text === 'string' && isId(text) ? `:${text}` : null);
    const asked: string[] = [];
    const ids = {
      users: (_tenant: string, texts: readonly unknown[]) => {
        asked.push(`users ${texts.join()}`);
        return Promise.resolve(texts.map((text) => known(text)));
      },
      groups: (_tenant: string, texts: readonly unknown[]) => {
        asked.push(`groups ${texts.join()}`);
        return Promise.resolve(texts.map((text) => known(text)));
      },
    };
    const read = (body: unknown, rules?: FieldRules): Promise<Fields> => fieldsOf(ids, 't', body, rules);
    const refusal = async (body: unknown, rules?: FieldRules): Promise<unknown> => {
      try {
        await read(body, rules);
        return undefined;
      } catch (error) {
        return error instanceof SealtalkRefused ? error.said : error;
      }
    };
    const empty = (name: string): object => ({ status: 400, text: `Empty ${name}.` });

    it('ids are decoded by their names, once for each kind', async () => {
      asked.length = 0;
      const fields = await read({ groupId: 'g', memberIds: ['a', 'no id', 5, 'b'], receiverId: 'c', name: 'no id' });
      expect(fields.id('groupId')).to.equal(':g');
      expect(fields.ids('memberIds')).to.deep.equal([':a', null, null, ':b']);
      expect(fields.id('receiverId')).to.equal(':c');
      expect(fields.requiredText('name')).to.equal('no id');
      expect(asked).to.deep.equal(['users a,no id,5,b,c', 'groups g']);
      expect((await read({ targetId: 'x' }, { kinds: { targetId: 'group' } })).id('targetId')).to.equal(':x');
    });

    it('the first empty one in the order sent is refused, also one that nobody reads', async () => {
      expect(await refusal({ name: '', groupId: '' })).to.deep.equal(empty('name'));
      expect(await refusal({ groupId: 'no id', name: '' })).to.deep.equal(empty('groupId'));
      expect(await refusal({ memberIds: [] })).to.deep.equal(empty('memberIds'));
      expect(await refusal({ whatever: null })).to.deep.equal(empty('whatever'));
      expect(await refusal({ groupId: { $gt: '' } })).to.deep.equal(empty('groupId'));
      expect(await refusal({ a: 0, b: false, c: ' ', memberIds: [null] })).to.equal(undefined);
      expect(await refusal({ displayName: '', bulletin: null, memberDesc: [] })).to.equal(undefined);
      expect(await refusal({ userId: '' }, { mayBeEmpty: ['userId'] })).to.equal(undefined);
    });

    it('a name of the caller’s own does not come back as HTML', async () => {
      expect(await refusal({ '<b>Id': '' })).to.deep.equal({ status: 400, text: 'Empty field.' });
    });

    it('what is no object has no fields; a missing one is refused where it is needed', async () => {
      for (const body of [undefined, null, [], 'text', 5]) {
        const fields = await read(body);
        expect(fields.has('groupId')).to.equal(false);
        for (const needed of [() => fields.id('groupId'), () => fields.ids('groupId'), () => fields.requiredText('x')])
          expect(needed).to.throw(SealtalkRefused, 'Empty');
      }
    });

    it('more ids than any list may hold are refused before they are looked up', async () => {
      asked.length = 0;
      expect(await refusal({ memberIds: Array.from({ length: 5_001 }, () => 'a') })).to.deep.equal({
        status: 400,
        text: 'Illegal parameter .',
      });
      expect(asked).to.deep.equal([]);
    });
  });

  it('times are said as text and in milliseconds', () => {
    expect(isoTime(1563428232000)).to.equal('2019-07-18T05:37:12.000Z');
    expect(timesOf(1563428232000, 1563428232001)).to.deep.equal({
      createdAt: '2019-07-18T05:37:12.000Z',
      createdTime: 1563428232000,
      updatedAt: '2019-07-18T05:37:12.001Z',
      updatedTime: 1563428232001,
    });
  });
});
