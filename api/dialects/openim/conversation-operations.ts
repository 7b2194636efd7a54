import type { ConversationTarget } from '../../../application/commands/conversation-keys.js';
import { refusedFirst } from '../../../application/commands/trial.js';
import type { ConversationReader, ConversationView, Mentioned } from '../../../application/queries/conversations.js';
import { type CountedPage, MAX_PAGE, type PageRequest } from '../../../application/queries/page.js';
import type { ChangeView } from '../../../domain/view/commands.js';
import { ofStep, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import { shown } from '../shared/read-your-writes.js';
import { keyOfText, keysOf, keyTexts, idOfKeyText, readerOf, surroundingsOf } from './chats.js';
import { conversationIdOf, conversationOf, conversationsIn } from './conversation-ids.js';
import { type ConversationInfo, conversationInfo } from './conversation-views.js';
import {
  type ConversationReq,
  GetAllConversationsReq,
  GetConversationReq,
  GetConversationsReq,
  GetFullConversationIDsReq,
  GetOwnerConversationReq,
  GetSortedConversationListReq,
  SetConversationsReq,
} from './dto/conversations.js';
import { UserIDReq } from './dto/users.js';
import { OpenimRefused } from './errors.js';
import { fullList } from './full-list.js';
import { msgInfo, sessionTypes } from './message-views.js';
import { type Operation, operation, requireAccess } from './operation.js';
import { type OpenimServices, pageOf } from './services.js';
import { receiveOptionOf, receiveOptions } from './views.js';

/** A user's side of his conversations (docs/rules.md D1 "Messages & conversations"). */
export function conversationOperations(services: OpenimServices): Operation[] {
  const { conversations, viewCommands } = services;

  const byIds = async (
    tenant: string,
    userId: string,
    ids: readonly string[],
  ): Promise<readonly ConversationView[]> => {
    const keys = await keysOf(services, tenant, conversationsIn(ids, userId));
    return conversations.conversationsByKeys(readerOf(services, tenant, userId), keyTexts(keys.values()));
  };

  /** Every page of them. */
  const allOf = async (reader: ConversationReader): Promise<ConversationView[]> => {
    const all: ConversationView[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: PageRequest = { limit: MAX_PAGE, ...(cursor === '' ? {} : { cursor }) };
      const { items, next }: CountedPage<ConversationView> = await conversations.conversationsOfUser(reader, page);
      all.push(...items);
      cursor = next;
    }
    return all;
  };

  /** With whom what is unread means, which only a group's members are told of. */
  const infosOf = async (
    tenant: string,
    userId: string,
    views: readonly ConversationView[],
  ): Promise<ConversationInfo[]> => {
    const unread = views.filter((view) => view.kind === 'group' && view.maxSeq > view.readSeq);
    const meant = new Map<string, Mentioned>();
    for (let start = 0; start < unread.length; start += MAX_PAGE) {
      const some = unread.slice(start, start + MAX_PAGE);
      const found = await conversations.unreadMentions(readerOf(services, tenant, userId), some);
      for (const each of found) meant.set(each.conversation, each);
    }
    return views.map((view) => conversationInfo(view, userId, meant.get(view.conversation)));
  };

  const sortedList = async (
    tenant: string,
    { userID, conversationIDs, pagination = FIRST_THOUSAND }: GetSortedConversationListReq,
  ): Promise<object> => {
    const { empty, ...page } = pageOf(pagination);
    const keys = await keysOf(services, tenant, conversationsIn(conversationIDs, userID));
    // What is asked for may all be nobody's, which isn't the same as asking for everything.
    if (conversationIDs.length > 0 && keys.size === 0)
      return { conversationTotal: 0, unreadTotal: 0, conversationElems: [] };
    const among = conversationIDs.length === 0 ? undefined : keyTexts(keys.values());
    const found = await conversations.conversationsOfUser(readerOf(services, tenant, userID), page, among);
    const items = (empty ? [] : found.items).map((item) => ({ item, key: keyOfText(item.conversation) }));
    const around = await surroundingsOf(
      services,
      tenant,
      items.map(({ item, key }) => ({ key, messages: item.last === null ? [] : [item.last] })),
    );
    return {
      conversationTotal: found.withMessages,
      unreadTotal: found.unread,
      conversationElems: items.map(({ item, key }) => ({
        conversationID: conversationIdOf(key),
        recvMsgOpt: receiveOptions[item.receiveOption],
        unreadCount: item.unread,
        IsPinned: item.pinned,
        msgInfo: msgInfo(item, key, userID, around(key)),
      })),
    };
  };

  const setFor = async (
    call: Call<SetConversationsReq>,
    userId: string,
    conversation: ConversationTarget,
  ): Promise<void> => {
    const context = ofStep(requestContext(call, userId), userId);
    const changes = changesOf(call.body.conversation);
    await shown(services, viewCommands.change(context, { userId, conversation, changes }));
  };

  return [
    operation({
      path: '/conversation/get_sorted_conversation_list',
      reads: true,
      Body: GetSortedConversationListReq,
      handle: ({ body, caller }) => {
        requireAccess(caller, body.userID);
        return sortedList(caller.tenant, body);
      },
    }),
    operation({
      path: '/conversation/get_not_notify_conversation_ids',
      reads: true,
      Body: UserIDReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const silent = await conversations.silentConversations(caller.tenant, body.userID);
        return { conversationIDs: silent.map(idOfKeyText) };
      },
    }),
    operation({
      path: '/conversation/get_pinned_conversation_ids',
      reads: true,
      Body: UserIDReq,
      handle: async ({ body, caller }) => {
        requireAccess(caller, body.userID);
        const pinned = await conversations.pinnedConversations(caller.tenant, body.userID);
        return { conversationIDs: pinned.map(idOfKeyText) };
      },
    }),
    operation({
      path: '/conversation/get_all_conversations',
      reads: true,
      Body: GetAllConversationsReq,
      handle: async ({ body: { ownerUserID }, caller }) => {
        requireAccess(caller, ownerUserID);
        const all = await allOf(readerOf(services, caller.tenant, ownerUserID));
        return { conversations: await infosOf(caller.tenant, ownerUserID, all) };
      },
    }),
    operation({
      path: '/conversation/get_conversations',
      reads: true,
      Body: GetConversationsReq,
      handle: async ({ body: { ownerUserID, conversationIDs }, caller }) => {
        requireAccess(caller, ownerUserID);
        const found = await byIds(caller.tenant, ownerUserID, conversationIDs);
        return { conversations: await infosOf(caller.tenant, ownerUserID, found) };
      },
    }),
    operation({
      path: '/conversation/get_conversation',
      reads: true,
      Body: GetConversationReq,
      handle: async ({ body: { ownerUserID, conversationID }, caller }) => {
        requireAccess(caller, ownerUserID);
        conversationOf(conversationID, ownerUserID);
        const [found] = await byIds(caller.tenant, ownerUserID, [conversationID]);
        if (found === undefined) throw new OpenimRefused('RecordNotFoundError', 'no such conversation');
        return { conversation: (await infosOf(caller.tenant, ownerUserID, [found]))[0] };
      },
    }),
    operation({
      path: '/conversation/get_owner_conversation',
      reads: true,
      Body: GetOwnerConversationReq,
      handle: async ({ body: { userID, pagination }, caller }) => {
        requireAccess(caller, userID);
        const { empty, ...page } = pageOf(pagination);
        const found = await conversations.conversationsOfUser(readerOf(services, caller.tenant, userID), page);
        const items = empty ? [] : found.items;
        return { total: found.total, conversations: await infosOf(caller.tenant, userID, items) };
      },
    }),
    operation({
      path: '/conversation/get_full_conversation_ids',
      reads: true,
      Body: GetFullConversationIDsReq,
      handle: async ({ body: { userID, idHash }, caller }) => {
        requireAccess(caller, userID);
        const positions = await conversations.positions(readerOf(services, caller.tenant, userID));
        const all = positions.map(({ conversation }) => idOfKeyText(conversation));
        const { ids, ...rest } = fullList(['conversations', caller.tenant, userID], all, idHash);
        return { ...rest, conversationIDs: ids };
      },
    }),
    operation({
      path: '/conversation/set_conversations',
      Body: SetConversationsReq,
      handle: async (call) => {
        const { userIDs, conversation } = call.body;
        for (const userID of userIDs) requireAccess(call.caller, userID);
        // All are known, and tried, before the first is changed.
        const targets = userIDs.map((userID) => [userID, targetOf(conversation, userID)] as const);
        const changes = changesOf(conversation);
        const inTurn = await refusedFirst(targets, ([userId, target]) =>
          viewCommands.wouldChange(requestContext(call, userId), { userId, conversation: target, changes }),
        );
        for (const [userID, target] of inTurn) await setFor(call, userID, target);
        return undefined;
      },
    }),
  ];
}

