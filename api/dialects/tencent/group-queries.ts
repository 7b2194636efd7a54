import type { GroupView } from '../../../application/queries/groups.js';
import { isId } from '../../../domain/shared/ids.js';
import { errorOf } from './envelope.js';
import { sdkappidOf } from './gateway.js';
import { AllGroupsReq, GroupInfoReq, GroupReq, type ResponseFilter } from './group-dto.js';
import { presetsOf, typeByPreset, wireTypeOf } from './group-types.js';
import { groupIdOf } from './ids.js';
import { chatOf, type Looks } from './looks.js';
import { memberItem } from './member-queries.js';
import { operation, type Operation } from './operation.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { baseInfoOf, groupFields, wanted } from './views.js';

/** Of one look at groups (docs/rules.md D3). */
const MOST_GROUPS = 50;

/** Ids in one page of all groups. */
const MOST_IDS = 10_000;

/** Members that one look at groups shows in all: whoever wants more asks for a group's members. */
const MOST_MEMBERS = 10_000;

/** What is asked about groups. */
export function groupQueryOperations({ groups, clock }: TencentServices, looks: Looks): Operation[] {
  const membersShown = async (
    tenant: string,
    group: GroupView,
    filter: ResponseFilter | undefined,
    limit: number,
  ): Promise<object[]> => {
    if (limit === 0) return [];
    const found = await looks.members(tenant, group, { offset: 0, limit });
    const filters = {
      info: filter?.MemberInfoFilter,
      custom: filter === undefined ? undefined : (filter.AppDefinedDataFilter_GroupMember ?? []),
    };
    const positions = await looks.positions(tenant, group, found, filters.info);
    const now = clock.now();
    return found.map((member) => memberItem(member, positions.get(member.userId), now, filters));
  };

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
        return { TotalCount: total, GroupIdList: found.map(({ groupId: GroupId }) => ({ GroupId })), Next: next };
      },
    }),
    operation({
      command: 'get_group_info',
      Body: GroupInfoReq,
      reads: true,
      handle: async ({ body, caller, request }) => {
        const { tenant } = caller;
        const { GroupIdList, ResponseFilter: filter } = body;
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
          const base = baseInfoOf(group, ends.get(chatOf(group)), sdkappidOf(request));
          const members = showsMembers(group, filter) ? await membersShown(tenant, group, filter, room) : undefined;
          room -= members?.length ?? 0;
          shown.push({
            GroupId,
            ErrorCode: 0,
            ErrorInfo: '',
            ...wanted(base, filter?.GroupBaseInfoFilter),
            ...groupFields(group, filter === undefined ? 'all' : filter.AppDefinedDataFilter_Group),
            ...(members !== undefined && { MemberList: members }),
          });
        }
        return { GroupInfo: shown };
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
}

/** Without a filter they are shown; with one, where they are asked for. Of a room's, nobody is told. */
const showsMembers = ({ rules }: GroupView, filter: ResponseFilter | undefined): boolean =>
  typeByPreset(rules.preset) !== 'AVChatRoom' &&
  (filter === undefined ||
    filter.MemberInfoFilter !== undefined ||
    filter.AppDefinedDataFilter_GroupMember !== undefined);
