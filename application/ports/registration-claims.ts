/**
 * Keeps a registration of several users apart from all others that want one of the same ids, while it is under way. Those of
 * a single user don't keep each other out: the log decides between them. A claim is void after 15 minutes, which is longer
 * than any registration takes.
 */
export interface RegistrationClaims {
  /** All ids or, when others hold claims that keep this one out, none: then gives theirs. */
  claim(tenant: string, userIds: readonly string[], by: Claimant): Promise<readonly string[]>;
  /** Of ids about which the log has spoken. */
  release(tenant: string, userIds: readonly string[], by: Claimant): Promise<void>;
}

export interface Claimant {
  /** The same claims again what it has. */
  readonly registration: string;
  readonly several: boolean;
}
