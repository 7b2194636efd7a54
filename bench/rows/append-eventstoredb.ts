import { createRequire } from 'node:module';
import type * as Client from '@eventstore/db-client';
import { NO_STREAM, type EventStore } from '../../application/ports/event-store.js';
import { laneAppender } from '../lanes.js';
import type { Row } from '../harness.js';
import { muteEvent } from '../payload.js';

const {
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM: CLIENT_NO_STREAM,
} = createRequire(import.meta.url)('@eventstore/db-client') as typeof Client;

export interface EsdbAppendBench {
  readonly rows: Row[];
  close(): Promise<void>;
}

/** The same work through EventStoreDB's engine and through the bare client, on the same server. */
export function appendEventStoreDb(connectionString: string, server: string, store: EventStore): EsdbAppendBench {
  const client = EventStoreDBClient.connectionString(connectionString);
  const bare = 'bare @eventstore/db-client';
  const row = (lanes: number): Row => ({
    name: `append, EventStoreDB (${server}), ${lanes.toString()} in flight`,
    unit: 'ops/s',
    sides: [
      {
        name: 'Parley engine',
        run: laneAppender(lanes, async (stream, revision) => {
          const [result] = await store.append([{ stream, expectedRevision: revision, events: [muteEvent()] }]);
          if (result?.kind !== 'appended') throw new Error('the append was refused');
        }),
      },
      {
        name: bare,
        run: laneAppender(lanes, async (stream, revision) => {
          const { id, type, data, metadata } = muteEvent();
          await client.appendToStream(
            stream,
            jsonEvent({
              id,
              type,
              data: JSON.parse(data) as Record<string, string>,
              metadata: JSON.parse(metadata) as Record<string, string>,
            }),
            { expectedRevision: revision === NO_STREAM ? CLIENT_NO_STREAM : BigInt(revision) },
          );
        }),
      },
    ],
    bars: lanes === 32 ? [{ peer: bare, bar: 0.8 }] : [],
  });
  return { rows: [row(1), row(32), row(256)], close: () => client.dispose() };
}
