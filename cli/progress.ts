import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** How long a bar is where there is room for it, and how much room the words behind it take: columns. */
const BAR = 40;
const BAR_AT_LEAST = 10;
const WORDS = 76;

/** Between two lines where nobody watches, ms. */
const LINE_EVERY_MS = 5_000;

export type SayProgress = (share: number, text: string) => void;

/** Tells how far a work is: a bar on a terminal, a line now and then elsewhere. Either way beside what was asked for. */
export async function withProgress<T>(
  terminal: Terminal,
  what: string,
  work: (say: SayProgress) => Promise<T>,
): Promise<T> {
  const timeLeft = timeLeftFrom(Date.now);
  if (!terminal.isTerminal) {
    let next = Date.now() + LINE_EVERY_MS;
    return work((share, text) => {
      const left = timeLeft(share);
      if (Date.now() < next) return;
      next = Date.now() + LINE_EVERY_MS;
      terminal.err(`${what}: ${Math.floor(share * 100).toString()}%, ${text}${left}`);
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
      bar.update(Math.floor(Math.min(share, 1) * 1000), { text: `${text}${timeLeft(share)}` });
    });
  } finally {
    bar.stop();
  }
}

/** An estimate is told after so long, and when so much has been done, ms and share. */
const ESTIMATED_AFTER_MS = 3_000;
const ESTIMATED_FROM = 0.005;

/**
 * How long a work has still to go at the pace that it has had since this process began it, as words: `, 3 min left`. '' when
 * nobody can tell yet, or it is all but done. One that goes on where it was stopped doesn't begin at 0.
 */
export function timeLeftFrom(now: () => number): (share: number) => string {
  let first: { readonly share: number; readonly at: number } | undefined;
  return (share) => {
    first ??= { share, at: now() };
    const [done, took] = [share - first.share, now() - first.at];
    if (share >= 1 || done < ESTIMATED_FROM || took < ESTIMATED_AFTER_MS) return '';
    const seconds = Math.max(1, Math.round(((1 - share) * took) / done / 1_000));
    if (seconds < 60) return `, ${seconds.toString()} s left`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return `, ${minutes.toString()} min left`;
    return `, ${Math.floor(minutes / 60).toString()} h ${(minutes % 60).toString()} min left`;
  };
}

export const count = (n: number): string => n.toLocaleString('en');
