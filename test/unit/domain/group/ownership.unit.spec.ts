import { expect } from 'chai';
import type { ChangeMemberRole, ChangeMemberRoles, TransferOwnership } from '../../../../domain/group/commands.js';
import type { GroupEvent, OwnerTransferred } from '../../../../domain/group/events.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import { groupPresets } from '../../../../domain/group/presets.js';
import { roleOf, type Group } from '../../../../domain/group/state.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  appAdminFor,
  dismissed,
  founded,
  GROUP,
  joined,
  muted,
  NOW,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);

const transfer = (to: string, more: Partial<TransferOwnership> = {}): TransferOwnership => ({
  type: 'TransferOwnership',
  groupId: GROUP,
  to,
  ...more,
});
const transferred = (to: string, more: Partial<OwnerTransferred['data']> = {}): GroupEvent => ({
  type: 'OwnerTransferred',
  data: {
    groupId: GROUP,
    from: 'ann',
    to,
    formerOwnerBecomes: 'member',
    newOwnerWas: 'admin',
    why: 'requested',
    ...more,
  },
});
const role = (userId: string, to: 'admin' | 'member'): ChangeMemberRole => ({
  type: 'ChangeMemberRole',
  groupId: GROUP,
  userId,
  role: to,
});
const changed = (userId: string, to: 'admin' | 'member', by: string): GroupEvent => ({
  type: 'MemberRoleChanged',
  data: { groupId: GROUP, userId, from: to === 'admin' ? 'member' : 'admin', to, by },
});
const unmuted = (userId: string, by: string, why: 'madeOwner' | 'madeAdmin'): GroupEvent => ({
  type: 'MemberUnmuted',
  data: { groupId: GROUP, userId, by, why },
});

