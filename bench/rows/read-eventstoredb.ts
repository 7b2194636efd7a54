import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as Client from '@eventstore/db-client';
import { type EventStore, NO_STREAM } from '../../application/ports/event-store.js';
import type { Row } from '../harness.js';
import { muteEvent } from '../payload.js';

const { EventStoreDBClient } = createRequire(import.meta.url)('@eventstore/db-client') as typeof Client;

const EVENTS = 100_000;
const OF_ONE_APPEND = 500;
const OF_ONE_STREAM = 5_000;

export interface EsdbReadBench {
  readonly row: Row;
  close(): Promise<void>;
}

/**
 * All of `$all` from its start to its end, through EventStoreDB's engine up to stored events and by the bare client, on the
 * same server. Each run reads everything once; events of everybody count, as both read over them.
 */
export function readEventStoreDb(connectionString: string, server: string, store: EventStore): EsdbReadBench {
  const client = EventStoreDBClient.connectionString(connectionString);
  const bare = 'bare @eventstore/db-client';
  let total = 0;
  return {
    row: {
      name: `full read of $all, EventStoreDB (${server}), at least ${EVENTS.toLocaleString('en-US')} events`,
      unit: 'ops/s',
      prepare: async () => {
        await seed(store);
        total = await everything(client.readAll({ resolveLinkTos: false }));
      },
      sides: [
        {
          name: 'Parley engine, stored events',
          run: () =>
            rate(async () => {
              let seen = 0;
              for await (const events of store.readAll()) seen += events.length;
              if (seen < EVENTS) throw new Error(`only ${seen.toString()} events were read`);
              return total;
            }),
        },
        { name: bare, run: () => rate(() => everything(client.readAll({ resolveLinkTos: false }))) },
      ],
      bars: [{ peer: bare, bar: 0.8 }],
    },
    close: () => client.dispose(),
  };
}

/** Reads all, and gives the number of events. */
export async function everything(events: AsyncIterable<Client.AllStreamResolvedEvent>): Promise<number> {
  let seen = 0;
  for await (const { event } of events) if (event !== undefined) seen += 1;
  return seen;
}

/** Events per second. */
async function rate(read: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const events = await read();
  return (events * 1_000) / (performance.now() - start);
}

async function seed(store: EventStore): Promise<void> {
  for (let written = 0; written < EVENTS; written += OF_ONE_STREAM) {
    const stream = `parley_group-bench.${randomUUID()}`;
    for (let last = NO_STREAM; last < OF_ONE_STREAM - 1; last += OF_ONE_APPEND) {
      const events = Array.from({ length: OF_ONE_APPEND }, muteEvent);
      const [result] = await store.append([{ stream, expectedRevision: last, events }]);
      if (result?.kind !== 'appended') throw new Error('the append was refused');
    }
  }
}
