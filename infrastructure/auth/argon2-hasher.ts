import { availableParallelism } from 'node:os';
import type { Asking, PasswordHasher } from '../../application/ports/credentials.js';
import { Argon2Threads } from './argon2-threads.js';
import type { Argon2Work } from './argon2-worker.js';
import { FairQueue } from './fair-queue.js';

export interface Argon2Cost {
  /** KiB. */
  readonly memoryCost: number;
  /** Passes over it. */
  readonly timeCost: number;
}

/** OWASP's first choice for argon2id, with one lane. */
const RECOMMENDED: Argon2Cost = { memoryCost: 19_456, timeCost: 2 };

/** `Algorithm.Argon2id`: a const enum, which isolated modules can't read. */
const ARGON2ID = 2;

/** Hashings that may wait for the few threads there are: each takes tens of milliseconds and 19 MiB. */
const MOST_WAITING = 200;

/** Where threads have a priority of their own they leave the processor to all else; elsewhere half of it is left. */
const threadsAtOnce = (): number =>
  Math.max(1, Math.min(4, process.platform === 'linux' ? availableParallelism() : availableParallelism() >> 1));

export class Argon2Hasher implements PasswordHasher {
  /** Of a password that nobody has: verified against where there is no login. */
  #decoy: Promise<string> | undefined;
  readonly #threads = new Argon2Threads();
  readonly #queue: FairQueue;

  constructor(
    private readonly cost: Argon2Cost = RECOMMENDED,
    {
      atOnce = threadsAtOnce(),
      mostWaiting = MOST_WAITING,
    }: { readonly atOnce?: number; readonly mostWaiting?: number } = {},
  ) {
    this.#queue = new FairQueue(atOnce, mostWaiting);
  }

  async hash(password: string, asking?: Asking): Promise<string> {
    const options = { ...this.cost, algorithm: ARGON2ID, parallelism: 1, outputLen: 32 };
    return String(await this.#inTurn({ kind: 'hash', password, options }, asking));
  }

  async verify(phc: string, password: string, asking?: Asking): Promise<boolean> {
    return (await this.#inTurn({ kind: 'verify', phc, password }, asking)) === true;
  }

  async waste(password: string, asking?: Asking): Promise<void> {
    this.#decoy ??= this.hash('nobody', asking).catch((error: unknown) => {
      this.#decoy = undefined;
      throw error;
    });
    await this.verify(await this.#decoy, password, asking);
  }

  /** Ends its threads; what they work at is given up. */
  close(): Promise<void> {
    return this.#threads.close();
  }

  #inTurn(work: Argon2Work, asking?: Asking): Promise<string | boolean> {
    return this.#queue.run(JSON.stringify([asking?.purpose, asking?.address]), () => this.#threads.run(work));
  }
}
