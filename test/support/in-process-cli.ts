import { run } from '../../cli/run.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openTools } from '../../infrastructure/container.js';
import { storeTools } from '../../infrastructure/event-store/copy/open.js';
import { forOperator } from '../../infrastructure/operator-errors.js';
import type { CliResult } from './parley-process.js';
import { silentLogger } from './silent-logger.js';

/** The `parley` command as `runCli` runs it, in this process: a second of start-up less. */
export async function runCliHere(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  stop = new AbortController().signal,
): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(words, {
    open: async () => openTools(loadConfig(env), silentLogger),
    openStores: () => Promise.resolve(storeTools(env, silentLogger)),
    explain: forOperator,
    stop,
    version: '0',
    terminal: {
      out: (line) => void out.push(`${line}\n`),
      err: (line) => void err.push(`${line}\n`),
      isTerminal: false,
    },
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}
