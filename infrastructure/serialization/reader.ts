import { type Envelope, EventUnreadable, type LostKey, type RecordedEvent } from '../../application/ports/envelope.js';
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
    if (envelope === undefined)
      throw new EventUnreadable(stored.stream, stored.revision, 'its metadata is no envelope');
    const version = this.registry.readable(stored.type, envelope.schemaVersion);
    if (version === undefined) return { stored, envelope, known: undefined, subjects: NONE };
    const payload = parseJson(stored.data);
    if (!isObject(payload)) throw unreadable({ stored, envelope }, 'its data is no JSON object');
    const fields =
      this.encryption && version.personal.length > 0 ? fieldsOf({ stored, envelope }, version, payload) : NONE;
    const subjects = fields.length === 0 ? NONE : fields.flatMap((field) => (field.encrypted ? [field.subject] : []));
    return { stored, envelope, known: { version, payload, fields }, subjects };
  }

  /** @throws EventUnreadable */
  read({ stored, envelope, known }: Parsed, keys: KeyLookup): RecordedEvent {
    const { id, stream, revision, position, type } = stored;
    return { id, stream, revision, position, type, envelope, event: known && { type, data: payloadOf() }, stored };

    function payloadOf(): Payload {
      if (known === undefined) return {};
      let { payload } = known;
      for (const field of known.fields)
        payload = replaced(payload, field.at.members, plain({ stored, envelope }, field, keys));
      const newest = newestOf(known.version, payload);
      if (typeof newest === 'string') throw unreadable({ stored, envelope }, `its data ${newest}`);
      return newest;
    }
  }
}

const NONE: readonly never[] = [];

/** The payload as the newest version has it, or what it lacks for that. */
function newestOf(version: ReadableVersion, payload: Payload): Payload | string {
  let newest: Payload;
  try {
    newest = version.upcast(payload);
  } catch {
    return 'lacks what its version must have';
  }
  return version.lack(newest) ?? newest;
}

function fieldsOf(event: Readable, version: ReadableVersion, payload: Payload): Field[] {
  const { tenant } = event.envelope;
  const fields: Field[] = [];
  for (const place of version.personal) {
    const value = at(payload, place.members);
    if (value === undefined) continue;
    const encrypted = value === ERASED ? null : typeof value === 'string' ? parseField(value) : undefined;
    if (encrypted === undefined) throw unreadable(event, `${place.path} isn't encrypted`);
    const userId = payload[place.subject];
    if (typeof userId !== 'string') throw unreadable(event, `${place.path} has no subject`);
    fields.push({ at: place, subject: { tenant, userId }, encrypted });
  }
  return fields;
}

/** The field's value, null when its subject was erased. */
function plain(event: Readable, { at: place, subject, encrypted }: Field, keys: KeyLookup): unknown {
  const { stored } = event;
  if (encrypted === null) return null;
  const { path } = place;
  const key = keys.get(subjectText(subject));
  if (key?.kind === 'erased') return null;
  if (key?.kind !== 'key' || key.id !== encrypted.keyId) {
    if (key?.givenUp?.has(encrypted.keyId) === true) return null;
    throw keyless(event, path, { ...subject, keyId: encrypted.keyId }, key);
  }
  let text: string;
  try {
    text = decryptField(encrypted, key.secret, { tenant: subject.tenant, eventId: stored.id, type: stored.type, path });
  } catch (error) {
    throw unreadable(event, `${path} isn't what was encrypted here`, { cause: error });
  }
  const value = parseJson(text);
  if (value === undefined) throw unreadable(event, `${path} holds no JSON`);
  return value;
}

function keyless(event: Readable, path: string, lostKey: LostKey, key: SubjectKey | undefined): EventUnreadable {
  const whose = `user "${lostKey.userId}" (tenant ${lostKey.tenant})`;
  const reason =
    key?.kind === 'lost' && key.id === lostKey.keyId
      ? `the data key of ${whose} can't be opened with this master key: its row was changed`
      : `the data key of ${whose} under which ${path} was encrypted is missing, though nobody erased it`;
  return unreadable(event, reason, { lostKey });
}

type Readable = Pick<Parsed, 'stored' | 'envelope'>;

const unreadable = (
  { stored, envelope }: Readable,
  reason: string,
  why: ErrorOptions & { readonly lostKey?: LostKey } = {},
): EventUnreadable => new EventUnreadable(stored.stream, stored.revision, reason, { ...why, envelope });
