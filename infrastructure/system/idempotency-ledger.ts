import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type {
  Claim,
  ClaimRequest,
  HeldClaim,
  IdempotencyLedger,
  RememberedOutcome,
} from '../../application/ports/idempotency.js';

/** A row whose time is over is made anew in place. */
const CLAIM = `
  INSERT INTO system.idempotency AS i (scope, token, body_hash, stream, since)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (scope) DO UPDATE
    SET token = excluded.token, body_hash = excluded.body_hash, stream = excluded.stream, since = excluded.since,
        attempts = 1, outcome = NULL, claimed_at = now()
    WHERE i.claimed_at < now() - interval '24 hours'`;

const JOIN = `
  UPDATE system.idempotency SET attempts = attempts + 1
  WHERE scope = $1 AND body_hash = $2 AND stream = $3 AND outcome IS NULL
  RETURNING token, since`;

const FIND = 'SELECT body_hash, stream, outcome FROM system.idempotency WHERE scope = $1';

const COMPLETE = 'UPDATE system.idempotency SET outcome = $3 WHERE scope = $1 AND token = $2 AND outcome IS NULL';

const FREE = 'DELETE FROM system.idempotency WHERE scope = $1 AND token = $2 AND outcome IS NULL AND attempts <= 1';

/** Also where two give up at once and each still saw the other: then the row stays and the next one to join may free it. */
const LEAVE = `
  UPDATE system.idempotency SET attempts = attempts - 1
  WHERE scope = $1 AND token = $2 AND outcome IS NULL AND attempts > 0`;

/** A row that is freed and claimed over and over between two statements is somebody's storm, not a race. */
const ROUNDS = 20;

export class PostgresIdempotencyLedger implements IdempotencyLedger {
  constructor(private readonly pool: pg.Pool) {}

  async claim({ scope, bodyHash, stream, revision }: ClaimRequest): Promise<Claim> {
    const token = randomUUID();
    for (let round = 0; round < ROUNDS; round++) {
      const claimed = await this.pool.query({
        name: 'idempotency-claim',
        text: CLAIM,
        values: [scope, token, bodyHash, stream, revision],
      });
      if (claimed.rowCount === 1) return { kind: 'claimed', held: { scope, token }, since: revision };

      const joined = await this.pool.query<{ token: string; since: string }>({
        name: 'idempotency-join',
        text: JOIN,
        values: [scope, bodyHash, stream],
      });
      const [row] = joined.rows;
      if (row !== undefined) {
        return { kind: 'joined', held: { scope, token: row.token }, since: Number(row.since) };
      }

      const there = await this.pool.query<{ body_hash: string; stream: string; outcome: string | null }>(FIND, [scope]);
      const [found] = there.rows;
      if (found === undefined) continue; // Freed just now.
      if (found.body_hash !== bodyHash || found.stream !== stream) return { kind: 'reused' };
      if (found.outcome !== null) return { kind: 'done', outcome: JSON.parse(found.outcome) as RememberedOutcome };
    }
    throw new Error('an idempotency key is claimed and freed without end');
  }

  async complete({ scope, token }: HeldClaim, outcome: RememberedOutcome): Promise<void> {
    await this.pool.query({
      name: 'idempotency-complete',
      text: COMPLETE,
      values: [scope, token, JSON.stringify(outcome)],
    });
  }

  async release({ scope, token }: HeldClaim): Promise<RememberedOutcome | undefined> {
    const freed = await this.pool.query({ name: 'idempotency-free', text: FREE, values: [scope, token] });
    if (freed.rowCount === 1) return undefined;
    const left = await this.pool.query({ name: 'idempotency-leave', text: LEAVE, values: [scope, token] });
    if (left.rowCount === 1) return undefined;
    const { rows } = await this.pool.query<{ outcome: string | null }>(
      'SELECT outcome FROM system.idempotency WHERE scope = $1 AND token = $2',
      [scope, token],
    );
    const outcome = rows[0]?.outcome ?? null;
    return outcome === null ? undefined : (JSON.parse(outcome) as RememberedOutcome);
  }

  async purgeExpired(): Promise<number> {
    const { rowCount } = await this.pool.query(
      "DELETE FROM system.idempotency WHERE claimed_at < now() - interval '24 hours'",
    );
    return rowCount ?? 0;
  }
}
