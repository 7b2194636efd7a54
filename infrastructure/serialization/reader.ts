import { type Envelope, EventUnreadable, type RecordedEvent } from '../../application/ports/envelope.js';
import type { StoredEvent } from '../../application/ports/event-store.js';
import { type Subject, type SubjectKey, subjectText } from './keys/key-ring.js';
import { parseEnvelope, parseJson } from './metadata.js';
import { at, isObject, replaced } from './paths.js';
import { decryptField, type EncryptedField, ERASED, parseField } from './personal-data.js';
import type { EventRegistry, PersonalPath, ReadableVersion } from './registry.js';
import type { Payload } from './schema.js';

/** By `subjectText`. */
export type KeyLookup = ReadonlyMap<string, SubjectKey>;

/** A stored event, understood as far as that goes without keys. */
export interface Parsed {
  readonly stored: StoredEvent;
  readonly envelope: Envelope;
  /** Undefined when this code doesn't know the type or version: then there is nothing to decrypt either. */
  readonly known:
    { readonly version: ReadableVersion; readonly payload: Payload; readonly fields: readonly Field[] } | undefined;
  /** Whose keys it takes. */
  readonly subjects: readonly Subject[];
}

/** A personal field that is there: encrypted, or null because it was written after the erasure. */
interface Field {
  readonly at: PersonalPath;
  readonly subject: Subject;
  readonly encrypted: EncryptedField | null;
}

/** From stored text to events. Personal fields are decrypted in the form in which they were written, then upcast. */
export class EventReader {
  constructor(
    private readonly registry: EventRegistry,
    private readonly encryption: boolean,
  ) {}

  /** @throws EventUnreadable */
  parse(stored: StoredEvent): Parsed {
    const envelope = parseEnvelope(stored.metadata);
    if (envelope === undefined) throw unreadable(stored, 'its metadata is no envelope');
    const version = this.registry.readable(stored.type, envelope.schemaVersion);
    if (version === undefined) return { stored, envelope, known: undefined, subjects: NONE };
    const payload = parseJson(stored.data);
    if (!isObject(payload)) throw unreadable(stored, 'its data is no JSON object');
    const fields = this.encryption && version.personal.length > 0 ? fieldsOf(stored, envelope, version, payload) : NONE;
    const subjects = fields.length === 0 ? NONE : fields.flatMap((field) => (field.encrypted ? [field.subject] : []));
    return { stored, envelope, known: { version, payload, fields }, subjects };
  }

  /** @throws EventUnreadable */
  read({ stored, envelope, known }: Parsed, keys: KeyLookup): RecordedEvent {
    const { id, stream, revision, position, type } = stored;
    return { id, stream, revision, position, type, envelope, event: known && { type, data: decoded() }, stored };

    function decoded(): Payload {
      if (known === undefined) return {};
      let { payload } = known;
      for (const field of known.fields) payload = replaced(payload, field.at.members, plain(stored, field, keys));
      return known.version.upcast(payload);
    }
  }
}

const NONE: readonly never[] = [];

function fieldsOf(stored: StoredEvent, { tenant }: Envelope, version: ReadableVersion, payload: Payload): Field[] {
  const fields: Field[] = [];
  for (const place of version.personal) {
    const value = at(payload, place.members);
    if (value === undefined) continue;
    const encrypted = value === ERASED ? null : typeof value === 'string' ? parseField(value) : undefined;
    if (encrypted === undefined) throw unreadable(stored, `${place.path} isn't encrypted`);
    const userId = payload[place.subject];
    if (typeof userId !== 'string') throw unreadable(stored, `${place.path} has no subject`);
    fields.push({ at: place, subject: { tenant, userId }, encrypted });
  }
  return fields;
}

/** The field's value, null when its subject was erased. */
function plain(stored: StoredEvent, { at: place, subject, encrypted }: Field, keys: KeyLookup): unknown {
  if (encrypted === null) return null;
  const { path } = place;
  const key = keys.get(subjectText(subject));
  if (key === undefined) throw unreadable(stored, `the key of ${path} is missing, though nobody erased it`);
  if (key.kind === 'erased') return null;
  if (key.id !== encrypted.keyId) throw unreadable(stored, `${path} was encrypted under another key`);
  let text: string;
  try {
    text = decryptField(encrypted, key.secret, { tenant: subject.tenant, eventId: stored.id, type: stored.type, path });
  } catch (error) {
    throw unreadable(stored, `${path} isn't what was encrypted here`, error);
  }
  const value = parseJson(text);
  if (value === undefined) throw unreadable(stored, `${path} holds no JSON`);
  return value;
}

const unreadable = (stored: StoredEvent, reason: string, cause?: unknown): EventUnreadable =>
  new EventUnreadable(stored.stream, stored.revision, reason, cause === undefined ? undefined : { cause });
