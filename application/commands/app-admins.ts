/** The users whom the configuration names app admins: they may act for others, and what they do says so (docs/rules.md D1 "access"). */
export class AppAdmins {
  readonly #named: ReadonlySet<string>;

  constructor(admins: readonly { readonly tenant: string; readonly userId: string }[]) {
    this.#named = new Set(admins.map(({ tenant, userId }) => JSON.stringify([tenant, userId])));
  }

  has(tenant: string, userId: string): boolean {
    return this.#named.has(JSON.stringify([tenant, userId]));
  }
}
