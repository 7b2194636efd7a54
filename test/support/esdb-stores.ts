import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import {
  type Append,
  type EventStore,
  type EventToAppend,
  type StoredEvent,
} from '../../application/ports/event-store.js';
import { type EventStoreDbOptions, openEventStoreDb } from '../../infrastructure/event-store/eventstoredb/open.js';
import {
  type EsdbCluster,
  type EsdbClusterOptions,
  type EsdbDouble,
  type EsdbDoubleOptions,
  startEsdbCluster,
  startEsdbDouble,
} from './esdb-double/index.js';
import { type RemoteEsdbDouble, spawnEsdbDouble } from './esdb-double/remote.js';
import { silentLogger } from './silent-logger.js';

/** Doubles, stores and bare clients of one test, closed in the opposite order of their opening. */
export class EsdbStores {
  private readonly closers: (() => Promise<unknown>)[] = [];

  async double(options: EsdbDoubleOptions = {}): Promise<EsdbDouble> {
    const double = await startEsdbDouble(options);
    this.closers.push(() => double.stop());
    return double;
  }

  async cluster(options: EsdbClusterOptions = {}): Promise<EsdbCluster> {
    const cluster = await startEsdbCluster(options);
    this.closers.push(() => cluster.stop());
    return cluster;
  }

  async remoteDouble(): Promise<RemoteEsdbDouble> {
    const double = await spawnEsdbDouble();
    this.closers.push(() => double.end());
    return double;
  }

  /** With short pauses between attempts. */
  async open(connectionString: string, more: Partial<EventStoreDbOptions> = {}): Promise<EventStore> {
    const backoff = { firstMs: 5, maxMs: 50 };
    const store = await openEventStoreDb({ connectionString, log: silentLogger, backoff, ...more });
    this.closers.push(() => store.close());
    return store;
  }

  /** The client as others use it on the same server. */
  bareClient(connectionString: string): EventStoreDBClient {
    const client = EventStoreDBClient.connectionString(connectionString);
    this.closers.push(() => client.dispose());
    return client;
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}

export const newStream = (): string => `parley_test-t.${randomUUID().replaceAll('-', '')}`;

export const someEvent = (data: object = {}): EventToAppend => ({
  id: randomUUID(),
  type: 'Tested',
  data: JSON.stringify(data),
  metadata: '{"schemaVersion":1}',
});

/** One event unless more are given. */
export const appendTo = (stream: string, expectedRevision: number, ...events: EventToAppend[]): Append => ({
  stream,
  expectedRevision,
  events: events.length > 0 ? events : [someEvent()],
});

export async function allOf(batches: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}
