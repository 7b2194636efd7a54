import type { GroupCommands } from '../../application/commands/groups.js';
import type { Clock } from '../../application/ports/clock.js';
import type { ApplicationFilter, ApplicationQueries } from '../../application/queries/applications.js';
import { manages } from '../../application/queries/sight.js';
import { ownUser, type ReadAccess } from './access.js';
import { receipt, requestContext, resolveUser } from './commanding.js';
import { always, done, managers, reading } from './declaring.js';
import { AnswerInvitation, ApplicationsQuery, InvitationsQuery, InvitePeople, InviteQuery } from './dto/admission.js';
import { GroupPath, MemberPath } from './dto/groups.js';
import { UserPath } from './dto/users.js';
import { operation, type Operation } from './operation.js';
import { ApplicationPage } from './schemas/views.js';
import { AdditionReceipt, InvitationAnswerReceipt, InvitationReceipt } from './schemas/receipts.js';
import { type Freshness, pageRequest } from './reading.js';
import { applicationBody } from './views.js';

export interface InvitationServices {
  readonly groupCommands: GroupCommands;
  readonly applications: ApplicationQueries;
  readonly readAccess: ReadAccess;
  readonly freshness: Freshness;
  readonly clock: Clock;
}

const ended = ['InvitationNotFound', 'InvitationHandled', 'InvitationExpired'] as const;

/** Naming others: who is asked, who answers, who takes it back. */
export function invitationOperations(services: InvitationServices): Operation[] {
  const { groupCommands: groups, applications, readAccess, freshness, clock } = services;
  return [
    operation({
      method: 'post',
      path: '/groups/{groupId}/invitations',
      operationId: 'invitePeople',
      summary: 'Invite people: each joins at once, or waits for his own word or a manager’s',
      description:
        'Who wants to be asked is asked, where the rules leave it to him; what an ordinary member’s invitation needs, the join policy says. `outcome.items` has one result each: `joined`, `awaitsInvitee`, `awaitsManager`, `already`, `repeated`, `unknown` or `full`.',
      tag: 'Invitations',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: InvitePeople,
      success: done(AdditionReceipt),
      problems: [
        ...always,
        'NotGroupMember',
        'InviteClosed',
        'RulesForbid',
        'DuplicateItems',
        'AlreadyGroupMember',
        'UserNotFound',
        'GroupFull',
      ],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const { userIds, allOrNothing, reason, expiresAt } = invocation.body;
        const onItem = allOrNothing ? 'refuse' : 'report';
        const result = await groups.addMembers(requestContext(invocation, 'POST /groups/{groupId}/invitations'), {
          groupId,
          userIds,
          ...(reason === undefined ? {} : { reason }),
          ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
          repeated: onItem,
          already: onItem,
          unknown: onItem,
          full: onItem,
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'put',
      path: '/groups/{groupId}/invitations/{userId}/answer',
      operationId: 'answerInvitation',
      summary: 'Answer an invitation: one’s own (`me`), or as a manager for the group',
      description: 'The last word awaited lets him in: `outcome.joined`.',
      tag: 'Invitations',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Body: AnswerInvitation,
      success: done(InvitationAnswerReceipt),
      problems: [...always, ...managers, ...ended, 'GroupFull'],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const result = await groups.answerInvitation(
          requestContext(invocation, 'PUT /groups/{groupId}/invitations/{userId}/answer'),
          { ...invocation.body, groupId, userId: resolveUser(userId, invocation.caller) },
        );
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'delete',
      path: '/groups/{groupId}/invitations/{userId}',
      operationId: 'withdrawInvitation',
      summary: 'Take an invitation back: who made it, or a manager',
      tag: 'Invitations',
      access: 'user',
      ifMatch: true,
      Path: MemberPath,
      Query: InviteQuery,
      success: done(InvitationReceipt),
      problems: [...always, ...managers, ...ended],
      handle: async (invocation) => {
        const { groupId, userId } = invocation.path;
        const { inviteId } = invocation.query;
        const result = await groups.withdrawInvitation(
          requestContext(invocation, 'DELETE /groups/{groupId}/invitations/{userId}'),
          {
            groupId,
            userId: resolveUser(userId, invocation.caller),
            ...(inviteId === undefined ? {} : { inviteId }),
          },
        );
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'get',
      path: '/groups/{groupId}/invitations',
      operationId: 'listGroupInvitations',
      summary: 'The invitations to a group: all for its managers, one’s own for anybody else',
      tag: 'Invitations',
      access: 'user',
      Path: GroupPath,
      Query: ApplicationsQuery,
      success: { status: 200, description: 'The newest of each invitee, newest first.', Schema: ApplicationPage },
      problems: ['GroupNotFound', ...reading],
      handle: async ({ path, query, caller }) => {
        await freshness.atLeast(query.minPosition, caller);
        const asking = await readAccess.asking(caller, path.groupId);
        const page = await applications.ofGroup(caller.tenant, path.groupId, pageRequest(query), {
          ...applicationFilter(query, clock),
          ...newestOfEach,
          kinds: ['invitation'],
          ...(manages(asking) ? {} : { userIds: [asking.userId] }),
        });
        return { status: 200, body: { ...page, items: page.items.map(applicationBody) } };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/invitations',
      operationId: 'listUserInvitations',
      summary: 'The invitations that name a user, or that he made',
      tag: 'Invitations',
      access: 'user',
      Path: UserPath,
      Query: InvitationsQuery,
      success: { status: 200, description: 'Of all groups, newest first.', Schema: ApplicationPage },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const filter: ApplicationFilter = { ...applicationFilter(query, clock), kinds: ['invitation'] };
        const page =
          query.as === 'inviter'
            ? await applications.ofInviter(caller.tenant, user, pageRequest(query), filter)
            : await applications.ofUser(caller.tenant, user, pageRequest(query), filter);
        return { status: 200, body: { ...page, items: page.items.map(applicationBody) } };
      },
    }),
  ];
}

export const applicationFilter = ({ status }: ApplicationsQuery, clock: Clock): ApplicationFilter => ({
  at: clock.now(),
  ...(status === undefined ? {} : { statuses: [status] }),
});

/** For managers: however often somebody asks, he stands in their lists with his newest, and with what waits for an answer. */
export const newestOfEach = { latestOnly: true, pendingToo: true } as const;
