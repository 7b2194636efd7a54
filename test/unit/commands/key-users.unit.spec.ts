import { expect } from 'chai';
import { KeyUsers } from '../../../application/commands/key-users.js';
import { CommandPipeline } from '../../../application/commands/pipeline.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { UserDirectory } from '../../../application/commands/user-directory.js';
import { UserCommands, type UserCommandsDependencies } from '../../../application/commands/users.js';
import { nobodyKnown } from '../../../application/ports/users.js';
import { streamName } from '../../../application/streams.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { newSigner } from '../../support/dtalk-signer.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryKeys } from '../../support/memory-keys.js';
import { MemoryLedger } from '../../support/memory-ledger.js';
import { silentLogger } from '../../support/silent-logger.js';

const tenant = 't1';
const seen = { tenant, via: 'test:signature' };
const asAlice: RequestContext = { ...seen, actor: { kind: 'user', id: 'alice' } };

describe('People whose key proves them', () => {
  let store: MemoryEventStore;
  let number: number;
  let open: () => { users: KeyUsers; directory: UserDirectory };

  beforeEach(() => {
    store = new MemoryEventStore();
    number = 2 ** 52;
    const keys = new MemoryKeys();
    open = () => {
      const serializer = new JsonEventSerializer({ keys, registry: eventRegistry });
      const clock = { now: () => Date.now() };
      const pipeline = new CommandPipeline({ store, serializer, ledger: new MemoryLedger(), clock, log: silentLogger });
      const directory = new UserDirectory(nobodyKnown, store);
      const numbers = { next: () => Promise.resolve(++number) };
      return { users: new KeyUsers({ pipeline, numbers, directory }), directory };
    };
  });

  const written = async (userId: string): Promise<number> => {
    const events: unknown[] = [];
    for await (const event of store.readStream(streamName({ category: 'user', tenant, userId }))) events.push(event);
    return events.length;
  };

  it('are users once they are seen, by several at once and in several processes', async () => {
    const { address } = newSigner();
    const [one, other] = [open(), open()];
    await Promise.all([one, one, other, other].map(({ users }) => users.seen(seen, address)));
    expect(await written(address)).to.equal(1);
    expect(await one.directory.missing(tenant, [address])).to.deep.equal([]);
    const given = number;
    await one.users.seen(seen, address);
    expect(number, 'nothing more is written').to.equal(given);
  });

  it('are users when they are named, if their id could be proved', async () => {
    const [ann, bob] = [newSigner().address, newSigner().address];
    const { users, directory } = open();
    await users.named(asAlice, [ann, bob, 'member-1', `${ann.slice(0, -1)}!`]);
    expect(await directory.missing(tenant, [ann, bob, 'member-1'])).to.deep.equal(['member-1']);
  });

  it('are nobody else: their id is not to be chosen where people register', () => {
    const commands = new UserCommands({} as UserCommandsDependencies);
    const { address } = newSigner();
    const asked = { userId: address, nickname: 'Mallory', credentials: { password: 'long enough' } };
    const register = (actor?: RequestContext['actor']) => () => {
      commands.check(actor === undefined ? {} : { actor }, asked);
    };
    expect(register()).to.throw(DomainError).with.property('kind', 'NotPermitted');
    expect(register({ kind: 'user', id: address }))
      .to.throw(DomainError)
      .with.property('kind', 'NotPermitted');
    expect(register({ kind: 'appAdmin', id: 'root' })).not.to.throw();
  });
});
