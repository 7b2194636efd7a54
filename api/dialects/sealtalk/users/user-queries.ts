import { Allow } from 'class-validator';
import type { GroupView } from '../../../../application/queries/groups.js';
import { MAX_PAGE } from '../../../../application/queries/page.js';
import type { UserView } from '../../../../application/queries/users.js';
import { actorOf } from '../../shared/context.js';
import { profilesOf } from '../../shared/reading.js';
import { allOf } from '../all-pages.js';
import { texts } from '../errors.js';
import { certiStatusOf, roleNumbers } from '../groups/views.js';
import { type Operation, operation } from '../operation.js';
import { phoneOf, regional } from '../phones.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { timesOf } from '../times.js';
import { briefCard, userCard } from '../user-view.js';

class UserPath {
  @Allow()
  id!: string;
}

class PhonePath {
  @Allow()
  region!: string;
  @Allow()
  phone!: string;
}

class BatchQuery {
  @Allow()
  id?: unknown;
}

class FindQuery {
  @Allow()
  region?: unknown;
  @Allow()
  phone?: unknown;
  @Allow()
  st_account?: unknown;
}

class FavouritesQuery {
  @Allow()
  limit?: unknown;
  @Allow()
  offset?: unknown;
}

/** Who others are, and what one has oneself. */
export function userQueryOperations(services: SealtalkServices): Operation[] {
  const { ids, users, groups, favourites, friendships, phoneAccounts, phoneVerification } = services;

  /** Whoever has the phone and lets himself be found by it. */
  const foundBy = async (tenant: string, me: string, phone: string): Promise<UserView | undefined> => {
    phoneVerification.looked(`${tenant} ${me}`);
    const userId = await phoneAccounts.holderOf(tenant, phone);
    const user = userId === undefined ? undefined : await users.userById(tenant, userId);
    return user?.privacy.searchable === false && user.userId !== me ? undefined : user;
  };

  const creatorsOf = (tenant: string, found: readonly GroupView[]): Promise<ReadonlyMap<string, string>> =>
    ids.shownUsers(
      tenant,
      found.map(({ ownerId, creatorId }) => ownerId ?? creatorId),
    );

  /** What a group is in lists of one's own. */
  const listed = (group: GroupView, creators: ReadonlyMap<string, string>) => {
    const creator = group.ownerId ?? group.creatorId;
    return {
      id: ids.ofNumber(group.number),
      name: group.name,
      portraitUri: group.avatar,
      creatorId: creators.get(creator) ?? creator,
      memberCount: group.memberCount,
      maxMemberCount: group.maximum,
      isMute: group.mutedAll ? 1 : 0,
      certiStatus: certiStatusOf(group.joinPolicy),
    };
  };

  return [
    operation({
      method: 'GET',
      path: '/user/groups',
      reads: true,
      handle: async ({ caller }) => {
        const { tenant } = caller;
        const joined = await allOf((page) => groups.groupsOfUser(tenant, actorOf(caller).id, page));
        const creators = await creatorsOf(
          tenant,
          joined.map(({ group }) => group),
        );
        return {
          result: joined.map(({ group, role }) => ({ role: roleNumbers[role], group: listed(group, creators) })),
        };
      },
    }),
    operation({
      method: 'GET',
      path: '/user/favgroups',
      reads: true,
      Query: FavouritesQuery,
      handle: async ({ caller, query }) => {
        const { tenant } = caller;
        const me = actorOf(caller).id;
        const { items, total } = await (query.limit === undefined && query.offset === undefined
          ? allOf((page) => favourites.favouritesOfUser(tenant, me, page)).then((all) => ({
              items: all,
              total: all.length,
            }))
          : favourites.favouritesOfUser(tenant, me, {
              limit: countIn(query.limit ?? String(MAX_PAGE), { min: 1, max: MAX_PAGE }),
              offset: countIn(query.offset ?? '0', { min: 0, max: 2 ** 31 - 1 }),
            }));
        const creators = await creatorsOf(
          tenant,
          items.map(({ group }) => group),
        );
        const list = items.map(({ group, favouritedAt }) => ({
          ...listed(group, creators),
          memberProtection: group.settings.memberProtection ? 1 : 0,
          ...timesOf(group.createdAt, favouritedAt),
        }));
        // Both as they were sent.
        return { result: { list, total, limit: query.limit, offset: query.offset } };
      },
    }),
    operation({
      method: 'GET',
      path: '/user/batch',
      reads: true,
      Query: BatchQuery,
      handle: async ({ caller, query }) => {
        const asked: unknown[] = Array.isArray(query.id) ? query.id : [query.id];
        if (asked.length > MAX_PAGE) refused(texts.illegalParameter);
        const meant = await ids.users(caller.tenant, asked);
        const found = await profilesOf(
          users,
          caller.tenant,
          meant.filter((userId) => userId !== null),
        );
        return { result: [...found.values()].map((user) => briefCard(user, ids)) };
      },
    }),
    operation({
      method: 'GET',
      path: '/user/find/{region}/{phone}',
      Params: PhonePath,
      handle: async ({ caller, params }) => {
        const phone = phoneOf(params.region, params.phone);
        if (phone === undefined) return refuseText(400, 'Invalid region and phone number.');
        const user = await foundBy(caller.tenant, actorOf(caller).id, phone);
        return user === undefined ? refused(texts.unknownUser) : { result: briefCard(user, ids) };
      },
    }),
    operation({
      method: 'GET',
      path: '/user/find_user',
      Query: FindQuery,
      handle: async ({ caller, query }) => {
        const [region, phone, account] = [query.region, query.phone, query.st_account].map((value) =>
          typeof value === 'string' && value !== '' ? value : undefined,
        );
        if ((region === undefined || phone === undefined) && account === undefined) {
          return refuseText(400, 'Parameter is empty.');
        }
        // Accounts have no names here but the ones that nobody sees.
        const wanted = phoneOf(region, phone);
        const user = wanted === undefined ? undefined : await foundBy(caller.tenant, actorOf(caller).id, wanted);
        if (user === undefined) return refused(texts.unknownUser);
        const { id, nickname, gender, portraitUri, stAccount } = userCard(user, ids);
        return { result: { id, nickname, gender, portraitUri, stAccount } };
      },
    }),
    operation({
      method: 'GET',
      path: '/user/blacklist',
      reads: true,
      handle: async ({ caller }) => {
        const { tenant } = caller;
        const blocks = await allOf((page) => friendships.blocksOfUser(tenant, actorOf(caller).id, page));
        return {
          result: blocks.flatMap(({ user, blockedAt }) => {
            if (user === null) return [];
            const { updatedAt, updatedTime } = timesOf(blockedAt, blockedAt);
            return [{ user: { ...userCard(user, ids), updatedAt, updatedTime } }];
          }),
        };
      },
    }),
    operation({
      method: 'GET',
      path: '/user/{id}',
      reads: true,
      Params: UserPath,
      handle: async ({ caller, params }) => {
        const { tenant } = caller;
        const me = actorOf(caller).id;
        const userId = await ids.user(tenant, params.id);
        const user = userId === null ? undefined : await users.userById(tenant, userId);
        if (user === undefined) return refused(texts.unknownUser);
        // A number is for the user himself and those who are his friends.
        const knows = user.userId === me || (await friendships.areFriends(tenant, user.userId, me)).inListOfA;
        const card = userCard(user, ids);
        return { result: knows ? { ...card, phone: regional(user.phone).phone } : card };
      },
    }),
  ];
}

/** @throws SealtalkRefused 400 */
function countIn(text: unknown, { min, max }: { readonly min: number; readonly max: number }): number {
  const count = typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return count === undefined || count < min || count > max ? refused(texts.illegalParameter) : count;
}
