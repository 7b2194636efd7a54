import { expect } from 'chai';
import type { Position } from '../../../application/ports/event-store.js';
import type { MemberProfile, MemberView, ProfiledMember } from '../../../application/queries/members.js';
import { BadCursor, BadPageLimit, BadPageOffset, MAX_PAGE } from '../../../application/queries/page.js';
import type { UserView } from '../../../application/queries/users.js';
import { groupPresets } from '../../../domain/group/presets.js';
import { openReadModels, type ReadModels } from '../../../infrastructure/read-models/read-models.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import {
  created,
  dismissed,
  Historian,
  joined,
  left,
  registered,
  SETTINGS,
  START,
} from '../../support/group-histories.js';
import { ProjectionBench } from '../../support/projections.js';

const profileOf = (user: UserView | undefined): MemberProfile | null =>
  user ? { number: user.number, nickname: user.nickname, avatar: user.avatar, gender: user.gender } : null;
const bare = (member: MemberView & Partial<ProfiledMember>): object => {
  const own: Partial<ProfiledMember> = { ...member };
  Reflect.deleteProperty(own, 'profile');
  Reflect.deleteProperty(own, 'profileNickname');
  return own;
};

describe('read models', () => {
  let bench: ProjectionBench;
  let read: ReadModels;
  let history: Historian;
  let caughtUp: () => Promise<void>;

  before(async () => {
    bench = await ProjectionBench.open();
    const store = new ArrayEventStore();
    history = new Historian(store);
    const engine = bench.engine(store);
    await engine.start();
    caughtUp = async () => {
      const end: Position = store.log.at(-1)!.position;
      expect(await engine.waitFor(end, { timeoutMs: 10_000 })).to.equal(true);
    };
    read = await openReadModels({ url: bench.database.url, poolSize: 3 });
  });
  after(async () => {
    await read.close();
    await bench.close();
  });

  const refused = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('users, of one tenant', async () => {
    history.write(registered('ann', { phone: '123', number: Number.MAX_SAFE_INTEGER }), registered('bob'));
    history.writeAs(registered('zoe'), { tenant: 't2' });
    await caughtUp();
    expect(await read.users.userById('t1', 'ann')).to.deep.include({
      userId: 'ann',
      number: Number.MAX_SAFE_INTEGER,
      nickname: 'N ann',
      region: null,
      phone: '123',
      revision: 0,
    });
    expect(await read.users.userById('t1', 'zoe')).to.equal(undefined);
    expect(
      (await read.users.usersByIds('t1', ['bob', 'nobody', 'ann', 'bob'])).map((user) => user.userId),
    ).to.deep.equal(['bob', 'ann']);
    expect(await read.users.usersExist('t1', ['ann', 'zoe', 'bob', 'ann'])).to.deep.equal(new Set(['ann', 'bob']));
    expect(await read.users.usersExist('t1', [])).to.deep.equal(new Set());
  });

  it('a group as it stands', async () => {
    history.write(
      created('g1', 'ann', { customFields: [{ key: 'k', value: 'v' }] }),
      joined('g1', 'ann', 'owner'),
      joined('g1', 'bob'),
      { type: 'GroupMuted', data: { groupId: 'g1', by: 'ann', speakers: ['bob'] } },
    );
    await caughtUp();
    const group = await read.groups.groupById('t1', 'g1');
    expect(group).to.deep.include({
      groupId: 'g1',
      number: 2 ** 52 + 1,
      incarnation: 1,
      name: 'Group g1',
      customFields: [{ key: 'k', value: 'v' }],
      ownerId: 'ann',
      memberCount: 2,
      status: 'active',
      mutedAll: true,
      speakers: ['bob'],
      joinPolicy: { selfJoin: 'open', memberInvite: 'joins' },
      settings: SETTINGS,
      rules: { preset: 'parley', version: 1 },
      createdAt: START,
      dismissedAt: null,
      revision: 3,
    });
    expect(await read.groups.groupById('t2', 'g1')).to.equal(undefined);
  });

  it('a member, muted until a time, for ever, or not', async () => {
    history.write(
      created('g2', 'ann'),
      joined('g2', 'ann', 'owner', { card: { nickname: 'Boss' } }),
      joined('g2', 'bob', 'member', { mutedUntil: START + 1, inviterId: 'ann' }),
      joined('g2', 'cid', 'admin', { mutedUntil: null }),
    );
    await caughtUp();
    const ann = await read.members.member('t1', 'g2', 'ann');
    expect(ann).to.deep.equal({
      userId: 'ann',
      role: 'owner',
      joinedAt: START,
      source: 'creation',
      inviterId: null,
      approvedBy: null,
      card: {
        nickname: 'Boss',
        avatar: null,
        ext: null,
        region: null,
        phone: null,
        wechat: null,
        alipay: null,
        description: null,
        customFields: null,
      },
      receiveOption: 'all',
      seesEarlier: true,
      updatedAt: ann?.updatedAt,
    });
    expect(await read.members.member('t1', 'g2', 'bob')).to.include({ mutedUntil: START + 1, inviterId: 'ann' });
    expect(await read.members.member('t1', 'g2', 'cid')).to.include({ mutedUntil: null, role: 'admin' });
    expect(await read.members.member('t1', 'g2', 'dan')).to.equal(undefined);
    const some = await read.members.membersByIds('t1', 'g2', ['cid', 'dan', 'ann']);
    expect(some.map((member) => member.userId)).to.deep.equal(['cid', 'ann']);
    expect(some[1]?.profile).to.deep.equal(profileOf(await read.users.userById('t1', 'ann')));
    expect(some[0]?.profile, 'cid is no user').to.equal(null);
  });

  it('pages through members: owner, admins, members, by joining time, then id; whoever goes meanwhile hides nobody', async () => {
    const people = Array.from({ length: 25 }, (_, i) => `p${String(i).padStart(2, '0')}`);
    history.write(
      created('g3', 'zed'),
      ...people.map((id, i) => joined('g3', id, i % 5 === 0 ? 'admin' : 'member', { joinedAt: START + ((i * 7) % 4) })),
    );
    history.write(joined('g3', 'zed', 'owner', { joinedAt: START + 100 }));
    await caughtUp();

    const whole = await read.members.membersOfGroup('t1', 'g3', { limit: MAX_PAGE });
    expect(whole).to.include({ total: 26, next: null });
    expect(whole.items).to.have.length(26);
    const rank = { owner: 0, admin: 1, member: 2 };
    const expected = [...whole.items].sort(
      (a, b) => rank[a.role] - rank[b.role] || a.joinedAt - b.joinedAt || (a.userId < b.userId ? -1 : 1),
    );
    expect(whole.items).to.deep.equal(expected);

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await read.members.membersOfGroup('t1', 'g3', { limit: 4, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((member) => member.userId));
      if (cursor === undefined) {
        // The last one shown goes: the next page still begins behind where he was.
        history.write(left('g3', page.items.at(-1)!.userId, 'admin'));
        await caughtUp();
      }
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).to.deep.equal(whole.items.map((member) => member.userId));
    expect((await read.members.membersOfGroup('t1', 'g3', { limit: 1 })).total).to.equal(25);
    expect(await read.members.membersOfGroup('t1', 'none', { limit: 5 })).to.deep.equal({
      items: [],
      next: null,
      total: 0,
    });
  });

  it('all active groups of a tenant by number, page after page, by preset', async () => {
    const { rules } = groupPresets['tencent-meeting'];
    for (let i = 0; i < 5; i++) history.write(created(`n${String(i)}`, 'ned', { number: 2 ** 52 + 100 - i, rules }));
    history.write(dismissed('n3', false));
    await caughtUp();
    const filter = { presets: ['tencent-meeting'] };
    const seen: string[] = [];
    let after = 0;
    do {
      const page = await read.groups.groupNumbers('t1', { after, limit: 2 }, filter);
      expect(page.total).to.equal(4);
      expect(page.groups.length).to.be.within(1, 2);
      seen.push(...page.groups.map(({ groupId }) => groupId));
      after = page.next;
    } while (after !== 0);
    expect(seen).to.deep.equal(['n4', 'n2', 'n1', 'n0']);
    const all = await read.groups.groupNumbers('t1', { after: 0, limit: 10_000 });
    expect(all.total).to.equal(all.groups.length);
    expect(all.groups.map(({ groupId }) => groupId)).to.include.members(seen);
    const none = await read.groups.groupNumbers('t1', { after: 0, limit: 1 }, { presets: ['tencent-work'] });
    expect(none).to.deep.equal({ groups: [], total: 0, next: 0 });
  });

  it('pages through the groups of a user, active ones only', async () => {
    for (let i = 0; i < 7; i++)
      history.write(
        created(`u${String(i)}`, 'pat'),
        joined(`u${String(i)}`, 'pat', 'owner', { joinedAt: START + 10 - i }),
      );
    history.write(dismissed('u3', false), left('u5', 'pat', 'owner'));
    await caughtUp();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await read.groups.groupsOfUser('t1', 'pat', { limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).to.be.within(1, 2);
      for (const { group, role } of page.items) {
        seen.push(group.groupId);
        expect(role).to.equal('owner');
      }
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).to.deep.equal(['u6', 'u4', 'u2', 'u1', 'u0']);
    const second = await read.groups.groupsOfUser('t1', 'pat', { limit: 2, offset: 2 });
    expect([second.total, second.items.map(({ group }) => group.groupId)]).to.deep.equal([5, ['u2', 'u1']]);
    const none = await read.groups.groupsOfUser('t1', 'pat', { limit: 2 }, { roles: ['admin', 'member'] });
    expect(none).to.deep.equal({ items: [], next: null, total: 0 });
    expect((await read.groups.groupsOfUser('t1', 'pat', { limit: 2 }, { kind: 'Work' })).total).to.equal(0);
    expect((await read.groups.groupsOfUser('t1', 'pat', { limit: 2 }, { kind: '' })).total).to.equal(5);
    for (const [presets, total] of [
      [['parley', 'openim'], 5],
      [['tencent-work'], 0],
      [[], 0],
    ] as const)
      expect((await read.groups.groupsOfUser('t1', 'pat', { limit: 2 }, { presets })).total).to.equal(total);
    expect(await read.groups.groupsOfUser('t1', 'nobody', { limit: 2 })).to.deep.equal({
      items: [],
      next: null,
      total: 0,
    });
  });

  it('members by part of their name and by role; no character is special', async () => {
    const names = ['Ann 100%', 'bob_b', 'c\\d', 'ÉMILE', 'Émile', "o'neil", 'Zed'];
    history.write(
      created('g4', 'n0'),
      ...names.map((nickname, i) => registered(`n${String(i)}`, { nickname })),
      ...names.map((_, i) => joined('g4', `n${String(i)}`, (['owner', 'admin'] as const)[i] ?? 'member')),
      registered('hidden', { nickname: 'Ann too' }),
      joined('g4', 'hidden', 'member', { card: { nickname: 'Masked' } }),
      joined('g4', 'stranger', 'member'),
      joined('g4', 'blank', 'member', { card: { nickname: '' } }),
      registered('blank', { nickname: 'Zed the second' }),
    );
    await caughtUp();
    const found = async (keyword: string, roles?: ('owner' | 'admin' | 'member')[]): Promise<string[]> => {
      const filter = { keyword, ...(roles ? { roles } : {}) };
      const page = await read.members.membersOfGroup('t1', 'g4', { limit: 50 }, filter);
      expect(page.total, keyword).to.equal(page.items.length);
      return page.items.map(({ userId }) => userId);
    };
    expect(await found('%')).to.deep.equal(['n0']);
    expect(await found('_')).to.deep.equal(['n1']);
    expect(await found('\\')).to.deep.equal(['n2']);
    expect(await found("'")).to.deep.equal(['n5']);
    expect(await found('émile')).to.deep.equal(['n3', 'n4']);
    expect(await found('mask')).to.deep.equal(['hidden']);
    expect(await found('ANN')).to.deep.equal(['n0']);
    expect(await found('zed')).to.deep.equal(['blank', 'n6']);
    expect(await found('.*')).to.deep.equal([]);
    expect(await found('a\u0000')).to.deep.equal([]);
    expect(await found('', ['admin'])).to.deep.equal(['n1']);
    expect(await found('b', ['owner', 'member'])).to.deep.equal([]);

    const { members } = read;
    const roles = { roles: ['member' as const] };
    const whole = await members.membersOfGroup('t1', 'g4', { limit: 50 }, roles);
    expect([whole.total, whole.items.length]).to.deep.equal([8, 8]);
    const paged: unknown[] = [];
    for (let offset = 0; offset < 8; offset += 3)
      paged.push(...(await members.membersOfGroup('t1', 'g4', { limit: 3, offset }, roles)).items);
    expect(paged).to.deep.equal(whole.items);
    const one = await members.membersOfGroup('t1', 'g4', { limit: 1 }, { keyword: 'émile' });
    const two = await members.membersOfGroup('t1', 'g4', { limit: 1, cursor: one.next ?? '' }, { keyword: 'émile' });
    expect([one.items[0]?.userId, two.items[0]?.userId, two.next, two.total]).to.deep.equal(['n3', 'n4', null, 2]);
    expect((await members.membersOfGroup('t2', 'g4', { limit: 5 }, { keyword: 'a' })).total).to.equal(0);
    expect(await members.rolesOf('t1', 'g4', ['n1', 'n6', 'nobody', 'n0'])).to.deep.equal(
      new Map([
        ['n0', 'owner'],
        ['n1', 'admin'],
        ['n6', 'member'],
      ]),
    );
    expect(await members.rolesOf('t2', 'g4', ['n1'])).to.deep.equal(new Map());
  });

  it('members with their profiles: the same list, and of each what he has as a user', async () => {
    const { members, users } = read;
    const filters = [{}, { keyword: 'e' }, { roles: ['member' as const] }];
    for (const filter of filters) {
      for (const page of [{ limit: 50 }, { limit: 3, offset: 2 }]) {
        const told = JSON.stringify([filter, page]);
        const list = await members.membersOfGroup('t1', 'g4', page, filter);
        const profiled = await members.profiledMembersOfGroup('t1', 'g4', page, filter);
        expect(list.items.length, told).to.be.greaterThan(0);
        expect(profiled.items.map(bare), told).to.deep.equal(list.items.map(bare));
        expect({ ...profiled, items: [] }, told).to.deep.equal({ ...list, items: [] });
        for (const { userId, profile } of profiled.items)
          expect(profile, userId).to.deep.equal(profileOf(await users.userById('t1', userId)));
      }
    }
    const { next } = await members.membersOfGroup('t1', 'g4', { limit: 3 });
    expect((await members.profiledMembersOfGroup('t1', 'g4', { limit: 50, cursor: next ?? '' })).items).to.have.length(
      7,
    );
    expect(await members.profiledMembersOfGroup('t1', 'none', { limit: 5 })).to.deep.equal({
      items: [],
      next: null,
      total: 0,
    });
  });

  it('whose mute has not ended', async () => {
    history.write(
      created('g5', 'ann'),
      joined('g5', 'ann', 'owner'),
      joined('g5', 'bob', 'member', { mutedUntil: START + 10 }),
      joined('g5', 'cid', 'member', { mutedUntil: null }),
      joined('g5', 'dan', 'member', { mutedUntil: START + 11 }),
    );
    await caughtUp();
    const muted = async (at: number): Promise<unknown> => {
      const { items, total } = await read.members.mutedMembers('t1', 'g5', at, { limit: 9 });
      return [items.map(({ userId, mutedUntil }) => [userId, mutedUntil]), total];
    };
    expect(await muted(START + 9)).to.deep.equal([
      [
        ['bob', START + 10],
        ['cid', null],
        ['dan', START + 11],
      ],
      3,
    ]);
    expect(await muted(START + 10)).to.deep.equal([
      [
        ['cid', null],
        ['dan', START + 11],
      ],
      2,
    ]);
    history.write(created('g5b', 'ann'), joined('g5b', 'ann', 'owner'), joined('g5b', 'eve', 'admin'));
    await caughtUp();
    const people = await read.members.peopleOf('t1', ['g5', 'nowhere', 'g5b'], 'bob', START + 10);
    expect(
      [...people].map(([groupId, { owner, self, admins, muted: n }]) => [
        groupId,
        owner?.userId,
        self?.role,
        admins,
        n,
      ]),
    ).to.have.deep.members([
      ['g5', 'ann', 'member', 0, 2],
      ['g5b', 'ann', undefined, 1, 0],
      ['nowhere', undefined, undefined, 0, 0],
    ]);
    const owners = await read.members.peopleOf('t1', ['g5b'], 'ann', START);
    expect(owners.get('g5b')?.self).to.deep.equal(owners.get('g5b')?.owner);
    expect([...(await read.members.peopleOf('t2', ['g5'], 'bob', START)).values()]).to.deep.equal([
      { owner: undefined, self: undefined, admins: 0, muted: 0 },
    ]);
    const first = await read.members.mutedMembers('t1', 'g5', START, { limit: 2 });
    const rest = await read.members.mutedMembers('t1', 'g5', START, { limit: 2, cursor: first.next ?? '' });
    expect([first.total, rest.items.map(({ userId }) => userId), rest.next]).to.deep.equal([3, ['dan'], null]);
  });

  it('goings and favourites, newest first', async () => {
    history.write(created('g6', 'ann'), joined('g6', 'ann', 'owner'), created('g7', 'ann'), created('g8', 'ann'));
    history.write(
      ...['x1', 'x2', 'x3'].map((id) => joined('g6', id)),
      ...['x1', 'x2', 'x3'].map((id) => left('g6', id)),
      ...['g6', 'g7', 'g8'].map((groupId) => ({
        type: 'GroupFavourited',
        data: { userId: 'fan', groupId, incarnation: 1 },
      })),
      dismissed('g7'),
    );
    await caughtUp();
    const gone = await read.departures.departuresOfGroup('t1', 'g6', { limit: 2 });
    expect([gone.total, gone.items.map(({ userId }) => userId)]).to.deep.equal([3, ['x3', 'x2']]);
    expect(gone.items[0]).to.include({ how: 'left', by: 'x3', byRole: 'member', roleBefore: 'member', reason: null });
    const last = await read.departures.departuresOfGroup('t1', 'g6', { limit: 2, cursor: gone.next ?? '' });
    expect([last.items.map(({ userId }) => userId), last.next]).to.deep.equal([['x1'], null]);
    expect((await read.departures.departuresOfGroup('t2', 'g6', { limit: 2 })).total).to.equal(0);

    const liked = await read.favourites.favouritesOfUser('t1', 'fan', { limit: 1 });
    expect([liked.total, liked.items.map(({ group }) => group.groupId)]).to.deep.equal([2, ['g8']]);
    const next = await read.favourites.favouritesOfUser('t1', 'fan', { limit: 1, offset: 1 });
    expect([next.items.map(({ group }) => group.groupId), next.next]).to.deep.equal([['g6'], null]);
    expect(await read.favourites.areFavourites('t1', 'fan', ['g6', 'g9', 'g7'])).to.deep.equal(new Set(['g6']));
    expect(await read.favourites.areFavourites('t2', 'fan', ['g6'])).to.deep.equal(new Set());
    // Somebody else's group that takes the id is nobody's favourite yet.
    history.write(created('g7', 'mal', { incarnation: 2 }), joined('g7', 'mal', 'owner'));
    await caughtUp();
    const now = await read.favourites.favouritesOfUser('t1', 'fan', { limit: 9 });
    expect([now.total, now.items.map(({ group }) => group.groupId)]).to.deep.equal([2, ['g8', 'g6']]);
    expect(await read.favourites.areFavourites('t1', 'fan', ['g7'])).to.deep.equal(new Set());
  });

  it('whose number it is, of users and groups, and which they have', async () => {
    const number = 2 ** 52 + 70_001;
    history.write(registered('numbered', { number }), created('numbered-too', 'ann', { number: number + 1 }));
    await caughtUp();
    const { numbers } = read;
    expect(await numbers.numbered('t1', [number + 1, number, number + 2])).to.deep.equal(
      new Map([
        [number, { kind: 'user', id: 'numbered' }],
        [number + 1, { kind: 'group', id: 'numbered-too' }],
      ]),
    );
    expect(await numbers.numbersOfUsers('t1', ['numbered', 'numbered-too'])).to.deep.equal(
      new Map([['numbered', number]]),
    );
    expect(await numbers.numbersOfGroups('t1', ['numbered', 'numbered-too'])).to.deep.equal(
      new Map([['numbered-too', number + 1]]),
    );
    expect(await numbers.numbered('t2', [number])).to.deep.equal(new Map());
  });

  it('refuses cursors that it did not give, and pages that are none', async () => {
    const forged = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = [
      '',
      '%',
      'AAAA',
      'x'.repeat(5_000),
      forged({}),
      forged(['groups-of-user', 1, 'g']),
      forged(['members-of-group', 1, 2]),
      forged(['members-of-group', 1.5, 2, 'a']),
      forged(['members-of-group', 1, 2, 'a\u0000']),
      forged(['members-of-group', 1, '2', 'a']),
    ];
    for (const cursor of bad)
      expect(await refused(read.members.membersOfGroup('t1', 'g3', { limit: 5, cursor })), cursor).to.be.instanceOf(
        BadCursor,
      );
    const huge = forged(['members-of-group', Number.MAX_SAFE_INTEGER, 0, 'a']);
    expect((await read.members.membersOfGroup('t1', 'g3', { limit: 5, cursor: huge })).items).to.deep.equal([]);
    expect(await refused(read.groups.groupsOfUser('t1', 'pat', { limit: 5, cursor: 'AAAA' }))).to.be.instanceOf(
      BadCursor,
    );
    const { next } = await read.members.membersOfGroup('t1', 'g3', { limit: 1 });
    for (const page of [{ offset: -1 }, { offset: 0.5 }, { offset: 2 ** 31 }, { offset: 1, cursor: next ?? '' }])
      expect(
        await refused(read.members.membersOfGroup('t1', 'g3', { limit: 1, ...page })),
        JSON.stringify(page),
      ).to.be.instanceOf(BadPageOffset);
    for (const limit of [0, -1, 1.5, NaN, MAX_PAGE + 1])
      expect(await refused(read.members.membersOfGroup('t1', 'g3', { limit })), String(limit)).to.be.instanceOf(
        BadPageLimit,
      );
  });
});
