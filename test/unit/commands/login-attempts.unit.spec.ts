import { expect } from 'chai';
import { ApplicationError } from '../../../application/commands/errors.js';
import { type Attempt, LoginAttempts } from '../../../application/commands/login-attempts.js';
import { networkOf } from '../../../application/commands/network.js';
import { SharedSecret } from '../../../application/commands/shared-secret.js';
import type { KnownNetworks } from '../../../application/ports/known-networks.js';

class MemoryNetworks implements KnownNetworks {
  readonly #known = new Set<string>();
  has(...key: [string, string, string]): Promise<boolean> {
    return Promise.resolve(this.#known.has(key.join()));
  }
  add(...key: [string, string, string]): Promise<void> {
    this.#known.add(key.join());
    return Promise.resolve();
  }
}

describe('Login attempts', () => {
  let now: number;
  let attempts: LoginAttempts;

  beforeEach(() => {
    now = 0;
    attempts = new LoginAttempts({ now: () => now }, new MemoryNetworks());
  });

  const at = (whose: string, address: string): Attempt => ({ tenant: 't', whose, address });
  const guess = (attempt: Attempt, right = false): Promise<boolean> =>
    attempts.tried(attempt, () => Promise.resolve(right));

  /** 0: it was tried. */
  async function retryAfter(attempt: Attempt): Promise<number> {
    try {
      await guess(attempt);
      return 0;
    } catch (error) {
      if (error instanceof ApplicationError && 'retryAfterMs' in error.facts) return error.facts.retryAfterMs;
      throw error;
    }
  }

  async function allowed(next: (n: number) => Attempt): Promise<number> {
    let count = 0;
    while (count < 1_000 && (await retryAfter(next(count))) === 0) count += 1;
    return count;
  }

  it('are ten for a login from one network, a hundred for a login, a hundred for a network', async () => {
    expect(await allowed(() => at('ann', '10.0.0.1'))).to.equal(10);
    expect(await allowed((n) => at('bob', `10.0.1.${String(n)}`))).to.equal(100);
    expect(await allowed((n) => at(`cid${String(n)}`, '10.0.2.1'))).to.equal(100);
  });

  it('of one IPv6 /64 are those of one network, and the networks of one customer (/48) have a bound as well', async () => {
    expect(await allowed((n) => at('ann', `2001:db8::${(n + 1).toString(16)}`))).to.equal(10);
    expect(await allowed((n) => at('ann', `2001:db8:0:1::${(n + 1).toString(16)}`))).to.equal(10);
    const next = (n: number): Attempt => at(`dan${String(n)}`, `2001:db8:7:${n.toString(16)}::1`);
    expect(await allowed(next)).to.equal(500);
    expect(networkOf('::ffff:10.0.0.1'), 'IPv4 in the guise of IPv6').to.deep.equal(networkOf('10.0.0.1'));
    expect(networkOf('fe80::1%eth0').own).to.equal(networkOf('fe80::2').own);
  });

  it('from where the user came in before go on, whatever strangers do elsewhere', async () => {
    expect(await guess(at('vic', '10.1.0.1'), true)).to.equal(true);
    expect(await guess(at('vic', '2001:db8:1:1::1'), true)).to.equal(true);
    expect(await allowed((n) => at('vic', `10.2.0.${String(n)}`))).to.equal(100);
    expect(await retryAfter(at('vic', '10.3.0.1')), 'a stranger, also with the right password').to.be.above(0);
    for (const home of ['10.1.0.1', '2001:db8:1:1:ffff::9']) {
      expect(await guess(at('vic', home), true), home).to.equal(true);
      expect(await allowed(() => at('vic', home)), home).to.equal(10);
    }
    expect(await retryAfter(at('vic', '10.1.0.1')), 'guesses from there are bounded too').to.be.above(0);
  });

  it('of others in the same network keep nobody out who came in from there', async () => {
    expect(await guess(at('vic', '10.1.0.1'), true)).to.equal(true);
    expect(await allowed((n) => at(`name${String(n)}`, '10.1.0.1'))).to.equal(100);
    expect(await guess(at('vic', '10.1.0.1'), true)).to.equal(true);
  });

  it('are not forgotten for a flood of other names', async () => {
    expect(await allowed(() => at('ann', '10.0.0.1'))).to.equal(10);
    for (let n = 0; n < 60_000; n++) {
      const [a, b, c] = [n >> 16, (n >> 8) % 256, n % 256];
      await guess(at(`flood${String(n)}`, `11.${String(a)}.${String(b)}.${String(c)}`));
    }
    expect(await retryAfter(at('ann', '10.0.0.1'))).to.be.above(0);
    expect(await allowed(() => at('bob', '10.0.0.2')), 'others are hardly counted for them').to.be.within(8, 10);
  }).timeout(20_000);

  it('are allowed again after the time that was told, which is a quarter of an hour at most', async () => {
    for (const start of [0, 1, 60_000, 179_999, 180_000, 7_777_777]) {
      now = start;
      attempts = new LoginAttempts({ now: () => now }, new MemoryNetworks());
      await allowed(() => at('ann', '10.0.0.1'));
      const wait = await retryAfter(at('ann', '10.0.0.1'));
      expect(wait).to.be.within(12 * 60_000, 15 * 60_000);
      now += wait - 1;
      expect(await retryAfter(at('ann', '10.0.0.1'))).to.equal(1);
      now += 1;
      expect(await allowed(() => at('ann', '10.0.0.1'))).to.equal(10);
    }
  });

  it('that succeed, or come to no answer, cost nothing', async () => {
    for (let n = 0; n < 500; n++) await guess(at('ann', '10.0.0.1'), true);
    for (let n = 0; n < 500; n++) {
      await attempts
        .tried(at('ann', '10.0.0.1'), () => Promise.reject(new Error('away')))
        .then(
          () => expect.fail('it was answered'),
          (error: unknown) => expect(error).to.have.property('message', 'away'),
        );
    }
    expect(await allowed(() => at('ann', '10.0.0.1'))).to.equal(10);
  });

  it('that are sent together are bounded together', async () => {
    const ends = await Promise.allSettled(Array.from({ length: 50 }, () => guess(at('ann', '10.0.0.1'))));
    expect(ends.filter(({ status }) => status === 'fulfilled')).to.have.length(10);
  });

  it('at a secret of the configuration are bounded as well; who never shows one is not counted', async () => {
    const secret = new SharedSecret('OPENIM_SECRET', 'a secret of the app', attempts);
    const shown = (text: string | undefined, address: string): Promise<boolean | string> =>
      secret.isShown(text, address).catch((error: unknown) => (error as ApplicationError).kind);
    expect(await shown('a secret of the app', '10.9.0.1')).to.equal(true);
    for (let n = 0; n < 20; n++) expect(await shown(n % 2 === 0 ? '' : undefined, '10.9.0.2')).to.equal(false);
    for (let n = 0; n < 10; n++) expect(await shown('wrong', '10.9.0.2')).to.equal(false);
    expect(await shown('a secret of the app', '10.9.0.2')).to.equal('TooManyAttempts');
    for (let n = 0; n < 90; n++) expect(await shown('wrong', `10.8.0.${String(n)}`)).to.equal(false);
    expect(await shown('a secret of the app', '10.7.0.1'), 'a stranger').to.equal('TooManyAttempts');
    expect(await shown('a secret of the app', '10.9.0.1'), 'the app').to.equal(true);
    expect(await new SharedSecret('OTHER', undefined, attempts).isShown('', '10.6.0.1')).to.equal(false);
  });
});
