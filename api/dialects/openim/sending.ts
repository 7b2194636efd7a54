import type { ConversationTarget } from '../../../application/commands/conversation-keys.js';
import type { ConversationResult, Sending } from '../../../application/commands/conversations.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { checkMessage } from '../../../domain/conversation/bounds.js';
import { neutralOf } from '../../../domain/conversation/content/families.js';
import { given } from '../../../domain/conversation/content/fields.js';
import type { Content } from '../../../domain/conversation/events.js';
import { isRefusal } from '../shared/refusals.js';
import { possible } from './dto/common.js';
import type { BatchSendMsgReq, SendMsgReq } from './dto/messages.js';
import { OpenimRefused } from './errors.js';
import { FROM_SYSTEM, sessionTypes } from './message-views.js';
import type { OpenimServices } from './services.js';

/** What may be sent from a backend: texts, media, mentions, custom elements, quotes, markdown; and a notification. */
const SENDABLE: readonly number[] = [101, 102, 103, 104, 105, 106, 110, 114, 118];
const NOTIFICATION = 1400;

type Sent = SendMsgReq | BatchSendMsgReq;

export interface SendMsgResp {
  readonly serverMsgID: string;
  readonly clientMsgID: string;
  readonly sendTime: number;
  readonly seq: number;
}

/** @throws OpenimRefused 1001 for a content that isn't what its type says */
function checkedContent({ content, contentType, sessionType }: Sent): Content {
  const isNotification = sessionType === sessionTypes.notification;
  if (!(isNotification ? [...SENDABLE, NOTIFICATION] : SENDABLE).includes(contentType)) {
    throw new OpenimRefused('ArgsError', `contentType ${contentType.toString()} is not sent like this`);
  }
  const written = { format: 'openim', type: contentType.toString(), body: JSON.stringify(content) } as const;
  if (contentType !== NOTIFICATION && neutralOf(written) === undefined) {
    throw new OpenimRefused('ArgsError', `content lacks what a message of contentType ${contentType.toString()} needs`);
  }
  return written;
}

/** @throws OpenimRefused 1001 where nobody is named to whom it goes */
export function targetOf({ sessionType, sendID, recvID = '', groupID = '' }: SendMsgReq): ConversationTarget {
  const toGroup = sessionType === sessionTypes.group;
  const [member, id, other] = toGroup ? ['groupID', groupID, recvID] : ['recvID', recvID, groupID];
  if (other !== '' && possible([other]).length === 0) {
    throw new OpenimRefused('ArgsError', `what stands beside ${member} is no id`);
  }
  if (id === '') throw new OpenimRefused('ArgsError', `sessionType ${sessionType.toString()} needs ${member}`);
  if (toGroup) return { kind: 'group', groupId: id };
  return targetTo(sendID, id, sessionType);
}

/** The chat of two, or whom the service writes to. @throws OpenimRefused 1004 for what can't be anybody */
export function targetTo(sendID: string, recvID: string, sessionType: 1 | 4): ConversationTarget {
  if (possible([recvID]).length === 0) throw new OpenimRefused('RecordNotFoundError', NO_RECEIVER);
  return sessionType === sessionTypes.notification
    ? { kind: 'notification', userId: recvID }
    : { kind: 'single', a: sendID, b: recvID };
}

const NO_RECEIVER = 'no such receiver';

/** What is sent, but for whom. @throws OpenimRefused, DomainError 1001 for what no receiver could be sent */
export function checkedMessage(body: Sent): Omit<Sending, 'conversation'> {
  const content = checkedContent(body);
  const mention = neutralOf(content);
  const { sendID, senderPlatformID = 0, isOnlineOnly } = body;
  const message = {
    senderId: sendID,
    content,
    custom: customOf(body),
    ...(mention?.kind === 'mention' ? { mentions: mention.userIds, mentionsAll: mention.all } : {}),
    ...(senderPlatformID >= 1 && senderPlatformID <= 10 ? { senderPlatform: senderPlatformID } : {}),
    ...(isOnlineOnly ? { onlineOnly: true } : {}),
  };
  checkMessage(message);
  return message;
}

/** Sends for whoever is named as its sender. A receiver who isn't there is no record; a sender who isn't, no user. */
export async function sendTo(
  { conversationCommands }: Pick<OpenimServices, 'conversationCommands'>,
  context: RequestContext,
  conversation: ConversationTarget,
  body: Sent,
): Promise<ConversationResult<'SendMessage'>> {
  const { sendID } = body;
  const message: Sending = {
    conversation,
    ...checkedMessage(body),
    ...(conversation.kind === 'notification' ? { from: 'system' } : {}),
  };
  try {
    return await conversationCommands.send(context, message);
  } catch (error) {
    if (!isRefusal(error, 'UserNotFound') || error.facts.userIds.includes(sendID)) throw error;
    throw new OpenimRefused('RecordNotFoundError', NO_RECEIVER);
  }
}

/** Everything that goes with the content and is shown again with it. */
const customOf = ({ senderNickname, senderFaceURL, offlinePushInfo, ex }: Sent): string =>
  JSON.stringify({ msgFrom: FROM_SYSTEM, ...given({ senderNickname, senderFaceURL, offlinePushInfo, ex }) });

/** The server gives the client's id where the client gave none. */
export const sentAnswer = ({ outcome }: ConversationResult<'SendMessage'>): SendMsgResp => ({
  serverMsgID: outcome.messageId,
  clientMsgID: outcome.messageId,
  sendTime: outcome.sentAt,
  seq: outcome.seq,
});
