import type { UserOutcome } from '../../domain/user/commands.js';
import { eraseUser } from '../../domain/user/erasure.js';
import type { UserState } from '../../domain/user/state.js';
import { refuse } from '../../domain/shared/errors.js';
import { checkId } from '../../domain/shared/ids.js';
import { newId } from '../new-id.js';
import type { Clock } from '../ports/clock.js';
import type { Erasure, Erasures, PersonalKeys, PersonalTraces } from '../ports/erasures.js';
import type { Logger } from '../ports/logger.js';
import type { NamedUsers } from './named-users.js';
import type { CommandPipeline } from './pipeline.js';
import type { CommandResult, RequestContext } from './request.js';
import { userAggregate } from './users.js';

export interface UserErasuresDependencies {
  readonly pipeline: Pick<CommandPipeline, 'execute' | 'look' | 'noting'>;
  readonly erasures: Erasures;
  readonly keys: PersonalKeys;
  readonly traces: PersonalTraces;
  readonly appAdmins: Pick<NamedUsers, 'has'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export type ErasureResult = CommandResult<UserState, Extract<UserOutcome, { readonly command: 'EraseUser' }>>;

/**
 * Erases people. No transaction spans the places that it takes, so they go in an order in which each may be the last:
 *
 * 1. that it is asked for, by whom and why, is written down;
 * 2. the person's data key is destroyed: from here on nobody can read what was encrypted for him, wherever a copy of it is;
 * 3. `UserErased` is appended: the lists drop what they show of him when they come to it;
 * 4. what is kept of him beside the log goes: login, sessions, reservations;
 * 5. what was written down first goes.
 *
 * The key goes before the event, so that whoever reads the event may rely on it: behind it nothing can be decrypted that is his, and
 * no list can show again what it has dropped. `resume` goes on with what a crash left after any of the steps.
 */
export class UserErasures {
  constructor(private readonly deps: UserErasuresDependencies) {}

  /**
   * Of somebody who was erased, all is done again that may be left; nothing is written.
   * @throws DomainError UserNotFound, InvalidArgument; NotPermitted to anybody but app admins and the server, and for an app admin
   */
  async erase(
    context: RequestContext,
    { userId, reason }: { readonly userId: string; readonly reason: string },
  ): Promise<ErasureResult> {
    const { tenant, actor, via } = context;
    const correlationId = context.correlationId ?? newId();
    await this.judge({ ...context, correlationId }, { userId, reason });
    const begun = await this.deps.erasures.begin({ tenant, userId, reason, actor, via, correlationId });
    return this.#goOn(begun, context);
  }

  /**
   * Refuses as `erase` would, and does nothing. Gives whether he was erased before.
   * @throws as `erase`
   */
  async judge(
    context: RequestContext,
    { userId, reason }: { readonly userId: string; readonly reason: string },
  ): Promise<{ readonly alreadySo: boolean }> {
    const { pipeline, appAdmins, clock } = this.deps;
    const { tenant, actor, via, correlationId = '' } = context;
    const stream = { category: 'user', tenant, userId } as const;
    return pipeline.noting({ tenant, actor, via, correlationId, stream }, async () => {
      checkId('userId', userId);
      const { state } = await pipeline.look(userAggregate, stream, context.deadlineMs);
      eraseUser(state, { type: 'EraseUser', userId, reason, actor, at: clock.now() });
      if (appAdmins.has(tenant, userId))
        refuse('NotPermitted', { reason: 'the configuration names him an app admin; it has to let go of him before' });
      return { alreadySo: state.status === 'erased' };
    });
  }

  /** Goes on with those that were begun and not finished. One that can't be done now is left for the next time. */
  async resume(): Promise<void> {
    for (const erasure of await this.deps.erasures.begun()) {
      const { tenant, actor, via, correlationId } = erasure;
      try {
        await this.#goOn(erasure, { tenant, actor, via, correlationId });
      } catch (error) {
        this.deps.log.warn({ tenant, err: error }, 'an erasure that was begun is not finished yet; tried again soon');
      }
    }
  }

  /** What the event promises, for those who were erased by a log that this database wasn't there for. */
  async complete(tenant: string, userId: string): Promise<void> {
    await this.deps.keys.erase({ tenant, userId });
    await this.deps.traces.remove(tenant, userId);
  }

  async #goOn(erasure: Erasure, context: RequestContext): Promise<ErasureResult> {
    const { pipeline, keys, traces, erasures } = this.deps;
    const { tenant, userId, reason } = erasure;
    await keys.erase({ tenant, userId });
    const result = await pipeline.execute({
      ...context,
      aggregate: userAggregate,
      stream: { category: 'user', tenant, userId },
      command: { type: 'EraseUser', userId, reason },
    });
    await traces.remove(tenant, userId);
    await erasures.end({ tenant, userId });
    // A decision's outcome is of its command.
    return result as ErasureResult;
  }
}
