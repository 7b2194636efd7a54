import { expect } from 'chai';
import { GroupChanges } from '../../../application/commands/group-changes.js';
import { groupAggregate, GroupCommands } from '../../../application/commands/groups.js';
import { CommandPipeline } from '../../../application/commands/pipeline.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { UserDirectory } from '../../../application/commands/user-directory.js';
import { UserGroupsCommands } from '../../../application/commands/user-groups.js';
import { UserProfileCommands } from '../../../application/commands/user-profiles.js';
import { userAggregate } from '../../../application/commands/users.js';
import type { Reservations } from '../../../application/ports/reservations.js';
import { nobodyKnown } from '../../../application/ports/users.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryKeys } from '../../support/memory-keys.js';
import { MemoryLedger } from '../../support/memory-ledger.js';
import { silentLogger } from '../../support/silent-logger.js';

const tenant = 't1';
const clock = { now: () => Date.now() };
const as = (id: string, key?: string): RequestContext => ({
  tenant,
  actor: { kind: 'user', id },
  via: 'test:people',
  ...(key !== undefined && { idempotency: { key, operation: 'op', bodyHash: 'b' } }),
});

describe('Use cases about people', () => {
  let store: MemoryEventStore;
  let ledger: MemoryLedger;
  let pipeline: CommandPipeline;
  let groups: GroupCommands;
  let profiles: UserProfileCommands;
  let favourites: UserGroupsCommands;
  let number: number;
  /** A process on the same stores. */
  let open: () => void;

  beforeEach(async () => {
    store = new MemoryEventStore();
    number = 2 ** 52;
    const serializer = new JsonEventSerializer({ keys: new MemoryKeys(), registry: eventRegistry });
    ledger = new MemoryLedger();
    const reserved = new Map<string, string>();
    const reserveId: Reservations['reserveId'] = async (_tenant, kind, key, make) => {
      const name = `${kind} ${key}`;
      const value = reserved.get(name) ?? (await make());
      reserved.set(name, value);
      return value;
    };
    const users = new UserDirectory(nobodyKnown, store);
    const numbers = { next: () => Promise.resolve(++number) };
    const reservations = { reserveId } as Reservations;
    open = () => {
      pipeline = new CommandPipeline({ store, serializer, ledger, clock, log: silentLogger });
      groups = new GroupCommands({ pipeline, clock, numbers, reservations, users });
      profiles = new UserProfileCommands({ pipeline });
      favourites = new UserGroupsCommands({ pipeline, users });
    };
    open();
    for (const userId of ['ann', 'bob', 'eve', 'shy', 'root']) {
      const stream = { category: 'user', tenant, userId } as const;
      const command = { type: 'RegisterUser', userId, number: ++number, nickname: userId } as const;
      await pipeline.execute({ ...as(userId), aggregate: userAggregate, stream, command });
    }
    await profiles.changePrivacy(as('shy'), { userId: 'shy', changes: { groupInviteConsent: true } });
  });

  afterEach(async () => {
    await pipeline.close(2_000);
    await store.close();
  });

  const refusedAs = async (asked: Promise<unknown>, kind: string): Promise<void> => {
    const error = await asked.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(DomainError);
    expect((error as DomainError).kind).to.equal(kind);
  };

  it('who wants to be asked is asked, at creation and later (004 create, add: status 3)', async () => {
    const made = await groups.create(as('ann'), {
      preset: 'sealtalk',
      name: 'Chess',
      ownerId: 'ann',
      members: ['shy', 'bob'],
    });
    expect(made.outcome.items).to.deep.equal([
      { userId: 'shy', result: 'awaitsInvitee' },
      { userId: 'bob', result: 'joined' },
    ]);
    const { groupId } = made.outcome;
    const added = await groups.addMembers(as('bob'), { groupId, userIds: ['eve', 'shy', 'zed'], unknown: 'report' });
    expect(added.outcome.items.map(({ result }) => result)).to.deep.equal(['joined', 'awaitsInvitee', 'unknown']);
    const answered = await groups.answerInvitation(as('shy'), { groupId, userId: 'shy', answer: 'accepted' });
    expect(answered.outcome.joined).to.equal(true);
    await profiles.changePrivacy(as('eve'), { userId: 'eve', changes: { groupInviteConsent: true } });
    await groups.leave(as('eve'), { groupId, userId: 'eve' });
    const again = await groups.addMembers(as('bob'), { groupId, userIds: ['eve'] });
    expect(again.outcome.items).to.deep.equal([{ userId: 'eve', result: 'awaitsInvitee' }]);
  });

  it('a request to join is answered alike where its repeat is decided again, by another process from the history', async () => {
    const { outcome } = await groups.create(as('ann'), {
      preset: 'parley',
      name: 'Chess',
      ownerId: 'ann',
      joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' },
    });
    const ask = () => groups.requestToJoin(as('eve', 'once'), { groupId: outcome.groupId, userId: 'eve' });
    const first = await ask();
    // As if the process had ended between the append and the outcome.
    for (const row of ledger.rows.values()) row.outcome = undefined;
    await pipeline.close(2_000);
    open();
    expect(await ask()).to.deep.include({ replayed: true, outcome: first.outcome });
  });

  it('nobody is asked under rules that never ask (003), and who doesn’t exist is refused', async () => {
    const { outcome } = await groups.create(as('ann'), {
      preset: 'openim',
      name: 'Chess',
      ownerId: 'ann',
      members: ['shy'],
    });
    expect(outcome.items).to.deep.equal([{ userId: 'shy', result: 'joined' }]);
    await refusedAs(groups.addMembers(as('ann'), { groupId: outcome.groupId, userIds: ['zed'] }), 'UserNotFound');
    await refusedAs(groups.addMembers(as('ann'), { groupId: 'none', userIds: ['bob'] }), 'GroupNotFound');
  });

  it('a copy is made once for one key, and a name that can’t be leaves the source uncopied (004 copy_group)', async () => {
    const source = await groups.create(as('ann'), {
      preset: 'parley',
      groupId: 'chess',
      name: 'Chess',
      ownerId: 'ann',
      members: ['bob', 'shy'],
    });
    await groups.answerInvitation(as('shy'), { groupId: 'chess', userId: 'shy', answer: 'accepted' });
    await refusedAs(groups.copy(as('ann', 'k0'), { groupId: 'chess', name: ' ' }), 'InvalidArgument');
    await refusedAs(groups.copy(as('ann'), { groupId: 'chess', toGroupId: 'chess', name: 'Go' }), 'GroupIdTaken');
    const first = await groups.copy(as('ann', 'k1'), { groupId: 'chess', name: 'Go' });
    expect(first.outcome).to.deep.include({ memberCount: 2, groupId: String(first.outcome.number) });
    expect(first.outcome.items).to.have.deep.members([
      { userId: 'bob', result: 'joined' },
      { userId: 'shy', result: 'awaitsInvitee' },
    ]);
    const second = await groups.copy(as('ann', 'k1'), { groupId: 'chess', name: 'Go' });
    expect([second.replayed, second.outcome.groupId]).to.deep.equal([true, first.outcome.groupId]);
    const { revision } = await groups.changeProfile(as('ann'), { groupId: 'chess', changes: {} });
    // Answered, joined, copied: once.
    expect(revision).to.equal(source.revision + 3);
  });

  it('a copy that can’t be made leaves the source as it was, whatever it fails for (004 copy_group)', async () => {
    await groups.create(as('ann'), {
      preset: 'parley',
      groupId: 'chess',
      name: 'Chess',
      ownerId: 'ann',
      members: ['bob'],
      maximum: 2,
    });
    const { revision } = await groups.changeProfile(as('ann'), { groupId: 'chess', changes: {} });
    const copying = { groupId: 'chess', name: 'Go' };
    // An id that only the server may make.
    await refusedAs(groups.copy(as('ann'), { ...copying, toGroupId: '1234567890123456' }), 'InvalidArgument');
    await refusedAs(groups.copy(as('ann'), { ...copying, avatar: 'x'.repeat(2_000) }), 'InvalidArgument');
    const root: RequestContext = { ...as('root'), actor: { kind: 'appAdmin', id: 'root' } };
    await refusedAs(groups.copy(root, copying), 'CopyRefused');
    const stranger: RequestContext = { ...as('boss'), actor: { kind: 'appAdmin', id: 'boss' } };
    await refusedAs(groups.copy(stranger, copying), 'UserNotFound');
    await refusedAs(groups.copy(as('eve'), { ...copying, toGroupId: 'chess' }), 'NotGroupMember');
    expect((await groups.changeProfile(as('ann'), { groupId: 'chess', changes: {} })).revision).to.equal(revision);
  });

  it('a copy asked for again is what it was, though both groups have gone meanwhile; a new one says so once', async () => {
    const tournament = { preset: 'parley', groupId: 'chess', name: 'Chess', ownerId: 'ann', members: ['bob'] } as const;
    await groups.create(as('ann'), tournament);
    const copying = { groupId: 'chess', toGroupId: 'go', name: 'Go' };
    const first = await groups.copy(as('ann', 'k1'), copying);
    const other = await groups.copy(as('ann'), { ...copying, toGroupId: 'shogi' });
    expect(other.replayed).to.equal(false);
    // Under another key it is another copy, of an id that is taken.
    await refusedAs(groups.copy(as('ann', 'k2'), copying), 'GroupIdTaken');
    const { revision } = await groups.changeProfile(as('ann'), { groupId: 'chess', changes: {} });
    expect(revision).to.equal(4);
    await groups.dismiss(as('ann'), { groupId: 'go', removeMembers: false });
    await groups.dismiss(as('ann'), { groupId: 'chess', removeMembers: true });
    const again = await groups.copy(as('ann', 'k1'), copying);
    expect(again).to.deep.include({ replayed: true, outcome: first.outcome });
  });

  it('500 are silenced as one: one append, every event of it within its bounds (001 forbid_send_msg)', async () => {
    const members = Array.from({ length: 500 }, (_, i) => `member-with-a-long-name-${String(i)}`);
    const stream = { category: 'group', tenant, groupId: 'crowd' } as const;
    const creation = {
      type: 'CreateGroup',
      preset: 'parley',
      groupId: 'crowd',
      name: 'Crowd',
      ownerId: 'ann',
    } as const;
    const command = { ...creation, number: ++number, members, maximum: 501 };
    await pipeline.execute({ ...as('ann'), aggregate: groupAggregate, stream, command });
    const steps = members.map((userId) => ({ type: 'MuteMember', userId, until: { lasting: 60_000 } }) as const);
    const silenced = await new GroupChanges(pipeline, clock).together(as('ann', 'k1'), { groupId: 'crowd', steps });
    expect(silenced).to.include({ events: 500, revision: 501 + 500 });
  });

  it('favourites are of groups that there are, and profiles of users that there are', async () => {
    await groups.create(as('ann'), { preset: 'parley', groupId: 'chess', name: 'Chess', ownerId: 'ann' });
    expect((await favourites.favourite(as('bob'), { userId: 'bob', groupId: 'chess' })).outcome.alreadySo).to.equal(
      false,
    );
    expect((await favourites.favourite(as('bob'), { userId: 'bob', groupId: 'chess' })).outcome.alreadySo).to.equal(
      true,
    );
    await refusedAs(favourites.favourite(as('bob'), { userId: 'bob', groupId: 'none' }), 'GroupNotFound');
    await groups.dismiss(as('ann'), { groupId: 'chess', removeMembers: false });
    await refusedAs(favourites.favourite(as('ann'), { userId: 'ann', groupId: 'chess' }), 'GroupDismissed');
    expect((await favourites.unfavourite(as('bob'), { userId: 'bob', groupId: 'chess' })).events).to.equal(1);
    expect((await favourites.clearNotices(as('bob'), { userId: 'bob' })).events).to.equal(1);
    await refusedAs(profiles.changeProfile(as('zed'), { userId: 'zed', changes: { avatar: 'a' } }), 'UserNotFound');
  });
});