describe('handing a group over', () => {
  it('the owner hands it to a member, in one event with both roles (docs/rules.md A5)', () => {
    given(founded())
      .when({ ...transfer('cid'), ...user('ann') })
      .then([transferred('cid', { newOwnerWas: 'member' })])
      .outcome({ from: 'ann', to: 'cid' });
  });

  it('the former owner becomes an ordinary member, or takes the new owner’s former role (D0: 003 swaps)', () => {
    given(founded())
      .when({ ...transfer('bob'), ...user('ann') })
      .then([transferred('bob')]);
    given(founded({ preset: 'openim' }))
      .when({ ...transfer('bob'), ...user('ann') })
      .then([transferred('bob', { formerOwnerBecomes: 'admin' })]);
    const swapped = fold(groupDecider, [
      ...founded({ preset: 'openim' }),
      transferred('bob', { formerOwnerBecomes: 'admin' }),
    ]) as Group;
    expect([swapped.ownerId, roleOf(swapped, 'bob'), roleOf(swapped, 'ann')]).to.deep.equal(['bob', 'owner', 'admin']);
  });

  it('the new owner’s own mute ends before, unless it has ended by itself (D1 transfer)', () => {
    given(founded(), muted('bob', NOW + 1))
      .when({ ...transfer('bob'), ...user('ann') })
      .then([unmuted('bob', 'ann', 'madeOwner'), transferred('bob')]);
    given(founded(), muted('bob', NOW))
      .when({ ...transfer('bob'), ...user('ann') })
      .then([transferred('bob')]);
  });

  it('an app admin may, by his own power or for the owner; admins and outsiders may not (000 lets anybody: docs/rules.md A7)', () => {
    given(founded())
      .when({ ...transfer('bob'), ...appAdmin })
      .then([transferred('bob', { why: 'admin' })]);
    given(founded())
      .when({ ...transfer('bob'), ...appAdminFor('ann') })
      .then([transferred('bob')]);
    given(founded())
      .when({ ...transfer('cid'), ...user('bob') })
      .then(refusal('NotGroupOwner'));
    given(founded())
      .when({ ...transfer('eve'), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
  });

  it('only to a member, and not to oneself (003: 1001, 002: -10017)', () => {
    given(founded())
      .when({ ...transfer('eve'), ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded())
      .when({ ...transfer('ann'), ...user('ann') })
      .then(refusal('TransferToSelf', { userId: 'ann' }));
  });

  it('from whom the caller says, or it is refused (D1: the operator must be the old owner)', () => {
    given(founded())
      .when({ ...transfer('cid', { from: 'bob' }), ...appAdmin })
      .then(refusal('NotGroupOwner'));
    given(founded())
      .when({ ...transfer('cid', { from: 'ann' }), ...appAdmin })
      .then([transferred('cid', { newOwnerWas: 'member', why: 'admin' })]);
  });

  it('says who has no right last, where the caller’s API does: the same twice and strangers first (D1 transfer)', () => {
    const last = { rights: 'last' } as const;
    for (const who of [user('ann'), user('cid'), user('eve'), appAdmin]) {
      given(founded())
        .when({ ...transfer('cid', { ...last, from: 'cid' }), ...who })
        .then(refusal('TransferToSelf', { userId: 'cid' }));
      given(founded(), dismissed())
        .when({ ...transfer('cid', { ...last, from: 'cid' }), ...who })
        .then(refusal('GroupDismissed'));
    }
    for (const who of [user('ann'), user('cid'), appAdmin]) {
      given(founded())
        .when({ ...transfer('nobody', { ...last, from: 'ann' }), ...who })
        .then(refusal('NotGroupMember', { userIds: ['nobody'] }));
      given(founded())
        .when({ ...transfer('cid', { ...last, from: 'nobody' }), ...who })
        .then(refusal('NotGroupMember', { userIds: ['nobody'] }));
    }
    given(founded())
      .when({ ...transfer('dan', { ...last, from: 'ann' }), ...user('cid') })
      .then(refusal('NotGroupOwner'));
    given(founded())
      .when({ ...transfer('dan', { ...last, from: 'ann' }), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded())
      .when({ ...transfer('dan', { ...last, from: 'cid' }), ...user('ann') })
      .then(refusal('NotGroupOwner'));
    given(founded())
      .when({ ...transfer('cid', { ...last, from: 'ann' }), ...user('ann') })
      .then([transferred('cid', { newOwnerWas: 'member' })]);
  });

  it('an app admin who asks again finds it done', () => {
    given(founded(), transferred('bob'))
      .when({ ...transfer('bob', { from: 'ann' }), ...appAdmin })
      .thenAlreadySo();
    given(founded(), transferred('bob'))
      .when({ ...transfer('bob'), ...appAdminFor('bob') })
      .thenAlreadySo();
  });

  it('a group without owner gets one by an app admin', () => {
    const ownerless = founded({ owner: null, values: { mayBeOwnerless: true } });
    given(ownerless)
      .when({ ...transfer('bob'), ...appAdmin })
      .then([transferred('bob', { from: null, why: 'admin' })]);
    given(ownerless)
      .when({ ...transfer('bob'), ...user('bob') })
      .then(refusal('NotGroupOwner'));
  });

  it('a dismissed group has nothing to hand over (003: 1204)', () => {
    given(founded(), dismissed())
      .when({ ...transfer('bob'), ...user('ann') })
      .then(refusal('GroupDismissed'));
  });
});

describe('changing roles', () => {
  it('the owner and app admins make admins and ordinary members', () => {
    given(founded())
      .when({ ...role('cid', 'admin'), ...user('ann') })
      .then([changed('cid', 'admin', 'ann')]);
    given(founded())
      .when({ ...role('bob', 'member'), ...user('ann') })
      .then([changed('bob', 'member', 'ann')]);
    given(founded())
      .when({ ...role('cid', 'admin'), ...appAdmin })
      .then([changed('cid', 'admin', 'root')]);
  });

  it('an admin promotes ordinary members where the rules let him, but touches no admin (003)', () => {
    given(founded())
      .when({ ...role('cid', 'admin'), ...user('bob') })
      .then(refusal('NotGroupOwner'));
    given(founded({ preset: 'openim' }))
      .when({ ...role('cid', 'admin'), ...user('bob') })
      .then([changed('cid', 'admin', 'bob')]);
    given(founded({ preset: 'openim' }), changed('cid', 'admin', 'bob'))
      .when({ ...role('cid', 'admin'), ...user('bob') })
      .thenAlreadySo();
    given(founded({ preset: 'openim' }), joined('eve', { role: 'admin' }))
      .when({ ...role('eve', 'member'), ...user('bob') })
      .then(refusal('TargetRoleTooHigh', { userId: 'eve', role: 'admin' }));
  });

  it('the owner’s role moves only by a transfer (003: 1001, 002: -10026, 004’s self-demotion)', () => {
    given(founded())
      .when({ ...role('ann', 'member'), ...user('ann') })
      .then(refusal('OwnerRoleFixed', { userId: 'ann' }));
    given(founded())
      .when({ ...role('ann', 'admin'), ...appAdmin })
      .then(refusal('OwnerRoleFixed'));
    const owner = { ...role('cid', 'admin'), role: 'owner' as 'admin' };
    given(founded())
      .when({ ...owner, ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'role' }));
  });

  it('nobody raises himself, but an admin steps down where the rules let him', () => {
    for (const preset of ['parley', 'openim'] as const) {
      given(founded({ preset }))
        .when({ ...role('cid', 'admin'), ...user('cid') })
        .then(refusal(preset === 'parley' ? 'NotGroupOwner' : 'NotGroupManager'));
      given(founded({ preset }))
        .when({ ...role('bob', 'member'), ...user('bob') })
        .then([changed('bob', 'member', 'bob')]);
      given(founded({ preset }), changed('bob', 'member', 'bob'))
        .when({ ...role('bob', 'member'), ...user('bob') })
        .thenAlreadySo();
    }
    given(founded({ values: { adminMayStepDown: false } }))
      .when({ ...role('bob', 'member'), ...user('bob') })
      .then(refusal('NotGroupOwner'));
  });

  it('becoming an admin ends a mute where the rules say so (002), and not elsewhere', () => {
    given(founded(), muted('cid'))
      .when({ ...role('cid', 'admin'), ...user('ann') })
      .then([unmuted('cid', 'ann', 'madeAdmin'), changed('cid', 'admin', 'ann')]);
    given(founded({ preset: 'openim' }), muted('cid'))
      .when({ ...role('cid', 'admin'), ...user('ann') })
      .then([changed('cid', 'admin', 'ann')]);
  });

  it('holds the rules’ number of admins (002: 10)', () => {
    const limits = { ...groupPresets.parley.rules.values.limits, admins: 1 };
    given(founded({ values: { limits } }))
      .when({ ...role('cid', 'admin'), ...user('ann') })
      .then(refusal('TooManyAdmins', { maximum: 1 }));
    given(founded({ values: { limits } }), changed('bob', 'member', 'ann'))
      .when({ ...role('cid', 'admin'), ...user('ann') })
      .then([changed('cid', 'admin', 'ann')]);
  });

  it('is already so, or of nobody', () => {
    given(founded())
      .when({ ...role('bob', 'admin'), ...user('ann') })
      .thenAlreadySo();
    given(founded())
      .when({ ...role('eve', 'admin'), ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded())
      .when({ ...role('cid', 'admin'), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
  });
});

describe('making several admins, or none any more (004 set_manager, remove_manager)', () => {
  const roles = (userIds: readonly string[], role: 'admin' | 'member', more: Partial<ChangeMemberRoles> = {}) =>
    ({ type: 'ChangeMemberRoles', groupId: GROUP, userIds, role, ...more }) as const;

  it('is one decision: every id is looked at before anything is written (400, 402, 401, 403)', () => {
    const sealtalk = founded({ preset: 'sealtalk' });
    given(sealtalk)
      .when({ ...roles(['cid', 'dan'], 'admin'), ...user('ann') })
      .then([changed('cid', 'admin', 'ann'), changed('dan', 'admin', 'ann')]);
    given(sealtalk)
      .when({ ...roles([], 'admin'), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'userIds' }));
    given(sealtalk)
      .when({ ...roles(['cid', 'eve'], 'admin'), ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(sealtalk)
      .when({ ...roles(['cid'], 'admin'), ...user('bob') })
      .then(refusal('NotGroupOwner'));
    given(sealtalk)
      .when({ ...roles(['bob', 'ann'], 'member'), ...user('ann') })
      .then(refusal('OwnerRoleFixed', { userId: 'ann' }));
    given(sealtalk)
      .when({ ...roles(['bob', 'bob'], 'admin'), ...user('ann') })
      .thenAlreadySo();
  });

  it('or tells of each what it came to', () => {
    const report = { absent: 'report', unreachable: 'report' } as const;
    const limits = { ...groupPresets.parley.rules.values.limits, admins: 2 };
    given(founded({ values: { limits } }))
      .when({ ...roles(['ann', 'bob', 'cid', 'cid', 'dan', 'eve'], 'admin', report), ...user('ann') })
      .then([changed('cid', 'admin', 'ann')])
      .outcome({
        items: [
          { userId: 'ann', result: 'owner' },
          { userId: 'bob', result: 'already' },
          { userId: 'cid', result: 'changed' },
          { userId: 'cid', result: 'repeated' },
          { userId: 'dan', result: 'tooManyAdmins' },
          { userId: 'eve', result: 'absent' },
        ],
      });
    given(founded({ values: { limits } }))
      .when({ ...roles(['cid', 'dan'], 'admin'), ...user('ann') })
      .then(refusal('TooManyAdmins', { maximum: 2 }));
    given(founded({ preset: 'openim' }), joined('eve', { role: 'admin' }))
      .when({ ...roles(['eve'], 'member'), ...user('bob') })
      .then(refusal('TargetRoleTooHigh', { userId: 'eve' }));
  });
});
