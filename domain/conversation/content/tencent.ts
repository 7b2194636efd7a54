import { fingerprint } from '../../shared/fingerprint.js';
import type { Content } from '../events.js';
import type { Family } from './family.js';
import {
  amountAt,
  type Fields,
  fieldsOf,
  given,
  jsonOf,
  listAt,
  listOf,
  numberAt,
  objectAt,
  textAt,
  unlessSame,
} from './fields.js';
import { lastPartOf } from './last-part.js';
import type { Kind, Neutral, NeutralOf } from './neutral.js';

/** 001's `MsgBody`: a list of elements. `type` is the first one's, with `[]` after it. */

const readElement: Readonly<Record<string, (content: Fields) => Neutral | undefined>> = {
  TIMTextElem: (content) => {
    const text = textAt(content, 'Text');
    return text === undefined ? undefined : { kind: 'text', text };
  },
  TIMImageElem: (content) => {
    const sizes = listAt(content, 'ImageInfoArray').map(fieldsOf);
    const [original, thumbnail] = [ORIGINAL, THUMBNAIL].map((type) =>
      sizes.find((size) => numberAt(size, 'Type') === type),
    );
    const picture = original ?? sizes.find((size) => textAt(size, 'URL') !== undefined);
    const url = textAt(picture, 'URL');
    if (url === undefined) return undefined;
    return {
      kind: 'image',
      url,
      ...given({
        width: amountAt(picture, 'Width'),
        height: amountAt(picture, 'Height'),
        size: amountAt(picture, 'Size'),
        thumbnailUrl: unlessSame(url, textAt(thumbnail, 'URL')),
      }),
    };
  },
  TIMSoundElem: (content) => {
    const url = textAt(content, 'Url');
    if (url === undefined) return undefined;
    return { kind: 'voice', url, ...given({ seconds: amountAt(content, 'Second'), size: amountAt(content, 'Size') }) };
  },
  TIMVideoFileElem: (content) => {
    const url = textAt(content, 'VideoUrl');
    if (url === undefined) return undefined;
    return {
      kind: 'video',
      url,
      ...given({
        seconds: amountAt(content, 'VideoSecond'),
        size: amountAt(content, 'VideoSize'),
        thumbnailUrl: textAt(content, 'ThumbUrl'),
        width: amountAt(content, 'ThumbWidth'),
        height: amountAt(content, 'ThumbHeight'),
      }),
    };
  },
  TIMFileElem: (content) => {
    const url = textAt(content, 'Url');
    if (url === undefined) return undefined;
    const name = textAt(content, 'FileName') ?? lastPartOf(url);
    return { kind: 'file', url, name, ...given({ size: amountAt(content, 'FileSize') }) };
  },
  TIMLocationElem: (content) => {
    const latitude = numberAt(content, 'Latitude');
    const longitude = numberAt(content, 'Longitude');
    if (latitude === undefined || longitude === undefined) return undefined;
    return { kind: 'location', latitude, longitude, ...given({ description: textAt(content, 'Desc') }) };
  },
  TIMCustomElem: (content) => {
    const data = textAt(content, 'Data');
    if (data === undefined) return undefined;
    const description = textAt(content, 'Desc') ?? '';
    return { kind: 'custom', data, description, extension: textAt(content, 'Ext') ?? '' };
  },
};

/** Of an image's sizes. */
const ORIGINAL = 1;
const THUMBNAIL = 3;

/** What each element of a `MsgBody` says; undefined for one that is known to nobody else. */
export const elementsOf = ({ body }: Content): (Neutral | undefined)[] =>
  listOf(jsonOf(body)).map((element) => {
    const fields = fieldsOf(element);
    const type = textAt(fields, 'MsgType') ?? '';
    const content = objectAt(fields, 'MsgContent');
    return content !== undefined && Object.hasOwn(readElement, type) ? readElement[type]?.(content) : undefined;
  });

/** Whether this is a `MsgBody`: one element or more, each with its kind and what it says. */
export const isMsgBody = (value: unknown): boolean =>
  listOf(value).length > 0 &&
  listOf(value).every((element) => {
    const fields = fieldsOf(element);
    return textAt(fields, 'MsgType') !== undefined && objectAt(fields, 'MsgContent') !== undefined;
  });

