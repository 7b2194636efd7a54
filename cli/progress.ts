import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** How long a bar is where there is room for it, and how much room the words behind it take: columns. */
const BAR = 40;
const BAR_AT_LEAST = 10;
const WORDS = 58;

/** Between two lines where nobody watches, ms. */
const LINE_EVERY_MS = 5_000;

export type SayProgress = (share: number, text: string) => void;

/** Tells how far a work is: a bar on a terminal, a line now and then elsewhere. Either way beside what was asked for. */
export async function withProgress<T>(
  terminal: Terminal,
  what: string,
  work: (say: SayProgress) => Promise<T>,
): Promise<T> {
  if (!terminal.isTerminal) {
    let next = Date.now() + LINE_EVERY_MS;
    return work((share, text) => {
      if (Date.now() < next) return;
      next = Date.now() + LINE_EVERY_MS;
      terminal.err(`${what}: ${Math.floor(share * 100).toString()}%, ${text}`);
    });
  }
  // Its own handlers of signals would take the place of ours.
  const bar = new SingleBar(
    {
      format: `${what} {bar} {percentage}%  {text}`,
      barsize: Math.max(BAR_AT_LEAST, Math.min(BAR, (process.stderr.columns || 80) - what.length - WORDS)),
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(1000, 0, { text: '' });
  try {
    return await work((share, text) => {
      bar.update(Math.floor(Math.min(share, 1) * 1000), { text });
    });
  } finally {
    bar.stop();
  }
}

export const count = (n: number): string => n.toLocaleString('en');
