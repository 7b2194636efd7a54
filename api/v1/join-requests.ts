import { manages } from '../../application/queries/sight.js';
import { ownUser } from './access.js';
import { receipt, requestContext, resolveUser } from './commanding.js';
import { always, done, managers, reading } from './declaring.js';
import { AnswerJoinRequest, ApplicationsQuery, ManagedQuery, RequestQuery } from './dto/admission.js';
import { GroupPath, MemberPath } from './dto/groups.js';
import { UserPath } from './dto/users.js';
import { applicationFilter, newestOfEach, type InvitationServices } from './invitations.js';
import { operation, type Operation } from './operation.js';
import { ApplicationPage } from './schemas/views.js';
import { JoinRequestAnswerReceipt, JoinRequestReceipt } from './schemas/receipts.js';
import { pageRequest } from './reading.js';
import { applicationBody } from './views.js';

const ended = ['JoinRequestNotFound', 'JoinRequestHandled'] as const;

/** What becomes of asking to come in; the asking itself is `PUT /groups/{groupId}/members/me`. */
export function joinRequestOperations(services: InvitationServices): Operation[] {
  const { groupCommands: groups, applications, readAccess, freshness, clock } = services;
  return [
    operation({
      method: 'put',
      path: '/groups/{groupId}/join-requests/{userId}/answer',
      operationId: 'answerJoinRequest',
      summary: 'Approve, refuse or ignore somebody’s request to join',
      tag: 'Join requests',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Body: AnswerJoinRequest,
      success: done(JoinRequestAnswerReceipt),
      problems: [...always, ...managers, ...ended, 'GroupFull'],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const result = await groups.answerJoinRequest(
          requestContext(invocation, 'PUT /groups/{groupId}/join-requests/{userId}/answer'),
          { ...invocation.body, groupId, userId: resolveUser(userId, invocation.caller) },
        );
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}/join-requests/{userId}',
      operationId: 'withdrawJoinRequest',
      summary: 'Take one’s request to join back',
      tag: 'Join requests',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Query: RequestQuery,
      success: done(JoinRequestReceipt),
      problems: [...always, ...ended],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const { requestId } = invocation.query;
        const result = await groups.withdrawJoinRequest(
          requestContext(invocation, 'DELETE /groups/{groupId}/join-requests/{userId}'),
          {
            groupId,
            userId: resolveUser(userId, invocation.caller),
            ...(requestId === undefined ? {} : { requestId }),
          },
        );
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/join-requests',
      operationId: 'listGroupJoinRequests',
      summary: 'The requests to join a group: all for its managers, one’s own for anybody else',
      tag: 'Join requests',
      access: 'user',
      Path: GroupPath,
      Query: ApplicationsQuery,
      success: { status: 200, description: 'The newest of each applicant, newest first.', Schema: ApplicationPage },
      problems: ['GroupNotFound', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const asking = await readAccess.asking(caller, path.groupId);
        const page = await applications.ofGroup(caller.tenant, path.groupId, pageRequest(query), {
          ...applicationFilter(query, clock),
          ...newestOfEach,
          kinds: ['request'],
          ...(manages(asking) ? {} : { userIds: [asking.userId] }),
        });
        return { status: 200, body: { ...page, items: page.items.map(applicationBody) } };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/join-requests',
      operationId: 'listUserJoinRequests',
      summary: 'The requests to join that a user made',
      tag: 'Join requests',
      access: 'user',
      Path: UserPath,
      Query: ApplicationsQuery,
      success: { status: 200, description: 'Of all groups, newest first.', Schema: ApplicationPage },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const filter = { ...applicationFilter(query, clock), kinds: ['request'] } as const;
        const page = await applications.ofUser(caller.tenant, user, pageRequest(query), filter);
        return { status: 200, body: { ...page, items: page.items.map(applicationBody) } };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/applications',
      operationId: 'listManagedApplications',
      summary: 'What asks for a user’s word as a manager, of all groups that he is owner or admin of',
      tag: 'Join requests',
      access: 'user',
      Path: UserPath,
      Query: ManagedQuery,
      success: {
        status: 200,
        description: 'The newest of each person and group, newest first.',
        Schema: ApplicationPage,
      },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const page = await applications.forManager(caller.tenant, user, pageRequest(query), {
          ...applicationFilter(query, clock),
          ...newestOfEach,
          ...(query.kind === undefined ? {} : { kinds: [query.kind] }),
        });
        return { status: 200, body: { ...page, items: page.items.map(applicationBody) } };
      },
    }),
  ];
}
