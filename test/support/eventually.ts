import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks, ms: at first, and what it grows to by a fifth each time, so that a long wait leaves the machine to what it waits for. */
const PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;

/**
 * Asks again and again until `check` neither throws nor gives false; gives up with its last failure. The deadline only
 * guards against hanging: it is never what is measured.
 */
export async function eventually(check: () => unknown, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.2, LONGEST_PAUSE_MS)) {
    try {
      if ((await check()) !== false) return;
      if (performance.now() > end) throw new Error(`did not come to hold within ${String(withinMs)} ms`);
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await pause(pauseMs);
  }
}
