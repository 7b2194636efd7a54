import type { GroupView } from '../../../application/queries/groups.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { isId } from '../../../domain/shared/ids.js';
import { sdkappidOf } from './gateway.js';
import { type GroupType, JoinedGroupsReq, type ResponseFilter } from './group-dto.js';
import { presetsOf, presetsWithoutHuge, wireTypeOf } from './group-types.js';
import { chatOf, inPages, type Looks } from './looks.js';
import { operation, type Operation } from './operation.js';
import type { TencentServices } from './services.js';
import { baseInfoOf, customData, groupFields, memberInfoOf, wanted } from './views.js';

/** Groups in one answer to who asks for all that somebody is in. */
const MOST_JOINED = 5_000;

/** Which groups somebody is in, and what he is there. */
export function joinedGroupOperations(
  { users, members, conversations, clock }: TencentServices,
  looks: Looks,
): Operation[] {
  /** What he is in each of some groups, by group id. */
  const selfInfos = async (
    tenant: string,
    userId: string,
    groups: readonly GroupView[],
    { SelfInfoFilter: names, AppDefinedDataFilter_GroupMember: custom }: ResponseFilter,
  ): Promise<ReadonlyMap<string, object>> => {
    const now = clock.now();
    const ids = groups.map(({ groupId }) => groupId);
    const [people, found] = await Promise.all([
      members.peopleOf(tenant, ids, userId, now),
      conversations.positions({ tenant, userId, at: now }, groups.map(chatOf)),
    ]);
    const positions = new Map(found.map((position) => [position.conversation, position]));
    return new Map(
      groups.flatMap((group) => {
        const self = people.get(group.groupId)?.self;
        if (self === undefined) return [];
        const position = positions.get(chatOf(group));
        const info = memberInfoOf(self, position && { ...position, wroteAt: null }, now);
        const fields = custom && { AppMemberDefinedData: customData(self.card.customFields ?? [], custom) };
        return [[group.groupId, { ...wanted(info, names), ...fields }] as const];
      }),
    );
  };

  return [
    operation({
      command: 'get_joined_group_list',
      Body: JoinedGroupsReq,
      reads: true,
      handle: async ({ body, caller, request }) => {
        const { tenant } = caller;
        const { Member_Account: userId, Limit = 0, Offset: offset = 0, Type, ResponseFilter: filter = {} } = body;
        const [user] = isId(userId) ? await users.usersByIds(tenant, [userId]) : [];
        if (user === undefined) throw new DomainError('UserNotFound', { userIds: [userId] });
        const stretch = { offset, limit: Limit === 0 ? MOST_JOINED : Limit };
        const presets = presetsAsked(Type, body.WithHugeGroups === 1);
        const { groups, total } = await looks.joined(tenant, userId, stretch, presets);
        const { GroupBaseInfoFilter: base = [], SelfInfoFilter } = filter;
        const shown: object[] = [];
        for (const some of inPages(groups)) {
          const [ends, selves] = await Promise.all([
            base.length === 0 ? undefined : looks.ends(tenant, some),
            SelfInfoFilter === undefined ? undefined : selfInfos(tenant, userId, some, filter),
          ]);
          for (const group of some) {
            shown.push({
              GroupId: group.groupId,
              ...wanted(baseInfoOf(group, ends?.get(chatOf(group)), sdkappidOf(request)), base),
              ...groupFields(group, filter.AppDefinedDataFilter_Group),
              ...(selves && { SelfInfo: selves.get(group.groupId) ?? {} }),
            });
          }
        }
        return { TotalCount: total, GroupIdList: shown };
      },
    }),
  ];
}

/** Rooms whose members come and go in thousands are among them only where that is said. */
function presetsAsked(type: GroupType | undefined, huge: boolean): readonly string[] | undefined {
  if (type === undefined) return huge ? undefined : presetsWithoutHuge;
  const presets = presetsOf(wireTypeOf(type));
  return huge ? presets : presets.filter((preset) => presetsWithoutHuge.includes(preset));
}
