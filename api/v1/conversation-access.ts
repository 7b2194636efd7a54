import type { ConversationQueries, ConversationReader } from '../../application/queries/conversations.js';
import type { GroupQueries } from '../../application/queries/groups.js';
import type { HistoryPage, MessageQueries, Reader } from '../../application/queries/messages.js';
import type { UserQueries } from '../../application/queries/users.js';
import type { Clock } from '../../application/ports/clock.js';
import { conversationKeyText } from '../../application/streams.js';
import { actingUser, hasAdminPowers } from '../../domain/shared/actor.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { Caller } from './caller.js';
import { actorOf } from './commanding.js';
import { conversationNamed } from './conversation-ids.js';

/** Which conversation is read, with whose eyes. */
export interface Reading {
  readonly reader: Reader;
  readonly key: string;
  /** Whom it is named for. */
  readonly me: string;
}

interface Sources {
  readonly conversations: Pick<ConversationQueries, 'conversationsByKeys'>;
  readonly messages: Pick<MessageQueries, 'history'>;
  readonly groups: Pick<GroupQueries, 'groupById' | 'standingIn'>;
  readonly users: Pick<UserQueries, 'userById'>;
  readonly clock: Clock;
}

/** Former incarnations of a group that are looked through for one that he took part in. */
const MOST_INCARNATIONS = 100;

const NOTHING: HistoryPage = { messages: [], more: false, visible: { firstSeq: 1, lastSeq: 0 } };

/** Which conversation is meant by an id in a path, and what of it may be read. */
export class ConversationAccess {
  constructor(private readonly sources: Sources) {}

  self(caller: Caller): ConversationReader {
    return { tenant: caller.tenant, userId: actingUser(actorOf(caller)), at: this.sources.clock.now() };
  }

  /**
   * A group's is the one that it has now, or the newest that the reader took part in. An app admin who acts for nobody reads
   * a group as a whole. @throws DomainError GroupNotFound
   */
  async reading(conversationId: string, caller: Caller): Promise<Reading> {
    const self = this.self(caller);
    const me = self.userId;
    const named = conversationNamed(conversationId, me);
    if (named.kind !== 'group') return { reader: self, key: conversationKeyText(named), me };
    const { groupId } = named;
    const group = await this.sources.groups.groupById(caller.tenant, groupId);
    if (group === undefined) throw new DomainError('GroupNotFound', { groupId });
    const keyOf = (incarnation: number): string => conversationKeyText({ kind: 'group', groupId, incarnation });
    const present = keyOf(group.incarnation);
    const actor = actorOf(caller);
    if (hasAdminPowers(actor) && actor.onBehalfOf === undefined) {
      return { reader: { ...self, userId: null }, key: present, me };
    }
    if (group.incarnation === 1) return { reader: self, key: present, me };
    const length = Math.min(MOST_INCARNATIONS, group.incarnation);
    const keys = Array.from({ length }, (_, back) => keyOf(group.incarnation - back));
    const [newest] = await this.sources.conversations.conversationsByKeys(self, keys);
    return { reader: self, key: newest?.conversation ?? present, me };
  }

  /**
   * Of a conversation in which nothing was said yet, nothing.
   * @throws DomainError UserNotFound, NotGroupMember
   */
  async history(
    conversationId: string,
    { reader, key, me }: Reading,
    request: Parameters<MessageQueries['history']>[2],
  ): Promise<HistoryPage> {
    const found = await this.sources.messages.history(reader, key, request);
    if (found !== undefined) return found;
    const named = conversationNamed(conversationId, me);
    if (named.kind === 'single') {
      const user = await this.sources.users.userById(reader.tenant, named.b);
      if (user === undefined) throw new DomainError('UserNotFound', { userIds: [named.b] });
    }
    if (named.kind === 'group' && reader.userId !== null) {
      const standing = await this.sources.groups.standingIn(reader.tenant, named.groupId, me);
      if (standing?.role === undefined) throw new DomainError('NotGroupMember', { userIds: [me] });
    }
    return NOTHING;
  }
}
