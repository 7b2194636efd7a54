import pg from 'pg';
import { eventually } from '../test/support/eventually.js';

const BEHIND = `
  SELECT c.name FROM read.projection p JOIN read.checkpoint c USING (name, version, letter) WHERE c.position < $1
  UNION ALL SELECT name FROM system.process_checkpoint WHERE position COLLATE "C" < $1`;

/**
 * Waits until every list of the server on this database shows the log up to `position`, the audit log with them, and every
 * process has passed it: what a server does about a seed in the background would be taken from what is measured.
 */
export async function caughtUp(databaseUrl: string, position: string, withinMs: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await eventually(async () => {
      const { rows } = await client.query<{ name: string }>(BEHIND, [position]);
      if (rows.length > 0) throw new Error(`behind the seed: ${rows.map(({ name }) => name).join(', ')}`);
    }, withinMs);
  } finally {
    await client.end();
  }
}
