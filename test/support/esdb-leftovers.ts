/**
 * What a shared EventStoreDB may hold of others. By hand: `node dist/test/support/esdb-leftovers.js esdb://… [tenant]`,
 * as often as one likes.
 */
import { binaryEvent, EventStoreDBClient, type EventData, jsonEvent } from '@eventstore/db-client';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { EventToWrite, StreamTail } from '../../application/ports/envelope.js';
import { NO_STREAM } from '../../application/ports/event-store.js';
import { type StreamId, streamName } from '../../application/streams.js';
import { openEventStoreDb } from '../../infrastructure/event-store/eventstoredb/open.js';
import { JsonEventSerializer } from '../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import { samples } from '../golden/samples.js';
import { MemoryKeys } from './memory-keys.js';
import { silentLogger } from './silent-logger.js';

const FIRST_OF_STREAM = ['GroupCreated', 'UserRegistered'];

/**
 * Unknown types, binary data, links, metadata, deleted streams, streams whose names look nearly like ours, and the whole
 * history of a tenant whose keys nobody here has. All of it is new each time.
 *
 * @param tenant whose streams' names some of it nearly has
 */
export async function leaveBehind(url: string, tenant: string): Promise<void> {
  const run = randomBytes(4).toString('hex');
  const foreigner = `foreign${run}`;
  const client = EventStoreDBClient.connectionString(url);
  const write = async (stream: string, ...events: EventData[]): Promise<void> => {
    await client.appendToStream(stream, events);
  };
  try {
    const garbage: [stream: string, ...events: EventData[]][] = [
      [`invoice-${run}`, jsonEvent({ type: 'InvoiceSent', data: { id: run } }), jsonEvent({ type: 'x', data: [1, 2] })],
      [`blob-${run}`, binaryEvent({ type: 'Photo', data: Buffer.from([0, 255, 254]) })],
      [`links-${run}`, binaryEvent({ type: '$>', data: Buffer.from(`0@invoice-${run}`) })],
      ...namesLikeOurs(tenant, run).map((stream): [string, EventData] => [
        stream,
        jsonEvent({ type: 'GroupCreated', data: { groupId: 'club' }, metadata: { schemaVersion: 1 } }),
      ]),
      // Of Parley's form and of no use: another tenant's, written by who knows what.
      [
        `parley_group-${foreigner}.broken`,
        binaryEvent({ type: 'GroupCreated', data: Buffer.from('no json') }),
        jsonEvent({ type: 'MemberJoined', data: { userId: 1 }, metadata: { schemaVersion: 99, tenant: foreigner } }),
        jsonEvent({ type: 'GroupCreated', data: {} }),
      ],
    ];
    for (const name of ['soft', 'hard']) {
      garbage.push([`${name}-${run}`, jsonEvent({ type: 'Gone', data: {} })]);
      garbage.push([`parley_group-${foreigner}.${name}`, jsonEvent({ type: 'GroupCreated', data: {} })]);
    }
    await Promise.all(garbage.map(([stream, ...events]) => write(stream, ...events)));
    await Promise.all([
      client.setStreamMetadata(`invoice-${run}`, { maxCount: 100 }),
      client.deleteStream(`soft-${run}`),
      client.deleteStream(`parley_group-${foreigner}.soft`),
      client.tombstoneStream(`hard-${run}`),
      client.tombstoneStream(`parley_group-${foreigner}.hard`),
      foreignHistory(url, foreigner),
    ]);
  } finally {
    await client.dispose();
  }
}

const namesLikeOurs = (tenant: string, run: string): string[] => [
  `parley-group-${tenant}.${run}`,
  `Parley_group-${tenant}.${run}`,
  `xparley_group-${tenant}.${run}`,
  `parley_group-${tenant}${run}.club`,
  `parley_group-${tenant}${run}`,
  `parley_group-${run}${tenant}.club`,
  `parley_group.${tenant}-${run}`,
  `parley_${run}`,
];

/** One event of each type there is, as a server of that tenant would have written it. */
async function foreignHistory(url: string, tenant: string): Promise<void> {
  const serializer = new JsonEventSerializer({ keys: new MemoryKeys(), registry: eventRegistry });
  const store = await openEventStoreDb({ connectionString: url, log: silentLogger });
  const streams = new Map<string, EventToWrite[]>();
  for (const [type, data] of Object.entries(samples)) {
    const name = streamName(streamOf(tenant, type, data));
    const event = {
      tenant,
      actor: { kind: 'user', id: 'ann' },
      via: 'v1',
      correlationId: tenant,
      causationId: tenant,
      occurredAt: 1_700_000_000_000,
      event: { type, data },
    } as const;
    // A history begins with its first event.
    const events = streams.get(name) ?? [];
    streams.set(name, FIRST_OF_STREAM.includes(type) ? [event, ...events] : [...events, event]);
  }
  try {
    const tail: StreamTail = { revision: NO_STREAM, hash: '' };
    await store.append(await Promise.all(Array.from(streams, ([name, events]) => serializer.seal(name, tail, events))));
  } finally {
    await store.close();
  }
}

function streamOf(tenant: string, type: string, data: object): StreamId {
  if ('userId' in data && typeof data.userId === 'string' && type.startsWith('User')) {
    return { category: 'user', tenant, userId: data.userId };
  }
  return 'groupId' in data && typeof data.groupId === 'string'
    ? { category: 'group', tenant, groupId: data.groupId }
    : { category: 'usergroups', tenant, userId: 'ann' };
}

const [, script, url, tenant = 't0'] = process.argv;
if (script === fileURLToPath(import.meta.url) && url !== undefined) await leaveBehind(url, tenant);
