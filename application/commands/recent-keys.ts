import type { Position } from '../ports/event-store.js';

/** Events of one command, recognised by their `commandKey`. */
export interface KeyedWrite {
  readonly first: number;
  readonly last: number;
  /** `occurredAt` of the first, ms UTC: the time at which the command was decided. */
  readonly at: number;
  readonly position: Position;
  /** Known where this process decided it. */
  readonly decided?: { readonly outcome: unknown };
}

/** How many are kept per stream: more than are ever asked again within a moment; older ones are read from the stream. */
const KEPT = 128;

/** The command keys of a stream's newest events, so that most repeats are recognised without reading. */
export class RecentKeys {
  readonly #writes = new Map<string, KeyedWrite>();
  /** Every key in events from this revision on is here. */
  #from: number;

  constructor(from = 0) {
    this.#from = from;
  }

  get from(): number {
    return this.#from;
  }

  find(key: string, after: number): KeyedWrite | undefined {
    const write = this.#writes.get(key);
    return write !== undefined && write.first > after ? write : undefined;
  }

  note(key: string, write: KeyedWrite): void {
    const before = this.#writes.get(key);
    this.#writes.delete(key);
    this.#writes.set(key, before === undefined ? write : joined(before, write));
    if (this.#writes.size <= KEPT) return;
    for (const [oldest, { last }] of this.#writes) {
      this.#writes.delete(oldest);
      this.#from = Math.max(this.#from, last + 1);
      break;
    }
  }
}

/** A command's events are one append, so those that follow each other are one write; else the key was used anew. */
export const joined = (before: KeyedWrite, next: KeyedWrite): KeyedWrite =>
  next.first === before.last + 1 ? { ...before, last: next.last, position: next.position } : next;
