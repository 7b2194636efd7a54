import {
  type EventSerializer,
  type EventToWrite,
  KeyUnusable,
  type RecordedEvent,
  type SealedAppend,
  type StreamTail,
} from '../../application/ports/envelope.js';
import {
  EventRefused,
  type EventToAppend,
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  NO_STREAM,
  type StoredEvent,
} from '../../application/ports/event-store.js';
import { newId } from '../../application/new-id.js';
import type { UserErased } from '../../domain/user/events.js';
import { WellWrittenEvent } from '../event-store/edge.js';
import { hashOf, withHash } from './hash-chain.js';
import { type KeyRing, type Subject, type SubjectKey, subjectText } from './keys/key-ring.js';
import { envelopeProblem, type UnhashedEnvelope, unhashedEnvelope } from './metadata.js';
import { ERASED, encryptField } from './personal-data.js';
import { EventReader, type KeyLookup, type Parsed } from './reader.js';
import type { EventRegistry, WritableType } from './registry.js';
import type { Payload } from './schema.js';
import { at, replaced } from './paths.js';
import { holdsUnstorable } from './text.js';

export interface SerializerOptions {
  readonly keys: KeyRing;
  readonly registry: EventRegistry;
  /**
   * Only for `bench/`, which measures what they cost; a store written without them isn't Parley's. Nothing in the
   * configuration leads here. Default true.
   */
  readonly hashing?: boolean;
  readonly encryption?: boolean;
}

/** After it, whatever is its subject's has no key. */
const ERASURE = 'UserErased' satisfies UserErased['type'];

/** The envelope of docs/events.md: what it refuses, it refuses before any key is made or anything is written. */
export class JsonEventSerializer implements EventSerializer {
  readonly #keys: KeyRing;
  readonly #registry: EventRegistry;
  readonly #hashing: boolean;
  readonly #encryption: boolean;
  readonly #reader: EventReader;

  constructor({ keys, registry, hashing = true, encryption = true }: SerializerOptions) {
    this.#keys = keys;
    this.#registry = registry;
    this.#hashing = hashing;
    this.#encryption = encryption;
    this.#reader = new EventReader(registry, encryption);
  }

