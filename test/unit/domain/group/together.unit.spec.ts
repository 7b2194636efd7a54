import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupChange } from '../../../../domain/group/commands.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, dismissed, founded, GROUP, left, muted, NOW, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);

const together = (...steps: GroupChange[]) => ({ type: 'ChangeTogether', groupId: GROUP, steps }) as const;
const named = (name: string): GroupChange => ({ type: 'ChangeGroupProfile', changes: { name } });
const announced = (text: string): GroupChange => ({ type: 'PublishAnnouncement', text });

describe('several changes as one (003 set_group_info_ex, set_group_member_info; 001)', () => {
  it('each is decided on what the ones before it leave', () => {
    given(founded())
      .when({ ...together(named('Go'), named('Go'), named('Shogi')), ...user('ann') })
      .then([
        { type: 'GroupProfileChanged', data: { groupId: GROUP, changes: { name: 'Go' }, by: 'ann' } },
        { type: 'GroupProfileChanged', data: { groupId: GROUP, changes: { name: 'Shogi' }, by: 'ann' } },
      ])
      .outcome({ alreadySo: false });
  });

  it('what one of them is refused for refuses all', () => {
    given(founded())
      .when({ ...together(named('Go'), announced('x'.repeat(100_000))), ...user('ann') })
      .then(refusal('InvalidArgument'));
    given(founded())
      .when({ ...together(named('Go')), ...user('eve') })
      .then(refusal('NotGroupMember'));
    given(founded(), dismissed())
      .when({ ...together(named('Go')), ...user('ann') })
      .then(refusal('GroupDismissed'));
  });

  it('nothing is written where nothing changes', () => {
    given(founded())
      .when({ ...together(named('Chess')), ...user('ann') })
      .thenAlreadySo();
  });

  it('a group’s name, way in and silence change at once (001 modify_group_base_info)', () => {
    const silence: GroupChange[] = [
      named('Go'),
      { type: 'ChangeJoinPolicy', selfJoin: 'approval' },
      { type: 'MuteGroup', speakers: ['cid'] },
      { type: 'ChangeGroupSettings', changes: { maximum: 10 } },
    ];
    given(founded({ preset: 'tencent-meeting' }))
      .when({ ...together(...silence), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'joinPolicy.selfJoin' }));
    given(founded({ preset: 'tencent-public', joinPolicy: { selfJoin: 'open', memberInvite: 'joins' } }))
      .when({ ...together(...silence), ...user('ann') })
      .then([
        { type: 'GroupProfileChanged', data: { groupId: GROUP, changes: { name: 'Go' }, by: 'ann' } },
        { type: 'JoinPolicyChanged', data: { groupId: GROUP, selfJoin: 'approval', memberInvite: 'joins', by: 'ann' } },
        { type: 'GroupMuted', data: { groupId: GROUP, by: 'ann', speakers: ['cid'] } },
        { type: 'GroupSettingsChanged', data: { groupId: GROUP, changes: { maximum: 10 }, by: 'ann' } },
      ]);
    given(founded(), { type: 'GroupMuted', data: { groupId: GROUP, by: 'ann', speakers: [] } })
      .when({ ...together({ type: 'UnmuteGroup' }), ...user('ann') })
      .then([{ type: 'GroupUnmuted', data: { groupId: GROUP, by: 'ann' } }]);
  });

  it('a member’s role, card and silence change at once (001 modify_group_member_info)', () => {
    given(founded({ preset: 'tencent-public' }), muted('dan'))
      .when({
        ...together(
          { type: 'ChangeMemberRole', userId: 'cid', role: 'admin' },
          { type: 'ChangeMemberCard', userId: 'cid', changes: { nickname: 'C' }, receiveOption: 'silent' },
          { type: 'MuteMember', userId: 'cid', until: { lasting: 60_000 } },
          { type: 'UnmuteMember', userId: 'dan' },
        ),
        ...appAdmin,
      })
      .then([
        {
          type: 'MemberRoleChanged',
          data: { groupId: GROUP, userId: 'cid', from: 'member', to: 'admin', by: 'root' },
        },
        {
          type: 'MemberCardChanged',
          data: { groupId: GROUP, userId: 'cid', by: 'root', changes: { nickname: 'C' }, receiveOption: 'silent' },
        },
        { type: 'MemberMuted', data: { groupId: GROUP, userId: 'cid', until: NOW + 60_000, by: 'root' } },
        { type: 'MemberUnmuted', data: { groupId: GROUP, userId: 'dan', by: 'root', why: 'lifted' } },
      ]);
  });

  it('many are silenced at once, or nobody is (001 forbid_send_msg: 500)', () => {
    const people = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);
    const silenced = (count: number) =>
      together(...people(count).map((userId): GroupChange => ({ type: 'MuteMember', userId, until: null })));
    const crowd = founded({ preset: 'tencent-public', members: people(501) });
    given(crowd)
      .when({ ...silenced(500), ...user('ann') })
      .then(people(500).map((userId) => muted(userId)));
    given(crowd)
      .when({ ...silenced(501), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'userIds' }));
    given(crowd, left('m7'))
      .when({ ...silenced(500), ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['m7'] }));
  });
});
