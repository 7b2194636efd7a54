import type { ApplicationView } from '../../../application/queries/applications.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { ProfiledMember } from '../../../application/queries/members.js';
import type { CountedPage } from '../../../application/queries/page.js';
import { type Looking, mayLookAtOthers, sightOf } from '../../../application/queries/sight.js';
import { hasAdminPowers } from '../../../domain/shared/actor.js';
import { DomainError } from '../../../domain/shared/errors.js';
import {
  GetFullGroupMemberUserIDsReq,
  GetFullJoinGroupIDsReq,
  GetGroupMemberListReq,
  GetGroupMembersInfoReq,
  GetGroupsInfoReq,
  GetGroupUsersReqApplicationListReq,
  GetJoinedGroupListReq,
  GetRecvGroupApplicationListReq,
  GetSpecifiedUserGroupRequestInfoReq,
  GetUserReqGroupApplicationListReq,
} from './dto/groups.js';
import { actorOf } from '../shared/context.js';
import type { Caller } from '../shared/operation.js';
import { profilesOf } from '../shared/reading.js';
import { LONGEST_LIST, possible } from './dto/common.js';
import { OpenimRefused } from './errors.js';
import { fullList } from './full-list.js';
import { type Operation, operation, requireAccess } from './operation.js';
import { type OpenimServices, pageOf } from './services.js';
import { type GroupMemberFullInfo, groupInfo, groupRequest, manages, memberInfo, statusesOf } from './views.js';

