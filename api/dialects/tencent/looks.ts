import type { ConversationEnd, ReaderPosition } from '../../../application/queries/conversations.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { MemberFilter, MemberView } from '../../../application/queries/members.js';
import { type CountedPage, MAX_PAGE, type PageRequest } from '../../../application/queries/page.js';
import { conversationKeyText } from '../../../application/streams.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { actorOf } from '../shared/context.js';
import type { Caller } from '../shared/operation.js';
import type { TencentServices } from './services.js';
import { POSITION_FIELDS } from './views.js';

/** The key of the chat of a group's present incarnation. */
export const chatOf = ({ groupId, incarnation }: Pick<GroupView, 'groupId' | 'incarnation'>): string =>
  conversationKeyText({ kind: 'group', groupId, incarnation });

/** From where in a list, and how much of it. */
export interface Stretch {
  readonly offset: number;
  /** At least 1. */
  readonly limit: number;
}

type LooksServices = Pick<TencentServices, 'groups' | 'members' | 'conversations' | 'clock' | 'ownWrites'>;

/** What is looked up of groups that are there: of a destroyed one, 001 says that there is none. */
export class Looks {
  constructor(private readonly services: LooksServices) {}

  /** @throws DomainError GroupNotFound */
  async group(tenant: string, groupId: string): Promise<GroupView> {
    const group = await this.services.groups.groupById(tenant, groupId);
    if (group?.status !== 'active') throw new DomainError('GroupNotFound', { groupId });
    return group;
  }

  /** For commands, which don't wait by themselves: the lists show what the caller wrote last. */
  upToDate(caller: Caller): Promise<void> {
    return this.services.ownWrites.shown(caller.tenant, actorOf(caller).id);
  }

  /** Where the chats of these groups stand, by their keys. At most 1000 groups. */
  ends(tenant: string, groups: readonly GroupView[]): Promise<ReadonlyMap<string, ConversationEnd>> {
    return this.services.conversations.ends(tenant, groups.map(chatOf));
  }

  /** Members in the order of their lists. */
  async members(
    tenant: string,
    { groupId }: GroupView,
    stretch: Stretch,
    filter: MemberFilter = {},
  ): Promise<readonly MemberView[]> {
    const { members } = this.services;
    return (await stretchOf(stretch, (page) => members.membersOfGroup(tenant, groupId, page, filter))).items;
  }

  /** Whose mute has not ended, `most` at most. */
  async muted(tenant: string, { groupId }: GroupView, most: number): Promise<readonly MemberView[]> {
    const { members, clock } = this.services;
    const stretch = { offset: 0, limit: most };
    return (await stretchOf(stretch, (page) => members.mutedMembers(tenant, groupId, clock.now(), page))).items;
  }

  /** Groups that somebody is in, of these presets; undefined: of all. */
  async joined(
    tenant: string,
    userId: string,
    stretch: Stretch,
    presets: readonly string[] | undefined,
  ): Promise<{ readonly groups: readonly GroupView[]; readonly total: number }> {
    const { groups } = this.services;
    const filter = presets === undefined ? {} : { presets };
    const { items, total } = await stretchOf(stretch, (page) => groups.groupsOfUser(tenant, userId, page, filter));
    return { groups: items.map(({ group }) => group), total };
  }

  /**
   * Where each of these stands in the group's chat; nobody is there where it isn't asked for.
   * @param info what is wanted of members; undefined: all
   */
  async positions(
    tenant: string,
    group: GroupView,
    members: readonly MemberView[],
    info: readonly string[] | undefined,
  ): Promise<ReadonlyMap<string, ReaderPosition>> {
    const { conversations, clock } = this.services;
    const positions = new Map<string, ReaderPosition>();
    if (info !== undefined && !info.some((name) => POSITION_FIELDS.has(name))) return positions;
    for (const some of inPages(members)) {
      const ids = some.map(({ userId }) => userId);
      const found = await conversations.readerPositions(tenant, chatOf(group), ids, clock.now());
      for (const [userId, position] of found) positions.set(userId, position);
    }
    return positions;
  }
}

/** A longer stretch of a list than one page of it, and how long the list is. */
async function stretchOf<Item>(
  { offset, limit }: Stretch,
  pageOf: (page: PageRequest) => Promise<CountedPage<Item>>,
): Promise<{ readonly items: readonly Item[]; readonly total: number }> {
  const page = await pageOf({ limit: Math.min(MAX_PAGE, limit), offset });
  const { total } = page;
  const items = [...page.items];
  for (let cursor = page.next; cursor !== null && items.length < limit;) {
    const further = await pageOf({ limit: Math.min(MAX_PAGE, limit - items.length), cursor });
    items.push(...further.items);
    cursor = further.next;
  }
  return { items, total };
}

export const inPages = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / MAX_PAGE) }, (_, n) => items.slice(n * MAX_PAGE, (n + 1) * MAX_PAGE));
