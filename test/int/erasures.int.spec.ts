import { expect } from 'chai';
import { UserErasures, type UserErasuresDependencies } from '../../application/commands/erasures.js';
import { NamedUsers } from '../../application/commands/named-users.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { userAggregate } from '../../application/commands/users.js';
import { systemClock } from '../../application/ports/clock.js';
import type { TokenRejected } from '../../application/ports/tokens.js';
import { nobodyKnown } from '../../application/ports/users.js';
import { streamName, type StreamId } from '../../application/streams.js';
import type { MessageSent } from '../../domain/conversation/events.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import { DataKeys } from '../../infrastructure/serialization/keys/data-keys.js';
import { at, replaced } from '../../infrastructure/serialization/paths.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import type { Payload } from '../../infrastructure/serialization/schema.js';
import { PostgresErasures } from '../../infrastructure/system/erasures.js';
import { PostgresPersonalTraces } from '../../infrastructure/system/personal-traces.js';
import { physicalTables, type ProjectedEvent, tablesOf } from '../../projections/engine/projection.js';
import { projections } from '../../projections/index.js';
import { ArrayEventStore } from '../support/array-event-store.js';
import { type CommandSide, commandSideDatabase, openCommandSide } from '../support/command-side.js';
import { created, joined, registered, START } from '../support/group-histories.js';
import type { TestDatabase } from '../support/postgres.js';
import { ProjectionBench } from '../support/projections.js';
import { silentLogger } from '../support/silent-logger.js';

const HIS = 'what the erased one wrote';
const words = (userId: string): string => (userId === 'ann' ? HIS : `what ${userId} wrote`);

