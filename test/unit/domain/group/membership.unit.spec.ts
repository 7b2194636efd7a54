import type { LeaveGroup, RemoveMembers } from '../../../../domain/group/commands.js';
import type { GroupEvent, MemberRemoved, OwnerTransferred } from '../../../../domain/group/events.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import type { Role } from '../../../../domain/group/rules.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  appAdminFor,
  auditor,
  dismissed,
  founded,
  GROUP,
  joined,
  left,
  muted,
  NOW,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);

const leave = (userId: string): LeaveGroup => ({ type: 'LeaveGroup', groupId: GROUP, userId });
const remove = (userIds: string[], more: Partial<RemoveMembers> = {}): RemoveMembers => ({
  type: 'RemoveMembers',
  groupId: GROUP,
  userIds,
  ...more,
});
/** Of those who remove somebody in these stories; an app admin is no member. */
const ROLES: Readonly<Record<string, Role>> = { ann: 'owner', bob: 'admin' };
const removed = (userId: string, by: string, more: Partial<MemberRemoved['data']> = {}): GroupEvent => ({
  type: 'MemberRemoved',
  data: { groupId: GROUP, userId, roleBefore: 'member', by, byRole: ROLES[by] ?? null, ...more },
});
const succeeded = (to: string, more: Partial<OwnerTransferred['data']> = {}): GroupEvent => ({
  type: 'OwnerTransferred',
  data: {
    groupId: GROUP,
    from: 'ann',
    to,
    formerOwnerBecomes: 'member',
    newOwnerWas: 'admin',
    why: 'ownerLeft',
    ...more,
  },
});
const dissolved = (by: string): GroupEvent => ({
  type: 'GroupDismissed',
  data: { groupId: GROUP, by, membersRemoved: false, why: 'lastMemberLeft' },
});

