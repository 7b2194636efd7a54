import { allAtOnce } from './at-once.js';
import type { EventStore } from './ports/event-store.js';

/** Streams read at once, where the store can't say it of all in one answer. */
const AT_ONCE = 64;

/** Those of the streams that are there. @throws EventStoreUnavailable */
export async function existingStreams(
  store: Pick<EventStore, 'readStream' | 'existing'>,
  streams: readonly string[],
): Promise<ReadonlySet<string>> {
  if (streams.length === 0) return new Set();
  if (store.existing !== undefined) return store.existing(streams);
  const found = await allAtOnce(AT_ONCE, streams, async (stream) => {
    for await (const events of store.readStream(stream, { maxCount: 1 })) if (events.length > 0) return [stream];
    return [];
  });
  return new Set(found.flat());
}
