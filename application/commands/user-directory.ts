import { mostRecent } from '../most-recent.js';
import { refuse } from '../../domain/shared/errors.js';
import { isId } from '../../domain/shared/ids.js';
import { existingStreams } from '../existing-streams.js';
import type { EventStore } from '../ports/event-store.js';
import type { ErasedUsers } from '../ports/erasures.js';
import type { KnownUsers } from '../ports/users.js';
import { streamName } from '../streams.js';

/** Users whom this process has seen to exist; they go on existing, unless they are erased. */
const REMEMBERED = 100_000;
/** Above what any rules allow in one list; keeps a hostile list from becoming that many reads. */
const MOST_ASKED = 5_000;

/** Says who exists: the read model when it says yes, else the user's own stream. Whoever was erased exists no more. */
export class UserDirectory {
  readonly #seen = mostRecent<string, true>(REMEMBERED);

  constructor(
    private readonly known: KnownUsers,
    private readonly store: EventStore,
    private readonly erasures: ErasedUsers = { erased: () => Promise.resolve(new Set()) },
  ) {}

  /** He was erased, here or elsewhere. */
  noteErased(tenant: string, userId: string): void {
    this.#seen.delete(keyOf(tenant, userId));
  }

  /** @throws DomainError UserNotFound with all who are missing; InvalidArgument for a list longer than any rules allow. */
  async require(tenant: string, userIds: readonly string[]): Promise<void> {
    const missing = await this.missing(tenant, userIds);
    if (missing.length > 0) refuse('UserNotFound', { userIds: missing });
  }

  /** Those of `userIds` who don't exist, each once, in their order. @throws EventStoreUnavailable */
  async missing(tenant: string, userIds: readonly string[]): Promise<string[]> {
    const asked = [...new Set(userIds)].filter((userId) => !this.#seen.has(keyOf(tenant, userId)));
    if (asked.length === 0) return [];
    if (asked.length > MOST_ASKED) refuse('InvalidArgument', { field: 'userIds', reason: 'too many users' });
    // What can't be an id is nobody's.
    const missing = new Set(asked.filter((userId) => !isId(userId)));
    const may = asked.filter((userId) => !missing.has(userId));
    const [known, erased] = await Promise.all([this.#known(tenant, may), this.erasures.erased(tenant, may)]);
    for (const userId of erased) missing.add(userId);
    const doubtful = may.filter((userId) => !known.has(userId) && !erased.has(userId));
    const streams = new Map(doubtful.map((userId) => [streamName({ category: 'user', tenant, userId }), userId]));
    const there = await existingStreams(this.store, [...streams.keys()]);
    for (const [stream, userId] of streams) if (!there.has(stream)) missing.add(userId);
    for (const userId of asked) if (!missing.has(userId)) this.#seen.set(keyOf(tenant, userId), true);
    return asked.filter((userId) => missing.has(userId));
  }

  async #known(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      return await this.known.known(tenant, userIds);
    } catch {
      return new Set(); // The read model only saves reads: the streams know.
    }
  }
}

const keyOf = (tenant: string, userId: string): string => JSON.stringify([tenant, userId]);
