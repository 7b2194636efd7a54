import type { Tools } from '../../application/ports/tools.js';
import { run } from '../../cli/run.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openTools } from '../../infrastructure/container.js';
import { openStoreTools } from '../../infrastructure/composition/store-tools.js';
import { forOperator } from '../../infrastructure/operator-errors.js';
import type { CliResult } from './parley-process.js';
import { silentLogger } from './silent-logger.js';

/** The same with tools that are opened once, for many commands in a row. */
export async function openCliHere(
  env: Readonly<Record<string, string>>,
): Promise<{ run(...words: string[]): Promise<CliResult>; close(): Promise<void> }> {
  const tools = await openTools(loadConfig(env), silentLogger);
  const open = (): Promise<Tools> => Promise.resolve({ ...tools, close: () => Promise.resolve() });
  return {
    run: (...words) => runCliHere(words, env, undefined, open),
    close: () => tools.close(),
  };
}

/** The `parley` command as `runCli` runs it, in this process: a second of start-up less. */
export async function runCliHere(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  stop = new AbortController().signal,
  open = (): Promise<Tools> => openTools(loadConfig(env), silentLogger),
): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(words, {
    open: async () => open(),
    openStores: () => Promise.resolve(openStoreTools(env, silentLogger)),
    serve: () => Promise.reject(new Error('a server of its own')),
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
