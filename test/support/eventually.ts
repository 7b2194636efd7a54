import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `check` neither throws nor gives false, asking every 20 ms; gives up with the last failure. The deadline is
 * a guard against hanging, never what is measured.
 */
export async function eventually(check: () => unknown, deadlineMs = 10_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    try {
      if ((await check()) !== false) return;
      if (Date.now() > end) throw new Error(`still not so after ${deadlineMs.toString()} ms`);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await delay(20);
  }
}
