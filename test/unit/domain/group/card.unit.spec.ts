import { expect } from 'chai';
import type { ChangeMemberCard } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import { StaleFields } from '../../../../domain/group/card.js';
import type { CustomField, GroupEvent, MemberCardChanged, MemberCardChanges } from '../../../../domain/group/events.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, founded, GROUP, joined, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);
const change = (
  userId: string,
  changes: MemberCardChanges,
  more: Partial<ChangeMemberCard> = {},
): ChangeMemberCard => ({
  type: 'ChangeMemberCard',
  groupId: GROUP,
  userId,
  changes,
  ...more,
});
const changed = (userId: string, by: string, data: Partial<MemberCardChanged['data']>): GroupEvent => ({
  type: 'MemberCardChanged',
  data: { groupId: GROUP, userId, by, ...data },
});

describe('a member’s card', () => {
  it('stays small in all, for it stands in everybody’s lists', () => {
    const line = 'x'.repeat(512);
    given(founded())
      .when({ ...change('cid', { description: Array.from({ length: 15 }, () => line) }), ...user('cid') })
      .then([changed('cid', 'cid', { changes: { description: Array.from({ length: 15 }, () => line) } })]);
    given(founded())
      .when({ ...change('cid', { description: Array.from({ length: 17 }, () => line) }), ...user('cid') })
      .then(refusal('InvalidArgument', { field: 'card' }));
    for (const preset of ['parley', 'openim'] as const) {
      given(founded({ preset }))
        .when({ ...change('cid', { ext: 'x'.repeat(4_097) }), ...user('cid') })
        .then(refusal('InvalidArgument', { field: 'card.ext' }));
    }
  });

  it('is his own to change, field by field (004 set_member_info: absent = unchanged)', () => {
    given(founded())
      .when({ ...change('cid', { nickname: 'C', description: ['d'] }), ...user('cid') })
      .then([changed('cid', 'cid', { changes: { nickname: 'C', description: ['d'] } })])
      .outcome({ changed: ['nickname', 'description'] });
    given(founded(), changed('cid', 'cid', { changes: { nickname: 'C', phone: '1' } }))
      .when({ ...change('cid', { nickname: 'C', phone: '' }), ...user('cid') })
      .then([changed('cid', 'cid', { changes: { phone: null } })]);
    given(founded(), changed('cid', 'cid', { changes: { nickname: 'C' } }))
      .when({ ...change('cid', { nickname: 'C', phone: null, customFields: [] }), ...user('cid') })
      .thenAlreadySo();
    given(founded(), joined('eve', { card: { nickname: 'E' } }))
      .when({ ...change('eve', { nickname: 'E' }), ...user('eve') })
      .thenAlreadySo();
  });

  it('is another’s where the rules reach him (003; 002: owner and admins change anyone’s name, docs/rules.md C)', () => {
    given(founded({ preset: 'openim' }))
      .when({ ...change('cid', { nickname: 'C' }), ...user('bob') })
      .then([changed('cid', 'bob', { changes: { nickname: 'C' } })]);
    given(founded({ preset: 'openim' }))
      .when({ ...change('ann', { nickname: 'A' }), ...user('bob') })
      .then(refusal('TargetRoleTooHigh', { userId: 'ann', role: 'owner' }));
    given(founded({ preset: 'dtalk' }))
      .when({ ...change('ann', { nickname: 'A' }), ...user('bob') })
      .then([changed('ann', 'bob', { changes: { nickname: 'A' } })]);
    given(founded())
      .when({ ...change('dan', { nickname: 'D' }), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...change('eve', { nickname: 'E' }), ...appAdmin })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
  });

  it('tells nobody without the right who is a member: his own standing is judged first', () => {
    for (const target of ['bob', 'nobody']) {
      given(founded())
        .when({ ...change(target, { nickname: 'N' }), ...user('eve') })
        .then(refusal('NotGroupMember', { userIds: ['eve'] }));
      given(founded())
        .when({ ...change(target, {}), ...user('eve') })
        .then(refusal('NotGroupMember', { userIds: ['eve'] }));
      given(founded())
        .when({ ...change(target, { nickname: 'N' }), ...user('cid') })
        .then(refusal('NotGroupManager'));
    }
  });

  it('how he is told of messages is his own, or an app admin’s to set (001 MsgFlag), and stands in the clear', () => {
    given(founded())
      .when({ ...change('cid', {}, { receiveOption: 'silent' }), ...user('cid') })
      .then([changed('cid', 'cid', { receiveOption: 'silent' })])
      .outcome({ changed: ['receiveOption'] });
    given(founded(), changed('cid', 'cid', { receiveOption: 'silent' }))
      .when({ ...change('cid', {}, { receiveOption: 'silent' }), ...user('cid') })
      .thenAlreadySo();
    given(founded())
      .when({ ...change('cid', {}, { receiveOption: 'none' }), ...appAdmin })
      .then([changed('cid', 'root', { receiveOption: 'none' })]);
    given(founded())
      .when({ ...change('cid', {}, { receiveOption: 'none' }), ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('keeps within bounds (004: 32), and nothing that the type doesn’t name', () => {
    given(founded({ preset: 'sealtalk' }))
      .when({ ...change('cid', { nickname: 'x'.repeat(33) }), ...user('cid') })
      .then(refusal('InvalidArgument', { field: 'card.nickname' }));
    given(founded())
      .when({ ...change('cid', { wechat: 'x'.repeat(129) }), ...user('cid') })
      .then(refusal('InvalidArgument', { field: 'card.wechat' }));
    given(founded())
      .when({ ...change('cid', { description: Array.from({ length: 21 }, () => 'x') }), ...user('cid') })
      .then(refusal('InvalidArgument', { field: 'card.description' }));
    const odd = { nickname: 'C', password: 'secret', customFields: [{ key: 'k', value: 'v', extra: 'secret' }] };
    const { events } = groupDecider.decide(fold(groupDecider, founded()), { ...change('cid', odd), ...user('cid') });
    expect(JSON.stringify(events)).to.not.contain('secret');
  });

  it('leaves nothing personal in the state', () => {
    const state = fold(groupDecider, [...founded(), changed('cid', 'cid', { changes: { nickname: 'Personal' } })]);
    expect(JSON.stringify(state)).to.not.contain('Personal');
  });

  it('has fields of its own that change one by one, by who has seen those that are there (001)', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((key) => ({ key, value: '1' })) as [CustomField, CustomField, CustomField];
    const story = [...founded(), changed('cid', 'cid', { changes: { customFields: [a, b] } })];
    const one = (present: CustomField[], more: Partial<ChangeMemberCard['fields']>) => ({
      ...change('cid', {}, { fields: { set: [], remove: [], ...more, present } }),
      ...appAdmin,
    });
    const becomes = (customFields: CustomField[] | null) => [changed('cid', 'root', { changes: { customFields } })];
    given(...story)
      .when(one([a, b], { set: [c, { key: 'b', value: '2' }], remove: ['a', 'z'] }))
      .then(becomes([{ key: 'b', value: '2' }, c]));
    given(...story)
      .when(one([a, b], { remove: ['a', 'b'] }))
      .then(becomes(null));
    given(...story)
      .when(one([a, b], { set: [a] }))
      .thenAlreadySo();
    given(...founded())
      .when(one([], { set: [a] }))
      .then(becomes([a]));
    for (const present of [[], [a], [b, a], [a, b, c]]) {
      const decide = () => groupDecider.decide(fold(groupDecider, story), one(present, { set: [c] }));
      expect(decide, JSON.stringify(present)).to.throw(StaleFields);
    }
  });
});
