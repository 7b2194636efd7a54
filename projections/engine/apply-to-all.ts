import type pg from 'pg';
import type { Runner } from './apply.js';
import { advanceSeveral } from './checkpoint.js';
import type { OpenedEvent } from './open.js';

/**
 * Applies a batch to several projections; returns when each has it, or has stopped. Those that handle none of its events
 * are moved past it by one statement instead of a transaction each; where that doesn't move one, it goes the way of the
 * others, which knows what to do.
 * @throws Rewound
 */
export async function applyToAll(
  runners: readonly Runner[],
  pool: pg.Pool,
  batch: readonly OpenedEvent[],
  signal: AbortSignal,
): Promise<void> {
  const concerned: Runner[] = [];
  const others: Runner[] = [];
  const to = batch.at(-1)?.stored.position ?? '';
  for (const runner of runners) {
    if (runner.stopped !== undefined || runner.position >= to) continue;
    (runner.isConcernedBy(batch) ? concerned : others).push(runner);
  }
  const apply = (some: readonly Runner[]): Promise<void>[] => some.map((runner) => runner.apply(batch, signal));
  const passOver = async (): Promise<void> => {
    if (others.length === 0) return;
    const moved = await advanceSeveral(
      pool,
      others.map(({ standing }) => standing),
      to,
    ).catch(() => new Set<string>());
    for (const runner of others) if (moved.has(runner.key)) runner.reached(to);
    await allDone(apply(others.filter(({ key }) => !moved.has(key))));
  };
  await allDone([...apply(concerned), passOver()]);
}

/** Like `Promise.all`, but fails only when nobody is at work any more. */
async function allDone(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}
