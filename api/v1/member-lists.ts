import type { Clock } from '../../application/ports/clock.js';
import type { DepartureQueries } from '../../application/queries/departures.js';
import type { MemberQueries } from '../../application/queries/members.js';
import type { UserQueries } from '../../application/queries/users.js';
import { sightOf } from '../../application/queries/sight.js';
import type { ReadAccess } from './access.js';
import type { Caller } from './caller.js';
import { reading } from './declaring.js';
import { PageQuery, ReadQuery } from './dto/common.js';
import { GroupPath } from './dto/groups.js';
import { UsersAsked, UsersQuery } from './dto/users.js';
import { operation, type Operation } from './operation.js';
import { DeparturePage, MemberPage, Roles } from './schemas/views.js';
import { type Freshness, pageRequest } from './reading.js';
import type { Shown } from './schemas/types.js';
import { departureBody, memberBody, nicknames } from './views.js';

export interface MemberListServices {
  readonly users: UserQueries;
  readonly members: MemberQueries;
  readonly departures: DepartureQueries;
  readonly readAccess: ReadAccess;
  readonly freshness: Freshness;
  readonly clock: Clock;
}

/** Lists of a group's people beside that of its members. */
export function memberListOperations(services: MemberListServices): Operation[] {
  const { users, members, departures, readAccess, freshness, clock } = services;
  const rolesOf = async (
    caller: Caller,
    groupId: string,
    userIds: readonly string[],
  ): Promise<Shown<typeof Roles>['items']> => {
    await readAccess.member(caller, groupId);
    const roles = await members.rolesOf(caller.tenant, groupId, userIds);
    return userIds.map((userId) => ({ userId, role: roles.get(userId) ?? null }));
  };

  return [
    operation({
      method: 'get',
      path: '/groups/{groupId}/muted-members',
      operationId: 'listMutedMembers',
      summary: 'The members whose mute has not ended, for owner and admins',
      tag: 'Members',
      access: 'user',
      Path: GroupPath,
      Query: PageQuery,
      success: { status: 200, description: 'In the order of their ids.', Schema: MemberPage },
      problems: ['GroupNotFound', 'NotGroupMember', 'NotGroupManager', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const asking = await readAccess.manager(caller, path.groupId);
        const page = await members.mutedMembers(caller.tenant, path.groupId, clock.now(), pageRequest(query));
        const names = await nicknames(users, caller.tenant, page.items);
        const items = page.items.map((member) => memberBody(member, names, sightOf(asking, member)));
        return { status: 200, body: { ...page, items } };
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/exited-members',
      operationId: 'listExitedMembers',
      summary: 'Who was a member and is not now: left or removed, by whom and why; for owner and admins',
      tag: 'Members',
      access: 'user',
      Path: GroupPath,
      Query: PageQuery,
      success: { status: 200, description: 'The last to go first.', Schema: DeparturePage },
      problems: ['GroupNotFound', 'NotGroupMember', 'NotGroupManager', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        await readAccess.manager(caller, path.groupId);
        const page = await departures.departuresOfGroup(caller.tenant, path.groupId, pageRequest(query));
        return { status: 200, body: { ...page, items: page.items.map(departureBody) } };
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/roles',
      operationId: 'getRoles',
      summary: 'What the users named are in a group',
      tag: 'Members',
      access: 'user',
      Path: GroupPath,
      Query: UsersQuery,
      success: { status: 200, description: 'One item for each, in the order asked for.', Schema: Roles },
      problems: ['GroupNotFound', 'NotGroupMember', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        return { status: 200, body: { items: await rolesOf(caller, path.groupId, query.userIds) } };
      },
    }),
    operation({
      method: 'post',
      path: '/groups/{groupId}/roles/lookup',
      operationId: 'lookUpRoles',
      summary: 'What more users than fit into a query are in a group',
      tag: 'Members',
      access: 'user',
      command: false,
      Path: GroupPath,
      Query: ReadQuery,
      Body: UsersAsked,
      success: { status: 200, description: 'One item for each, in the order asked for.', Schema: Roles },
      problems: ['GroupNotFound', 'NotGroupMember', ...reading],
      handle: async ({ path, query, body, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        return { status: 200, body: { items: await rolesOf(caller, path.groupId, body.userIds) } };
      },
    }),
  ];
}
