import { DomainError } from '../../domain/shared/errors.js';
import type { Actor } from '../../domain/shared/actor.js';
import { allAtOnce } from '../at-once.js';
import { isKeyAddress } from '../key-address.js';
import type { Numbers } from '../ports/numbers.js';
import type { CommandPipeline } from './pipeline.js';
import type { RequestContext } from './request.js';
import type { UserDirectory } from './user-directory.js';
import { userAggregate } from './users.js';

export interface KeyUsersDependencies {
  readonly pipeline: Pick<CommandPipeline, 'execute'>;
  readonly numbers: Numbers;
  readonly directory: Pick<UserDirectory, 'missing' | 'require'>;
}

/** Users who are written side by side. */
const AT_ONCE = 16;

/**
 * People whose id is the address of their key (`key-address.ts`): they register nowhere, but are users from the first time
 * that they are seen, or named by somebody who has their address. Whoever is one already costs no write.
 */
export class KeyUsers {
  /** Those who are being made users now, for all who ask meanwhile. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(private readonly deps: KeyUsersDependencies) {}

  /**
   * To be called when his signature was found right, and only then.
   * @throws ApplicationError when he is none yet and can't be written down now; DomainError UserNotFound when he was erased
   */
  async seen({ tenant, via, correlationId }: Seen, userId: string): Promise<void> {
    await this.#make({ tenant, via, correlationId, actor: { kind: 'user', id: userId } }, [userId]);
  }

  /** Those of the people whom the caller names who could prove to be somebody, and are nobody yet, are users from now on. */
  async named({ tenant, via, correlationId, actor }: RequestContext, userIds: readonly string[]): Promise<void> {
    const server: Actor = { kind: 'system', id: 'key-users', onBehalfOf: actor.id };
    await this.#make({ tenant, via, correlationId, actor: server }, userIds.filter(isKeyAddress));
  }

  async #make(context: Making, userIds: readonly string[]): Promise<void> {
    const missing = await this.deps.directory.missing(context.tenant, userIds);
    await allAtOnce(AT_ONCE, missing, async (userId) => {
      const key = `${context.tenant} ${userId}`;
      const made = this.#underWay.get(key) ?? this.#register(context, userId);
      this.#underWay.set(key, made);
      await made.finally(() => this.#underWay.delete(key));
    });
  }

  async #register({ correlationId, ...context }: Making, userId: string): Promise<void> {
    const { pipeline, numbers } = this.deps;
    try {
      await pipeline.execute({
        ...context,
        ...(correlationId === undefined ? {} : { correlationId }),
        aggregate: userAggregate,
        stream: { category: 'user', tenant: context.tenant, userId },
        // Profiles live elsewhere in such an app; a name can be given by the other APIs.
        command: { type: 'RegisterUser', userId, nickname: userId, number: await numbers.next() },
        presumedNew: true,
      });
    } catch (error) {
      if (!(error instanceof DomainError && error.kind === 'UserIdTaken')) throw error;
      // Another process has just seen him; or he was erased, and can't come back.
      await this.deps.directory.require(context.tenant, [userId]);
    }
  }
}

/** Where he was seen. */
export type Seen = Pick<RequestContext, 'tenant' | 'via' | 'correlationId'>;

interface Making {
  readonly tenant: string;
  readonly via: string;
  readonly correlationId: string | undefined;
  readonly actor: Actor;
}
