import { IsOptional } from 'class-validator';
import type { DepartureView } from '../../../../application/queries/departures.js';
import type { GroupView } from '../../../../application/queries/groups.js';
import type { MemberView, ProfiledMember } from '../../../../application/queries/members.js';
import { MAX_PAGE } from '../../../../application/queries/page.js';
import { sightOf } from '../../../../application/queries/sight.js';
import { actorOf } from '../../shared/context.js';
import type { Caller } from '../../shared/operation.js';
import { profilesOf } from '../../shared/reading.js';
import { texts } from '../errors.js';
import { type Operation, operation } from '../operation.js';
import { postingOn } from '../posting.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { bulletinInfo, clearStatusOf, groupInfo, memberInfo } from './views.js';

class GroupPath {
  @IsOptional()
  id!: string;
}

class BulletinQuery {
  /** As the page says it … */
  @IsOptional()
  id?: unknown;
  /** … and as the original's clients ask. */
  @IsOptional()
  groupId?: unknown;
}

/** A list has no pages in 004; groups of other APIs may hold more, of whom these are the first. */
const MOST_LISTED = 5_000;

/** What groups are, who is in them, and who was. */
export function groupQueryOperations(services: SealtalkServices): Operation[] {
  const { ids, groups, members, departures, users } = services;
  const posting = postingOn(services);

  const groupNamed = async (tenant: string, text: unknown): Promise<GroupView | undefined> => {
    const groupId = await ids.group(tenant, text);
    return groupId === null ? undefined : groups.groupById(tenant, groupId);
  };

  const roleOf = async ({ tenant, actor }: Caller, groupId: string): Promise<MemberView['role'] | undefined> =>
    (await members.rolesOf(tenant, groupId, [actorOf({ tenant, actor }).id])).get(actorOf({ tenant, actor }).id);

  const allMembers = async (tenant: string, groupId: string): Promise<ProfiledMember[]> => {
    const all: ProfiledMember[] = [];
    for (let cursor: string | null | undefined; cursor !== null && all.length < MOST_LISTED;) {
      const page = await members.profiledMembersOfGroup(tenant, groupId, {
        limit: MAX_PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      all.push(...page.items);
      cursor = page.next;
    }
    return all;
  };

  return [
    operation({
      method: 'GET',
      path: '/group/get_bulletin',
      reads: true,
      Query: BulletinQuery,
      handle: async ({ caller, query }) => {
        const group = await groupNamed(caller.tenant, query.groupId ?? query.id);
        // A bulletin is for those in the group: to others it is as if there were none.
        const told =
          group?.status === 'active' && (await roleOf(caller, group.groupId)) !== undefined ? group : undefined;
        const { text, at = 0 } = told?.announcement ?? {};
        if (told === undefined || !text) return refuseText(402, 'No group bulletin.');
        return { result: bulletinInfo(told, { text, at }) };
      },
    }),
    operation({
      method: 'GET',
      path: '/group/{id}',
      reads: true,
      Params: GroupPath,
      handle: async ({ caller, params }) => {
        const { tenant } = caller;
        const group = (await groupNamed(tenant, params.id)) ?? refused(texts.unknownGroup);
        const creator = group.ownerId ?? group.creatorId;
        const [creatorId, role] = await Promise.all([
          ids.shownUser(tenant, creator),
          group.announcement === null ? undefined : roleOf(caller, group.groupId),
        ]);
        return { result: groupInfo(group, creatorId, ids, role !== undefined) };
      },
    }),
    operation({
      method: 'GET',
      path: '/group/{id}/members',
      reads: true,
      Params: GroupPath,
      handle: async ({ caller, params }) => {
        const { tenant } = caller;
        const me = actorOf(caller).id;
        const groupId = (await ids.group(tenant, params.id)) ?? refused(texts.unknownGroup);
        const standing = await groups.standingIn(tenant, groupId, me);
        if (standing === undefined || standing.status === 'dismissed') return refused(texts.unknownGroup);
        const { role, settings } = standing;
        if (role === undefined) return refuseText(403, 'Only group member can get group member info.');
        const all = await allMembers(tenant, groupId);
        const looking = { userId: me, role, appAdmin: false, settings };
        return { result: all.map((member) => memberInfo(member, sightOf(looking, member), ids)) };
      },
    }),
    posting({
      path: '/group/get_regular_clear',
      reads: true,
      handle: async ({ fields, tenant, me }) => {
        const standing = await groups.standingIn(tenant, fields.id('groupId'), me);
        return standing === undefined ? undefined : { result: { clearStatus: clearStatusOf(standing.settings) } };
      },
    }),
    posting({
      path: '/group/exited_list',
      reads: true,
      handle: async ({ fields, tenant, me }) => {
        const groupId = fields.id('groupId');
        const standing = await groups.standingIn(tenant, groupId, me);
        if (standing?.role !== 'owner' && standing?.role !== 'admin') {
          return refuseText(400, texts.notManager.text);
        }
        const { items } = await departures.departuresOfGroup(tenant, groupId, { limit: MAX_PAGE });
        return { result: await departuresShown(tenant, items) };
      },
    }),
  ];

  async function departuresShown(tenant: string, items: readonly DepartureView[]): Promise<object[]> {
    const people = items.flatMap(({ userId, by }) => [userId, by]);
    const [profiles, shownIds] = await Promise.all([profilesOf(users, tenant, people), ids.shownUsers(tenant, people)]);
    return items.map(({ userId, how, by, byRole, at }) => {
      const user = profiles.get(userId);
      const removed = how === 'removed';
      return {
        quitUserId: shownIds.get(userId) ?? userId,
        quitNickname: user?.nickname ?? '',
        quitPortraitUri: user?.avatar ?? '',
        quitReason: removed ? (byRole === 'owner' ? 0 : 1) : 2,
        quitTime: String(at),
        operatorId: removed ? (shownIds.get(by) ?? by) : null,
        operatorName: removed ? (profiles.get(by)?.nickname ?? '') : null,
      };
    });
  }
}
