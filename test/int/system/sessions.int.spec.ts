import { expect } from 'chai';
import type pg from 'pg';
import type { TokenClaims } from '../../../application/ports/tokens.js';
import { JwtTokens } from '../../../infrastructure/auth/jwt.js';
import { SessionTokens } from '../../../infrastructure/auth/session-tokens.js';
import { migrate } from '../../../infrastructure/postgres/migrate.js';
import { makePool } from '../../../infrastructure/postgres/pool.js';
import { PostgresCredentials } from '../../../infrastructure/system/credentials.js';
import { systemMigrations } from '../../../infrastructure/system/migration.js';
import { PostgresSessions } from '../../../infrastructure/system/sessions.js';
import { eventually } from '../../support/eventually.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

describe('sessions', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let now = 1_800_000_000_000;
  const signed = new JwtTokens({ secret: Buffer.alloc(32, 1), ttlSeconds: 604_800, clock: { now: () => now } });

  before(async () => {
    database = await freshDatabase('sessions');
    await migrate(database.url, systemMigrations);
    pool = makePool({ url: database.url, max: 4, name: 'parley test sessions', log: silentLogger });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  /** What a process has. */
  const processOf = (): { sessions: PostgresSessions; tokens: SessionTokens } => {
    const sessions = new PostgresSessions(pool);
    return { sessions, tokens: new SessionTokens({ issuer: signed, signed, sessions }) };
  };
  const issue = async (tokens: SessionTokens, userId: string, platform?: number, tenant = 't'): Promise<string> =>
    (await tokens.issue(tenant, userId, platform === undefined ? {} : { platform })).token;
  const good = (tokens: SessionTokens, token: string): Promise<boolean> =>
    tokens.verify(token).then(
      () => true,
      (error: unknown) => {
        if ((error as { fault?: string }).fault === 'revoked') return false;
        throw error;
      },
    );
  const allGood = (tokens: SessionTokens, all: readonly string[]): Promise<boolean[]> =>
    Promise.all(all.map((token) => good(tokens, token)));

  it('end for one platform or for all, and no others', async () => {
    const { sessions, tokens } = processOf();
    const [web, phone, plain, other, elsewhere] = await Promise.all([
      issue(tokens, 'u', 5),
      issue(tokens, 'u', 1),
      issue(tokens, 'u'),
      issue(tokens, 'v', 5),
      issue(tokens, 'u', 5, 't2'),
    ]);
    const all = [web, phone, plain, other, elsewhere];
    expect(await allGood(tokens, all)).to.deep.equal([true, true, true, true, true]);
    await sessions.endAll('t', 'u', { platform: 5 });
    expect(await allGood(tokens, all)).to.deep.equal([false, true, true, true, true]);
    await sessions.endAll('t', 'u');
    expect(await allGood(tokens, all)).to.deep.equal([false, false, false, true, true]);
  });

  it('end and begin in the order in which it was asked, whatever the clock says', async () => {
    const { sessions, tokens } = processOf();
    for (const step of [0, -3_600_000, 86_400_000, -86_400_000]) {
      const before = await issue(tokens, 'clock', 1);
      now += step;
      await sessions.endAll('t', 'clock', { platform: 1 });
      const after = await issue(tokens, 'clock', 1);
      now -= step;
      expect(await allGood(tokens, [before, after]), step.toString()).to.deep.equal([false, true]);
    }
  });

  it('those of no platform end with all platforms, though one after the other', async () => {
    const { sessions, tokens } = processOf();
    const plain = await issue(tokens, 'each');
    for (let platform = 1; platform <= 9; platform++) {
      expect(await good(tokens, plain), platform.toString()).to.equal(true);
      await sessions.endAll('t', 'each', { platform });
    }
    expect(await good(tokens, plain)).to.equal(false);
    expect(await good(tokens, await issue(tokens, 'each'))).to.equal(true);
  });

  it('one ends alone', async () => {
    const { sessions, tokens } = processOf();
    const [one, two] = [await issue(tokens, 'single'), await issue(tokens, 'single')];
    expect(await allGood(tokens, [one, two])).to.deep.equal([true, true]);
    await sessions.end(await tokens.verify(one));
    await sessions.end((await signed.verify(one)) satisfies TokenClaims);
    expect(await allGood(tokens, [one, two])).to.deep.equal([false, true]);
  });

  it('end in other processes within seconds, and begin there at once', async () => {
    const [here, there] = [processOf(), processOf()];
    const old = await issue(here.tokens, 'w', 1);
    const single = await issue(here.tokens, 'w', 2);
    expect(await allGood(there.tokens, [old, single])).to.deep.equal([true, true]);
    await here.sessions.endAll('t', 'w', { platform: 1 });
    await here.sessions.end(await here.tokens.verify(single));
    // The other process still thinks that there was no end.
    expect(await good(there.tokens, await issue(here.tokens, 'w', 1))).to.equal(true);
    await eventually(async () => {
      expect(await allGood(there.tokens, [old, single])).to.deep.equal([false, false]);
    });
  });

  it('many ends at once each end what was there before', async () => {
    const { sessions, tokens } = processOf();
    const before = await issue(tokens, 'crowd', 3);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => sessions.endAll('t', 'crowd', n % 2 === 0 ? {} : { platform: 3 })),
    );
    expect(await allGood(tokens, [before, await issue(tokens, 'crowd', 3)])).to.deep.equal([false, true]);
  });

  it('of a generation that the database forgot (an older backup) have ended', async () => {
    const { sessions, tokens } = processOf();
    await sessions.endAll('t', 'restored');
    const token = await issue(tokens, 'restored');
    expect(await good(tokens, token)).to.equal(true);
    await pool.query("DELETE FROM system.token_revocation WHERE user_id = 'restored'");
    expect(await good(processOf().tokens, token)).to.equal(false);
  });

  it('of tokens issued before there were generations go on, those logged out then do not', async () => {
    const old = await signed.issue('t', 'veteran', { platform: 2 });
    const later = await signed.issue('t', 'veteran', { platform: 3 });
    await pool.query(
      "INSERT INTO system.token_revocation (tenant, user_id, platform, up_to) VALUES ('t', 'veteran', 2, $1)",
      [old.issuedAt],
    );
    const { sessions, tokens } = processOf();
    expect(await allGood(tokens, [old.token, later.token])).to.deep.equal([false, true]);
    await sessions.endAll('t', 'veteran');
    expect(await good(tokens, later.token)).to.equal(false);
  });

  it('a change of the password ends all but the one it is made in, once', async () => {
    const { sessions, tokens } = processOf();
    const credentials = new PostgresCredentials(pool, sessions);
    const first = { tenant: 't', userId: 'changer', registration: 'r', phc: 'one' };
    await credentials.confirm(first);
    const [mine, other, phone] = [
      await tokens.issue('t', 'changer'),
      await tokens.issue('t', 'changer'),
      await tokens.issue('t', 'changer', { platform: 1 }),
    ];
    const all = [mine.token, other.token, phone.token];
    const kept = { ...first, confirmed: true };
    const changes = ['two', 'three'].map((phc) => credentials.replace(kept, phc, mine.tokenId));
    expect((await Promise.all(changes)).sort()).to.deep.equal([false, true]);
    expect(await allGood(tokens, all)).to.deep.equal([true, false, false]);
    expect(await credentials.replace(kept, 'four', other.tokenId), 'no more what is kept').to.equal(false);
    expect(await good(tokens, mine.token)).to.equal(true);
    await sessions.endAll('t', 'changer');
    expect(await good(tokens, mine.token)).to.equal(false);
  });
});
