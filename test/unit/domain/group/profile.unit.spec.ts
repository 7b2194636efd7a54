import { expect } from 'chai';
import type { GroupEvent, GroupProfileChanges } from '../../../../domain/group/events.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import { groupPresets } from '../../../../domain/group/presets.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, dismissed, founded, GROUP, NUMBER, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);

const change = (changes: GroupProfileChanges) => ({ type: 'ChangeGroupProfile', groupId: GROUP, changes }) as const;
const changed = (changes: GroupProfileChanges, by = 'ann'): GroupEvent => ({
  type: 'GroupProfileChanged',
  data: { groupId: GROUP, changes, by },
});

describe('changing what a group shows of itself', () => {
  it('owner, admins and app admins do (003); members where the rules let them (001 Work)', () => {
    given(founded())
      .when({ ...change({ name: 'Go' }), ...user('ann') })
      .then([changed({ name: 'Go' })]);
    given(founded())
      .when({ ...change({ name: 'Go' }), ...user('bob') })
      .then([changed({ name: 'Go' }, 'bob')]);
    given(founded())
      .when({ ...change({ name: 'Go' }), ...appAdmin })
      .then([changed({ name: 'Go' }, 'root')]);
    given(founded())
      .when({ ...change({ name: 'Go' }), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...change({ name: 'Go' }), ...user('eve') })
      .then(refusal('NotGroupMember'));
    const may = { ...groupPresets.parley.rules.values.may, editProfile: ['appAdmin', 'owner', 'member'] } as const;
    given(founded({ values: { may } }))
      .when({ ...change({ name: 'Go' }), ...user('cid') })
      .then([changed({ name: 'Go' }, 'cid')]);
    given(founded({ values: { may: { ...may, editProfile: ['owner'] } } }))
      .when({ ...change({ name: 'Go' }), ...user('bob') })
      .then(refusal('NotGroupOwner'));
    given(founded({ values: { may: { ...may, editProfile: ['appAdmin'] } } }))
      .when({ ...change({ name: 'Go' }), ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('writes what really changes, and nothing when nothing does', () => {
    given(founded(), changed({ ext: 'e', avatar: 'a' }))
      .when({ ...change({ name: 'Chess', avatar: 'b', ext: 'e', introduction: '' }), ...user('ann') })
      .then([changed({ avatar: 'b' })])
      .outcome({ changed: ['avatar'] });
    given(founded())
      .when({ ...change({ name: 'Chess', ext: null }), ...user('ann') })
      .thenAlreadySo();
    given(founded())
      .when({ ...change({}), ...user('ann') })
      .thenAlreadySo();
  });

  it('sets custom fields one by one beside those that are there (002 publicName)', () => {
    const [a, b, c] = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
      { key: 'c', value: '3' },
    ];
    const set = (...setFields: { key: string; value: string }[]) => ({ ...change({}), setFields, ...user('ann') });
    given(founded(), changed({ customFields: [a, b] }))
      .when(set({ key: 'a', value: '9' }, c))
      .then([changed({ customFields: [{ key: 'a', value: '9' }, b, c] })]);
    given(founded(), changed({ customFields: [a, b] }))
      .when(set(b))
      .thenAlreadySo();
    given(founded(), changed({ customFields: [a] }))
      .when({ ...change({ name: 'Go', customFields: [b] }), setFields: [c], ...user('ann') })
      .then([changed({ name: 'Go', customFields: [b, c] })]);
    given(founded(), changed({ customFields: [a] }))
      .when(set({ key: 'd', value: 'x'.repeat(513) }))
      .then(refusal('InvalidArgument', { field: 'customFields.value' }));
  });

  it('takes custom fields away one by one (001), and sets others in the same moment', () => {
    const [a, b, c] = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
      { key: 'c', value: '3' },
    ];
    const without = (...removeFields: string[]) => ({ ...change({}), removeFields, ...user('ann') });
    given(founded(), changed({ customFields: [a, b] }))
      .when(without('a', 'd'))
      .then([changed({ customFields: [b] })]);
    given(founded(), changed({ customFields: [a, b] }))
      .when({ ...without('a'), setFields: [c] })
      .then([changed({ customFields: [b, c] })]);
    given(founded(), changed({ customFields: [a] }))
      .when(without('d'))
      .thenAlreadySo();
  });

  it('an empty text clears, as null does; custom fields are replaced as a whole', () => {
    given(founded(), changed({ ext: 'e' }))
      .when({ ...change({ ext: '' }), ...user('ann') })
      .then([changed({ ext: null })]);
    given(founded(), changed({ ext: 'e' }))
      .when({ ...change({ ext: null }), ...user('ann') })
      .then([changed({ ext: null })]);
    const fields = [{ key: 'a', value: '1' }];
    given(founded())
      .when({ ...change({ customFields: fields }), ...user('ann') })
      .then([changed({ customFields: fields })]);
    given(founded(), changed({ customFields: fields }))
      .when({ ...change({ customFields: [...fields] }), ...user('ann') })
      .thenAlreadySo();
    given(founded(), changed({ customFields: fields }))
      .when({ ...change({ customFields: [] }), ...user('ann') })
      .then([changed({ customFields: [] })]);
  });

  it('a group may go without a name where none is wanted (002 create-group: optional; 000)', () => {
    for (const preset of ['dtalk', 'openim-v2'] as const) {
      for (const name of ['', ' ']) {
        given(founded({ preset }))
          .when({ ...change({ name }), ...user('ann') })
          .then([changed({ name })]);
        const creation = { type: 'CreateGroup', groupId: GROUP, number: NUMBER, preset, name, ownerId: 'ann' } as const;
        const { events } = groupDecider.decide(groupDecider.initialState, { ...creation, ...user('ann') });
        expect(events[0]?.data).to.include({ name });
      }
    }
  });

  it('a name stays something to see, every text within the rules’ bounds (003: 1001)', () => {
    given(founded())
      .when({ ...change({ name: ' ' }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'name' }));
    given(founded())
      .when({ ...change({ name: '' }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'name' }));
    given(founded())
      .when({ ...change({ name: 'x'.repeat(1_000_000) }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'name' }));
    given(founded())
      .when({ ...change({ avatar: 'x'.repeat(1025) }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'avatar' }));
    given(founded())
      .when({ ...change({ introduction: 'x'.repeat(1001) }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'introduction' }));
  });

  it('a dismissed group keeps its face', () => {
    given(founded(), dismissed())
      .when({ ...change({ name: 'Go' }), ...user('ann') })
      .then(refusal('GroupDismissed'));
  });
});
