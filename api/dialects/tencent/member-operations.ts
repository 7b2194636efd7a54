import type { RequestContext } from '../../../application/commands/request.js';
import type { AdditionResult, GroupChange } from '../../../domain/group/commands.js';
import { roleOf } from '../../../domain/group/state.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { isId } from '../../../domain/shared/ids.js';
import { actorOf, ofStep, requestContext } from '../shared/context.js';
import { fieldChanges } from './group-operations.js';
import { groupIdOf } from './ids.js';
import { liveGroup } from './live-group.js';
import { AddMembersReq, DeleteMembersReq, ForbidReq, ModifyMemberReq } from './member-dto.js';
import { checkCount, MOST_ADDED } from './member-counts.js';
import { lastingOf, untilOf } from './mutes.js';
import { operation, type Operation } from './operation.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { receiveOptions } from './views.js';

/** Accounts that any other command names at most (docs/rules.md D3). */
const MOST_NAMED = 500;

/** What each who was named comes to. */
const additionResults = {
  joined: 1,
  already: 2,
  repeated: 2,
  awaitsInvitee: 3,
  awaitsManager: 3,
  full: 4,
  unknown: 0,
} as const;

/** Who comes, goes, is moved and is muted. */
export function memberOperations(services: TencentServices): Operation[] {
  const { groupCommands: groups, groupChanges, memberFields } = services;

  return [
    operation({
      command: 'add_group_member',
      Body: AddMembersReq,
      handle: async (call) => {
        const { body } = call;
        const groupId = groupIdOf(body);
        const named = body.MemberList.map(({ Member_Account }) => Member_Account);
        checkCount('MemberList', named.length, MOST_ADDED);
        const userIds = named.filter(isId);
        let items: readonly AdditionResult[] = [];
        const context = silently(requestContext(call), body.Silence);
        if (userIds.length === 0) await liveGroup(groupChanges, context, groupId);
        else {
          ({ items } = (await groups.addMembers(context, { groupId, userIds, ...EACH })).outcome);
        }
        // Those that could be somebody's were judged in their order.
        const judged = items.values();
        return {
          MemberList: named.map((Member_Account) => {
            const item = isId(Member_Account) ? judged.next().value : undefined;
            return { Member_Account, Result: additionResults[item?.result ?? 'unknown'] };
          }),
        };
      },
    }),
    operation({
      command: 'delete_group_member',
      Body: DeleteMembersReq,
      handle: async (call) => {
        const { body, caller } = call;
        const groupId = groupIdOf(body);
        const named = body.MemberToDel_Account;
        checkCount('MemberToDel_Account', named.length, MOST_NAMED);
        const context = silently(requestContext(call), body.Silence);
        const { id: self } = actorOf(caller);
        const userIds = named.filter((userId) => isId(userId) && userId !== self);
        const reason = body.Reason === undefined ? {} : { reason: body.Reason };
        if (userIds.length > 0) await groups.removeMembers(context, { groupId, userIds, ...reason });
        // Nobody removes himself: an admin who is a member as well leaves.
        const leaves = named.includes(self);
        if (leaves) await groups.leave(ofStep(context, 'self'), { groupId, userId: self, dismissed: 'refuse' });
        if (!leaves && userIds.length === 0) await liveGroup(groupChanges, context, groupId);
        return {};
      },
    }),
    operation({
      command: 'modify_group_member_info',
      Body: ModifyMemberReq,
      handle: async (call) => {
        const { body } = call;
        const { Member_Account: userId, AppMemberDefinedData: named = [] } = body;
        const groupId = groupIdOf(body);
        const context = requestContext(call);
        const steps = changesOf(body);
        if (named.length > 0) {
          await memberFields.change(context, { groupId, userId, steps, ...fieldChanges(named) });
        } else if (steps.length > 0) await groupChanges.together(context, { groupId, steps });
        else if (roleOf(await liveGroup(groupChanges, context, groupId), userId) === undefined) {
          throw new DomainError('NotGroupMember', { userIds: [userId] });
        }
        return {};
      },
    }),
    operation({
      command: 'forbid_send_msg',
      Body: ForbidReq,
      handle: async (call) => {
        const { body } = call;
        const groupId = groupIdOf(body);
        const seconds = body.MuteTime ?? body.ShutUpTime;
        if (seconds === undefined) throw new TencentRefused('badParameters', 'MuteTime is missing');
        const named = [...new Set(body.Members_Account)];
        checkCount('Members_Account', named.length, MOST_NAMED);
        const steps = named.map((userId) => muting(userId, lastingOf(seconds)));
        await groupChanges.together(requestContext(call), { groupId, steps });
        return {};
      },
    }),
  ];
}

/** What is told of each, refuses none of the others. */
const EACH = { repeated: 'report', already: 'report', unknown: 'report', full: 'report' } as const;

const silently = (context: RequestContext, silence: 0 | 1 | undefined): RequestContext =>
  silence === 1 ? { ...context, silent: true } : context;

const muting = (userId: string, until: ReturnType<typeof untilOf>): GroupChange =>
  until === undefined ? { type: 'UnmuteMember', userId } : { type: 'MuteMember', userId, until };

/** All but the fields of one's own. */
function changesOf(body: ModifyMemberReq): GroupChange[] {
  const { Member_Account: userId, Role = '', NameCard, MsgFlag = '' } = body;
  const until = body.MuteUntil ?? body.ShutUpUntil;
  const steps: GroupChange[] = [];
  if (Role !== '') steps.push({ type: 'ChangeMemberRole', userId, role: Role === 'Admin' ? 'admin' : 'member' });
  if (NameCard !== undefined) steps.push({ type: 'ChangeMemberCard', userId, changes: { nickname: NameCard } });
  if (MsgFlag !== '') steps.push({ type: 'ChangeMemberCard', userId, receiveOption: receiveOptions[MsgFlag] });
  if (until !== undefined) steps.push(muting(userId, untilOf(until)));
  return steps;
}
