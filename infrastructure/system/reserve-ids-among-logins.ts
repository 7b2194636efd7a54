import type { MigrationInterface, QueryRunner } from 'typeorm';
import { foldLogin } from '../../application/commands/names.js';
import { isServerMadeId } from '../../domain/shared/ids.js';

const PAGE = 5_000;

interface Name {
  readonly tenant: string;
  readonly name: string;
  readonly holder: string;
  readonly confirmed: boolean;
  readonly since: Date;
}

/**
 * From now on logins are compared in a stronger fold, and the ids of those who may log in stand among the logins. What was
 * given out stays: a login keeps its old form beside the folded one, and where two fold alike, or a login and another's id,
 * each goes on by its own form and password; nobody new gets either.
 */
export class ReserveIdsAmongLogins1700000006000 implements MigrationInterface {
  readonly name = 'ReserveIdsAmongLogins1700000006000';

  async up(runner: QueryRunner): Promise<void> {
    await eachPage(runner, LOGINS, async (logins) => {
      await reserve(
        runner,
        logins.map((login) => ({ ...login, name: foldLogin(login.name) })),
      );
    });
    await eachPage(runner, IDS, async (ids) => {
      // Nobody can choose what reads like a number of the server's.
      const chosen = ids.filter(({ holder }) => !isServerMadeId(holder));
      await reserve(
        runner,
        chosen.map((id) => ({ ...id, name: foldLogin(id.holder) })),
      );
    });
  }

  /** They do no harm. */
  down(): Promise<void> {
    return Promise.resolve();
  }
}

/** Of several that fold alike, the oldest has the name. */
const inOrder = (names: string): string => `SELECT * FROM (${names}) n ORDER BY confirmed DESC, since, tenant, name`;
const LOGINS = inOrder(
  "SELECT tenant, name, holder, confirmed, claimed_at AS since FROM system.reserved_name WHERE kind = 'login'",
);
const IDS = inOrder(
  `SELECT tenant, user_id AS name, user_id AS holder, bool_or(confirmed) AS confirmed, min(created_at) AS since
   FROM system.credential GROUP BY tenant, user_id`,
);

async function eachPage(
  runner: QueryRunner,
  query: string,
  use: (page: readonly Name[]) => Promise<void>,
): Promise<void> {
  await runner.query(`DECLARE old_names NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const page = (await runner.query(`FETCH ${PAGE.toString()} FROM old_names`)) as readonly Name[];
    if (page.length === 0) break;
    await use(page);
  }
  await runner.query('CLOSE old_names');
}

async function reserve(runner: QueryRunner, names: readonly Name[]): Promise<void> {
  const unequal = new Map<string, Name>();
  for (const one of names) {
    const key = JSON.stringify([one.tenant, one.name]);
    if (!unequal.has(key)) unequal.set(key, one);
  }
  const rows = [...unequal.values()];
  await runner.query(
    `INSERT INTO system.reserved_name (tenant, kind, name, holder, confirmed, claimed_at)
     SELECT tenant, 'login', name, holder, confirmed, since
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bool[], $5::timestamptz[]) AS n (tenant, name, holder, confirmed, since)
     ON CONFLICT (tenant, kind, name) DO NOTHING`,
    [
      rows.map(({ tenant }) => tenant),
      rows.map(({ name }) => name),
      rows.map(({ holder }) => holder),
      rows.map(({ confirmed }) => confirmed),
      rows.map(({ since }) => since),
    ],
  );
}