const FIRST_THOUSAND = { pageNumber: 1, showNumber: MAX_PAGE } as const;

/** @throws OpenimRefused 1001 where the members of the body mean different conversations */
function targetOf(asked: ConversationReq, userId: string): ConversationTarget {
  const { conversationID, conversationType, userID = '', groupID = '' } = asked;
  const target = conversationOf(conversationID, userId);
  const people = target.kind === 'single' ? [target.a, target.b] : target.kind === 'group' ? [] : [userId];
  const isGroups = target.kind === 'group' ? groupID === '' || groupID === target.groupId : groupID === '';
  const isTheirs = userID === '' || people.includes(userID);
  if (sessionTypes[target.kind] === conversationType && isGroups && isTheirs) return target;
  throw new OpenimRefused('ArgsError', 'conversationID is not of this conversationType, userID or groupID');
}

function changesOf(asked: ConversationReq): ChangeView['changes'] {
  const { isPinned, recvMsgOpt, ex, isPrivateChat, burnDuration, isMsgDestruct, msgDestructTime } = asked;
  const settings = {
    ...(isPrivateChat === undefined ? {} : { privateChat: isPrivateChat }),
    ...(burnDuration === undefined ? {} : { burnSeconds: burnDuration }),
    ...(isMsgDestruct === undefined ? {} : { destructs: isMsgDestruct }),
    ...(msgDestructTime === undefined ? {} : { destructAfterSeconds: msgDestructTime }),
  };
  return {
    ...(isPinned === undefined ? {} : { pinned: isPinned }),
    ...(recvMsgOpt === undefined ? {} : { receiveOption: receiveOptionOf(recvMsgOpt) }),
    ...(ex === undefined ? {} : { ext: ex }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  };
}