/** Everything personal that a projection shows, of ann's and of bob's, each in a group of his own and in a chat of both. */
function everythingSaid(): readonly { readonly id: StreamId; readonly event: DomainEvent }[] {
  const tenant = 't1';
  const ofUser = (userId: string, other: string): { id: StreamId; event: DomainEvent }[] => {
    const text = words(userId);
    const groupId = `of ${userId}`;
    const user: StreamId = { category: 'user', tenant, userId };
    const group: StreamId = { category: 'group', tenant, groupId };
    const friendship: StreamId = { category: 'friendship', tenant, a: userId, b: other };
    const card = { nickname: text, avatar: text, ext: text, phone: text, description: [text] };
    const [ofHis, toHis] = [`request of ${userId}`, `request to ${userId}`];
    return [
      ...[
        registered(userId, { nickname: text, avatar: text, ext: text, region: text, phone: text }),
        { type: 'UserProfileChanged', data: { userId, changes: { nickname: `${text}!`, gender: text, avatar: null } } },
      ].map((event) => ({ id: user, event })),
      ...[
        created(groupId, other),
        joined(groupId, other, 'owner'),
        joined(groupId, userId, 'admin', { card }),
        { type: 'MemberCardChanged', data: { groupId, userId, by: userId, changes: { wechat: text, ext: null } } },
        { type: 'AnnouncementPublished', data: { groupId, text, by: userId } },
        { type: 'GroupSuspended', data: { groupId, mode: 'noChat', by: userId, reason: text } },
        { type: 'GroupReinstated', data: { groupId, mode: 'noChat', by: userId, reason: text } },
        { type: 'GroupSuspended', data: { groupId, mode: 'blocked', by: userId, reason: text } },
        {
          type: 'MemberInvited',
          data: { groupId, inviteId: 'i1', userId: 'cid', inviterId: userId, reason: text, awaits: ['invitee'] },
        },
        {
          type: 'InvitationAnswered',
          data: {
            groupId,
            inviteId: 'i1',
            userId: 'cid',
            stage: 'invitee',
            answer: 'declined',
            by: 'cid',
            message: words('cid'),
          },
        },
        {
          type: 'MemberInvited',
          data: { groupId, inviteId: 'i2', userId: 'dan', inviterId: other, reason: words(other), awaits: ['manager'] },
        },
        {
          type: 'InvitationAnswered',
          data: {
            groupId,
            inviteId: 'i2',
            userId: 'dan',
            stage: 'manager',
            answer: 'declined',
            by: userId,
            message: text,
          },
        },
        {
          type: 'JoinRequested',
          data: {
            groupId,
            requestId: 'j1',
            userId: 'eve',
            message: words('eve'),
            ext: words('eve'),
            source: 'request',
            inviterId: userId,
          },
        },
        {
          type: 'JoinRequestAnswered',
          data: { groupId, requestId: 'j1', userId: 'eve', answer: 'refused', by: userId, message: text },
        },
        joined(groupId, 'fay'),
        {
          type: 'MemberRemoved',
          data: { groupId, userId: 'fay', roleBefore: 'member', by: userId, byRole: 'admin', reason: text },
        },
        {
          type: 'JoinRequested',
          data: {
            groupId: groupId,
            requestId: 'j2',
            userId,
            message: text,
            ext: text,
            source: 'invitation',
            inviterId: other,
          },
        },
        {
          type: 'JoinRequestAnswered',
          data: { groupId, requestId: 'j2', userId, answer: 'refused', by: other, message: words(other) },
        },
      ].map((event) => ({ id: group, event: event as DomainEvent })),
      ...[
        {
          type: 'FriendRequested',
          data: {
            requestId: ofHis,
            from: userId,
            to: other,
            message: text,
            source: 'search',
            ext: text,
            by: userId,
            askedAt: START,
          },
        },
        {
          type: 'FriendRequested',
          data: {
            requestId: toHis,
            from: 'cid',
            to: userId,
            message: words('cid'),
            source: 'search',
            ext: '',
            by: 'cid',
            askedAt: START,
          },
        },
        {
          type: 'FriendRequestAnswered',
          data: { requestId: toHis, from: 'cid', to: userId, answer: 'refused', by: userId, message: text },
        },
        { type: 'FriendAdded', data: { ownerId: userId, friendId: other, source: 'import', by: userId } },
        {
          type: 'FriendCardChanged',
          data: {
            ownerId: userId,
            friendId: other,
            by: userId,
            changes: { remark: text, description: text, phone: text, region: text, image: text, ext: text },
            pinned: true,
          },
        },
        { type: 'UserBlocked', data: { ownerId: userId, blockedId: 'gus', ext: text, why: 'requested', by: userId } },
      ].map((event) => ({ id: friendship, event })),
      {
        id: { category: 'view', tenant, conversation: { kind: 'single', a: 'ann', b: 'bob' }, participant: userId },
        event: { type: 'ViewExtChanged', data: { userId, ext: text, by: userId } },
      },
    ];
  };
  const message = (seq: number, senderId: string): MessageSent => ({
    type: 'MessageSent',
    data: {
      seq,
      messageId: `m${String(seq)}`,
      senderId,
      from: 'user',
      content: { format: 'parley', type: 'text', body: JSON.stringify({ text: words(senderId) }) },
      custom: words(senderId),
      mentions: ['bob'],
      mentionsAll: false,
      sentAt: START,
      origin: 'sent',
      countsUnread: true,
      updatesLast: true,
      countable: seq,
      judgedBy: {},
    },
  });
  const chat: StreamId = { category: 'conversation', tenant, kind: 'single', a: 'ann', b: 'bob' };
  return [
    ...ofUser('ann', 'bob'),
    ...ofUser('bob', 'ann'),
    ...[
      { type: 'ConversationOpened', data: { about: { kind: 'single', a: 'ann', b: 'bob' } } },
      message(1, 'ann'),
      message(2, 'bob'),
      message(3, 'ann'),
      { type: 'MessageRevoked', data: { seq: 3, senderId: 'ann', by: 'ann', as: 'sender' } },
    ].map((event) => ({ id: chat, event })),
  ];
}

const erasureOf = (userId: string): { id: StreamId; event: DomainEvent } => ({
  id: { category: 'user', tenant: 't1', userId },
  event: { type: 'UserErased', data: { userId, reason: 'asked for' } },
});

