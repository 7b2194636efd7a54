import { expect } from 'chai';
import type { CreateGroup, ImportedMember } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupCreated } from '../../../../domain/group/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, founded, GROUP, joined, NOW, NUMBER, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);
const bring = (...members: ImportedMember[]) => ({ type: 'ImportMembers', groupId: GROUP, members }) as const;
const brought = (userId: string, more = {}) =>
  joined(userId, { source: 'import', inviterId: 'root', joinedAt: NOW, ...more });

describe('importing', () => {
  it('a group keeps its time elsewhere, for an app admin only (001 import_group)', () => {
    const create = (createdAt: number): CreateGroup => ({
      type: 'CreateGroup',
      groupId: GROUP,
      number: NUMBER,
      preset: 'tencent-public',
      name: 'Chess',
      ownerId: 'ann',
      createdAt,
      announcement: 'Welcome',
    });
    const { events } = groupDecider.decide(groupDecider.initialState, { ...create(1_000), ...appAdmin });
    expect(events[0]?.data).to.deep.include({ createdAt: 1_000, origin: { kind: 'imported' } });
    expect(events.slice(1)).to.deep.equal([
      joined('ann', { role: 'owner', source: 'import', inviterId: 'root', joinedAt: 1_000 }),
      { type: 'AnnouncementPublished', data: { groupId: GROUP, text: 'Welcome', by: 'root' } },
    ]);
    given()
      .when({ ...create(1_000), ...user('ann') })
      .then(refusal('NotPermitted'));
    given()
      .when({ ...create(NOW + 1), ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'createdAt' }));
  });

  it('members keep role, joining time, mute and card (001 import_group_member); ShutUpUntil 0 is no mute', () => {
    given(founded({ preset: 'tencent-public' }))
      .when({
        ...bring(
          { userId: 'eve', role: 'admin', joinedAt: 1_000, mutedUntil: NOW + 1, card: { nickname: 'E', ext: '' } },
          { userId: 'fay', mutedUntil: 0 },
          { userId: 'gus', mutedUntil: null },
        ),
        ...appAdmin,
      })
      .then([
        brought('eve', {
          role: 'admin',
          joinedAt: 1_000,
          mutedUntil: NOW + 1,
          card: { nickname: 'E' },
          // Who was a member elsewhere saw what was said there.
          seesEarlier: true,
        }),
        brought('fay'),
        brought('gus', { mutedUntil: null }),
      ]);
  });

  it('members keep how they are told of messages, which is written where it says something', () => {
    given(founded({ preset: 'tencent-public' }))
      .when({
        ...bring({ userId: 'eve', receiveOption: 'none' }, { userId: 'fay', receiveOption: 'all' }),
        ...appAdmin,
      })
      .then([
        brought('eve'),
        { type: 'MemberCardChanged', data: { groupId: GROUP, userId: 'eve', by: 'root', receiveOption: 'none' } },
        brought('fay'),
      ]);
  });

  it('leaves out who is out of bounds where it is told of each, and brings the others', () => {
    const future = { userId: 'fay', joinedAt: NOW + 1 };
    const wrong: ImportedMember[] = [
      future,
      { userId: 'gus', role: 'owner' },
      { userId: 'hal', card: { nickname: 'x'.repeat(51) } },
      { userId: 'ivy', mutedUntil: -1 },
      { userId: 'joe', receiveOption: 'loud' as 'all' },
    ];
    given(founded({ preset: 'tencent-public' }))
      .when({ ...bring(...wrong, { userId: 'eve' }, { userId: 'ann', role: 'owner' }), unfit: 'report', ...appAdmin })
      .then([brought('eve')])
      .outcome({
        items: [
          ...wrong.map(({ userId }) => ({ userId, result: 'unfit' as const })),
          { userId: 'eve', result: 'joined' },
          { userId: 'ann', result: 'already' },
        ],
      });
    for (const member of wrong) {
      given(founded({ preset: 'tencent-public' }))
        .when({ ...bring(member, { userId: 'eve' }), ...appAdmin })
        .then(refusal('InvalidArgument'));
    }
  });

  it('may be held to joinings since the group was made, to the second (001)', () => {
    const group = founded({ preset: 'tencent-public' });
    const { createdAt } = (group[0] as GroupCreated).data;
    const since = (joinedAt: number) => ({ ...bring({ userId: 'eve', joinedAt }), sinceCreation: true, ...appAdmin });
    given(group)
      .when(since(createdAt - 999))
      .then([brought('eve', { joinedAt: createdAt - 999, seesEarlier: true })]);
    given(group)
      .when(since(createdAt - 1_000))
      .then(refusal('InvalidArgument', { field: 'members.joinedAt' }));
  });

  it('tells of each (001 Result 0, 1, 2)', () => {
    given(founded({ maximum: 5 }))
      .when({
        ...bring(
          { userId: 'bob' },
          { userId: 'eve' },
          { userId: 'eve' },
          { userId: 'zed', exists: false },
          { userId: 'fay' },
        ),
        ...appAdmin,
      })
      .then([brought('eve')])
      .outcome({
        items: [
          { userId: 'bob', result: 'already' },
          { userId: 'eve', result: 'joined' },
          { userId: 'eve', result: 'repeated' },
          { userId: 'zed', result: 'unknown' },
          { userId: 'fay', result: 'full' },
        ],
      });
    given(founded({ preset: 'tencent-work', admins: [] }))
      .when({ ...bring({ userId: 'eve', role: 'admin' }), ...appAdmin })
      .then([])
      .outcome({ items: [{ userId: 'eve', result: 'tooManyAdmins' }] });
    given(founded())
      .when({ ...bring({ userId: 'bob' }), ...appAdmin })
      .thenAlreadySo();
  });

  it('goes round no rule: nobody is put into an AVChatRoom (001: 10007), nor muted whom nobody mutes, or for longer', () => {
    given(founded({ preset: 'tencent-avchatroom' }))
      .when({ ...bring({ userId: 'eve' }), ...appAdmin })
      .then(refusal('RulesForbid', { act: 'invite' }));
    const work = founded({ preset: 'tencent-work', admins: [] });
    given(work)
      .when({ ...bring({ userId: 'eve', mutedUntil: NOW + 1 }), ...appAdmin })
      .then(refusal('RulesForbid', { act: 'mute' }));
    given(work)
      .when({ ...bring({ userId: 'eve', mutedUntil: 0 }), ...appAdmin })
      .then([brought('eve')]);
    const dtalk = founded({ preset: 'dtalk' });
    given(dtalk)
      .when({ ...bring({ userId: 'eve', role: 'admin', mutedUntil: null }), ...appAdmin })
      .then(refusal('TargetRoleTooHigh', { userId: 'eve', role: 'admin' }));
    given(dtalk)
      .when({ ...bring({ userId: 'eve', mutedUntil: NOW + 86_400_001 }), ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'members.mutedUntil' }));
    given(dtalk)
      .when({ ...bring({ userId: 'eve', mutedUntil: NOW + 86_400_000 }), ...appAdmin })
      .then([brought('eve', { mutedUntil: NOW + 86_400_000 })]);
  });

  it('is an app admin’s alone, of times that have been', () => {
    given(founded())
      .when({ ...bring({ userId: 'eve' }), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(founded())
      .when({ ...bring({ userId: 'eve', joinedAt: NOW + 1 }), ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'members.joinedAt' }));
    given(founded())
      .when({ ...bring(), ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'members' }));
  });
});
