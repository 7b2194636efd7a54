import { expect } from 'chai';
import fc from 'fast-check';
import type pg from 'pg';
import type { Reader, ReadPosition } from '../../../application/ports/read-positions.js';
import { migrate } from '../../../infrastructure/postgres/migrate.js';
import { makePool } from '../../../infrastructure/postgres/pool.js';
import { systemMigrations } from '../../../infrastructure/system/migration.js';
import { PostgresReadPositions } from '../../../infrastructure/system/read-positions.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

/** Every other message counts as unread. */
const at = (upToSeq: number): ReadPosition => ({ upToSeq, countable: Math.floor(upToSeq / 2) });

describe('Read positions', () => {
  let database: TestDatabase;
  let pool: ReturnType<typeof makePool>;
  let positions: PostgresReadPositions;
  /** Another process. */
  let others: PostgresReadPositions;
  let count = 0;
  let reader: Reader;

  before(async () => {
    database = await freshDatabase('positions');
    await migrate(database.url, systemMigrations);
    pool = makePool({ url: database.url, max: 8, name: 'parley test positions', log: silentLogger });
    positions = new PostgresReadPositions(pool);
    others = new PostgresReadPositions(pool);
  });

  after(async () => {
    await pool.end();
    await database.drop();
  });

  const newReader = (): Reader => ({ tenant: 't', conversation: `g.g${String(count++)}.1`, userId: 'ann' });

  beforeEach(() => {
    reader = newReader();
  });

  const now = async ({ tenant, conversation, userId }: Reader = reader): Promise<ReadPosition | undefined> =>
    (await positions.ofUser(tenant, userId, [conversation])).get(conversation);

  it('are the highest that was asked for, in whatever order and from however many processes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ seq: fc.integer({ min: 1, max: 60 }), elsewhere: fc.boolean(), waits: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        async (raises) => {
          reader = newReader();
          let highest = 0;
          const underWay: Promise<ReadPosition>[] = [];
          for (const { seq, elsewhere, waits } of raises) {
            highest = Math.max(highest, seq);
            const raised = (elsewhere ? others : positions).raise(reader, at(seq)).then((stands) => {
              expect(stands.upToSeq).to.be.at.least(seq);
              expect(stands).to.deep.equal(at(stands.upToSeq));
              return stands;
            });
            underWay.push(raised);
            if (waits) expect((await raised).upToSeq).to.be.at.most(highest);
          }
          await Promise.all(underWay);
          expect(await now()).to.deep.equal(at(highest));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('of many readers at once in two processes need a statement or two, and never deadlock', async () => {
    const readers = Array.from({ length: 300 }, newReader);
    const { pool: counting, statements } = counted(pool);
    const here = new PostgresReadPositions(counting);
    await Promise.all([
      ...readers.map((each, n) => here.raise(each, at(n + 1))),
      ...[...readers].reverse().map((each, n) => others.raise(each, at(n + 1))),
    ]);
    expect(statements()).to.be.at.most(2);
    const stands = await Promise.all(readers.map((each) => now(each)));
    expect(stands).to.deep.equal(readers.map((_, n) => at(Math.max(n + 1, readers.length - n))));
  });

  it('are set by an event lower or higher, and raised from there', async () => {
    await positions.raise(reader, at(50));
    await positions.set(reader, { ...at(20), setBy: 3 });
    expect(await now()).to.deep.equal(at(20));
    await positions.raise(reader, at(30));
    expect(await now()).to.deep.equal(at(30));
    await positions.set(reader, { ...at(80), setBy: 4 });
    expect(await now()).to.deep.equal(at(80));
  });

  it('take an event once, however often and late it comes', async () => {
    await positions.set(reader, { ...at(20), setBy: 3 });
    await positions.raise(reader, at(40));
    await positions.set(reader, { ...at(20), setBy: 3 });
    expect(await now(), 'again').to.deep.equal(at(40));
    await positions.set(reader, { ...at(10), setBy: 7 });
    await positions.set(reader, { ...at(90), setBy: 5 });
    expect(await now(), 'overtaken by a later one').to.deep.equal(at(10));
    await positions.set(newReader(), { ...at(0), setBy: 0 });
  });

  it('are read for many conversations of one, and for many of one conversation', async () => {
    const [one, other, none] = [newReader(), newReader(), newReader()];
    await positions.raise(one, at(4));
    await positions.raise(other, at(7));
    await positions.raise({ ...one, userId: 'bob' }, at(9));
    await positions.raise({ ...one, tenant: 'another' }, at(11));
    const asked = [one, other, none].map(({ conversation }) => conversation);
    expect([...(await positions.ofUser('t', 'ann', asked))]).to.have.deep.members([
      [one.conversation, at(4)],
      [other.conversation, at(7)],
    ]);
    expect([...(await positions.ofConversation('t', one.conversation, ['bob', 'ann', 'eve']))]).to.have.deep.members([
      ['ann', at(4)],
      ['bob', at(9)],
    ]);
    expect(await positions.ofUser('t', 'ann', [])).to.deep.equal(new Map());
  });
});

/** The pool, with its statements counted. */
function counted(pool: pg.Pool): { pool: pg.Pool; statements: () => number } {
  let statements = 0;
  const counting = new Proxy(pool, {
    get(target, name) {
      if (name === 'query') statements += 1;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { pool: counting, statements: () => statements };
}
