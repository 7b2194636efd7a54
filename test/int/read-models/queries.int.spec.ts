import { expect } from 'chai';
import type { Position } from '../../../application/ports/event-store.js';
import { BadCursor, BadPageLimit, MAX_PAGE } from '../../../application/queries/page.js';
import { openReadModels, type ReadModels } from '../../../infrastructure/read-models/read-models.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { created, dismissed, Historian, joined, left, registered, START } from '../../support/group-histories.js';
import { ProjectionBench } from '../../support/projections.js';

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
      created('g1', 'ann', { customFields: [{ key: 'k', value: 'v' }], settings: { retention: null } }),
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
      settings: { retention: null },
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
    expect(await read.groups.groupsOfUser('t1', 'nobody', { limit: 2 })).to.deep.equal({
      items: [],
      next: null,
      total: 0,
    });
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
    for (const limit of [0, -1, 1.5, NaN, MAX_PAGE + 1])
      expect(await refused(read.members.membersOfGroup('t1', 'g3', { limit })), String(limit)).to.be.instanceOf(
        BadPageLimit,
      );
  });
});
