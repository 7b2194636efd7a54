import { expect } from 'chai';
import { openimOperations } from '../../api/dialects/openim/operations.js';
import type { OpenimServices } from '../../api/dialects/openim/services.js';
import { v1Operations, type V1Services } from '../../api/v1/operations.js';
import { ENGINES } from '../support/engines.js';
import { type OpenimFixture, openimFixtures } from '../support/hostile/openim-fixtures.js';
import { OpenimHostility } from '../support/hostile/openim-requests.js';
import { schemaOf, userPointers } from '../support/hostile/schemas.js';
import { v1Fixtures } from '../support/hostile/v1-fixtures.js';
import { V1Hostility } from '../support/hostile/v1-requests.js';
import { type Who, World, wrongsOf } from '../support/hostile/world.js';

// Declarations only: their handlers are never called here.
const operations = v1Operations({} as V1Services);
const openim = openimOperations({} as OpenimServices);

/** The group of its own that an operation of 003 is about. */
const imGroup = (path: string): string => `im-${path.split('/').at(-1) ?? ''}`;

/**
 * Bad and hostile input to every declared operation. The requests are made from the declarations, so that a new operation
 * is tried as well, or fails here for want of a fixture.
 */
for (const engine of ENGINES)
  describe(`bad and hostile input, on ${engine}`, () => {
    let world: World;
    let bad: Awaited<ReturnType<World['badTokens']>>;
    let sent = 0;

    /** What a fixture wants to be so before. */
    const given = async (steps: readonly (readonly [string, string, Who, object?])[] = []): Promise<void> => {
      for (const step of steps) await world.done(...step);
    };

    const asked = async (steps: OpenimFixture['asked'] = []): Promise<void> => {
      for (const [path, who, body] of steps) await world.im.done(path, body, { token: world.tokens[who] });
    };

    before(async function () {
      this.timeout(60_000);
      world = await World.open(engine);
      bad = await world.badTokens();
      const grouped = operations.filter(({ path }) => /\{(?:group|conversation)Id\}/.test(path));
      await Promise.all([
        ...grouped.map(({ operationId }) => world.group(`g-${operationId}`, 'parley')),
        world.group('dismissed', 'parley'),
        world.group('suspended', 'parley'),
        ...openim.map(({ path }) => world.group(imGroup(path), 'openim')),
        world.group('im-dismissed', 'openim'),
        world.group('im-suspended', 'openim'),
      ]);
      await Promise.all([
        ...openim.map(({ path }) => given(openimFixtures[path]?.given?.(imGroup(path)))),
        ...openim.map(({ path }) => asked(openimFixtures[path]?.asked)),
        ...operations.map(({ operationId }) => given(v1Fixtures[operationId]?.given?.(`g-${operationId}`))),
      ]);
      for (const prefix of ['', 'im-']) {
        await world.done('DELETE', `/groups/${prefix}dismissed`, 'owner');
        await world.done('PUT', `/groups/${prefix}suspended/suspension`, 'root', { mode: 'blocked' });
      }
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
          const requests = hostility.all(bad);
          sent += requests.length;
          expect(await wrongsOf(world, requests), op.operationId).to.deep.equal([]);

          const before = await world.head();
          const right = await hostility.right();
          expect(right.status, JSON.stringify(right.body)).to.equal(op.success.status);
          if (right.body['changed'] === true) expect(await world.writtenSince(before)).to.not.deep.equal([]);
          if (op.command) expect(right.body['changed'], 'a fixture whose command does nothing').to.equal(true);
        });
      }
    });

    describe('to 003', () => {
      it('is tried on each operation, and on each member that names a user', () => {
        expect(Object.keys(openimFixtures).sort()).to.deep.equal(openim.map(({ path }) => path).sort());
        for (const { path, Body } of openim) {
          const named = userPointers(schemaOf(Body));
          expect(Object.keys(openimFixtures[path]?.users ?? {}).sort(), path).to.deep.equal(named.sort());
        }
      });

      for (const op of openim) {
        it(`${op.path}: each is refused with its code, and nothing is written`, async function () {
          this.timeout(20_000);
          const fixture = openimFixtures[op.path];
          if (fixture === undefined) throw new Error(`${op.path} has no fixture`);
          const hostility = new OpenimHostility(world, op, fixture, imGroup(op.path));
          const requests = hostility.all(bad);
          sent += requests.length;
          expect(await wrongsOf(world, requests), op.path).to.deep.equal([]);

          const before = await world.head();
          const right = await hostility.right();
          expect(right.errCode, JSON.stringify(right)).to.equal(0);
          expect((await world.writtenSince(before)).length > 0, 'whether it wrote').to.equal(fixture.writes);
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
        expect(sent).to.be.above(4_000);
      });
    });
  });
