import type { MessageView } from '../../../application/queries/messages.js';
import { type ConversationKey, conversationKeyText } from '../../../application/streams.js';
import { idOfKeyText, keysOf, keyTexts, readerOf, surroundingsOf } from './chats.js';
import { conversationsIn } from './conversation-ids.js';
import {
  GetConversationsHasReadAndMaxSeqReq,
  GetServerTimeReq,
  PullMsgBySeqReq,
  type SeqRange,
} from './dto/messages.js';
import { UserIDReq } from './dto/users.js';
import { LONGEST_LIST } from './dto/common.js';
import { type MsgData, msgData } from './message-views.js';
import { type Operation, operation, requireAccess } from './operation.js';
import type { OpenimServices } from './services.js';

/** Messages in one answer to a pull. */
const MOST_PULLED = 2_000;

export function messageQueryOperations(services: OpenimServices): Operation[] {
  const { messages, conversations, clock } = services;

  interface Pulled {
    readonly key: ConversationKey;
    readonly found: readonly MessageView[];
    readonly isEnd: boolean;
  }

  /** The last of a range as he may see it, so many at most. */
  const pull = async (
    tenant: string,
    userId: string,
    { key, range, most, order }: { key: ConversationKey; range: SeqRange; most: number; order: number },
  ): Promise<Pulled | undefined> => {
    const { begin, end, num } = range;
    const limit = Math.min(num, most, LONGEST_LIST);
    const page = await messages.history(readerOf(services, tenant, userId), conversationKeyText(key), {
      fromSeq: Math.max(1, begin),
      toSeq: end,
      order: 'descending',
      limit: Math.max(1, limit),
    });
    if (page === undefined) return undefined;
    const { firstSeq, lastSeq } = page.visible;
    const isEnd = order === 0 ? lastSeq <= end : begin <= firstSeq;
    return { key, found: limit === 0 ? [] : [...page.messages].reverse(), isEnd };
  };

  return [
    operation({
      path: '/msg/pull_msg_by_seq',
      reads: true,
      Body: PullMsgBySeqReq,
      handle: async ({ body: { userID, seqRanges, order }, caller: { tenant }, caller }) => {
        requireAccess(caller, userID);
        const ids = seqRanges.map(({ conversationID }) => conversationID);
        const keys = await keysOf(services, tenant, conversationsIn(ids, userID));
        const pulled = new Map<string, Pulled>();
        let most = MOST_PULLED;
        for (const range of seqRanges) {
          const key = keys.get(range.conversationID);
          const one = key && (await pull(tenant, userID, { key, range, most, order }));
          if (one === undefined) continue;
          most -= one.found.length;
          pulled.set(range.conversationID, one);
        }
        const all = [...pulled.values()].map(({ key, found }) => ({ key, messages: found }));
        const around = await surroundingsOf(services, tenant, all);
        const msgs = [...pulled].map(([id, { key, found, isEnd }]) => {
          const Msgs = found.map((message) => inBytes(msgData(message, key, around(key))));
          return [id, { Msgs, isEnd, endSeq: 0 }] as const;
        });
        return unlessEmpty({ msgs: Object.fromEntries(msgs) });
      },
    }),
    operation({
      path: '/msg/newest_seq',
      reads: true,
      Body: UserIDReq,
      handle: async ({ body: { userID }, caller }) => {
        requireAccess(caller, userID);
        const positions = await conversations.positions(readerOf(services, caller.tenant, userID));
        const of = (seq: 'minSeq' | 'maxSeq'): object =>
          Object.fromEntries(positions.map((position) => [idOfKeyText(position.conversation), position[seq]]));
        return unlessEmpty({ maxSeqs: of('maxSeq'), minSeqs: of('minSeq') });
      },
    }),
    operation({
      path: '/msg/get_conversations_has_read_and_max_seq',
      reads: true,
      Body: GetConversationsHasReadAndMaxSeqReq,
      handle: async ({ body: { userID, conversationIDs, returnPinned }, caller: { tenant }, caller }) => {
        requireAccess(caller, userID);
        const reader = readerOf(services, tenant, userID);
        const asked = await keysOf(services, tenant, conversationsIn(conversationIDs, userID));
        const among = conversationIDs.length === 0 ? undefined : keyTexts(asked.values());
        const positions = among?.length === 0 ? [] : await conversations.positions(reader, among);
        const byKey = new Map(positions.map((position) => [position.conversation, position]));
        const named: readonly (readonly [id: string, keyText: string])[] =
          among === undefined
            ? positions.map(({ conversation }) => [idOfKeyText(conversation), conversation] as const)
            : [...asked].map(([id, key]) => [id, conversationKeyText(key)] as const);
        const seqs = named.flatMap(([id, keyText]) => {
          const position = byKey.get(keyText);
          if (position === undefined) return [];
          const { maxSeq, readSeq: hasReadSeq, maxSeqTime } = position;
          return [[id, { maxSeq, hasReadSeq, maxSeqTime: maxSeqTime ?? 0 }] as const];
        });
        const pinned = returnPinned ? await conversations.pinnedConversations(tenant, userID) : [];
        return {
          ...unlessEmpty({ seqs: Object.fromEntries(seqs) }),
          pinnedConversationIDs: pinned.map(idOfKeyText),
        };
      },
    }),
    operation({
      path: '/msg/get_server_time',
      Body: GetServerTimeReq,
      handle: () => Promise.resolve({ serverTime: clock.now() }),
    }),
  ];
}

/** As a protobuf's bytes are written in JSON. */
const inBytes = (message: MsgData): MsgData => ({
  ...message,
  content: Buffer.from(message.content).toString('base64'),
});

/** Without its empty maps, which the original leaves out. */
const unlessEmpty = (maps: Readonly<Record<string, object>>): Readonly<Record<string, object>> =>
  Object.fromEntries(Object.entries(maps).filter(([, map]) => Object.keys(map).length > 0));
