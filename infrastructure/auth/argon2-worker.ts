import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { hashSync, type Options, verifySync } from '@node-rs/argon2';

/** What the hasher asks of a thread. */
export type Argon2Work =
  | { readonly kind: 'hash'; readonly password: string; readonly options: Options }
  | { readonly kind: 'verify'; readonly phc: string; readonly password: string };

export type Argon2Answer = { readonly result: string | boolean } | { readonly failed: string };

/** On Linux a thread has a priority of its own; elsewhere this would be that of the process. */
const NICE = 5;
if (process.platform === 'linux') setPriority(NICE);

parentPort?.on('message', (work: Argon2Work) => {
  parentPort?.postMessage(answerTo(work));
});

function answerTo(work: Argon2Work): Argon2Answer {
  try {
    if (work.kind === 'hash') return { result: hashSync(work.password, work.options) };
    return { result: isRight(work.phc, work.password) };
  } catch (error) {
    return { failed: String(error) };
  }
}

function isRight(phc: string, password: string): boolean {
  try {
    return verifySync(phc, password);
  } catch {
    return false; // No PHC string: no password belongs to it.
  }
}
