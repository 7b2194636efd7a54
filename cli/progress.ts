import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** How long a bar is where there is room for it, and how much room the words behind it take: columns. */
const BAR = 40;
const BAR_AT_LEAST = 10;
const WORDS = 76;

/** Between two lines where nobody watches, ms. */
const LINE_EVERY_MS = 5_000;

export type SayProgress = (share: number, text: string) => void;

/**
 * Tells how far a work is: a bar on a terminal, a line now and then elsewhere. Either way beside what was asked for. What the
 * work says meanwhile it says by `beside`: on a terminal, above the bar.
 * @param stream where the bar is drawn
 */
export async function withProgress<T>(
  terminal: Terminal,
  what: string,
  work: (say: SayProgress, beside: Terminal) => Promise<T>,
  stream: NodeJS.WritableStream & { readonly columns?: number } = process.stderr,
): Promise<T> {
  const timeLeft = timeLeftFrom(Date.now);
  if (!terminal.isTerminal) {
    let next = Date.now() + LINE_EVERY_MS;
    return work((share, text) => {
      const left = timeLeft(share);
      if (Date.now() < next) return;
      next = Date.now() + LINE_EVERY_MS;
      terminal.err(`${what}: ${Math.floor(share * 100).toString()}%, ${text}${left}`);
    }, terminal);
  }
  const bar = new SingleBar(
    {
      stream,
      format: `${what} {bar} {percentage}%  {text}`,
      barsize: Math.max(BAR_AT_LEAST, Math.min(BAR, (stream.columns || 80) - what.length - WORDS)),
      // Its own handlers of signals would take the place of ours.
      gracefulExit: false,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  let drawn: [value: number, words: { text: string }] = [0, { text: '' }];
  const start = (): void => {
    bar.start(1000, ...drawn);
  };
  // The end of a bar puts the cursor back to where it began: what was said since then would be written over.
  const above =
    (print: (line: string) => void) =>
    (line: string): void => {
      bar.stop();
      print(line);
      start();
    };
  start();
  try {
    return await work(
      (share, text) => {
        drawn = [Math.floor(Math.min(share, 1) * 1000), { text: `${text}${timeLeft(share)}` }];
        bar.update(...drawn);
      },
      { ...terminal, out: above(terminal.out), err: above(terminal.err) },
    );
  } finally {
    bar.stop();
  }
}

/** An estimate is told after so long, and when so much has been done, ms and share. */
const ESTIMATED_AFTER_MS = 3_000;
const ESTIMATED_FROM = 0.005;
/** The pace is that of this time, ms, or of a longer one where less than `ESTIMATED_FROM` was done in it. */
const PACE_OF_MS = 20_000;
/** So often a look is remembered, ms. */
const REMEMBERED_EVERY_MS = 500;
/** From here on nobody is told how long the rest takes. */
export const ALL_BUT_DONE = 0.99;

interface Looked {
  readonly share: number;
  readonly at: number;
}

/**
 * How long a work has still to go at its pace of late, as words: `, 3 min left`. '' when nobody can tell yet, or it is all
 * but done. One that goes on where it was stopped doesn't begin at 0.
 */
export function timeLeftFrom(now: () => number): (share: number) => string {
  let looks: readonly [Looked, ...Looked[]] | undefined;
  return (share) => {
    const look = { share, at: now() };
    looks = lately(looks, look);
    const [since] = looks;
    const [done, took] = [share - since.share, look.at - since.at];
    if (share >= ALL_BUT_DONE || done < ESTIMATED_FROM || took < ESTIMATED_AFTER_MS) return '';
    const seconds = Math.max(1, Math.round(((1 - share) * took) / done / 1_000));
    if (seconds < 60) return `, ${seconds.toString()} s left`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return `, ${minutes.toString()} min left`;
    return `, ${Math.floor(minutes / 60).toString()} h ${(minutes % 60).toString()} min left`;
  };
}

/** From what the pace is taken on: as much as tells one, and no more. */
function lately(looks: readonly [Looked, ...Looked[]] | undefined, look: Looked): readonly [Looked, ...Looked[]] {
  if (looks === undefined) return [look];
  let [first, ...others] = looks;
  for (;;) {
    const [next] = others;
    if (next === undefined || look.at - next.at < PACE_OF_MS || look.share - next.share < ESTIMATED_FROM) break;
    first = next;
    others = others.slice(1);
  }
  const last = others.at(-1) ?? first;
  return look.at - last.at < REMEMBERED_EVERY_MS ? [first, ...others] : [first, ...others, look];
}

export const count = (n: number): string => n.toLocaleString('en');

export const eventsOf = (n: number): string => (n === 1 ? '1 event' : `${count(n)} events`);
