import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../domain/shared/errors.js';
import type { Logger } from '../ports/logger.js';
import type { UserDirectory } from './user-directory.js';
import type { UserCommands } from './users.js';

export interface NamedUserRegistrationDependencies {
  readonly users: Pick<UserCommands, 'register'>;
  readonly directory: Pick<UserDirectory, 'missing'>;
  readonly log: Logger;
}

export interface Named {
  readonly tenant: string;
  readonly userId: string;
  /** The setting that names him. */
  readonly by: 'PARLEY_APP_ADMINS' | 'PARLEY_AUDITORS';
}

/** Between two attempts, ms: the first, and no more than. */
const BACKOFF = { firstMs: 500, mostMs: 30_000 };

/**
 * App admins and auditors are users like others: whom the configuration names is registered at the start, without a
 * password and under his id as nickname. Who is there already stays as he is; several processes may start at once.
 */
export class NamedUserRegistration {
  constructor(private readonly deps: NamedUserRegistrationDependencies) {}

  /** Ends when all are there, or could never be; tries again while a store is away. Never rejects. */
  async make(named: readonly Named[], signal: AbortSignal): Promise<void> {
    let left = named;
    for (let waitMs = BACKOFF.firstMs; !signal.aborted; waitMs = Math.min(2 * waitMs, BACKOFF.mostMs)) {
      const made = await Promise.all(left.map((each) => this.#makeOne(each)));
      left = left.filter((_, index) => made[index] !== true);
      if (left.length === 0) return;
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** False: not yet. */
  async #makeOne({ tenant, userId, by }: Named): Promise<boolean> {
    const { directory, users, log } = this.deps;
    try {
      if ((await directory.missing(tenant, [userId])).length === 0) return true;
      const context = { tenant, via: `config:${by}`, actor: { kind: 'system', id: 'config' } } as const;
      await users.register(context, { userId, nickname: userId });
      log.info({ tenant, userId }, `${by} names him: he is a user now`);
    } catch (error) {
      // Another process was faster.
      if (error instanceof DomainError && error.kind === 'UserIdTaken') return true;
      if (error instanceof DomainError) {
        log.warn({ tenant, userId, err: error }, `${by} names him, and he can not be made a user`);
        return true;
      }
      log.warn({ tenant, userId, err: error }, `${by} names him, and he is not a user yet; tried again soon`);
      return false;
    }
    return true;
  }
}
