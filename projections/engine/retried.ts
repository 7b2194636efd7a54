import { Backoff } from '../../application/following/backoff.js';
import { isUndone } from './errors.js';

const ATTEMPTS = 60;

/** Begins again what the database has undone, for half a minute at most. */
export async function retried<Result>(work: () => Promise<Result>, attempts = ATTEMPTS): Promise<Result> {
  const backoff = new Backoff(20, 500);
  const { signal } = new AbortController();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isUndone(error) || attempt === attempts) throw error;
      await backoff.wait(signal);
    }
  }
}
