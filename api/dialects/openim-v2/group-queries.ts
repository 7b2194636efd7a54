import type { ApplicationView } from '../../../application/queries/applications.js';
import type { ProfiledMember } from '../../../application/queries/members.js';
import { type CountedPage, MAX_PAGE, type PageRequest } from '../../../application/queries/page.js';
import { sightOf } from '../../../application/queries/sight.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { profilesOf } from '../shared/reading.js';
import type { GroupInfo, GroupMemberFullInfo, GroupRequest } from './messages.js';
import { type Call, inPieces, type OpenimV2Services, possible, requireAccess, type Rpc, rpc } from './rpc.js';
import { groupInfo, groupRequest, memberInfo, roleOf } from './views.js';

/** Of a list of members. */
const PAGE = 30;

export function groupQueryRpcs(services: OpenimV2Services): Rpc[] {
  const { groups, members, applications, clock } = services;
  const showing = membersShownBy(services);

  const requestsShown = async (tenant: string, items: readonly ApplicationView[]): Promise<GroupRequest[]> => {
    const profiles = await profilesOf(
      services.users,
      tenant,
      items.map(({ userId }) => userId),
    );
    const groupIds = [...new Set(items.map(({ groupId }) => groupId))];
    const known = await inPieces(groupIds, (some) => groups.groupsByIds(tenant, some));
    const byId = new Map(known.map((group) => [group.groupId, group]));
    return items.map((one) => groupRequest(one, profiles.get(one.userId), byId.get(one.groupId)));
  };

  return [
    rpc('getGroupsInfo', 'reply', {
      reads: true,
      handle: async ({ GroupIDList }, { tenant }) => {
        const found = await inPieces(possible(GroupIDList), (some) => groups.groupsByIds(tenant, some));
        return { GroupInfoList: found.map(groupInfo) };
      },
    }),
    rpc('getGroupApplicationList', 'reply', {
      reads: true,
      // The original shows them to anybody (docs/rules.md A7).
      handle: async ({ FromUserID: userId }, call) => {
        requireAccess(call, userId);
        const filter = { at: clock.now(), asked: 'manager', latestOnly: true } as const;
        const all = await whole((page) => applications.forManager(call.tenant, userId, page, filter));
        return { GroupRequestList: await requestsShown(call.tenant, all) };
      },
    }),
    rpc('getUserReqApplicationList', 'commonResp', {
      reads: true,
      handle: async ({ UserID: userId }, call) => {
        requireAccess(call, userId);
        const filter = { at: clock.now(), kinds: ['request'], latestOnly: true } as const;
        const all = await whole((page) => applications.ofUser(call.tenant, userId, page, filter));
        return { GroupRequestList: await requestsShown(call.tenant, all) };
      },
    }),
    rpc('getGroupMemberList', 'reply', {
      reads: true,
      handle: async ({ GroupID: groupId, Filter, NextSeq }, call) => {
        const shown = await showing(call, groupId);
        const offset = Math.max(NextSeq, 0);
        const role = roleOf(Filter);
        if (Filter >= 0 && role === undefined) return { memberList: [], nextSeq: 0 };
        const filter = role === undefined ? {} : { roles: [role] };
        const page = { limit: PAGE, offset };
        const { total, items } = await members.profiledMembersOfGroup(call.tenant, groupId, page, filter);
        const next = offset + items.length;
        return { memberList: shown(items), nextSeq: next < total ? next : 0 };
      },
    }),
    rpc('getGroupMembersInfo', 'reply', {
      reads: true,
      handle: async ({ GroupID: groupId, memberList }, call) => {
        const shown = await showing(call, groupId);
        const asked = possible(memberList);
        const items = await inPieces(asked, (some) => members.membersByIds(call.tenant, groupId, some));
        return { memberList: shown(items) };
      },
    }),
    rpc('getGroupAllMember', 'reply', {
      reads: true,
      handle: async ({ GroupID: groupId }, call) => {
        const shown = await showing(call, groupId);
        return { memberList: shown(await whole((page) => members.profiledMembersOfGroup(call.tenant, groupId, page))) };
      },
    }),
    rpc('getJoinedGroupList', 'reply', {
      reads: true,
      called: ({ OpUserID, operationID }) => ({ by: OpUserID, ref: operationID }),
      handle: async ({ FromUserID: userId }, call) => {
        requireAccess(call, userId);
        const all = await whole((page) => groups.groupsOfUser(call.tenant, userId, page));
        return { GroupList: all.map(({ group }): GroupInfo => groupInfo(group)) };
      },
    }),
  ];
}

/** How the members of a group are shown to whoever asks. @throws DomainError GroupNotFound */
export function membersShownBy({ groups, isAppAdmin }: OpenimV2Services) {
  return async (
    { tenant, actor }: Call,
    groupId: string,
  ): Promise<(items: readonly ProfiledMember[]) => GroupMemberFullInfo[]> => {
    const { role, settings } = (await groups.standingIn(tenant, groupId, actor.id)) ?? notFound(groupId);
    const looking = { userId: actor.id, role, appAdmin: hasAdminPowers(actor), settings };
    return (items) =>
      items.map((item) =>
        memberInfo(item, {
          groupId,
          user: item.profile,
          isAppAdmin: isAppAdmin(tenant, item.userId),
          sight: sightOf(looking, item),
        }),
      );
  };
}

/** A list that its caller wants at once, however long. */
async function whole<Item>(ask: (page: PageRequest) => Promise<CountedPage<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await ask({ limit: MAX_PAGE, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}

export function notFound(groupId: string): never {
  throw new DomainError('GroupNotFound', { groupId });
}
