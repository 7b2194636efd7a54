import type { LookedRepeat, MessageTexts, SendNotice, SentMessage } from './commands.js';
import { clientKey, noticeKey, randomKey } from './recent-messages.js';
import type { RecentMessage } from './message-facts.js';
import { contentPrint, REPEAT_WITHIN_MS, type ConversationState } from './state.js';

/** What a line is known by that was told before: its event, or its own id where it is in some family's words. */
export const lineKey = ({ notice, words, messageId }: Pick<SendNotice, 'notice' | 'words' | 'messageId'>): string =>
  words === undefined ? noticeKey(notice) : clientKey(notice.by, messageId);

interface Repeatable extends Pick<MessageTexts, 'clientMsgId' | 'content' | 'random'> {
  readonly senderId: string;
  readonly looked?: LookedRepeat;
}

/**
 * The message that this one repeats: by the sender's own id for it, however long ago; else by sender, random and content within
 * five minutes (001). undefined: it is new.
 * @param sentAt of the new one, ms UTC
 */
export function repeatedBy(state: ConversationState, message: Repeatable, sentAt: number): SentMessage | undefined {
  const print = contentPrint(message.content);
  return byClientId(state, message, print) ?? byRandom(state, message, print, sentAt);
}

function byClientId(state: ConversationState, message: Repeatable, print: number): SentMessage | undefined {
  const { senderId, clientMsgId, looked } = message;
  if (clientMsgId === undefined) return undefined;
  const recent = recentBy(state, clientKey(senderId, clientMsgId));
  if (recent !== undefined) return answerOf(recent, recent.print === null || recent.print === print);
  const older = looked?.duplicate;
  return older == null ? undefined : answerOf(older, older.content == null || contentPrint(older.content) === print);
}

function byRandom(
  state: ConversationState,
  { senderId, random }: Repeatable,
  print: number,
  sentAt: number,
): SentMessage | undefined {
  if (random === undefined) return undefined;
  const recent = recentBy(state, randomKey(senderId, random, print));
  if (recent === undefined || Math.abs(sentAt - recent.sentAt) > REPEAT_WITHIN_MS) return undefined;
  return answerOf(recent, true);
}

export const recentBy = (state: ConversationState, key: string): RecentMessage | undefined =>
  state.status === 'none' ? undefined : state.recent.by(key);

export const answerOf = (
  { seq, messageId, sentAt, countable }: Omit<SentMessage, 'sameContent'>,
  sameContent: boolean,
): SentMessage => ({ seq, messageId, sentAt, countable, sameContent });
