import type { GroupQueries, GroupView as GroupRow } from '../../application/queries/groups.js';
import type { HistoryReader } from '../../application/queries/history.js';
import type { MemberQueries, MemberView as MemberRow } from '../../application/queries/members.js';
import type { UserQueries, UserView as UserRow } from '../../application/queries/users.js';
import type { RecordedEvent } from '../../application/ports/envelope.js';
import { sentence } from '../../application/audit/sentences.js';
import { actingUser, hasAdminPowers } from '../../domain/shared/actor.js';
import { DomainError } from '../../domain/shared/errors.js';
import { etagOf } from '../http/etag.js';
import { actorOf, resolveUser } from './commanding.js';
import { PageQuery, ReadQuery } from './dto/common.js';
import {
  EventsQuery,
  GroupPage,
  GroupPath,
  GroupView,
  HistoryPage,
  MemberPage,
  MemberPath,
  MemberView,
  type HistoryEvent,
} from './dto/groups.js';
import { UserPath, UserView } from './dto/users.js';
import { operation, type Operation, type Reply } from './operation.js';
import { Refused } from './problems.js';
import { type Freshness, isoTime } from './reading.js';

export interface Queries {
  readonly users: UserQueries;
  readonly groups: GroupQueries;
  readonly members: MemberQueries;
  readonly history: HistoryReader;
  readonly freshness: Freshness;
}

