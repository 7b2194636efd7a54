import { expect } from 'chai';
import type { CreateGroup } from '../../../../domain/group/commands.js';
import type { CommandContext } from '../../../../domain/shared/command.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import { groupPresets } from '../../../../domain/group/presets.js';
import { memberCount, type Group } from '../../../../domain/group/state.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  auditor,
  dismissed,
  founded,
  GROUP,
  joined,
  NOW,
  NUMBER,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);
const decide = (command: CreateGroup & CommandContext) => groupDecider.decide({ status: 'none' }, command).events;

const create = (more: Partial<CreateGroup> = {}): CreateGroup => ({
  type: 'CreateGroup',
  groupId: GROUP,
  number: NUMBER,
  preset: 'parley',
  name: 'Chess',
  ownerId: 'ann',
  ...more,
});

describe('creating a group', () => {
  it('writes the group, its owner, its admins and members, in that order (docs/events.md "In one append")', () => {
    const creation = { source: 'creation', joinedAt: NOW } as const;
    given()
      .when({
        ...create({ admins: ['bob'], members: ['cid', 'dan'], ext: 'x', settings: { retention: 60_000 } }),
        ...user('ann'),
      })
      .then([
        {
          type: 'GroupCreated',
          data: {
            groupId: GROUP,
            number: NUMBER,
            incarnation: 1,
            rules: groupPresets.parley.rules,
            kind: '',
            name: 'Chess',
            avatar: '',
            introduction: '',
            ext: 'x',
            customFields: [],
            ownerId: 'ann',
            creatorId: 'ann',
            maximum: 500,
            joinPolicy: { selfJoin: 'open', memberInvite: 'joins' },
            settings: { memberProtection: false, lookMemberInfo: true, addMemberAsFriend: true, retention: 60_000 },
            createdAt: NOW,
            origin: { kind: 'created' },
          },
        },
        joined('ann', { role: 'owner', ...creation }),
        joined('bob', { role: 'admin', inviterId: 'ann', ...creation }),
        joined('cid', { inviterId: 'ann', ...creation }),
        joined('dan', { inviterId: 'ann', ...creation }),
      ])
      .outcome({ incarnation: 1, memberCount: 4, alreadySo: false });
  });

  it('gives those who come in with it the cards that are said (001), and none to whoever is asked first', () => {
    const creation = { source: 'creation', joinedAt: NOW } as const;
    const cards = { bob: { nickname: 'Bobby' }, cid: { ext: 'x' }, eve: {}, nobody: { nickname: 'n' } };
    const invitees = [{ userId: 'cid', inviteId: 'i1', wantsConsent: true }];
    const events = decide({ ...create({ members: ['bob', 'cid', 'eve'], cards, invitees }), ...user('ann') });
    expect(events.slice(2)).to.deep.equal([
      joined('bob', { inviterId: 'ann', ...creation, card: { nickname: 'Bobby' } }),
      {
        type: 'MemberInvited',
        data: { groupId: GROUP, userId: 'cid', inviteId: 'i1', inviterId: 'ann', awaits: ['invitee'] },
      },
      joined('eve', { inviterId: 'ann', ...creation }),
    ]);
    given()
      .when({ ...create({ members: ['bob'], cards: { bob: { nickname: 'x'.repeat(65) } } }), ...user('ann') })
      .then(refusal('InvalidArgument'));
  });

  it('takes the id it is given once only (003: 1202)', () => {
    given(founded())
      .when({ ...create(), ...user('ann') })
      .then(refusal('GroupIdTaken', { groupId: GROUP }));
  });

  it('never gives a dismissed id again where the rules say so (D0 "re-use of id", 003)', () => {
    given(founded({ preset: 'openim' }), dismissed())
      .when({ ...create(), ...user('ann') })
      .then(refusal('GroupIdTaken'));
  });

  it('opens the next incarnation, empty, where the rules free a dismissed id (001, docs/rules.md A4)', () => {
    const history = [...founded({ values: { idReusableAfterDismissal: true } }), dismissed()];
    const before = fold(groupDecider, history);
    const { events, outcome } = groupDecider.decide(before, { ...create({ ownerId: 'zoe' }), ...user('zoe') });
    expect(outcome).to.deep.include({ incarnation: 2, memberCount: 1 });
    const after = fold(groupDecider, [...history, ...events]) as Group;
    expect(after.status).to.equal('live');
    expect(after.ownerId).to.equal('zoe');
    expect(memberCount(after)).to.equal(1);
  });

  it('lets a user create for himself only, an app admin for anybody, an auditor for nobody (D1 create, "access")', () => {
    given()
      .when({ ...create(), ...user('bob') })
      .then(refusal('NotPermitted'));
    given()
      .when({ ...create({ ownerId: null }), ...user('bob') })
      .then(refusal('InvalidArgument', { field: 'ownerId' }));
    given()
      .when({ ...create(), ...auditor })
      .then(refusal('NotPermitted'));
    const { events } = groupDecider.decide(groupDecider.initialState, { ...create(), ...appAdmin });
    expect(events[0]?.data).to.deep.include({ ownerId: 'ann', creatorId: 'root' });
    expect(events[1]?.data).to.deep.include({ userId: 'ann', inviterId: 'root' });
  });

  it('makes a group without owner only where the rules allow it, and only for an app admin (001)', () => {
    const { rules, defaults } = groupPresets.parley;
    const preset = { defaults, rules: { ...rules, values: { ...rules.values, mayBeOwnerless: true } } };
    given()
      .when({ ...create({ preset, ownerId: null }), ...user('ann') })
      .then(refusal('NotPermitted'));
    const { events } = groupDecider.decide(groupDecider.initialState, {
      ...create({ preset, ownerId: null }),
      ...appAdmin,
    });
    expect((fold(groupDecider, events) as Group).ownerId).to.equal(null);
  });

  it('counts whom it names beside the owner, each once (004 create: 500 ids with the creator inside, > 500 => 400)', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);
    const asked = (members: string[]) => ({
      ...create({ preset: 'sealtalk', members, repeated: 'report' }),
      ...user('ann'),
    });
    const { outcome } = groupDecider.decide(groupDecider.initialState, asked(['ann', 'm0', ...ids(499)]));
    expect(outcome).to.deep.include({ memberCount: 500 });
    given()
      .when(asked(['ann', ...ids(500)]))
      .then(refusal('InvalidArgument', { field: 'members' }));
  });

  it('refuses people named twice, the owner too, or leaves them out and says so (D0 "create duplicates")', () => {
    given()
      .when({ ...create({ admins: ['bob'], members: ['cid', 'ann', 'bob'] }), ...user('ann') })
      .then(refusal('DuplicateItems', { items: ['ann', 'bob'] }));
    const { events, outcome } = groupDecider.decide(groupDecider.initialState, {
      ...create({ admins: ['bob'], members: ['cid', 'ann', 'bob'], repeated: 'report' }),
      ...user('ann'),
    });
    expect(events.slice(1).map((event) => event.data)).to.have.length(3);
    expect(outcome).to.deep.include({
      memberCount: 3,
      items: [
        { userId: 'bob', result: 'joined' },
        { userId: 'cid', result: 'joined' },
        { userId: 'ann', result: 'repeated' },
        { userId: 'bob', result: 'repeated' },
      ],
    });
  });

  it('holds no more people than its maximum, and no higher maximum than the rules allow', () => {
    given()
      .when({ ...create({ maximum: 2, members: ['bob', 'cid'] }), ...user('ann') })
      .then(refusal('GroupFull', { maximum: 2 }));
    for (const maximum of [0, -1, 1.5, 100_001, Number.NaN]) {
      given()
        .when({ ...create({ maximum }), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'maximum' }));
    }
  });

  it('names no more members and admins than the rules allow (001: 100, 002: 10 admins)', () => {
    const members = Array.from({ length: 501 }, (_, i) => `u${i}`);
    given()
      .when({ ...create({ members, maximum: 1000 }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'members' }));
    const { rules, defaults } = groupPresets.parley;
    const values = { ...rules.values, limits: { ...rules.values.limits, admins: 1 } };
    given()
      .when({
        ...create({ preset: { defaults, rules: { ...rules, values } }, admins: ['bob', 'cid'] }),
        ...user('ann'),
      })
      .then(refusal('TooManyAdmins', { maximum: 1 }));
  });

  it('wants an id of its form, and keeps 16 digits for the server (docs/rules.md A13)', () => {
    for (const groupId of ['', 'a b', 'é', 'x'.repeat(65), 'a/b', '1234567890123456']) {
      given()
        .when({ ...create({ groupId }), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'groupId' }));
    }
    for (const groupId of ['x'.repeat(64), 'a_b-c.d@e#f:g', '123456789012345', String(NUMBER)]) {
      expect(
        groupDecider.decide(groupDecider.initialState, { ...create({ groupId }), ...user('ann') }).events,
      ).to.have.length(2);
    }
    for (const number of [7, 2 ** 52 - 1, 2 ** 53]) {
      given()
        .when({ ...create({ number }), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'number' }));
    }
    given()
      .when({ ...create({ members: ['a b'] }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'members' }));
  });

  it('refuses what no group can be made of: unknown preset, policy, retention, kind', () => {
    for (const preset of ['nothing', 'constructor', '__proto__']) {
      given()
        .when({ ...create({ preset }), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'preset' }));
    }
    const { rules, defaults } = groupPresets.parley;
    const closed = { ...rules.values, joinPolicies: { selfJoin: ['closed'], memberInvite: ['joins'] } } as const;
    given()
      .when({ ...create({ preset: { defaults, rules: { ...rules, values: closed } } }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'joinPolicy.selfJoin' }));
    given()
      .when({ ...create({ settings: { retention: 0 } }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'settings.retention' }));
    given()
      .when({ ...create({ kind: 'k'.repeat(65) }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'kind' }));
  });

  it('keeps what is not in the type out of the facts', () => {
    const settings = { memberProtection: true, password: 'secret' };
    const { events } = groupDecider.decide(groupDecider.initialState, { ...create({ settings }), ...user('ann') });
    expect(JSON.stringify(events)).to.not.contain('secret');
  });
});

