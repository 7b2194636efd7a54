/** What a number belongs to (docs/rules.md A13). */
export interface Numbered {
  readonly kind: 'user' | 'group';
  readonly id: string;
}

/** Everything is of one tenant. Neither a number nor what it belongs to ever changes, so answers may be remembered. */
export interface NumberQueries {
  /** Those that are known. At most 1000. */
  numbered(tenant: string, numbers: readonly number[]): Promise<ReadonlyMap<number, Numbered>>;
  /** By user id, of those that are known. At most 1000. */
  numbersOfUsers(tenant: string, userIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** By group id, of those that are known, the present incarnation's. At most 1000. */
  numbersOfGroups(tenant: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
