import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname, platform } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process was started, as an opaque text that tells it from a later process with the same pid; undefined when it
 * is gone (a zombie counts as gone: it holds nothing any more).
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (platform() === 'linux') return (await linuxStat(pid))?.start;
  if (!answersSignals(pid)) return undefined;
  // Windows has no `ps`; there a pid alone must do.
  if (platform() === 'win32') return 'alive';
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { LC_ALL: 'C', PATH: process.env['PATH'] },
    });
    return stdout.trim() === '' ? undefined : stdout.trim();
  } catch {
    // `ps` fails when there is no such process.
    return undefined;
  }
}

/** Where pids mean the same thing: one boot of one system (on Linux, one pid namespace, that is, one container). */
export async function pidScope(): Promise<string> {
  if (platform() !== 'linux') return hostname();
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    // A sandbox that doesn't show them.
    return hostname();
  }
}

/** Is this pid the PostgreSQL server of that directory (a real path)? A pid from a stale file may be anybody's by now. */
export async function servesDirectory(pid: number, pgdata: string): Promise<boolean> {
  if ((await processStart(pid)) === undefined) return false;
  if (platform() === 'win32') return true;
  try {
    if (platform() === 'linux') {
      // The server's working directory is its data directory.
      const name = await readFile(`/proc/${String(pid)}/comm`, 'utf8');
      return name.trim() === 'postgres' && (await readlink(`/proc/${String(pid)}/cwd`)) === pgdata;
    }
    const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.includes('postgres') && stdout.includes(pgdata);
  } catch {
    // Gone meanwhile, or a process of another user, which our server is not.
    return false;
  }
}

async function linuxStat(pid: number): Promise<{ start: string } | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // "pid (name) state …": the name may hold spaces and brackets. Field 3 is the state, 22 the start in ticks since boot.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const start = fields[19];
  if (start === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { start };
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