export function queryOperations({ users, groups, members, history, freshness }: Queries): Operation[] {
  /** Members are shown to members and app admins (seed 003, get_group_member_list). */
  const mayAsk = async (groupId: string, tenant: string, actor: ReturnType<typeof actorOf>): Promise<GroupRow> => {
    const group = await groups.groupById(tenant, groupId);
    if (group === undefined) throw new DomainError('GroupNotFound', { groupId });
    const asking = actingUser(actor);
    if (!hasAdminPowers(actor) && (await members.member(tenant, groupId, asking)) === undefined) {
      throw new DomainError('NotGroupMember', { userIds: [asking] });
    }
    return group;
  };

  return [
    operation({
      method: 'get',
      path: '/users/{userId}',
      operationId: 'getUser',
      summary: 'A user',
      tag: 'Users',
      access: 'user',
      Path: UserPath,
      Query: ReadQuery,
      success: { status: 200, description: 'The user.', Schema: UserView },
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
      Query: PageQuery,
      success: { status: 200, description: 'In the order of joining.', Schema: GroupPage },
      problems: ['ReadModelBehind', 'CursorGone'],
      handle: async ({ query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const page = await groups.groupsOfUser(caller.tenant, actingUser(actorOf(caller)), pageRequest(query));
        return { status: 200, body: { items: page.items.map(({ group }) => groupBody(group)), next: page.next } };
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
      success: { status: 200, description: 'The group; its ETag is for If-Match.', Schema: GroupView },
      problems: ['GroupNotFound', 'ReadModelBehind', 'CursorGone'],
      handle: async ({ path, query, caller, request }): Promise<Reply> => {
        await freshness.atLeast(query.minPosition, caller);
        const group = await groups.groupById(caller.tenant, path.groupId);
        if (group === undefined) throw new DomainError('GroupNotFound', { groupId: path.groupId });
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
      Query: PageQuery,
      success: {
        status: 200,
        description: 'A page of members, and how many there are altogether.',
        Schema: MemberPage,
      },
      problems: ['GroupNotFound', 'NotGroupMember', 'ReadModelBehind', 'CursorGone'],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        await mayAsk(path.groupId, caller.tenant, actorOf(caller));
        const page = await members.membersOfGroup(caller.tenant, path.groupId, pageRequest(query));
        const names = await nicknames(users, caller.tenant, page.items);
        return {
          status: 200,
          body: { items: page.items.map((m) => memberBody(m, names)), total: page.total, next: page.next },
        };
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
      problems: ['GroupNotFound', 'NotGroupMember', 'NotFound', 'ReadModelBehind', 'CursorGone'],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        await mayAsk(path.groupId, caller.tenant, actorOf(caller));
        const member = await members.member(caller.tenant, path.groupId, resolveUser(path.userId, caller));
        if (member === undefined) throw new Refused('NotFound', { detail: 'He is not a member of this group.' });
        return { status: 200, body: memberBody(member, await nicknames(users, caller.tenant, [member])) };
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/events',
      operationId: 'getGroupHistory',
      summary: 'What happened to a group, event by event, from the log itself',
      tag: 'History',
      access: 'appAdmin',
      Path: GroupPath,
      Query: EventsQuery,
      success: { status: 200, description: 'A page of events in order of revision.', Schema: HistoryPage },
      problems: ['GroupNotFound', 'Unavailable'],
      handle: async ({ path, query, caller }) => {
        const events = await history.page(
          { category: 'group', tenant: caller.tenant, groupId: path.groupId },
          { from: query.from, limit: query.limit + 1 },
        );
        if (events.length === 0 && query.from === 0) throw new DomainError('GroupNotFound', { groupId: path.groupId });
        const next = events.length > query.limit ? query.from + query.limit : null;
        return { status: 200, body: { items: events.slice(0, query.limit).map(historyBody), next } };
      },
    }),
  ];
}

const pageRequest = ({ limit, cursor }: PageQuery): { limit: number; cursor?: string } => ({
  limit,
  ...(cursor === undefined ? {} : { cursor }),
});

const userBody = ({ userId, number, nickname, avatar, ext, registeredAt }: UserRow): UserView => ({
  userId,
  number,
  nickname,
  avatar,
  ext,
  registeredAt: isoTime(registeredAt),
});

function groupBody(group: GroupRow): GroupView {
  return {
    groupId: group.groupId,
    number: group.number,
    incarnation: group.incarnation,
    preset: group.rules.preset,
    status: group.status,
    name: group.name,
    avatar: group.avatar,
    introduction: group.introduction,
    ext: group.ext,
    customFields: [...group.customFields],
    ownerId: group.ownerId,
    creatorId: group.creatorId,
    memberCount: group.memberCount,
    maximum: group.maximum,
    joinPolicy: group.joinPolicy,
    muted: group.mutedAll,
    speakers: [...group.speakers],
    createdAt: isoTime(group.createdAt),
    revision: group.revision,
  };
}

async function nicknames(
  users: UserQueries,
  tenant: string,
  rows: readonly MemberRow[],
): Promise<ReadonlyMap<string, string | null>> {
  const known = await users.usersByIds(
    tenant,
    rows.filter((row) => row.card.nickname === null).map((row) => row.userId),
  );
  return new Map(known.map((user) => [user.userId, user.nickname]));
}

function memberBody(member: MemberRow, names: ReadonlyMap<string, string | null>): MemberView {
  const until = member.mutedUntil;
  return {
    userId: member.userId,
    role: member.role,
    nickname: member.card.nickname ?? names.get(member.userId) ?? null,
    joinedAt: isoTime(member.joinedAt),
    mutedUntil: until === undefined ? null : until === null ? 'forever' : isoTime(until),
  };
}

function historyBody({ id, revision, type, envelope, event }: RecordedEvent): HistoryEvent {
  return {
    id,
    revision,
    type,
    schemaVersion: envelope.schemaVersion,
    occurredAt: isoTime(envelope.occurredAt),
    actor: envelope.actor,
    via: envelope.via,
    sentence: event === undefined ? `${type}: an event of a newer version` : sentence(event, envelope.actor),
    data: event?.data ?? null,
    correlationId: envelope.$correlationId,
    causationId: envelope.$causationId,
    ...(envelope.requestRef === undefined ? {} : { requestRef: envelope.requestRef }),
    prevHash: envelope.prevHash,
    hash: envelope.hash,
  };
}
