import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until `check` neither throws nor gives false; gives up with its last failure. The deadline only
 * guards against hanging: it is never what is measured.
 */
export async function eventually(check: () => unknown, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      if ((await check()) !== false) return;
      if (performance.now() > end) throw new Error(`did not come to hold within ${String(withinMs)} ms`);
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await pause(5);
  }
}
