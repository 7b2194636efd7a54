import type { ConversationEnd, ReaderPosition } from '../../../application/queries/conversations.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { MemberFilter, MemberView } from '../../../application/queries/members.js';
import { MAX_PAGE } from '../../../application/queries/page.js';
import { conversationKeyText } from '../../../application/streams.js';
import { DomainError } from '../../../domain/shared/errors.js';
import type { TencentServices } from './services.js';

/** The key of the chat of a group's present incarnation. */
export const chatOf = ({ groupId, incarnation }: Pick<GroupView, 'groupId' | 'incarnation'>): string =>
  conversationKeyText({ kind: 'group', groupId, incarnation });

/** A list begins there, and goes on for so many items. */
export interface Stretch {
  readonly offset: number;
  readonly limit: number;
}

/** What is looked up of groups that are there: of a destroyed one, 001 says that there is none. */
export class Looks {
  constructor(private readonly services: Pick<TencentServices, 'groups' | 'members' | 'conversations' | 'clock'>) {}

  /** @throws DomainError GroupNotFound */
  async group(tenant: string, groupId: string): Promise<GroupView> {
    const group = await this.services.groups.groupById(tenant, groupId);
    if (group?.status !== 'active') throw new DomainError('GroupNotFound', { groupId });
    return group;
  }

  /** Where the chats of these groups stand, by their keys. */
  ends(tenant: string, groups: readonly GroupView[]): Promise<ReadonlyMap<string, ConversationEnd>> {
    return this.services.conversations.ends(tenant, groups.map(chatOf));
  }

  /** Members in the order of their lists, page by page. */
  async members(
    tenant: string,
    { groupId }: GroupView,
    { offset, limit }: Stretch,
    filter: MemberFilter = {},
  ): Promise<MemberView[]> {
    const found: MemberView[] = [];
    let cursor: string | null = null;
    while (found.length < limit) {
      const size = Math.min(MAX_PAGE, limit - found.length);
      const from: { cursor: string } | { offset: number } = cursor === null ? { offset } : { cursor };
      const page = await this.services.members.membersOfGroup(tenant, groupId, { limit: size, ...from }, filter);
      found.push(...page.items);
      cursor = page.next;
      if (cursor === null) break;
    }
    return found;
  }

  /** Where each of these stands in the group's chat. */
  async positions(
    tenant: string,
    group: GroupView,
    members: readonly MemberView[],
  ): Promise<ReadonlyMap<string, ReaderPosition>> {
    const { conversations, clock } = this.services;
    const positions = new Map<string, ReaderPosition>();
    for (let start = 0; start < members.length; start += MAX_PAGE) {
      const ids = members.slice(start, start + MAX_PAGE).map(({ userId }) => userId);
      const some = await conversations.readerPositions(tenant, chatOf(group), ids, clock.now());
      for (const [userId, position] of some) positions.set(userId, position);
    }
    return positions;
  }
}
