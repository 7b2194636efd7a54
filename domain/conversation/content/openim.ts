import type { Content } from '../events.js';
import {
  amountAt,
  type Fields,
  fieldsOf,
  given,
  jsonOf,
  numberAt,
  objectAt,
  textAt,
  textsAt,
  unlessSame,
} from './fields.js';
import type { Family } from './family.js';
import { lastPartOf } from './last-part.js';
import type { Neutral, NeutralOf, Quoted } from './neutral.js';

/** 003's content types, by number: `body` is the JSON text that stands in `content`. */

const types: Readonly<Record<Neutral['kind'], string>> = {
  text: '101',
  image: '102',
  voice: '103',
  video: '104',
  file: '105',
  mention: '106',
  location: '109',
  custom: '110',
  quote: '114',
};

/** The original's range of notifications, among them that a message was taken back (2101); 111 is what said so before. */
const isNotification = (type: number): boolean => type === 111 || (type >= 1000 && type <= 5000);

/** In `atUserList`: everybody. */
const AT_ALL = 'AtAllTag';

const readText = (body: Fields): Neutral | undefined => {
  // One client writes and reads `text`, the others `content`.
  const text = textAt(body, 'content', 'text');
  return text === undefined ? undefined : { kind: 'text', text };
};

const readCustom = (body: Fields): Neutral | undefined => {
  const data = textAt(body, 'data');
  if (data === undefined) return undefined;
  const description = textAt(body, 'description') ?? '';
  return { kind: 'custom', data, description, extension: textAt(body, 'extension') ?? '' };
};

const reading: Readonly<Record<string, (body: Fields) => Neutral | undefined>> = {
  '101': readText,
  '117': readText,
  '118': readText,
  '102': (body) => {
    const source = objectAt(body, 'sourcePicture');
    const big = objectAt(body, 'bigPicture');
    const thumbnail = objectAt(body, 'snapshotPicture');
    const url = textAt(source, 'url') ?? textAt(big, 'url') ?? textAt(thumbnail, 'url');
    if (url === undefined) return undefined;
    return {
      kind: 'image',
      url,
      ...given({
        width: amountAt(source, 'width'),
        height: amountAt(source, 'height'),
        size: amountAt(source, 'size'),
        thumbnailUrl: unlessSame(url, textAt(thumbnail, 'url')),
      }),
    };
  },
  '103': (body) => {
    const url = textAt(body, 'sourceUrl');
    if (url === undefined) return undefined;
    return { kind: 'voice', url, ...given({ seconds: amountAt(body, 'duration'), size: amountAt(body, 'dataSize') }) };
  },
  '104': (body) => {
    const url = textAt(body, 'videoUrl');
    if (url === undefined) return undefined;
    return {
      kind: 'video',
      url,
      ...given({
        seconds: amountAt(body, 'duration'),
        size: amountAt(body, 'videoSize'),
        thumbnailUrl: textAt(body, 'snapshotUrl'),
        width: amountAt(body, 'snapshotWidth'),
        height: amountAt(body, 'snapshotHeight'),
      }),
    };
  },
  '105': (body) => {
    const url = textAt(body, 'sourceUrl');
    if (url === undefined) return undefined;
    return {
      kind: 'file',
      url,
      name: textAt(body, 'fileName') ?? lastPartOf(url),
      ...given({ size: amountAt(body, 'fileSize') }),
    };
  },
  '106': (body) => {
    const text = textAt(body, 'text');
    if (text === undefined) return undefined;
    const named = textsAt(body, 'atUserList');
    const userIds = named.filter((userId) => userId !== AT_ALL);
    return { kind: 'mention', text, userIds, all: userIds.length < named.length };
  },
  '109': (body) => {
    const latitude = numberAt(body, 'latitude');
    const longitude = numberAt(body, 'longitude');
    if (latitude === undefined || longitude === undefined) return undefined;
    return { kind: 'location', latitude, longitude, ...given({ description: textAt(body, 'description') }) };
  },
  '110': readCustom,
  '119': readCustom,
  '120': readCustom,
  '114': (body) => {
    const text = textAt(body, 'text');
    const quoted = objectAt(body, 'quoteMessage');
    return text === undefined || quoted === undefined ? undefined : { kind: 'quote', text, quoted: quotedIn(quoted) };
  },
};

