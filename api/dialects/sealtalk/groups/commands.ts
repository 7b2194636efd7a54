import type { GroupResult } from '../../../../application/commands/groups.js';
import { DomainError } from '../../../../domain/shared/errors.js';
import { actorOf } from '../../shared/context.js';
import { shown } from '../../shared/read-your-writes.js';
import { isRefusal } from '../../shared/refusals.js';
import type { Answer } from '../answer.js';
import { codes, texts } from '../errors.js';
import type { Operation } from '../operation.js';
import { NOBODY, orNobody, type Posted, postingOn } from '../posting.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { filtered, lengthOf } from '../text.js';

const PRESET = 'sealtalk';

/** Of a user; best effort, as every limit across groups (docs/rules.md A17). */
const MOST_GROUPS = 500;
export const MOST_MEMBERS = 500;

/** What became of who was named: 1 is in, 2 waits for a manager, 3 waits for himself. */
const statuses = { joined: 1, already: 1, repeated: 1, awaitsManager: 2, awaitsInvitee: 3 } as const;

interface UserStatus {
  readonly id: string;
  readonly status: 1 | 2 | 3;
}

/** Making groups, and who is in them as what. */
export function groupCommandOperations(services: SealtalkServices): Operation[] {
  const { ids, groupCommands, groups, members, directory } = services;
  const posting = postingOn(services);

  const requireRoomForAnother = async (tenant: string, userId: string): Promise<void> => {
    const { total } = await groups.groupsOfUser(tenant, userId, { limit: 1 });
    if (total >= MOST_GROUPS) refused(codes.limit);
  };

  /** Those who are in, the caller the last of them, then those who are asked. */
  const madeGroup = async ({ tenant, me }: Posted, { outcome }: GroupResult<'CreateGroup'>): Promise<Answer> => {
    const named = outcome.items.filter(({ userId, result }) => result !== 'repeated' && userId !== me);
    const waiting = named.filter(({ result }) => result === 'awaitsInvitee');
    const joined = named.filter(({ result }) => result === 'joined');
    const everybody = [...joined.map(({ userId }) => userId), me, ...waiting.map(({ userId }) => userId)];
    const shownIds = await ids.shownUsers(tenant, everybody);
    const asked = new Set(waiting.map(({ userId }) => userId));
    const userStatus = everybody.map((userId): UserStatus => ({
      id: shownIds.get(userId) ?? userId,
      status: asked.has(userId) ? 3 : 1,
    }));
    return { result: { id: ids.ofNumber(outcome.number), userStatus } };
  };

  /** What 004 says before whether those to be removed are members. */
  const mayKick = async (tenant: string, groupId: string, userId: string): Promise<boolean> => {
    const role = (await members.member(tenant, groupId, userId))?.role;
    return role === 'owner' || role === 'admin';
  };

  return [
    posting({
      path: '/group/create',
      handle: async (posted) => {
        const { fields, tenant, me, context } = posted;
        const name = filtered(fields.requiredText('name'), 32);
        const named = fields.ids('memberIds');
        const length = lengthOf(name);
        if (length < 2 || length > 32) refuseText(400, 'Length of group name is out of limit.');
        if (named.length === 1) refuseText(400, "Group's member count should be greater than 1 at least.");
        if (named.length > MOST_MEMBERS) {
          refuseText(400, `Group's member count is out of max group member count limit (${String(MOST_MEMBERS)}).`);
        }
        const others = [...new Set(named.filter((id) => id !== null && id !== me) as string[])];
        const [missing] = await Promise.all([directory.missing(tenant, others), requireRoomForAnother(tenant, me)]);
        const unknown = new Set(missing);
        const avatar = fields.text('portraitUri');
        const creating = groupCommands.create(context, {
          preset: PRESET,
          name,
          ...(avatar === undefined ? {} : { avatar }),
          ownerId: me,
          members: others.filter((userId) => !unknown.has(userId)),
          repeated: 'report',
        });
        return madeGroup(posted, await shown(services, creating));
      },
    }),
    posting({
      path: '/group/add',
      handle: async ({ fields, tenant, context }) => {
        const groupId = fields.id('groupId');
        const adding = groupCommands.addMembers(context, {
          groupId,
          userIds: orNobody(fields.ids('memberIds')),
          already: 'refuse',
        });
        const { items } = (await shown(services, adding)).outcome;
        const told = items.filter(({ result }) => result !== 'repeated');
        const shownIds = await ids.shownUsers(
          tenant,
          told.map(({ userId }) => userId),
        );
        const result = told.map(({ userId, result: became }): UserStatus => ({
          id: shownIds.get(userId) ?? userId,
          status: became in statuses ? statuses[became as keyof typeof statuses] : 1,
        }));
        // Those who are asked themselves come first.
        return {
          result: [...result.filter(({ status }) => status === 3), ...result.filter(({ status }) => status !== 3)],
        };
      },
    }),
    posting({
      path: '/group/join',
      handle: async ({ fields, me, context }) => {
        const joining = groupCommands.join(context, { groupId: fields.id('groupId'), userId: me });
        if ((await shown(services, joining)).outcome.alreadySo) refused(texts.existingMember);
        return undefined;
      },
    }),
    posting({
      path: '/group/kick',
      handle: async ({ fields, tenant, me, context, call }) => {
        const groupId = fields.id('groupId');
        const userIds = orNobody(fields.ids('memberIds'));
        if (userIds.includes(me)) refuseText(400, 'Can not kick yourself.');
        const removing = groupCommands.removeMembers(context, {
          groupId,
          userIds,
          absent: 'refuse',
          rights: 'last',
        });
        try {
          await shown(services, removing);
        } catch (error) {
          if (!isRefusal(error, 'NotGroupMember') || error.facts.userIds.includes(me)) throw error;
          await services.ownWrites.shown(tenant, actorOf(call.caller).id);
          if (!(await mayKick(tenant, groupId, me))) throw new DomainError('NotGroupManager', { groupId });
          if (error.facts.userIds.includes(NOBODY)) refuseText(400, 'Empty memberId.');
          throw error;
        }
        return undefined;
      },
    }),
    posting({
      path: '/group/quit',
      handle: async ({ fields, me, context }) => {
        const leaving = groupCommands.leave(context, { groupId: fields.id('groupId'), userId: me });
        if ((await shown(services, leaving)).outcome.alreadySo) refused(texts.notMember);
        return undefined;
      },
    }),
    posting({
      path: '/group/dismiss',
      handle: async ({ fields, context }) => {
        await shown(services, groupCommands.dismiss(context, { groupId: fields.id('groupId'), removeMembers: true }));
        return undefined;
      },
    }),
    posting({
      path: '/group/transfer',
      handle: async ({ fields, me, context }) => {
        const groupId = fields.id('groupId');
        const to = fields.id('userId');
        if (to === me) refuseText(403, 'Can not transfer creator role to yourself.');
        await shown(services, groupCommands.transfer(context, { groupId, to, rights: 'last' }));
        return undefined;
      },
    }),
    ...(['admin', 'member'] as const).map((role) =>
      posting({
        path: role === 'admin' ? '/group/set_manager' : '/group/remove_manager',
        handle: async ({ fields, context }) => {
          const groupId = fields.id('groupId');
          const userIds = orNobody(fields.ids('memberIds'));
          await shown(services, groupCommands.changeRoles(context, { groupId, userIds, role, absent: 'report' }));
          return undefined;
        },
      }),
    ),
    posting({
      path: '/group/copy_group',
      handle: async (posted) => {
        const { fields, tenant, me, context } = posted;
        const groupId = fields.id('groupId');
        const name = filtered(fields.requiredText('name'), 32);
        const avatar = fields.text('portraitUri');
        await requireRoomForAnother(tenant, me);
        const copying = groupCommands.copy(context, { groupId, name, ...(avatar === undefined ? {} : { avatar }) });
        return madeGroup(posted, await shown(services, copying));
      },
    }),
  ];
}
