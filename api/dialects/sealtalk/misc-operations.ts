import { checkMessage } from '../../../domain/conversation/bounds.js';
import type { Sending } from '../../../application/commands/conversations.js';
import { fieldsOf as fieldsIn, jsonOf, objectAt } from '../../../domain/conversation/content/fields.js';
import { neutralOf } from '../../../domain/conversation/content/families.js';
import type { Content } from '../../../domain/conversation/events.js';
import { shown } from '../shared/read-your-writes.js';
import { isRefusal } from '../shared/refusals.js';
import { texts } from './errors.js';
import type { Operation } from './operation.js';
import { type Posted, postingOn } from './posting.js';
import { refused, refuseText } from './refused.js';
import type { SealtalkServices } from './services.js';

/** Messages that clients hand to the server, which the original hands on to its cloud. */
export function miscOperations(services: SealtalkServices): Operation[] {
  const { ids, conversationCommands: conversations, friendshipCommands: friendships } = services;
  const posting = postingOn(services);

  const messageIn = async ({ fields, tenant, me }: Posted): Promise<Omit<Sending, 'conversation'>> => {
    const type = fields.requiredText('objectName');
    const sent = fields.value('content') ?? fields.requiredText('content');
    const pushContent = fields.text('pushContent');
    const body =
      typeof sent === 'string' ? sent : fieldsIn(sent) ? JSON.stringify(sent) : refused(texts.illegalParameter);
    const named = await withOwnIds(tenant, { format: 'sealtalk', type, body });
    const message = {
      senderId: me,
      ...named,
      ...(pushContent === undefined || pushContent === '' ? {} : { custom: JSON.stringify({ pushContent }) }),
    };
    checkMessage(message);
    return message;
  };

  /** Whom it means stands in it by the ids that every API knows. */
  const withOwnIds = async (
    tenant: string,
    content: Content,
  ): Promise<Pick<Sending, 'content' | 'mentions' | 'mentionsAll'>> => {
    const said = neutralOf(content);
    if (said?.kind !== 'mention') return { content };
    const meant = (await ids.users(tenant, said.userIds)).filter((userId) => userId !== null);
    const fields = fieldsIn(jsonOf(content.body)) ?? {};
    const mentionedInfo = { ...objectAt(fields, 'mentionedInfo'), userIdList: meant };
    return {
      content: { ...content, body: JSON.stringify({ ...fields, mentionedInfo }) },
      mentions: meant,
      mentionsAll: said.all,
    };
  };

  const toFriend = async (posted: Posted): Promise<void> => {
    const { fields, tenant, me, context } = posted;
    const peer = fields.id('targetId');
    const refuseStranger = async (): Promise<never> =>
      refuseText(403, `User ${await ids.shownUser(tenant, peer)} is not your friend.`);
    const message = await messageIn(posted);
    if (!(await friendships.hasFriend(tenant, me, peer))) await refuseStranger();
    try {
      await shown(
        services,
        conversations.send(context, { conversation: { kind: 'single', a: me, b: peer }, ...message }),
      );
    } catch (error) {
      // The other one has taken him off his list, or has blocked him: which of them isn't told.
      const strange = ['NotAFriend', 'BlockedByPeer', 'UserNotFound'] as const;
      if (strange.some((kind) => isRefusal(error, kind))) await refuseStranger();
      throw error;
    }
  };

  const toGroup = async (posted: Posted): Promise<void> => {
    const { fields, tenant, context, call } = posted;
    const sent = fields.id('targetId');
    const { targetId } = call.request.body as { readonly targetId: unknown };
    const groupId = (await ids.group(tenant, targetId)) ?? sent;
    const message = await messageIn(posted);
    try {
      await shown(services, conversations.send(context, { conversation: { kind: 'group', groupId }, ...message }));
    } catch (error) {
      const strange = ['NotGroupMember', 'GroupNotFound', 'GroupDismissed'] as const;
      if (strange.some((kind) => isRefusal(error, kind))) {
        refuseText(403, `Your are not member of Group ${await ids.shownGroup(tenant, groupId)}.`);
      }
      throw error;
    }
  };

  return [
    posting({
      path: '/misc/send_message',
      handle: async (posted) => {
        const { fields } = posted;
        const kind = fields.requiredText('conversationType');
        fields.id('targetId');
        if (kind === 'PRIVATE') await toFriend(posted);
        else if (kind === 'GROUP') await toGroup(posted);
        else refuseText(403, 'Unsupported conversation type.');
        return undefined;
      },
    }),
  ];
}
