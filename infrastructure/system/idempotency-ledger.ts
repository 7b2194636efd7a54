import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type {
  Claim,
  ClaimRequest,
  HeldClaim,
  IdempotencyLedger,
  RememberedOutcome,
} from '../../application/ports/idempotency.js';
import { ask } from './ask.js';
import { Coalescer } from '../serialization/keys/coalescer.js';

/** A row whose time is over is made anew in place. In the order of the scopes, so that two processes can't deadlock. */
const CLAIM = `
  INSERT INTO system.idempotency AS i (scope, token, body_hash, stream, since)
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bigint[])
  ON CONFLICT (scope) DO UPDATE
    SET token = excluded.token, body_hash = excluded.body_hash, stream = excluded.stream, since = excluded.since,
        attempts = 1, outcome = NULL, claimed_at = now()
    WHERE i.claimed_at < now() - interval '24 hours'
  RETURNING token`;

const JOIN = `
  UPDATE system.idempotency SET attempts = attempts + 1
  WHERE scope = $1 AND body_hash = $2 AND stream = $3 AND outcome IS NULL
  RETURNING token, since`;

const FIND = 'SELECT body_hash, stream, outcome FROM system.idempotency WHERE scope = $1';

/** Locks in the order of the claims: an update alone locks as the plan has it, and deadlocks with another process's claims. */
const COMPLETE = `
  WITH held AS MATERIALIZED (
    SELECT i.scope, u.outcome
    FROM system.idempotency i
    JOIN unnest($1::text[], $2::uuid[], $3::text[]) AS u (scope, token, outcome) ON i.scope = u.scope AND i.token = u.token
    WHERE i.outcome IS NULL
    ORDER BY i.scope COLLATE "C"
    FOR UPDATE OF i)
  UPDATE system.idempotency i SET outcome = held.outcome FROM held WHERE i.scope = held.scope`;

const FREE = 'DELETE FROM system.idempotency WHERE scope = $1 AND token = $2 AND outcome IS NULL AND attempts <= 1';

/** Also where two give up at once and each still saw the other: then the row stays and the next one to join may free it. */
const LEAVE = `
  UPDATE system.idempotency SET attempts = attempts - 1
  WHERE scope = $1 AND token = $2 AND outcome IS NULL AND attempts > 0`;

/** A row that is freed and claimed over and over between two statements is somebody's storm, not a race. */
const ROUNDS = 20;

/** Rows in one statement. */
const AT_ONCE = 500;

interface NewClaim extends ClaimRequest {
  readonly token: string;
}

interface Completion {
  readonly held: HeldClaim;
  readonly outcome: string;
}

/** Claims that come together are made together, outcomes likewise: one commit for many. */
export class PostgresIdempotencyLedger implements IdempotencyLedger {
  readonly #claims: Coalescer<NewClaim, boolean>;
  readonly #completions: Coalescer<Completion, true>;

  constructor(private readonly pool: pg.Pool) {
    this.#claims = new Coalescer((claims) => this.#claimAll(claims), AT_ONCE);
    this.#completions = new Coalescer((completions) => this.#completeAll(completions), AT_ONCE);
  }

  async claim({ scope, bodyHash, stream, revision }: ClaimRequest): Promise<Claim> {
    const token = randomUUID();
    for (let round = 0; round < ROUNDS; round++) {
      const mine = await this.#claims.ask(token, { scope, bodyHash, stream, revision, token });
      if (mine) return { kind: 'claimed', held: { scope, token }, since: revision };

      const joined = await ask<{ token: string; since: string }>(this.pool, {
        name: 'idempotency-join',
        text: JOIN,
        values: [scope, bodyHash, stream],
      });
      const [row] = joined.rows;
      if (row !== undefined) {
        return { kind: 'joined', held: { scope, token: row.token }, since: Number(row.since) };
      }

      const there = await ask<{ body_hash: string; stream: string; outcome: string | null }>(this.pool, {
        text: FIND,
        values: [scope],
      });
      const [found] = there.rows;
      if (found === undefined) continue; // Freed just now.
      if (found.body_hash !== bodyHash || found.stream !== stream) return { kind: 'reused' };
      if (found.outcome !== null) return { kind: 'done', outcome: JSON.parse(found.outcome) as RememberedOutcome };
    }
    throw new Error('an idempotency key is claimed and freed without end');
  }

  async complete(held: HeldClaim, outcome: RememberedOutcome): Promise<void> {
    await this.#completions.ask(held.token, { held, outcome: JSON.stringify(outcome) });
  }

  async release({ scope, token }: HeldClaim): Promise<RememberedOutcome | undefined> {
    const freed = await ask(this.pool, { name: 'idempotency-free', text: FREE, values: [scope, token] });
    if (freed.rowCount === 1) return undefined;
    const left = await ask(this.pool, { name: 'idempotency-leave', text: LEAVE, values: [scope, token] });
    if (left.rowCount === 1) return undefined;
    const { rows } = await ask<{ outcome: string | null }>(this.pool, {
      text: 'SELECT outcome FROM system.idempotency WHERE scope = $1 AND token = $2',
      values: [scope, token],
    });
    const outcome = rows[0]?.outcome ?? null;
    return outcome === null ? undefined : (JSON.parse(outcome) as RememberedOutcome);
  }

  async purgeExpired(): Promise<number> {
    const { rowCount } = await ask(this.pool, {
      text: "DELETE FROM system.idempotency WHERE claimed_at < now() - interval '24 hours'",
    });
    return rowCount ?? 0;
  }

  /** Of several claims of one scope, the first counts. */
  async #claimAll(claims: readonly NewClaim[]): Promise<boolean[]> {
    const first = new Map<string, NewClaim>();
    for (const claim of claims) if (!first.has(claim.scope)) first.set(claim.scope, claim);
    const rows = [...first.values()].sort((a, b) => (a.scope < b.scope ? -1 : 1));
    const { rows: made } = await ask<{ token: string }>(this.pool, {
      name: 'idempotency-claim',
      text: CLAIM,
      values: [
        rows.map(({ scope }) => scope),
        rows.map(({ token }) => token),
        rows.map(({ bodyHash }) => bodyHash),
        rows.map(({ stream }) => stream),
        rows.map(({ revision }) => revision),
      ],
    });
    const mine = new Set(made.map(({ token }) => token));
    return claims.map(({ token }) => mine.has(token));
  }

  async #completeAll(completions: readonly Completion[]): Promise<true[]> {
    await ask(this.pool, {
      name: 'idempotency-complete',
      text: COMPLETE,
      values: [
        completions.map(({ held }) => held.scope),
        completions.map(({ held }) => held.token),
        completions.map(({ outcome }) => outcome),
      ],
    });
    return completions.map(() => true);
  }
}
