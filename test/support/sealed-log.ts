import type { StreamTail } from '../../application/ports/envelope.js';
import type { EventStore, StoredEvent } from '../../application/ports/event-store.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import { EMPTY_STREAM } from '../../infrastructure/serialization/hash-chain.js';
import { JsonEventSerializer } from '../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import { START, streamOf } from './group-histories.js';
import { MemoryKeys } from './memory-keys.js';

/** Writes facts as the pipeline does: encrypted, hashed and chained, one append each, in their order. */
export class SealedLog {
  private readonly serializer = new JsonEventSerializer({ keys: new MemoryKeys(), registry: eventRegistry });
  private readonly tails = new Map<string, StreamTail>();
  private time = START;

  constructor(
    private readonly store: EventStore,
    private readonly tenant = 't1',
  ) {}

  async write(facts: readonly DomainEvent[]): Promise<void> {
    const appends = [];
    for (const event of facts) {
      const stream = streamOf(event, this.tenant);
      const tail = this.tails.get(stream) ?? EMPTY_STREAM;
      const sealed = await this.serializer.seal(stream, tail, [
        {
          event,
          tenant: this.tenant,
          actor: { kind: 'user', id: 'ada' },
          via: 'test',
          correlationId: 'c',
          causationId: 'c',
          occurredAt: this.time++,
        },
      ]);
      this.tails.set(stream, { revision: tail.revision + 1, hash: sealed.lastHash });
      appends.push(sealed);
    }
    for (let from = 0; from < appends.length; from += 500) {
      for (const { kind } of await this.store.append(appends.slice(from, from + 500)))
        if (kind !== 'appended') throw new Error('a conflict in a log of its own');
    }
  }
}

export async function wholeLog(store: EventStore): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch);
  return events;
}

/** What a copy keeps: everything but the place in the log. */
export const kept = (events: readonly StoredEvent[]): Omit<StoredEvent, 'position'>[] =>
  events.map(({ id, type, data, metadata, stream, revision }) => ({ id, type, data, metadata, stream, revision }));
