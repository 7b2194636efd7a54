import { expect } from 'chai';
import type { DismissGroup } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupEvent } from '../../../../domain/group/events.js';
import { memberCount, type Group } from '../../../../domain/group/state.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  appAdminFor,
  auditor,
  dismissed,
  founded,
  GROUP,
  joined,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);

const dismiss = (more: Partial<DismissGroup> = {}): DismissGroup => ({
  type: 'DismissGroup',
  groupId: GROUP,
  removeMembers: false,
  ...more,
});
const by = (who: string, why: 'requested' | 'admin', membersRemoved = false) =>
  ({ type: 'GroupDismissed', data: { groupId: GROUP, by: who, membersRemoved, why } }) as const;
const emptiedBy = (who: string): GroupEvent => ({ type: 'DismissedGroupEmptied', data: { groupId: GROUP, by: who } });

describe('dismissing a group', () => {
  it('takes away kept members later (003), unless a dismissed group is none to the caller’s API (001)', () => {
    const ended = [founded(), by('ann', 'requested')].flat();
    given(ended)
      .when({ ...dismiss({ removeMembers: true }), ...appAdmin })
      .then([emptiedBy('root')]);
    given(ended)
      .when({ ...dismiss({ removeMembers: true, kept: 'refuse' }), ...appAdmin })
      .then(refusal('GroupDismissed'));
  });

  it('the owner does, or an app admin by his own power or for the owner (D0 "dismiss by")', () => {
    given(founded())
      .when({ ...dismiss(), ...user('ann') })
      .then([by('ann', 'requested')]);
    given(founded())
      .when({ ...dismiss({ removeMembers: true }), ...user('ann') })
      .then([by('ann', 'requested', true)]);
    given(founded())
      .when({ ...dismiss(), ...appAdmin })
      .then([by('root', 'admin')]);
    given(founded())
      .when({ ...dismiss(), ...appAdminFor('ann') })
      .then([by('ann', 'requested')]);
    given(founded())
      .when({ ...dismiss(), ...user('bob') })
      .then(refusal('NotGroupOwner'));
    given(founded())
      .when({ ...dismiss(), ...user('eve') })
      .then(refusal('NotGroupMember'));
    given(founded())
      .when({ ...dismiss({ repeated: 'report' }), ...auditor })
      .then(refusal('NotPermitted'));
  });

  it('keeps the members, or not, as asked (003 deleteMember)', () => {
    expect(memberCount(fold(groupDecider, [...founded(), dismissed()]) as Group)).to.equal(4);
    const emptied = fold(groupDecider, [...founded(), dismissed('ann', true)]) as Group;
    expect([memberCount(emptied), emptied.ownerId, emptied.adminIds.size]).to.deep.equal([0, null, 0]);
  });

  it('a second time is refused, or already so for whom it concerns, as the caller’s API expects (003: 1204)', () => {
    for (const membersRemoved of [false, true]) {
      const over = [...founded(), dismissed('ann', membersRemoved)];
      given(over)
        .when({ ...dismiss(), ...user('ann') })
        .then(refusal('GroupDismissed', { groupId: GROUP }));
      given(over)
        .when({ ...dismiss({ repeated: 'report' }), ...user('ann') })
        .thenAlreadySo();
      given(over)
        .when({ ...dismiss({ repeated: 'report' }), ...appAdmin })
        .thenAlreadySo();
      given(over)
        .when({ ...dismiss({ repeated: 'report' }), ...user('eve') })
        .then(refusal('GroupDismissed'));
    }
    given()
      .when({ ...dismiss({ repeated: 'report' }), ...user('ann') })
      .then(refusal('GroupNotFound'));
  });

  it('kept members go after all when asked for later, once (003 dismiss_group with deleteMember)', () => {
    const over = [...founded(), dismissed()];
    given(over)
      .when({ ...dismiss({ removeMembers: true }), ...user('ann') })
      .then([emptiedBy('ann')]);
    given(over)
      .when({ ...dismiss({ removeMembers: true }), ...user('bob') })
      .then(refusal('GroupDismissed'));
    given(over)
      .when({ ...dismiss({ removeMembers: true }), ...auditor })
      .then(refusal('NotPermitted'));
    const emptied = fold(groupDecider, [...over, emptiedBy('root')]) as Group;
    expect([emptied.status, memberCount(emptied), emptied.dismissal]).to.deep.equal([
      'dismissed',
      0,
      { by: 'ann', membersRemoved: true },
    ]);
    given(over, emptiedBy('ann'))
      .when({ ...dismiss({ removeMembers: true }), ...appAdmin })
      .then(refusal('GroupDismissed'));
  });

  it('says who has no right first, where the caller’s API does and members are kept to judge by (D1 dismiss)', () => {
    const first = { rights: 'first' } as const;
    for (const removeMembers of [false, true]) {
      given(founded(), dismissed())
        .when({ ...dismiss({ ...first, removeMembers }), ...user('bob') })
        .then(refusal('NotGroupOwner'));
      given(founded(), dismissed())
        .when({ ...dismiss({ ...first, removeMembers }), ...user('eve') })
        .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    }
    given(founded(), dismissed())
      .when({ ...dismiss(first), ...user('ann') })
      .then(refusal('GroupDismissed'));
    given(founded(), dismissed())
      .when({ ...dismiss(first), ...appAdmin })
      .then(refusal('GroupDismissed'));
    given(founded(), dismissed('ann', true))
      .when({ ...dismiss(first), ...user('bob') })
      .then(refusal('GroupDismissed'));
    given(founded(), dismissed())
      .when({ ...dismiss({ ...first, removeMembers: true }), ...user('ann') })
      .then([emptiedBy('ann')]);
  });

  it('nothing that comes after it in a history revives it (docs/rules.md A4)', () => {
    const over = fold(groupDecider, [...founded(), dismissed()]);
    expect(groupDecider.evolve(over, joined('eve'))).to.equal(over);
    expect(groupDecider.evolve(over, { type: 'GroupUnmuted', data: { groupId: GROUP, by: 'ann' } })).to.equal(over);
  });
});
