import { expect } from 'chai';
import pg from 'pg';
import { migrate } from '../../../infrastructure/postgres/migrate.js';
import { systemMigrations } from '../../../infrastructure/system/migration.js';
import { type CommandSide, migrateCommandSide, openCommandSide, quickHasher } from '../../support/command-side.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';

/** Before ids stood among the logins, and sessions had generations. */
const OLD = systemMigrations.slice(0, 2);

describe('a database from before ids and logins were one kind of name', () => {
  let database: TestDatabase;
  let side: CommandSide;

  /** A user as he was kept then. */
  async function keep(client: pg.Client, userId: string, login: string | null, confirmed = true): Promise<void> {
    const phc = await quickHasher().hash(`of ${userId}`);
    await client.query(
      'INSERT INTO system.credential (tenant, user_id, registration, login, phc, confirmed) VALUES ($1, $2, $3, $4, $5, $6)',
      ['t', userId, `r ${userId}`, login, phc, confirmed],
    );
    if (login === null) return;
    await client.query(
      "INSERT INTO system.reserved_name (tenant, kind, name, holder, confirmed) VALUES ('t', 'login', $1, $2, $3)",
      [login, userId, confirmed],
    );
  }

  before(async function () {
    this.timeout(60_000);
    database = await freshDatabase('upgrade');
    await migrate(database.url, OLD);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const [userId, login] of [
      ['4503599627370500', 'ann@example.org'],
      ['4503599627370501', 'straße'],
      ['4503599627370502', 'strasse'],
      ['4503599627370503', 'vi\u200bc'],
      ['mallory', 'victim'],
      ['victim', null],
      ['vera', null],
      ['VERA', null],
      ['Cleo', null],
    ] as const) {
      await keep(client, userId, login);
    }
    await client.end();
    await migrateCommandSide(database.url);
    side = await openCommandSide(database.url);
  });
  after(async () => {
    await side.close();
    await database.drop();
  });

  const whoIs = (login: string, password: string): Promise<string> =>
    side.users.login('t', { login, password }).then(
      ({ userId }) => userId,
      (error: unknown) => (error as { kind: string }).kind,
    );
  const register = (userId: string | undefined, login?: string): Promise<string> =>
    side.users
      .register(
        { tenant: 't', via: 'test' },
        {
          nickname: 'N',
          ...(userId === undefined ? {} : { userId }),
          credentials: { password: 'of a stranger', ...(login === undefined ? {} : { login }) },
        },
      )
      .then(
        () => 'registered',
        (error: unknown) => (error as { kind: string }).kind,
      );

  it('lets everybody in as before, also where two names read alike now', async () => {
    for (const [login, userId] of [
      ['Ann@example.org', '4503599627370500'],
      ['4503599627370500', '4503599627370500'],
      ['straße', '4503599627370501'],
      ['strasse', '4503599627370502'],
      ['vi\u200bc', '4503599627370503'],
      ['victim', 'mallory'],
      ['mallory', 'mallory'],
      ['victim', 'victim'],
      ['vera', 'vera'],
      ['VERA', 'VERA'],
      ['Cleo', 'Cleo'],
      ['cleo', 'Cleo'],
    ] as const) {
      expect(await whoIs(login, `of ${userId}`), login).to.equal(userId);
      expect(await whoIs(login, 'another'), login).to.equal('BadCredentials');
    }
  });

  it('gives nobody new what reads like a name that was given out', async () => {
    for (const login of ['VICTIM', 'vera', 'CLEO', 'STRASSE', 'ANN@example.org', 'mallory']) {
      expect(await register(undefined, login), login).to.equal('LoginTaken');
    }
    for (const userId of ['Victim', 'vERA', 'CLEO', 'STRASSE', 'Mallory']) {
      expect(await register(userId), userId).to.equal('UserIdLooksAlike');
    }
  });
});
