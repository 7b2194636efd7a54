import type { KeyObject } from 'node:crypto';

/** A person within a tenant, by the id under which events speak of him. */
export interface Subject {
  readonly tenant: string;
  readonly userId: string;
}

/** The key of a subject's personal data, that it was destroyed for good, or that it is lost. */
export type SubjectKey =
  | {
      readonly kind: 'key';
      /** Letters, digits, `-`, `_`; unique. */ readonly id: string;
      /** AES-256. */ readonly secret: KeyObject;
      readonly givenUp?: GivenUp;
    }
  | { readonly kind: 'erased' }
  /** There is none, or one that the master key doesn't open (`id`). */
  | { readonly kind: 'lost'; readonly id?: string; readonly givenUp?: GivenUp };

/** Ids of keys that were lost, and that an operator has given up: what they had encrypted counts as erased. */
export type GivenUp = ReadonlySet<string>;

/**
 * Where the serializer gets data keys. What `obtain` and `find` answer is also kept in memory for a bounded time, so that
 * the common case needs no waiting. Both reject with `EventStoreUnavailable` when the keys can't be reached now.
 */
export interface KeyRing {
  /** From memory alone; undefined says nothing about whether there is a key. */
  cached(subject: Subject): SubjectKey | undefined;
  /** One key for each subject, in order, made where there was none; durable before this resolves. */
  obtain(subjects: readonly Subject[]): Promise<readonly SubjectKey[]>;
  /** The same, but makes none: undefined where there is no key. A key that can't be opened is `lost`. */
  find(subjects: readonly Subject[]): Promise<readonly (SubjectKey | undefined)[]>;
  /** The log says that he was erased, which is so since before that was written: no key of his is taken from memory any more. */
  noteErased(subject: Subject): void;
}

/** A text for use as the key of a map: no two subjects share one. */
export const subjectText = ({ tenant, userId }: Subject): string => `${String(tenant.length)}:${tenant}${userId}`;
