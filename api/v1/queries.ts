import type { GroupQueries } from '../../application/queries/groups.js';
import type { HistoryReader } from '../../application/queries/history.js';
import type { MemberFilter, MemberQueries } from '../../application/queries/members.js';
import { mayLookAtOthers, sightOf } from '../../application/queries/sight.js';
import type { UserQueries } from '../../application/queries/users.js';
import { actingUser } from '../../domain/shared/actor.js';
import { DomainError } from '../../domain/shared/errors.js';
import { etagOf } from '../http/etag.js';
import { ReadAccess } from './access.js';
import { actorOf, resolveUser } from './commanding.js';
import { ReadQuery } from './dto/common.js';
import { EventsQuery, GroupPath, GroupsQuery, MemberPath, MembersQuery } from './dto/groups.js';
import { UserPath, UsersAsked, UsersQuery } from './dto/users.js';
import { historyBody } from './history-body.js';
import { operation, type Operation } from './operation.js';
import { GroupPage, GroupSeen, HistoryPage, MemberPage, MemberView, UserView, Users } from './schemas/views.js';
import { Refused } from './problems.js';
import { type Freshness, pageRequest } from './reading.js';
import { groupBody, groupPreview, memberBody, nicknames, userBody } from './views.js';

export interface Queries {
  readonly users: UserQueries;
  readonly groups: GroupQueries;
  readonly members: MemberQueries;
  readonly history: HistoryReader;
  readonly freshness: Freshness;
}

