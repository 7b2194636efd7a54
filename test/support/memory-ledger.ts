import type {
  Claim,
  ClaimRequest,
  HeldClaim,
  IdempotencyLedger,
  RememberedOutcome,
} from '../../application/ports/idempotency.js';

interface Row {
  token: string;
  bodyHash: string;
  stream: string;
  since: number;
  attempts: number;
  outcome: RememberedOutcome | undefined;
}

/** As the real one, without its 24 hours. */
export class MemoryLedger implements IdempotencyLedger {
  readonly rows = new Map<string, Row>();
  #tokens = 0;

  claim({ scope, bodyHash, stream, revision }: ClaimRequest): Promise<Claim> {
    const row = this.rows.get(scope);
    if (row === undefined) {
      const token = String(++this.#tokens);
      this.rows.set(scope, { token, bodyHash, stream, since: revision, attempts: 1, outcome: undefined });
      return Promise.resolve({ kind: 'claimed', held: { scope, token }, since: revision });
    }
    if (row.bodyHash !== bodyHash || row.stream !== stream) return Promise.resolve({ kind: 'reused' });
    if (row.outcome !== undefined) return Promise.resolve({ kind: 'done', outcome: row.outcome });
    row.attempts += 1;
    return Promise.resolve({ kind: 'joined', held: { scope, token: row.token }, since: row.since });
  }

  complete({ scope, token }: HeldClaim, outcome: RememberedOutcome): Promise<void> {
    const row = this.rows.get(scope);
    if (row?.token === token) row.outcome ??= JSON.parse(JSON.stringify(outcome)) as RememberedOutcome;
    return Promise.resolve();
  }

  release({ scope, token }: HeldClaim): Promise<RememberedOutcome | undefined> {
    const row = this.rows.get(scope);
    if (row?.token !== token) return Promise.resolve(undefined);
    if (row.outcome !== undefined) return Promise.resolve(row.outcome);
    row.attempts -= 1;
    if (row.attempts <= 0) this.rows.delete(scope);
    return Promise.resolve(undefined);
  }

  purgeExpired(): Promise<number> {
    return Promise.resolve(0);
  }
}
