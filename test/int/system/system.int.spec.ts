import { expect } from 'chai';
import type pg from 'pg';
import { makePosition } from '../../../application/ports/positions.js';
import { FIRST_NUMBER, LAST_NUMBER } from '../../../domain/shared/ids.js';
import { migrate } from '../../../infrastructure/postgres/migrate.js';
import { makePool } from '../../../infrastructure/postgres/pool.js';
import { PostgresIdempotencyLedger } from '../../../infrastructure/system/idempotency-ledger.js';
import { systemMigrations } from '../../../infrastructure/system/migration.js';
import { PostgresKnownNetworks } from '../../../infrastructure/system/known-networks.js';
import { highestNumber } from '../../../infrastructure/read-models/highest-number.js';
import { PostgresNumbers } from '../../../infrastructure/system/numbers.js';
import { PostgresRegistrationClaims } from '../../../infrastructure/system/registration-claims.js';
import { PostgresReservations } from '../../../infrastructure/system/reservations.js';
import { eventually } from '../../support/eventually.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

describe('Schema system', () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await freshDatabase('system');
    await migrate(database.url, systemMigrations);
    pool = makePool({ url: database.url, max: 12, name: 'parley test system', log: silentLogger });
  });

  after(async () => {
    await pool.end();
    await database.drop();
  });

  const age = (table: string, column: string, by: string): Promise<unknown> =>
    pool.query(`UPDATE system.${table} SET ${column} = now() - interval '${by}'`);

  describe('idempotency rows', () => {
    const outcome = { outcome: { z: 1, a: [null, 'ä'] }, revision: 3, position: makePosition('s', 9n), events: 2 };
    const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    let scope: string;
    let ledger: PostgresIdempotencyLedger;
    let count = 0;
    const claim = (more: { scope?: string; bodyHash?: string; stream?: string; revision?: number } = {}) =>
      ledger.claim({ scope, bodyHash: 'b', stream: 's', revision: 7, ...more });

    beforeEach(() => {
      scope = `scope ${String(count++)}`;
      ledger = new PostgresIdempotencyLedger(pool);
    });

    it('one of many who come at once claims, the others join it', async () => {
      const claims = await Promise.all(Array.from({ length: 12 }, (_, n) => claim({ revision: n })));
      const claimed = claims.filter(({ kind }) => kind === 'claimed');
      expect(claimed).to.have.length(1);
      const [first] = claimed;
      for (const each of claims) {
        if (each.kind === 'joined') expect(each).to.include({ since: first?.kind === 'claimed' ? first.since : -2 });
        else expect(each.kind).to.equal('claimed');
      }
    });

    it('gives the outcome as it was, and knows another body and another stream', async () => {
      const first = await claim();
      if (first.kind !== 'claimed') throw new Error(first.kind);
      await ledger.complete(first.held, outcome);
      expect(JSON.stringify(await claim())).to.equal(JSON.stringify({ kind: 'done', outcome }));
      expect(await claim({ bodyHash: 'c' })).to.deep.equal({ kind: 'reused' });
      expect(await claim({ stream: 'other' })).to.deep.equal({ kind: 'reused' });
    });

    it('is freed only when all who work under it gave up', async () => {
      const first = await claim();
      const second = await claim();
      if (first.kind !== 'claimed' || second.kind !== 'joined') throw new Error(second.kind);
      expect(await ledger.release(first.held)).to.equal(undefined);
      expect((await claim()).kind, 'the second still works').to.equal('joined');
      await ledger.release(second.held);
      await ledger.release(second.held);
      expect((await claim()).kind).to.equal('claimed');
    });

    it('gives what another one remembered to who gives up, and stays', async () => {
      const first = await claim();
      const second = await claim();
      if (first.kind !== 'claimed' || second.kind !== 'joined') throw new Error(second.kind);
      await ledger.complete(second.held, outcome);
      expect(await ledger.release(first.held)).to.deep.equal(outcome);
      expect((await claim()).kind).to.equal('done');
    });

    it('are locked in one order by whoever works on several, so that two processes never wait for each other', async () => {
      // In the order of the claims, by code unit: capitals come first, whatever the database's own collation says.
      const [first, second] = [`${scope} B`, `${scope} a`];
      const held = [];
      for (const each of [second, first]) {
        const claimed = await claim({ scope: each });
        if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
        held.push(claimed.held);
      }
      const other = await pool.connect();
      try {
        const lock = 'SELECT FROM system.idempotency WHERE scope = $1 FOR UPDATE';
        await other.query('BEGIN');
        await other.query(lock, [first]);
        const completed = Promise.all(held.map((each) => ledger.complete(each, outcome)));
        await eventually(async () => {
          expect((await pool.query(WAITING)).rowCount).to.equal(1);
        });
        await other.query(`${lock} NOWAIT`, [second]);
        await other.query('COMMIT');
        await completed;
      } finally {
        await other.query('ROLLBACK');
        other.release();
      }
      for (const each of [first, second]) expect((await claim({ scope: each })).kind).to.equal('done');
    });

    it('are claimed in the end when PostgreSQL undoes the statement for a deadlock', async () => {
      const names = [`${scope} x`, `${scope} y`];
      for (const each of names) await claim({ scope: each });
      const other = await pool.connect();
      try {
        // Whoever looks for a deadlock first is the one who is undone.
        await other.query("BEGIN; SET LOCAL deadlock_timeout = '1h'");
        const lock = 'SELECT FROM system.idempotency WHERE scope = $1 FOR UPDATE';
        await other.query(lock, [names[1]]);
        const claims = Promise.all(names.map((each) => claim({ scope: each })));
        await eventually(async () => {
          expect((await pool.query(WAITING)).rowCount).to.equal(1);
        });
        // Against the order: it waits for the claims, which wait for it.
        await other.query(lock, [names[0]]);
        await other.query('COMMIT');
        expect((await claims).map(({ kind }) => kind)).to.deep.equal(['joined', 'joined']);
      } finally {
        await other.query('ROLLBACK');
        other.release();
      }
    });

    it('is anew after 24 hours; who held the old claim changes nothing', async () => {
      const old = await claim();
      if (old.kind !== 'claimed') throw new Error(old.kind);
      await age('idempotency', 'claimed_at', '25 hours');
      const fresh = await claim({ bodyHash: 'another', revision: 9 });
      expect(fresh).to.include({ kind: 'claimed', since: 9 });
      await ledger.complete(old.held, outcome);
      expect(await ledger.release(old.held)).to.equal(undefined);
      expect((await claim({ bodyHash: 'another' })).kind).to.equal('joined');
    });

    it('are purged after 24 hours', async () => {
      await claim();
      await age('idempotency', 'claimed_at', '23 hours');
      expect(await ledger.purgeExpired()).to.equal(0);
      await age('idempotency', 'claimed_at', '25 hours');
      expect(await ledger.purgeExpired()).to.be.greaterThan(0);
      expect((await pool.query('SELECT 1 FROM system.idempotency')).rowCount).to.equal(0);
    });
  });

  describe('reservations', () => {
    it('gives all who come at once under one key the same id, and another after 24 hours', async () => {
      const reservations = new PostgresReservations(pool);
      let made = 0;
      const reserve = (key = 'k') =>
        reservations.reserveId('t', 'group', key, () => Promise.resolve(`id ${String(++made)}`));
      const ids = await Promise.all(Array.from({ length: 10 }, () => reserve()));
      expect(new Set(ids).size).to.equal(1);
      expect(await reserve('other')).not.to.equal(ids[0]);
      expect(await reserve()).to.equal(ids[0]);
      await age('reserved_id', 'reserved_at', '25 hours');
      expect(await reserve()).not.to.equal(ids[0]);
      expect(await reservations.purgeExpired()).to.equal(1);
    });

    it('gives a name to one holder', async () => {
      const reservations = new PostgresReservations(pool);
      const claims = await Promise.all(
        ['strasse', 'ab', 'ab', 'ab'].map((name, n) => reservations.claimName('t', 'login', name, String(n))),
      );
      const holders = claims.map(({ holder }) => holder);
      expect(holders[1]).to.equal(holders[2]).and.equal(holders[3]);
      expect(holders[0]).to.equal('0');
      expect((await reservations.claimName('t', 'phone', 'ab', 'x')).holder, 'of another kind').to.equal('x');
      expect((await reservations.claimName('t2', 'login', 'ab', 'y')).holder, 'of another tenant').to.equal('y');
    });

    it('takes no confirmed name away', async () => {
      const reservations = new PostgresReservations(pool);
      await reservations.claimName('t', 'login', 'mine', 'me');
      expect(await reservations.confirmName('t', 'login', 'mine', 'you')).to.equal(false);
      expect(await reservations.confirmName('t', 'login', 'mine', 'me')).to.equal(true);
      await age('reserved_name', 'claimed_at', '1 hour');
      expect(await reservations.takeOverName('t', 'login', 'mine', 'me', 'you')).to.equal(false);
      await reservations.releaseName('t', 'login', 'mine', 'me');
      expect(await reservations.claimName('t', 'login', 'mine', 'you')).to.deep.equal({
        holder: 'me',
        confirmed: true,
        stale: false,
      });
    });
  });

  describe('claims of registrations', () => {
    const one = { registration: 'one', several: false };
    const other = { registration: 'other', several: false };
    const many = { registration: 'many', several: true };
    const others = { registration: 'others', several: true };

    it('keep registrations of several users apart from all others, whole or not at all', async () => {
      const claims = new PostgresRegistrationClaims(pool);
      expect(await claims.claim('t', ['a', 'b', 'c'], many)).to.deep.equal([]);
      expect(await claims.claim('t', ['z', 'c', 'b'], others)).to.have.members(['b', 'c']);
      expect(await claims.claim('t', ['a'], one)).to.deep.equal(['a']);
      expect(await claims.claim('t', ['z'], one), 'nothing is left of what was refused').to.deep.equal([]);
      expect(await claims.claim('t', ['z'], many)).to.deep.equal(['z']);
      expect(await claims.claim('t2', ['a'], one)).to.deep.equal([]);
      expect(await claims.claim('t', ['c', 'a'], many), 'its own').to.deep.equal([]);
      await claims.release('t', ['a', 'b', 'c'], many);
      expect(await claims.claim('t', ['a', 'b', 'c'], others)).to.deep.equal([]);
      await age('registration_claim', 'claimed_at', '16 minutes');
      expect(await claims.claim('t', ['a'], one), 'void after a quarter of an hour').to.deep.equal([]);
    });

    it('leave it to the log which of several registrations of one user it is', async () => {
      const claims = new PostgresRegistrationClaims(pool);
      expect(await claims.claim('t', ['me'], one)).to.deep.equal([]);
      expect(await claims.claim('t', ['me'], other)).to.deep.equal([]);
      await claims.release('t', ['me'], one);
      expect(await claims.claim('t', ['me'], many), 'the other is still under way').to.deep.equal(['me']);
    });

    it('of many at once in any order, one has all and nobody waits for ever', async () => {
      const claims = new PostgresRegistrationClaims(pool);
      const ids = Array.from({ length: 50 }, (_, n) => `crowd${n.toString()}`);
      const ends = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          claims.claim('t', n % 2 === 0 ? ids : [...ids].reverse(), { registration: n.toString(), several: true }),
        ),
      );
      expect(ends.filter((end) => end.length === 0)).to.have.length(1);
    });
  });

  it('networks from which somebody came in are known to all processes, the newest twenty', async () => {
    const [here, there] = [new PostgresKnownNetworks(pool), new PostgresKnownNetworks(pool)];
    for (let n = 0; n < 25; n++) await here.add('t', 'ann', `10.0.0.${n.toString()}`);
    expect(await there.has('t', 'ann', '10.0.0.24')).to.equal(true);
    expect(await there.has('t', 'ann', '10.0.0.0')).to.equal(false);
    expect(await there.has('t', 'bob', '10.0.0.24')).to.equal(false);
    expect(await there.has('t2', 'ann', '10.0.0.24')).to.equal(false);
    const { rows } = await pool.query<{ row: string }>('SELECT k::text AS row FROM system.known_network k');
    expect(rows).to.have.length(20);
    expect(rows.map(({ row }) => row).join(), 'no address').not.to.contain('10.0.0.');
    await age('known_network', 'seen_at', '181 days');
    expect(await here.purgeExpired()).to.equal(20);
  });

  it('numbers are given once, by several processes too, within their range', async () => {
    const sources = [new PostgresNumbers(pool), new PostgresNumbers(pool)];
    const numbers = await Promise.all(Array.from({ length: 200 }, (_, n) => sources[n % 2]?.next()));
    expect(new Set(numbers).size).to.equal(200);
    for (const number of numbers) expect(number).to.be.within(FIRST_NUMBER, LAST_NUMBER);
  });

  it('a sequence that was set back gives no number twice', async () => {
    const given = await new PostgresNumbers(pool).next();
    await pool.query("SELECT setval('system.number', $1)", [FIRST_NUMBER]);
    const highest = given + 1_000;
    const sources = Array.from({ length: 8 }, () => new PostgresNumbers(pool, () => Promise.resolve(highest)));
    const numbers = await Promise.all(Array.from({ length: 400 }, (_, n) => sources[n % 8]?.next()));
    expect(new Set(numbers).size).to.equal(400);
    for (const number of numbers) expect(number).to.be.within(highest + 1, LAST_NUMBER);
  });

  it('the highest number is that of a user or a group, and none while there is no read side', async () => {
    expect(await highestNumber(pool)).to.equal(0);
    await pool.query('CREATE SCHEMA IF NOT EXISTS read');
    await pool.query('CREATE VIEW read.users_v2 AS SELECT 7::bigint AS number');
    await pool.query('CREATE VIEW read.groups_v2 AS SELECT 9::bigint AS number');
    expect(await highestNumber(pool)).to.equal(9);
    await pool.query('DROP VIEW read.users_v2, read.groups_v2');
  });
});
