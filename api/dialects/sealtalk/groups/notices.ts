import { createHash } from 'node:crypto';
import type { NoticeView } from '../../../../application/queries/notices.js';
import { MAX_PAGE } from '../../../../application/queries/page.js';
import { actorOf } from '../../shared/context.js';
import { profilesOf } from '../../shared/reading.js';
import { shown } from '../../shared/read-your-writes.js';
import { texts } from '../errors.js';
import { type Operation, operation } from '../operation.js';
import { postingOn } from '../posting.js';
import { refused } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { isoTime } from '../times.js';
import { switchOf } from './settings.js';
import { noticeStatuses } from './views.js';

/** Who is asked, by a notice's `type`. */
const noticeTypes = { invitee: 1, manager: 2, applicant: 1, inviter: 1 } as const;

/** What waits for somebody's word about coming into a group, and the word. */
export function groupNoticeOperations(services: SealtalkServices): Operation[] {
  const { ids, clock, notices, users, groups, groupCommands, userGroups } = services;
  const posting = postingOn(services);

  const noticesShown = async (tenant: string, items: readonly NoticeView[]): Promise<object[]> => {
    const people = items.flatMap(({ application: { userId, inviterId } }) => [userId, inviterId ?? userId]);
    const [profiles, known, shownIds] = await Promise.all([
      profilesOf(users, tenant, people),
      groups.groupsByIds(tenant, [...new Set(items.map(({ application }) => application.groupId))]),
      ids.shownUsers(tenant, people),
    ]);
    const byId = new Map(known.map((group) => [group.groupId, group]));
    const person = (userId: string): object => ({
      id: shownIds.get(userId) ?? userId,
      nickname: profiles.get(userId)?.nickname ?? '',
    });
    return items.map(({ as, noticedAt, application }) => {
      const group = byId.get(application.groupId);
      return {
        id: noticeId(application.id, as),
        status: statusFor(as, application),
        type: noticeTypes[as],
        createdAt: isoTime(noticedAt),
        createdTime: String(noticedAt),
        timestamp: noticedAt,
        requester: person(application.inviterId ?? application.userId),
        receiver: person(application.userId),
        group: {
          id: group === undefined ? application.groupId : ids.ofNumber(group.number),
          name: group?.name ?? '',
        },
      };
    });
  };

  return [
    operation({
      method: 'GET',
      path: '/group/notice_info',
      reads: true,
      handle: async ({ caller }) => {
        const { tenant } = caller;
        const { items } = await notices.noticesOfUser(
          tenant,
          actorOf(caller).id,
          clock.now(),
          { limit: MAX_PAGE },
          { as: ['invitee', 'manager'] },
        );
        return { result: await noticesShown(tenant, items) };
      },
    }),
    posting({
      path: '/group/clear_notice',
      handle: async ({ me, context }) => {
        await shown(services, userGroups.clearNotices(context, { userId: me }));
        return undefined;
      },
    }),
    posting({
      path: '/group/agree',
      handle: async ({ fields, me, context }) => {
        const groupId = fields.id('groupId');
        const userId = fields.id('receiverId');
        const status = switchOf(fields.value('status') ?? fields.requiredText('status'));
        if (status === undefined) refused(texts.illegalParameter);
        const agrees = status === 1;
        if (userId === me) {
          const answer = agrees ? 'accepted' : 'ignored';
          await shown(services, groupCommands.answerInvitation(context, { groupId, userId, answer }));
        } else {
          const answer = agrees ? 'approved' : 'ignored';
          // What waits for a manager is an invitation here, and a request in groups of other APIs.
          const answering = groupCommands.answerJoinRequest(context, { groupId, userId, answer, alsoInvitation: true });
          await shown(services, answering);
        }
        return undefined;
      },
    }),
  ];
}

/** An invitee has said his word while a manager's is still missing. */
const statusFor = (as: NoticeView['as'], { status, awaits }: NoticeView['application']): number =>
  as === 'invitee' && status === 'pending' && !awaits.includes('invitee') ? 1 : noticeStatuses[status];

/** Nine letters and digits, the same for the same notice. */
const noticeId = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64').replaceAll(/[+/=]/g, '').slice(0, 9);
