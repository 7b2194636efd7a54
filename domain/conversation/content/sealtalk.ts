import type { Family } from './family.js';
import { amountAt, type Fields, fieldsOf, given, jsonOf, numberAt, objectAt, textAt, textsAt } from './fields.js';
import { lastPartOf } from './last-part.js';
import type { Kind, Neutral, NeutralOf } from './neutral.js';

/** 004's messages, by object name: those of the cloud whose clients it has (`RC:`), and one of ours for what those can't say. */

const types: Readonly<Record<Kind, string>> = {
  text: 'RC:TxtMsg',
  mention: 'RC:TxtMsg',
  image: 'RC:ImgMsg',
  voice: 'RC:HQVCMsg',
  video: 'RC:SightMsg',
  file: 'RC:FileMsg',
  location: 'RC:LBSMsg',
  quote: 'RC:ReferenceMsg',
  custom: 'PY:Custom',
};

/** Of `mentionedInfo`. */
const EVERYBODY = 1;
const SOME = 2;

const readPicture =
  (address: string) =>
  (body: Fields): Neutral | undefined => {
    const url = textAt(body, address);
    if (url === undefined) return undefined;
    return { kind: 'image', url, ...given({ width: amountAt(body, 'width'), height: amountAt(body, 'height') }) };
  };

const reading: Readonly<Record<string, (body: Fields) => Neutral | undefined>> = {
  'RC:TxtMsg': (body) => {
    const text = textAt(body, 'content');
    if (text === undefined) return undefined;
    const meant = objectAt(body, 'mentionedInfo');
    if (meant === undefined) return { kind: 'text', text };
    const all = numberAt(meant, 'type') === EVERYBODY;
    return { kind: 'mention', text, userIds: all ? [] : textsAt(meant, 'userIdList'), all };
  },
  'RC:ImgMsg': readPicture('imageUri'),
  'RC:GIFMsg': readPicture('remoteUrl'),
  'RC:HQVCMsg': (body) => {
    const url = textAt(body, 'remoteUrl');
    return url === undefined ? undefined : { kind: 'voice', url, ...given({ seconds: amountAt(body, 'duration') }) };
  },
  'RC:SightMsg': (body) => {
    const url = textAt(body, 'sightUrl');
    if (url === undefined) return undefined;
    return { kind: 'video', url, ...given({ seconds: amountAt(body, 'duration'), size: amountAt(body, 'size') }) };
  },
  'RC:FileMsg': (body) => {
    const url = textAt(body, 'fileUrl');
    if (url === undefined) return undefined;
    const name = textAt(body, 'name') ?? lastPartOf(url);
    return { kind: 'file', url, name, ...given({ size: amountAt(body, 'size') }) };
  },
  'RC:LBSMsg': (body) => {
    const latitude = numberAt(body, 'latitude');
    const longitude = numberAt(body, 'longitude');
    if (latitude === undefined || longitude === undefined) return undefined;
    return { kind: 'location', latitude, longitude, ...given({ description: textAt(body, 'poi') }) };
  },
  'RC:ReferenceMsg': (body) => {
    const text = textAt(body, 'content');
    if (text === undefined) return undefined;
    return {
      kind: 'quote',
      text,
      quoted: given({
        messageId: textAt(body, 'referMsgUid'),
        senderId: textAt(body, 'referMsgUserId'),
        text: quotedText(textAt(body, 'objName'), objectAt(body, 'referMsg')),
      }),
    };
  },
  'PY:Custom': (body) => {
    const data = textAt(body, 'data');
    if (data === undefined) return undefined;
    const description = textAt(body, 'description') ?? '';
    return { kind: 'custom', data, description, extension: textAt(body, 'extension') ?? '' };
  },
};

/** Of other messages `content` is a thumbnail. */
const quotedText = (type = types.text, message?: Fields): string | undefined =>
  type === types.text || type === types.quote ? textAt(message, 'content') : undefined;

type Writing = { readonly [K in Kind]: (neutral: NeutralOf<K>) => object };

/** `content` is a thumbnail, which nobody here can make: its clients fetch the picture itself. */
const writing: Writing = {
  text: ({ text }) => ({ content: text, extra: '' }),
  mention: ({ text, userIds, all }) => ({
    content: text,
    extra: '',
    mentionedInfo: { type: all ? EVERYBODY : SOME, userIdList: [...userIds], mentionedContent: text },
  }),
  image: ({ url }) => ({ content: '', imageUri: url, extra: '' }),
  voice: ({ url, seconds = 0 }) => ({ remoteUrl: url, duration: seconds, extra: '' }),
  video: ({ url, seconds = 0, size = 0 }) => ({
    sightUrl: url,
    content: '',
    duration: seconds,
    size,
    name: lastPartOf(url),
    extra: '',
  }),
  file: ({ url, name, size = 0 }) => ({
    name,
    size,
    type: /\.([a-z0-9]{1,8})$/i.exec(name)?.[1] ?? '',
    fileUrl: url,
    extra: '',
  }),
  location: ({ latitude, longitude, description = '' }) => ({
    content: '',
    latitude,
    longitude,
    poi: description,
    extra: '',
  }),
  quote: ({ text, quoted }) => ({
    content: text,
    referMsgUserId: quoted.senderId ?? '',
    referMsgUid: quoted.messageId ?? '',
    objName: 'RC:TxtMsg',
    referMsg: { content: quoted.text ?? '', extra: '' },
    extra: '',
  }),
  custom: ({ data, description, extension }) => ({ data, description, extension, content: description }),
};

export const sealtalk: Family = {
  read: ({ type, body }) => {
    const fields = fieldsOf(jsonOf(body));
    return fields !== undefined && Object.hasOwn(reading, type) ? reading[type]?.(fields) : undefined;
  },
  write: (neutral) => ({
    format: 'sealtalk',
    type: types[neutral.kind],
    body: JSON.stringify((writing[neutral.kind] as (neutral: Neutral) => object)(neutral)),
  }),
  isServers: ({ type }) => /^(?:ST|RC):(?:\w*Ntf|GrpApply|MsgClear|RcCmd)$/.test(type),
};
