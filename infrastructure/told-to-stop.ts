/** How often npm is looked after, ms. */
const LOOK_MS = 500;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/**
 * SIGINT, SIGTERM, SIGHUP (the terminal was closed), or the end of the shell in which npm runs us as `script`: npm passes a
 * signal on to that shell, which dies of it without telling anybody. A signal that comes again while all is being closed
 * changes nothing: it would leave PostgreSQL behind.
 */
export function toldToStop(script: string): Promise<StopSignal | 'npm has ended'> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.on(signal, resolve);
    if (process.env['npm_lifecycle_event'] !== script) return;
    const shell = process.ppid;
    const look = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(look);
      resolve('npm has ended');
    }, LOOK_MS);
    look.unref();
  });
}
