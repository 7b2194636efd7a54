import { expect } from 'chai';
import fc from 'fast-check';
import { friendshipDecider } from '../../../domain/friendship/decider.js';
import { FRIENDSHIP_SETTINGS } from '../../../domain/friendship/settings.js';
import type { FriendshipEvent } from '../../../domain/friendship/events.js';
import type { Friendship } from '../../../domain/friendship/state.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { openReadModels, type ReadModels } from '../../../infrastructure/read-models/read-models.js';
import { blacksProjection } from '../../../projections/blacks.projection.js';
import { projectionKey } from '../../../projections/engine/projection.js';
import { friendRequestsProjection } from '../../../projections/friend-requests.projection.js';
import { friendsProjection } from '../../../projections/friends.projection.js';
import { usersProjection } from '../../../projections/users.projection.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { type FriendshipAsTold, lawfulFriendship } from '../../support/friendship-laws.js';
import {
  type Act,
  added,
  answered,
  anyAct,
  asked,
  blocked,
  removed,
  unblocked,
  withdrawn,
} from '../../support/friendship-stories.js';
import { Historian, registered, START } from '../../support/group-histories.js';
import { projectedFrom, ProjectionBench } from '../../support/projections.js';

const ours = [friendsProjection, friendRequestsProjection, blacksProjection];

