import { mostRecent } from '../most-recent.js';
import { fail } from '../commands/errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Access, AccessStore, CountedAccess } from './access-log.js';

/** A window of counting, ms. */
const WINDOW_MS = 60_000;

/** What is kept of one window at most; the rest is counted. */
export const ACCESS_BOUNDS = {
  /** Entries of the same (who, what, with what outcome) that are kept singly. */
  same: 5,
  /** Entries of a tenant that are kept singly, and different ones that are counted apart. */
  singly: 120,
  different: 100,
  /** Tenants that are counted apart: anybody may name one in a failed login. */
  tenants: 50,
  /** Of one auditor; beyond it he is told to wait. */
  reads: 300,
} as const;

/** The tenant under which is counted what is beyond all bounds. */
export const ANY_TENANT = '*';

/** How long what needn't be waited for lies before it is written, ms. */
const WRITE_AFTER_MS = 1_000;

/** Entries that wait while the database is away. */
const MOST_WAITING = 10_000;

interface Window {
  readonly counts: Map<string, { readonly access: Access; seen: number; more: number }>;
  singly: number;
}

/**
 * Who read what, was refused what, and came in. An auditor's look, and one at what is held of a person, is on disk before it is
 * answered; the rest is written behind, within a second. A flood is counted instead of kept: so many entries a minute, whatever comes.
 */
export class AccessNotes {
  #windows = new Map<string, Window>();
  #begun: number;
  #waiting: CountedAccess[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #reads = mostRecent<string, { since: number; count: number }>(1_000);

  constructor(
    private readonly store: AccessStore,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.#begun = clock.now();
  }

  /**
   * An auditor looks. Resolves when that is on disk.
   * @throws ApplicationError TooManyRequests
   */
  async read(access: Omit<Access, 'at' | 'kind' | 'outcome'>): Promise<void> {
    const now = this.clock.now();
    const who = JSON.stringify([access.tenant, access.actor?.id]);
    let recent = this.#reads.get(who);
    if (recent === undefined || now - recent.since >= WINDOW_MS || now < recent.since) {
      recent = { since: now, count: 0 };
      this.#reads.set(who, recent);
    }
    if (recent.count >= ACCESS_BOUNDS.reads)
      fail('TooManyRequests', { bound: 'looks of an auditor a minute', retryAfterMs: recent.since + WINDOW_MS - now });
    recent.count += 1;
    await this.keep({ ...access, kind: 'read', outcome: '' });
  }

  /** What is told singly however much comes, and has no bound. Resolves when it is on disk. */
  async keep(access: Omit<Access, 'at'>): Promise<void> {
    await this.store.add([{ ...access, at: this.clock.now(), count: 1 }]);
  }

  /** Anything else; never throws. */
  note(noted: Omit<Access, 'at'>): void {
    const access = { ...noted, at: this.clock.now() };
    if (access.at - this.#begun >= WINDOW_MS || access.at < this.#begun) this.#endWindow(access.at);
    const tenant = this.#windowOf(access.tenant);
    const window = tenant === access.tenant ? this.#windows.get(tenant) : this.#windows.get(ANY_TENANT);
    if (window === undefined) return;
    const { kind, actor, operation, outcome } = access;
    const key = JSON.stringify([kind, actor?.id, actor?.onBehalfOf, operation, outcome]);
    let counted = window.counts.get(key);
    if (counted === undefined) {
      const isOneTooMany = window.counts.size >= ACCESS_BOUNDS.different;
      const stands = isOneTooMany ? { ...access, actor: undefined, operation: '*', outcome: '*' } : access;
      const place = isOneTooMany ? kind : key;
      counted = window.counts.get(place) ?? { access: { ...stands, tenant, about: '' }, seen: 0, more: 0 };
      window.counts.set(place, counted);
      if (isOneTooMany) counted.seen = ACCESS_BOUNDS.same;
    }
    counted.seen += 1;
    if (counted.seen > ACCESS_BOUNDS.same || window.singly >= ACCESS_BOUNDS.singly || tenant === ANY_TENANT) {
      counted.more += 1;
    } else {
      window.singly += 1;
      this.#waiting.push({ ...access, count: 1 });
    }
    this.#timer ??= this.#later();
  }

  /** Writes what waits and was counted. */
  async close(): Promise<void> {
    this.#endWindow(this.clock.now());
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#write();
  }

  #windowOf(tenant: string): string {
    if (this.#windows.has(tenant)) return tenant;
    const name = this.#windows.size < ACCESS_BOUNDS.tenants ? tenant : ANY_TENANT;
    if (!this.#windows.has(name)) this.#windows.set(name, { counts: new Map(), singly: 0 });
    return name;
  }

  #endWindow(now: number): void {
    for (const { counts } of this.#windows.values())
      for (const { access, more } of counts.values())
        if (more > 0) this.#waiting.push({ ...access, at: now, correlationId: '', count: more });
    this.#windows = new Map();
    this.#begun = now;
  }

  #later(): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.clock.now() - this.#begun >= WINDOW_MS) this.#endWindow(this.clock.now());
      void this.#write();
      if (this.#windows.size > 0) this.#timer ??= this.#later();
    }, WRITE_AFTER_MS);
    timer.unref();
    return timer;
  }

  /** One after the other. Never rejects: what could not be written waits for the next time. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const entries = this.#waiting;
      if (entries.length === 0) return;
      this.#waiting = [];
      try {
        await this.store.add(entries);
      } catch (error) {
        this.log.warn({ error: String(error) }, 'accesses could not be kept; tried again in a moment');
        this.#waiting = [...entries, ...this.#waiting].slice(0, MOST_WAITING);
        this.#timer ??= this.#later();
      }
    });
    return this.#writing;
  }
}