interface Element {
  readonly MsgType: string;
  readonly MsgContent: object;
}

type Writing = { readonly [K in Exclude<Kind, 'quote'>]: (neutral: NeutralOf<K>) => Element };

/** Its clients keep what they have fetched by this; the address stands for the file. */
const idOf = (url: string): string => fingerprint(url).toString(16);

/** The formats that have a number; 255 is any other. */
const IMAGE_FORMATS: Readonly<Record<string, number>> = { jpg: 1, jpeg: 1, gif: 2, png: 3, bmp: 4 };

const endingOf = (url: string): string => /\.([a-z0-9]{1,5})$/i.exec(lastPartOf(url))?.[1]?.toLowerCase() ?? '';

/** The address can be asked, without the family's own file service. */
const BY_ADDRESS = 2;

const writing: Writing = {
  text: ({ text }) => ({ MsgType: 'TIMTextElem', MsgContent: { Text: text } }),
  // Who is meant stands beside the body, in GroupAtInfo.
  mention: ({ text }) => ({ MsgType: 'TIMTextElem', MsgContent: { Text: text } }),
  image: ({ url, width = 0, height = 0, size = 0, thumbnailUrl = url }) => ({
    MsgType: 'TIMImageElem',
    MsgContent: {
      UUID: idOf(url),
      ImageFormat: IMAGE_FORMATS[endingOf(url)] ?? 255,
      ImageInfoArray: [
        { Type: ORIGINAL, Size: size, Width: width, Height: height, URL: url },
        { Type: 2, Size: 0, Width: 0, Height: 0, URL: url },
        { Type: THUMBNAIL, Size: 0, Width: 0, Height: 0, URL: thumbnailUrl },
      ],
    },
  }),
  voice: ({ url, seconds = 0, size = 0 }) => ({
    MsgType: 'TIMSoundElem',
    MsgContent: { Url: url, UUID: idOf(url), Size: size, Second: seconds, Download_Flag: BY_ADDRESS },
  }),
  video: ({ url, seconds = 0, size = 0, thumbnailUrl = '', width = 0, height = 0 }) => ({
    MsgType: 'TIMVideoFileElem',
    MsgContent: {
      VideoUrl: url,
      VideoUUID: idOf(url),
      VideoSize: size,
      VideoSecond: seconds,
      VideoFormat: endingOf(url),
      VideoDownloadFlag: BY_ADDRESS,
      ThumbUrl: thumbnailUrl,
      ThumbUUID: idOf(thumbnailUrl),
      ThumbSize: 0,
      ThumbWidth: width,
      ThumbHeight: height,
      ThumbFormat: endingOf(thumbnailUrl),
      ThumbDownloadFlag: BY_ADDRESS,
    },
  }),
  file: ({ url, name, size = 0 }) => ({
    MsgType: 'TIMFileElem',
    MsgContent: { Url: url, UUID: idOf(url), FileSize: size, FileName: name, Download_Flag: BY_ADDRESS },
  }),
  location: ({ latitude, longitude, description = '' }) => ({
    MsgType: 'TIMLocationElem',
    MsgContent: { Desc: description, Latitude: latitude, Longitude: longitude },
  }),
  custom: ({ data, description, extension }) => ({
    MsgType: 'TIMCustomElem',
    MsgContent: { Data: data, Desc: description, Ext: extension, Sound: '' },
  }),
};

export const tencent: Family = {
  read: (content) => {
    const elements = elementsOf(content);
    return elements.length === 1 ? elements[0] : undefined;
  },
  write: (neutral) => {
    // What is quoted stands beside its body, in a form that only its own clients write.
    if (neutral.kind === 'quote') return undefined;
    const element = (writing[neutral.kind] as (neutral: Neutral) => Element)(neutral);
    return { format: 'tencent', type: `${element.MsgType}[]`, body: JSON.stringify([element]) };
  },
  isServers: ({ body }) =>
    listOf(jsonOf(body)).some((element) =>
      /^TIM(?:Group|Profile|SNS)(?:Tips?|System(?:Notice)?)Elem$/.test(textAt(fieldsOf(element), 'MsgType') ?? ''),
    ),
};