describe('read models: friends, requests, blocks', () => {
  let bench: ProjectionBench;
  let read: ReadModels;
  let store: ArrayEventStore;
  let history: Historian;

  before(async () => {
    bench = await ProjectionBench.open();
    const engine = bench.engine(new ArrayEventStore());
    await engine.start();
    await engine.stop();
    read = await openReadModels({ url: bench.database.url, poolSize: 3 });
  });
  after(async () => {
    await read.close();
    await bench.close();
  });
  beforeEach(async () => {
    await bench.truncate([...ours, usersProjection]);
    store = new ArrayEventStore();
    history = new Historian(store);
  });

  const told = async (): Promise<void> => bench.deliver(projectedFrom(store), [...ours, usersProjection]);
  const between = (a: string, b: string, ...events: readonly FriendshipEvent[]): void => {
    history.writeTo({ category: 'friendship', tenant: 't1', a, b }, ...events);
  };
  const both = (a: string, b: string): FriendshipEvent[] => [added(a, b), added(b, a)];

  it('a friend as his friend keeps him, with the name that he has now', async () => {
    history.write(registered('bob', { nickname: 'Bob', avatar: 'b.png' }));
    between('ann', 'bob', added('ann', 'bob', { source: 'scan', by: 'bob', requestId: 'r1' }), added('bob', 'ann'), {
      type: 'FriendCardChanged',
      data: { ownerId: 'ann', friendId: 'bob', by: 'ann', changes: { remark: 'Bobby', ext: '{}' }, pinned: true },
    });
    await told();
    const [friend] = (await read.friendships.friendsOfUser('t1', 'ann', { limit: 9 })).items;
    expect(friend).to.deep.include({
      ownerId: 'ann',
      friendId: 'bob',
      since: START + 1,
      source: 'scan',
      addedBy: 'bob',
      requestId: 'r1',
      pinned: true,
      card: { remark: 'Bobby', description: null, phone: null, region: null, image: null, ext: '{}' },
    });
    expect(friend?.user).to.include({ nickname: 'Bob', avatar: 'b.png' });
    // Nobody has registered ann in this log: she is shown by her id.
    expect((await read.friendships.friendsByIds('t1', 'bob', ['ann']))[0]).to.include({ friendId: 'ann', user: null });
    expect((await read.friendships.friendsOfUser('t2', 'ann', { limit: 9 })).total).to.equal(0);
  });

  it('a remark is cleared, is gone with its friend, and is null once its owner was erased', async () => {
    const card = (changes: object): FriendshipEvent => ({
      type: 'FriendCardChanged',
      data: { ownerId: 'ann', friendId: 'bob', by: 'ann', changes },
    });
    const remark = async (): Promise<unknown> =>
      (await read.friendships.friendsByIds('t1', 'ann', ['bob']))[0]?.card.remark;
    between('ann', 'bob', ...both('ann', 'bob'), card({ remark: 'Bobby' }));
    await told();
    expect(await remark()).to.equal('Bobby');
    between('ann', 'bob', card({ remark: null }));
    await told();
    expect(await remark()).to.equal(null);
    between('ann', 'bob', card({ remark: 'x' }), removed('ann', 'bob'), added('ann', 'bob'));
    await told();
    expect(await remark()).to.equal(null);
    between('ann', 'bob', card(null as unknown as object));
    await told();
    expect(await remark()).to.equal(null);
  });

  it('pages of friends: pinned ones first, each kind as they came; by cursor and by number with the total', async () => {
    for (const id of ['f1', 'f2', 'f3', 'f4', 'f5']) between('ann', id, ...both('ann', id));
    between('ann', 'f4', {
      type: 'FriendCardChanged',
      data: { ownerId: 'ann', friendId: 'f4', by: 'ann', pinned: true },
    });
    between('ann', 'f2', removed('ann', 'f2'));
    await told();
    const expected = ['f4', 'f1', 'f3', 'f5'];
    const page = await read.friendships.friendsOfUser('t1', 'ann', { limit: 2 });
    expect(page.items.map(({ friendId }) => friendId)).to.deep.equal(expected.slice(0, 2));
    expect(page.total).to.equal(4);
    const rest = await read.friendships.friendsOfUser('t1', 'ann', { limit: 2, cursor: page.next! });
    expect(rest.items.map(({ friendId }) => friendId)).to.deep.equal(expected.slice(2));
    expect(rest.next).to.equal(null);
    const third = await read.friendships.friendsOfUser('t1', 'ann', { limit: 1, offset: 2 });
    expect(third).to.deep.include({ total: 4 });
    expect(third.items.map(({ friendId }) => friendId)).to.deep.equal(['f3']);
    const some = await read.friendships.friendsByIds('t1', 'ann', ['f5', 'f2', 'nobody', 'f1', 'f5']);
    expect(some.map(({ friendId }) => friendId)).to.deep.equal(['f5', 'f1']);
    expect(await read.friendships.areFriends('t1', 'ann', 'f2')).to.deep.equal({ inListOfA: false, inListOfB: true });
    expect(await read.friendships.areFriends('t1', 'f2', 'ann')).to.deep.equal({ inListOfA: true, inListOfB: false });
    expect(await read.friendships.areFriends('t1', 'f1', 'f3')).to.deep.equal({ inListOfA: false, inListOfB: false });
  });

  it('requests: the newest of each, how it stands, by whom it was answered; asked again there is still one', async () => {
    history.write(registered('bob', { nickname: 'Bob' }));
    const first = { askedAt: START, message: 'Hi', ext: 'e' };
    between('bob', 'ann', asked('bob', 'ann', first), answered('bob', 'ann', 'refused', { message: 'No' }));
    between('cid', 'ann', asked('cid', 'ann', { askedAt: START + 5 }));
    between('ann', 'dan', asked('ann', 'dan', { askedAt: START + 6 }));
    await told();
    const { items, total } = await read.friendships.requestsReceived('t1', 'ann', { limit: 9 });
    expect(total).to.equal(2);
    expect(items.map(({ from, status }) => [from, status])).to.deep.equal([
      ['cid', 'pending'],
      ['bob', 'refused'],
    ]);
    expect(items[1]).to.deep.include({
      requestId: 'bob-1',
      to: 'ann',
      toUser: null,
      message: 'Hi',
      ext: 'e',
      source: 'request',
      askedAt: START,
      endedAt: START + 2,
      handledBy: 'ann',
      handledMessage: 'No',
    });
    expect(items[1]?.fromUser).to.include({ nickname: 'Bob' });
    between(
      'cid',
      'ann',
      withdrawn('cid', 'ann', 'superseded'),
      asked('cid', 'ann', { requestId: 'cid-2', message: 'Please', askedAt: START + 9 }),
      // The earlier one is over, whatever is said of it now.
      answered('cid', 'ann', 'refused'),
    );
    await told();
    const pending = await read.friendships.requestsReceived('t1', 'ann', { limit: 9 }, { statuses: ['pending'] });
    expect(pending.total).to.equal(1);
    expect(pending.items[0]).to.include({ requestId: 'cid-2', message: 'Please', status: 'pending', endedAt: null });
    const sent = await read.friendships.requestsSent('t1', 'ann', { limit: 9 });
    expect(sent.items.map(({ to }) => to)).to.deep.equal(['dan']);
    expect((await read.friendships.requestsSent('t2', 'ann', { limit: 9 })).total).to.equal(0);
  });

  it('requests between two, in both directions, and pages of them', async () => {
    between('ann', 'bob', asked('ann', 'bob', { askedAt: START }), withdrawn('ann', 'bob', 'withdrawn'));
    between('ann', 'bob', asked('bob', 'ann', { askedAt: START + 1 }));
    for (const from of ['c1', 'c2', 'c3']) between(from, 'ann', asked(from, 'ann', { askedAt: START + 2 }));
    await told();
    const found = await read.friendships.requestsBetween('t1', 'ann', 'bob');
    expect(found.map(({ from, status }) => [from, status])).to.deep.equal([
      ['bob', 'pending'],
      ['ann', 'withdrawn'],
    ]);
    expect(await read.friendships.requestsBetween('t1', 'bob', 'ann')).to.deep.equal(found);
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await read.friendships.requestsReceived('t1', 'ann', { limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ from }) => from));
      cursor = page.next;
    }
    // All asked in the same millisecond: none is lost or told twice.
    expect(seen).to.deep.equal(['c3', 'c2', 'c1', 'bob']);
  });

  it('blocks, newest first, and those that were lifted no more', async () => {
    between('ann', 'bob', blocked('ann', 'bob', 'spam'), blocked('bob', 'ann'));
    between('ann', 'cid', blocked('ann', 'cid'), unblocked('ann', 'cid'));
    between('ann', 'dan', blocked('ann', 'dan'));
    await told();
    const { items, total } = await read.friendships.blocksOfUser('t1', 'ann', { limit: 9 });
    expect(total).to.equal(2);
    expect(items.map(({ blockedId, ext }) => [blockedId, ext])).to.deep.equal([
      ['dan', ''],
      ['bob', 'spam'],
    ]);
    expect(items[1]).to.deep.include({ ownerId: 'ann', blockedAt: START, blockedBy: 'ann', user: null });
    const second = await read.friendships.blocksOfUser('t1', 'ann', { limit: 1, offset: 1 });
    expect(second.items.map(({ blockedId }) => blockedId)).to.deep.equal(['bob']);
    const some = await read.friendships.blocksByIds('t1', 'ann', ['bob', 'cid', 'bob']);
    expect(some.map(({ blockedId }) => blockedId)).to.deep.equal(['bob']);
  });

  it('whatever three people do, both sides’ lists are what the streams tell, however the log is cut and repeated', async () => {
    const pairs = [
      ['ann', 'bob'],
      ['ann', 'cid'],
      ['bob', 'cid'],
    ] as const;
    const settings = fc.boolean().map((deletingBlocks) => ({ ...FRIENDSHIP_SETTINGS, deletingBlocks }));
    const anyStep = fc.oneof(
      ...pairs.map(([a, b]) => anyAct(a, b, settings).map((act): [typeof a, typeof b, Act] => [a, b, act])),
    );
    const cut = fc.record({ size: fc.integer({ min: 1, max: 7 }), twice: fc.boolean() });
    const dump = async (): Promise<string[][]> => Promise.all(ours.map((one) => bench.dump(projectionKey(one))));
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { minLength: 5, maxLength: 120 }),
        fc.array(cut, { minLength: 1, maxLength: 9 }),
        async (steps, cuts) => {
          store = new ArrayEventStore();
          history = new Historian(store);
          const tales = play(steps, between);
          const events = projectedFrom(store);
          await bench.truncate(ours);
          await bench.deliver(events, ours);
          const whole = await dump();
          await bench.truncate(ours);
          for (let next = 0, i = 0; next < events.length; i++) {
            const { size, twice } = cuts[i % cuts.length]!;
            const batch = events.slice(next, next + size);
            next += size;
            for (let times = twice ? 2 : 1; times > 0; times--) await bench.deliver(batch, ours);
          }
          expect(await dump()).to.deep.equal(whole);
          for (const tale of tales) await agree(read, tale);
        },
      ),
      { numRuns: 8 },
    );
  });
});

