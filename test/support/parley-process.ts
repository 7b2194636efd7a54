import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UNRATED } from './unrated.js';
import { ADMIN_SECRET } from './v1-client.js';

/** Where the compiled code under test stands: the folder that holds main.js. */
export const BUILD = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What is started. */
export const PROGRAM = join(BUILD, 'program');

/** What `npm start` gives to Node. */
const NODE_FLAGS = flagsOfStart(BUILD);

function flagsOfStart(folder: string): string[] {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return flagsOfStart(dirname(folder));
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: { start: string } };
  return scripts.start.match(/--\S+/g) ?? [];
}

export interface ParleyProcess {
  readonly url: string;
  readonly pid: number;
  /** What it printed so far, for a failing test's message. */
  output(): string;
  /** Asks it to end (SIGTERM by default) and waits until it has. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts a real server process on a free port and waits until it says that it is ready. Its log goes to a file where one is
 * given, else into `output`.
 */
export async function startParley(
  env: Readonly<Record<string, string>>,
  timeoutMs = 30_000,
  log: 'pipe' | number = 'pipe',
): Promise<ParleyProcess> {
  const launched = launchParley(env, timeoutMs, log);
  await launched.ready;
  return launched.process;
}

export interface LaunchedParley {
  /** When it has said where it listens; it may not be ready yet. */
  readonly lives: Promise<void>;
  readonly ready: Promise<void>;
  /** Its `url` is known when it lives. */
  readonly process: ParleyProcess;
}

/** Starts one that may have to wait for others. Both promises reject when it ends before, or not within `timeoutMs`. */
export function launchParley(
  env: Readonly<Record<string, string>>,
  timeoutMs = 30_000,
  log: 'pipe' | number = 'pipe',
): LaunchedParley {
  const child = spawn(process.execPath, [...NODE_FLAGS, join(PROGRAM, 'main.js')], {
    env: {
      ...cleanEnvironment(),
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...UNRATED,
      PARLEY_ADMIN_SECRET: ADMIN_SECRET,
      ...env,
    },
    stdio: ['ignore', 'pipe', log],
  });
  const lines: string[] = [];
  // Overloads of `spawn` don't know that stdout is a pipe whatever stderr is.
  const [, out, err] = child.stdio;
  if (err instanceof Readable) createInterface({ input: err }).on('line', (line) => lines.push(line));
  let url: string | undefined;
  const saying = (word: RegExp): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`${why}\n${lines.join('\n')}`));
      };
      const timer = setTimeout(() => {
        if (child.exitCode === null) child.kill('SIGKILL');
        fail(`Parley did not say "${word.source}" within ${timeoutMs.toString()} ms`);
      }, timeoutMs);
      child.once('exit', (code, signal) => {
        fail(`Parley ended (${(code ?? signal ?? '').toString()}) before it said "${word.source}"`);
      });
      reader.on('line', (line) => {
        const said = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
        if (said === undefined || !word.test(line)) return;
        url = said;
        clearTimeout(timer);
        resolve();
      });
    });
  if (!(out instanceof Readable)) throw new Error('no stdout');
  const reader = createInterface({ input: out });
  reader.on('line', (line) => lines.push(line));
  const ready = saying(/is ready at/);
  const lives = saying(/(lives|is ready) at/);
  for (const promise of [ready, lives]) promise.catch(() => undefined); // Met by whoever awaits it, if anybody does.
  return {
    lives,
    ready,
    process: {
      get url() {
        if (url === undefined) throw new Error('Parley has not said yet where it listens');
        return url;
      },
      pid: child.pid!,
      output: () => lines.join('\n'),
      end: async (signal = 'SIGTERM') => {
        if (child.exitCode === null && child.signalCode === null) {
          const gone = once(child, 'exit');
          child.kill(signal);
          await gone;
        }
        return child.exitCode;
      },
    },
  };
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the `parley` command to its end. */
export async function runCli(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CliResult> {
  const child = spawn(process.execPath, [join(PROGRAM, 'parley.js'), ...args], {
    env: { ...cleanEnvironment(), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

/** The caller's environment without what would point a fresh server somewhere else. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of [
    'DATABASE_URL',
    'EVENT_STORE',
    'DATA_DIR',
    'PARLEY_MASTER_KEY',
    'PARLEY_TOKEN_SECRET',
    'PARLEY_APP_ADMINS',
    'PARLEY_AUDITORS',
    'DEFAULT_TENANT',
    'TENANTS',
  ]) {
    Reflect.deleteProperty(env, name);
  }
  return env;
}
