import { randomUUID } from 'node:crypto';

import { type Decision, decide, type Expected } from './rules.js';
import {
  isMetastream,
  metastreamOf,
  originalOf,
  type StoredEvent,
  type StreamMetadata,
  StreamState,
  TOMBSTONE_REVISION,
} from './stream-state.js';
import { encodeEvent } from './wire.js';

/** An event as it arrives. */
export interface ProposedEvent {
  /** a UUID's 36 characters, lower case */
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

export type Written =
  /** `revision` is -1 where nothing was appended to no stream; `position` is the last event's */
  | { readonly kind: 'written'; readonly revision: number; readonly position: number }
  | Exclude<Decision, { kind: 'write' | 'repeated' }>;

const NO_BYTES = new Uint8Array(0);
const JSON_CONTENT = 'application/json';
/** The largest 64-bit signed integer: a tombstone's revision, and `$tb` of a soft-deleted stream. */
const INT64_MAX = 9223372036854775807n;
/** Ids are remembered in two generations of this many, as the server's memory of them is bounded too. */
const REMEMBERED_IDS = 100_000;
/** What an event takes in the log beside its data; positions count bytes, as the server's do. */
const EVENT_OVERHEAD = 128;

/**
 * What is stored: `$all` in order, and the streams. It outlives the server that shows it, so that a restart keeps its data.
 * Everything here is synchronous: an append is decided and written in one step, so appends of many clients have one order.
 */
export class EventLog {
  /** every event, by position */
  readonly events: StoredEvent[] = [];
  private readonly streams = new Map<string, StreamState>();
  private readonly watchers = new Set<() => void>();
  private readonly streamWatchers = new Map<string, Set<() => void>>();
  private nextPosition = EVENT_OVERHEAD;
  private recentIds = new Map<string, StoredEvent>();
  private olderIds = new Map<string, StoredEvent>();

  /** The position of the last event; 0 in an empty log. */
  get head(): number {
    return this.events.at(-1)?.position ?? 0;
  }

  stream(name: string): StreamState | undefined {
    return this.streams.get(name);
  }

  append(name: string, expected: Expected, proposed: readonly ProposedEvent[]): Written {
    const stream = this.streams.get(name);
    const ids = proposed.map((event) => event.id);
    const decision = decide(
      expected,
      ids,
      stream,
      (id) => this.recent(id),
      () => this.hasMetadata(name),
    );
    if (decision.kind === 'repeated') {
      return { kind: 'written', revision: decision.last.revision, position: decision.last.position };
    }
    if (decision.kind !== 'write') return decision;
    if (proposed.length === 0) return { kind: 'written', revision: stream?.lastRevision ?? -1, position: this.head };

    const target = stream ?? this.create(name);
    if (target.softDeleted) this.undelete(target, target.lastRevision + 1);
    const undeletes = isMetastream(name) ? this.softDeleted(originalOf(name)) : undefined;
    const created = Date.now();
    for (const event of proposed) this.store(target, target.events.length, event, created);
    if (isMetastream(name)) this.readMetadata(name);
    if (undeletes) this.undelete(undeletes, undeletes.lastRevision + 1);
    this.wake(name);
    return { kind: 'written', revision: target.lastRevision, position: this.head };
  }

  /** Hides the stream's events: the server truncates it before the largest revision there is. */
  delete(name: string, expected: Expected): Written {
    const refusal = this.refuse(name, expected);
    if (refusal) return refusal;
    if (this.stream(name) === undefined) return { kind: 'wrong', current: -1 };
    this.writeMetadata(name, `{"$tb":${INT64_MAX}}`);
    this.wake(metastreamOf(name));
    return { kind: 'written', revision: -1, position: this.head };
  }

  /** Ends the stream for good, also one that never was. */
  tombstone(name: string, expected: Expected): Written {
    const refusal = this.refuse(name, expected);
    if (refusal) return refusal;
    const stream = this.stream(name) ?? this.create(name);
    const proposed = {
      id: randomUUID(),
      type: '$streamDeleted',
      contentType: JSON_CONTENT,
      metadata: NO_BYTES,
      data: NO_BYTES,
    };
    stream.tombstone = this.store(stream, TOMBSTONE_REVISION, proposed, Date.now());
    this.wake(name);
    return { kind: 'written', revision: -1, position: this.head };
  }

