/**
 * Passwords, by the user they let in and the registration they were given in. Several may try for one user id at once, so
 * each registration keeps its own here before its event is appended; the log then says whose counts. Never in an event.
 */
export interface Credentials {
  /** Keeps it; gives the one that is there already for the same user and registration. */
  put(credential: NewCredential): Promise<Credential>;
  /** The user's: the confirmed one, and those of registrations that are under way or were broken off. */
  ofUser(tenant: string, userId: string): Promise<readonly Credential[]>;
  /** Its registration stands: from now on it is the user's only one. */
  confirm(credential: NewCredential): Promise<void>;
  /**
   * Puts another password in its place and ends all the user's sessions but that of the token `spared`, both or neither.
   * False when it is no longer the one that is kept: somebody else was first.
   */
  replace(credential: Credential, phc: string, spared: string): Promise<boolean>;
  /** Removes an unconfirmed one of a registration that came to nothing. */
  remove(key: CredentialKey): Promise<void>;
}

export interface CredentialKey {
  readonly tenant: string;
  readonly userId: string;
  /** The `commandKey` of the registration's event. */
  readonly registration: string;
}

export interface NewCredential extends CredentialKey {
  /** Folded. Absent: he logs in by his user id only. */
  readonly login?: string;
  /** argon2id in PHC form, `$argon2id$v=19$m=…`. */
  readonly phc: string;
}

export interface Credential extends NewCredential {
  readonly confirmed: boolean;
}

/** Who asks for a hashing, as far as turns are concerned: those for whom both are the same share one turn, and all who don't say. */
export interface Asking {
  readonly purpose: 'registration' | 'login';
  /** Where the caller is, as far as known. */
  readonly address?: string | undefined;
}

/**
 * Hashing is slow by design, so few run at once and the others wait in turn: a flood from one address, or of
 * registrations, doesn't keep anybody else from logging in. Every method throws ApplicationError TooBusy when too many wait.
 */
export interface PasswordHasher {
  /** PHC string with a random salt. */
  hash(password: string, asking?: Asking): Promise<string>;
  /** False for a wrong password and for a text that is no PHC string. */
  verify(phc: string, password: string, asking?: Asking): Promise<boolean>;
  /** Takes as long as `verify`; for logins that don't exist. */
  waste(password: string, asking?: Asking): Promise<void>;
}