export function groupQueryOperations(services: OpenimServices): Operation[] {
  const { groups, members, users, applications, clock, isAppAdmin } = services;

  const groupOf = async (tenant: string, groupId: string): Promise<GroupView> =>
    (await groups.groupById(tenant, groupId)) ?? notFound(groupId);

  /** @throws OpenimRefused 1002 unless he manages all of them, or is an app admin */
  const requireManager = async (caller: Caller, groupIds: readonly string[]): Promise<void> => {
    const actor = actorOf(caller);
    if (hasAdminPowers(actor)) return;
    const roles = await members.rolesIn(caller.tenant, actor.id, possible(groupIds));
    if (groupIds.every((groupId) => manages(roles.get(groupId)))) return;
    throw new OpenimRefused('NoPermissionError', 'only owner and admins see the applications of others');
  };

  /** get members: for members and app admins. */
  const groupFor = async (caller: Caller, groupId: string): Promise<GroupLookedAt> => {
    const actor = actorOf(caller);
    const standing = (await groups.standingIn(caller.tenant, groupId, actor.id)) ?? notFound(groupId);
    const { role, creatorId, settings } = standing;
    const appAdmin = hasAdminPowers(actor);
    if (!appAdmin && role === undefined) {
      throw new OpenimRefused('NoPermissionError', 'only members and app admins see the members');
    }
    return { group: { groupId, creatorId }, looking: { userId: actor.id, role, appAdmin, settings } };
  };

  const memberInfos = (
    tenant: string,
    { group, looking }: GroupLookedAt,
    rows: readonly ProfiledMember[],
  ): GroupMemberFullInfo[] => {
    const now = clock.now();
    return rows.map((row) =>
      memberInfo(row, {
        group,
        user: row.profile,
        isAppAdmin: isAppAdmin(tenant, row.userId),
        sight: sightOf(looking, row),
        now,
      }),
    );
  };

  const requestsShown = async (
    tenant: string,
    { total, items }: CountedPage<ApplicationView>,
    empty = false,
  ): Promise<object> => {
    const shown = empty ? [] : items;
    const profiles = await profilesOf(
      users,
      tenant,
      shown.map(({ userId }) => userId),
    );
    const known = await groups.groupsByIds(tenant, [...new Set(shown.map(({ groupId }) => groupId))]);
    const byId = new Map(known.map((group) => [group.groupId, group]));
    return {
      total,
      groupRequests: shown.map((one) => groupRequest(one, profiles.get(one.userId), byId.get(one.groupId))),
    };
  };

  /** What these users have asked of a group: for its managers, and his own for each. */
  const requestsOf = async (caller: Caller, groupId: string, userIDs: readonly string[]): Promise<object> => {
    await groupOf(caller.tenant, groupId);
    const { id } = actorOf(caller);
    if (!userIDs.every((userID) => userID === id)) await requireManager(caller, [groupId]);
    const filter = { ...applicationFilter({ groupIDs: [], handleResults: [] }), userIds: possible(userIDs) };
    return requestsShown(
      caller.tenant,
      await applications.ofGroup(caller.tenant, groupId, { limit: LONGEST_LIST }, filter),
    );
  };

  /** One row per person and group, newest first, of what asked the managers: so the original keeps them. */
  const applicationFilter = ({ groupIDs, handleResults }: ApplicationsAsked): ApplicationFilterAsked => ({
    at: clock.now(),
    asked: 'manager',
    latestOnly: true,
    ...(groupIDs.length === 0 ? {} : { groupIds: possible(groupIDs) }),
    ...(handleResults.length === 0 ? {} : { statuses: statusesOf(handleResults) }),
  });

  return [
    operation({
      path: '/group/get_groups_info',
      reads: true,
      Body: GetGroupsInfoReq,
      // Anybody's to ask, dismissed groups included.
      handle: async ({ body, caller }) => ({
        groupInfos: (await groups.groupsByIds(caller.tenant, possible(body.groupIDs))).map(groupInfo),
      }),
    }),
    operation({
      path: '/group/get_group_members_info',
      reads: true,
      Body: GetGroupMembersInfoReq,
      handle: async ({ body, caller }) => {
        const lookedAt = await groupFor(caller, body.groupID);
        const rows = await members.membersByIds(caller.tenant, body.groupID, possible(body.userIDs));
        return { members: memberInfos(caller.tenant, lookedAt, rows) };
      },
    }),
    operation({
      path: '/group/get_group_member_list',
      reads: true,
      Body: GetGroupMemberListReq,
      handle: async ({ body, caller }) => {
        const lookedAt = await groupFor(caller, body.groupID);
        const { empty, ...page } = pageOf(body.pagination);
        const { keyword = '' } = body;
        if (keyword !== '' && !mayLookAtOthers(lookedAt.looking)) {
          throw new OpenimRefused('NoPermissionError', 'this group keeps the names of its members to itself');
        }
        const { total, items } = await members.profiledMembersOfGroup(
          caller.tenant,
          body.groupID,
          page,
          keyword === '' ? {} : { keyword },
        );
        return { total, members: memberInfos(caller.tenant, lookedAt, empty ? [] : items) };
      },
    }),
    operation({
      path: '/group/get_joined_group_list',
      reads: true,
      Body: GetJoinedGroupListReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.fromUserID);
        const { empty, ...page } = pageOf(body.pagination);
        const { total, items } = await groups.groupsOfUser(caller.tenant, body.fromUserID, page);
        return { total, groups: empty ? [] : items.map(({ group }) => groupInfo(group)) };
      },
    }),
    operation({
      path: '/group/get_recv_group_applicationList',
      reads: true,
      Body: GetRecvGroupApplicationListReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.fromUserID);
        const { empty, ...page } = pageOf(body.pagination);
        const filter = applicationFilter(body);
        if (body.groupIDs.length > 0) await requireManager(caller, body.groupIDs);
        // An app admin need not manage a group himself to see what asks its managers.
        const ofOthers = body.groupIDs.length > 0 && hasAdminPowers(actorOf(caller));
        const found = ofOthers
          ? await applications.ofGroups(caller.tenant, filter.groupIds ?? [], page, filter)
          : await applications.forManager(caller.tenant, body.fromUserID, page, filter);
        return requestsShown(caller.tenant, found, empty);
      },
    }),
    operation({
      path: '/group/get_user_req_group_applicationList',
      reads: true,
      Body: GetUserReqGroupApplicationListReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const { empty, ...page } = pageOf(body.pagination);
        const found = await applications.ofUser(caller.tenant, body.userID, page, applicationFilter(body));
        return requestsShown(caller.tenant, found, empty);
      },
    }),
    operation({
      path: '/group/get_group_users_req_application_list',
      reads: true,
      Body: GetGroupUsersReqApplicationListReq,
      handle: ({ body, caller }) => requestsOf(caller, body.groupID, body.userIDs),
    }),
    operation({
      path: '/group/get_specified_user_group_request_info',
      reads: true,
      Body: GetSpecifiedUserGroupRequestInfoReq,
      handle: ({ body, caller }) => requestsOf(caller, body.groupID, [body.userID]),
    }),
    operation({
      path: '/group/get_full_group_member_user_ids',
      reads: true,
      Body: GetFullGroupMemberUserIDsReq,
      handle: async ({ body, caller }) => {
        await groupFor(caller, body.groupID);
        const memberIds = await members.memberIds(caller.tenant, body.groupID);
        const { ids, ...rest } = fullList(['group', caller.tenant, body.groupID], memberIds, body.idHash);
        return { ...rest, userIDs: ids };
      },
    }),
    operation({
      path: '/group/get_full_join_group_ids',
      reads: true,
      Body: GetFullJoinGroupIDsReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const joined = await groups.groupIdsOfUser(caller.tenant, body.userID);
        const { ids, ...rest } = fullList(['user', caller.tenant, body.userID], joined, body.idHash);
        return { ...rest, groupIDs: ids };
      },
    }),
  ];
}

interface GroupLookedAt {
  readonly group: Pick<GroupView, 'groupId' | 'creatorId'>;
  readonly looking: Looking;
}

type ApplicationsAsked = Pick<GetRecvGroupApplicationListReq, 'groupIDs' | 'handleResults'>;
type ApplicationFilterAsked = Parameters<OpenimServices['applications']['forManager']>[3];

function notFound(groupId: string): never {
  throw new DomainError('GroupNotFound', { groupId });
}
