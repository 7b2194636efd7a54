import { createSecretKey, randomBytes } from 'node:crypto';
import {
  type KeyRing,
  type Subject,
  type SubjectKey,
  subjectText,
} from '../../infrastructure/serialization/keys/key-ring.js';

/** Keys without a database. What was asked for is `cached` from then on, until `forget`. */
export class MemoryKeys implements KeyRing {
  readonly #all = new Map<string, SubjectKey>();
  readonly #subjects = new Map<string, Subject>();
  readonly #cached = new Set<string>();
  /** How many subjects each call of `obtain` and `find` asked for. */
  readonly calls: number[] = [];

  cached(subject: Subject): SubjectKey | undefined {
    const text = subjectText(subject);
    return this.#cached.has(text) ? this.#all.get(text) : undefined;
  }

  obtain(subjects: readonly Subject[]): Promise<SubjectKey[]> {
    this.calls.push(subjects.length);
    return Promise.resolve(
      subjects.map((subject) => {
        const text = subjectText(subject);
        const key = this.#all.get(text) ?? newKey();
        this.put(subject, key);
        this.#cached.add(text);
        return key;
      }),
    );
  }

  find(subjects: readonly Subject[]): Promise<(SubjectKey | undefined)[]> {
    this.calls.push(subjects.length);
    return Promise.resolve(
      subjects.map((subject) => {
        const key = this.#all.get(subjectText(subject));
        if (key !== undefined) this.#cached.add(subjectText(subject));
        return key;
      }),
    );
  }

  /** As if it had always been this one. */
  put(subject: Subject, key: SubjectKey): void {
    this.#all.set(subjectText(subject), key);
    this.#subjects.set(subjectText(subject), subject);
  }

  /** Every key there is, in the clear. */
  all(): { readonly subject: Subject; readonly id: string; readonly secret: Buffer }[] {
    return [...this.#all].flatMap(([text, key]) => {
      const subject = this.#subjects.get(text);
      return subject === undefined || key.kind !== 'key' ? [] : [{ subject, id: key.id, secret: key.secret.export() }];
    });
  }

  erase(subject: Subject): void {
    this.put(subject, { kind: 'erased' });
  }

  noteErased(subject: Subject): void {
    this.erase(subject);
  }

  /** Loses a key that nobody erased. */
  lose(subject: Subject): void {
    this.#all.delete(subjectText(subject));
  }

  /** As if the time in memory were over. */
  forget(): void {
    this.#cached.clear();
  }
}

const newKey = (): SubjectKey => ({
  kind: 'key',
  id: randomBytes(8).toString('base64url'),
  secret: createSecretKey(randomBytes(32)),
});
