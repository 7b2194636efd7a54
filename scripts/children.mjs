// What scripts run to its end, and end when they are told to stop themselves: whoever only dies leaves others behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const running = new Set();
let stoppedBy;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    stoppedBy ??= signal;
    for (const child of running) end(child);
  });

/** 128 and the number of the signal by which this process was told to stop; undefined: it wasn't. */
export const codeWhenStopped = () => (stoppedBy === undefined ? undefined : 128 + constants.signals[stoppedBy]);

/** Starts it in a group of its own, where there are groups, so that it is ended with all that it has started. */
export function start(program, words, options) {
  const child = spawn(program, words, { ...options, detached: process.platform !== 'win32' });
  running.add(child);
  child.once('close', () => running.delete(child));
  if (stoppedBy !== undefined) end(child);
  return child;
}

/** Its exit code, when it has ended. */
export async function run(program, words, options) {
  const [code] = await once(start(program, words, options), 'close');
  return code ?? 1;
}

function end({ pid }) {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM');
  } catch (error) {
    // All of them have ended.
    if (error.code !== 'ESRCH') throw error;
  }
}
