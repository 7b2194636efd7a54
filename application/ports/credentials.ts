/** What a login is checked against. Never in an event. */
export interface Credentials {
  /** Stores it unless the login has one already; gives the one that is there. */
  put(credential: NewCredential): Promise<Credential>;
  find(tenant: string, login: string): Promise<Credential | undefined>;
  /** The registration it belongs to stands. False when it isn't there. */
  confirm(tenant: string, login: string, userId: string): Promise<boolean>;
  /** Removes an unconfirmed one of a registration that came to nothing. */
  remove(tenant: string, login: string, userId: string): Promise<void>;
}

export interface NewCredential {
  readonly tenant: string;
  /** Normalised. */
  readonly login: string;
  readonly userId: string;
  /** argon2id in PHC form, `$argon2id$v=19$m=…`. */
  readonly phc: string;
}

export interface Credential extends NewCredential {
  readonly confirmed: boolean;
}

/** Every method throws ApplicationError TooBusy when too many wait already. */
export interface PasswordHasher {
  /** PHC string with a random salt. */
  hash(password: string): Promise<string>;
  /** False for a wrong password and for a text that is no PHC string. */
  verify(phc: string, password: string): Promise<boolean>;
  /** Takes as long as `verify`; for logins that don't exist. */
  waste(password: string): Promise<void>;
}
