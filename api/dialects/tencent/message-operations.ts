import { allAtOnce } from '../../../application/at-once.js';
import type { Sending } from '../../../application/commands/conversations.js';
import type { RequestContext } from '../../../application/commands/request.js';
import type { RevocationResult } from '../../../domain/conversation/commands.js';
import { MOST_SEQS } from '../../../domain/conversation/bounds.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { actorOf, ofStep, requestContext } from '../shared/context.js';
import { isRefusal } from '../shared/refusals.js';
import { codes, type CodeName } from './codes.js';
import { typeByPreset } from './group-types.js';
import { groupIdOf } from './ids.js';
import { liveGroup } from './live-group.js';
import { contentOf, customOf, textContent } from './message-content.js';
import {
  type AtItem,
  DeleteBySenderReq,
  RecallReq,
  SendGroupMsgReq,
  SendNotificationReq,
  UnreadReq,
} from './message-dto.js';
import { operation, type Operation } from './operation.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { priorities, seconds } from './views.js';

/** Accounts that one notification names at most. */
const MOST_NAMED = 500;

/** People who are written to side by side. */
const AT_ONCE = 16;

/** What is said in groups, taken back, and how far it was read. */
export function messageOperations(services: TencentServices): Operation[] {
  const { conversationCommands: chats, viewCommands: views, groupChanges, directory } = services;

  /** A group that keeps what is said in it. @throws DomainError GroupNotFound; TencentRefused */
  const requireHistory = async (context: RequestContext, groupId: string, otherwise: CodeName): Promise<void> => {
    const { rules } = await liveGroup(groupChanges, ofStep(context, 'group'), groupId);
    if (typeByPreset(rules.preset) === 'AVChatRoom') {
      throw new TencentRefused(otherwise, 'an AVChatRoom keeps no messages');
    }
  };

  return [
    operation({
      command: 'send_group_msg',
      Body: SendGroupMsgReq,
      handle: async (call) => {
        const { body, caller, request } = call;
        const groupId = groupIdOf(body);
        const { From_Account = '', MsgPriority = 'Normal', MsgOnlineOnlyFlag, SendMsgControl = [] } = body;
        if (MsgOnlineOnlyFlag === 1 && SendMsgControl.length > 0) {
          throw new TencentRefused('badParameters', 'SendMsgControl is for messages that are kept');
        }
        const custom = customOf(request);
        const senderId = From_Account === '' ? actorOf(caller).id : From_Account;
        const message: Sending = {
          conversation: { kind: 'group', groupId },
          senderId,
          content: contentOf(request, body.MsgBody),
          ...(custom !== undefined && { custom }),
          ...meantBy(body.GroupAtInfo),
          priority: priorities[MsgPriority],
          random: body.Random,
          onlineOnly: MsgOnlineOnlyFlag === 1,
          countsUnread: !SendMsgControl.includes('NoUnread'),
          updatesLast: !SendMsgControl.includes('NoLastMsg'),
        };
        try {
          const { outcome } = await chats.send(requestContext(call, senderId), message);
          return { MsgTime: seconds(outcome.sentAt), MsgSeq: outcome.seq };
        } catch (error) {
          // Who is nobody at all is no member either.
          if (isRefusal(error, 'NotGroupMember')) await directory.require(caller.tenant, [senderId]);
          throw error;
        }
      },
    }),
    operation({
      command: 'send_group_system_notification',
      Body: SendNotificationReq,
      handle: async (call) => {
        const { body, caller } = call;
        const groupId = groupIdOf(body);
        const named = [...new Set(body.ToMembers_Account)];
        if (named.length > MOST_NAMED) {
          throw new TencentRefused('tooManyAccounts', `ToMembers_Account names more than ${MOST_NAMED.toString()}`);
        }
        const context = requestContext(call);
        const said = { senderId: actorOf(caller).id, from: 'system', content: textContent(body.Content) } as const;
        if (named.length === 0) {
          await chats.send(context, { ...said, conversation: { kind: 'group', groupId } });
          return {};
        }
        const { members } = await liveGroup(groupChanges, ofStep(context, 'group'), groupId);
        const strangers = named.filter((userId) => !members.has(userId));
        if (strangers.length > 0) throw new DomainError('NotGroupMember', { userIds: strangers });
        const custom = JSON.stringify({ GroupId: groupId });
        await allAtOnce(AT_ONCE, named, (userId) =>
          chats.send(ofStep(context, userId), { ...said, custom, conversation: { kind: 'notification', userId } }),
        );
        return {};
      },
    }),
    operation({
      command: 'group_msg_recall',
      Body: RecallReq,
      handle: async (call) => {
        const { body } = call;
        const groupId = groupIdOf(body);
        const context = requestContext(call);
        await requireHistory(context, groupId, 'recallUnsupported');
        const asked = body.MsgSeqList.map(({ MsgSeq }) => MsgSeq);
        const seqs = asked.filter((seq) => seq > 0);
        const results = new Map<number, CodeName | undefined>();
        if (seqs.length > 0) {
          const conversation = { kind: 'group', groupId } as const;
          const { outcome } = await chats.revoke(context, { conversation, seqs, unfit: 'report' });
          for (const { seq, result } of outcome.items) results.set(seq, recalls[result]);
        }
        const told = asked.map((MsgSeq) => {
          const failure = results.has(MsgSeq) ? results.get(MsgSeq) : 'noSuchMessage';
          return { MsgSeq, RetCode: failure === undefined ? 0 : codes[failure][0] };
        });
        return { Results: told, RecallRetList: told };
      },
    }),
    operation({
      command: 'delete_group_msg_by_sender',
      Body: DeleteBySenderReq,
      handle: async (call) => {
        const { body, caller } = call;
        const groupId = groupIdOf(body);
        const { Sender_Account: senderId } = body;
        const context = requestContext(call);
        await requireHistory(context, groupId, 'recallUnsupported');
        const state = await chats.stateInGroup(caller.tenant, groupId);
        const recent = state.status === 'none' ? [] : state.recent.values();
        const seqs = recent
          .filter((message) => message.senderId === senderId && message.author !== 'notice' && message.fate === 'shown')
          .map(({ seq }) => seq);
        if (seqs.length === 0) await directory.require(caller.tenant, [senderId]);
        for (let from = 0; from < seqs.length; from += MOST_SEQS) {
          const some = seqs.slice(from, from + MOST_SEQS);
          const conversation = { kind: 'group', groupId } as const;
          await chats.revoke(ofStep(context, from.toString()), { conversation, seqs: some, unfit: 'report' });
        }
        return {};
      },
    }),
    operation({
      command: 'set_unread_msg_num',
      Body: UnreadReq,
      handle: async (call) => {
        const { Member_Account: userId, UnreadMsgNum: behind } = call.body;
        const groupId = groupIdOf(call.body);
        const context = requestContext(call);
        await requireHistory(context, groupId, 'noPermission');
        await views.setReadPosition(context, { userId, conversation: { kind: 'group', groupId }, behind });
        return {};
      },
    }),
  ];
}

/** What each message comes to; undefined: it is taken back. */
const recalls: Readonly<Record<RevocationResult['result'], CodeName | undefined>> = {
  revoked: undefined,
  already: 'recallTwice',
  unknown: 'noSuchMessage',
  tooLate: 'recallTooLate',
  notPermitted: 'noPermission',
};

const meantBy = (items: readonly AtItem[] = []): Pick<Sending, 'mentions' | 'mentionsAll'> => ({
  mentions: items.flatMap(({ GroupAtAllFlag, GroupAt_Account }) =>
    GroupAtAllFlag === 0 && GroupAt_Account !== undefined ? [GroupAt_Account] : [],
  ),
  mentionsAll: items.some(({ GroupAtAllFlag }) => GroupAtAllFlag === 1),
});
