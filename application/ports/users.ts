/**
 * Users as the read model knows them. A user who exists goes on existing, so its yes is enough; its no may only mean that
 * it lags behind the log.
 */
export interface KnownUsers {
  /** Those of `userIds` that are known to exist. */
  known(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** For tests, and before the read model stands: knows nobody, so the streams are asked. */
export const nobodyKnown: KnownUsers = { known: () => Promise.resolve(new Set()) };
