import type { ReaderPosition } from '../../../application/queries/conversations.js';
import type { MemberView } from '../../../application/queries/members.js';
import type { Role } from '../../../domain/group/rules.js';
import { isId } from '../../../domain/shared/ids.js';
import { GroupReq } from './group-dto.js';
import { typeByPreset } from './group-types.js';
import { groupIdOf } from './ids.js';
import type { Looks } from './looks.js';
import { MemberInfoReq, RolesReq } from './member-dto.js';
import { operation, type Operation } from './operation.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { customData, memberInfoOf, mutedUntil, rolesByName, wanted, wireRoles } from './views.js';

/** Of who asks for all of a group's members: no group of 001's but its rooms holds more. */
const ALL_MEMBERS = 10_000;

/** Accounts in one question for roles. */
const MOST_ASKED = 500;

/** What is asked about members. */
export function memberQueryOperations({ members, clock }: TencentServices, looks: Looks): Operation[] {
  return [
    operation({
      command: 'get_group_member_info',
      Body: MemberInfoReq,
      reads: true,
      handle: async ({ body, caller }) => {
        const { tenant } = caller;
        const { Limit = 0, Offset: offset = 0, MemberRoleFilter, MemberInfoFilter: info } = body;
        const group = await looks.group(tenant, groupIdOf(body));
        if (typeByPreset(group.rules.preset) === 'AVChatRoom') {
          throw new TencentRefused('noPermission', "an AVChatRoom's members are told to nobody");
        }
        const stretch = { offset, limit: Limit === 0 ? ALL_MEMBERS : Limit };
        const found = await looks.members(tenant, group, stretch, rolesIn(MemberRoleFilter));
        const positions = await looks.positions(tenant, group, found, info);
        const now = clock.now();
        // Without any filter all is shown; the fields of one's own making are shown where they are named.
        const custom = body.AppDefinedDataFilter_GroupMember ?? (info === undefined ? undefined : []);
        return {
          MemberNum: group.memberCount,
          MemberList: found.map((member) => memberItem(member, positions.get(member.userId), now, { info, custom })),
        };
      },
    }),
    operation({
      command: 'get_role_in_group',
      Body: RolesReq,
      reads: true,
      handle: async ({ body, caller }) => {
        const { tenant } = caller;
        const asked = body.User_Account;
        if (asked.length > MOST_ASKED) {
          throw new TencentRefused('tooManyAccounts', `User_Account names more than ${MOST_ASKED.toString()}`);
        }
        const { groupId } = await looks.group(tenant, groupIdOf(body));
        const roles = await members.rolesOf(tenant, groupId, asked.filter(isId));
        return {
          UserIdList: asked.map((Member_Account) => {
            const role = roles.get(Member_Account);
            return { Member_Account, Role: role === undefined ? 'NotMember' : wireRoles[role] };
          }),
        };
      },
    }),
    operation({
      command: 'get_group_shutted_uin',
      alsoNamed: ['get_group_muted_account'],
      Body: GroupReq,
      reads: true,
      handle: async ({ body, caller }) => {
        const { tenant } = caller;
        const muted = await looks.muted(tenant, await looks.group(tenant, groupIdOf(body)), ALL_MEMBERS);
        const now = clock.now();
        const untils = muted.map((member) => [member.userId, mutedUntil(member, now)] as const);
        return {
          ShuttedUinList: untils.map(([Member_Account, ShuttedUntil]) => ({ Member_Account, ShuttedUntil })),
          MutedAccountList: untils.map(([Member_Account, MutedUntil]) => ({ Member_Account, MutedUntil })),
        };
      },
    }),
  ];
}

/** Which of a member's information is wanted, and which of the fields of the app's own; undefined: all. */
export interface MemberFilters {
  readonly info: readonly string[] | undefined;
  readonly custom: readonly string[] | undefined;
}

export function memberItem(
  member: MemberView,
  position: ReaderPosition | undefined,
  now: number,
  { info, custom }: MemberFilters,
): object {
  return {
    Member_Account: member.userId,
    ...wanted(memberInfoOf(member, position, now), info),
    ...(custom?.length !== 0 && { AppMemberDefinedData: customData(member.card.customFields ?? [], custom) }),
  };
}

/** @throws TencentRefused badParameters */
function rolesIn(names: readonly string[] | undefined): { readonly roles?: readonly Role[] } {
  if (names === undefined) return {};
  const roles = names.map((name) => {
    const role = rolesByName.get(name);
    if (role === undefined) {
      throw new TencentRefused('badParameters', 'MemberRoleFilter names Owner, Admin and Member only');
    }
    return role;
  });
  return { roles };
}
