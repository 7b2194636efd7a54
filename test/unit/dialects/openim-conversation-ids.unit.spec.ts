import { expect } from 'chai';
import fc from 'fast-check';
import { conversationIdOf, conversationOf, conversationsIn } from '../../../api/dialects/openim/conversation-ids.js';
import { refusalOf } from '../../../api/dialects/openim/errors.js';
import { conversationKeyText } from '../../../application/streams.js';

/** Ids as people choose them, with what the wire form joins two of them by. */
const anId = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '_', '1', '-'), minLength: 1, maxLength: 8 });

describe('003’s conversation ids', () => {
  const codeOf = (id: string, userId: string): number | undefined => {
    try {
      conversationOf(id, userId);
      return undefined;
    } catch (error) {
      return refusalOf(error, { path: '/msg/revoke_msg', by: userId })?.errCode;
    }
  };

  it('mean to one of a pair the other one, in whichever order they are joined (docs/rules.md A14)', () => {
    fc.assert(
      fc.property(anId, anId, (user, peer) => {
        const key = { kind: 'single', a: user, b: peer } as const;
        for (const id of [conversationIdOf(key), `si_${user}_${peer}`, `si_${peer}_${user}`]) {
          const found = conversationOf(id, user);
          if (found.kind !== 'single') throw new Error(`${id} is ${found.kind}`);
          expect(found.a).to.equal(user);
          // Ids with a _ in them may be joined to the same text as another pair's: to him it is a pair of that id.
          const joined = [
            conversationIdOf(found as typeof key),
            `si_${found.a}_${found.b}`,
            `si_${found.b}_${found.a}`,
          ];
          expect(joined).to.include(id);
        }
      }),
    );
  });

  it('mean exactly that pair where nobody’s id has a _', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(plain, plain, (user, peer) => {
        const key = { kind: 'single', a: user, b: peer } as const;
        const found = conversationOf(`si_${peer}_${user}`, user);
        expect(conversationKeyText(found as typeof key)).to.equal(conversationKeyText(key));
      }),
    );
  });

  it('are sorted by code unit', () => {
    expect(conversationIdOf({ kind: 'single', a: 'b', b: 'B' })).to.equal('si_B_b');
    expect(conversationIdOf({ kind: 'single', a: '9', b: '10' })).to.equal('si_10_9');
    expect(conversationIdOf({ kind: 'group', groupId: 'g_1', incarnation: 2 })).to.equal('sg_g_1');
    expect(conversationIdOf({ kind: 'notification', userId: 'ann' })).to.equal('sn_ann');
  });

  it('name a group, and whom the service writes to', () => {
    expect(conversationOf('sg_g_1', 'ann')).to.deep.equal({ kind: 'group', groupId: 'g_1' });
    for (const id of ['sn_ann', 'sn_admin_ann', 'sn_ann_admin']) {
      expect(conversationOf(id, 'ann'), id).to.deep.equal({ kind: 'notification', userId: 'ann' });
    }
  });

  it('are 1001 of no such form, 1002 of others, 1004 of nothing', () => {
    for (const id of ['conv_a_b', 'si', 'si_', 'ci_a_b', 'SI_ann_bob', '', 'g_1']) {
      expect(codeOf(id, 'ann'), id).to.equal(1001);
    }
    for (const id of ['si_bob_cas', 'si_annex_bob', 'si_ann', 'si_ann_', 'sn_bob', 'si_张三_ann']) {
      expect(codeOf(id, 'ann'), id).to.equal(1002);
    }
    for (const id of ['sg_张三', 'sg_a b', 'n_ann', 'n_ann_bob', 'n_g1']) expect(codeOf(id, 'ann'), id).to.equal(1004);
  });

  it('in a list are passed over where they mean nothing to him', () => {
    const ids = ['conv_x', 'si_ann_bob', 'si_bob_cas', 'sg_g1', 'n_ann', 'si_bob_ann'];
    expect([...conversationsIn(ids, 'ann').keys()]).to.deep.equal(['si_ann_bob', 'sg_g1', 'si_bob_ann']);
  });
});