describe('texts of a group', () => {
  const naming = (name: string) => given().when({ ...create({ name }), ...user('ann') });

  it('are measured in code points, and an enormous one is refused without being read whole', () => {
    expect(
      groupDecider.decide(groupDecider.initialState, { ...create({ name: '𝔸'.repeat(100) }), ...user('ann') }).events,
    ).to.have.length(2);
    naming('𝔸'.repeat(101)).then(refusal('InvalidArgument', { field: 'name' }));
    naming('x'.repeat(1_000_000)).then(
      refusal('InvalidArgument', { field: 'name', reason: 'longer than 100 characters' }),
    );
  });

  it('are measured in UTF-8 bytes where the rules count bytes', () => {
    const ext = (text: string) => ({ ...create({ ext: text }), ...user('ann') });
    expect(groupDecider.decide(groupDecider.initialState, ext('é'.repeat(4096))).events).to.have.length(2);
    given()
      .when(ext('é'.repeat(4097)))
      .then(refusal('InvalidArgument', { field: 'ext' }));
    expect(groupDecider.decide(groupDecider.initialState, ext('𝔸'.repeat(2048))).events).to.have.length(2);
    given()
      .when(ext('𝔸'.repeat(2048) + 'a'))
      .then(refusal('InvalidArgument', { field: 'ext' }));
  });

  it('hold nothing that no store can keep, and a name is something to see (D1 set_group_info)', () => {
    for (const name of ['', '   ', '\u200b\u200d', '\t\n', 'a\u0000b', 'a\ud800', '\udc00b']) {
      naming(name).then(refusal('InvalidArgument', { field: 'name' }));
    }
  });

  it('custom fields have distinct keys, and no more of them than the rules allow', () => {
    const fields = (customFields: { key: string; value: string }[]) =>
      given().when({ ...create({ customFields }), ...user('ann') });
    fields([
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ]).then(refusal('InvalidArgument', { field: 'customFields' }));
    fields([{ key: '', value: '1' }]).then(refusal('InvalidArgument', { field: 'customFields.key' }));
    fields([{ key: 'a', value: 'x'.repeat(513) }]).then(refusal('InvalidArgument', { field: 'customFields.value' }));
    fields(Array.from({ length: 21 }, (_, i) => ({ key: `k${i}`, value: '' }))).then(
      refusal('InvalidArgument', { field: 'customFields' }),
    );
  });
});
