/**
 * Values that must be settled before an append: ids made by the server (the same for a repeated request) and names that
 * only one may have. Primary data, beside the event store.
 */
export interface Reservations {
  /**
   * The value that was reserved under this key, else the one that `make` gives, reserved now. Two who ask at once get the
   * same. Lives 24 hours, as the idempotency key it belongs to.
   */
  reserveId(tenant: string, kind: string, key: string, make: () => Promise<string>): Promise<string>;

  /** Claims a name for `holder` unless somebody has it, and says who has it now. */
  claimName(tenant: string, kind: NameKind, name: string, holder: string): Promise<NameClaim>;

  /** Who has it; undefined: nobody. */
  holderOf(tenant: string, kind: NameKind, name: string): Promise<NameClaim | undefined>;

  /** The name is the holder's for good, also where his claim was given up meanwhile. False when somebody else has it. */
  confirmName(tenant: string, kind: NameKind, name: string, holder: string): Promise<boolean>;

  /** Moves an unconfirmed name from a holder whose registration came to nothing. False when it is no longer his. */
  takeOverName(tenant: string, kind: NameKind, name: string, from: string, to: string): Promise<boolean>;

  /** Gives an unconfirmed name up. Without effect when `holder` hasn't got it or it is confirmed. */
  releaseName(tenant: string, kind: NameKind, name: string, holder: string): Promise<void>;

  /** Deletes reserved ids older than 24 hours. Gives how many. */
  purgeExpired(): Promise<number>;
}

/** Names are given folded (`commands/names.ts`). The folded ids of users who may log in stand among the logins. */
export type NameKind = 'login' | 'phone';

export interface NameClaim {
  readonly holder: string;
  readonly confirmed: boolean;
  /** Unconfirmed for longer than any registration takes (15 minutes). */
  readonly stale: boolean;
}
