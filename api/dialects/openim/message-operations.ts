import { allAtOnce } from '../../../application/at-once.js';
import type { ConversationTarget } from '../../../application/commands/conversation-keys.js';
import type { CommandResult } from '../../../application/commands/request.js';
import { refusedFirst } from '../../../application/commands/trial.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { ofStep, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import { shown } from '../shared/read-your-writes.js';
import { isRefusal } from '../shared/refusals.js';
import { keyOfText, readerOf } from './chats.js';
import { conversationIdOf, conversationOf } from './conversation-ids.js';
import {
  BatchSendMsgReq,
  ClearConversationMsgReq,
  DeleteMsgsReq,
  type DeleteSyncOpt,
  MarkConversationAsReadReq,
  MarkMsgsAsReadReq,
  RevokeMsgReq,
  SendMsgReq,
  UserClearAllMsgReq,
} from './dto/messages.js';
import { InputInvalid } from '../../http/validation.js';
import { OpenimRefused } from './errors.js';
import { type Operation, operation, requireAccess, requireAdmin } from './operation.js';
import { checkedMessage, sendTo, sentAnswer, targetOf, targetTo } from './sending.js';
import type { OpenimServices } from './services.js';

/** What is done to messages (docs/rules.md D1 "Messages & conversations"). */
export function messageOperations(services: OpenimServices): Operation[] {
  const { conversationCommands: chats, viewCommands: views, directory, ownWrites } = services;

  /** Clears one conversation up to now, for everybody or for himself. */
  const cleared = (
    call: Call<object>,
    userId: string,
    [id, conversation]: Named,
    { isSyncOther }: Pick<DeleteSyncOpt, 'isSyncOther'>,
  ): Promise<Written> => {
    const context = ofStep(requestContext(call, userId), id);
    return isSyncOther ? chats.clear(context, { conversation }) : views.clear(context, { userId, conversation });
  };

  const wouldClear = (
    call: Call<object>,
    userId: string,
    [id, conversation]: Named,
    { isSyncOther }: Pick<DeleteSyncOpt, 'isSyncOther'>,
  ): Promise<boolean> => {
    const context = ofStep(requestContext(call, userId), id);
    return isSyncOther
      ? chats.wouldClear(context, { conversation })
      : views.wouldClear(context, { userId, conversation });
  };

  return [
    operation({
      path: '/msg/send_msg',
      Body: SendMsgReq,
      handle: async (call) => {
        requireAdmin(call.caller);
        const conversation = targetOf(call.body);
        const context = requestContext(call, call.body.sendID);
        return sentAnswer(await shown(services, sendTo(services, context, conversation, call.body)));
      },
    }),
    operation({
      path: '/msg/batch_send_msg',
      Body: BatchSendMsgReq,
      handle: async (call) => {
        const { body, caller } = call;
        requireAdmin(caller);
        checkedMessage(body);
        await directory.require(caller.tenant, [body.sendID]);
        const context = requestContext(call, body.sendID);
        const failedUserIDs: string[] = [];
        const results = await allAtOnce(AT_ONCE, body.recvIDs, async (recvID) => {
          try {
            const conversation = targetTo(body.sendID, recvID, body.sessionType);
            const sent = await sendTo(services, ofStep(context, recvID), conversation, body);
            return { answer: { ...sentAnswer(sent), recvID }, position: sent.position };
          } catch (error) {
            // One who can't be written to keeps nobody else's message.
            if (!isSomebodys(error)) throw error;
            failedUserIDs.push(recvID);
            return undefined;
          }
        });
        const sent = results.filter((result) => result !== undefined);
        for (const { position } of sent) await ownWrites.answering(position);
        return {
          results: sent.map(({ answer }) => answer),
          failedUserIDs: body.recvIDs.filter((recvID) => failedUserIDs.includes(recvID)),
        };
      },
    }),
    operation({
      path: '/msg/revoke_msg',
      Body: RevokeMsgReq,
      handle: async (call) => {
        const { conversationID, seq, userID } = call.body;
        requireAccess(call.caller, userID);
        const conversation = conversationOf(conversationID, userID);
        await shown(services, chats.revoke(requestContext(call, userID), { conversation, seqs: [seq] }));
        return undefined;
      },
    }),
    operation({
      path: '/msg/mark_msgs_as_read',
      Body: MarkMsgsAsReadReq,
      handle: async (call) => {
        const { conversationID, seqs, userID: userId } = call.body;
        requireAccess(call.caller, userId);
        const conversation = conversationOf(conversationID, userId);
        // The last one counts, as in the original, which clients send in order.
        const upToSeq = seqs.at(-1) ?? 0;
        await views.markRead(requestContext(call, userId), { conversation, userId, upToSeq, beyond: 'refuse' });
        return undefined;
      },
    }),
    operation({
      path: '/msg/mark_conversation_as_read',
      Body: MarkConversationAsReadReq,
      handle: async (call) => {
        const { conversationID, hasReadSeq = 0, seqs, userID: userId } = call.body;
        requireAccess(call.caller, userId);
        const upToSeq = Math.max(hasReadSeq, ...seqs);
        if (upToSeq === 0) {
          throw new InputInvalid('body', [{ pointer: '/hasReadSeq', detail: 'is missing, and there are no seqs' }]);
        }
        const conversation = conversationOf(conversationID, userId);
        await views.markRead(requestContext(call, userId), { conversation, userId, upToSeq, beyond: 'clamp' });
        return undefined;
      },
    }),
    operation({
      path: '/msg/clear_conversation_msg',
      Body: ClearConversationMsgReq,
      handle: async (call) => {
        const { conversationIDs, userID, deleteSyncOpt = FOR_ONESELF } = call.body;
        requireAccess(call.caller, userID);
        // All are known, and tried, before the first is cleared.
        const targets = new Map(conversationIDs.map((id) => [id, conversationOf(id, userID)]));
        const inTurn = await refusedFirst([...targets], (target) => wouldClear(call, userID, target, deleteSyncOpt));
        for (const target of inTurn) await shown(services, cleared(call, userID, target, deleteSyncOpt));
        return undefined;
      },
    }),
    operation({
      path: '/msg/user_clear_all_msg',
      reads: true,
      Body: UserClearAllMsgReq,
      handle: async (call) => {
        const { userID, deleteSyncOpt = FOR_ONESELF } = call.body;
        const { tenant } = call.caller;
        requireAccess(call.caller, userID);
        const positions = await services.conversations.positions(readerOf(services, tenant, userID));
        const all = positions.map(({ conversation }) => keyOfText(conversation));
        const done = await allAtOnce(AT_ONCE, all, async (key) => {
          const target = [conversationIdOf(key), key] as const;
          try {
            return await cleared(call, userID, target, deleteSyncOpt);
          } catch (error) {
            // What he may not clear for everybody he clears for himself.
            if (!deleteSyncOpt.isSyncOther || !isSomebodys(error)) throw error;
            return cleared(call, userID, target, FOR_ONESELF);
          }
        });
        for (const { position } of done) await ownWrites.answering(position);
        return undefined;
      },
    }),
    operation({
      path: '/msg/delete_msgs',
      Body: DeleteMsgsReq,
      handle: async (call) => {
        const { conversationID, userID: userId, deleteSyncOpt = FOR_ONESELF } = call.body;
        requireAccess(call.caller, userId);
        const seqs = [...new Set(call.body.seqs)];
        const conversation = conversationOf(conversationID, userId);
        const context = requestContext(call, userId);
        const deleted: Promise<Written> = deleteSyncOpt.isSyncOther
          ? chats.delete(context, { conversation, seqs })
          : views.hide(context, { userId, conversation, seqs });
        await shown(services, deleted);
        return undefined;
      },
    }),
  ];
}

/** Conversations that are worked on side by side. */
const AT_ONCE = 16;

/** A conversation, and what the caller calls it. */
type Named = readonly [string, ConversationTarget];

type Written = Pick<CommandResult<unknown, unknown>, 'position'>;

const FOR_ONESELF = { isSyncSelf: false, isSyncOther: false } as const;

/** A refusal that is about this one alone: neither what is said nor the server is at fault. */
const isSomebodys = (error: unknown): boolean =>
  (error instanceof DomainError && !isRefusal(error, 'InvalidArgument')) || error instanceof OpenimRefused;
