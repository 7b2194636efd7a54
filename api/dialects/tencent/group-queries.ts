import type { GroupView, JoinedGroup } from '../../../application/queries/groups.js';
import { MAX_PAGE } from '../../../application/queries/page.js';
import { isId } from '../../../domain/shared/ids.js';
import { DomainError } from '../../../domain/shared/errors.js';
import type { Call } from '../shared/operation.js';
import { errorOf } from './envelope.js';
import {
  AllGroupsReq,
  GroupInfoReq,
  GroupReq,
  type GroupType,
  JoinedGroupsReq,
  type ResponseFilter,
} from './group-dto.js';
import { presetsOf, presetsWithoutHuge, typeByPreset, wireTypeOf } from './group-types.js';
import { groupIdOf } from './ids.js';
import { chatOf, type Looks } from './looks.js';
import { memberItem } from './member-queries.js';
import { operation, type Operation } from './operation.js';
import { sdkappidOf } from './gateway.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { baseInfoOf, customData, memberInfoOf, wanted } from './views.js';

/** Of one look at groups (docs/rules.md D3). */
const MOST_GROUPS = 50;

/** Ids in one page of all groups. */
const MOST_IDS = 10_000;

/** Members that one look at groups shows in all: whoever wants more asks for a group's members. */
const MOST_MEMBERS = 10_000;

/** Groups in one answer to who asks for all that somebody is in. */
const MOST_JOINED = 5_000;

