import type pg from 'pg';
import type { Runner } from './apply.js';
import { takeEmptySteps, type Checkpoint, type Step } from './checkpoint.js';
import type { Stretch } from '../../application/following/stretch.js';

/**
 * Applies a stretch to several projections; returns when each has passed it, or has stopped. Those that handle none of its
 * events are moved past it by one statement instead of a transaction each; where that doesn't move one, it goes the way of
 * the others, which knows what to do.
 * @throws Rewound, Gap, GivenUp: the next stretch must not be tried
 */
export async function applyToAll(
  runners: readonly Runner[],
  pool: pg.Pool,
  stretch: Stretch,
  signal: AbortSignal,
): Promise<void> {
  const concerned: Runner[] = [];
  const others = new Map<Runner, Step>();
  for (const runner of runners) {
    if (!runner.needs(stretch)) continue;
    const step = runner.stepPast(stretch);
    if (step === undefined) concerned.push(runner);
    else others.set(runner, step);
  }
  const apply = (some: readonly Runner[]): Promise<void>[] => some.map((runner) => runner.apply(stretch, signal));
  const passOver = async (): Promise<void> => {
    if (others.size === 0 || signal.aborted) return allDone(apply([...others.keys()]));
    const moved = await takeEmptySteps(pool, [...others.values()], stretch.to).catch(
      () => new Map<string, Checkpoint>(),
    );
    const left: Runner[] = [];
    for (const runner of others.keys()) {
      const at = moved.get(runner.key);
      if (at === undefined) left.push(runner);
      else runner.stands(at);
    }
    await allDone(apply(left));
  };
  await allDone([...apply(concerned), passOver()]);
}

/** Like `Promise.all`, but fails only when nobody is at work any more. */
export async function allDone(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}
