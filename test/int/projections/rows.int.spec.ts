import { expect } from 'chai';
import fc from 'fast-check';
import type { GroupEvent } from '../../../domain/group/events.js';
import { evolve, memberCount, noGroup, type GroupState } from '../../../domain/group/state.js';
import type { DomainEvent } from '../../../domain/shared/event.js';
import { LetterStatements } from '../../../projections/engine/transaction.js';
import {
  projectionKey,
  tablesOf,
  type ProjectedEvent,
  type Projection,
} from '../../../projections/engine/projection.js';
import { projections } from '../../../projections/index.js';
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
import { projectedFrom, ProjectionBench } from '../../support/projections.js';
import { randomHistory } from '../../support/random-history.js';

interface MemberRow {
  user_id: string;
  role: string;
  muted: boolean;
  muted_until: string | null;
  incarnation: number;
}

describe('projections: given events, then rows', () => {
  let bench: ProjectionBench;
  let store: ArrayEventStore;
  let history: Historian;

  before(async () => {
    bench = await ProjectionBench.open();
    const engine = bench.engine(new ArrayEventStore());
    await engine.start();
    await engine.stop();
  });
  after(() => bench.close());
  beforeEach(() => {
    store = new ArrayEventStore();
    history = new Historian(store);
  });

  const deliver = (batch: readonly ProjectedEvent[]): Promise<void> => bench.deliver(batch);
  const truncate = (): Promise<void> => bench.truncate();
  beforeEach(truncate);

  const projected = (): ProjectedEvent[] => projectedFrom(store);

  const group = async (groupId: string): Promise<Record<string, unknown> | undefined> =>
    (await bench.rows<Record<string, unknown>>('SELECT * FROM read.groups_v2 WHERE group_id = $1', [groupId]))[0];
  const members = (groupId: string): Promise<MemberRow[]> =>
    bench.rows(
      `SELECT user_id, role, muted, muted_until, incarnation FROM read.group_members_v2 WHERE group_id = $1
       ORDER BY role_order, joined_at, user_id`,
      [groupId],
    );

  const pendingOf = (groupId: string): Promise<object[]> =>
    bench.rows(
      `SELECT kind, application_id AS id, user_id, to_jsonb(array_remove(ARRAY[
         CASE WHEN awaits_invitee THEN 'invitee' END, CASE WHEN awaits_manager THEN 'manager' END], NULL)) AS awaits
       FROM read.group_applications_v1 WHERE group_id = $1 AND status = 'pending'`,
      [groupId],
    );

  it('a registered user', async () => {
    history.write(registered('ann', { nickname: 'Ännchen 𝄞', region: 'x' }));
    await deliver(projected());
    expect(await bench.rows('SELECT * FROM read.users_v2')).to.deep.equal([
      {
        tenant: 't1',
        user_id: 'ann',
        number: String(2 ** 52 + 7),
        nickname: 'Ännchen 𝄞',
        avatar: '',
        ext: '',
        region: 'x',
        phone: null,
        nickname_folded: 'ännchen 𝄞',
        gender: null,
        group_invite_consent: null,
        friend_request_consent: null,
        searchable: null,
        receive_option: 'all',
        registered_at: String(START),
        updated_at: String(START),
        revision: '0',
      },
    ]);
  });

  it('a user whose personal fields were erased has nulls', async () => {
    const erased = { nickname: null, avatar: null, ext: null } as unknown as { nickname: string };
    history.write(registered('ann', erased));
    await deliver(projected());
    const [row] = await bench.rows<{ nickname: unknown; user_id: string }>('SELECT * FROM read.users_v2');
    expect(row).to.include({ user_id: 'ann', nickname: null, avatar: null, ext: null });
  });

  it('a speaker who goes is none any more, nor when he comes back', async () => {
    history.write(
      created('g', 'ann'),
      joined('g', 'ann', 'owner'),
      joined('g', 'bob', 'member'),
      joined('g', 'cid', 'member'),
      { type: 'GroupMuted', data: { groupId: 'g', by: 'ann', speakers: ['bob', 'cid'] } },
      left('g', 'bob', 'member'),
      joined('g', 'bob', 'member'),
    );
    await deliver(projected());
    expect(await group('g')).to.deep.include({ muted_all: true, speakers: ['cid'], member_count: 3 });
  });

  it('a group with its members, in one batch or one by one', async () => {
    history.write(
      created('g', 'ann'),
      joined('g', 'ann', 'owner'),
      joined('g', 'bob', 'admin'),
      joined('g', 'cid', 'member', { joinedAt: START + 5, mutedUntil: null }),
      joined('g', 'dan', 'member', { joinedAt: START + 4 }),
      { type: 'MemberMuted', data: { groupId: 'g', userId: 'dan', until: START + 9, by: 'ann' } },
      { type: 'GroupMuted', data: { groupId: 'g', by: 'ann', speakers: ['dan'] } },
      { type: 'GroupProfileChanged', data: { groupId: 'g', changes: { name: 'New', ext: null }, by: 'ann' } },
    );
    const together = async (): Promise<unknown> => [await group('g'), await members('g')];
    await deliver(projected());
    const atOnce = await together();
    expect(await members('g')).to.deep.equal([
      { user_id: 'ann', role: 'owner', muted: false, muted_until: null, incarnation: 1 },
      { user_id: 'bob', role: 'admin', muted: false, muted_until: null, incarnation: 1 },
      { user_id: 'dan', role: 'member', muted: true, muted_until: String(START + 9), incarnation: 1 },
      { user_id: 'cid', role: 'member', muted: true, muted_until: null, incarnation: 1 },
    ]);
    expect(await group('g')).to.include({
      member_count: 4,
      name: 'New',
      ext: '',
      muted_all: true,
      owner_id: 'ann',
      status: 'active',
      revision: '7',
      updated_at: String(START + 7),
      dismissed_at: null,
    });
    await truncate();
    for (const event of projected()) await deliver([event]);
    expect(await together()).to.deep.equal(atOnce);
  });

  it('a transfer moves the ownership in both lists and ends the new owner’s mute', async () => {
    history.write(created('g', 'ann'), joined('g', 'ann', 'owner'), joined('g', 'bob', 'admin'));
    history.write({ type: 'MemberMuted', data: { groupId: 'g', userId: 'bob', until: null, by: 'ann' } });
    await deliver(projected());
    const [transferred, gone] = [
      {
        type: 'OwnerTransferred',
        data: {
          groupId: 'g',
          from: 'ann',
          to: 'bob',
          formerOwnerBecomes: 'member',
          newOwnerWas: 'admin',
          why: 'ownerLeft',
        },
      },
      left('g', 'ann'),
    ];
    const before = store.log.length;
    history.write(transferred!, gone!);
    await deliver(projected().slice(before));
    expect(await group('g')).to.include({ owner_id: 'bob', member_count: 1 });
    expect(await members('g')).to.deep.equal([
      { user_id: 'bob', role: 'owner', muted: false, muted_until: null, incarnation: 1 },
    ]);
  });

  it('re-adding a member changes the count by nothing, and who goes twice goes once', async () => {
    history.write(created('g', 'ann'), joined('g', 'ann', 'owner'), joined('g', 'bob'));
    await deliver(projected());
    const base = store.log.length;
    history.write(joined('g', 'bob'), joined('g', 'cid'), left('g', 'cid'), left('g', 'cid'), left('g', 'nobody'));
    await deliver(projected().slice(base));
    expect(await group('g')).to.include({ member_count: 2 });
    expect(await members('g')).to.have.length(2);
  });

  it('a dismissal keeps or removes the members, and the next incarnation begins with nobody', async () => {
    history.write(
      created('kept', 'ann'),
      joined('kept', 'ann', 'owner'),
      joined('kept', 'bob'),
      dismissed('kept', false),
    );
    history.write(created('gone', 'ann'), joined('gone', 'ann', 'owner'), dismissed('gone', true));
    await deliver(projected());
    expect(await group('kept')).to.include({ status: 'dismissed', member_count: 2 });
    expect(await group('gone')).to.include({ status: 'dismissed', member_count: 0 });
    expect(await members('kept')).to.have.length(2);
    expect(await members('gone')).to.have.length(0);

    const base = store.log.length;
    history.write(created('kept', 'cid', { incarnation: 2 }), joined('kept', 'cid', 'owner'));
    await deliver(projected().slice(base));
    expect(await group('kept')).to.include({ status: 'active', member_count: 1, owner_id: 'cid', dismissed_at: null });
    expect(await members('kept')).to.deep.equal([
      { user_id: 'cid', role: 'owner', muted: false, muted_until: null, incarnation: 2 },
    ]);
  });

  it('a group’s announcement, policy, settings, suspension and copies', async () => {
    history.write(
      created('g', 'ann', {
        settings: { ...SETTINGS, lookMemberInfo: false },
        origin: { kind: 'copied', from: 'old' },
      }),
      { type: 'AnnouncementPublished', data: { groupId: 'g', text: 'Hear, hear', by: 'ann' } },
      { type: 'JoinPolicyChanged', data: { groupId: 'g', selfJoin: 'closed', memberInvite: 'refused', by: 'ann' } },
      {
        type: 'GroupSettingsChanged',
        data: { groupId: 'g', changes: { maximum: 7, retention: 1000, memberProtection: true }, by: 'ann' },
      },
      { type: 'GroupSuspended', data: { groupId: 'g', mode: 'blocked', by: 'admin', reason: 'spam' } },
      { type: 'GroupCopied', data: { groupId: 'g', toGroupId: 'h', by: 'ann', copiedAt: 5 } },
    );
    await deliver(projected());
    expect(await group('g')).to.deep.include({
      announcement: 'Hear, hear',
      announced_by: 'ann',
      announced_at: String(START + 1),
      self_join: 'closed',
      member_invite: 'refused',
      maximum: 7,
      settings: { ...SETTINGS, lookMemberInfo: false, retention: 1000, memberProtection: true },
      suspension: 'blocked',
      suspended_by: 'admin',
      suspension_reason: 'spam',
      suspended_at: String(START + 4),
      origin: 'copied',
      copied_from: 'old',
      copied_at: '5',
      status: 'active',
      muted_all: false,
    });
    const base = store.log.length;
    history.write(
      { type: 'AnnouncementPublished', data: { groupId: 'g', text: '', by: 'bob' } },
      { type: 'GroupReinstated', data: { groupId: 'g', mode: 'blocked', by: 'admin' } },
    );
    await deliver(projected().slice(base));
    expect(await group('g')).to.include({
      announcement: '',
      announced_by: 'bob',
      suspension: null,
      suspended_by: null,
    });
  });

  it('the members of a dismissed group go later, which leaves the time of its dismissal', async () => {
    history.write(created('g', 'ann'), joined('g', 'ann', 'owner'), dismissed('g', false), {
      type: 'DismissedGroupEmptied',
      data: { groupId: 'g', by: 'ann' },
    });
    await deliver(projected());
    expect(await group('g')).to.include({ dismissed_at: String(START + 2), member_count: 0, owner_id: null });
    expect(await members('g')).to.deep.equal([]);
  });

  it('a card changes field by field, null clears, and an erased member’s is empty', async () => {
    const card = async (): Promise<unknown> =>
      (
        await bench.rows(`SELECT card, name_folded, receive_option FROM read.group_members_v2 WHERE user_id = 'ann'`)
      )[0];
    const changed = (data: object): DomainEvent => ({
      type: 'MemberCardChanged',
      data: { groupId: 'g', userId: 'ann', by: 'ann', ...data },
    });
    history.write(
      created('g', 'ann'),
      joined('g', 'ann', 'owner', { card: { nickname: 'ÄNN', ext: 'x' } }),
      changed({ changes: { description: ['a'], customFields: [{ key: 'k', value: 'v' }] }, receiveOption: 'silent' }),
    );
    await deliver(projected());
    expect(await card()).to.deep.equal({
      card: { nickname: 'ÄNN', ext: 'x', description: ['a'], customFields: [{ key: 'k', value: 'v' }] },
      name_folded: 'änn',
      receive_option: 'silent',
    });
    let base = store.log.length;
    history.write(changed({ changes: { ext: null, region: 'R' } }), changed({ changes: { nickname: 'Boss' } }));
    await deliver(projected().slice(base));
    expect(await card()).to.deep.equal({
      card: { nickname: 'Boss', region: 'R', description: ['a'], customFields: [{ key: 'k', value: 'v' }] },
      name_folded: 'boss',
      receive_option: 'silent',
    });
    base = store.log.length;
    history.write(changed({ changes: null }));
    await deliver(projected().slice(base));
    expect(await card()).to.deep.equal({ card: {}, name_folded: null, receive_option: 'silent' });
  });

  it('a user’s profile, privacy and receive option', async () => {
    history.write(
      registered('ann', { phone: '1', region: 'r' }),
      {
        type: 'UserProfileChanged',
        data: { userId: 'ann', changes: { nickname: 'Å', avatar: null, gender: 'f', phone: null } },
      },
      { type: 'UserPrivacyChanged', data: { userId: 'ann', changes: { groupInviteConsent: true } } },
      { type: 'UserPrivacyChanged', data: { userId: 'ann', changes: { searchable: false } } },
      { type: 'UserReceiveOptionChanged', data: { userId: 'ann', option: 'silent' } },
    );
    await deliver(projected());
    const [user] = await bench.rows<object>('SELECT * FROM read.users_v2');
    expect(user).to.include({
      nickname: 'Å',
      nickname_folded: 'å',
      avatar: '',
      gender: 'f',
      phone: null,
      region: 'r',
      group_invite_consent: true,
      friend_request_consent: null,
      searchable: false,
      receive_option: 'silent',
      registered_at: String(START),
      updated_at: String(START + 4),
      revision: '4',
    });
    const base = store.log.length;
    history.write({ type: 'UserProfileChanged', data: { userId: 'ann', changes: null } });
    await deliver(projected().slice(base));
    expect((await bench.rows<object>('SELECT * FROM read.users_v2'))[0]).to.include({
      nickname: null,
      nickname_folded: null,
      avatar: null,
      gender: null,
      region: null,
    });
  });

  it('who was removed, by whom in which role, and who left; coming back strikes it out', async () => {
    const goings = (): Promise<unknown[]> =>
      bench.rows(`SELECT user_id, how, by, by_role, role_before, reason, at FROM read.group_departures_v1 ORDER BY at`);
    const roles: Readonly<Record<string, string>> = { ann: 'owner', bob: 'admin' };
    const removed = (userId: string, by: string, extra: object = {}): DomainEvent => ({
      type: 'MemberRemoved',
      data: { groupId: 'g', userId, roleBefore: 'member', by, byRole: roles[by] ?? null, ...extra },
    });
    history.write(
      created('g', 'ann'),
      joined('g', 'ann', 'owner'),
      joined('g', 'bob', 'admin'),
      ...['cid', 'dan', 'eve', 'fay'].map((id) => joined('g', id)),
    );
    await deliver(projected());
    const base = store.log.length;
    history.write(
      removed('cid', 'bob', { reason: 'spam' }),
      removed('dan', 'root'),
      { type: 'MemberRoleChanged', data: { groupId: 'g', userId: 'bob', from: 'admin', to: 'member', by: 'ann' } },
      removed('bob', 'ann'),
      left('g', 'eve'),
    );
    await deliver(projected().slice(base));
    const once = await goings();
    await deliver(projected().slice(base));
    expect(await goings()).to.deep.equal(once);
    const at = (i: number): string => String(START + base + i);
    expect(once).to.deep.equal([
      { user_id: 'cid', how: 'removed', by: 'bob', by_role: 'admin', role_before: 'member', reason: 'spam', at: at(0) },
      { user_id: 'dan', how: 'removed', by: 'root', by_role: null, role_before: 'member', reason: null, at: at(1) },
      { user_id: 'bob', how: 'removed', by: 'ann', by_role: 'owner', role_before: 'member', reason: null, at: at(3) },
      { user_id: 'eve', how: 'left', by: 'eve', by_role: 'member', role_before: 'member', reason: null, at: at(4) },
    ]);
    history.write(joined('g', 'cid'));
    await deliver(projected().slice(-1));
    expect(await goings()).to.deep.equal(once.slice(1));
    history.write(dismissed('g', true), created('g', 'ann', { incarnation: 2 }));
    await deliver(projected().slice(-2));
    expect(await goings()).to.deep.equal([]);
  });

  it('who applied stays with the incarnation to which he applied, delivered once or twice', async () => {
    history.write(
      created('g', 'ann'),
      { type: 'JoinRequested', data: { groupId: 'g', requestId: 'r1', userId: 'bob', source: 'request' } },
      dismissed('g'),
      created('g', 'cid', { incarnation: 2 }),
      { type: 'JoinRequested', data: { groupId: 'g', requestId: 'r2', userId: 'dan', source: 'request' } },
    );
    const rows = [
      { application_id: 'r1', incarnation: 1, status: 'dismissed' },
      { application_id: 'r2', incarnation: 2, status: 'pending' },
    ];
    for (const time of ['first', 'second']) {
      await deliver(projected().slice(time === 'first' ? 0 : 1));
      expect(
        await bench.rows(
          'SELECT application_id, incarnation, status FROM read.group_applications_v1 ORDER BY application_id',
        ),
        time,
      ).to.deep.equal(rows);
    }
  });

  it('favourites, and up to when notices are cleared', async () => {
    history.write(
      { type: 'GroupFavourited', data: { userId: 'ann', groupId: 'g', incarnation: 1 } },
      { type: 'GroupFavourited', data: { userId: 'ann', groupId: 'h', incarnation: 2 } },
      { type: 'GroupUnfavourited', data: { userId: 'ann', groupId: 'g' } },
      { type: 'GroupNoticesCleared', data: { userId: 'ann', upTo: 9 } },
      { type: 'GroupNoticesCleared', data: { userId: 'ann', upTo: 7 } },
    );
    await deliver(projected());
    expect(await bench.rows('SELECT * FROM read.favourites_v1')).to.deep.equal([
      { tenant: 't1', user_id: 'ann', group_id: 'h', incarnation: 2, favourited_at: String(START + 1) },
    ]);
    expect(await bench.rows('SELECT * FROM read.cleared_notices_v1')).to.deep.equal([
      { tenant: 't1', user_id: 'ann', up_to: '9' },
    ]);
  });

  it('tenants do not meet', async () => {
    for (const tenant of ['t1', 't2']) {
      history.writeAs(created('g', `${tenant}-owner`), { tenant });
      history.writeAs(joined('g', `${tenant}-owner`, 'owner'), { tenant });
    }
    history.writeAs(dismissed('g'), { tenant: 't1' });
    await deliver(projected());
    expect(
      await bench.rows('SELECT tenant, status, member_count, owner_id FROM read.groups_v2 ORDER BY tenant'),
    ).to.deep.equal([
      { tenant: 't1', status: 'dismissed', member_count: 0, owner_id: null },
      { tenant: 't2', status: 'active', member_count: 1, owner_id: 't2-owner' },
    ]);
  });

  it('somebody who joins a group that was never created is refused, by both projections that it concerns', async () => {
    history.write(joined('ghost', 'ann'));
    for (const projection of projections.filter(({ name }) => name === 'groups' || name === 'group_members')) {
      const failure = await applyAlone(projection).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, projection.name).to.be.instanceOf(Error);
    }

    async function applyAlone(projection: Projection): Promise<void> {
      const tables = tablesOf(projection, 'a');
      const client = await bench.pool.connect();
      try {
        const statements = new LetterStatements(client, tables.base);
        await projection.apply(projected(), tables, statements);
        await statements.answered();
      } finally {
        client.release();
      }
    }
  });

  it('any accepted history, cut into any batches, each delivered once or twice, gives the rows of one batch', async () => {
    const views = projections.map(projectionKey);
    const dump = async (): Promise<string[][]> => {
      const all: string[][] = [];
      for (const view of views) all.push(await bench.dump(view));
      return all;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 5, maxLength: 100 }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 9 }), twice: fc.boolean() }), {
          minLength: 1,
          maxLength: 20,
        }),
        async (choices, cuts) => {
          const ownStore = new ArrayEventStore();
          const writer = new Historian(ownStore);
          writer.write(...randomHistory(choices));
          store = ownStore;
          const events = projected();

          await truncate();
          await deliver(events);
          const whole = await dump();
          await truncate();
          let next = 0;
          for (let i = 0; next < events.length; i++) {
            const { size, twice } = cuts[i % cuts.length]!;
            const batch = events.slice(next, next + size);
            next += size;
            await deliver(batch);
            if (twice) await deliver(batch);
          }
          expect(await dump()).to.deep.equal(whole);
          const counts = await bench.rows<{ n: number; member_count: number }>(
            `SELECT g.member_count, (SELECT count(*)::int FROM read.group_members_v2 m
               WHERE m.tenant = g.tenant AND m.group_id = g.group_id) AS n FROM read.groups_v2 g`,
          );
          for (const { n, member_count } of counts) expect(member_count).to.equal(n);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('any accepted history gives the rows that the aggregate’s own fold gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 5, maxLength: 150 }), async (choices) => {
        const ownStore = new ArrayEventStore();
        new Historian(ownStore).write(...randomHistory(choices));
        store = ownStore;
        await truncate();
        await deliver(projected());

        const folded = new Map<string, GroupState>();
        for (const { stream, event } of projected())
          if (stream.startsWith('parley_group-'))
            folded.set(stream, evolve(folded.get(stream) ?? noGroup, event as unknown as GroupEvent));
        for (const state of folded.values()) {
          if (state.status === 'none') throw new Error('a group stream begins with its creation');
          expect(await group(state.groupId)).to.deep.include({
            status: state.status === 'live' ? 'active' : 'dismissed',
            incarnation: state.incarnation,
            name: state.name,
            owner_id: state.ownerId,
            member_count: memberCount(state),
            muted_all: state.groupMute !== null,
            speakers: state.groupMute === null ? [] : state.groupMute.speakers.toArray(),
            maximum: state.maximum,
            self_join: state.joinPolicy.selfJoin,
            member_invite: state.joinPolicy.memberInvite,
            settings: state.settings,
            suspension: state.suspension,
          });
          expect(await pendingOf(state.groupId)).to.have.deep.members([
            ...[...state.requests.values()].map(({ requestId, userId }) => ({
              kind: 'request',
              id: requestId,
              user_id: userId,
              awaits: ['manager'],
            })),
            ...[...state.invitations.values()].map(({ inviteId, userId, awaits }) => ({
              kind: 'invitation',
              id: inviteId,
              user_id: userId,
              awaits,
            })),
          ]);
          const expected = [...state.members.values()].map(({ userId, role, mute }) => ({
            user_id: userId,
            role,
            muted: mute !== null,
            muted_until: mute?.until == null ? null : String(mute.until),
            incarnation: state.incarnation,
          }));
          expect(await members(state.groupId)).to.have.deep.members(expected);
        }
      }),
      { numRuns: 25 },
    );
  });
});
