import type { MessageTexts } from '../../domain/conversation/commands.js';
import { refuse } from '../../domain/shared/errors.js';
import type { Content } from '../../domain/conversation/events.js';
import type { MessageSaid } from './dto/conversations.js';

/** What a request says, as the domain takes it. @throws DomainError InvalidArgument @param at where the message stands in the body: `messages.0.` */
export function textsOf(said: MessageSaid, at = ''): MessageTexts {
  const { clientMsgId, mentions, mentionsAll, custom, countsUnread, updatesLast, priority, random, senderPlatform } =
    said;
  return {
    content: contentOf(said, at),
    ...(clientMsgId !== undefined && { clientMsgId }),
    ...(mentions !== undefined && { mentions }),
    ...(mentionsAll !== undefined && { mentionsAll }),
    ...(custom !== undefined && { custom }),
    ...(countsUnread !== undefined && { countsUnread }),
    ...(updatesLast !== undefined && { updatesLast }),
    ...(priority !== undefined && { priority }),
    ...(random !== undefined && { random }),
    ...(senderPlatform !== undefined && { senderPlatform }),
  };
}

function contentOf(
  { text, quote, content, original, mentions = [], mentionsAll = false }: MessageSaid,
  at: string,
): Content {
  if ([text, content, original].filter((each) => each !== undefined).length !== 1) {
    refuse('InvalidArgument', {
      field: `${at}text`,
      reason: 'must be there, or content, or original: exactly one of them',
    });
  }
  if (quote !== undefined && text === undefined)
    refuse('InvalidArgument', { field: `${at}quote`, reason: 'must go with text' });
  if (original !== undefined) return { format: original.format, type: original.type, body: original.body };
  if (content !== undefined) {
    const { kind, ...members } = content;
    return own(kind, { ...members, ...(kind === 'mention' && { userIds: mentions, all: mentionsAll }) });
  }
  if (quote !== undefined) return own('quote', { text, quoted: quote });
  const means = mentions.length > 0 || mentionsAll;
  return means ? own('mention', { text, userIds: mentions, all: mentionsAll }) : own('text', { text });
}

/** In this API's own form. The same members make the same text, in whichever order they came. */
const own = (type: string, members: object): Content => ({
  format: 'parley',
  type,
  body: JSON.stringify(inOrder(members)),
});

const inOrder = (members: object): object =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'object' && value !== null && !Array.isArray(value) ? inOrder(value) : value,
      ]),
  );
