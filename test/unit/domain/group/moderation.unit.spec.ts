import { expect } from 'chai';
import type { MuteGroup } from '../../../../domain/group/commands.js';
import type { GroupEvent } from '../../../../domain/group/events.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import { groupPresets } from '../../../../domain/group/presets.js';
import { DEPARTED_MUTES_REMEMBERED, isMuted, type Group } from '../../../../domain/group/state.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, dismissed, founded, GROUP, joined, left, muted, NOW, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);

const mute = (userId: string, until: number | null = NOW + 1000) =>
  ({ type: 'MuteMember', groupId: GROUP, userId, until }) as const;
const unmute = (userId: string) => ({ type: 'UnmuteMember', groupId: GROUP, userId }) as const;
const lifted = (userId: string, by = 'ann'): GroupEvent => ({
  type: 'MemberUnmuted',
  data: { groupId: GROUP, userId, by, why: 'lifted' },
});
const silence = (speakers?: string[]): MuteGroup => ({
  type: 'MuteGroup',
  groupId: GROUP,
  ...(speakers && { speakers }),
});
const silenced = (speakers: string[] = [], by = 'ann'): GroupEvent => ({
  type: 'GroupMuted',
  data: { groupId: GROUP, by, speakers },
});

describe('muting a member', () => {
  it('the owner mutes admins and members, an admin members only, an app admin all but the owner (D1 mute)', () => {
    for (const preset of ['parley', 'openim'] as const) {
      given(founded({ preset }))
        .when({ ...mute('bob'), ...user('ann') })
        .then([muted('bob', NOW + 1000)]);
      given(founded({ preset }))
        .when({ ...mute('cid', null), ...user('bob') })
        .then([muted('cid', null, 'bob')]);
      given(founded({ preset }))
        .when({ ...mute('bob'), ...appAdmin })
        .then([muted('bob', NOW + 1000, 'root')]);
      given(founded({ preset }), joined('eve', { role: 'admin' }))
        .when({ ...mute('eve'), ...user('bob') })
        .then(refusal('TargetRoleTooHigh', { userId: 'eve' }));
      given(founded({ preset }))
        .when({ ...mute('dan'), ...user('cid') })
        .then(refusal('NotGroupManager'));
    }
  });

  it('a length of time counts from the decision (003 mutedSeconds, 002 muteTime)', () => {
    given(founded())
      .when({ type: 'MuteMember', groupId: GROUP, userId: 'cid', until: { lasting: 600_000 }, ...user('ann') })
      .then([muted('cid', NOW + 600_000)]);
    given(founded())
      .when({ type: 'MuteMember', groupId: GROUP, userId: 'cid', until: { lasting: 0 }, ...user('ann') })
      .then(refusal('InvalidArgument'));
  });

  it('never the owner, whoever asks (003: 1002, 002: -10027)', () => {
    for (const who of [user('bob'), user('ann'), appAdmin]) {
      given(founded({ preset: 'openim' }))
        .when({ ...mute('ann'), ...who })
        .then(refusal('TargetRoleTooHigh', { userId: 'ann', role: 'owner' }));
    }
  });

  it('nobody where the rules know no muting, app admins neither (001 Work)', () => {
    given(founded({ values: { mute: { appAdmin: [], owner: [], admin: [], member: [] } } }))
      .when({ ...mute('cid'), ...appAdmin })
      .then(refusal('RulesForbid', { act: 'mute' }));
  });

  it('until a time that is still to come, as far ahead as the rules allow (002: a day, or for ever)', () => {
    for (const until of [NOW, NOW - 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      given(founded())
        .when({ ...mute('cid', until), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'until' }));
    }
    const limits = { ...groupPresets.parley.rules.values.limits, mute: { longest: 1000, forEver: false } };
    given(founded({ values: { limits } }))
      .when({ ...mute('cid', NOW + 1000), ...user('ann') })
      .then([muted('cid', NOW + 1000)]);
    given(founded({ values: { limits } }))
      .when({ ...mute('cid', NOW + 1001), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'until' }));
    given(founded({ values: { limits } }))
      .when({ ...mute('cid', null), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'until' }));
  });

  it('who may not at all hears so before what else is wrong, where the API that asks wants it (002)', () => {
    const late = { ...mute('eve', NOW - 1), rights: 'first' } as const;
    given(founded())
      .when({ ...late, ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...late, ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded({ preset: 'dtalk' }))
      .when({ ...mute('bob', NOW - 1), rights: 'first', ...user('ann') })
      .then(refusal('TargetRoleTooHigh', { userId: 'bob' }));
    given(founded())
      .when({ ...mute('cid', NOW - 1), rights: 'first', ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'until' }));
    given(founded())
      .when({ ...unmute('eve'), rights: 'first', ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...unmute('eve'), ...user('cid') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
  });

  it('until the same time again is already so; another time is another mute', () => {
    given(founded(), muted('cid', NOW + 1000))
      .when({ ...mute('cid'), ...user('ann') })
      .thenAlreadySo();
    given(founded(), muted('cid', null))
      .when({ ...mute('cid', null), ...user('ann') })
      .thenAlreadySo();
    given(founded(), muted('cid', NOW + 1000))
      .when({ ...mute('cid', null), ...user('ann') })
      .then([muted('cid', null)]);
    given(founded(), muted('cid', NOW + 1000), lifted('cid'))
      .when({ ...mute('cid'), ...user('ann') })
      .then([muted('cid', NOW + 1000)]);
  });

  it('ends by itself at its deadline (docs/rules.md A8)', () => {
    const group = fold(groupDecider, [...founded(), muted('cid', NOW)]) as Group;
    const cid = group.members.get('cid')!;
    expect([isMuted(cid, NOW - 1), isMuted(cid, NOW)]).to.deep.equal([true, false]);
    given(founded(), muted('cid', NOW))
      .when({ ...unmute('cid'), ...user('ann') })
      .thenAlreadySo();
  });

  it('is lifted by whoever may mute, not by the muted himself', () => {
    given(founded(), muted('cid'))
      .when({ ...unmute('cid'), ...user('ann') })
      .then([lifted('cid')]);
    given(founded(), muted('cid'))
      .when({ ...unmute('cid'), ...appAdmin })
      .then([lifted('cid', 'root')]);
    given(founded(), muted('bob'))
      .when({ ...unmute('bob'), ...user('bob') })
      .then(refusal('TargetRoleTooHigh'));
    given(founded(), muted('cid'))
      .when({ ...unmute('cid'), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...unmute('cid'), ...user('ann') })
      .thenAlreadySo();
  });

  it('is of a member, of a group that lives', () => {
    given(founded())
      .when({ ...mute('eve'), ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded(), left('cid'))
      .when({ ...unmute('cid'), ...user('ann') })
      .then(refusal('NotGroupMember'));
    given(founded(), dismissed())
      .when({ ...mute('cid'), ...user('ann') })
      .then(refusal('GroupDismissed'));
    given(founded(), dismissed())
      .when({ ...unmute('cid'), ...appAdmin })
      .then(refusal('GroupDismissed'));
  });

  it('of those who left is remembered, the first ones given up beyond a bound', () => {
    const leavers = Array.from({ length: DEPARTED_MUTES_REMEMBERED + 2 }, (_, i) => `u${i}`);
    const group = fold(groupDecider, [
      ...founded(),
      ...leavers.flatMap((id) => [joined(id), muted(id), left(id)]),
    ]) as Group;
    expect(group.departedMutes.size).to.equal(DEPARTED_MUTES_REMEMBERED);
    expect([group.departedMutes.has('u1'), group.departedMutes.has('u2')]).to.deep.equal([false, true]);
  });
});

describe('muting everybody', () => {
  it('owner, admins and app admins do; members and outsiders do not (004 lets anybody: docs/rules.md A7)', () => {
    given(founded())
      .when({ ...silence(), ...user('ann') })
      .then([silenced()]);
    given(founded())
      .when({ ...silence(), ...user('bob') })
      .then([silenced([], 'bob')]);
    given(founded())
      .when({ ...silence(), ...appAdmin })
      .then([silenced([], 'root')]);
    given(founded())
      .when({ ...silence(), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(founded())
      .when({ ...silence(), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
  });

  it('but the speakers named, who are members (004’s whitelist)', () => {
    given(founded())
      .when({ ...silence(['cid', 'cid']), ...user('ann') })
      .then([silenced(['cid'])]);
    given(founded())
      .when({ ...silence(['cid', 'eve']), ...user('ann') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded())
      .when({ ...silence(Array.from({ length: 501 }, (_, i) => `u${i}`)), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'speakers' }));
  });

  it('again with the same speakers, in any order, is already so; other speakers replace them', () => {
    given(founded(), silenced(['cid', 'dan']))
      .when({ ...silence(['dan', 'cid']), ...user('bob') })
      .thenAlreadySo();
    given(founded(), silenced())
      .when({ ...silence(), ...user('ann') })
      .thenAlreadySo();
    given(founded(), silenced(['cid']))
      .when({ ...silence(['dan']), ...user('ann') })
      .then([silenced(['dan'])]);
    given(founded(), silenced(['cid']))
      .when({ ...silence(), ...user('ann') })
      .then([silenced()]);
  });

  it('who goes is no speaker any more, nor when he comes back', () => {
    const gone: GroupEvent[] = [
      left('cid'),
      {
        type: 'MemberRemoved',
        data: { groupId: GROUP, userId: 'cid', roleBefore: 'member', by: 'ann', byRole: 'owner' },
      },
    ];
    for (const going of gone) {
      given(founded(), silenced(['cid', 'dan']), going, joined('cid'))
        .when({ ...silence(['dan']), ...user('ann') })
        .thenAlreadySo();
      given(founded(), silenced(['cid', 'dan']), going, joined('cid'))
        .when({ ...silence(['cid', 'dan']), ...user('ann') })
        .then([silenced(['cid', 'dan'])]);
    }
  });

  it('is lifted once', () => {
    const lift = { type: 'UnmuteGroup', groupId: GROUP } as const;
    given(founded(), silenced())
      .when({ ...lift, ...user('bob') })
      .then([{ type: 'GroupUnmuted', data: { groupId: GROUP, by: 'bob' } }]);
    given(founded())
      .when({ ...lift, ...user('bob') })
      .thenAlreadySo();
    given(founded(), silenced())
      .when({ ...lift, ...user('cid') })
      .then(refusal('NotGroupManager'));
  });

  it('lifting it revives no dismissed group (the hole of 003: docs/rules.md A4)', () => {
    given(founded(), dismissed())
      .when({ type: 'UnmuteGroup', groupId: GROUP, ...user('ann') })
      .then(refusal('GroupDismissed'));
    given(founded(), silenced(), dismissed())
      .when({ type: 'UnmuteGroup', groupId: GROUP, ...appAdmin })
      .then(refusal('GroupDismissed'));
  });
});
