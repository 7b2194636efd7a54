import { setTimeout as pause } from 'node:timers/promises';

/** Polls until the condition holds. @throws after `withinMs`. */
export async function eventually(condition: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`did not come to hold within ${String(withinMs)} ms`);
    await pause(2);
  }
}