  /** Takes over an event of another log as it is, with its position: what a follower does. */
  replicate(event: StoredEvent): void {
    const stream = this.streams.get(event.stream) ?? this.create(event.stream);
    if (event.revision === TOMBSTONE_REVISION) stream.tombstone = event;
    else stream.events.push(event);
    this.events.push(event);
    if (isMetastream(event.stream)) this.readMetadata(event.stream);
    this.wake(event.stream);
  }

  /** The index of the first event at or after `position`. */
  indexFrom(position: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.position ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls `wake` after every append, or after those to one stream. The answer ends it. */
  watch(stream: string | undefined, wake: () => void): () => void {
    if (stream === undefined) {
      this.watchers.add(wake);
      return () => this.watchers.delete(wake);
    }
    const set = this.streamWatchers.get(stream) ?? new Set();
    this.streamWatchers.set(stream, set.add(wake));
    return () => {
      set.delete(wake);
      if (set.size === 0 && this.streamWatchers.get(stream) === set) this.streamWatchers.delete(stream);
    };
  }

  private refuse(name: string, expected: Expected): Exclude<Written, { kind: 'written' }> | undefined {
    const stream = this.stream(name);
    if (stream?.tombstone) return { kind: 'deleted' };
    const current = stream?.lastRevision ?? -1;
    if (expected === 'any') return undefined;
    const met = expected === 'stream_exists' ? current >= 0 : (expected === 'no_stream' ? -1 : expected) === current;
    return met ? undefined : { kind: 'wrong', current };
  }

  private create(name: string): StreamState {
    const stream = new StreamState(name);
    this.streams.set(name, stream);
    if (this.streams.has(metastreamOf(name))) this.readMetadata(metastreamOf(name));
    return stream;
  }

  private store(stream: StreamState, revision: number, proposed: ProposedEvent, created: number): StoredEvent {
    const position = this.nextPosition;
    this.nextPosition += EVENT_OVERHEAD + proposed.data.length + proposed.metadata.length;
    const encoded = encodeEvent({
      ...proposed,
      streamField: stream.field,
      revision: revision === TOMBSTONE_REVISION ? INT64_MAX : revision,
      position,
      created,
    });
    const event: StoredEvent = {
      stream: stream.name,
      id: proposed.id,
      type: proposed.type,
      revision,
      position,
      created,
      response: encoded.response,
      recorded: encoded.recorded,
      data: encoded.data,
    };
    if (revision !== TOMBSTONE_REVISION) stream.events.push(event);
    this.events.push(event);
    this.remember(event);
    return event;
  }

  private remember(event: StoredEvent): void {
    if (this.recentIds.size >= REMEMBERED_IDS) {
      this.olderIds = this.recentIds;
      this.recentIds = new Map();
    }
    this.recentIds.set(event.id, event);
  }

  private recent(id: string): StoredEvent | undefined {
    return this.recentIds.get(id) ?? this.olderIds.get(id);
  }

  private hasMetadata(name: string): boolean {
    return (this.stream(metastreamOf(name))?.lastRevision ?? -1) >= 0;
  }

  private softDeleted(name: string): StreamState | undefined {
    const stream = this.stream(name);
    return stream?.softDeleted ? stream : undefined;
  }

  private writeMetadata(name: string, json: string): void {
    const metastream = metastreamOf(name);
    const stream = this.stream(metastream) ?? this.create(metastream);
    const proposed = {
      id: randomUUID(),
      type: '$metadata',
      contentType: JSON_CONTENT,
      metadata: NO_BYTES,
      data: Buffer.from(json),
    };
    this.store(stream, stream.events.length, proposed, Date.now());
    this.readMetadata(metastream);
  }

  /** A soft-deleted stream that is written to again shows what follows: the server moves `$tb` to the first new event. */
  private undelete(stream: StreamState, first: number): void {
    this.writeMetadata(stream.name, JSON.stringify({ ...stream.metadata, $tb: first }));
    this.wake(metastreamOf(stream.name));
  }

  private readMetadata(metastream: string): void {
    const stream = this.stream(originalOf(metastream));
    const latest = this.stream(metastream)?.events.at(-1);
    if (stream && latest && !isMetastream(stream.name)) stream.metadata = parseMetadata(latest.data);
  }

  private wake(name: string): void {
    for (const wake of this.watchers) wake();
    const set = this.streamWatchers.get(name);
    if (set) for (const wake of set) wake();
  }
}

function parseMetadata(data: Buffer): StreamMetadata {
  try {
    const parsed: unknown = JSON.parse(data.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // As the server has it: metadata that is no JSON is no metadata.
    return {};
  }
}
