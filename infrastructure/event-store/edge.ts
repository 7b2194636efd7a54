import {
  type Append,
  EventRefused,
  type EventToAppend,
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  NO_STREAM,
} from '../../application/ports/event-store.js';

/** Every stream of Parley's begins so; `readAll` shows nothing else (docs/events.md "Streams"). */
export const STREAM_PREFIX = 'parley_';

/** Bytes of UTF-8. A b-tree key of PostgreSQL must stay below 2,704 bytes. */
export const MAX_STREAM_BYTES = 2_000;
/** Bytes of UTF-8. */
export const MAX_TYPE_BYTES = 500;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A control character or a lone surrogate, in a name. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const NOT_IN_NAMES = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;
/** The escape of U+0000 or of a surrogate; JSON.stringify escapes a surrogate only when it stands alone. */
const NOT_IN_TEXT = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/**
 * What both engines refuse before anything is sent, so that an append means the same on each of them.
 *
 * @returns the append's size, bytes of UTF-8 over its events' type, data and metadata.
 * @throws EventRefused
 */
export function checkAppend({ stream, expectedRevision, events }: Append): number {
  checkName(stream, 'stream', MAX_STREAM_BYTES);
  if (!stream.startsWith(STREAM_PREFIX) || stream.length === STREAM_PREFIX.length) {
    throw new EventRefused(`a stream's name begins with ${STREAM_PREFIX}`);
  }
  if (!Number.isSafeInteger(expectedRevision) || expectedRevision < NO_STREAM) {
    throw new EventRefused('the expected revision is a revision or NO_STREAM');
  }
  if (events.length === 0) throw new EventRefused('an append has at least one event');
  let total = 0;
  for (const event of events) {
    const { id, type, data, metadata } = event;
    if (!UUID.test(id)) throw new EventRefused('an event id is a uuid in lower case');
    checkName(type, 'event type', MAX_TYPE_BYTES);
    // A caller may have come around the types with a value that JSON refuses (a bigint).
    if (typeof data !== 'string' || typeof metadata !== 'string') throw new EventRefused('data and metadata are text');
    const bytes = Buffer.byteLength(type) + Buffer.byteLength(data) + Buffer.byteLength(metadata);
    if (bytes > MAX_EVENT_BYTES)
      throw new EventRefused(`an event has at most ${MAX_EVENT_BYTES} bytes, this one ${bytes}`);
    total += bytes;
    if (total > MAX_APPEND_BYTES) throw new EventRefused(`an append has at most ${MAX_APPEND_BYTES} bytes`);
    if (event instanceof WellWrittenEvent) continue;
    checkJson(data, 'data');
    checkJson(metadata, 'metadata');
  }
  return total;
}

/**
 * An event whose texts its maker has just made by `JSON.stringify`, and searched for what no store can hold. They needn't be
 * parsed and written once more to see that they are what `checkJson` wants: that was 2 % of a command.
 */
export class WellWrittenEvent implements EventToAppend {
  constructor(
    readonly id: string,
    readonly type: string,
    readonly data: string,
    readonly metadata: string,
  ) {}
}

function checkName(name: string, what: string, maxBytes: number): void {
  if (name === '') throw new EventRefused(`an empty ${what}`);
  if (NOT_IN_NAMES.test(name)) throw new EventRefused(`a control character or a lone surrogate in the ${what}`);
  if (Buffer.byteLength(name) > maxBytes) throw new EventRefused(`the ${what} has more than ${maxBytes} bytes`);
}

/**
 * EventStoreDB's client hands data out parsed, so only text that `JSON.stringify` gives again comes back byte by byte:
 * no spaces, no keys that look like integers, no number that a double doesn't hold.
 */
function checkJson(text: string, what: string): void {
  if (text[0] !== '{') throw new EventRefused(`${what} is no JSON object`);
  let again: string;
  try {
    again = JSON.stringify(JSON.parse(text));
  } catch {
    throw new EventRefused(`${what} is no JSON`);
  }
  if (again !== text) throw new EventRefused(`${what} is not in the form that JSON.stringify gives`);
  if (text.includes('\\u') && NOT_IN_TEXT.test(text)) {
    throw new EventRefused(`${what} holds U+0000 or a lone surrogate`);
  }
}
