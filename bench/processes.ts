import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../test/support/parley-process.js';

const here = dirname(fileURLToPath(import.meta.url));

export interface BareExpress {
  readonly url: string;
  end(): Promise<void>;
}

export async function startBareExpress(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<BareExpress> {
  const child = spawn(process.execPath, [join(here, 'peers', 'bare-express.js')], {
    env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: databaseUrl, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = async (): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  for await (const chunk of child.stdout) {
    const url = /http:\/\/\S+/.exec(String(chunk))?.[0];
    if (url !== undefined) return { url, end };
  }
  throw new Error('the peer did not start');
}

/** A server without an API. Gives what ends it. */
export async function startBackground(env: Readonly<Record<string, string>>): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [join(PROGRAM, 'main.js')], {
    env: { ...process.env, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout)
    if (String(chunk).includes('Parley is ready'))
      return async () => {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      };
  throw new Error('what works in the background did not start');
}

/** One that nobody has taken by now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export const residentMiB = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', pid.toString()], { encoding: 'utf8' })) / 1024;

/** The environment of a Node process whose event loop is to be measured, and what asks it at `socket`. */
export const watchingLoop = (socket: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${new URL('loop-delay.js', import.meta.url).href}`,
  BENCH_LOOP_SOCKET: socket,
});

/** The longest hold of the event loop since the last time this was asked, ms. */
export async function longestHold(socket: string): Promise<number> {
  let text = '';
  for await (const chunk of connect(socket)) text += String(chunk);
  return Number(text);
}
