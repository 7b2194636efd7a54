import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.js';
import type { CodeSender } from '../ports/code-sender.js';
import type { Logger } from '../ports/logger.js';
import type { PhoneSecrets } from '../ports/phone-secrets.js';
import type { CodeVerdict, PhoneVerifications } from '../ports/phone-verifications.js';
import { fail } from './errors.js';
import type { LoginAttempts } from './login-attempts.js';
import { networkOf } from './network.js';
import { RecentCounts } from './recent-counts.js';
import { hashOf } from './scope.js';

/** How many codes may be sent: each costs the operator, and five guesses. */
export interface CodeLimits {
  /** To one phone within a day, from wherever. */
  readonly perPhoneAndDay: number;
  /** Asked for from one network within a quarter of an hour, and from one customer's networks. */
  readonly perNetwork: number;
  readonly perWideNetwork: number;
}

export const CODE_LIMITS: CodeLimits = { perPhoneAndDay: 10, perNetwork: 20, perWideNetwork: 100 };

const CODE_LIVES_SECONDS = 120;

/** Looks whose a phone is, by one user or from one address within a quarter of an hour. */
const LOOKS = 100;

export interface PhoneVerificationDependencies {
  readonly verifications: PhoneVerifications;
  readonly phones: PhoneSecrets;
  readonly attempts: LoginAttempts;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absent: nobody can be sent anything. */
  readonly sender?: CodeSender;
  /** Taken for every phone to which a code was sent; then none need be deliverable. */
  readonly testCode?: string;
  readonly limits?: CodeLimits;
}

/** `tooOften`: within a minute, or beyond `CodeLimits`. `notSetUp`: the configuration names nothing that delivers codes. */
export type CodeSending = 'sent' | 'tooOften' | 'notSetUp' | 'notDelivered';

export type CodeShown =
  { readonly verdict: 'right'; readonly token: string } | { readonly verdict: Exclude<CodeVerdict, 'right'> };

/**
 * Whoever can read what is sent to a phone shows it by a code, and gets a token for one registration or one new password.
 * A code is six random digits, good for two minutes and five tries; a token is good for ten minutes and one use, for this
 * phone. Phones are in E.164.
 */
export class PhoneVerification {
  readonly #recent = new RecentCounts();

  constructor(private readonly deps: PhoneVerificationDependencies) {}

  /** Sends a new code; the one before is void. */
  async send(tenant: string, phone: string, address: string | undefined): Promise<CodeSending> {
    const { verifications, phones, sender, testCode, log, limits = CODE_LIMITS } = this.deps;
    if (sender === undefined && testCode === undefined) return 'notSetUp';
    // Where only the test code is taken, nothing is sent that costs anything.
    if (sender !== undefined && !this.#mayAsk(address, limits)) return 'tooOften';
    const code = randomInt(1_000_000).toString().padStart(6, '0');
    const sent = {
      tenant,
      phonePrint: phones.printOf(tenant, phone),
      codePrint: phones.codePrintOf(tenant, phone, code),
    };
    if (!(await verifications.open(sent, limits.perPhoneAndDay))) return 'tooOften';
    try {
      await sender?.send({ phone, code, expiresInSeconds: CODE_LIVES_SECONDS });
      return 'sent';
    } catch (error) {
      // Neither the phone nor the code is anybody's to read in a log.
      log.error({ err: error }, 'a verification code could not be delivered');
      await verifications.withdraw(sent);
      return 'notDelivered';
    }
  }

  /** @throws ApplicationError TooManyAttempts */
  async show(tenant: string, phone: string, code: string, address: string | undefined): Promise<CodeShown> {
    const { verifications, phones, attempts, testCode } = this.deps;
    const token = randomUUID();
    const phonePrint = phones.printOf(tenant, phone);
    const shown = {
      tenant,
      phonePrint,
      codePrint: phones.codePrintOf(tenant, phone, code),
      isTestCode: testCode !== undefined && code === testCode,
    };
    const come: CodeVerdict[] = [];
    await attempts.tried({ tenant, whose: `phone ${phonePrint}`, address }, async () => {
      come.push(await verifications.show(shown, { hash: hashOf(token), sealedPhone: phones.seal(tenant, phone) }));
      return come[0] === 'right';
    });
    const [verdict = 'unknown'] = come;
    return verdict === 'right' ? { verdict, token } : { verdict };
  }

  /** The phone that the token was given for; undefined: it is none, or was used. `taker` may come again. */
  async take(tenant: string, token: string, taker: string): Promise<string | undefined> {
    const { verifications, phones } = this.deps;
    const sealed = await verifications.take(tenant, hashOf(token), taker);
    return sealed === undefined ? undefined : phones.open(tenant, sealed);
  }

  /** What it was taken for came to nothing: the token can be used again. */
  giveBack(tenant: string, token: string, taker: string): Promise<void> {
    return this.deps.verifications.giveBack(tenant, hashOf(token), taker);
  }

  /** To be asked before anybody is told whose a phone is. @throws ApplicationError TooManyAttempts */
  looked(whose: string | undefined, { times = 1, most = LOOKS }: { times?: number; most?: number } = {}): void {
    const now = this.deps.clock.now();
    const name = JSON.stringify(['look', whose ?? '']);
    const wait = this.#recent.fewerThan(Math.max(1, most - times + 1), name, now);
    if (wait > 0) fail('TooManyAttempts', { retryAfterMs: wait });
    for (let time = 0; time < times; time++) this.#recent.add(name, now);
  }

  /** Counts against the network from which it is asked: who sends to many phones is bounded by none of them. */
  #mayAsk(address: string | undefined, { perNetwork, perWideNetwork }: CodeLimits): boolean {
    if (address === undefined) return true;
    const now = this.deps.clock.now();
    const { own, wide } = networkOf(address);
    const names = [[own, perNetwork] as const, ...(wide === undefined ? [] : [[wide, perWideNetwork] as const])].map(
      ([network, limit]) => [JSON.stringify(['code', network]), limit] as const,
    );
    if (names.some(([name, limit]) => this.#recent.fewerThan(limit, name, now) > 0)) return false;
    for (const [name] of names) this.#recent.add(name, now);
    return true;
  }
}
