import { mostRecent } from '../most-recent.js';
import type { ConversationAbout } from '../../domain/conversation/events.js';
import type { GroupCreated } from '../../domain/group/events.js';
import type { EventName } from '../following/errors.js';
import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';

type Creation = GroupCreated['data'];

/** A creation, and the revisions of its stream that are known to belong to it. */
interface Incarnation {
  readonly from: number;
  readonly upTo: number;
  readonly creation: Pick<Creation, 'groupId' | 'incarnation' | 'rules'>;
}

/** Streams that are remembered. */
const REMEMBERED = 20_000;

/**
 * Which incarnation of a group an event belongs to (docs/rules.md A4): the group may have been dismissed and made anew under its id
 * since then.
 */
export class GroupOfCause {
  readonly #known = mostRecent<string, Incarnation>(REMEMBERED);

  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly serializer: Pick<EventSerializer, 'open'>,
  ) {}

  /** @throws EventStoreUnavailable; EventUnreadable for a damaged creation */
  async at({ stream, revision }: Pick<EventName, 'stream' | 'revision'>): Promise<{
    readonly about: Extract<ConversationAbout, { kind: 'group' }>;
    readonly keepsHistory: boolean;
    /** Whose rules it was made with. */
    readonly preset: string;
  }> {
    const known = this.#known.get(stream);
    const found =
      known === undefined || revision < known.from
        ? await this.#find(stream, revision)
        : revision <= known.upTo
          ? known
          : await this.#goOn(stream, known, revision);
    if (found !== known) this.#known.set(stream, found);
    const { groupId, incarnation, rules } = found.creation;
    return {
      about: { kind: 'group', groupId, incarnation },
      keepsHistory: rules.values.keepsHistory,
      preset: rules.preset,
    };
  }

  async #find(stream: string, revision: number): Promise<Incarnation> {
    const first = await this.#creationIn(this.store.readStream(stream, { from: 0, maxCount: 1 }));
    const isOnlyOne = first !== undefined && first.upTo === Infinity;
    const found = isOnlyOne
      ? first
      : await this.#creationIn(this.store.readStream(stream, { from: revision, direction: 'backwards' }));
    if (found === undefined) throw new TypeError(`nobody created the group of ${stream}`);
    return { ...found, upTo: Math.max(found.upTo, revision) };
  }

  /** Of a group whose id may be used again, what came since is looked through. */
  async #goOn(stream: string, known: Incarnation, revision: number): Promise<Incarnation> {
    const since = { from: revision, direction: 'backwards', maxCount: revision - known.upTo } as const;
    const newer = await this.#creationIn(this.store.readStream(stream, since));
    return { ...(newer ?? known), upTo: revision };
  }

  /** The first that is met. */
  async #creationIn(batches: AsyncIterable<readonly StoredEvent[]>): Promise<Incarnation | undefined> {
    for await (const batch of batches) {
      const stored = batch.find(({ type }) => type === 'GroupCreated');
      if (stored === undefined) continue;
      const [recorded] = await this.serializer.open([stored]);
      if (recorded?.event === undefined) throw new TypeError('a creation of a newer schema');
      // The registry gives only payloads that fit their type.
      const { groupId, incarnation, rules } = recorded.event.data as Creation;
      return {
        from: stored.revision,
        upTo: rules.values.idReusableAfterDismissal ? stored.revision : Infinity,
        creation: { groupId, incarnation, rules },
      };
    }
    return undefined;
  }
}
