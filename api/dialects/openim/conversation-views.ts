import type { ConversationView, Mentioned } from '../../../application/queries/conversations.js';
import { keyOfText } from './chats.js';
import { conversationIdOf } from './conversation-ids.js';
import { sessionTypes } from './message-views.js';
import { receiveOptions } from './views.js';

/** One user's side of a conversation. Durations are seconds. */
export interface ConversationInfo {
  readonly ownerUserID: string;
  readonly conversationID: string;
  readonly recvMsgOpt: number;
  readonly conversationType: number;
  readonly userID: string;
  readonly groupID: string;
  readonly isPinned: boolean;
  readonly attachedInfo: string;
  readonly isPrivateChat: boolean;
  readonly groupAtType: number;
  readonly ex: string;
  readonly burnDuration: number;
  /** 0 = from the first. */
  readonly minSeq: number;
  /** 0 = whatever comes; else where he left. */
  readonly maxSeq: number;
  readonly msgDestructTime: number;
  readonly latestMsgDestructTime: number;
  readonly isMsgDestruct: boolean;
}

/** Both are 3. */
const [AT_ME, AT_ALL] = [1, 2];
const NOBODY = { me: false, all: false };

export function conversationInfo(
  conversation: ConversationView,
  ownerUserID: string,
  meant: Pick<Mentioned, 'me' | 'all'> = NOBODY,
): ConversationInfo {
  const { settings, minSeq, maxSeq } = conversation;
  return {
    ownerUserID,
    conversationID: conversationIdOf(keyOfText(conversation.conversation)),
    recvMsgOpt: receiveOptions[conversation.receiveOption],
    conversationType: sessionTypes[conversation.kind],
    userID: conversation.peer?.userId ?? '',
    groupID: conversation.group?.groupId ?? '',
    isPinned: conversation.pinned,
    attachedInfo: '',
    isPrivateChat: settings.privateChat ?? false,
    groupAtType: (meant.me ? AT_ME : 0) + (meant.all ? AT_ALL : 0),
    ex: conversation.ext ?? '',
    burnDuration: settings.burnSeconds ?? 0,
    minSeq: minSeq > 1 ? minSeq : 0,
    maxSeq: conversation.takesPart ? 0 : maxSeq,
    msgDestructTime: settings.destructAfterSeconds ?? 0,
    latestMsgDestructTime: 0,
    isMsgDestruct: settings.destructs ?? false,
  };
}
