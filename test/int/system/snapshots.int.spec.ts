import { expect } from 'chai';
import type { Snapshot } from '../../../application/ports/snapshots.js';
import { copySystem } from '../../../infrastructure/system/copy-system.js';
import { PostgresSnapshots } from '../../../infrastructure/system/snapshots.js';
import { migrate } from '../../../infrastructure/postgres/migrate.js';
import { makePool } from '../../../infrastructure/postgres/pool.js';
import { migrations } from '../../../infrastructure/database.js';
import { systemMigrations } from '../../../infrastructure/system/migration.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

describe('Snapshots in schema system', () => {
  let database: TestDatabase;
  let pool: ReturnType<typeof makePool>;
  let snapshots: PostgresSnapshots;
  let stream: string;
  let count = 0;

  before(async () => {
    database = await freshDatabase('snapshots');
    await migrate(database.url, systemMigrations);
    pool = makePool({ url: database.url, max: 4, name: 'parley test snapshots', log: silentLogger });
    snapshots = new PostgresSnapshots(pool);
  });

  beforeEach(() => {
    stream = `parley_conversation-t.n.${String(count++)}`;
  });

  after(async () => {
    await pool.end();
    await database.drop();
  });

  const at = (revision: number, more: Partial<Snapshot> = {}): Snapshot => ({
    stream,
    version: 2,
    revision,
    hash: `hash ${String(revision)}`,
    lastAt: 1_700_000_000_000 + revision,
    state: JSON.stringify({ seq: revision, text: 'ä\u{1F600}' }),
    ...more,
  });

  const kept = async (): Promise<number[]> => {
    const { rows } = await pool.query<{ revision: string }>(
      'SELECT revision FROM system.snapshot WHERE stream = $1 ORDER BY version, revision',
      [stream],
    );
    return rows.map(({ revision }) => Number(revision));
  };

  it('come back as they were, the newest at or before a revision', async () => {
    await snapshots.keep(at(999));
    await snapshots.keep(at(1_999));
    expect(await snapshots.newest(stream, 2, Number.MAX_SAFE_INTEGER)).to.deep.equal(at(1_999));
    expect(await snapshots.newest(stream, 2, 1_998)).to.deep.equal(at(999));
    expect(await snapshots.newest(stream, 2, 998)).to.equal(undefined);
    expect(await snapshots.newest(stream, 3, 1_999)).to.equal(undefined);
  });

  it('let go of what is older than the one before, and than the fold before', async () => {
    await snapshots.keep(at(500, { version: 1 }));
    for (const revision of [999, 1_999, 2_999]) await snapshots.keep(at(revision));
    expect(await kept()).to.deep.equal([500, 1_999, 2_999]);
    await snapshots.keep(at(3_100, { version: 3 }));
    expect(await kept()).to.deep.equal([1_999, 2_999, 3_100]);
    // A process that is behind takes nothing newer away.
    await snapshots.keep(at(2_100));
    expect(await kept()).to.include.members([2_100, 2_999, 3_100]);
  });

  it('are as good as none when they were altered, and gone', async () => {
    for (const change of ["state = '{}'", "hash = 'other'", 'last_at = 1', 'revision = 1500', "print = ''"]) {
      await snapshots.keep(at(999));
      await snapshots.keep(at(1_999));
      await pool.query(`UPDATE system.snapshot SET ${change} WHERE stream = $1 AND revision = 1999`, [stream]);
      expect(await snapshots.newest(stream, 2, Number.MAX_SAFE_INTEGER), change).to.deep.equal(at(999));
      expect(await kept()).to.deep.equal([999]);
    }
  });

  it('stay behind when the system tables are copied', async () => {
    await snapshots.keep(at(999));
    const target = await freshDatabase('snapshots');
    try {
      await migrate(target.url, migrations);
      const source = await freshDatabase('snapshots');
      try {
        await migrate(source.url, migrations);
        const copied = await copySystem(source.url, target.url);
        expect(copied.map(({ table }) => table)).not.to.include('system.snapshot');
        expect(copied.map(({ table }) => table)).to.include('system.read_position');
      } finally {
        await source.drop();
      }
    } finally {
      await target.drop();
    }
  });
});
