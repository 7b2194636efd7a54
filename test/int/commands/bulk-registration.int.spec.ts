import { expect } from 'chai';
import { Accounts } from '../../../application/commands/accounts.js';
import {
  BulkRegistration,
  type BulkRegistrationDependencies,
  type BroughtIn,
} from '../../../application/commands/bulk-registration.js';
import { ApplicationError } from '../../../application/commands/errors.js';
import type { CommandPipeline } from '../../../application/commands/pipeline.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { type CommandSide, commandSideDatabase, openCommandSide } from '../../support/command-side.js';
import type { TestDatabase } from '../../support/postgres.js';

const context: RequestContext = { tenant: 't', via: 'test', actor: { kind: 'system', id: 'app' } };
const keyed = (key: string): RequestContext => ({
  ...context,
  idempotency: { key, operation: 'user_register', bodyHash: 'b' },
});

describe('Registration of several users', () => {
  let database: TestDatabase;
  let side: CommandSide;

  before(async function () {
    this.timeout(60_000);
    database = await commandSideDatabase('bulk');
    side = await openCommandSide(database.url);
  });
  after(async () => {
    await side.close();
    await database.drop();
  });

  const bulk = (more: Partial<BulkRegistrationDependencies> = {}): BulkRegistration =>
    new BulkRegistration({ ...side, accounts: new Accounts(side), ...more });
  const people = (name: string, count: number, from = 0): BroughtIn[] =>
    Array.from({ length: count }, (_, n) => ({
      userId: `${name}${(from + n).toString()}`,
      nickname: `Nick of ${name}`,
    }));
  const told = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { kind?: string }).kind ?? String(error),
    );
  const register = (list: readonly BroughtIn[], by = context): Promise<string> => told(bulk().register(by, list));
  const alone = (userId: string): Promise<string> => told(side.users.register(context, { userId, nickname: 'N' }));

  /** How many whose ids begin so are in the log; each once. */
  async function inLog(name: string): Promise<number> {
    const { rows } = await side.pool.query<{ events: number; users: number }>(
      'SELECT count(*)::int AS events, count(DISTINCT stream)::int AS users FROM events.log WHERE stream LIKE $1',
      [`parley_user-t.${name}%`],
    );
    expect(rows[0]?.events).to.equal(rows[0]?.users);
    return rows[0]?.users ?? -1;
  }

  it('of a thousand: all are there, and a plain repeat is told so', async () => {
    const list = people('many', 1_000);
    expect(await register(list)).to.equal('done');
    expect(await register(list)).to.equal('AlreadyRegistered');
    expect(await register(list.slice(1)), 'another list').to.equal('UserIdTaken');
    expect(await inLog('many')).to.equal(1_000);
  }).timeout(30_000);

  it('is refused whole for one who is there, and keeps nobody else out afterwards', async () => {
    expect(await alone('taken7')).to.equal('done');
    expect(await register(people('taken', 20))).to.equal('UserIdTaken');
    expect(await register([...people('wrong', 20), { userId: 'me', nickname: 'N' }])).to.equal('InvalidArgument');
    expect([await inLog('taken'), await inLog('wrong')]).to.deep.equal([1, 0]);
    expect(await register(people('taken', 7))).to.equal('done');
  });

  it('of two that overlap, at once: one is done, the other is refused and has written nothing', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `both${round.toString()}x`;
      const ends = await Promise.all([register(people(name, 20)), register(people(name, 20, 10).reverse())]);
      expect(ends.sort()).to.deep.equal(['UserIdTaken', 'done']);
      expect(await inLog(name)).to.equal(20);
    }
  });

  it('and of one among them by himself, at once: either all or he', async () => {
    for (let round = 0; round < 8; round++) {
      const name = `race${round.toString()}x`;
      const [several, one] = await Promise.all([
        register(people(name, 20)),
        alone(`${name}${(round % 20).toString()}`),
      ]);
      expect([several, one].sort(), name).to.deep.equal(['UserIdTaken', 'done']);
      expect(await inLog(name)).to.equal(several === 'done' ? 20 : 1);
    }
  });

  it('with a key: a repeat is answered as the first, another list is refused', async () => {
    const list = people('keyed', 5);
    for (let n = 0; n < 2; n++) expect(await register(list, keyed('k'))).to.equal('done');
    expect(await register([...list].reverse(), keyed('k'))).to.equal('IdempotencyKeyReused');
    expect(await register(people('keyed', 6), keyed('k'))).to.equal('IdempotencyKeyReused');
    expect(await register(list, keyed('another'))).to.equal('UserIdTaken');
    expect(await inLog('keyed')).to.equal(5);
  });

  /** The pipeline, which writes only so many and fails for all others. */
  function cutAfter(
    written: number,
    kind: 'Unavailable' | 'OutcomeUnknown' = 'Unavailable',
  ): Pick<CommandPipeline, 'execute'> {
    let left = written;
    const { pipeline } = side;
    return {
      execute: (request) => {
        left -= 1;
        if (left >= 0) return pipeline.execute(request);
        const facts = kind === 'Unavailable' ? { what: 'store' } : { stream: 's' };
        return Promise.reject(new ApplicationError<'Unavailable' | 'OutcomeUnknown'>(kind, facts));
      },
    };
  }

  it('that was cut short says that it is not known, keeps its ids, and is finished by a repeat', async () => {
    for (const by of [context, keyed('cut')]) {
      const name = by === context ? 'cut' : 'keyedcut';
      const list = people(name, 30);
      expect(await told(bulk({ pipeline: cutAfter(11) }).register(by, list))).to.equal('OutcomeUnknown');
      expect(await inLog(name)).to.equal(11);
      expect(await alone(`${name}29`)).to.equal('UserIdTaken');
      expect(await register(people(name, 5, 25))).to.equal('UserIdTaken');
      expect(await register(list, by)).to.equal('done');
      expect(await inLog(name)).to.equal(30);
    }
  });

  it('that wrote nothing says so and keeps nobody out', async () => {
    const list = people('nothing', 30);
    expect(await told(bulk({ pipeline: cutAfter(0) }).register(context, list))).to.equal('Unavailable');
    expect(await alone('nothing3')).to.equal('done');
    expect(await told(bulk({ pipeline: cutAfter(0, 'OutcomeUnknown') }).register(context, people('open', 3)))).to.equal(
      'OutcomeUnknown',
    );
    expect(await alone('open1')).to.equal('UserIdTaken');
  });
});