/** The quoted message is whole: as its client holds it, or with its content as a text. */
function quotedIn(message: Fields): Quoted {
  const content = fieldsOf(jsonOf(message['content']));
  const text =
    textAt(objectAt(message, 'textElem'), 'content', 'text') ??
    textAt(objectAt(message, 'atTextElem'), 'text') ??
    textAt(objectAt(message, 'quoteElem'), 'text') ??
    textAt(content, 'content', 'text');
  return given({
    messageId: textAt(message, 'serverMsgID'),
    seq: amountAt(message, 'seq'),
    senderId: textAt(message, 'sendID'),
    text,
  });
}

type Writing = { readonly [K in Neutral['kind']]: (neutral: NeutralOf<K>) => object };

const picture = (
  url: string,
  { size = 0, width = 0, height = 0 }: Partial<Record<'size' | 'width' | 'height', number>>,
) => ({
  uuid: '',
  type: '',
  size,
  width,
  height,
  url,
});

const writing: Writing = {
  // Both keys, for either kind of client.
  text: ({ text }) => ({ content: text, text }),
  image: (image) => ({
    sourcePath: '',
    sourcePicture: picture(image.url, image),
    bigPicture: picture(image.url, image),
    snapshotPicture: picture(image.thumbnailUrl ?? image.url, {}),
  }),
  voice: ({ url, seconds = 0, size = 0 }) => ({
    uuid: '',
    soundPath: '',
    sourceUrl: url,
    dataSize: size,
    duration: seconds,
  }),
  video: (video) => ({
    videoPath: '',
    videoUUID: '',
    videoUrl: video.url,
    videoType: '',
    videoSize: video.size ?? 0,
    duration: video.seconds ?? 0,
    snapshotPath: '',
    snapshotUUID: '',
    snapshotSize: 0,
    snapshotUrl: video.thumbnailUrl ?? '',
    snapshotWidth: video.width ?? 0,
    snapshotHeight: video.height ?? 0,
  }),
  file: ({ url, name, size = 0 }) => ({ filePath: '', uuid: '', sourceUrl: url, fileName: name, fileSize: size }),
  mention: ({ text, userIds, all }) => ({ text, atUserList: [...userIds, ...(all ? [AT_ALL] : [])], isAtSelf: false }),
  location: ({ latitude, longitude, description = '' }) => ({ description, longitude, latitude }),
  custom: ({ data, description, extension }) => ({ data, description, extension }),
  quote: ({ text, quoted }) => ({
    text,
    quoteMessage: {
      clientMsgID: quoted.messageId ?? '',
      serverMsgID: quoted.messageId ?? '',
      sendID: quoted.senderId ?? '',
      seq: quoted.seq ?? 0,
      contentType: 101,
      content: JSON.stringify(writing.text({ kind: 'text', text: quoted.text ?? '' })),
      textElem: { content: quoted.text ?? '' },
    },
  }),
};

export const openim: Family = {
  read: ({ type, body }) => {
    const fields = fieldsOf(jsonOf(body));
    return fields !== undefined && Object.hasOwn(reading, type) ? reading[type]?.(fields) : undefined;
  },
  write: (neutral): Content => ({
    format: 'openim',
    type: types[neutral.kind],
    body: JSON.stringify(written(neutral)),
  }),
  isServers: ({ type }) => /^\d+$/.test(type) && isNotification(Number(type)),
};

const written = <K extends Neutral['kind']>(neutral: NeutralOf<K> & { readonly kind: K }): object =>
  (writing[neutral.kind] as (neutral: Neutral) => object)(neutral);
