import { parleyCommand } from '../../cli/program.js';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openTools } from '../../infrastructure/container.js';
import { storeTools } from '../../infrastructure/event-store/copy/open.js';
import type { CliResult } from './parley-process.js';
import { silentLogger } from './silent-logger.js';

/** The `parley` command as `runCli` runs it, in this process: a second of start-up less. */
export async function runCliHere(words: readonly string[], env: Readonly<Record<string, string>>): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    out: (line: string) => void out.push(`${line}\n`),
    err: (line: string) => void err.push(`${line}\n`),
    isTerminal: false,
  };
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await parleyCommand(
      () => openTools(loadConfig(env), silentLogger),
      () => Promise.resolve(storeTools(env, silentLogger)),
      terminal,
    ).parseAsync(['node', 'parley', ...words]);
  } catch (error) {
    terminal.err(String(error));
    process.exitCode = 1;
  }
  const code = Number(process.exitCode);
  process.exitCode = before;
  return { code, stdout: out.join(''), stderr: err.join('') };
}
