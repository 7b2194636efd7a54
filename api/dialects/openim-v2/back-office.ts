import type { GroupView } from '../../../application/queries/groups.js';
import type { SuspensionMode } from '../../../domain/group/events.js';
import { shown } from '../shared/read-your-writes.js';
import { numberedPage, profilesOf } from '../shared/reading.js';
import { refuse } from './errors.js';
import { isAdded, isGone } from './group-commands.js';
import { membersShownBy, notFound } from './group-queries.js';
import type { CMSGroup, Pagination } from './messages.js';
import { fromBackOffice as called, type OpenimV2Services, possible, type Rpc, rpc } from './rpc.js';
import { groupInfo, suspensionStatuses } from './views.js';

/** The rpcs of the back office: whoever reaches them acts as an app manager. */
export function backOfficeRpcs(services: OpenimV2Services): Rpc[] {
  const { groupCommands, groups, members, users } = services;
  const showing = membersShownBy(services);

  const groupOf = async (tenant: string, groupId: string): Promise<GroupView> =>
    (await groups.groupById(tenant, groupId)) ?? notFound(groupId);

  const withMasters = async (tenant: string, found: readonly GroupView[]): Promise<CMSGroup[]> => {
    const owners = await profilesOf(
      users,
      tenant,
      found.flatMap(({ ownerId }) => (ownerId === null ? [] : [ownerId])),
    );
    return found.map((group) => ({
      GroupInfo: groupInfo(group),
      GroupMasterName: owners.get(group.ownerId ?? '')?.nickname ?? '',
      GroupMasterId: group.ownerId ?? '',
    }));
  };

  const listed = async (tenant: string, pagination: Pagination | null, name?: string) => {
    const wanted = asked(pagination);
    const { empty, ...page } = pageOf(wanted);
    const { total, items } = await groups.groupsOfTenant(tenant, page, name === undefined ? {} : { name });
    return { CMSGroups: empty ? [] : await withMasters(tenant, items), Pagination: wanted, total };
  };

  return [
    rpc('GetGroupById', 'status', {
      reads: true,
      called,
      handle: async ({ GroupId }, { tenant }) => {
        const [CMSGroup] = await withMasters(tenant, [await groupOf(tenant, GroupId)]);
        return CMSGroup === undefined ? notFound(GroupId) : { CMSGroup };
      },
    }),
    rpc('GetGroup', 'status', {
      reads: true,
      called,
      handle: async ({ GroupName, Pagination: pagination }, { tenant }) => {
        const { total, ...rest } = await listed(tenant, pagination, GroupName);
        return { ...rest, GroupNums: total };
      },
    }),
    rpc('GetGroups', 'status', {
      reads: true,
      called,
      handle: async ({ Pagination: pagination }, { tenant }) => {
        const { total, ...rest } = await listed(tenant, pagination);
        return { ...rest, GroupNum: total };
      },
    }),
    rpc('OperateGroupStatus', 'status', {
      called,
      handle: async ({ GroupId: groupId, Status }, { context }) => {
        const mode = (Object.keys(suspensionStatuses) as SuspensionMode[]).find(
          (one) => suspensionStatuses[one] === Status,
        );
        if (mode === undefined && Status !== 0) refuse('arguments');
        if (mode === undefined) await shown(services, groupCommands.reinstate(context, { groupId }));
        else await shown(services, groupCommands.suspend(context, { groupId, mode }));
        return {};
      },
    }),
    rpc('OperateUserRole', 'status', {
      called,
      // Whatever role it names, the original hands the group over.
      handle: async ({ GroupId: groupId, UserId: to }, { context }) => {
        await shown(services, groupCommands.transfer(context, { groupId, to }));
        return {};
      },
    }),
    rpc('DeleteGroup', 'status', {
      called,
      handle: async ({ GroupId: groupId }, { context }) => {
        await shown(services, groupCommands.dismiss(context, { groupId, removeMembers: true }));
        return {};
      },
    }),
    rpc('GetGroupMembersCMS', 'status', {
      reads: true,
      called,
      handle: async ({ GroupId: groupId, UserName: keyword, Pagination: pagination }, call) => {
        const shownMembers = await showing(call, groupId);
        const wanted = asked(pagination);
        const { empty, ...page } = pageOf(wanted);
        const filter = keyword === '' ? {} : { keyword };
        const { total, items } = await members.profiledMembersOfGroup(call.tenant, groupId, page, filter);
        return {
          members: empty ? [] : shownMembers(items),
          Pagination: { CurrentPage: wanted.pageNumber, ShowNumber: wanted.showNumber },
          MemberNums: total,
        };
      },
    }),
    rpc('RemoveGroupMembersCMS', 'status', {
      called,
      handle: async ({ GroupId: groupId, UserIds }, { context }) => {
        const command = groupCommands.removeMembers(context, {
          groupId,
          userIds: some(UserIds),
          absent: 'report',
          unreachable: 'report',
        });
        const { items } = (await shown(services, command)).outcome;
        const ids = (gone: boolean): string[] =>
          items.filter((item) => (isGone(item) && item.result !== 'absent') === gone).map(({ userId }) => userId);
        return { success: ids(true), failed: ids(false) };
      },
    }),
    rpc('AddGroupMembersCMS', 'status', {
      called,
      handle: async ({ GroupId: groupId, UserIds }, { context }) => {
        const command = groupCommands.addMembers(context, {
          groupId,
          userIds: some(UserIds),
          consent: 'waive',
          unknown: 'report',
          full: 'report',
        });
        const { items } = (await shown(services, command)).outcome;
        const ids = (isIn: boolean): string[] =>
          items.filter((item) => isAdded(item) === isIn).map(({ userId }) => userId);
        return { success: ids(true), failed: ids(false) };
      },
    }),
  ];
}

/** @throws OpenimV2Refused 8003 */
function some(userIds: readonly string[]): readonly string[] {
  if (userIds.length === 0) refuse('arguments');
  possible(userIds);
  return userIds;
}

/** What names no page has the first, of 30. */
const asked = (given: Pagination | null): Pagination => given ?? { pageNumber: 1, showNumber: 30 };

const pageOf = ({ pageNumber, showNumber }: Pagination) => numberedPage(Math.max(pageNumber, 1), showNumber);