  async seal(stream: string, tail: StreamTail, events: readonly EventToWrite[]): Promise<SealedAppend> {
    if (events.length === 0) throw new EventRefused('an append needs at least one event');
    if (this.#hashing && (tail.revision === NO_STREAM) !== (tail.hash === ''))
      throw new EventRefused('a stream has a last hash exactly when it has events');
    const checked = events.map((event) => this.#check(event));
    const keys = await this.#keysFor(checked);
    return this.#sealAll(stream, tail, checked, keys);
  }

  async open(events: readonly StoredEvent[]): Promise<RecordedEvent[]> {
    const parsed = events.map((event) => this.#parse(event));
    const { keys, missing } = fromMemory(
      this.#keys,
      parsed.flatMap(({ subjects }) => subjects),
    );
    if (missing.length > 0) addAll(keys, missing, await this.#keys.find(missing));
    return parsed.map((event) => this.#reader.read(event, keys));
  }

  /**
   * Reads one event without waiting; undefined when it takes a key that isn't in memory, which `open` fetches.
   * @throws EventUnreadable
   */
  openCached(event: StoredEvent): RecordedEvent | undefined {
    const parsed = this.#parse(event);
    const { keys, missing } = fromMemory(this.#keys, parsed.subjects);
    return missing.length > 0 ? undefined : this.#reader.read(parsed, keys);
  }

  /** What stands behind an erasure in the log is read without the key that somebody here may still remember. */
  #parse(event: StoredEvent): Parsed {
    const parsed = this.#reader.parse(event);
    const userId = event.type === ERASURE ? parsed.known?.payload['userId'] : undefined;
    if (typeof userId === 'string') this.#keys.noteErased({ tenant: parsed.envelope.tenant, userId });
    return parsed;
  }

  #check(event: EventToWrite): Checked {
    const { type, data } = event.event;
    const schema = this.#registry.writable(type);
    if (schema === undefined) throw new EventRefused(`${type} is no registered event type`);
    const problem = schema.problem(data);
    if (problem !== undefined) throw new EventRefused(`${type}: ${problem}`);
    const envelope = unhashedEnvelope(event, schema.version);
    const misfit = envelopeProblem(envelope);
    if (misfit !== undefined) throw new EventRefused(`${type}: metadata ${misfit}`);
    const payload = data as Payload;
    return { event, envelope, payload, personal: this.#encryption ? personalFields(event, schema, payload) : [] };
  }

  async #keysFor(checked: readonly Checked[]): Promise<KeyLookup> {
    const { keys, missing } = fromMemory(
      this.#keys,
      checked.flatMap(({ personal }) => personal.map(({ subject }) => subject)),
    );
    if (missing.length === 0) return keys;
    // No key is made for text that will be refused, nor under an id that the table would store as another.
    for (const { event, payload } of checked) storable(event.event.type, JSON.stringify([event.tenant, payload]));
    addAll(keys, missing, await this.#keys.obtain(missing));
    return keys;
  }

  #sealAll(stream: string, tail: StreamTail, checked: readonly Checked[], keys: KeyLookup): SealedAppend {
    let { revision } = tail;
    let hash = this.#hashing ? tail.hash : '';
    let total = 0;
    const sealed = checked.map((item): EventToAppend => {
      const { envelope } = item;
      const { type } = item.event.event;
      const id = newId();
      revision += 1;
      const data = storable(type, JSON.stringify(encrypted(item, id, keys)));
      envelope.prevHash = hash;
      const unhashedMetadata = storable(type, JSON.stringify(envelope));
      if (this.#hashing) hash = hashOf({ stream, revision, id, type, data, unhashedMetadata });
      const metadata = withHash(unhashedMetadata, hash);
      const size = Buffer.byteLength(type) + Buffer.byteLength(data) + Buffer.byteLength(metadata);
      if (size > MAX_EVENT_BYTES)
        throw new EventRefused(`${type}: an event is at most ${String(MAX_EVENT_BYTES)} bytes, not ${String(size)}`);
      total += size;
      return new WellWrittenEvent(id, type, data, metadata);
    });
    if (total > MAX_APPEND_BYTES)
      throw new EventRefused(`an append is at most ${String(MAX_APPEND_BYTES)} bytes, not ${String(total)}`);
    return { stream, expectedRevision: tail.revision, events: sealed, lastHash: hash };
  }
}

/** An event that fits its schema, with the personal fields that it has. */
interface Checked {
  readonly event: EventToWrite;
  readonly envelope: UnhashedEnvelope;
  readonly payload: Payload;
  readonly personal: readonly {
    readonly subject: Subject;
    readonly path: string;
    readonly members: readonly string[];
  }[];
}

function personalFields({ tenant, event }: EventToWrite, schema: WritableType, payload: Payload): Checked['personal'] {
  if (schema.personal.length === 0) return [];
  return schema.personal
    .filter(({ members }) => at(payload, members) !== undefined)
    .map(({ path, members, subject }) => {
      const userId = payload[subject];
      if (typeof userId !== 'string') throw new EventRefused(`${event.type}: ${path} has no subject`);
      return { path, members, subject: { tenant, userId } };
    });
}

function encrypted({ event, payload, personal }: Checked, eventId: string, keys: KeyLookup): Payload {
  let stored = payload;
  for (const { subject, path, members } of personal) {
    const key = keys.get(subjectText(subject));
    if (key === undefined) throw new Error('the key ring gave no key');
    if (key.kind === 'lost') throw new KeyUnusable({ ...subject, keyId: key.id ?? '' });
    const { type } = event.event;
    const plaintext = storable(type, JSON.stringify(at(payload, members)));
    const place = { tenant: event.tenant, eventId, type, path };
    stored = replaced(
      stored,
      members,
      key.kind === 'erased' ? ERASED : encryptField(plaintext, key.id, key.secret, place),
    );
  }
  return stored;
}

/** The text itself. @throws EventRefused when a store couldn't hold it. */
function storable(type: string, jsonText: string): string {
  if (holdsUnstorable(jsonText)) throw new EventRefused(`${type}: holds U+0000 or a lone surrogate`);
  return jsonText;
}

interface Gathered {
  readonly keys: Map<string, SubjectKey>;
  readonly missing: readonly Subject[];
}

/** Held on to for this call: the memory may let go of a key at any moment. */
function fromMemory(ring: KeyRing, subjects: readonly Subject[]): Gathered {
  const keys = new Map<string, SubjectKey>();
  if (subjects.length === 0) return { keys, missing: [] };
  const missing = new Map<string, Subject>();
  for (const subject of subjects) {
    const text = subjectText(subject);
    if (keys.has(text) || missing.has(text)) continue;
    const key = ring.cached(subject);
    if (key === undefined) missing.set(text, subject);
    else keys.set(text, key);
  }
  return { keys, missing: [...missing.values()] };
}

function addAll(
  keys: Map<string, SubjectKey>,
  subjects: readonly Subject[],
  found: readonly (SubjectKey | undefined)[],
): void {
  subjects.forEach((subject, index) => {
    const key = found[index];
    if (key !== undefined) keys.set(subjectText(subject), key);
  });
}
