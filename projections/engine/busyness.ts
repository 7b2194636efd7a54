import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';

/** How busy something was since it was asked last, 0 to 1. */
export type Busyness = () => number;

/** This process's one thread: what its readers take, its commands don't get. */
export function threadBusyness(): Busyness {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}

/** The system counts in hundredths of a second: over less than this its figures say nothing. */
const LOOK_MS = 200;

/** All cores: what a process that only feeds takes, it takes from those that answer. The thread's own where that is busier. */
export function machineBusyness(
  look: () => CoreTimes = coreTimes,
  now: () => number = () => performance.now(),
  thread: Busyness = threadBusyness(),
): Busyness {
  let before = look();
  let at = now();
  let busy = 0;
  return () => {
    if (now() - at >= LOOK_MS) {
      const after = look();
      at = now();
      const all = after.all - before.all;
      if (all > 0) busy = 1 - (after.idle - before.idle) / all;
      before = after;
    }
    return Math.max(busy, thread());
  };
}

/** Of all cores since the machine came up, ms. */
export interface CoreTimes {
  readonly all: number;
  readonly idle: number;
}

function coreTimes(): CoreTimes {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}
