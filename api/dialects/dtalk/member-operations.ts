import { shown } from '../shared/read-your-writes.js';
import type { GroupChange } from '../../../domain/group/commands.js';
import { memberCount, type Group } from '../../../domain/group/state.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { actorOf, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import {
  GroupReq,
  InviteReq,
  JoinReq,
  MemberNameReq,
  MemberReq,
  MembersReq,
  MemberTypeReq,
  MuteTimeReq,
} from './dto.js';
import { MAX_INT64, wireIdOf } from './group-ids.js';
import { existing, type Grounds } from './group-operations.js';
import type { GroupLooks } from './group-looks.js';
import { withPeopleNamed } from './named-people.js';
import { type Answer, type Operation, operation, published } from './operation.js';
import { DtalkRefused } from './refused.js';
import type { DtalkServices } from './services.js';
import { memberTypes, muteTimeOf, type WireMember } from './views.js';

/** What the original answers where a manager has to approve first: nobody came in. */
const NOTHING_YET = { id: 0, idStr: '', memberNum: 0 } as const;

const rolesByType = ['member', 'admin'] as const;

/** Who is in a group, and as what. */
export function memberOperations(services: DtalkServices, { groupIds }: Grounds, looks: GroupLooks): Operation[] {
  const { groupCommands: groups, groupChanges, keyUsers, members, clock } = services;

  const groupOf = ({ caller, body }: Call<GroupReq>): Promise<string> => groupIds.of(caller.tenant, body);

  /** A member as the command left him; his name in the group isn't in the state, and looked up where he has one. */
  const memberIn = async (tenant: string, group: Group, userId: string): Promise<WireMember> => {
    const member = group.members.get(userId);
    const named = member?.card.nickname !== undefined;
    const name = named ? (await members.member(tenant, group.groupId, userId))?.card.nickname : undefined;
    return {
      memberId: userId,
      memberName: name ?? '',
      memberType: memberTypes[member?.role ?? 'member'],
      memberMuteTime: muteTimeOf(member?.mute?.until, clock.now()),
    };
  };

  const counted = (group: Group) => {
    const id = wireIdOf(group);
    return { id, idStr: id.toString(), memberNum: memberCount(group) };
  };

  return [
    operation({
      path: '/invite-group-members',
      Body: InviteReq,
      handle: async (call) => {
        const { tenant } = call.caller;
        const { newMemberIds: userIds } = call.body;
        const groupId = await groupOf(call);
        // The original finds that nobody is left.
        if (userIds.length === 0) {
          await looks.asMember(call.caller, groupId);
          throw new DtalkRefused('nobodyLeftToInvite');
        }
        const context = requestContext(call);
        const { outcome, state } = await shown(
          services,
          withPeopleNamed(keyUsers, context, () => groups.addMembers(context, { groupId, userIds })),
        );
        if (outcome.items.every(({ result }) => result === 'already' || result === 'repeated')) {
          throw new DtalkRefused('nobodyLeftToInvite');
        }
        const group = existing(state);
        const inviter = await memberIn(tenant, group, actorOf(call.caller).id);
        const joined = outcome.items.filter(({ result }) => result === 'joined');
        const awaited = outcome.items.some(({ result }) => result === 'awaitsManager' || result === 'awaitsInvitee');
        const newMembers = await Promise.all(joined.map(({ userId }) => memberIn(tenant, group, userId)));
        return { ...(awaited && joined.length === 0 ? NOTHING_YET : counted(group)), inviter, newMembers };
      },
    }),
    operation({
      path: '/join-group',
      Body: JoinReq,
      handle: async (call) => {
        const { inviterId } = call.body;
        const { id: userId } = actorOf(call.caller);
        const groupId = await groupOf(call);
        const { outcome, state } = await shown(
          services,
          groups.requestToJoin(requestContext(call), {
            groupId,
            userId,
            // It is he who says so: whom he names has invited nobody.
            ...(inviterId === '' ? {} : { inviterId, source: 'invitation' }),
          }),
        );
        if (outcome.result === 'already') throw new DtalkRefused('nobodyLeftToInvite');
        return outcome.result === 'requested' ? NOTHING_YET : counted(existing(state));
      },
    }),
    operation({
      path: '/group-exit',
      Body: GroupReq,
      handle: async (call) => {
        const groupId = await groupOf(call);
        const { id: userId } = actorOf(call.caller);
        const left = groups.leave(requestContext(call), { groupId, userId, dismissed: 'refuse' });
        const { outcome } = await shown(services, left);
        if (outcome.alreadySo) throw new DtalkRefused('notInGroup');
        return {};
      },
    }),
    operation({
      path: '/group-remove',
      Body: MembersReq,
      handle: async (call) => {
        const { memberIds: userIds } = call.body;
        const groupId = await groupOf(call);
        if (userIds.length === 0) {
          const { memberCount: memberNum } = await looks.asManager(call.caller, groupId);
          return { memberNum, memberIds: null };
        }
        const removed = groups.removeMembers(requestContext(call), { groupId, userIds });
        const { outcome, state } = await shown(services, removed);
        const gone = outcome.items.filter(({ result }) => result === 'removed').map(({ userId }) => userId);
        return { memberNum: memberCount(existing(state)), memberIds: gone.length === 0 ? null : gone };
      },
    }),
    operation({
      path: '/change-owner',
      also: published('/update-group-owner'),
      Body: MemberReq,
      handle: async (call): Promise<Answer> => {
        const groupId = await groupOf(call);
        const asked = { groupId, to: call.body.memberId, rights: 'last' } as const;
        const { outcome } = await shown(services, groups.transfer(requestContext(call), asked));
        if (outcome.alreadySo) throw new DomainError('TransferToSelf', { userId: asked.to });
        return {};
      },
    }),
    operation({
      path: '/member/type',
      also: published('/update-group-member-type'),
      Body: MemberTypeReq,
      handle: async (call): Promise<Answer> => {
        const { memberId: userId, memberType } = call.body;
        const role = rolesByType[memberType] ?? 'member';
        const groupId = await groupOf(call);
        const asked = groups.changeRole(requestContext(call), { groupId, userId, role });
        const { outcome, state } = await shown(services, asked);
        // It counts the admins before it looks at who is one already.
        const { adminIds, rules } = existing(state);
        const { admins: maximum } = rules.values.limits;
        if (outcome.alreadySo && role === 'admin' && maximum !== null && adminIds.size >= maximum) {
          throw new DomainError('TooManyAdmins', { maximum });
        }
        return {};
      },
    }),
    operation({
      path: '/member/name',
      also: published('/update-group-member-name'),
      Body: MemberNameReq,
      handle: async (call): Promise<Answer> => {
        const { memberName: nickname, memberId } = call.body;
        const userId = memberId === '' ? actorOf(call.caller).id : memberId;
        const groupId = await groupOf(call);
        const asked = groups.changeCard(requestContext(call), { groupId, userId, changes: { nickname } });
        await shown(services, asked);
        return {};
      },
    }),
    operation({
      path: '/member/muteTime',
      Body: MuteTimeReq,
      handle: async (call) => {
        const { tenant } = call.caller;
        const { muteTime } = call.body;
        if (muteTime < 0) throw new DtalkRefused('badParameters', 'muteTime must not be negative');
        const memberIds = [...new Set(call.body.memberIds)];
        const groupId = await groupOf(call);
        if (memberIds.length === 0) {
          await looks.asManager(call.caller, groupId);
          return { members: [] };
        }
        const steps = memberIds.map((userId) => muting(userId, muteTime));
        const changed = groupChanges.together(requestContext(call), { groupId, steps });
        const { state } = await shown(services, changed);
        const group = existing(state);
        return { members: await Promise.all(memberIds.map((userId) => memberIn(tenant, group, userId))) };
      },
    }),
  ];
}

/** @param muteTime ms from now; 0 lifts the mute, MAX_INT64 is for ever */
function muting(userId: string, muteTime: number | bigint): GroupChange {
  if (muteTime === 0 || muteTime === 0n) return { type: 'UnmuteMember', userId, rights: 'first' };
  const until = muteTime === MAX_INT64 ? null : { lasting: Number(muteTime) };
  return { type: 'MuteMember', userId, until, rights: 'first' };
}
