import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupEvent, GroupSettingsChanges } from '../../../../domain/group/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, dismissed, founded, GROUP, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);
const announce = (text: string) => ({ type: 'PublishAnnouncement', groupId: GROUP, text }) as const;
const announced = (text: string, by = 'ann'): GroupEvent => ({
  type: 'AnnouncementPublished',
  data: { groupId: GROUP, text, by },
});
const set = (changes: GroupSettingsChanges) => ({ type: 'ChangeGroupSettings', groupId: GROUP, changes }) as const;
const isSet = (changes: GroupSettingsChanges, by = 'ann'): GroupEvent => ({
  type: 'GroupSettingsChanged',
  data: { groupId: GROUP, changes, by },
});

describe('announcing', () => {
  it('is for managers, not for outsiders (004 set_bulletin lets anybody: docs/rules.md A7); in 001 Work for every member', () => {
    given(founded())
      .when({ ...announce('Monday off'), ...user('bob') })
      .then([announced('Monday off', 'bob')]);
    given(founded())
      .when({ ...announce('x'), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...announce('x'), ...user('eve') })
      .then(refusal('NotGroupMember'));
    given(founded({ preset: 'tencent-work', admins: [] }))
      .when({ ...announce('x'), ...user('cid') })
      .then([announced('x', 'cid')]);
  });

  it('the same again is already so; an empty text takes it back; bounds hold (004: 1024)', () => {
    given(founded(), announced('a'))
      .when({ ...announce('a'), ...user('bob') })
      .thenAlreadySo();
    given(founded(), announced('a'))
      .when({ ...announce(''), ...user('ann') })
      .then([announced('')]);
    given(founded())
      .when({ ...announce(''), ...user('ann') })
      .thenAlreadySo();
    given(founded({ preset: 'sealtalk' }))
      .when({ ...announce('x'.repeat(1025)), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'announcement' }));
  });
});

describe('the join policy', () => {
  const policy = (changes: object) => ({ type: 'ChangeJoinPolicy', groupId: GROUP, ...changes }) as const;

  it('moves within what the rules offer; what is absent stays (004 set_certification, 002 joinType)', () => {
    given(founded())
      .when({ ...policy({ memberInvite: 'approval' }), ...user('bob') })
      .then([
        { type: 'JoinPolicyChanged', data: { groupId: GROUP, selfJoin: 'open', memberInvite: 'approval', by: 'bob' } },
      ])
      .outcome({ joinPolicy: { selfJoin: 'open', memberInvite: 'approval' } });
    given(founded())
      .when({ ...policy({ selfJoin: 'open' }), ...user('bob') })
      .thenAlreadySo();
    given(founded({ preset: 'sealtalk' }))
      .when({ ...policy({ selfJoin: 'closed' }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'joinPolicy.selfJoin' }));
    given(founded())
      .when({ ...policy({ selfJoin: 'closed' }), ...user('cid') })
      .then(refusal('NotGroupManager'));
  });
});

describe('settings', () => {
  it('are changed by managers, retention by the owner (004 regular clear: the creator), and only where they differ', () => {
    given(founded())
      .when({ ...set({ memberProtection: true, lookMemberInfo: false, addMemberAsFriend: true }), ...user('bob') })
      .then([isSet({ memberProtection: true, lookMemberInfo: false }, 'bob')])
      .outcome({ changed: ['memberProtection', 'lookMemberInfo'] });
    given(founded({ settings: { retention: 60_000 } }))
      .when({ ...set({ retention: 60_000 }), ...user('ann') })
      .thenAlreadySo();
    given(founded({ preset: 'sealtalk' }))
      .when({ ...set({ retention: 60_000 }), ...user('bob') })
      .then(refusal('NotGroupOwner'));
    given(founded({ preset: 'sealtalk', settings: { retention: 60_000 } }))
      .when({ ...set({ retention: null }), ...user('ann') })
      .then([isSet({ retention: null })]);
    given(founded({ preset: 'sealtalk' }))
      .when({ ...set({ retention: null }), ...user('ann') })
      .thenAlreadySo();
    given(founded())
      .when({ ...set({ retention: -1 }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'settings.retention' }));
    given(founded(), dismissed())
      .when({ ...set({ memberProtection: true }), ...user('ann') })
      .then(refusal('GroupDismissed'));
  });

  it('the maximum stays within the rules and above the number of members (002 update-group-maximum, 001)', () => {
    given(founded())
      .when({ ...set({ maximum: 4 }), ...user('ann') })
      .then([isSet({ maximum: 4 })]);
    given(founded())
      .when({ ...set({ maximum: 3 }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'maximum' }));
    given(founded({ preset: 'dtalk' }))
      .when({ ...set({ maximum: 2_001 }), ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'maximum' }));
    given(founded({ preset: 'dtalk' }))
      .when({ ...set({ maximum: 2_000 }), ...user('ann') })
      .then([isSet({ maximum: 2_000 })]);
    given(founded({ preset: 'openim' }))
      .when({ ...set({ maximum: 2_000 }), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(founded(), isSet({ maximum: 4 }))
      .when({ type: 'JoinGroup', groupId: GROUP, userId: 'eve', ...user('eve') })
      .then(refusal('GroupFull', { maximum: 4 }));
  });
});
