import { expect } from 'chai';
import type pg from 'pg';
import { RevocableTokens } from '../../../infrastructure/auth/revocable-tokens.js';
import { JwtTokens } from '../../../infrastructure/auth/jwt.js';
import { migrate } from '../../../infrastructure/postgres/migrate.js';
import { makePool } from '../../../infrastructure/postgres/pool.js';
import { systemMigrations } from '../../../infrastructure/system/migration.js';
import { PostgresTokenRevocations } from '../../../infrastructure/system/token-revocations.js';
import { eventually } from '../../support/eventually.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

describe('logging out (003 force_logout)', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let now = 1_800_000_000_000;
  const signed = new JwtTokens({ secret: Buffer.alloc(32, 1), ttlSeconds: 600, clock: { now: () => now } });

  before(async () => {
    database = await freshDatabase('revocations');
    await migrate(database.url, systemMigrations);
    pool = makePool({ url: database.url, max: 2, name: 'parley test revocations', log: silentLogger });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  const good = (tokens: RevocableTokens, token: string): Promise<boolean> =>
    tokens.verify(token).then(
      () => true,
      (error: unknown) => {
        if ((error as { fault?: string }).fault === 'revoked') return false;
        throw error;
      },
    );

  it('ends the tokens issued until then, of one platform or of all, and no others', async () => {
    const revocations = new PostgresTokenRevocations(pool);
    const tokens = new RevocableTokens(signed, revocations);
    const issue = async (userId: string, platform?: number, tenant = 't'): Promise<string> =>
      (await signed.issue(tenant, userId, platform === undefined ? {} : { platform })).token;
    const [web, phone, plain, other, elsewhere] = await Promise.all([
      issue('u', 5),
      issue('u', 1),
      issue('u'),
      issue('v', 5),
      issue('u', 5, 't2'),
    ]);
    expect(await good(tokens, web)).to.equal(true);
    await revocations.revoke('t', 'u', now, 5);
    expect(await Promise.all([web, phone, plain, other, elsewhere].map((token) => good(tokens, token)))).to.deep.equal([
      false,
      true,
      true,
      true,
      true,
    ]);
    now += 1;
    expect(await good(tokens, await issue('u', 5)), 'a millisecond later').to.equal(true);
    await revocations.revoke('t', 'u', now - 1_000, 5);
    expect(await good(tokens, web), 'an earlier time takes nothing back').to.equal(false);
    await revocations.revoke('t', 'u', now);
    expect(await Promise.all([phone, plain, other].map((token) => good(tokens, token)))).to.deep.equal([
      false,
      false,
      true,
    ]);
  });

  it('reaches other processes within seconds', async () => {
    const here = new PostgresTokenRevocations(pool);
    const there = new RevocableTokens(signed, new PostgresTokenRevocations(pool));
    const { token } = await signed.issue('t', 'w', { platform: 1 });
    expect(await good(there, token)).to.equal(true);
    await here.revoke('t', 'w', now, 1);
    await eventually(async () => {
      expect(await good(there, token)).to.equal(false);
    });
  });
});
