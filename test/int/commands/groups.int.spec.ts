import { expect } from 'chai';
import pg from 'pg';
import { ApplicationError } from '../../../application/commands/errors.js';
import { GroupChanges } from '../../../application/commands/group-changes.js';
import { MemberFields } from '../../../application/commands/member-fields.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { systemClock } from '../../../application/ports/clock.js';
import { streamName } from '../../../application/streams.js';
import type { CustomField, MemberCardChanged } from '../../../domain/group/events.js';
import { type Answer, CommandProcess } from '../../support/command-process.js';
import { type CommandSide, commandSideDatabase, openCommandSide } from '../../support/command-side.js';
import { eventually } from '../../support/eventually.js';
import { testServerUrl, type TestDatabase } from '../../support/postgres.js';

const as = (id: string, more: Partial<RequestContext> = {}): RequestContext => ({
  tenant: 't',
  actor: { kind: 'user', id },
  via: 'test',
  ...more,
});
const admin: RequestContext = { tenant: 't', actor: { kind: 'appAdmin', id: 'boss' }, via: 'test' };
const keyed = (id: string, key: string, body = 'same'): RequestContext =>
  as(id, { idempotency: { key, operation: 'op', bodyHash: body } });

const groupStream = (groupId: string) => ({ category: 'group', tenant: 't', groupId }) as const;

/** So often in `npm test`, 50 times in `npm run test:soak`. */
const CUTS = Number(process.env['PARLEY_COMMAND_CUTS'] ?? '4');
const BETWEEN_CUTS = 30;

/** As if the process had ended between the append and the outcome. */
const FORGET = 'UPDATE system.idempotency SET outcome = NULL WHERE stream = $1 AND outcome IS NOT NULL';

