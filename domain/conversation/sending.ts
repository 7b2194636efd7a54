import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { checkMessage } from './bounds.js';
import { isServers } from './content/families.js';
import type { MessageTexts, SendMessage, SendNotice, SentMessage } from './commands.js';
import { alreadySo, type ConversationDecision, type Decided } from './decision.js';
import type { MessageSent } from './events.js';
import { checkAbout, openedFor, refuseAuditor, refuseClosed, requireServer } from './opening.js';
import { answerOf, lineKey, recentBy, repeatedBy } from './repeats.js';
import { judgedBy, judgeSpeaking } from './speaking.js';
import type { Conversation, ConversationState } from './state.js';

/** Saying something: seqs run on without gaps, and a repeat is answered with what the first one was told. */

export function sendMessage(
  state: ConversationState,
  command: Decided<SendMessage>,
): ConversationDecision<'SendMessage'> {
  const { about, at, standing } = command;
  requireOwnName(command);
  checkAbout(about);
  const repeated = repeatedBy(state, command, at);
  if (repeated !== undefined) {
    return alreadySo({ command: 'SendMessage', alreadySo: true, opened: false, kept: true, ...repeated });
  }
  judgeSpeaking(command);
  refuseClosed(state);
  checkMessage(command);
  refuseServersWords(command);
  const { conversation, opening } = openedFor(state, about);
  if (!isKept(command)) return notKept(conversation, command);
  const data = nextMessage(conversation, {
    ...saidIn(command),
    messageId: command.messageId,
    senderId: command.senderId,
    from: command.from ?? 'user',
    sentAt: at,
    origin: 'sent',
    judgedBy: judgedBy(standing),
  });
  return {
    events: [...opening, { type: 'MessageSent', data }],
    outcome: {
      command: 'SendMessage',
      alreadySo: false,
      opened: opening.length > 0,
      kept: true,
      ...answerOf(data, true),
    },
  };
}

/** A user speaks for himself, an app admin for anybody; in the name of the service he alone. @throws NotPermitted */
function requireOwnName({ actor, senderId, from }: Decided<SendMessage>): void {
  refuseAuditor(actor);
  if (from === 'system') requireServer(actor, 'only app admins speak in the name of the service');
  if (actingUser(actor) !== senderId && !hasAdminPowers(actor)) {
    refuse('NotPermitted', { reason: 'a user speaks for himself only' });
  }
}

/** Else anybody could tell a family's clients that somebody was removed, or that a message was taken back. @throws InvalidArgument */
function refuseServersWords({ content, from }: SendMessage): void {
  if (from === 'system' || !isServers(content)) return;
  refuse('InvalidArgument', { field: 'content.type', reason: 'is for what the service itself says' });
}

const isKept = ({ onlineOnly, standing }: SendMessage): boolean =>
  onlineOnly !== true && !(standing?.kind === 'group' && standing.rules?.keepsHistory === false);

function notKept(
  { countable }: Conversation,
  { messageId, at }: Decided<SendMessage>,
): ConversationDecision<'SendMessage'> {
  const answer: SentMessage = { seq: 0, messageId, sentAt: at, countable, sameContent: true };
  return {
    events: [],
    outcome: { command: 'SendMessage', alreadySo: false, opened: false, kept: false, ...answer },
  };
}

export function sendNotice(state: ConversationState, command: Decided<SendNotice>): ConversationDecision<'SendNotice'> {
  const { about, actor, notice, words, messageId, at } = command;
  requireServer(actor, 'only the server and app admins write notices');
  checkAbout(about);
  const told = recentBy(state, lineKey(command));
  if (told !== undefined) {
    return alreadySo({ command: 'SendNotice', alreadySo: true, opened: false, ...answerOf(told, true) });
  }
  refuseClosed(state);
  const { conversation, opening } = openedFor(state, about);
  const { countsUnread = true, updatesLast = true } = command;
  const texts = words && { ...words, clientMsgId: messageId };
  if (texts !== undefined) checkMessage(texts);
  const data = nextMessage(conversation, {
    ...(texts === undefined ? { notice, mentions: [], mentionsAll: false } : saidIn(texts)),
    countsUnread,
    updatesLast,
    messageId,
    senderId: notice.by,
    from: 'system',
    sentAt: at,
    origin: 'sent',
    judgedBy: command.judgedBy ?? {},
  });
  return {
    events: [...opening, { type: 'MessageSent', data }],
    outcome: { command: 'SendNotice', alreadySo: false, opened: opening.length > 0, ...answerOf(data, true) },
  };
}

type Said = Omit<MessageSent['data'], 'seq' | 'countable'>;

/** The message with the next seq, and with how many count as unread up to it. */
export const nextMessage = ({ lastSeq, countable }: Conversation, said: Said): MessageSent['data'] => ({
  seq: lastSeq + 1,
  ...said,
  countable: countable + (said.countsUnread ? 1 : 0),
});

type Texts = Omit<Said, 'messageId' | 'senderId' | 'from' | 'sentAt' | 'origin' | 'judgedBy'>;

/** What the sender says, with what he leaves out. */
export function saidIn(texts: MessageTexts): Texts {
  const { clientMsgId, senderPlatform, content, custom, mentions, mentionsAll, priority, random } = texts;
  return {
    ...(clientMsgId !== undefined && { clientMsgId }),
    ...(senderPlatform !== undefined && { senderPlatform }),
    content,
    ...(custom !== undefined && { custom }),
    mentions: [...new Set(mentions)],
    mentionsAll: mentionsAll ?? false,
    ...(priority !== undefined && { priority }),
    ...(random !== undefined && { random }),
    countsUnread: texts.countsUnread ?? true,
    updatesLast: texts.updatesLast ?? true,
  };
}