describe('leaving a group', () => {
  it('a member leaves by himself, or an app admin takes him out; nobody else does (D1 quit, "access")', () => {
    given(founded())
      .when({ ...leave('cid'), ...user('cid') })
      .then([left('cid')])
      .outcome({ dismissed: false });
    given(founded())
      .when({ ...leave('bob'), ...appAdmin })
      .then([left('bob', 'admin')]);
    given(founded())
      .when({ ...leave('cid'), ...appAdminFor('cid') })
      .then([left('cid')]);
    given(founded())
      .when({ ...leave('cid'), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(founded())
      .when({ ...leave('cid'), ...auditor })
      .then(refusal('NotPermitted'));
  });

  it('who is not in it has already left', () => {
    given(founded())
      .when({ ...leave('eve'), ...user('eve') })
      .thenAlreadySo();
    given(founded(), left('cid'))
      .when({ ...leave('cid'), ...user('cid') })
      .thenAlreadySo();
  });

  it('the owner may not leave where the rules keep him in, not by an app admin either (003: 1002, 002: -10022)', () => {
    given(founded({ preset: 'openim' }))
      .when({ ...leave('ann'), ...user('ann') })
      .then(refusal('OwnerMayNotLeave', { groupId: GROUP }));
    given(founded({ preset: 'openim' }))
      .when({ ...leave('ann'), ...appAdmin })
      .then(refusal('OwnerMayNotLeave'));
    given(founded({ preset: 'openim', admins: [], members: [] }))
      .when({ ...leave('ann'), ...user('ann') })
      .then(refusal('OwnerMayNotLeave'));
  });

  it('the longest-standing admin succeeds an owner who leaves, and the transfer stands first (docs/rules.md A5)', () => {
    given(
      founded({ admins: [] }),
      joined('yan', { role: 'admin', joinedAt: NOW - 10 }),
      joined('xia', { role: 'admin', joinedAt: NOW - 20 }),
    )
      .when({ ...leave('ann'), ...user('ann') })
      .then([succeeded('xia'), left('ann')])
      .outcome({ successor: 'xia', dismissed: false });
  });

  it('else the longest-standing member does, by order where the times are the same', () => {
    given(founded({ admins: [] }))
      .when({ ...leave('ann'), ...user('ann') })
      .then([succeeded('cid', { newOwnerWas: 'member' }), left('ann')]);
    given(founded({ admins: [] }), left('cid'), joined('cid'))
      .when({ ...leave('ann'), ...user('ann') })
      .then([succeeded('dan', { newOwnerWas: 'member' }), left('ann')]);
  });

  it('the mute of who succeeds ends before (docs/rules.md A5)', () => {
    given(founded(), muted('bob', NOW + 5))
      .when({ ...leave('ann'), ...user('ann') })
      .then([
        { type: 'MemberUnmuted', data: { groupId: GROUP, userId: 'bob', by: 'ann', why: 'madeOwner' } },
        succeeded('bob'),
        left('ann'),
      ]);
  });

  it('leaves as what the transfer made of him, where that is the new owner’s former role', () => {
    given(founded({ values: { formerOwnerBecomes: 'newOwnersFormerRole' } }))
      .when({ ...leave('ann'), ...user('ann') })
      .then([succeeded('bob', { formerOwnerBecomes: 'admin' }), left('ann', 'admin')]);
  });

  it('the last one leaving dismisses (docs/rules.md A5, 004)', () => {
    given(founded({ admins: [], members: [] }))
      .when({ ...leave('ann'), ...user('ann') })
      .then([left('ann', 'owner'), dissolved('ann')])
      .outcome({ dismissed: true, successor: null });
  });

  it('the group goes on without owner where the rules allow it, until its last member leaves (000)', () => {
    const ownerless = { values: { ownerLeaves: 'ownerless', mayBeOwnerless: true } } as const;
    given(founded(ownerless))
      .when({ ...leave('ann'), ...user('ann') })
      .then([left('ann', 'owner')])
      .outcome({ successor: null, dismissed: false });
    given(founded({ ...ownerless, owner: null, admins: [], members: ['cid'] }))
      .when({ ...leave('cid'), ...user('cid') })
      .then([left('cid'), dissolved('cid')]);
    given(
      founded({
        values: { ...ownerless.values, lastMemberLeaves: 'staysEmpty' },
        owner: null,
        admins: [],
        members: ['cid'],
      }),
    )
      .when({ ...leave('cid'), ...user('cid') })
      .then([left('cid')])
      .outcome({ dismissed: false });
  });

  it('an AVChatRoom outlives its last viewer, as all of 001 outlive their members (D0 "dismiss by", D3)', () => {
    for (const preset of ['tencent-work', 'tencent-public', 'tencent-meeting', 'tencent-avchatroom'] as const) {
      given(founded({ preset, owner: null, admins: [], members: ['cid'] }))
        .when({ ...leave('cid'), ...user('cid') })
        .then([left('cid')])
        .outcome({ dismissed: false });
    }
  });

  it('a group that is not there is not left', () => {
    given()
      .when({ ...leave('cid'), ...user('cid') })
      .then(refusal('GroupNotFound'));
  });

  it('a dismissed group is left by those whom the dismissal kept, but the owner, whatever its rules (docs/rules.md A4)', () => {
    for (const preset of ['parley', 'openim', 'tencent-work'] as const) {
      const ended = given(founded({ preset }), dismissed());
      for (const by of [user('cid'), appAdmin]) {
        ended
          .when({ ...leave('cid'), ...by })
          .then([left('cid')])
          .outcome({ alreadySo: false, dismissed: false });
      }
      ended.when({ ...leave('ann'), ...user('ann') }).then(refusal('GroupDismissed'));
      ended
        .when({ ...leave('eve'), ...user('eve') })
        .then([])
        .outcome({ alreadySo: true });
      ended.when({ ...leave('cid'), ...user('bob') }).then(refusal('NotPermitted'));
      given(founded({ preset }), dismissed(), left('cid'))
        .when({ ...leave('cid'), ...user('cid') })
        .then([])
        .outcome({ alreadySo: true });
    }
    given(founded(), dismissed('ann', true))
      .when({ ...leave('cid'), ...user('cid') })
      .then(refusal('GroupDismissed'));
  });

  it('or not at all, where the API that asks knows a dismissed group as gone (002)', () => {
    const ended = given(founded({ preset: 'dtalk' }), dismissed());
    for (const userId of ['cid', 'eve']) {
      ended.when({ ...leave(userId), dismissed: 'refuse', ...user(userId) }).then(refusal('GroupDismissed'));
    }
    given(founded({ preset: 'dtalk' }))
      .when({ ...leave('cid'), dismissed: 'refuse', ...user('cid') })
      .then([left('cid')]);
  });
});

describe('removing members', () => {
  it('the owner and app admins remove admins and members, an admin members only (D0 "kick", 003)', () => {
    for (const preset of ['parley', 'openim'] as const) {
      given(founded({ preset }))
        .when({ ...remove(['bob', 'cid']), ...user('ann') })
        .then([removed('bob', 'ann', { roleBefore: 'admin' }), removed('cid', 'ann')]);
      given(founded({ preset }))
        .when({ ...remove(['bob']), ...appAdmin })
        .then([removed('bob', 'root', { roleBefore: 'admin' })]);
      given(founded({ preset }))
        .when({ ...remove(['cid']), ...user('bob') })
        .then([removed('cid', 'bob')]);
      given(founded({ preset }), joined('eve', { role: 'admin' }))
        .when({ ...remove(['eve']), ...user('bob') })
        .then(refusal('TargetRoleTooHigh', { userId: 'eve', role: 'admin' }));
    }
  });

  it('admins remove admins where the rules let them (000, 004)', () => {
    given(
      founded({
        values: { remove: { appAdmin: [], owner: ['admin', 'member'], admin: ['admin', 'member'], member: [] } },
      }),
      joined('eve', { role: 'admin' }),
    )
      .when({ ...remove(['eve']), ...user('bob') })
      .then([removed('eve', 'bob', { roleBefore: 'admin' })]);
  });

  it('says why, and for whom an app admin acted', () => {
    given(founded())
      .when({ ...remove(['cid'], { reason: 'spam' }), ...appAdminFor('bob') })
      .then([removed('cid', 'bob', { reason: 'spam' })]);
    given(founded())
      .when({ ...remove(['cid'], { reason: '' }), ...user('ann') })
      .then([removed('cid', 'ann')]);
    given(founded())
      .when({ ...remove(['cid'], { reason: 'x'.repeat(501) }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'reason' }));
  });

  it('ordinary members and outsiders remove nobody', () => {
    given(founded())
      .when({ ...remove(['dan']), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...remove(['dan']), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded())
      .when({ ...remove(['dan']), ...auditor })
      .then(refusal('NotPermitted'));
    given(founded({ values: { remove: { appAdmin: ['member'], owner: ['member'], admin: [], member: [] } } }))
      .when({ ...remove(['dan']), ...user('bob') })
      .then(refusal('NotGroupOwner'));
    given(founded({ values: { remove: { appAdmin: [], owner: [], admin: [], member: [] } } }))
      .when({ ...remove(['dan']), ...user('ann') })
      .then(refusal('RulesForbid', { act: 'remove' }));
  });

  it('never the owner, whoever asks, and never oneself (003: 1001, 004: 405)', () => {
    given(founded())
      .when({ ...remove(['cid', 'ann']), ...appAdmin })
      .then(refusal('TargetRoleTooHigh', { userId: 'ann', role: 'owner' }));
    given(founded())
      .when({ ...remove(['ann']), ...user('bob') })
      .then(refusal('TargetRoleTooHigh'));
    given(founded())
      .when({ ...remove(['ann']), ...user('ann') })
      .then(refusal('SelfNotAllowed'));
    given(founded())
      .when({ ...remove(['cid', 'bob', 'dan']), ...user('bob') })
      .then(refusal('SelfNotAllowed', { userId: 'bob' }));
  });

  it('says who has no right last, where the caller’s API does: repeats, oneself, the owner, the absent first (D1 kick)', () => {
    const last = { rights: 'last', repeated: 'refuse', absent: 'refuse' } as const;
    for (const who of ['cid', 'eve']) {
      given(founded())
        .when({ ...remove(['dan', 'dan'], last), ...user(who) })
        .then(refusal('DuplicateItems'));
      given(founded())
        .when({ ...remove(['nobody', 'ann', who], last), ...user(who) })
        .then(refusal('SelfNotAllowed', { userId: who }));
      given(founded())
        .when({ ...remove(['nobody', 'ann'], last), ...user(who) })
        .then(refusal('TargetRoleTooHigh', { userId: 'ann', role: 'owner' }));
    }
    // They are gone through in turn: who may remove nobody hears so at the first who is a member.
    given(founded())
      .when({ ...remove(['bob', 'nobody'], last), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...remove(['bob', 'nobody'], last), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded())
      .when({ ...remove(['dan', 'nobody'], last), ...user('bob') })
      .then(refusal('NotGroupMember', { userIds: ['nobody'] }));
    given(founded())
      .when({ ...remove(['nobody', 'bob'], last), ...user('cid') })
      .then(refusal('NotGroupMember', { userIds: ['nobody'] }));
    given(founded())
      .when({ ...remove(['dan'], last), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...remove(['dan'], last), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded(), joined('eve', { role: 'admin' }))
      .when({ ...remove(['eve'], last), ...user('bob') })
      .then(refusal('TargetRoleTooHigh', { userId: 'eve', role: 'admin' }));
    given(founded())
      .when({ ...remove(['dan'], last), ...user('bob') })
      .then([removed('dan', 'bob')]);
  });

  it('checks every id, not only the last (004 checks the last: docs/rules.md A7)', () => {
    given(founded())
      .when({ ...remove(['ann', 'cid']), ...user('bob') })
      .then(refusal('TargetRoleTooHigh'));
    given(founded())
      .when({ ...remove(['eve', 'cid'], { absent: 'refuse' }), ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
  });

  it('leaves out what is repeated, absent or out of reach, and says so, where the caller’s API reports per item', () => {
    given(founded())
      .when({ ...remove(['cid', 'eve', 'cid', 'ann', 'bob'], { unreachable: 'report' }), ...user('bob') })
      .then([removed('cid', 'bob')])
      .outcome({
        alreadySo: false,
        items: [
          { userId: 'cid', result: 'removed' },
          { userId: 'eve', result: 'absent' },
          { userId: 'cid', result: 'repeated' },
          { userId: 'ann', result: 'owner' },
          { userId: 'bob', result: 'self' },
        ],
      });
    given(founded(), joined('eve', { role: 'admin' }))
      .when({ ...remove(['eve'], { unreachable: 'report' }), ...user('bob') })
      .then([])
      .outcome({ alreadySo: false, items: [{ userId: 'eve', result: 'roleTooHigh' }] });
  });

  it('refuses repeated ids where the caller’s API does (003: 1001)', () => {
    given(founded())
      .when({ ...remove(['cid', 'cid'], { repeated: 'refuse' }), ...user('ann') })
      .then(refusal('DuplicateItems', { items: ['cid'] }));
  });

  it('everybody out already is already so; an empty or endless list is refused', () => {
    given(founded(), left('cid'))
      .when({ ...remove(['cid', 'eve', 'eve']), ...user('ann') })
      .thenAlreadySo();
    given(founded())
      .when({ ...remove([]), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'userIds' }));
    given(founded())
      .when({ ...remove(Array.from({ length: 501 }, (_, i) => `u${i}`)), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'userIds' }));
  });

  it('nobody is removed from a dismissed group (003 doesn’t look: docs/rules.md A4)', () => {
    given(founded(), dismissed())
      .when({ ...remove(['cid']), ...user('ann') })
      .then(refusal('GroupDismissed'));
  });
});
