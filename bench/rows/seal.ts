import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import type { EventToWrite, StreamTail } from '../../application/ports/envelope.js';
import { NO_STREAM, type EventStore } from '../../application/ports/event-store.js';
import { DataKeys } from '../../infrastructure/serialization/keys/data-keys.js';
import { JsonEventSerializer } from '../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import { inFlight, type Row } from '../harness.js';
import { silentLog } from '../payload.js';

export interface SealBench {
  readonly rows: Row[];
  close(): Promise<void>;
}

/** What the hash chain and encryption cost a durable append at 32 in flight: sealed and appended, switched on and off. */
export function sealBench(url: string, store: EventStore): SealBench {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const keys = new DataKeys({ pool, masterKey: randomBytes(32), log: silentLog });
  const serializer = (hashing: boolean, encryption: boolean): JsonEventSerializer =>
    new JsonEventSerializer({ keys, registry: eventRegistry, hashing, encryption });
  const plain = serializer(false, false);
  const chained = serializer(true, false);
  const whole = serializer(true, true);

  const side = (
    name: string,
    sealing: JsonEventSerializer,
    event: () => EventToWrite,
  ): { name: string; run: (ms: number) => Promise<number> } => ({
    name,
    run: (ms) => {
      const run = randomUUID().slice(0, 8);
      const tails = Array.from({ length: 32 }, (): StreamTail => ({ revision: NO_STREAM, hash: '' }));
      return inFlight(32, ms, async (lane) => {
        const sealed = await sealing.seal(
          `parley_group-bench.${run}_${lane.toString()}`,
          tails[lane] ?? { revision: NO_STREAM, hash: '' },
          [event()],
        );
        await store.append([sealed]);
        tails[lane] = { revision: sealed.expectedRevision + 1, hash: sealed.lastHash };
      });
    },
  });

  return {
    rows: [
      {
        name: 'sealed append at 32 in flight: the hash chain (bar: costs at most 10 %)',
        unit: 'ops/s',
        sides: [side('with hash chain', chained, muted), side('without', plain, muted)],
        bars: [{ peer: 'without', bar: 0.9 }],
      },
      {
        name: 'sealed append at 32 in flight: one personal field and the chain (bar: costs at most 30 %)',
        unit: 'ops/s',
        sides: [side('with chain, field encrypted', whole, removed), side('without either', plain, removed)],
        bars: [{ peer: 'without either', bar: 0.7 }],
      },
    ],
    close: () => pool.end(),
  };
}

const context = (): Omit<EventToWrite, 'event'> => {
  const correlationId = randomUUID();
  return {
    tenant: '1000',
    actor: { kind: 'user', id: 'user-1' },
    via: 'v1:PUT /groups/{groupId}/members/{userId}/mute',
    correlationId,
    causationId: correlationId,
    occurredAt: Date.now(),
  };
};

const muted = (): EventToWrite => ({
  ...context(),
  event: {
    type: 'MemberMuted',
    data: { groupId: '4503599627371000', userId: 'user-4711', until: 1_790_000_000_000, by: 'user-1' },
  },
});

/** Its reason is personal to the one who removes. */
const removed = (): EventToWrite => ({
  ...context(),
  event: {
    type: 'MemberRemoved',
    data: {
      groupId: '4503599627371000',
      userId: 'user-4711',
      roleBefore: 'member',
      by: 'user-1',
      byRole: 'owner',
      reason: 'He advertised for the third time.',
    },
  },
});
