import { setImmediate } from 'node:timers/promises';
import type { GroupView } from '../../../application/queries/groups.js';
import type { GroupPeople, MemberView } from '../../../application/queries/members.js';
import { MAX_PAGE } from '../../../application/queries/page.js';
import type { Looking } from '../../../application/queries/sight.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { actorOf } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import { GroupReq, MemberReq, SearchReq } from './dto.js';
import { wireIdOf } from './group-ids.js';
import type { GroupLooks } from './group-looks.js';
import type { Grounds } from './group-operations.js';
import { numbersOf } from './mark.js';
import { asked, type Operation, operation } from './operation.js';
import type { DtalkServices } from './services.js';
import { factsOfView, isMutedAt, wireGroup, type WireGroup, type WireMember, wireMember } from './views.js';

const NO_PEOPLE: GroupPeople = { owner: undefined, self: undefined, admins: 0, muted: 0 };

/** What is read; all of it shows what the caller has just done. */
export function groupQueryOperations(services: DtalkServices, { groupIds }: Grounds, looks: GroupLooks): Operation[] {
  const { groups, members, numbers, groupKeys, clock } = services;

  const groupOf = ({ caller, body }: Call<GroupReq>): Promise<string> => groupIds.of(caller.tenant, body);

  /** Groups with who stands out in them; `secret`: as an outsider sees them. */
  const withPeople = async (
    tenant: string,
    self: string,
    ids: readonly string[],
    { secret = false, known }: { readonly secret?: boolean; readonly known?: readonly GroupView[] } = {},
  ): Promise<WireGroup[]> => {
    const at = clock.now();
    const [found, people] = await Promise.all([
      known ?? groups.groupsByIds(tenant, ids),
      members.peopleOf(tenant, ids, self, at),
    ]);
    return found.map((group) => {
      const { owner, self: own, ...counts } = people.get(group.groupId) ?? NO_PEOPLE;
      const mine = secret ? undefined : own;
      return wireGroup(factsOfView(group), {
        ...counts,
        owner: owner && wireMember(owner, at, lookingOf(self, mine, group)),
        person: mine === undefined ? null : wireMember(mine, at),
        key: mine === undefined ? '' : groupKeys.keyOf(tenant, group),
      });
    });
  };

  /** Those that are there; of what names nobody's group, none. @throws DomainError GroupDismissed */
  const sought = async (tenant: string, { tp, query }: SearchReq): Promise<GroupView[]> => {
    const ids = tp === 0 ? await markedWith(tenant, query) : await idOf(tenant, query);
    const found = await groups.groupsByIds(tenant, ids);
    const live = found.filter(({ status }) => status === 'active');
    const [dismissed] = found;
    if (live.length === 0 && dismissed !== undefined) {
      throw new DomainError('GroupDismissed', { groupId: dismissed.groupId });
    }
    return live;
  };

  const markedWith = async (tenant: string, mark: string): Promise<string[]> => {
    const found = await numbers.numbered(tenant, numbersOf(mark));
    return [...found.values()].flatMap(({ kind, id }) => (kind === 'group' ? [id] : []));
  };

  const idOf = async (tenant: string, query: string): Promise<string[]> => {
    try {
      return [await groupIds.of(tenant, { idStr: query })];
    } catch {
      return []; // it can be no group's
    }
  };

  return [
    operation({
      path: '/group-info',
      reads: true,
      Body: GroupReq,
      handle: async (call) => {
        const { tenant } = call.caller;
        const { group, looking, members: all } = await looks.withMembers(call.caller, await groupOf(call));
        const at = clock.now();
        const shown = await wireMembers(all, at, looking);
        const own = all.findIndex(({ userId }) => userId === looking.userId);
        const owner = all.findIndex(({ role }) => role === 'owner');
        return {
          ...wireGroup(factsOfView({ ...group, memberCount: all.length }), {
            owner: shown[owner],
            person: shown[own] ?? null,
            admins: all.filter(({ role }) => role === 'admin').length,
            muted: all.filter((member) => isMutedAt(member, at)).length,
            key: shown[own] === undefined ? '' : groupKeys.keyOf(tenant, group),
          }),
          members: shown,
        };
      },
    }),
    operation({
      path: '/group-pub-info',
      reads: true,
      Body: GroupReq,
      handle: async (call) => {
        const { tenant } = call.caller;
        const group = await looks.group(tenant, await groupOf(call));
        const [shown] = await withPeople(tenant, actorOf(call.caller).id, [group.groupId], { known: [group] });
        return shown ?? {};
      },
    }),
    asked({
      method: 'GET',
      path: '/group-list',
      also: [{ method: 'POST', path: '/group-list' }],
      reads: true,
      handle: async ({ caller }) => {
        const { tenant } = caller;
        const { id } = actorOf(caller);
        // All of them: this API has no pages.
        const joined = await groups.groupIdsOfUser(tenant, id);
        const shown: WireGroup[] = [];
        for (let start = 0; start < joined.length; start += MAX_PAGE) {
          shown.push(...(await withPeople(tenant, id, joined.slice(start, start + MAX_PAGE))));
        }
        return { groups: shown };
      },
    }),
    operation({
      path: '/group-search',
      reads: true,
      Body: SearchReq,
      handle: async (call) => {
        const { tenant } = call.caller;
        const found = await sought(tenant, call.body);
        const ids = found.map(({ groupId }) => groupId);
        return { groups: await withPeople(tenant, actorOf(call.caller).id, ids, { secret: true, known: found }) };
      },
    }),
    operation({
      path: '/group-member-list',
      reads: true,
      Body: GroupReq,
      handle: async (call) => {
        const { group, looking, members: all } = await looks.withMembers(call.caller, await groupOf(call));
        const id = wireIdOf(group);
        return { id, idStr: id.toString(), members: await wireMembers(all, clock.now(), looking) };
      },
    }),
    operation({
      path: '/group-member-info',
      also: [{ method: 'GET', path: '/group-member-info' }],
      reads: true,
      Body: MemberReq,
      handle: async (call) => {
        const { memberId } = call.body;
        const { group, looking } = await looks.asMember(call.caller, await groupOf(call));
        const member = await members.member(call.caller.tenant, group.groupId, memberId);
        if (member === undefined) throw new DomainError('NotGroupMember', { userIds: [memberId] });
        return wireMember(member, clock.now(), looking);
      },
    }),
    operation({
      path: '/mute-list',
      reads: true,
      Body: GroupReq,
      handle: async (call) => {
        const { tenant } = call.caller;
        const { groupId } = await looks.asManager(call.caller, await groupOf(call));
        const at = clock.now();
        const muted: MemberView[] = [];
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page = { limit: MAX_PAGE, ...(cursor === undefined ? {} : { cursor }) };
          const { items, next } = await members.mutedMembers(tenant, groupId, at, page);
          muted.push(...items);
          cursor = next;
        }
        return { members: muted.map((member) => wireMember(member, at)) };
      },
    }),
  ];
}

const lookingOf = (userId: string, own: MemberView | undefined, { settings }: GroupView): Looking => ({
  userId,
  role: own?.role,
  appAdmin: false,
  settings,
});

/** Others get their turn between so many of a long list. */
const SLICE = 1_000;

async function wireMembers(all: readonly MemberView[], at: number, looking: Looking): Promise<WireMember[]> {
  const shown: WireMember[] = [];
  for (let start = 0; start < all.length; start += SLICE) {
    if (start > 0) await setImmediate();
    for (const member of all.slice(start, start + SLICE)) shown.push(wireMember(member, at, looking));
  }
  return shown;
}
