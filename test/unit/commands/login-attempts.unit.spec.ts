import { expect } from 'chai';
import { ApplicationError } from '../../../application/commands/errors.js';
import { LoginAttempts } from '../../../application/commands/login-attempts.js';

describe('Login attempts', () => {
  let now: number;
  let attempts: LoginAttempts;

  beforeEach(() => {
    now = 0;
    attempts = new LoginAttempts({ now: () => now });
  });

  const at = (login: string, address: string) => ({ tenant: 't', login, address });

  function retryAfter(attempt: ReturnType<typeof at>): number {
    try {
      attempts.begin(attempt);
      attempts.failed(attempt);
      return 0;
    } catch (error) {
      if (error instanceof ApplicationError && 'retryAfterMs' in error.facts) return error.facts.retryAfterMs;
      throw error;
    }
  }

  const allowed = (next: (n: number) => ReturnType<typeof at>): number => {
    let count = 0;
    while (count < 1_000 && retryAfter(next(count)) === 0) count += 1;
    return count;
  };

  it('are ten for a login from one address, a hundred for a login, a hundred for an address', () => {
    expect(allowed(() => at('ann', '1'))).to.equal(10);
    expect(allowed((n) => at('bob', `2.${String(n)}`))).to.equal(100);
    expect(allowed((n) => at(`cid${String(n)}`, '3'))).to.equal(100);
  });

  it('are allowed again after the time that was told', () => {
    allowed(() => at('ann', '1'));
    now = 60_000;
    const wait = retryAfter(at('ann', '1'));
    expect(wait).to.equal(14 * 60_000);
    now += wait;
    expect(retryAfter(at('ann', '1'))).to.equal(0);
  });

  it('that succeed cost nothing', () => {
    for (let n = 0; n < 500; n++) {
      attempts.begin(at('ann', '1'));
      attempts.succeeded(at('ann', '1'));
    }
    expect(allowed(() => at('ann', '1'))).to.equal(10);
  });
});
