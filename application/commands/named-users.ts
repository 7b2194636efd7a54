/**
 * Users whom the configuration names: app admins, who may act for others, and what they do says so; auditors, who read
 * everything and write nothing (docs/rules.md D1 "access").
 */
export class NamedUsers {
  readonly #named: ReadonlySet<string>;
  readonly #tenants: ReadonlySet<string>;

  constructor(users: readonly { readonly tenant: string; readonly userId: string }[]) {
    this.#named = new Set(users.map(({ tenant, userId }) => JSON.stringify([tenant, userId])));
    this.#tenants = new Set(users.map(({ tenant }) => tenant));
  }

  has(tenant: string, userId: string): boolean {
    return this.#named.has(JSON.stringify([tenant, userId]));
  }

  /** Whether the tenant has any. */
  areIn(tenant: string): boolean {
    return this.#tenants.has(tenant);
  }
}
