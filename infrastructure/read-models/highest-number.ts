import pg from 'pg';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_SCHEMA = '3F000';

/** The highest number that a user or group is known to have; 0: none is. */
export async function highestNumber(pool: pg.Pool): Promise<number> {
  try {
    const { rows } = await pool.query<{ highest: string | null }>(
      'SELECT greatest((SELECT max(number) FROM read.users_v2), (SELECT max(number) FROM read.groups_v2)) AS highest',
    );
    return Number(rows[0]?.highest ?? 0);
  } catch (error) {
    // The read side is yet to be made, or to be made again.
    const missing = error instanceof pg.DatabaseError && [UNDEFINED_TABLE, UNDEFINED_SCHEMA].includes(error.code ?? '');
    if (missing) return 0;
    throw error;
  }
}