export function queryOperations({ users, groups, members, history, freshness }: Queries): Operation[] {
  const access = new ReadAccess(groups);

  return [
    operation({
      method: 'get',
      path: '/users',
      operationId: 'getUsers',
      summary: 'Several users, by id',
      tag: 'Users',
      access: 'user',
      Query: UsersQuery,
      success: { status: 200, description: 'The users that are there.', Schema: Users },
      problems: ['ReadModelBehind', 'CursorGone'],
      handle: async ({ query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const found = await users.usersByIds(caller.tenant, query.userIds);
        return { status: 200, body: { items: found.map(userBody) } };
      },
    }),
    operation({
      method: 'post',
      path: '/users/lookup',
      operationId: 'lookUpUsers',
      summary: 'Several users, by more ids than fit into a query',
      tag: 'Users',
      access: 'user',
      command: false,
      Query: ReadQuery,
      Body: UsersAsked,
      success: { status: 200, description: 'The users that are there.', Schema: Users },
      problems: ['ReadModelBehind', 'CursorGone'],
      handle: async ({ query, body, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const found = await users.usersByIds(caller.tenant, body.userIds);
        return { status: 200, body: { items: found.map(userBody) } };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}',
      operationId: 'getUser',
      summary: 'A user',
      tag: 'Users',
      access: 'user',
      Path: UserPath,
      Query: ReadQuery,
      success: { status: 200, description: 'The user.', Schema: UserView, etag: true },
      problems: ['UserNotFound', 'ReadModelBehind', 'CursorGone'],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const userId = resolveUser(path.userId, caller);
        const user = await users.userById(caller.tenant, userId);
        if (user === undefined) throw new DomainError('UserNotFound', { userIds: [userId] });
        return { status: 200, headers: { ETag: etagOf(user.revision) }, body: userBody(user) };
      },
    }),
    operation({
      method: 'get',
      path: '/groups',
      operationId: 'listGroups',
      summary: 'The active groups that the caller is a member of',
      tag: 'Groups',
      access: 'user',
      Query: GroupsQuery,
      success: { status: 200, description: 'In the order of joining.', Schema: GroupPage },
      problems: ['ReadModelBehind', 'CursorGone'],
      handle: async ({ query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const { role, kind } = query;
        const page = await groups.groupsOfUser(caller.tenant, actingUser(actorOf(caller)), pageRequest(query), {
          ...(role === undefined ? {} : { roles: [role] }),
          ...(kind === undefined ? {} : { kind }),
        });
        const items = page.items.map(({ group }) => groupBody(group));
        return { status: 200, body: { items, total: page.total, next: page.next } };
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}',
      operationId: 'getGroup',
      summary: 'A group, dismissed ones too',
      tag: 'Groups',
      access: 'user',
      Path: GroupPath,
      Query: ReadQuery,
      success: {
        status: 200,
        description: 'The group; its ETag, which outsiders don’t see, is for If-Match.',
        Schema: GroupSeen,
        etag: true,
      },
      problems: ['GroupNotFound', 'ReadModelBehind', 'CursorGone'],
      handle: async ({ path, query, caller, request }) => {
        await freshness.atLeast(query.minPosition, caller);
        const group = await groups.groupById(caller.tenant, path.groupId);
        if (group === undefined) throw new DomainError('GroupNotFound', { groupId: path.groupId });
        const { appAdmin, role } = await access.asking(caller, path.groupId);
        if (!appAdmin && role === undefined) return { status: 200, body: groupPreview(group) };
        const headers = { ETag: etagOf(group.revision) };
        if (request.get('if-none-match') === headers.ETag) return { status: 304, headers };
        return { status: 200, headers, body: groupBody(group) };
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/members',
      operationId: 'listMembers',
      summary: 'The members of a group: owner, admins, members, each in the order of joining',
      tag: 'Members',
      access: 'user',
      Path: GroupPath,
      Query: MembersQuery,
      success: {
        status: 200,
        description: 'A page of members, and how many there are altogether.',
        Schema: MemberPage,
      },
      problems: ['GroupNotFound', 'NotGroupMember', 'NotGroupManager', 'ReadModelBehind', 'CursorGone'],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const asking = await access.member(caller, path.groupId);
        // By a name that he may not see he may not search either.
        if (query.keyword !== undefined && !mayLookAtOthers(asking)) {
          throw new DomainError('NotGroupManager', { groupId: path.groupId });
        }
        const page = await members.membersOfGroup(caller.tenant, path.groupId, pageRequest(query), filterOf(query));
        const names = await nicknames(users, caller.tenant, page.items);
        const items = page.items.map((member) => memberBody(member, names, sightOf(asking, member)));
        return { status: 200, body: { items, total: page.total, next: page.next } };
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/members/{userId}',
      operationId: 'getMember',
      summary: 'One member',
      tag: 'Members',
      access: 'user',
      Path: MemberPath,
      Query: ReadQuery,
      success: { status: 200, description: 'The member.', Schema: MemberView },
      problems: ['GroupNotFound', 'NotGroupMember', 'MemberNotFound', 'ReadModelBehind', 'CursorGone'],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const asking = await access.member(caller, path.groupId);
        const userId = resolveUser(path.userId, caller);
        const member = await members.member(caller.tenant, path.groupId, userId);
        if (member === undefined) throw new Refused('MemberNotFound', { facts: { userIds: [userId] } });
        return {
          status: 200,
          body: memberBody(member, await nicknames(users, caller.tenant, [member]), sightOf(asking, member)),
        };
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/events',
      operationId: 'getGroupHistory',
      summary: 'What happened to a group, event by event, from the log itself',
      tag: 'History',
      access: 'history',
      Path: GroupPath,
      Query: EventsQuery,
      success: { status: 200, description: 'A page of events in order of revision.', Schema: HistoryPage },
      problems: ['GroupNotFound', 'HistoryNotUnderstood', 'Unavailable'],
      handle: async ({ path, query, caller }) => {
        const events = await history.page(
          { category: 'group', tenant: caller.tenant, groupId: path.groupId },
          { from: query.from, limit: query.limit + 1 },
        );
        if (events.length === 0 && query.from === 0) throw new DomainError('GroupNotFound', { groupId: path.groupId });
        const next = events.length > query.limit ? query.from + query.limit : null;
        return { status: 200, body: { items: events.slice(0, query.limit).map((item) => historyBody(item)), next } };
      },
    }),
  ];
}

const filterOf = ({ role, keyword }: MembersQuery): MemberFilter => ({
  ...(role === undefined ? {} : { roles: [role] }),
  ...(keyword === undefined ? {} : { keyword }),
});
