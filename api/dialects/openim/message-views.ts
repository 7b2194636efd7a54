import type { ConversationView } from '../../../application/queries/conversations.js';
import type { MessageView } from '../../../application/queries/messages.js';
import type { ConversationKey } from '../../../application/streams.js';
import {
  fieldsOf,
  jsonOf,
  type Fields,
  numberAt,
  objectAt,
  textAt,
} from '../../../domain/conversation/content/fields.js';
import { contentOf } from './message-content.js';
import type { Surroundings } from './surroundings.js';
import { WORKING_GROUP } from './views.js';

/** A message of the original. `content` is JSON text; of what is gone there are but `seq` and `status`. */
export interface MsgData {
  readonly sendID: string;
  readonly recvID: string;
  readonly groupID: string;
  readonly clientMsgID: string;
  readonly serverMsgID: string;
  readonly senderPlatformID: number;
  readonly senderNickname: string;
  readonly senderFaceURL: string;
  readonly sessionType: number;
  readonly msgFrom: number;
  readonly contentType: number;
  readonly content: string;
  readonly seq: number;
  readonly sendTime: number;
  readonly createTime: number;
  readonly status: number;
  readonly isRead: boolean;
  readonly offlinePushInfo: object | null;
  readonly atUserIDList: readonly string[];
  readonly attachedInfo: string;
  readonly ex: string;
}

/** Of the sorted list. */
export interface MsgInfo {
  readonly serverMsgID: string;
  readonly clientMsgID: string;
  readonly sessionType: number;
  readonly sendID: string;
  readonly recvID: string;
  readonly senderName: string;
  readonly faceURL: string;
  readonly groupID: string;
  readonly groupName: string;
  readonly groupFaceURL: string;
  readonly groupType: number;
  readonly groupMemberCount: number;
  readonly LatestMsgRecvTime: number;
  readonly msgFrom: number;
  readonly contentType: number;
  readonly content: string;
  readonly ex: string;
}

/** 100 by a user, 200 in the name of the service or by the app's backend. */
export const FROM_USER = 100;
export const FROM_SYSTEM = 200;

const SENT = 1;
const DELETED = 4;

export const sessionTypes = { single: 1, group: 3, notification: 4 } as const;

const AT_ALL = 'AtAllTag';

/** What else a message of this family carries (`custom`). */
const customOf = ({ custom }: MessageView): Fields | undefined => fieldsOf(jsonOf(custom));

const msgFromOf = (message: MessageView): number =>
  numberAt(customOf(message), 'msgFrom') ?? (message.from === 'system' ? FROM_SYSTEM : FROM_USER);

/** To whom a message of this conversation goes. */
export const receiverOf = (key: ConversationKey, senderId: string): string => {
  if (key.kind === 'single') return key.a === senderId ? key.b : key.a;
  return key.kind === 'group' ? '' : key.userId;
};

export function msgData(message: MessageView, key: ConversationKey, around: Surroundings): MsgData {
  const gone = message.status === 'deleted' || message.status === 'hidden';
  if (gone) return { ...NOTHING, seq: message.seq, status: DELETED };
  const custom = customOf(message);
  return {
    ...contentOf(message, around),
    sendID: message.senderId,
    recvID: receiverOf(key, message.senderId),
    groupID: key.kind === 'group' ? key.groupId : '',
    clientMsgID: message.clientMsgId ?? message.messageId,
    serverMsgID: message.messageId,
    senderPlatformID: message.platform ?? 0,
    senderNickname: textAt(custom, 'senderNickname') ?? message.senderNickname ?? '',
    senderFaceURL: textAt(custom, 'senderFaceURL') ?? message.senderAvatar ?? '',
    sessionType: around.sessionType,
    msgFrom: msgFromOf(message),
    seq: message.seq,
    sendTime: message.sentAt,
    createTime: message.sentAt,
    status: SENT,
    isRead: false,
    offlinePushInfo: objectAt(custom, 'offlinePushInfo') ?? null,
    atUserIDList: [...message.mentions, ...(message.mentionsAll ? [AT_ALL] : [])],
    attachedInfo: textAt(custom, 'attachedInfo') ?? '',
    ex: textAt(custom, 'ex') ?? '',
  };
}

const NOTHING: MsgData = {
  sendID: '',
  recvID: '',
  groupID: '',
  clientMsgID: '',
  serverMsgID: '',
  senderPlatformID: 0,
  senderNickname: '',
  senderFaceURL: '',
  sessionType: 0,
  msgFrom: 0,
  contentType: 0,
  content: '',
  seq: 0,
  sendTime: 0,
  createTime: 0,
  status: 0,
  isRead: false,
  offlinePushInfo: null,
  atUserIDList: [],
  attachedInfo: '',
  ex: '',
};

/** The last message as the sorted list shows it: of a single chat with the other one's name, whoever wrote. */
export function msgInfo(
  conversation: ConversationView,
  key: ConversationKey,
  ownerId: string,
  around: Surroundings,
): MsgInfo {
  const { last, peer, group, sortedAt } = conversation;
  const named =
    key.kind === 'single'
      ? { senderName: peer?.nickname ?? '', faceURL: peer?.avatar ?? '' }
      : { senderName: key.kind === 'group' ? (last?.senderNickname ?? '') : '', faceURL: '' };
  const whose = {
    ...named,
    sessionType: around.sessionType,
    groupID: group?.groupId ?? '',
    groupName: group?.name ?? '',
    groupFaceURL: group?.avatar ?? '',
    groupType: group === null ? 0 : WORKING_GROUP,
    groupMemberCount: group?.memberCount ?? 0,
  };
  if (last === null) {
    const none = { serverMsgID: '', clientMsgID: '', msgFrom: 0, contentType: 0, content: '', ex: '' };
    return {
      ...none,
      ...whose,
      sendID: peer === null ? '' : ownerId,
      recvID: peer?.userId ?? '',
      LatestMsgRecvTime: sortedAt,
    };
  }
  return {
    ...contentOf(last, around),
    ...whose,
    serverMsgID: last.messageId,
    clientMsgID: last.clientMsgId ?? last.messageId,
    sendID: last.senderId,
    recvID: receiverOf(key, last.senderId),
    LatestMsgRecvTime: last.sentAt,
    msgFrom: msgFromOf(last),
    ex: textAt(customOf(last), 'ex') ?? '',
  };
}
