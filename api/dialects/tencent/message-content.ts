import type { Request } from 'express';
import type { Content } from '../../../domain/conversation/events.js';
import { utf8LengthOf } from '../../../domain/shared/text.js';
import { rawBodyOf } from '../../http/body.js';
import { partOf } from '../shared/json-part.js';
import type { MsgBodyItem } from './message-dto.js';
import { TencentRefused } from './refused.js';

/** Bytes that a message says at most (docs/rules.md D3). */
const MOST_BYTES = 8_000;

/**
 * A `MsgBody` as the content of a message, character for character as it was sent.
 * @param elements it, checked
 * @param path where it stands in the request's body
 * @throws TencentRefused messageTooLong
 */
export function contentOf(
  request: Request,
  elements: readonly MsgBodyItem[],
  path: readonly (string | number)[] = ['MsgBody'],
): Content {
  const body = partOf(rawBodyOf(request)?.toString('utf8') ?? '', path) ?? JSON.stringify(elements);
  return checkedLength({ format: 'tencent', type: `${elements[0]?.MsgType ?? ''}[]`, body });
}

/** @throws TencentRefused messageTooLong */
export const textContent = (text: string): Content =>
  checkedLength({
    format: 'tencent',
    type: 'TIMTextElem[]',
    body: JSON.stringify([{ MsgType: 'TIMTextElem', MsgContent: { Text: text } }]),
  });

function checkedLength(content: Content): Content {
  const length = utf8LengthOf(content.body);
  if (length <= MOST_BYTES) return content;
  throw new TencentRefused('messageTooLong', `${length.toString()} bytes, and ${MOST_BYTES.toString()} may be`);
}
