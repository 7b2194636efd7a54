/**
 * `node dist/test/golden/write.js test/golden/events` writes the golden file of each type's current version that has none
 * yet, from samples.ts. It never touches one that is there: those are what older processes left in real stores.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DomainEvent } from '../../domain/shared/event.js';
import { JsonEventSerializer } from '../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../infrastructure/serialization/registry.js';
import { MemoryKeys } from '../support/memory-keys.js';
import { type Golden, goldenName } from './golden.js';
import { samples } from './samples.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('say which folder to write to');

const tenant = 't1';
const stream = 'parley_golden-t1.sample';
const tail = { revision: 6, hash: 'p2nTz9wqR4v7LmXk0aYcB5dGfHsJuEiOoQeWt1yZxN8' };

for (const { type, version } of eventRegistry.types) {
  const keys = new MemoryKeys();
  const serializer = new JsonEventSerializer({ keys, registry: eventRegistry });
  const data: object = samples[type as keyof typeof samples];
  const event: DomainEvent = { type, data };
  const sealed = await serializer.seal(stream, tail, [
    {
      event,
      tenant,
      actor: { kind: 'appAdmin', id: 'root', onBehalfOf: 'ann' },
      via: 'v1:POST /groups',
      correlationId: '0190f0f0-0000-7000-8000-00000000000a',
      causationId: '0190f0f0-0000-7000-8000-00000000000b',
      requestRef: 'op-😀',
      commandKey: 'c0ffee',
      occurredAt: 1_700_000_000_002,
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    },
  ]);
  const [first] = sealed.events;
  if (first === undefined) throw new Error(`${type} was not sealed`);
  const golden: Golden = {
    stored: { stream, revision: tail.revision + 1, ...first },
    keys: keys.all().map(({ subject, id, secret }) => ({ ...subject, id, secret: secret.toString('base64url') })),
    decoded: data,
  };
  try {
    await writeFile(join(folder, goldenName(type, version)), `${JSON.stringify(golden, undefined, 2)}\n`, {
      flag: 'wx',
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