describe('Group commands on PostgreSQL', () => {
  let database: TestDatabase;
  let a: CommandSide;
  let b: CommandSide;
  let far: CommandProcess;

  before(async function () {
    this.timeout(60_000);
    database = await commandSideDatabase('commands');
    a = await openCommandSide(database.url);
    b = await openCommandSide(database.url);
    far = await CommandProcess.start(database.url);
    for (const userId of ['ann', 'bob', 'cid', 'dan']) await a.users.register(admin, { userId, nickname: userId });
  });

  after(async () => {
    await far.stop();
    await a.close();
    await b.close();
    await database.drop();
  });

  const groupsInLog = async (): Promise<string[]> => {
    const streams = new Set<string>();
    for await (const events of a.store.readAll())
      for (const { stream, type } of events) if (type === 'GroupCreated') streams.add(stream);
    return [...streams];
  };

  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing was refused',
      (error: unknown) => (error as { kind: string }).kind,
    );

  it('creates a group whose id is its number', async () => {
    const { outcome, revision, state } = await a.groups.create(as('ann'), {
      preset: 'parley',
      name: 'G',
      ownerId: 'ann',
      members: ['bob'],
    });
    expect(outcome.groupId)
      .to.equal(String(outcome.number))
      .and.match(/^[0-9]{16}$/);
    expect(revision).to.equal(2);
    expect(state.status).to.equal('live');
  });

  it('a copy belongs to a user: an app admin who is none copies for one who is', async () => {
    await a.groups.create(as('ann'), {
      preset: 'parley',
      groupId: 'source',
      name: 'S',
      ownerId: 'ann',
      members: ['bob'],
    });
    expect(await refusal(a.groups.copy(admin, { groupId: 'source', toGroupId: 'copied', name: 'C' }))).to.equal(
      'UserNotFound',
    );
    expect(await groupsInLog()).to.not.include(streamName(groupStream('copied')));
    const forBob: RequestContext = { ...admin, actor: { kind: 'appAdmin', id: 'boss', onBehalfOf: 'bob' } };
    await a.groups.copy(forBob, { groupId: 'source', toGroupId: 'copied', name: 'C' });
    expect(await groupsInLog()).to.include(streamName(groupStream('copied')));
  });

  it('refuses people who do not exist, naming them all', async () => {
    const asked = { preset: 'parley', name: 'G', ownerId: 'ann', members: ['bob', 'nobody', 'no one'] };
    try {
      await a.groups.create(as('ann'), asked);
      expect.fail('created');
    } catch (error) {
      expect(error)
        .to.include({ kind: 'UserNotFound' })
        .and.have.deep.property('facts', { userIds: ['nobody', 'no one'] });
    }
    expect(await refusal(a.groups.join(as('ghost'), { groupId: 'g', userId: 'ghost' }))).to.equal('UserNotFound');
  });

  it('eight equal creates at once in three pipelines and two processes make one group', async () => {
    const before = await groupsInLog();
    const asked = { preset: 'parley', name: 'Double click', ownerId: 'ann', members: ['bob', 'cid'] };
    const near = [a, b, a, b].map(async (side): Promise<Answer> => {
      const { outcome, revision, events, replayed } = await side.groups.create(keyed('ann', 'click'), asked);
      return { kind: 'result', outcome: { ...outcome }, revision, events, replayed };
    });
    const answers = await Promise.all([
      ...near,
      ...[1, 2, 3, 4].map(() => far.ask('create', keyed('ann', 'click'), asked)),
    ]);
    const told = answers.map((answer) => (answer.kind === 'result' ? { ...answer, replayed: undefined } : answer));
    for (const answer of told) expect(answer).to.deep.equal(told[0]);
    expect(answers.filter((answer) => answer.kind === 'result' && !answer.replayed)).to.have.length(1);
    expect(await groupsInLog()).to.have.length(before.length + 1);
    const later = await b.groups.create(keyed('ann', 'click'), asked);
    expect([later.outcome, later.replayed]).to.deep.equal([answers[0]?.kind === 'result' && answers[0].outcome, true]);
  });

  it('a create whose outcome was never remembered is answered from the log, by a process that never saw it', async () => {
    const asked = { groupId: 'lost-outcome', preset: 'parley', name: 'G', ownerId: 'ann', members: ['bob', 'cid'] };
    const first = await a.groups.create(keyed('ann', 'lost'), asked);
    await a.groups.changeProfile(as('ann'), { groupId: 'lost-outcome', changes: { name: 'Other' } });
    await eventually(
      async () => (await a.pool.query(FORGET, [streamName(groupStream('lost-outcome'))])).rowCount === 1,
    );
    const elsewhere = await far.ask('create', keyed('ann', 'lost'), asked);
    const { outcome, revision, events } = first;
    expect(elsewhere).to.deep.equal({ kind: 'result', outcome, revision, events, replayed: true });
    const again = await b.groups.create(keyed('ann', 'lost'), asked);
    expect([again.outcome, again.revision, again.replayed]).to.deep.equal([outcome, revision, true]);
  });

  it('the same key with another body is refused, on the other process too', async () => {
    const asked = { groupId: 'reuse', preset: 'parley', name: 'One', ownerId: 'ann' };
    await a.groups.create(keyed('ann', 'reuse', 'one'), asked);
    expect(await refusal(a.groups.create(keyed('ann', 'reuse', 'two'), { ...asked, name: 'Two' }))).to.equal(
      'IdempotencyKeyReused',
    );
    expect(await far.ask('create', keyed('ann', 'reuse', 'two'), asked)).to.deep.equal({
      kind: 'refused',
      name: 'IdempotencyKeyReused',
    });
  });

  it('answers a refusal and an already-so on what another process wrote', async () => {
    const groupId = 'fresh';
    await a.groups.create(as('ann'), { groupId, preset: 'parley', name: 'G', ownerId: 'ann', members: ['bob'] });
    expect(await refusal(a.groups.join(as('ann'), { groupId, userId: 'bob' }))).to.equal('NotPermitted');
    // What `a` remembers is now behind in every way that follows.
    expect(await far.ask('removeMembers', as('ann'), { groupId, userIds: ['bob'] })).to.include({ events: 1 });
    const left = await a.groups.leave(as('bob'), { groupId, userId: 'bob' });
    expect([left.outcome.alreadySo, left.events, left.revision]).to.deep.equal([true, 0, 3]);

    expect(await far.ask('join', as('bob'), { groupId, userId: 'bob' })).to.include({ events: 1 });
    const joined = await a.groups.join(as('bob'), { groupId, userId: 'bob' });
    expect([joined.outcome.alreadySo, joined.revision]).to.deep.equal([true, 4]);

    expect(await far.ask('transfer', as('ann'), { groupId, to: 'bob' })).to.include({ events: 1 });
    expect(await refusal(a.groups.dismiss(as('ann'), { groupId, removeMembers: false }))).to.equal('NotGroupOwner');
    expect((await a.groups.mute(as('bob'), { groupId })).events).to.equal(1);

    expect(await far.ask('dismiss', as('bob'), { groupId, removeMembers: false })).to.include({ events: 1 });
    expect(await refusal(a.groups.join(as('cid'), { groupId, userId: 'cid' }))).to.equal('GroupDismissed');
  });

  it('If-Match holds across processes', async () => {
    const groupId = 'match';
    const { revision } = await a.groups.create(as('ann'), { groupId, preset: 'parley', name: 'G', ownerId: 'ann' });
    await far.ask('mute', as('ann'), { groupId });
    const stale = a.groups.changeProfile(as('ann', { ifRevision: revision }), { groupId, changes: { name: 'N' } });
    expect(await refusal(stale)).to.equal('RevisionMismatch');
    const right = await a.groups.changeProfile(as('ann', { ifRevision: revision + 1 }), {
      groupId,
      changes: { name: 'N' },
    });
    expect(right.events).to.equal(1);
  });

  it('what two processes do to one group at once all happens, once', async function () {
    this.timeout(30_000);
    const groupId = 'busy';
    await a.groups.create(as('ann'), { groupId, preset: 'parley', name: 'G', ownerId: 'ann' });
    const changes = Array.from({ length: 60 }, (_, n) => ({ groupId, changes: { name: `name ${String(n)}` } }));
    const answers = await Promise.all(
      changes.map((change, n) =>
        n % 2 === 0 ? a.groups.changeProfile(as('ann'), change) : far.ask('changeProfile', as('ann'), change),
      ),
    );
    const revisions = answers.map((answer) => ('revision' in answer ? answer.revision : -1)).sort((x, y) => x - y);
    expect(revisions).to.deep.equal(Array.from({ length: 60 }, (_, n) => n + 2));
    const names: unknown[] = [];
    for await (const events of a.store.readStream(streamName(groupStream(groupId)), { from: 2 }))
      for (const { event } of await a.serializer.open(events))
        names.push((event?.data as { changes: { name: string } }).changes.name);
    expect(new Set(names).size).to.equal(60);
  });

  it('while connections are cut, every request that is repeated until it is answered happens once', async function () {
    this.timeout(60_000 + CUTS * 5_000);
    const groupId = 'cut';
    await a.groups.create(as('ann'), { groupId, preset: 'parley', name: 'G', ownerId: 'ann' });
    const killer = new pg.Client({ connectionString: testServerUrl() });
    await killer.connect();
    const requests = CUTS * BETWEEN_CUTS;
    let done = 0;
    const sides = [a, b];
    const untilAnswered = async (n: number): Promise<void> => {
      for (let tries = 0; ; tries++) {
        const context = { ...keyed('ann', `cut ${String(n)}`, String(n)), deadlineMs: 200 };
        try {
          await sides[(n + tries) % 2]?.groups.changeProfile(context, {
            groupId,
            changes: { name: `name ${String(n)}` },
          });
          done += 1;
          return;
        } catch (error) {
          if (!(error instanceof ApplicationError)) throw error;
          expect(error.kind).to.be.oneOf(['OutcomeUnknown', 'DeadlinePassed', 'Unavailable', 'Contended']);
        }
      }
    };
    const cutting = (async () => {
      for (let goal = BETWEEN_CUTS; done < requests; goal += BETWEEN_CUTS) {
        await eventually(() => done >= Math.min(requests, goal), 30_000);
        await killer.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
          new URL(database.url).pathname.slice(1),
        ]);
      }
    })();
    const senders = Array.from({ length: 20 }, async (_, sender) => {
      for (let n = sender; n < requests; n += 20) await untilAnswered(n);
    });
    try {
      await Promise.all([...senders, cutting]);
    } finally {
      await killer.end();
    }
    const names: unknown[] = [];
    for await (const events of a.store.readStream(streamName(groupStream(groupId)), { from: 2 }))
      for (const { event } of await a.serializer.open(events))
        names.push((event?.data as { changes: { name: string } }).changes.name);
    expect(names.sort()).to.deep.equal(Array.from({ length: requests }, (_, n) => `name ${String(n)}`).sort());
  });

  it('fields of one member that two processes change at the same time, by lists that are behind, are all there', async () => {
    const groupId = 'fields';
    await a.groups.create(admin, { preset: 'parley', groupId, name: 'F', ownerId: 'ann', members: ['bob'] });
    const written = async (): Promise<CustomField[]> => {
      let fields: CustomField[] = [];
      for await (const stored of a.store.readStream(streamName(groupStream(groupId))))
        for (const { event } of await a.serializer.open(stored))
          if (event?.type === 'MemberCardChanged')
            fields = ((event.data as MemberCardChanged['data']).changes?.customFields ?? []) as CustomField[];
      return fields;
    };
    // Behind until it is waited for.
    let shown: CustomField[] = [];
    const progress = {
      isAlone: true,
      waitFor: async () => {
        shown = await written();
        return true;
      },
    };
    const members = {
      member: () => Promise.resolve({ card: { customFields: shown } }),
    };
    const changing = [a, b].map(
      ({ pipeline }) =>
        new MemberFields({
          groupChanges: new GroupChanges(pipeline, systemClock),
          members,
          progress,
          deadlineMs: 10_000,
        }),
    );
    const keys = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'];
    await Promise.all(
      keys.map((key, n) =>
        changing[n % 2]?.change(admin, {
          groupId,
          userId: 'bob',
          steps: [],
          set: [{ key, value: key }],
          remove: ['k0'].filter(() => n === 7),
        }),
      ),
    );
    const got = (await written()).map(({ key }) => key).sort();
    // k0 was set after k7 took it away, or before; every other one is there.
    expect(got.filter((key) => key !== 'k0')).to.deep.equal(keys.slice(1));
  });
});
