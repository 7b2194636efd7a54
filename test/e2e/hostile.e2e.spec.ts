import { expect } from 'chai';
import { v1Operations, type V1Services } from '../../api/v1/operations.js';
import { schemaOf, userPointers } from '../support/hostile/schemas.js';
import { v1Fixtures } from '../support/hostile/v1-fixtures.js';
import { V1Hostility } from '../support/hostile/v1-requests.js';
import { World, wrongsOf } from '../support/hostile/world.js';

// Declarations only: their handlers are never called here.
const operations = v1Operations({} as V1Services);

/**
 * Bad and hostile input to every declared operation. The requests are made from the declarations, so that a new operation
 * is tried as well, or fails here for want of a fixture.
 */
describe('bad and hostile input', () => {
  let world: World;
  let bad: Awaited<ReturnType<World['badTokens']>>;
  let sent = 0;

  before(async function () {
    this.timeout(60_000);
    world = await World.open();
    bad = await world.badTokens();
    const grouped = operations.filter(({ path }) => path.includes('{groupId}'));
    await Promise.all([
      ...grouped.map(({ operationId }) => world.group(`g-${operationId}`, 'parley')),
      world.group('dismissed', 'parley'),
      world.group('suspended', 'parley'),
    ]);
    for (const { operationId } of grouped) {
      const given = v1Fixtures[operationId]?.given?.(`g-${operationId}`) ?? [];
      for (const [method, path, who, body] of given) await world.done(method, path, who, body);
    }
    await world.done('DELETE', '/groups/dismissed', 'owner');
    await world.done('PUT', '/groups/suspended/suspension', 'root', { mode: 'blocked' });
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
        const requests = await hostility.all(bad);
        sent += requests.length;
        expect(await wrongsOf(world, requests), op.operationId).to.deep.equal([]);

        const before = await world.head();
        const right = await hostility.right();
        expect(right.status, JSON.stringify(right.body)).to.equal(op.success.status);
        if (right.body['changed'] === true) expect(await world.head()).to.not.equal(before);
        if (op.command) expect(right.body['changed'], 'a fixture whose command does nothing').to.equal(true);
      });
    }

    it('is thousands of requests', () => {
      expect(sent).to.be.above(2_000);
    });
  });
});