/** Decides the steps, each on its own pair, and writes what comes of them. Gives what each pair's history tells. */
function play(
  steps: readonly (readonly [string, string, Act])[],
  write: (a: string, b: string, ...events: readonly FriendshipEvent[]) => void,
): FriendshipAsTold[] {
  const pairs = new Map<string, { a: string; b: string; state: Friendship; appends: FriendshipEvent[][] }>();
  steps.forEach(([a, b, { command, actor }], at) => {
    const pair = pairs.get(a + b) ?? { a, b, state: friendshipDecider.initialState, appends: [] };
    pairs.set(a + b, pair);
    try {
      const { events } = friendshipDecider.decide(pair.state, { ...command, actor, at: START + at });
      pair.state = events.reduce((state, event) => friendshipDecider.evolve(state, event), pair.state);
      pair.appends.push([...events]);
      write(a, b, ...events);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  });
  return [...pairs.values()].map(({ a, b, appends }) => lawfulFriendship(a, b, appends));
}

async function agree({ friendships }: ReadModels, tale: FriendshipAsTold): Promise<void> {
  const people = [...tale.keys()];
  for (const [id, side] of tale) {
    const other = people.find((one) => one !== id)!;
    const [friend] = await friendships.friendsByIds('t1', id, [other]);
    expect(friend !== undefined, `${other} in the list of ${id}`).to.equal(side.friend);
    expect(friend?.pinned ?? false).to.equal(side.pinned);
    expect(friend?.card.remark ?? '').to.equal(side.remark);
    const [block] = await friendships.blocksByIds('t1', id, [other]);
    expect(block?.why ?? null).to.equal(side.blocks);
    const sent = (await friendships.requestsSent('t1', id, { limit: 9 })).items.find(({ to }) => to === other);
    const received = (await friendships.requestsReceived('t1', other, { limit: 9 })).items.find(
      ({ from }) => from === id,
    );
    for (const request of [sent, received]) {
      expect(request && { id: request.requestId, status: request.status }).to.deep.equal(side.request);
    }
  }
}
