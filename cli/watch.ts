import type { House } from './house.js';
import { shown, type Screen } from './terminal.js';

/** Between two looks, ms. */
const EVERY_MS = 1_000;

const UP = (lines: number): string => (lines === 0 ? '\r' : `\u001b[${lines.toString()}A\r`);
const CLEAR_BELOW = '\u001b[J';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/** One look: what a terminal shows, and the line that says it to whoever reads the output later. */
export interface Look {
  readonly lines: readonly string[];
  readonly line: string;
}

/**
 * Looks again and again until it is told to stop: in place on a terminal, a line per look elsewhere.
 * @param look is told how many columns there are
 * @throws the signal's reason
 */
export async function watch({ terminal, stop }: House, look: (columns: number) => Promise<Look>): Promise<never> {
  const { screen } = terminal;
  let drawn = 0;
  screen?.write(HIDE_CURSOR);
  try {
    for (;;) {
      stop.throwIfAborted();
      const { lines, line } = await look(screen === undefined ? Infinity : roomIn(screen));
      stop.throwIfAborted();
      if (screen === undefined) {
        terminal.out(line);
      } else {
        const room = fitting(lines, screen);
        screen.write(`${UP(drawn)}${CLEAR_BELOW}${room.map((each) => `${each}\n`).join('')}`);
        drawn = room.length;
      }
      await rest(stop);
    }
  } finally {
    screen?.write(SHOW_CURSOR);
  }
}

/** Columns: what was wrapped could not be drawn over. */
const roomIn = ({ columns }: Screen): number => Math.max(1, columns() - 1);

/** What scrolled off could not, either. */
function fitting(lines: readonly string[], screen: Screen): string[] {
  const most = Math.max(1, screen.rows() - 1);
  const kept =
    lines.length <= most
      ? lines
      : [...lines.slice(0, most - 1), `… ${(lines.length - most + 1).toString()} lines more`];
  return kept.map((line) => shown(line).slice(0, roomIn(screen)));
}

function rest(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, EVERY_MS);
    stop.addEventListener('abort', done);
  });
}
