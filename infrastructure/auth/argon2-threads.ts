import { Worker } from 'node:worker_threads';
import type { Argon2Answer, Argon2Work } from './argon2-worker.js';

const WORKER = new URL('./argon2-worker.js', import.meta.url);

/**
 * Threads of its own for Argon2. On those of Node's pool (four, for all of the process) a flood of passwords held up
 * whatever else needs one: the signature of a token, the handshake of a new connection to PostgreSQL, a file, gzip.
 * Each works for one caller at a time; there are as many as work was asked for at once. They keep no process alive, and
 * end with `close`.
 */
export class Argon2Threads {
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Thread>();
  #closed = false;

  /** @throws Error when they are closed, before or meanwhile */
  async run(work: Argon2Work): Promise<string | boolean> {
    if (this.#closed) throw new Error('the threads for passwords are closed');
    const thread = this.#idle.pop() ?? this.#another();
    let answer: Argon2Answer;
    try {
      answer = await thread.run(work);
    } catch (error) {
      this.#all.delete(thread);
      throw error;
    }
    this.#idle.push(thread);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map((thread) => thread.end()));
  }

  #another(): Thread {
    const thread = new Thread();
    this.#all.add(thread);
    return thread;
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

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
