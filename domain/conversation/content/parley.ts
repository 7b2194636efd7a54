import { isBlank } from '../../shared/text.js';
import type { Content } from '../events.js';
import type { Family } from './family.js';
import { amountAt, type Fields, fieldsOf, given, jsonOf, numberAt, objectAt, textAt, textsAt } from './fields.js';
import type { Kind, NeutralOf } from './neutral.js';

/** `/v1`'s own form: `type` is the kind, and `body` an object with the neutral form's members. Others are ignored, and kept. */

type Reading = { readonly [K in Kind]: (body: Fields) => NeutralOf<K> | undefined };

const reading: Reading = {
  text: (body) => {
    const text = textAt(body, 'text');
    return text === undefined ? undefined : { kind: 'text', text };
  },
  image: (body) => {
    const url = textAt(body, 'url');
    if (url === undefined) return undefined;
    return {
      kind: 'image',
      url,
      ...given({
        width: amountAt(body, 'width'),
        height: amountAt(body, 'height'),
        size: amountAt(body, 'size'),
        thumbnailUrl: textAt(body, 'thumbnailUrl'),
      }),
    };
  },
  voice: (body) => {
    const url = textAt(body, 'url');
    if (url === undefined) return undefined;
    return { kind: 'voice', url, ...given({ seconds: amountAt(body, 'seconds'), size: amountAt(body, 'size') }) };
  },
  video: (body) => {
    const url = textAt(body, 'url');
    if (url === undefined) return undefined;
    return {
      kind: 'video',
      url,
      ...given({
        seconds: amountAt(body, 'seconds'),
        size: amountAt(body, 'size'),
        thumbnailUrl: textAt(body, 'thumbnailUrl'),
        width: amountAt(body, 'width'),
        height: amountAt(body, 'height'),
      }),
    };
  },
  file: (body) => {
    const url = textAt(body, 'url');
    const name = textAt(body, 'name');
    if (url === undefined || name === undefined) return undefined;
    return { kind: 'file', url, name, ...given({ size: amountAt(body, 'size') }) };
  },
  location: (body) => {
    const latitude = numberAt(body, 'latitude');
    const longitude = numberAt(body, 'longitude');
    if (latitude === undefined || longitude === undefined) return undefined;
    return { kind: 'location', latitude, longitude, ...given({ description: textAt(body, 'description') }) };
  },
  mention: (body) => {
    const text = textAt(body, 'text');
    if (text === undefined) return undefined;
    return { kind: 'mention', text, userIds: textsAt(body, 'userIds'), all: body['all'] === true };
  },
  quote: (body) => {
    const text = textAt(body, 'text');
    const quoted = objectAt(body, 'quoted');
    if (text === undefined || quoted === undefined) return undefined;
    return {
      kind: 'quote',
      text,
      quoted: given({
        messageId: textAt(quoted, 'messageId'),
        seq: amountAt(quoted, 'seq'),
        senderId: textAt(quoted, 'senderId'),
        text: textAt(quoted, 'text'),
      }),
    };
  },
  custom: (body) => {
    const data = textAt(body, 'data');
    if (data === undefined) return undefined;
    return {
      kind: 'custom',
      data,
      description: textAt(body, 'description') ?? '',
      extension: textAt(body, 'extension') ?? '',
    };
  },
};

const isKind = (type: string): type is Kind => Object.hasOwn(reading, type);

export const parley: Family = {
  read: ({ type, body }) => {
    const fields = fieldsOf(jsonOf(body));
    return fields !== undefined && isKind(type) ? reading[type](fields) : undefined;
  },
  write: ({ kind, ...members }) => ({ format: 'parley', type: kind, body: JSON.stringify(members) }),
  isServers: () => false,
};

/** What each kind can't do without, as a number or an object where it isn't a text. */
const needs: Readonly<Record<Kind, Readonly<Record<string, (body: Fields | undefined, name: string) => unknown>>>> = {
  text: { text: textAt },
  image: { url: textAt },
  voice: { url: textAt },
  video: { url: textAt },
  file: { url: textAt, name: textAt },
  location: { latitude: numberAt, longitude: numberAt },
  mention: { text: textAt },
  quote: { text: textAt, quoted: objectAt },
  custom: { data: textAt },
};

const MISSING = 'must be there';

function missingFrom(kind: Kind, body: string): string {
  const fields = fieldsOf(jsonOf(body));
  return Object.entries(needs[kind]).find(([name, at]) => at(fields, name) === undefined)?.[0] ?? 'body';
}

/** What keeps it from being a message in `/v1`'s own form; undefined: nothing. */
export function wrongWithParleyContent(content: Content): { field: string; reason: string } | undefined {
  if (!isKind(content.type)) {
    return { field: 'content.type', reason: `must be one of ${Object.keys(reading).join(', ')}` };
  }
  const neutral = parley.read(content);
  if (neutral === undefined) return { field: `content.${missingFrom(content.type, content.body)}`, reason: MISSING };
  if ('text' in neutral && isBlank(neutral.text)) return { field: 'content.text', reason: 'blank' };
  return undefined;
}
