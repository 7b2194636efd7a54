import { expect } from 'chai';
import { FriendshipCommands } from '../../../application/commands/friendships.js';
import { CommandPipeline } from '../../../application/commands/pipeline.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { UserDirectory } from '../../../application/commands/user-directory.js';
import { UserProfileCommands } from '../../../application/commands/user-profiles.js';
import { userAggregate } from '../../../application/commands/users.js';
import type { Reservations } from '../../../application/ports/reservations.js';
import { nobodyKnown } from '../../../application/ports/users.js';
import { FRIENDSHIP_SETTINGS, type FriendshipSettings } from '../../../domain/friendship/settings.js';
import { areFriends, pendingFrom, sideOf } from '../../../domain/friendship/state.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryKeys } from '../../support/memory-keys.js';
import { MemoryLedger } from '../../support/memory-ledger.js';
import { silentLogger } from '../../support/silent-logger.js';

const tenant = 't1';
const as = (id: string, key?: string): RequestContext => ({
  tenant,
  actor: { kind: 'user', id },
  via: 'test:friends',
  ...(key !== undefined && { idempotency: { key, operation: 'op', bodyHash: 'b' } }),
});
const root: RequestContext = { tenant, actor: { kind: 'appAdmin', id: 'root' }, via: 'test:friends' };