/** What is asked about groups. */
export function groupQueryOperations(services: TencentServices, looks: Looks): Operation[] {
  const { groups, conversations, users, clock } = services;

  return [
    operation({
      command: 'get_appid_group_list',
      Body: AllGroupsReq,
      reads: true,
      handle: async ({ body, caller }) => {
        const { Limit = 0, Next: after = 0, Type } = body;
        const page = { after, limit: Limit === 0 ? MOST_IDS : Limit };
        const filter = Type === undefined ? {} : { presets: presetsOf(wireTypeOf(Type)) };
        const { groups: found, total, next } = await groups.groupNumbers(caller.tenant, page, filter);
        return {
          TotalCount: total,
          GroupIdList: found.map(({ groupId: GroupId }) => ({ GroupId })),
          Next: next,
        };
      },
    }),
    operation({
      command: 'get_group_info',
      Body: GroupInfoReq,
      reads: true,
      handle: async (call) => {
        const { tenant } = call.caller;
        const { GroupIdList, ResponseFilter: filter } = call.body;
        if (GroupIdList.length > MOST_GROUPS) {
          throw new TencentRefused('badParameters', `GroupIdList names more than ${MOST_GROUPS.toString()}`);
        }
        const found = await groups.groupsByIds(tenant, GroupIdList.filter(isId));
        const active = new Map(
          found.filter(({ status }) => status === 'active').map((group) => [group.groupId, group]),
        );
        const ends = await looks.ends(tenant, [...active.values()]);
        const shown: object[] = [];
        let room = MOST_MEMBERS;
        for (const GroupId of GroupIdList) {
          const group = active.get(GroupId);
          if (group === undefined) {
            shown.push({ GroupId, ...errorOf(isId(GroupId) ? 'noSuchGroup' : 'badGroupId') });
            continue;
          }
          const members = hasMembers(group, filter) ? await memberList(tenant, group, filter, room) : undefined;
          room -= members?.length ?? 0;
          const base = baseInfoOf(group, ends.get(chatOf(group)), sdkappidOf(call.request));
          shown.push({
            GroupId,
            ErrorCode: 0,
            ErrorInfo: '',
            ...wanted(base, filter?.GroupBaseInfoFilter),
            ...ofGroup(group, filter),
            ...(members !== undefined && { MemberList: members }),
          });
        }
        return { GroupInfo: shown };
      },
    }),
    operation({
      command: 'get_joined_group_list',
      Body: JoinedGroupsReq,
      reads: true,
      handle: async (call) => {
        const { tenant } = call.caller;
        const { Member_Account: userId, Limit = 0, Offset: offset = 0, Type, WithHugeGroups = 0, ...rest } = call.body;
        const { ResponseFilter: filter } = rest;
        const [user] = isId(userId) ? await users.usersByIds(tenant, [userId]) : [];
        if (user === undefined) throw new DomainError('UserNotFound', { userIds: [userId] });
        const presets = joinedPresets(Type, WithHugeGroups === 1);
        const { items, total } = await joined(tenant, userId, { offset, limit: Limit || MOST_JOINED }, presets);
        return {
          TotalCount: total,
          GroupIdList: await joinedInfos(call, userId, items, filter),
        };
      },
    }),
    operation({
      command: 'get_online_member_num',
      Body: GroupReq,
      reads: true,
      handle: async ({ body, caller }) => {
        await looks.group(caller.tenant, groupIdOf(body));
        // Nobody's connection is known here.
        return { OnlineMemberNum: 0 };
      },
    }),
  ];

  async function memberList(
    tenant: string,
    group: GroupView,
    filter: ResponseFilter | undefined,
    limit: number,
  ): Promise<object[]> {
    const found = await looks.members(tenant, group, { offset: 0, limit });
    const positions = await looks.positions(tenant, group, found);
    const now = clock.now();
    return found.map((member) =>
      memberItem(member, positions.get(member.userId), now, {
        info: filter?.MemberInfoFilter,
        custom: filter === undefined ? undefined : (filter.AppDefinedDataFilter_GroupMember ?? []),
      }),
    );
  }

  async function joined(
    tenant: string,
    userId: string,
    { offset, limit }: { readonly offset: number; readonly limit: number },
    presets: readonly string[],
  ): Promise<{ readonly items: JoinedGroup[]; readonly total: number }> {
    const items: JoinedGroup[] = [];
    let total: number;
    let cursor: string | null = null;
    do {
      const size = Math.min(MAX_PAGE, limit - items.length);
      const from: { cursor: string } | { offset: number } = cursor === null ? { offset } : { cursor };
      const page = await groups.groupsOfUser(tenant, userId, { limit: size, ...from }, { presets });
      items.push(...page.items);
      total = page.total;
      cursor = page.next;
    } while (cursor !== null && items.length < limit);
    return { items, total };
  }

  async function joinedInfos(
    call: Call,
    userId: string,
    items: readonly JoinedGroup[],
    filter: ResponseFilter | undefined,
  ): Promise<object[]> {
    const { tenant } = call.caller;
    const { GroupBaseInfoFilter: base = [], SelfInfoFilter: self } = filter ?? {};
    const ends = new Map(
      base.length === 0
        ? []
        : (
            await Promise.all(
              pages(items).map((some) =>
                looks.ends(
                  tenant,
                  some.map(({ group }) => group),
                ),
              ),
            )
          ).flatMap((some) => [...some]),
    );
    const selves =
      self === undefined ? new Map<string, object>() : await selfInfos(tenant, userId, items, self, filter);
    return items.map(({ group }) => ({
      GroupId: group.groupId,
      ...wanted(baseInfoOf(group, ends.get(chatOf(group)), sdkappidOf(call.request)), base),
      ...(filter?.AppDefinedDataFilter_Group === undefined ? {} : ofGroup(group, filter)),
      ...(self !== undefined && { SelfInfo: selves.get(group.groupId) ?? {} }),
    }));
  }

  /** What he is in each of them. */
  async function selfInfos(
    tenant: string,
    userId: string,
    items: readonly JoinedGroup[],
    names: readonly string[],
    filter: ResponseFilter | undefined,
  ): Promise<ReadonlyMap<string, object>> {
    const now = clock.now();
    const infos = new Map<string, object>();
    for (const some of pages(items)) {
      const ids = some.map(({ group }) => group.groupId);
      const [people, found] = await Promise.all([
        services.members.peopleOf(tenant, ids, userId, now),
        conversations.positions(
          { tenant, userId, at: now },
          some.map(({ group }) => chatOf(group)),
        ),
      ]);
      const positions = new Map(found.map((position) => [position.conversation, position]));
      for (const { group } of some) {
        const { self } = people.get(group.groupId) ?? {};
        if (self === undefined) continue;
        const position = positions.get(chatOf(group));
        const custom = filter?.AppDefinedDataFilter_GroupMember;
        infos.set(group.groupId, {
          ...wanted(memberInfoOf(self, position && { ...position, wroteAt: null }, now), names),
          ...(custom !== undefined && { AppMemberDefinedData: customData(self.card.customFields ?? [], custom) }),
        });
      }
    }
    return infos;
  }
}

/** Without a filter all is shown; with one, members only where they are asked for. Of a room's, nobody is told. */
const hasMembers = ({ rules }: GroupView, filter: ResponseFilter | undefined): boolean =>
  typeByPreset(rules.preset) !== 'AVChatRoom' &&
  (filter === undefined ||
    filter.MemberInfoFilter !== undefined ||
    filter.AppDefinedDataFilter_GroupMember !== undefined);

/** Without a filter all fields are shown; with one, those that it names. */
function ofGroup({ customFields }: GroupView, filter: ResponseFilter | undefined): object {
  if (filter === undefined) return { AppDefinedData: customData(customFields, undefined) };
  const { AppDefinedDataFilter_Group: keys } = filter;
  return keys === undefined ? {} : { AppDefinedData: customData(customFields, keys) };
}

function joinedPresets(type: GroupType | undefined, huge: boolean): readonly string[] {
  if (type === undefined) return huge ? [...presetsWithoutHuge, ...presetsOf('AVChatRoom')] : presetsWithoutHuge;
  const presets = presetsOf(wireTypeOf(type));
  return huge ? presets : presets.filter((preset) => presetsWithoutHuge.includes(preset));
}

const pages = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / MAX_PAGE) }, (_, n) => items.slice(n * MAX_PAGE, (n + 1) * MAX_PAGE));
