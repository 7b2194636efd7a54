import type { Clock } from '../ports/clock.js';
import type { KnownNetworks } from '../ports/known-networks.js';
import { fail } from './errors.js';
import { type Network, networkOf } from './network.js';
import { type Counted, RecentCounts } from './recent-counts.js';

/** Failures allowed within a quarter of an hour. */
const LIMITS = {
  /** For one login from one network, whoever is there. */
  loginFromNetwork: 10,
  /** For a login from wherever, for a network, and for the customer whose network it is one of. */
  login: 100,
  network: 100,
  wideNetwork: 500,
} as const;

export interface Attempt {
  readonly tenant: string;
  /** Whose password is tried: a user's id, or what was given as a login where nobody has it. */
  readonly whose: string;
  /** Where the caller is, as far as known. */
  readonly address?: string | undefined;
}

/**
 * Bounds guessing. Ten failures for one login from one network, and that network waits. Strangers' failures add up for the
 * login and for the network; beyond these bounds only such networks go on from which this very user came in before, so that
 * nobody can lock him out from elsewhere. Failures are counted in this process's memory: a restart forgets them, and each
 * of several processes allows as many. The networks are known to all.
 *
 * An attempt counts against its login from its start, so that guesses sent together are bounded too; against its network
 * only once it failed, since many people may share one.
 */
export class LoginAttempts {
  readonly #failures = new RecentCounts();

  constructor(
    private readonly clock: Clock,
    private readonly networks: KnownNetworks,
  ) {}

  /**
   * Whether the check succeeded; when it throws, nothing was tried.
   * @throws ApplicationError TooManyAttempts
   */
  async tried(attempt: Attempt, check: () => Promise<boolean>): Promise<boolean> {
    const names = namesOf(attempt);
    this.#refuseBeyond(LIMITS.loginFromNetwork, names.pair);
    const begun = [names.pair, names.login].map((name) => this.#failures.add(name, this.clock.now()));
    let right: boolean;
    try {
      await this.#refuseStrangers(attempt, names);
      right = await check();
    } catch (error) {
      this.#takeBack(begun);
      throw error;
    }
    if (right) {
      this.#takeBack(begun);
      // Who knows the password may mistype it again; what others got wrong still counts.
      this.#failures.clear(names.pair, this.clock.now());
      await this.#remember(attempt, names.network);
    } else {
      for (const name of names.networks) this.#failures.add(name, this.clock.now());
    }
    return right;
  }

  async #refuseStrangers({ tenant, whose }: Attempt, { login, network, networks }: Names): Promise<void> {
    const [own, wide] = networks;
    const wait = Math.max(
      // This attempt is among those that count for the login.
      this.#wait(LIMITS.login + 1, login),
      own === undefined ? 0 : this.#wait(LIMITS.network, own),
      wide === undefined ? 0 : this.#wait(LIMITS.wideNetwork, wide),
    );
    if (wait === 0) return;
    if (network !== undefined && (await this.networks.has(tenant, whose, network.own))) return;
    fail('TooManyAttempts', { retryAfterMs: wait });
  }

  async #remember({ tenant, whose }: Attempt, network: Network | undefined): Promise<void> {
    if (network !== undefined) await this.networks.add(tenant, whose, network.own);
  }

  #refuseBeyond(limit: number, name: string): void {
    const wait = this.#wait(limit, name);
    if (wait > 0) fail('TooManyAttempts', { retryAfterMs: wait });
  }

  #wait(limit: number, name: string): number {
    return this.#failures.fewerThan(limit, name, this.clock.now());
  }

  #takeBack(begun: readonly Counted[]): void {
    for (const counted of begun) this.#failures.takeBack(counted);
  }
}

/** By what an attempt is counted. */
interface Names {
  readonly pair: string;
  readonly login: string;
  /** Its own and, for IPv6, the wide one. */
  readonly networks: readonly string[];
  readonly network: Network | undefined;
}

function namesOf({ tenant, whose, address }: Attempt): Names {
  const network = address === undefined ? undefined : networkOf(address);
  return {
    pair: JSON.stringify([tenant, whose, network?.own ?? '']),
    login: JSON.stringify([tenant, whose]),
    networks: [network?.own, network?.wide].flatMap((one) => (one === undefined ? [] : [JSON.stringify([one])])),
    network,
  };
}
