/**
 * Whether an append may be written: the server's revision and idempotency rules, as its answers were recorded
 * (`../esdb-probe/recordings`) and as `IndexWriter.CheckCommit` of EventStoreDB 24 states them.
 */
import type { StoredEvent, StreamState } from './stream-state.js';

/** A revision the caller gives, or what may stand in its place. */
export type Expected = number | 'any' | 'no_stream' | 'stream_exists';

export type Decision =
  | { readonly kind: 'write' }
  /** the same ids are there already, `last` being the last of them: success without writing */
  | { readonly kind: 'repeated'; readonly last: StoredEvent }
  /** `current` is -1 where there is no stream */
  | { readonly kind: 'wrong'; readonly current: number }
  | { readonly kind: 'deleted' };

const WRITE: Decision = { kind: 'write' };

/**
 * @param recent finds an event by its id, among the latest only: with `any` repeats are recognised by best effort
 * @param metadataSet whether the stream's metastream has events; a stream with metadata alone counts as existing
 */
export function decide(
  expected: Expected,
  ids: readonly string[],
  stream: StreamState | undefined,
  recent: (id: string) => StoredEvent | undefined,
  metadataSet: () => boolean,
): Decision {
  if (stream?.tombstone) return { kind: 'deleted' };
  const current = stream?.lastRevision ?? -1;
  if (expected === 'stream_exists' && current < 0 && !metadataSet()) return { kind: 'wrong', current };
  if (expected === 'any' || expected === 'stream_exists') return decideByIds(ids, stream, current, recent);

  const revision = expected === 'no_stream' ? -1 : expected;
  if (revision === current) return WRITE;
  if (revision > current || !stream) return { kind: 'wrong', current };
  return decideBehind(revision, ids, stream, current);
}

function decideByIds(
  ids: readonly string[],
  stream: StreamState | undefined,
  current: number,
  recent: (id: string) => StoredEvent | undefined,
): Decision {
  let last: StoredEvent | undefined;
  for (const [index, id] of ids.entries()) {
    const known = recent(id);
    if (!stream || known?.stream !== stream.name) return index === 0 ? WRITE : { kind: 'wrong', current };
    last = known;
  }
  return last ? { kind: 'repeated', last } : WRITE;
}

/** The caller is behind: either a repeat of what stands there (data is not compared), or a conflict. */
function decideBehind(revision: number, ids: readonly string[], stream: StreamState, current: number): Decision {
  let last: StoredEvent | undefined;
  for (const [index, id] of ids.entries()) {
    const there = stream.events[revision + 1 + index];
    if (there?.id !== id) {
      // A soft-deleted stream may be started anew; its numbering goes on.
      return index === 0 && revision === -1 && stream.softDeleted ? WRITE : { kind: 'wrong', current };
    }
    last = there;
  }
  if (last) return { kind: 'repeated', last };
  return revision === -1 && stream.softDeleted ? WRITE : { kind: 'wrong', current };
}
