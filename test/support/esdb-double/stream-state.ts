import { streamIdentifierField } from './wire.js';

/** One event as it is stored, with the answer that every reader gets. */
export interface StoredEvent {
  readonly stream: string;
  /** lower case */
  readonly id: string;
  readonly type: string;
  /** from 0; a tombstone's is {@link TOMBSTONE_REVISION} */
  readonly revision: number;
  /** commit and prepare position, the same here */
  readonly position: number;
  /** milliseconds since 1970 */
  readonly created: number;
  /** `ReadResp` with the event, encoded */
  readonly response: Buffer;
  /** the `RecordedEvent` in it */
  readonly recorded: Buffer;
  readonly data: Buffer;
}

/** 2^63 as a number: above every revision, and what `$tb` of a soft-deleted stream parses to. */
export const TOMBSTONE_REVISION = 2 ** 63;

/** The stream metadata that decides what readers see. */
export interface StreamMetadata {
  readonly $maxCount?: number;
  readonly $maxAge?: number;
  readonly $tb?: number;
}

const METASTREAM = '$$';
/** A metastream shows its latest event only. */
const METASTREAM_METADATA: StreamMetadata = { $maxCount: 1 };

export const isMetastream = (stream: string): boolean => stream.startsWith(METASTREAM);
export const metastreamOf = (stream: string): string => METASTREAM + stream;
export const originalOf = (metastream: string): string => metastream.slice(METASTREAM.length);

/** One stream: its events by revision, and which of them a reader sees. */
export class StreamState {
  readonly events: StoredEvent[] = [];
  tombstone: StoredEvent | undefined;
  metadata: StreamMetadata;
  /** the encoded `stream_identifier` field of its events */
  readonly field: Buffer;

  constructor(readonly name: string) {
    this.field = streamIdentifierField(name);
    this.metadata = isMetastream(name) ? METASTREAM_METADATA : {};
  }

  /** -1 where nothing was ever written. */
  get lastRevision(): number {
    return this.events.length - 1;
  }

  get softDeleted(): boolean {
    return this.metadata.$tb === TOMBSTONE_REVISION;
  }

  /** Nothing to read: never written to, or soft-deleted. A tombstoned stream is another matter. */
  get absent(): boolean {
    return this.events.length === 0 || this.softDeleted;
  }

  /** The first revision that a reader sees; the length of the stream if there is none. */
  firstReadable(now = Date.now()): number {
    const { $maxAge, $maxCount, $tb } = this.metadata;
    const length = this.events.length;
    let first = Math.min(length, Math.max($tb ?? 0, $maxCount === undefined ? 0 : length - $maxCount, 0));
    if ($maxAge !== undefined) {
      const oldest = now - $maxAge * 1000;
      while (first < length && (this.events[first]?.created ?? now) < oldest) first++;
    }
    return first;
  }

  readable(revision: number): StoredEvent | undefined {
    return this.absent || this.tombstone || revision < this.firstReadable() ? undefined : this.events[revision];
  }
}
