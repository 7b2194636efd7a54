import { expect } from 'chai';
import { v1Operations, type V1Services } from '../../api/v1/operations.js';
import { type Engine, ENGINES, USUAL_ENGINE } from '../support/engines.js';
import { nameOf } from '../../api/dialects/shared/operation.js';
import { DialectHostility, type DialectUnderAttack, prepared } from '../support/hostile/dialect-requests.js';
import { dtalkUnderAttack } from '../support/hostile/dtalk.js';
import { openimUnderAttack } from '../support/hostile/openim.js';
import { sealtalkUnderAttack } from '../support/hostile/sealtalk.js';
import { tencentUnderAttack } from '../support/hostile/tencent.js';
import { schemaOf, userPointers } from '../support/hostile/schemas.js';
import { v1Fixtures } from '../support/hostile/v1-fixtures.js';
import { V1Hostility } from '../support/hostile/v1-requests.js';
import { type Hostile, type Who, World, wrongsOf } from '../support/hostile/world.js';
import { seededRandom } from '../support/random.js';

// Declarations only: their handlers are never called here.
const operations = v1Operations({} as V1Services);

/**
 * Requests are read alike whatever keeps the log: on the second engine a third of those to `/v1` show it, others each time, or all
 * of them in `npm run test:soak`.
 */
const shareOn = (engine: Engine): number =>
  engine === USUAL_ENGINE || process.env['PARLEY_HOSTILE_ENGINES'] === 'all' ? 1 : 1 / 3;

/** No dialect does. */
const dialectsOn: Readonly<Record<Engine, readonly DialectUnderAttack[]>> = {
  PostgreSQL: [
    openimUnderAttack,
    dtalkUnderAttack,
    tencentUnderAttack,
    sealtalkUnderAttack,
  ] as readonly DialectUnderAttack[],
  EventStoreDB: [],
};

/**
 * Bad and hostile input to every declared operation. The requests are made from the declarations, so that a new operation
 * is tried as well, or fails here for want of a fixture.
 */
for (const engine of ENGINES)
  describe(`bad and hostile input, on ${engine}`, () => {
    const dialects = dialectsOn[engine];
    let world: World;
    let bad: Awaited<ReturnType<World['badTokens']>>;
    const random = seededRandom();
    const share = shareOn(engine);
    let sent = 0;

    const tried = (requests: readonly Hostile[]): readonly Hostile[] => requests.filter(() => random.next() < share);

    /** What a fixture wants to be so before. */
    const given = async (steps: readonly (readonly [string, string, Who, object?])[] = []): Promise<void> => {
      for (const step of steps) await world.done(...step);
    };

    before(async function () {
      this.timeout(60_000);
      world = await World.open(engine);
      bad = await world.badTokens();
      const grouped = operations.filter(({ path }) => /\{(?:group|conversation)Id\}/.test(path));
      await world.groups(
        'parley',
        '',
        grouped.map(({ operationId }) => `g-${operationId}`),
      );
      await Promise.all([
        ...dialects.map((dialect) => prepared(dialect, world)),
        ...operations.map(({ operationId }) => given(v1Fixtures[operationId]?.given?.(`g-${operationId}`))),
      ]);
      await world.settled();
    });
    after(() => world.close());

    describe('to /v1', () => {
      it('is tried on each operation, and on each member that names a user', () => {
        expect(Object.keys(v1Fixtures).sort()).to.deep.equal(operations.map((op) => op.operationId).sort());
        for (const { operationId, Path, Query, Body } of operations) {
          const named = [Path, Query, Body].flatMap((Dto) => (Dto === undefined ? [] : userPointers(schemaOf(Dto))));
          expect(Object.keys(v1Fixtures[operationId]?.users ?? {}).sort(), operationId).to.deep.equal(named.sort());
        }
      });

      for (const op of operations) {
        it(`${op.operationId}: each is refused with its problem, and nothing is written`, async function () {
          this.timeout(20_000);
          const fixture = v1Fixtures[op.operationId];
          if (fixture === undefined) throw new Error(`${op.operationId} has no fixture`);
          const hostility = new V1Hostility(world, op, fixture, `g-${op.operationId}`);
          const requests = tried(hostility.all(bad));
          sent += requests.length;
          expect(await wrongsOf(world, requests), `${op.operationId}, seed ${random.seed.toString()}`).to.deep.equal(
            [],
          );

          const before = await world.head();
          const right = await hostility.right();
          expect(right.status, JSON.stringify(right.body)).to.equal(op.success.status);
          if (right.body['changed'] === true) expect(await world.writtenSince(before)).to.not.deep.equal([]);
          if (op.command) expect(right.body['changed'], 'a fixture whose command does nothing').to.equal(true);
        });
      }
    });

    for (const dialect of dialects)
      describe(`to ${dialect.name}`, () => {
        it('is tried on each operation, and on each member that names a user', () => {
          const { fixtures, operations: declared } = dialect;
          expect(Object.keys(fixtures).sort()).to.deep.equal(declared.map(nameOf).sort());
          for (const op of declared) {
            const named = userPointers(schemaOf(op.Body));
            expect(Object.keys(fixtures[nameOf(op)]?.users ?? {}).sort(), nameOf(op)).to.deep.equal(named.sort());
          }
        });

        for (const op of dialect.operations) {
          it(`${nameOf(op)}: each is refused with its code, and nothing is written`, async function () {
            this.timeout(20_000);
            const hostility = new DialectHostility(dialect, world, op);
            const requests = await hostility.all();
            sent += requests.length;
            expect(await wrongsOf(world, requests), nameOf(op)).to.deep.equal([]);

            const before = await world.head();
            const right = await hostility.right();
            expect(dialect.isDone(right), JSON.stringify(right)).to.equal(true);
            expect((await world.writtenSince(before)).length > 0, 'whether it wrote').to.equal(hostility.writes);
          });
        }
      });

    describe('to several people at once', () => {
      it('writes none of several new users when one of them can not be', async () => {
        const good = { userID: 'good-one', nickname: 'Good' };
        const wrong = [
          { userID: 'long-name', nickname: 'n'.repeat(65) },
          { userID: 'long-ex', nickname: 'x', ex: 'x'.repeat(16_385) },
          { userID: 'long-face', nickname: 'x', faceURL: 'x'.repeat(2_049) },
          { userID: '4503599627370496', nickname: 'x' },
          { userID: 'me', nickname: 'x' },
        ];
        const before = await world.head();
        for (const one of wrong) {
          const body = { secret: world.im.secret, users: [good, one] };
          expect((await world.im.call('/user/user_register', body)).errCode, one.userID).to.equal(1001);
          expect(await world.writtenSince(before), one.userID).to.deep.equal([]);
        }
      });
    });

    describe('altogether', () => {
      it('is thousands of requests', () => {
        expect(sent / share).to.be.above(4_000);
      });
    });
  });