function projected(history: readonly { readonly id: StreamId; readonly event: DomainEvent }[]): ProjectedEvent[] {
  const revisions = new Map<string, number>();
  return history.map(({ id, event }, i) => {
    const stream = streamName(id);
    const revision = revisions.get(stream) ?? 0;
    revisions.set(stream, revision + 1);
    const envelope = { actor: { kind: 'user', id: 'ann' }, $correlationId: 'c' } as const;
    return { tenant: id.tenant, stream, revision, occurredAt: START + i, envelope, event };
  });
}

/** As a reader without a key of his is given it. */
const withoutKeyOf =
  (userId: string) =>
  (each: ProjectedEvent): ProjectedEvent => {
    let data = each.event.data as Payload;
    for (const { members, subject } of eventRegistry.writable(each.event.type)?.personal ?? [])
      if (data[subject] === userId && at(data, members) !== undefined) data = replaced(data, members, null);
    return { ...each, event: { ...each.event, data } };
  };

describe('the rows of somebody who was erased', () => {
  let bench: ProjectionBench;

  before(async () => {
    bench = await ProjectionBench.open();
    const engine = bench.engine(new ArrayEventStore());
    await engine.start();
    await engine.stop();
  });
  after(() => bench.close());
  beforeEach(() => bench.truncate());

  async function rows(): Promise<string[]> {
    const tables = projections.flatMap((projection) => physicalTables(projection, tablesOf(projection, 'a')));
    const each = await Promise.all(
      tables.map((table) => bench.rows<{ row: string }>(`SELECT '${table}: ' || t::text AS row FROM ${table} t`)),
    );
    return each
      .flat()
      .map(({ row }) => row)
      .sort();
  }

  it('given all that the registry calls personal, then each projection that shows any of it has some of his', async () => {
    const said = everythingSaid().filter(({ event }) =>
      eventRegistry.writable(event.type)?.personal.some(({ subject }) => (event.data as Payload)[subject] === 'ann'),
    );
    const personal = eventRegistry.types.filter(
      ({ type }) => (eventRegistry.writable(type)?.personal ?? []).length > 0,
    );
    expect([...new Set(said.map(({ event }) => event.type))]).to.have.members(personal.map(({ type }) => type));
    await bench.deliver(projected(everythingSaid()));
    const shown = (await rows()).filter((row) => row.includes(HIS));
    for (const projection of projections) {
      const { main } = tablesOf(projection, 'a');
      const shows = shown.some((row) => row.startsWith(`${main}: `));
      // The audit's index holds ids alone.
      const hasText = 'UserErased' in projection.handles && projection.name !== 'audit_log';
      expect(shows, projection.name).to.equal(hasText);
    }
  });

  it('are those that a replay without his key makes, however the batches are cut', async () => {
    const before = projected(everythingSaid());
    const all = projected([...everythingSaid(), erasureOf('ann')]);
    await bench.deliver(before);
    await bench.deliver(all.slice(before.length));
    const afterwards = await rows();
    expect(afterwards.join('\n')).to.not.include(HIS);
    for (const other of ['bob', 'cid', 'eve']) expect(afterwards.join('\n')).to.include(words(other));

    for (const [what, batches] of Object.entries({
      'one batch': [all],
      'a batch twice': [all, all],
      'a replay': [all.map(withoutKeyOf('ann'))],
    })) {
      await bench.truncate();
      for (const batch of batches) await bench.deliver(batch);
      expect(await rows(), what).to.deep.equal(afterwards);
    }
  });

  it('of the same id in another tenant stay as they are', async () => {
    await bench.deliver(projected(everythingSaid()));
    const before = await rows();
    const elsewhere = projected([...everythingSaid().slice(0, 1), erasureOf('ann')]).map((each) => ({
      ...each,
      tenant: 't2',
    }));
    await bench.deliver(elsewhere);
    expect((await rows()).filter((row) => !row.includes('(t2,'))).to.deep.equal(before);
  });
});

