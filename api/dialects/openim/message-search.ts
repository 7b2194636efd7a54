import type { AnyMessagesFilter, MessageView } from '../../../application/queries/messages.js';
import type { CountedPage } from '../../../application/queries/page.js';
import { conversationKeyText } from '../../../application/streams.js';
import { profilesOf } from '../shared/reading.js';
import { keyOfText, surroundingsOf } from './chats.js';
import { possible } from './dto/common.js';
import { SearchMsgReq } from './dto/messages.js';
import { InputInvalid } from '../../http/validation.js';
import { msgData, sessionTypes } from './message-views.js';
import { type Operation, operation, requireAdmin } from './operation.js';
import { type OpenimServices, pageOf } from './services.js';
import { WORKING_GROUP } from './views.js';

const DAY_MS = 86_400_000;

/** For whoever manages an app: what was said, by sender, receiver, kind and day. */
export function messageSearchOperation(services: OpenimServices): Operation {
  const { messages, groups, users } = services;

  /** undefined: nothing can be found by this. */
  const filterOf = async (tenant: string, body: SearchMsgReq): Promise<AnyMessagesFilter | undefined> => {
    const { sendID = '', recvID = '', contentType, sessionType, sendTime } = body;
    if (possible([sendID, recvID].filter((id) => id !== '')).length < [sendID, recvID].filter(Boolean).length)
      return undefined;
    const receiver = recvID === '' ? {} : await receiverOf(tenant, recvID, sessionType);
    return (
      receiver && {
        ...receiver,
        ...kindOf(sessionType),
        ...(sendID === '' ? {} : { senderId: sendID }),
        ...(contentType === 0 ? {} : { types: [contentType.toString()] }),
        ...dayOf(sendTime),
      }
    );
  };

  /** A user or a group: where the kind of session isn't said, whichever it is. */
  const receiverOf = async (
    tenant: string,
    recvID: string,
    sessionType: number,
  ): Promise<Pick<AnyMessagesFilter, 'conversation' | 'receiverId'> | undefined> => {
    if (sessionType === sessionTypes.single) return { receiverId: recvID };
    if (sessionType === sessionTypes.notification) {
      return { conversation: conversationKeyText({ kind: 'notification', userId: recvID }) };
    }
    const group = await groups.groupById(tenant, recvID);
    if (group === undefined) return sessionType === 0 ? { receiverId: recvID } : undefined;
    const { groupId, incarnation } = group;
    return { conversation: conversationKeyText({ kind: 'group', groupId, incarnation }) };
  };

  return operation({
    path: '/msg/search_msg',
    Body: SearchMsgReq,
    handle: async ({ body, caller: { tenant }, caller }) => {
      requireAdmin(caller);
      const { empty, ...page } = pageOf(body.pagination);
      const filter = await filterOf(tenant, body);
      const { total, items } = filter === undefined ? NOTHING : await messages.searchAll(tenant, filter, page);
      const shown = (empty ? [] : items).map((message) => ({ message, key: keyOfText(message.conversation) }));
      const around = await surroundingsOf(
        services,
        tenant,
        shown.map(({ key, message }) => ({ key, messages: [message] })),
      );
      const logs = shown.map(({ key, message }) => ({ message, data: msgData(message, key, around(key)) }));
      const profiles = await profilesOf(
        users,
        tenant,
        logs.flatMap(({ data }) => (data.recvID === '' ? [] : [data.recvID])),
      );
      const groupIds = logs.flatMap(({ data }) => (data.groupID === '' ? [] : [data.groupID]));
      const known = await groups.groupsByIds(tenant, [...new Set(groupIds)]);
      const byId = new Map(known.map((group) => [group.groupId, group]));
      return {
        chatLogs: logs.map(({ message, data }) => {
          const group = byId.get(data.groupID);
          const chatLog = {
            ...data,
            recvNickname: profiles.get(data.recvID)?.nickname ?? '',
            groupName: group?.name ?? '',
            groupFaceURL: group?.avatar ?? '',
            groupMemberCount: group?.memberCount ?? 0,
            groupOwner: group?.ownerId ?? '',
            groupType: group === undefined ? 0 : WORKING_GROUP,
          };
          return { chatLog, isRevoked: message.status === 'revoked' };
        }),
        chatLogsNum: total,
      };
    },
  });
}

const NOTHING: CountedPage<MessageView> = { items: [], total: 0, next: null };

/** A number that isn't one of them asks for all. */
function kindOf(sessionType: number): Pick<AnyMessagesFilter, 'kind'> {
  const kind = (['single', 'group', 'notification'] as const).find((each) => sessionTypes[each] === sessionType);
  return kind === undefined ? {} : { kind };
}

/** That day, UTC. @throws InputInvalid */
function dayOf(text: string): Pick<AnyMessagesFilter, 'since' | 'before'> {
  if (text === '') return {};
  const since = Date.parse(text.slice(0, 'YYYY-MM-DD'.length));
  if (Number.isNaN(since)) throw new InputInvalid('body', [{ pointer: '/sendTime', detail: 'is no day' }]);
  return { since, before: since + DAY_MS };
}
