/**
 * Protocol buffers by hand for the two messages that are sent once per event: `ReadResp` with an event, and the success of
 * a batch append. The generated classes take several times as long, and an event's answer is the same for every reader, so
 * it is encoded once, when the event is stored.
 */
const UUID_TEXT_LENGTH = 36;

/** What `RecordedEvent` carries, in the shapes it is encoded from. */
export interface RecordedFields {
  /** 36 characters */
  readonly id: string;
  /** the encoded field `stream_identifier`, from {@link streamIdentifierField} */
  readonly streamField: Buffer;
  readonly revision: number | bigint;
  readonly position: number;
  readonly type: string;
  readonly contentType: string;
  /** milliseconds since 1970 */
  readonly created: number;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

/** An encoded event and where its parts are: `recorded` and `data` are views of `response`. */
export interface EncodedEvent {
  /** `ReadResp { event { event, commit_position } }` */
  readonly response: Buffer;
  /** the inner `RecordedEvent` */
  readonly recorded: Buffer;
  readonly data: Buffer;
}

function varintLength(value: number | bigint): number {
  let length = 1;
  if (typeof value === 'bigint') {
    for (let rest = value >> 7n; rest > 0n; rest >>= 7n) length++;
    return length;
  }
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

function putVarint(out: Uint8Array, at: number, value: number | bigint): number {
  if (typeof value === 'bigint') {
    let rest = value;
    for (; rest >= 128n; rest >>= 7n) out[at++] = Number(rest & 127n) | 128;
    out[at++] = Number(rest);
    return at;
  }
  let rest = value;
  // Bit operators hold 32 bits only; positions are larger.
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 128;
  for (; rest >= 128; rest >>>= 7) out[at++] = (rest & 127) | 128;
  out[at++] = rest;
  return at;
}

const lengthDelimited = (content: number): number => 1 + varintLength(content) + content;

function putBytes(out: Buffer, at: number, tag: number, bytes: Uint8Array): number {
  out[at++] = tag;
  at = putVarint(out, at, bytes.length);
  out.set(bytes, at);
  return at + bytes.length;
}

/** `RecordedEvent.stream_identifier`, the same bytes for every event of the stream. */
export function streamIdentifierField(stream: string): Buffer {
  const name = Buffer.from(stream, 'utf8');
  const content = lengthDelimited(name.length);
  const out = Buffer.allocUnsafeSlow(lengthDelimited(content));
  out[0] = 0x12;
  putBytes(out, putVarint(out, 1, content), 0x1a, name);
  return out;
}

function mapEntry(key: string, value: string): Buffer {
  const [k, v] = [Buffer.from(key), Buffer.from(value)];
  const content = lengthDelimited(k.length) + lengthDelimited(v.length);
  const out = Buffer.allocUnsafeSlow(lengthDelimited(content));
  out[0] = 0x32;
  const at = putBytes(out, putVarint(out, 1, content), 0x0a, k);
  putBytes(out, at, 0x12, v);
  return out;
}

/** There are few event types, so their map entries are kept; the bound is for a test that makes types up. */
const typeEntries = new Map<string, Buffer>();
const MOST_TYPE_ENTRIES = 10_000;

function typeEntry(type: string, contentType: string): Buffer {
  const key = `${contentType} ${type}`;
  const known = typeEntries.get(key);
  if (known) return known;
  if (typeEntries.size >= MOST_TYPE_ENTRIES) typeEntries.clear();
  const entry = Buffer.concat([mapEntry('type', type), mapEntry('content-type', contentType)]);
  typeEntries.set(key, entry);
  return entry;
}

let createdAt = -1;
let createdBytes: Buffer = Buffer.alloc(0);

/** The map entry `created`: ticks of 100 ns since 1970, as the server's clients read it. */
function createdEntry(milliseconds: number): Buffer {
  if (milliseconds !== createdAt) {
    createdAt = milliseconds;
    createdBytes = mapEntry('created', milliseconds === 0 ? '0' : `${milliseconds}0000`);
  }
  return createdBytes;
}

export function encodeEvent(event: RecordedFields): EncodedEvent {
  const types = typeEntry(event.type, event.contentType);
  const created = createdEntry(event.created);
  const recordedLength =
    lengthDelimited(2 + UUID_TEXT_LENGTH) +
    event.streamField.length +
    1 +
    varintLength(event.revision) +
    2 * (1 + varintLength(event.position)) +
    types.length +
    created.length +
    (event.metadata.length > 0 ? lengthDelimited(event.metadata.length) : 0) +
    (event.data.length > 0 ? lengthDelimited(event.data.length) : 0);
  const readEventLength = lengthDelimited(recordedLength) + 1 + varintLength(event.position);

  const out = Buffer.allocUnsafe(lengthDelimited(readEventLength));
  out[0] = 0x0a;
  let at = putVarint(out, 1, readEventLength);
  out[at++] = 0x0a;
  at = putVarint(out, at, recordedLength);
  const start = at;
  out[at++] = 0x0a;
  out[at++] = 2 + UUID_TEXT_LENGTH;
  out[at++] = 0x12;
  out[at++] = UUID_TEXT_LENGTH;
  at += out.write(event.id, at, UUID_TEXT_LENGTH, 'latin1');
  out.set(event.streamField, at);
  at += event.streamField.length;
  out[at++] = 0x18;
  at = putVarint(out, at, event.revision);
  out[at++] = 0x20;
  at = putVarint(out, at, event.position);
  out[at++] = 0x28;
  at = putVarint(out, at, event.position);
  out.set(types, at);
  at += types.length;
  out.set(created, at);
  at += created.length;
  if (event.metadata.length > 0) at = putBytes(out, at, 0x3a, event.metadata);
  if (event.data.length > 0) at = putBytes(out, at, 0x42, event.data);
  const end = at;
  out[at++] = 0x18;
  putVarint(out, at, event.position);
  return { response: out, recorded: out.subarray(start, end), data: out.subarray(end - event.data.length, end) };
}

/** `ReadResp` with a link: `event` is left out when what it points to is gone. Positions are the link's. */
export function encodeResolved(event: Buffer | undefined, link: Buffer, position: number): Buffer {
  const content =
    (event ? lengthDelimited(event.length) : 0) + lengthDelimited(link.length) + 1 + varintLength(position);
  const out = Buffer.allocUnsafe(lengthDelimited(content));
  out[0] = 0x0a;
  let at = putVarint(out, 1, content);
  if (event) at = putBytes(out, at, 0x0a, event);
  at = putBytes(out, at, 0x12, link);
  out[at++] = 0x18;
  putVarint(out, at, position);
  return out;
}

/** `BatchAppendResp` with a success; `revision` is -1 where there is no stream. `streamField` is from {@link streamIdentifierField}. */
export function encodeBatchSuccess(
  correlation: string,
  streamField: Buffer,
  revision: number,
  position: number,
): Buffer {
  const positionLength = 2 * (1 + varintLength(position));
  const successLength = (revision < 0 ? 2 : 1 + varintLength(revision)) + lengthDelimited(positionLength);
  const out = Buffer.allocUnsafe(4 + correlation.length + lengthDelimited(successLength) + streamField.length);
  let at = 0;
  out[at++] = 0x0a;
  out[at++] = 2 + correlation.length;
  out[at++] = 0x12;
  out[at++] = correlation.length;
  at += out.write(correlation, at, 'latin1');
  out[at++] = 0x1a;
  at = putVarint(out, at, successLength);
  if (revision < 0) {
    out[at++] = 0x12;
    out[at++] = 0;
  } else {
    out[at++] = 0x08;
    at = putVarint(out, at, revision);
  }
  out[at++] = 0x1a;
  at = putVarint(out, at, positionLength);
  out[at++] = 0x08;
  at = putVarint(out, at, position);
  out[at++] = 0x10;
  at = putVarint(out, at, position);
  // RecordedEvent has the identifier as field 2, BatchAppendResp as field 4: only the tag differs.
  out[at] = 0x22;
  out.set(streamField.subarray(1), at + 1);
  return out;
}