describe('erasing a person', () => {
  let database: TestDatabase;
  let side: CommandSide;

  before(async () => {
    database = await commandSideDatabase('erasures');
    side = await openCommandSide(database.url);
  });
  after(async () => {
    await side.close();
    await database.drop();
  });

  const context = { tenant: 't1', actor: { kind: 'appAdmin', id: 'root' }, via: 'test' } as const;
  const reason = 'asked for it';
  const keyRing = (): DataKeys => new DataKeys({ pool: side.pool, masterKey: Buffer.alloc(32, 7), log: silentLogger });

  function erasures(others: Partial<UserErasuresDependencies> = {}): UserErasures {
    const { pool, pipeline, sessions } = side;
    return new UserErasures({
      pipeline,
      erasures: new PostgresErasures(pool),
      keys: keyRing(),
      traces: new PostgresPersonalTraces({ pool, sessions, ofReadSide: () => Promise.resolve() }),
      appAdmins: new NamedUsers([{ tenant: 't1', userId: 'root' }]),
      clock: systemClock,
      log: silentLogger,
      ...others,
    });
  }

  let phones = 0;
  const person = (userId: string): Promise<unknown> =>
    side.users.register(
      { tenant: 't1', via: 'test' },
      {
        userId,
        nickname: `N ${userId}`,
        phone: `+49 30 ${String(++phones)}`,
        credentials: { login: `${userId}@example.org`, password: 'a password' },
      },
    );

  /** Where his name is, or a row that is about him. */
  async function left(userId: string): Promise<Record<string, number>> {
    const tables = {
      credential: 'user_id',
      reserved_name: 'holder',
      phone_verification: 'taken_by',
      erasure: 'user_id',
    };
    const found: Record<string, number> = {};
    for (const [table, column] of Object.entries(tables)) {
      const { rows } = await side.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM system.${table} WHERE tenant = 't1' AND ${column} = $1`,
        [userId],
      );
      if (rows[0] !== undefined && rows[0].n > 0) found[table] = rows[0].n;
    }
    return found;
  }

  async function expectErased(userId: string): Promise<void> {
    expect(await keyRing().find([{ tenant: 't1', userId }])).to.deep.equal([{ kind: 'erased' }]);
    const { state, revision } = await side.pipeline.look(userAggregate, { category: 'user', tenant: 't1', userId });
    expect([state.status, revision]).to.deep.equal(['erased', 1]);
    // His id, so that nobody logs in by it.
    expect(await left(userId)).to.deep.equal({ reserved_name: 1 });
  }

  it('takes key, login, phone and sessions; others may have what he was found by', async () => {
    await person('ann');
    const { token } = await side.users.login('t1', { login: 'ann@example.org', password: 'a password' });
    const { outcome, events } = await erasures().erase(context, { userId: 'ann', reason });
    expect([outcome.alreadySo, events]).to.deep.equal([false, 1]);
    await expectErased('ann');
    expect(await side.tokens.verify(token).catch((error: unknown) => (error as TokenRejected).fault)).to.equal(
      'revoked',
    );
    await refused('BadCredentials', () => side.users.login('t1', { login: 'ann@example.org', password: 'a password' }));
    await refused('UserIdTaken', () => person('ann'));

    await side.users.register(
      { tenant: 't1', via: 'test' },
      {
        userId: 'anne',
        nickname: 'Anne',
        phone: '+49 30 1',
        credentials: { login: 'ann@example.org', password: 'a password' },
      },
    );
    expect((await side.users.login('t1', { login: 'ann@example.org', password: 'a password' })).userId).to.equal(
      'anne',
    );

    const again = await erasures().erase(context, { userId: 'ann', reason: 'again' });
    expect([again.outcome.alreadySo, again.events]).to.deep.equal([true, 0]);
    await expectErased('ann');
  });

  it('is refused for nobody, for an app admin, and to whoever is none', async () => {
    await person('bob');
    await person('root');
    await refused('UserNotFound', () => erasures().erase(context, { userId: 'nobody', reason }));
    await refused('NotPermitted', () => erasures().erase(context, { userId: 'root', reason }));
    await refused('InvalidArgument', () => erasures().erase(context, { userId: 'bob', reason: ' ' }));
    await refused('NotPermitted', () => erasures().judge(context, { userId: 'root', reason }));
    expect(await erasures().judge(context, { userId: 'bob', reason })).to.deep.equal({ alreadySo: false });
    await refused('NotPermitted', () =>
      erasures().erase({ ...context, actor: { kind: 'user', id: 'bob' } }, { userId: 'bob', reason }),
    );
    expect(await left('nobody')).to.deep.equal({});
    expect((await keyRing().find([{ tenant: 't1', userId: 'bob' }]))[0]?.kind).to.equal('key');
  });

  it('leaves somebody whom nobody finds any more', async () => {
    await person('cat');
    const directory = new UserDirectory(nobodyKnown, side.store, keyRing());
    expect(await directory.missing('t1', ['cat'])).to.deep.equal([]);
    await erasures().erase(context, { userId: 'cat', reason });
    directory.noteErased('t1', 'cat');
    expect(await directory.missing('t1', ['cat'])).to.deep.equal(['cat']);
    expect(await directory.missing('t2', ['cat'])).to.deep.equal(['cat']);
  });

  const killed = (): Promise<never> => Promise.reject(new Error('killed'));
  const thenKilled =
    <Args extends readonly unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<never> => {
      await work(...args);
      return killed();
    };
  const steps: Record<string, () => Partial<UserErasuresDependencies>> = {
    'that it is asked for': () => ({ keys: { erase: killed } }),
    'the key': () => ({ keys: { erase: thenKilled((of) => keyRing().erase(of)) } }),
    'the event': () => ({ traces: { remove: killed } }),
    'what is kept beside the log': () => {
      const { pool, sessions } = side;
      const traces = new PostgresPersonalTraces({ pool, sessions, ofReadSide: killed });
      return { traces };
    },
  };
  for (const [step, kill] of Object.entries(steps))
    it(`is gone on with when it ends behind ${step}`, async () => {
      const userId = `killed ${String(Object.keys(steps).indexOf(step))}`.replace(' ', '_');
      await person(userId);
      const failure = await erasures(kill())
        .erase(context, { userId, reason })
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(String(failure)).to.include('killed');
      await erasures().resume();
      await expectErased(userId);
      const last = [];
      for await (const batch of side.store.readStream(streamName({ category: 'user', tenant: 't1', userId }), {
        from: 1,
      }))
        last.push(...(await side.serializer.open(batch)));
      expect(last.map(({ event, envelope }) => [event?.data, envelope.actor])).to.deep.equal([
        [{ userId, reason }, context.actor],
      ]);
    });

  it('is made good by its event where the key and the login came back', async () => {
    await person('dan');
    const { rows } = await side.pool.query("SELECT * FROM system.data_key WHERE user_id = 'dan'");
    await erasures().erase(context, { userId: 'dan', reason });
    await side.pool.query("DELETE FROM system.data_key WHERE user_id = 'dan'");
    await side.pool.query(
      'INSERT INTO system.data_key SELECT * FROM json_populate_recordset(NULL::system.data_key, $1)',
      [
        JSON.stringify(
          rows.map((row: Record<string, unknown>) => ({
            ...row,
            wrapped: `\\x${(row['wrapped'] as Buffer).toString('hex')}`,
          })),
        ),
      ],
    );
    expect((await keyRing().find([{ tenant: 't1', userId: 'dan' }]))[0]?.kind).to.equal('key');
    await erasures().complete('t1', 'dan');
    await expectErased('dan');
  });

  async function refused(kind: string, work: () => Promise<unknown>): Promise<void> {
    const error = await work().then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error instanceof DomainError ? error.kind : (error as { kind?: string } | undefined)?.kind).to.equal(kind);
  }
});
