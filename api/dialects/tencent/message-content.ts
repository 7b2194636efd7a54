import type { Request } from 'express';
import type { Content } from '../../../domain/conversation/events.js';
import { utf8LengthOf } from '../../../domain/shared/text.js';
import { rawBodyOf } from '../../http/body.js';
import { partOf } from '../shared/json-part.js';
import { JsonText, writeJson } from '../shared/lossless-json.js';
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
  const body = asItCame(request, path) ?? JSON.stringify(elements);
  return checkedLength({ format: 'tencent', type: `${elements[0]?.MsgType ?? ''}[]`, body });
}

/** A part of the request's body as JSON text, character for character; undefined: there is none. */
const asItCame = (request: Request, path: readonly (string | number)[]): string | undefined =>
  partOf(rawBodyOf(request)?.toString('utf8') ?? '', path);

/** What is kept beside a message, where anything is, as it came: JSON text. */
export function customOf(request: Request): string | undefined {
  const parts = BESIDE.flatMap((name) => {
    const text = asItCame(request, [name]);
    return text === undefined ? [] : [[name, new JsonText(text)] as const];
  });
  return parts.length === 0 ? undefined : writeJson(Object.fromEntries(parts));
}

const BESIDE = ['CloudCustomData', 'OfflinePushInfo'];

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