describe('Use cases between two people', () => {
  let store: MemoryEventStore;
  let ledger: MemoryLedger;
  let openPipeline: () => CommandPipeline;
  let pipeline: CommandPipeline;
  let friends: FriendshipCommands;
  let profiles: UserProfileCommands;
  const asked: string[] = [];
  const reserved = new Map<string, string>();
  const reserveId: Reservations['reserveId'] = async (_tenant, kind, key, make) => {
    const value = reserved.get(kind + key) ?? (await make());
    reserved.set(kind + key, value);
    return value;
  };

  const deciding = (settings: Partial<FriendshipSettings>): FriendshipCommands =>
    new FriendshipCommands({
      pipeline,
      users: new UserDirectory(nobodyKnown, store),
      reservations: { reserveId },
      settings: { ...FRIENDSHIP_SETTINGS, ...settings },
      rates: { friendAsked: (_context, userId) => void asked.push(userId) },
    });

  beforeEach(async () => {
    store = new MemoryEventStore();
    const clock = { now: () => Date.now() };
    const serializer = new JsonEventSerializer({ keys: new MemoryKeys(), registry: eventRegistry });
    ledger = new MemoryLedger();
    openPipeline = () => new CommandPipeline({ store, serializer, ledger, clock, log: silentLogger });
    pipeline = openPipeline();
    profiles = new UserProfileCommands({ pipeline });
    friends = deciding({});
    asked.length = 0;
    reserved.clear();
    let number = 2 ** 52;
    for (const userId of ['ann', 'bob', 'cid', 'root']) {
      const stream = { category: 'user', tenant, userId } as const;
      const command = { type: 'RegisterUser', userId, number: ++number, nickname: userId } as const;
      await pipeline.execute({ ...as(userId), aggregate: userAggregate, stream, command });
    }
  });
  afterEach(async () => {
    await pipeline.close(2_000);
    await store.close();
  });

  const refusedAs = async (work: Promise<unknown>, kind: string): Promise<void> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(DomainError);
    expect((error as DomainError).kind).to.equal(kind);
  };

  it('are of one stream, whichever way round the two are named', async () => {
    const { outcome } = await friends.request(as('bob'), { from: 'bob', to: 'ann', message: 'Hi' });
    const { state, revision } = await friends.answer(as('ann'), { from: 'bob', to: 'ann', answer: 'accepted' });
    expect(areFriends(state, 'ann', 'bob')).to.equal(true);
    // The request, its answer, and both directions.
    expect(revision).to.equal(3);
    expect(outcome.result).to.equal('requested');
    expect(asked).to.deep.equal(['ann']);
  });

  it('answer a repeat alike where it is decided again, by another process from the history', async () => {
    const ask = () => friends.request(as('ann', 'once'), { from: 'ann', to: 'bob' });
    const first = await ask();
    // As if the process had ended between the append and the outcome.
    for (const row of ledger.rows.values()) row.outcome = undefined;
    await pipeline.close(2_000);
    pipeline = openPipeline();
    friends = deciding({});
    const again = await ask();
    expect(again).to.deep.include({ replayed: true, outcome: first.outcome });
    expect(pendingFrom(again.state, 'ann')?.requestId).to.equal(first.outcome.requestId);
  });

  it('need two users', async () => {
    await refusedAs(friends.request(as('ann'), { from: 'ann', to: 'zed' }), 'UserNotFound');
    await refusedAs(friends.block(as('ann'), { ownerId: 'ann', blockedId: 'zed' }), 'UserNotFound');
    await refusedAs(friends.unblock(as('ann'), { ownerId: 'ann', blockedId: 'zed' }), 'UserNotFound');
    await refusedAs(
      friends.importFriends(() => root, { ownerId: 'ann', friendIds: ['bob', 'zed'] }),
      'UserNotFound',
    );
    await refusedAs(friends.answer(as('ann'), { from: 'zed', to: 'ann', answer: 'refused' }), 'FriendRequestNotFound');
    await refusedAs(friends.remove(as('ann'), { ownerId: 'ann', friendId: 'a b' }), 'InvalidArgument');
    expect((await friends.remove(as('ann'), { ownerId: 'ann', friendId: 'zed' })).events).to.equal(0);
  });

  it('ask nobody who lets himself be added, as he has said last', async () => {
    await profiles.changePrivacy(as('bob'), { userId: 'bob', changes: { friendRequestConsent: false } });
    const added = await friends.request(as('ann'), { from: 'ann', to: 'bob' });
    expect(added.outcome).to.deep.include({ result: 'added' });
    expect(areFriends(added.state, 'ann', 'bob')).to.equal(true);
    await profiles.changePrivacy(as('bob'), { userId: 'bob', changes: { friendRequestConsent: true } });
    expect((await friends.request(as('cid'), { from: 'cid', to: 'bob' })).outcome.result).to.equal('requested');
  });

  it('are judged by what the tenant has decided', async () => {
    const strict = deciding({ deletingBlocks: true, blockedMayAsk: false, requestAgainAfterMs: 60_000 });
    await strict.importFriends(() => root, { ownerId: 'ann', friendIds: ['bob'] });
    const removed = await strict.remove(as('ann'), { ownerId: 'ann', friendId: 'bob' });
    expect(sideOf(removed.state, 'ann')).to.include({ friend: null, blocks: 'friendRemoved' });
    expect((await strict.request(as('bob'), { from: 'bob', to: 'ann' })).outcome.result).to.equal('requested');
    await strict.block(as('ann'), { ownerId: 'ann', blockedId: 'bob' });
    const unheard = await strict.request(as('bob'), { from: 'bob', to: 'ann' });
    expect([unheard.outcome.result, unheard.events]).to.deep.equal(['unchanged', 0]);
    expect(pendingFrom(unheard.state, 'bob')).to.equal(undefined);
    await strict.request(as('cid'), { from: 'cid', to: 'ann' });
    expect((await strict.request(as('cid'), { from: 'cid', to: 'ann' })).outcome.result).to.equal('unchanged');
    expect(strict.settings()).to.include({ deletingBlocks: true, strangersMayWrite: true });
  });

  it('may be several at once: who isn’t a friend is passed over, and a repeat is answered alike', async () => {
    await friends.importFriends(() => root, { ownerId: 'ann', friendIds: ['bob', 'cid'] });
    await friends.remove(as('ann'), { ownerId: 'ann', friendId: 'cid' });
    const say = () =>
      friends.changeCards((friendId) => as('ann', `k:${friendId}`), {
        ownerId: 'ann',
        friendIds: ['bob', 'cid', 'zed'],
        changes: { remark: 'x' },
        pinned: true,
      });
    const first = await say();
    expect([...first.keys()]).to.deep.equal(['bob']);
    expect(first.get('bob')?.outcome.changed).to.deep.equal(['remark', 'pinned']);
    const again = await say();
    expect(again.get('bob')).to.deep.include({ replayed: true, outcome: first.get('bob')?.outcome });
    await refusedAs(
      friends.changeCards(() => as('ann'), { ownerId: 'bob', friendIds: ['ann'], pinned: true }),
      'NotPermitted',
    );
  });

  it('are imported as many as named, or none where one of them is himself', async () => {
    await refusedAs(
      friends.importFriends(() => root, { ownerId: 'ann', friendIds: ['bob', 'ann'] }),
      'CannotBefriendYourself',
    );
    await refusedAs(
      friends.importFriends(() => as('ann'), { ownerId: 'ann', friendIds: ['bob'] }),
      'NotPermitted',
    );
    const made = await friends.importFriends(() => root, { ownerId: 'ann', friendIds: ['bob', 'cid', 'bob'] });
    expect([...made].map(([id, { state }]) => [id, areFriends(state, 'ann', id)])).to.deep.equal([
      ['bob', true],
      ['cid', true],
    ]);
  });
});
