import { checkAll, refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { checkWhole } from '../shared/numbers.js';
import { checkText } from '../shared/text.js';
import type { MessageTexts } from './commands.js';
import { wrongWithParleyContent } from './content/parley.js';
import type { Content, MessageSent } from './events.js';

/** The bounds of a message; every refusal is InvalidArgument with the field. They keep its event under the store's limit. */

export const CONTENT_BODY = { min: 1, max: 64 * 1024, unit: 'bytes' } as const;
export const CONTENT_TYPE = { min: 1, max: 64, unit: 'characters' } as const;
export const CUSTOM = { min: 1, max: 8 * 1024, unit: 'bytes' } as const;
export const CLIENT_MSG_ID = { min: 1, max: 128, unit: 'characters' } as const;
export const MOST_MENTIONS = 500;
export const MOST_SEQS = 100;

const formats: readonly Content['format'][] = ['parley', 'openim', 'tencent', 'sealtalk', 'dtalk'];
export const PRIORITIES = ['high', 'normal', 'low', 'lowest'] as const satisfies readonly NonNullable<
  MessageSent['data']['priority']
>[];
/** 001's Random: 32 bits. */
export const HIGHEST_RANDOM = 0xffff_ffff;
/** Of a device's platform. */
export const HIGHEST_PLATFORM = 10;

/** @throws InvalidArgument for all that is wrong at once */
export function checkMessage(texts: MessageTexts): void {
  const { clientMsgId, content, custom, mentions, priority, random, senderPlatform } = texts;
  checkAll(
    () => {
      if (clientMsgId !== undefined) checkText('clientMsgId', clientMsgId, CLIENT_MSG_ID);
    },
    () => {
      checkContent(content);
    },
    () => {
      if (custom !== undefined) checkJson('custom', custom, CUSTOM);
    },
    () => {
      if (mentions !== undefined) checkMentions(mentions);
    },
    () => {
      if (priority !== undefined && !PRIORITIES.includes(priority)) {
        refuse('InvalidArgument', { field: 'priority', reason: `must be one of ${PRIORITIES.join(', ')}` });
      }
    },
    () => {
      if (random !== undefined) checkWhole('random', random, 0, HIGHEST_RANDOM);
    },
    () => {
      if (senderPlatform !== undefined) checkWhole('senderPlatform', senderPlatform, 1, HIGHEST_PLATFORM);
    },
  );
}

function checkContent(content: Content): void {
  if (!formats.includes(content.format)) {
    refuse('InvalidArgument', { field: 'content.format', reason: `must be one of ${formats.join(', ')}` });
  }
  checkText('content.type', content.type, CONTENT_TYPE);
  checkJson('content.body', content.body, CONTENT_BODY);
  const wrong = content.format === 'parley' ? wrongWithParleyContent(content) : undefined;
  if (wrong !== undefined) refuse('InvalidArgument', wrong);
}

function checkJson(field: string, text: string, bound: typeof CONTENT_BODY | typeof CUSTOM): void {
  checkText(field, text, bound);
  try {
    JSON.parse(text);
  } catch {
    refuse('InvalidArgument', { field, reason: 'must be JSON text' });
  }
}

function checkMentions(mentions: readonly string[]): void {
  if (mentions.length > MOST_MENTIONS) {
    refuse('InvalidArgument', { field: 'mentions', reason: `names more than ${MOST_MENTIONS.toString()}` });
  }
  for (const userId of mentions) checkId('mentions', userId);
}
