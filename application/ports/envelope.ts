import type { Actor } from '../../domain/shared/actor.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { Append, Position, StoredEvent } from './event-store.js';

/** What the pipeline knows about an event beside the fact itself (docs/events.md "Envelope"). */
export interface EventContext {
  readonly tenant: string;
  readonly actor: Actor;
  /** API and operation, `v1:POST /groups`. */
  readonly via: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly requestRef?: string;
  readonly commandKey?: string;
  /** The caller wants nobody told of it in chats (001 Silence). */
  readonly silent?: true;
  readonly traceparent?: string;
}

/** One event to be written: the fact, its context, its decided time (ms UTC). */
export interface EventToWrite extends EventContext {
  readonly event: DomainEvent;
  readonly occurredAt: number;
}

/** The metadata of a stored event, parsed. Wire names as in docs/events.md. */
export interface Envelope {
  readonly schemaVersion: number;
  readonly tenant: string;
  readonly actor: Actor;
  readonly via: string;
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly requestRef?: string;
  readonly commandKey?: string;
  readonly silent?: true;
  readonly occurredAt: number;
  readonly traceparent?: string;
  readonly prevHash: string;
  readonly hash: string;
}

/**
 * A stored event, read: `event` is upcast to the newest schema and decrypted (a personal field whose subject was erased
 * is null), or undefined when this code doesn't know the type or its schema version.
 */
export interface RecordedEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly type: string;
  readonly envelope: Envelope;
  readonly event: DomainEvent | undefined;
  /** Where it was read from: bytes as stored, for verification. */
  readonly stored: StoredEvent;
}

/** Where a stream ends, as far as its next event needs to know. */
export interface StreamTail {
  /** `NO_STREAM` when there is none. */
  readonly revision: number;
  /** '' when there is none. */
  readonly hash: string;
}

/** An append with the hash of its last event, so the next one can be chained to it without reading back. */
export interface SealedAppend extends Append {
  readonly lastHash: string;
}

/**
 * Turns facts into stored bytes and back: registry check, encryption of personal fields under their subject's key,
 * canonical JSON text, hash chain, size limits.
 */
export interface EventSerializer {
  /**
   * @throws EventRefused when a payload doesn't fit its registered schema or a limit.
   * @throws KeyUnusable
   * @throws EventStoreUnavailable when the keys can't be reached now.
   */
  seal(stream: string, tail: StreamTail, events: readonly EventToWrite[]): Promise<SealedAppend>;
  /**
   * @throws EventUnreadable for the first event that can't be read.
   * @throws EventStoreUnavailable when the keys can't be reached now.
   */
  open(events: readonly StoredEvent[]): Promise<RecordedEvent[]>;
}

/** A person's data key that is gone, or can't be opened, though nobody erased it. */
export interface LostKey {
  readonly tenant: string;
  readonly userId: string;
  readonly keyId: string;
}

/** A key that an operator has given up: what it had encrypted reads as erased. */
export interface GivenUpKey extends LostKey {
  /** Who said so, when (ms UTC). */
  readonly by: string;
  readonly at: number;
}

/** Somebody's data can't be encrypted: his key can't be opened. Nothing was written. */
export class KeyUnusable extends Error {
  override readonly name = 'KeyUnusable';
  constructor(readonly key: LostKey) {
    super(
      `the data key ${key.keyId} of user "${key.userId}" (tenant ${key.tenant}) can't be opened with this master key`,
    );
  }
}

/**
 * A stored event isn't what was written, lacks what its type must have, or its key is gone without having been erased.
 * Never for an unknown type.
 */
export class EventUnreadable extends Error {
  override readonly name = 'EventUnreadable';
  /** Where this is why. */
  readonly lostKey: LostKey | undefined;
  /** Where that much could be read. */
  readonly envelope: Envelope | undefined;

  constructor(
    readonly stream: string,
    readonly revision: number,
    /** Says what is wrong, without content of the event. */
    readonly reason: string,
    options?: ErrorOptions & { readonly lostKey?: LostKey; readonly envelope?: Envelope },
  ) {
    super(`event ${String(revision)} of ${stream} can't be read: ${reason}`, options);
    this.lostKey = options?.lostKey;
    this.envelope = options?.envelope;
  }
}
