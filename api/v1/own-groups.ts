import type { UserGroupsCommands } from '../../application/commands/user-groups.js';
import type { Clock } from '../../application/ports/clock.js';
import type { FavouriteQueries } from '../../application/queries/favourites.js';
import type { MemberQueries } from '../../application/queries/members.js';
import type { NoticeQueries } from '../../application/queries/notices.js';
import { hasAdminPowers } from '../../domain/shared/actor.js';
import { ownUser } from './access.js';
import { actorOf, ownReceipt, requestContext, resolveUser } from './commanding.js';
import { done, ownThings, reading } from './declaring.js';
import { PageQuery } from './dto/common.js';
import { FavouritePath, NoticesQuery } from './dto/own-groups.js';
import { UpToQuery } from './dto/settings.js';
import { UserPath } from './dto/users.js';
import { operation, type Operation } from './operation.js';
import { FavouritePage, NoticePage } from './schemas/views.js';
import { OwnReceipt } from './schemas/receipts.js';
import { type Freshness, isoTime, pageRequest } from './reading.js';
import { applicationBody, groupBody, groupPreview } from './views.js';

export interface OwnGroupsServices {
  readonly userGroups: UserGroupsCommands;
  readonly favourites: FavouriteQueries;
  readonly members: Pick<MemberQueries, 'rolesIn'>;
  readonly notices: NoticeQueries;
  readonly freshness: Freshness;
  readonly clock: Clock;
}

/** What a user has of groups for himself alone: favourites, and news that he has seen enough of. */
export function ownGroupsOperations(services: OwnGroupsServices): Operation[] {
  const { userGroups, favourites, members, notices, freshness, clock } = services;
  return [
    operation({
      method: 'put',
      path: '/users/{userId}/favourites/{groupId}',
      operationId: 'favouriteGroup',
      summary: 'Make a group a favourite',
      tag: 'Own groups',
      access: 'user',
      Path: FavouritePath,
      success: done(OwnReceipt),
      problems: [...ownThings, 'GroupNotFound', 'GroupDismissed', 'TooManyFavourites'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PUT /users/{userId}/favourites/{groupId}');
        return ownReceipt(userId, await userGroups.favourite(context, { userId, groupId }));
      },
    }),
    operation({
      method: 'delete',
      path: '/users/{userId}/favourites/{groupId}',
      operationId: 'unfavouriteGroup',
      summary: 'Take a group off the favourites',
      tag: 'Own groups',
      access: 'user',
      Path: FavouritePath,
      success: done(OwnReceipt),
      problems: ownThings,
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'DELETE /users/{userId}/favourites/{groupId}');
        return ownReceipt(userId, await userGroups.unfavourite(context, { userId, groupId }));
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/favourites',
      operationId: 'listFavourites',
      summary: 'A user’s favourite groups',
      tag: 'Own groups',
      access: 'user',
      Path: UserPath,
      Query: PageQuery,
      success: { status: 200, description: 'Newest first; dismissed ones are not shown.', Schema: FavouritePage },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const page = await favourites.favouritesOfUser(caller.tenant, user, pageRequest(query));
        const roles = await members.rolesIn(
          caller.tenant,
          user,
          page.items.map(({ group }) => group.groupId),
        );
        const seesAll = hasAdminPowers(actorOf(caller));
        const items = page.items.map(({ group, favouritedAt }) => ({
          group: seesAll || roles.has(group.groupId) ? groupBody(group) : groupPreview(group),
          favouritedAt: isoTime(favouritedAt),
        }));
        return { status: 200, body: { ...page, items } };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/notices',
      operationId: 'listNotices',
      summary: 'What is news to a user about invitations and join requests',
      tag: 'Own groups',
      access: 'user',
      Path: UserPath,
      Query: NoticesQuery,
      success: { status: 200, description: 'What he has not cleared, newest first.', Schema: NoticePage },
      problems: ['NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const user = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const filter = query.as === undefined ? {} : { as: [query.as] };
        const page = await notices.noticesOfUser(caller.tenant, user, clock.now(), pageRequest(query), filter);
        const items = page.items.map(({ as, noticedAt, application }) => ({
          as,
          noticedAt: isoTime(noticedAt),
          application: applicationBody(application),
        }));
        return { status: 200, body: { ...page, items } };
      },
    }),
    operation({
      method: 'delete',
      path: '/users/{userId}/notices',
      operationId: 'clearNotices',
      summary: 'Clear the notices away, up to a moment',
      tag: 'Own groups',
      access: 'user',
      Path: UserPath,
      Query: UpToQuery,
      success: done(OwnReceipt),
      problems: ownThings,
      handle: async (invocation) => {
        const { upTo } = invocation.query;
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'DELETE /users/{userId}/notices');
        const asked = { userId, ...(upTo === undefined ? {} : { upTo: Date.parse(upTo) }) };
        return ownReceipt(userId, await userGroups.clearNotices(context, asked));
      },
    }),
  ];
}
