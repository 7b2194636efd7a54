import type pg from 'pg';
import { pause } from '../../application/following/backoff.js';
import type { Runner } from './apply.js';
import { takeEmptySteps, type Checkpoint, type Step } from './checkpoint.js';
import type { Stretch } from '../../application/following/stretch.js';

/** With those whose step takes long, so that the others needn't wait for them. */
export interface Patience {
  readonly ms: number;
  /** Is given what goes on without being waited for; it ends as `Runner.apply` does. */
  readonly leave: (runner: Runner, work: Promise<void>) => void;
}

/**
 * Applies a stretch to several projections; returns when each has passed it, has stopped, or was left to itself. Those that
 * handle none of its events are moved past it by one statement instead of a transaction each; where that doesn't move one, it
 * goes the way of the others, which knows what to do.
 * @param patience default: all are waited for
 * @throws Rewound, Gap, GivenUp: the next stretch must not be tried
 */
export async function applyToAll(
  runners: readonly Runner[],
  pool: pg.Pool,
  stretch: Stretch,
  signal: AbortSignal,
  patience?: Patience,
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
  const works = new Map(concerned.map((runner) => [runner, runner.apply(stretch, signal)]));
  const worked = patience === undefined ? allDone([...works.values()]) : allButSlow(works, others.size > 0, patience);
  await allDone([worked, passOver()]);
}

/** @param othersWait whether there are more than those at work; else the first of them to end makes the others slow */
async function allButSlow(
  works: ReadonlyMap<Runner, Promise<void>>,
  othersWait: boolean,
  { ms, leave }: Patience,
): Promise<void> {
  const atWork = new Map(works);
  const ended = [...works].map(([runner, work]) => work.finally(() => atWork.delete(runner)));
  const over = new AbortController();
  const all = allDone(ended).finally(() => {
    over.abort();
  });
  await Promise.race([all, pause(ms, over.signal)]);
  if (!othersWait) await Promise.race([all, ...ended.map((work) => work.catch(() => undefined))]);
  const slow = new Map(atWork);
  for (const [runner, work] of slow) leave(runner, work);
  await allDone([...works].filter(([runner]) => !slow.has(runner)).map(([, work]) => work));
}

/** Like `Promise.all`, but fails only when nobody is at work any more. */
export async function allDone(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}
