import { Worker } from 'node:worker_threads';
import type { Argon2Answer, Argon2Work } from './argon2-worker.js';

const WORKER = new URL('./argon2-worker.js', import.meta.url);

/**
 * Threads of its own for Argon2. On those of Node's pool (four, for all of the process) a flood of passwords held up
 * whatever else needs one: the signature of a token, the handshake of a new connection to PostgreSQL, a file, gzip.
 * Each works for one caller at a time; there are as many as work was asked for at once. They keep no process alive.
 */
export class Argon2Threads {
  readonly #idle: Thread[] = [];

  async run(work: Argon2Work): Promise<string | boolean> {
    const thread = this.#idle.pop() ?? new Thread();
    const answer = await thread.run(work);
    // One that ended is not used again: its run has thrown.
    this.#idle.push(thread);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.result;
  }
}

/** For one work at a time. */
class Thread {
  readonly #worker = new Worker(WORKER);
  #answered: ((answer: Argon2Answer) => void) | undefined;
  #ended: ((error: Error) => void) | undefined;

  constructor() {
    this.#worker.on('message', (answer: Argon2Answer) => this.#answered?.(answer));
    this.#worker.on('error', (error) => this.#ended?.(new Error('a thread for passwords broke', { cause: error })));
    this.#worker.on('exit', () => this.#ended?.(new Error('a thread for passwords ended')));
  }

  async run(work: Argon2Work): Promise<Argon2Answer> {
    this.#worker.ref();
    const answer = await new Promise<Argon2Answer>((resolve, reject) => {
      this.#answered = resolve;
      this.#ended = reject;
      this.#worker.postMessage(work);
    });
    this.#worker.unref();
    return answer;
  }
}
