import { randomUUID } from 'node:crypto';
import { NO_STREAM } from '../../application/ports/event-store.js';
import { openPostgresEventStore } from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { silentLogger } from './silent-logger.js';

/** What a forked writer is told, as JSON in its first argument. */
export interface WriterOrders {
  readonly url: string;
  readonly streams: readonly string[];
  readonly appendsPerStream: number;
  readonly eventsPerAppend: number;
}

const { url, streams, appendsPerStream, eventsPerAppend } = JSON.parse(process.argv[2] ?? '') as WriterOrders;
const store = await openPostgresEventStore({ url, log: silentLogger });
try {
  await Promise.all(
    streams.map(async (stream) => {
      for (let n = 0, revision = NO_STREAM; n < appendsPerStream; n += 1) {
        const events = Array.from({ length: eventsPerAppend }, (_, index) => ({
          id: randomUUID(),
          type: 'Written',
          data: JSON.stringify({ of: stream, number: revision + 1 + index }),
          metadata: '{"schemaVersion":1}',
        }));
        const [result] = await store.append([{ stream, expectedRevision: revision, events }]);
        if (result?.kind !== 'appended') throw new Error(`unexpected conflict: ${JSON.stringify(result)}`);
        revision = result.revision;
      }
    }),
  );
} finally {
  await store.close();
}
