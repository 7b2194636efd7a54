import { expect } from 'chai';
import type { ApplicationFilter, ApplicationView } from '../../../application/queries/applications.js';
import type { CountedPage, PageRequest } from '../../../application/queries/page.js';
import type { GroupEvent, InvitationStage } from '../../../domain/group/events.js';
import type { DomainEvent } from '../../../domain/shared/event.js';
import { openReadModels, type ReadModels } from '../../../infrastructure/read-models/read-models.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { created, dismissed, Historian, joined, START } from '../../support/group-histories.js';
import { ProjectionBench } from '../../support/projections.js';

describe('read models: applications and notices', () => {
  let bench: ProjectionBench;
  let read: ReadModels;
  let store: ArrayEventStore;
  let history: Historian;
  let given: (...events: readonly DomainEvent[]) => Promise<void>;

  beforeEach(async () => {
    bench = await ProjectionBench.open();
    store = new ArrayEventStore();
    history = new Historian(store);
    const engine = bench.engine(store);
    await engine.start();
    given = async (...events) => {
      history.write(...events);
      expect(await engine.waitFor(store.log.at(-1)!.position, { timeoutMs: 10_000 })).to.equal(true);
    };
    read = await openReadModels({ url: bench.database.url, poolSize: 3 });
  });
  afterEach(async () => {
    await read.close();
    await bench.close();
  });

  const now = (): number => START + store.log.length;
  const requested = (groupId: string, userId: string, requestId: string, extra: object = {}): GroupEvent => ({
    type: 'JoinRequested',
    data: { groupId, userId, requestId, source: 'search', ...extra },
  });
  const answered = (
    groupId: string,
    userId: string,
    requestId: string,
    answer: 'approved' | 'refused' | 'ignored',
  ): GroupEvent => ({
    type: 'JoinRequestAnswered',
    data: { groupId, userId, requestId, answer, by: 'ann', message: `${answer}!` },
  });
  const invited = (
    groupId: string,
    userId: string,
    inviteId: string,
    awaits: InvitationStage[],
    extra: object = {},
  ): GroupEvent => ({
    type: 'MemberInvited',
    data: { groupId, userId, inviteId, inviterId: 'bob', awaits, ...extra },
  });
  const inviteAnswered = (
    userId: string,
    inviteId: string,
    stage: InvitationStage,
    answer: 'accepted' | 'declined' | 'ignored',
  ): GroupEvent => ({
    type: 'InvitationAnswered',
    data: { groupId: 'g', userId, inviteId, stage, answer, by: stage === 'invitee' ? userId : 'ann' },
  });

  /** Ann owns and bob is a member of the group. */
  const group = (groupId: string): GroupEvent[] => [
    created(groupId, 'ann'),
    joined(groupId, 'ann', 'owner'),
    joined(groupId, 'bob'),
  ];
  const ALL: PageRequest = { limit: 100 };
  const idsOf = ({ items }: CountedPage<ApplicationView>): string[] => items.map(({ id }) => id);
  const at = (extra: Partial<ApplicationFilter> = {}): ApplicationFilter => ({ at: now(), ...extra });

  it('a request from asking to being answered', async () => {
    await given(...group('g'), requested('g', 'cid', 'r1', { message: 'please', ext: 'e', inviterId: 'bob' }));
    const asked = {
      kind: 'request',
      id: 'r1',
      groupId: 'g',
      userId: 'cid',
      inviterId: 'bob',
      message: 'please',
      ext: 'e',
      source: 'search',
      asked: ['manager'],
      awaits: ['manager'],
      status: 'pending',
      createdAt: START + 3,
      expiresAt: null,
      endedAt: null,
      handledBy: null,
      handledMessage: null,
      latest: true,
    };
    expect(await read.applications.application('t1', 'g', 'r1', now())).to.deep.equal(asked);
    await given(answered('g', 'cid', 'r1', 'refused'));
    expect(await read.applications.application('t1', 'g', 'r1', now())).to.deep.equal({
      ...asked,
      awaits: [],
      status: 'refused',
      endedAt: START + 4,
      handledBy: 'ann',
      handledMessage: 'refused!',
    });
    // What has ended stays as it ended.
    await given(answered('g', 'cid', 'r1', 'approved'));
    expect(await read.applications.application('t1', 'g', 'r1', now())).to.include({ status: 'refused' });
    expect(await read.applications.application('t2', 'g', 'r1', now())).to.equal(undefined);
    expect(await read.applications.application('t1', 'g', 'r9', now())).to.equal(undefined);
  });

  it('an invitation that two must accept, one that is declined, one that nobody need accept', async () => {
    await given(
      ...group('g'),
      invited('g', 'cid', 'i1', ['invitee', 'manager'], { reason: 'a friend' }),
      invited('g', 'dan', 'i2', ['invitee']),
      invited('g', 'eve', 'i3', []),
      inviteAnswered('cid', 'i1', 'invitee', 'accepted'),
      inviteAnswered('dan', 'i2', 'invitee', 'declined'),
    );
    const one = (id: string): Promise<ApplicationView | undefined> =>
      read.applications.application('t1', 'g', id, now());
    expect(await one('i1')).to.deep.include({
      kind: 'invitation',
      asked: ['invitee', 'manager'],
      awaits: ['manager'],
      status: 'pending',
      inviterId: 'bob',
      message: 'a friend',
      source: 'invitation',
      handledBy: null,
    });
    expect(await one('i2')).to.deep.include({ status: 'refused', handledBy: 'dan', awaits: [], asked: ['invitee'] });
    expect(await one('i3')).to.equal(undefined);
    await given(inviteAnswered('cid', 'i1', 'manager', 'accepted'));
    expect(await one('i1')).to.deep.include({ status: 'accepted', handledBy: 'ann', awaits: [] });
  });

  it('an invitation expires by the clock that is asked with, and stays so when an event says it', async () => {
    await given(...group('g'), invited('g', 'cid', 'i1', ['invitee'], { expiresAt: START + 1_000 }));
    const status = async (at: number): Promise<unknown[]> => {
      const found = await read.applications.application('t1', 'g', 'i1', at);
      const { total } = await read.applications.ofUser('t1', 'cid', ALL, { at, statuses: ['pending'] });
      const gone = await read.applications.ofUser('t1', 'cid', ALL, { at, statuses: ['expired'] });
      return [found?.status, found?.awaits, total, gone.total];
    };
    expect(await status(START + 999)).to.deep.equal(['pending', ['invitee'], 1, 0]);
    expect(await status(START + 1_000)).to.deep.equal(['expired', [], 0, 1]);
    await given({ type: 'InvitationWithdrawn', data: { groupId: 'g', userId: 'cid', inviteId: 'i1', why: 'expired' } });
    expect(await status(START)).to.deep.equal(['expired', [], 0, 1]);
  });

  it('asking again supersedes, and only the newest of a user is the latest', async () => {
    await given(
      ...group('g'),
      requested('g', 'cid', 'r1'),
      { type: 'JoinRequestWithdrawn', data: { groupId: 'g', userId: 'cid', requestId: 'r1', why: 'superseded' } },
      requested('g', 'cid', 'r2'),
    );
    await given(answered('g', 'cid', 'r2', 'refused'), invited('g', 'cid', 'i1', ['manager']));
    const all = await read.applications.ofGroup('t1', 'g', ALL, at());
    expect(all.items.map(({ id, status, latest }) => [id, status, latest])).to.deep.equal([
      ['i1', 'pending', true],
      ['r2', 'refused', false],
      ['r1', 'superseded', false],
    ]);
    const latest = await read.applications.ofGroup('t1', 'g', ALL, at({ latestOnly: true }));
    expect([idsOf(latest), latest.total]).to.deep.equal([['i1'], 1]);
    await given(
      requested('g', 'cid', 'r3'),
      { type: 'InvitationWithdrawn', data: { groupId: 'g', userId: 'cid', inviteId: 'i1', why: 'superseded' } },
      invited('g', 'cid', 'i2', ['manager']),
    );
    const waiting = await read.applications.ofGroup('t1', 'g', ALL, at({ latestOnly: true, pendingToo: true }));
    expect([idsOf(waiting), waiting.total]).to.deep.equal([['i2', 'r3'], 2]);
  });

  it('managers see what asks them, of all groups they manage now; others see their own', async () => {
    await given(
      ...group('g'),
      ...group('h'),
      created('x', 'zed'),
      joined('x', 'zed', 'owner'),
      joined('x', 'ann'),
      requested('g', 'cid', 'r1'),
      requested('h', 'dan', 'r2'),
      requested('x', 'cid', 'r3'),
      invited('g', 'eve', 'i1', ['invitee']),
      invited('h', 'eve', 'i2', ['manager']),
    );
    history.writeAs(created('g', 'ann'), { tenant: 't2' });
    history.writeAs(joined('g', 'ann', 'owner'), { tenant: 't2' });
    history.writeAs(requested('g', 'cid', 'r9'), { tenant: 't2' });
    await given(answered('g', 'cid', 'r1', 'approved'));
    const { applications } = read;

    expect(idsOf(await applications.forManager('t1', 'ann', ALL, at()))).to.deep.equal(['i2', 'r2', 'r1']);
    expect(idsOf(await applications.forManager('t1', 'zed', ALL, at()))).to.deep.equal(['r3']);
    expect(idsOf(await applications.forManager('t1', 'bob', ALL, at()))).to.deep.equal([]);
    const pending = await applications.forManager('t1', 'ann', ALL, at({ statuses: ['pending'], kinds: ['request'] }));
    expect([idsOf(pending), pending.total]).to.deep.equal([['r2'], 1]);
    expect(idsOf(await applications.forManager('t1', 'ann', ALL, at({ groupIds: ['g', 'x'] })))).to.deep.equal(['r1']);

    expect(idsOf(await applications.ofUser('t1', 'cid', ALL, at()))).to.deep.equal(['r3', 'r1']);
    expect(idsOf(await applications.ofUser('t1', 'eve', ALL, at({ asked: 'invitee' })))).to.deep.equal(['i1']);
    expect(idsOf(await applications.ofInviter('t1', 'bob', ALL, at()))).to.deep.equal(['i2', 'i1']);
    expect(idsOf(await applications.ofGroup('t1', 'g', ALL, { ...at(), userIds: ['eve', 'no'] }))).to.deep.equal([
      'i1',
    ]);

    // Who becomes an admin manages; who is no longer one doesn't.
    await given({
      type: 'MemberRoleChanged',
      data: { groupId: 'h', userId: 'bob', from: 'member', to: 'admin', by: 'ann' },
    });
    expect(idsOf(await applications.forManager('t1', 'bob', ALL, at()))).to.deep.equal(['i2', 'r2']);
  });

  it('a dismissal ends what is pending, and the next incarnation’s managers see nothing of it', async () => {
    await given(...group('g'), requested('g', 'cid', 'r1'), requested('g', 'dan', 'r2'));
    await given(answered('g', 'dan', 'r2', 'ignored'), dismissed('g', false));
    const statuses = async (userId: string): Promise<string[]> =>
      (await read.applications.ofUser('t1', userId, ALL, at())).items.map(({ status }) => status);
    expect([await statuses('cid'), await statuses('dan')]).to.deep.equal([['dismissed'], ['ignored']]);
    await given(created('g', 'ann', { incarnation: 2 }), joined('g', 'ann', 'owner'), requested('g', 'eve', 'r3'));
    expect(idsOf(await read.applications.forManager('t1', 'ann', ALL, at()))).to.deep.equal(['r3']);
    expect(idsOf(await read.applications.ofGroup('t1', 'g', ALL, at()))).to.deep.equal(['r3']);
    expect(await statuses('cid')).to.deep.equal(['dismissed']);
  });

  it('pages by cursor and by number give the same list, with its total', async () => {
    const people = Array.from({ length: 11 }, (_, i) => `p${String(i).padStart(2, '0')}`);
    await given(
      ...group('g'),
      ...group('h'),
      ...people.map((id, i) => requested(i % 3 === 0 ? 'h' : 'g', id, `r-${id}`)),
    );
    const lists = [
      (page: PageRequest) => read.applications.forManager('t1', 'ann', page, at()),
      (page: PageRequest) => read.applications.ofGroup('t1', 'g', page, at()),
    ];
    for (const list of lists) {
      const whole = await list({ limit: 1_000 });
      expect(whole.next).to.equal(null);
      expect(whole.total).to.equal(whole.items.length);
      const times = whole.items.map(({ createdAt }) => createdAt);
      expect(times).to.deep.equal([...times].sort((a, b) => b - a));
      const byCursor: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit: 3, ...(cursor ? { cursor } : {}) });
        expect(page.total).to.equal(whole.total);
        byCursor.push(...idsOf(page));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(byCursor).to.deep.equal(idsOf(whole));
      const byNumber: string[] = [];
      for (let offset = 0; offset < whole.total; offset += 4) byNumber.push(...idsOf(await list({ limit: 4, offset })));
      expect(byNumber).to.deep.equal(idsOf(whole));
      expect(await list({ limit: 4, offset: 500 })).to.deep.equal({ items: [], next: null, total: whole.total });
    }
  });

  it('notices: who is asked, once it is his turn, and who hears how his asking ended; cleared up to a time', async () => {
    await given(
      ...group('g'),
      requested('g', 'cid', 'r1'),
      invited('g', 'dan', 'i1', ['invitee', 'manager']),
      invited('g', 'eve', 'i2', ['invitee']),
    );
    const notices = async (userId: string): Promise<unknown[]> => {
      const page = await read.notices.noticesOfUser('t1', userId, now(), ALL);
      expect(page.total).to.equal(page.items.length);
      return page.items.map(({ as, noticedAt, application }) => [as, application.id, noticedAt - START]);
    };
    expect(await notices('ann')).to.deep.equal([['manager', 'r1', 3]]);
    expect(await notices('dan')).to.deep.equal([['invitee', 'i1', 4]]);
    expect(await notices('cid')).to.deep.equal([]);
    await given(inviteAnswered('dan', 'i1', 'invitee', 'accepted'), answered('g', 'cid', 'r1', 'approved'));
    expect(await notices('ann')).to.deep.equal([
      ['manager', 'i1', 6],
      ['manager', 'r1', 3],
    ]);
    expect(await notices('cid')).to.deep.equal([['applicant', 'r1', 7]]);
    expect(await notices('bob')).to.deep.equal([]);
    await given(inviteAnswered('eve', 'i2', 'invitee', 'declined'));
    expect(await notices('bob')).to.deep.equal([['inviter', 'i2', 8]]);

    await given({ type: 'GroupNoticesCleared', data: { userId: 'ann', upTo: START + 3 } });
    expect(await notices('ann')).to.deep.equal([['manager', 'i1', 6]]);
    expect(await notices('cid')).to.have.length(1);
    const first = await read.notices.noticesOfUser('t1', 'cid', now(), { limit: 1 }, { as: ['invitee', 'manager'] });
    expect(first).to.deep.equal({ items: [], next: null, total: 0 });
  });
});
