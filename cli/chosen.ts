import { DatabaseUnavailable } from '../application/ports/unavailable.js';
import { WrongWords } from '../application/ports/wrong-words.js';
import type { Tools, Watched } from '../application/ports/tools.js';
import type { House } from './house.js';
import { ALL_BUT_DONE, count, withProgress } from './progress.js';
import { json, type Terminal } from './terminal.js';

/** What a command about projections is told. */
export interface Chosen {
  readonly all?: true;
  readonly json?: true;
  readonly dryRun?: true;
}

/** @throws WrongWords */
export function chosen({ projections }: Tools, names: readonly string[], { all }: Chosen): readonly string[] {
  if (all && names.length > 0) throw new WrongWords('Either names or --all.');
  if (all) return projections;
  const there = projections.join(', ');
  if (names.length === 0) throw new WrongWords(`Which projection? There are: ${there}; or --all.`);
  const strange = names.find((name) => !projections.includes(name));
  if (strange !== undefined) throw new WrongWords(`There is no projection "${strange}". There are: ${there}.`);
  return names;
}

/** Of a projection, with its name in front once: many a message begins with it. For programs, as an object beside those of the others. */
export function sayFailed(terminal: Terminal, name: string, error: unknown, facts: object | undefined): void {
  const words = error instanceof Error ? error.message : String(error);
  if (facts !== undefined) terminal.out(json({ name, ...facts, error: words }));
  terminal.err(words.startsWith(`${name} `) ? words : `${name}: ${words}`);
}

/**
 * One after the other; goes on after a failure of one and tells whether all went well.
 * @param facts what is said for programs of one that failed, beside its name and why; undefined: nothing is
 */
export async function each(
  names: readonly string[],
  { terminal, stop }: House,
  facts: object | undefined,
  work: (name: string) => Promise<boolean>,
): Promise<boolean> {
  let well = true;
  for (const name of names) {
    try {
      well = (await work(name)) && well;
    } catch (error) {
      if (error instanceof DatabaseUnavailable || stop.aborted) throw error;
      sayFailed(terminal, name, error, facts);
      well = false;
    }
  }
  return well;
}

/** Runs a work on tables, and tells how far it is; what the work says meanwhile it says by `beside`. */
export const watching = <T>(
  terminal: Terminal,
  what: string,
  signal: AbortSignal,
  work: (watched: Watched, beside: Terminal) => Promise<T>,
): Promise<T> =>
  withProgress(terminal, what, (say, beside) =>
    work(
      {
        signal,
        onProgress: ({ done, total, rate, phase }) => {
          const share = done / Math.max(total, done, 1);
          const at = `${count(rate)}/s, ${phase === 'catchingUp' ? 'catching up' : phase}`;
          const words = phase === 'indexing' ? 'making indexes' : at;
          // Who has read all of the log is not done yet.
          say(
            ENDS.has(phase) ? 1 : Math.min(share, ALL_BUT_DONE),
            `${count(done)} of ${count(total)} events, ${words}`,
          );
        },
      },
      beside,
    ),
  );

const ENDS: ReadonlySet<string> = new Set(['switched', 'held']);
