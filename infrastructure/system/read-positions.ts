import type pg from 'pg';
import type { Reader, ReadPosition, ReadPositions, SetPosition } from '../../application/ports/read-positions.js';
import { Coalescer } from '../serialization/keys/coalescer.js';
import { ask } from './ask.js';

/**
 * In the order of the keys, so that two processes can't deadlock. Who stands higher already is not written; of two statements
 * at once the later one waits for the row and compares with what the first has left there.
 */
const RAISE = `
  WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
      AS a (tenant, conversation, user_id, up_to_seq, countable, place)),
  raised AS (
    INSERT INTO system.read_position AS p (tenant, conversation, user_id, up_to_seq, countable)
    SELECT tenant, conversation, user_id, up_to_seq, countable FROM asked ORDER BY place
    ON CONFLICT (tenant, conversation, user_id) DO UPDATE
      SET up_to_seq = excluded.up_to_seq, countable = excluded.countable, updated_at = now()
      WHERE p.up_to_seq < excluded.up_to_seq)
  SELECT p.up_to_seq, p.countable FROM asked a
  LEFT JOIN system.read_position p USING (tenant, conversation, user_id) ORDER BY place`;

const SET = `
  INSERT INTO system.read_position AS p (tenant, conversation, user_id, up_to_seq, countable, set_by)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (tenant, conversation, user_id) DO UPDATE
    SET up_to_seq = excluded.up_to_seq, countable = excluded.countable, set_by = excluded.set_by, updated_at = now()
    WHERE p.set_by < excluded.set_by`;

const OF_USER = `
  SELECT conversation AS key, up_to_seq, countable FROM system.read_position
  WHERE tenant = $1 AND user_id = $2 AND conversation = ANY ($3::text[])`;

const OF_CONVERSATION = `
  SELECT user_id AS key, up_to_seq, countable FROM system.read_position
  WHERE tenant = $1 AND conversation = $2 AND user_id = ANY ($3::text[])`;

/** Rows in one statement. */
const AT_ONCE = 500;

interface Raise extends Reader, ReadPosition {
  readonly key: string;
}

type Row = { readonly up_to_seq: string; readonly countable: string };
type NullRow = { readonly up_to_seq: string | null; readonly countable: string | null };

/** Raises that come together are written together: one commit for all who read at that moment. */
export class PostgresReadPositions implements ReadPositions {
  readonly #raises: Coalescer<Raise, ReadPosition>;

  constructor(private readonly pool: pg.Pool) {
    this.#raises = new Coalescer((raises) => this.#raiseAll(raises), AT_ONCE);
  }

  raise(reader: Reader, { upToSeq, countable }: ReadPosition): Promise<ReadPosition> {
    const { tenant, conversation, userId } = reader;
    const key = JSON.stringify([tenant, conversation, userId]);
    const raise = { tenant, conversation, userId, upToSeq, countable, key };
    return this.#raises.ask(`${key} ${upToSeq.toString()}`, raise);
  }

  async set({ tenant, conversation, userId }: Reader, { upToSeq, countable, setBy }: SetPosition): Promise<void> {
    const values = [tenant, conversation, userId, upToSeq, countable, setBy];
    await ask(this.pool, { name: 'read-position-set', text: SET, values });
  }

  async ofUser(
    tenant: string,
    userId: string,
    conversations: readonly string[],
  ): Promise<ReadonlyMap<string, ReadPosition>> {
    return this.#read('read-positions-of-user', OF_USER, [tenant, userId, conversations]);
  }

  async ofConversation(
    tenant: string,
    conversation: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadPosition>> {
    return this.#read('read-positions-of-conversation', OF_CONVERSATION, [tenant, conversation, userIds]);
  }

  async #read(
    name: string,
    text: string,
    values: [string, string, readonly string[]],
  ): Promise<ReadonlyMap<string, ReadPosition>> {
    if (values[2].length === 0) return new Map();
    const { rows } = await ask<Row & { readonly key: string }>(this.pool, { name, text, values });
    return new Map(rows.map((row) => [row.key, positionOf(row)]));
  }

  /** One row in one statement once: the highest of those who ask for it. */
  async #raiseAll(raises: readonly Raise[]): Promise<ReadPosition[]> {
    const highest = new Map<string, Raise>();
    for (const raise of raises) {
      const before = highest.get(raise.key);
      if (before === undefined || before.upToSeq < raise.upToSeq) highest.set(raise.key, raise);
    }
    const asked = [...highest.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const { rows } = await ask<NullRow>(this.pool, {
      name: 'read-position-raise',
      text: RAISE,
      values: [
        asked.map(({ tenant }) => tenant),
        asked.map(({ conversation }) => conversation),
        asked.map(({ userId }) => userId),
        asked.map(({ upToSeq }) => upToSeq),
        asked.map(({ countable }) => countable),
      ],
    });
    // The rows are as they were before this statement.
    const stands = new Map<string, ReadPosition>();
    asked.forEach((raise, index) => {
      const { up_to_seq: seq, countable } = rows[index] ?? { up_to_seq: null, countable: null };
      const before = seq === null || countable === null ? undefined : positionOf({ up_to_seq: seq, countable });
      const { key, ...to } = raise;
      const isHigher = before !== undefined && before.upToSeq > to.upToSeq;
      stands.set(key, isHigher ? before : { upToSeq: to.upToSeq, countable: to.countable });
    });
    return raises.map(({ key, upToSeq, countable }) => stands.get(key) ?? { upToSeq, countable });
  }
}

const positionOf = ({ up_to_seq: upToSeq, countable }: Row): ReadPosition => ({
  upToSeq: Number(upToSeq),
  countable: Number(countable),
});
