import { conversationAggregate } from '../../application/commands/conversation-aggregate.js';
import { CommandPipeline } from '../../application/commands/pipeline.js';
import { systemClock } from '../../application/ports/clock.js';
import type { StreamId } from '../../application/streams.js';
import { PostgresIdempotencyLedger } from '../../infrastructure/system/idempotency-ledger.js';
import { PostgresSnapshots } from '../../infrastructure/system/snapshots.js';
import { median } from '../harness.js';
import { openLog } from '../log.js';
import { silentLog } from '../payload.js';

/**
 * What a command waits for before it is decided on conversations that this process doesn't know: snapshot, events, fold. The
 * two take turns, each look on a pipeline that knows nothing.
 * @returns µs of the median look at each
 */
export async function coldLoads(
  databaseUrl: string,
  masterKey: Buffer,
  closers: (() => Promise<unknown>)[],
  next: readonly [() => StreamId, () => StreamId],
): Promise<(ms: number) => Promise<readonly [number, number]>> {
  const { pool, store, serializer, close } = await openLog(databaseUrl, masterKey);
  closers.push(close);
  const deps = {
    store,
    serializer,
    snapshots: new PostgresSnapshots(pool),
    ledger: new PostgresIdempotencyLedger(pool),
    clock: systemClock,
    log: silentLog,
  };
  return async (ms) => {
    const took: readonly [number[], number[]] = [[], []];
    for (const end = performance.now() + ms; performance.now() < end;) {
      for (const at of [0, 1] as const) {
        const pipeline = new CommandPipeline(deps, { cachedStates: 1 });
        const start = performance.now();
        const { state } = await pipeline.look(conversationAggregate, next[at]());
        if (state.status !== 'open') throw new Error('nothing was said');
        took[at].push((performance.now() - start) * 1_000);
      }
    }
    return [median(took[0]), median(took[1])];
  };
}
