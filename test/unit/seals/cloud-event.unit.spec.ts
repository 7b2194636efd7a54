import { expect } from 'chai';
import fc from 'fast-check';
import type { Position, StoredEvent } from '../../../application/ports/event-store.js';
import { cloudEvent } from '../../../infrastructure/seals/cloud-event.js';

const stored = (metadata: string): StoredEvent => ({
  id: '00000000-0000-4000-8000-000000000000',
  stream: 'parley_group-t.g',
  type: 'MemberMuted',
  revision: 3,
  position: 'store:0001' as Position,
  data: '{"groupId":"g"}',
  metadata,
});
const timeOf = (metadata: string): unknown =>
  (JSON.parse(cloudEvent(stored(metadata), 7, 'parley:here')) as { time?: unknown }).time;
const at = (ms: number): string => `{"tenant":"t","occurredAt":${ms.toString()},"hash":"h"}`;

describe('the time of a CloudEvent', () => {
  it('is when the event occurred, to the millisecond, whatever was told of before', () => {
    const near = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_002_000 });
    const any = fc.integer({ min: 0, max: 8_640_000_000_000_000 }).filter((ms) => ms < 10 ** 15);
    fc.assert(
      fc.property(fc.array(fc.oneof(near, any), { minLength: 1, maxLength: 20 }), (times) => {
        for (const ms of times) expect(timeOf(at(ms))).to.equal(new Date(ms).toISOString());
      }),
    );
  });

  it('is left out where the metadata tell none, and the next one has its own', () => {
    expect(timeOf(at(1_700_000_000_123))).to.equal('2023-11-14T22:13:20.123Z');
    expect(timeOf('{"tenant":"t"}')).to.equal(undefined);
    expect(timeOf(at(1_700_000_000_007))).to.equal('2023-11-14T22:13:20.007Z');
  });
});
