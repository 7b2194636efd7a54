import type { Position } from './event-store.js';

/**
 * The memory of requests that carry an idempotency key (docs/architecture.md "Idempotency"): one row per scope, claimed before
 * anything is decided, its outcome added after the append. A row lives 24 hours, then the key is new.
 *
 * Every method of this port, and of those for reservations, numbers and credentials, throws ApplicationError Unavailable
 * while the database doesn't answer.
 */
export interface IdempotencyLedger {
  /**
   * Claims the scope, or finds who did. Finding a claim without an outcome joins it: from then on the row is freed only
   * when every one who works under it has released it.
   */
  claim(request: ClaimRequest): Promise<Claim>;

  /** Remembers the outcome for those who ask again. Without effect when the claim has expired and was made anew. */
  complete(held: HeldClaim, outcome: RememberedOutcome): Promise<void>;

  /**
   * Gives the claim up after a refusal, or when nothing was written. Somebody else's newer claim of the same scope is
   * never touched, and a claim that others still work under stays. Gives the outcome that another one remembered meanwhile.
   */
  release(held: HeldClaim): Promise<RememberedOutcome | undefined>;

  /** Deletes rows older than 24 hours. Gives how many. */
  purgeExpired(): Promise<number>;
}

export interface ClaimRequest {
  /** sha-256 of (tenant, actor, operation, key), base64url. */
  readonly scope: string;
  /** Hash of the request's body. */
  readonly bodyHash: string;
  readonly stream: string;
  /** A revision of the stream at which no event of this claim is there yet; `NO_STREAM` when there is none. */
  readonly revision: number;
}

export interface HeldClaim {
  readonly scope: string;
  /** Which claim of this scope: a new one each time it is claimed anew. */
  readonly token: string;
}

export type Claim =
  /** Nobody had it. */
  | { readonly kind: 'claimed'; readonly held: HeldClaim; readonly since: number }
  /** Somebody claimed it and its outcome isn't known here: his events, if any, are in the stream after `since`. */
  | { readonly kind: 'joined'; readonly held: HeldClaim; readonly since: number }
  | { readonly kind: 'done'; readonly outcome: RememberedOutcome }
  /** The same key with another body or for another stream. */
  | { readonly kind: 'reused' };

/** What a repeat is answered with. JSON-serialisable. */
export interface RememberedOutcome {
  readonly outcome: unknown;
  readonly revision: number;
  readonly position?: Position;
  /** How many were written; 0 = it was already so. */
  readonly events: number;
}
