import { CommanderError } from 'commander';
import { WrongWords } from '../application/ports/wrong-words.js';
import type { House } from './house.js';
import { parleyCommand } from './program.js';
import { Stopped } from './stopping.js';
import { eachLine, harmless } from './terminal.js';

export interface Surroundings extends Omit<House, 'fail'> {
  /** What an operator is told of a failure he can do something about; undefined of another. */
  explain(error: unknown): string | undefined;
}

/**
 * Runs the `parley` command. Gives its exit code: 0 done, 1 it failed or what was checked doesn't hold, 2 wrong words, 128
 * and more when it was told to stop.
 */
export async function run(words: readonly string[], { explain, ...around }: Surroundings): Promise<number> {
  const terminal = harmless(around.terminal);
  let code = 0;
  const fail = (): void => {
    code = 1;
  };
  try {
    await parleyCommand({ ...around, terminal, fail }).parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    const reason: unknown = around.stop.reason;
    if (reason instanceof Stopped) return reason.exitCode;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof WrongWords) {
      terminal.err(error.message);
      return 2;
    }
    eachLine(explain(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)), terminal.err);
    return 1;
  }
}
