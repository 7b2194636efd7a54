import type { Actor } from '../../domain/shared/actor.js';

/** An erasure that was asked for, with all that its event will say. */
export interface Erasure {
  readonly tenant: string;
  readonly userId: string;
  readonly reason: string;
  readonly actor: Actor;
  readonly via: string;
  readonly correlationId: string;
}

/** Erasures that are under way: what a crash leaves of one is gone on with. */
export interface Erasures {
  /** Durable before this resolves. Gives the one that stands: the first that was begun for him. */
  begin(erasure: Erasure): Promise<Erasure>;
  /** Oldest first. */
  begun(): Promise<readonly Erasure[]>;
  /** All of it is done. */
  end(erasure: Pick<Erasure, 'tenant' | 'userId'>): Promise<void>;
}

/** The keys under which personal fields are encrypted. */
export interface PersonalKeys {
  /** Destroys his key for good, or sees to it that there never is one; durable before this resolves. */
  erase(person: { readonly tenant: string; readonly userId: string }): Promise<void>;
}

/** What is kept of a person beside the log: logins, sessions, verifications, copies. */
export interface PersonalTraces {
  /** Repeated, it changes nothing. */
  remove(tenant: string, userId: string): Promise<void>;
}

/** Who was erased; nobody else ever has such an id. */
export interface ErasedUsers {
  /** Those of `userIds` who were. */
  erased(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}
