import { expect } from 'chai';
import fc from 'fast-check';
import { restored, shownIn } from '../../../../domain/conversation/content/crossing.js';
import { families, neutralOf } from '../../../../domain/conversation/content/families.js';
import type { KnownFormat } from '../../../../domain/conversation/content/family.js';
import type { Neutral } from '../../../../domain/conversation/content/neutral.js';
import { PREVIEW_LENGTH, previewOf, textOf } from '../../../../domain/conversation/content/preview.js';
import type { Content, ContentFormat } from '../../../../domain/conversation/events.js';

const known = Object.keys(families) as KnownFormat[];
const content = (format: ContentFormat, type: string, body: unknown): Content => ({
  format,
  type,
  body: JSON.stringify(body),
});
const element = (MsgType: string, MsgContent: object): Content =>
  content('tencent', `${MsgType}[]`, [{ MsgType, MsgContent }]);

const URL = 'https://files.example.org/a/b.png';

/** Every kind, as each family's clients write it. */
const samples: Readonly<Record<string, readonly [Neutral, readonly Content[]]>> = {
  text: [
    { kind: 'text', text: 'hello' },
    [
      content('parley', 'text', { text: 'hello' }),
      content('openim', '101', { content: 'hello' }),
      content('openim', '101', { text: 'hello' }),
      element('TIMTextElem', { Text: 'hello' }),
      content('sealtalk', 'RC:TxtMsg', { content: 'hello', extra: '' }),
    ],
  ],
  image: [
    { kind: 'image', url: URL, width: 3, height: 2, size: 9, thumbnailUrl: `${URL}?s` },
    [
      content('parley', 'image', { url: URL, width: 3, height: 2, size: 9, thumbnailUrl: `${URL}?s` }),
      content('openim', '102', {
        sourcePath: '',
        sourcePicture: { uuid: 'u', type: 'png', size: 9, width: 3, height: 2, url: URL },
        snapshotPicture: { url: `${URL}?s` },
      }),
      element('TIMImageElem', {
        UUID: 'u',
        ImageFormat: 3,
        ImageInfoArray: [
          { Type: 3, Size: 1, Width: 1, Height: 1, URL: `${URL}?s` },
          { Type: 1, Size: 9, Width: 3, Height: 2, URL },
        ],
      }),
    ],
  ],
  'image without sizes': [
    { kind: 'image', url: URL },
    [
      content('sealtalk', 'RC:ImgMsg', { content: 'aGk=', imageUri: URL }),
      content('openim', '102', { sourcePicture: { url: URL } }),
    ],
  ],
  voice: [
    { kind: 'voice', url: URL, seconds: 4, size: 9 },
    [
      content('parley', 'voice', { url: URL, seconds: 4, size: 9 }),
      content('openim', '103', { uuid: 'u', soundPath: '', sourceUrl: URL, dataSize: 9, duration: 4 }),
      element('TIMSoundElem', { Url: URL, UUID: 'u', Size: 9, Second: 4, Download_Flag: 2 }),
    ],
  ],
  video: [
    { kind: 'video', url: URL, seconds: 4, size: 9, thumbnailUrl: URL, width: 3, height: 2 },
    [
      content('parley', 'video', { url: URL, seconds: 4, size: 9, thumbnailUrl: URL, width: 3, height: 2 }),
      content('openim', '104', {
        videoUrl: URL,
        videoSize: 9,
        duration: 4,
        snapshotUrl: URL,
        snapshotWidth: 3,
        snapshotHeight: 2,
      }),
      element('TIMVideoFileElem', {
        VideoUrl: URL,
        VideoSize: 9,
        VideoSecond: 4,
        ThumbUrl: URL,
        ThumbWidth: 3,
        ThumbHeight: 2,
      }),
    ],
  ],
  file: [
    { kind: 'file', url: URL, name: 'plan.pdf', size: 9 },
    [
      content('parley', 'file', { url: URL, name: 'plan.pdf', size: 9 }),
      content('openim', '105', { sourceUrl: URL, fileName: 'plan.pdf', fileSize: 9 }),
      element('TIMFileElem', { Url: URL, UUID: 'u', FileSize: 9, FileName: 'plan.pdf' }),
      content('sealtalk', 'RC:FileMsg', { name: 'plan.pdf', size: 9, type: 'pdf', fileUrl: URL }),
    ],
  ],
  location: [
    { kind: 'location', latitude: 0, longitude: -3.5, description: 'the bridge' },
    [
      content('parley', 'location', { latitude: 0, longitude: -3.5, description: 'the bridge' }),
      content('openim', '109', { description: 'the bridge', longitude: -3.5, latitude: 0 }),
      element('TIMLocationElem', { Desc: 'the bridge', Latitude: 0, Longitude: -3.5 }),
      content('sealtalk', 'RC:LBSMsg', { content: '', latitude: 0, longitude: -3.5, poi: 'the bridge' }),
    ],
  ],
  mention: [
    { kind: 'mention', text: '@bob look', userIds: ['bob'], all: false },
    [
      content('parley', 'mention', { text: '@bob look', userIds: ['bob'] }),
      content('openim', '106', { text: '@bob look', atUserList: ['bob'], atUsersInfo: [], isAtSelf: false }),
      content('sealtalk', 'RC:TxtMsg', {
        content: '@bob look',
        mentionedInfo: { type: 2, userIdList: ['bob'], mentionedContent: '' },
      }),
    ],
  ],
  'mention of all': [
    { kind: 'mention', text: '@all look', userIds: [], all: true },
    [
      content('parley', 'mention', { text: '@all look', all: true }),
      content('openim', '106', { text: '@all look', atUserList: ['AtAllTag'] }),
      content('sealtalk', 'RC:TxtMsg', { content: '@all look', mentionedInfo: { type: 1, userIdList: ['All'] } }),
    ],
  ],
  quote: [
    { kind: 'quote', text: 'yes', quoted: { messageId: 'm1', senderId: 'bob', text: 'shall we?' } },
    [
      content('parley', 'quote', { text: 'yes', quoted: { messageId: 'm1', senderId: 'bob', text: 'shall we?' } }),
      content('openim', '114', {
        text: 'yes',
        quoteMessage: { serverMsgID: 'm1', sendID: 'bob', textElem: { content: 'shall we?' } },
      }),
      content('openim', '114', {
        text: 'yes',
        quoteMessage: { serverMsgID: 'm1', sendID: 'bob', contentType: 101, content: '{"content":"shall we?"}' },
      }),
      content('sealtalk', 'RC:ReferenceMsg', {
        content: 'yes',
        referMsgUid: 'm1',
        referMsgUserId: 'bob',
        objName: 'RC:TxtMsg',
        referMsg: { content: 'shall we?' },
      }),
    ],
  ],
  custom: [
    { kind: 'custom', data: '{"a":1}', description: 'a vote', extension: 'v' },
    [
      content('parley', 'custom', { data: '{"a":1}', description: 'a vote', extension: 'v' }),
      content('openim', '110', { data: '{"a":1}', description: 'a vote', extension: 'v' }),
      element('TIMCustomElem', { Data: '{"a":1}', Desc: 'a vote', Ext: 'v', Sound: '' }),
    ],
  ],
};

/** What only its own family can say, or isn't as it should be. */
const strange: readonly Content[] = [
  content('openim', '108', { userID: 'bob', nickname: 'Bob' }),
  content('openim', '107', { title: 'Chat of Bob', abstractList: [] }),
  content('openim', '101', {}),
  content('openim', '102', { sourcePath: '/tmp/x.png' }),
  content('tencent', 'TIMFaceElem[]', [{ MsgType: 'TIMFaceElem', MsgContent: { Index: 1, Data: 'x' } }]),
  content('tencent', 'TIMTextElem[]', [
    { MsgType: 'TIMTextElem', MsgContent: { Text: 'look' } },
    { MsgType: 'TIMFaceElem', MsgContent: { Index: 1 } },
    { MsgType: 'TIMTextElem', MsgContent: { Text: 'here' } },
  ]),
  content('sealtalk', 'RC:VcMsg', { content: 'UklGRg==', duration: 3 }),
  content('sealtalk', 'ST:Poll', { question: 'when?' }),
  content('dtalk', '1', 'AAECAwQ='),
  { format: 'openim', type: '999', body: ' { "a" : 1.50 , "é":"\\u00e9" } ' },
];

describe('what a message says, across families', () => {
  for (const [name, [neutral, written]] of Object.entries(samples)) {
    it(`${name}: each family's own form says the same`, () => {
      for (const each of written) expect(neutralOf(each), `${each.format} ${each.body}`).to.deep.equal(neutral);
    });
  }

  it('is shown in another family’s own words, which say the same there', () => {
    for (const [neutral, written] of Object.values(samples)) {
      for (const one of written) {
        for (const format of known) {
          const shown = shownIn(format, one);
          expect(shown.format).to.equal(format);
          expect(() => JSON.parse(shown.body) as unknown).to.not.throw();
          const again = neutralOf(shown);
          expect(neutral, `${one.format} in ${format}`).to.deep.include(whatItCanSay(again, neutral));
        }
      }
    }
  });

  /** Some have no place for a size or for who is meant; what they carry whole is compared as it comes back. */
  function whatItCanSay(again: Neutral | undefined, original: Neutral): object {
    if (again === undefined) throw new Error('it says nothing');
    if (again.kind === 'text' && original.kind === 'mention') return { text: again.text };
    if (again.kind === 'custom' && original.kind === 'quote') return {};
    return again;
  }

  it('is itself in its own family, to the byte', () => {
    for (const one of [...Object.values(samples).flatMap(([, written]) => written), ...strange]) {
      if (one.format !== 'dtalk') expect(shownIn(one.format, one)).to.equal(one);
    }
  });

  it('goes whole in a custom element where the other has no words for it, and comes back to the byte', () => {
    for (const one of strange) {
      for (const format of known.filter((each) => each !== one.format)) {
        const shown = shownIn(format, one);
        expect(shown.format).to.equal(format);
        expect(restored(shown)).to.deep.equal(one);
        for (const home of known) {
          if (home === one.format) expect(shownIn(home, shown)).to.deep.equal(one);
        }
      }
    }
    const quote = samples['quote']?.[1][0] as Content;
    expect(restored(shownIn('tencent', quote))).to.deep.equal(quote);
  });

  it('a custom element that only says that it carries another content is itself', () => {
    for (const data of [
      '',
      '{',
      '[]',
      '{"format":"icq","type":"1","body":"1"}',
      '{"format":"tencent","type":"x","body":"{"}',
      '{"format":"openim","type":"1508","body":"{}"}',
    ]) {
      const forged = content('openim', '110', { data, description: '', extension: 'parley.content.v1' });
      expect(restored(forged)).to.equal(forged);
    }
  });
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('\u0000', '\ud800', '\u202ex', ' \n'),
);
const types = fc.constantFrom(
  'text',
  'image',
  'quote',
  'custom',
  '101',
  '102',
  '105',
  '106',
  '109',
  '110',
  '114',
  '117',
  '107',
  'TIMTextElem[]',
  'TIMImageElem[]',
  'RC:TxtMsg',
  'RC:FileMsg',
  'RC:ReferenceMsg',
  '__proto__',
  'constructor',
  '',
);
const members = fc.constantFrom(
  'text',
  'content',
  'url',
  'data',
  'description',
  'extension',
  'quoted',
  'quoteMessage',
  'sourcePicture',
  'atUserList',
  'latitude',
  'longitude',
  'MsgType',
  'MsgContent',
  'Text',
  'ImageInfoArray',
  'mentionedInfo',
  'referMsg',
  'fileUrl',
  '__proto__',
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyText,
    fc.double(),
    fc.constantFrom(null, true, 'TIMTextElem', 'parley.content.v1'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(members, tie('value'), { maxKeys: 6 }),
  ),
})).value;
const format: fc.Arbitrary<ContentFormat> = fc.constantFrom('parley', 'openim', 'tencent', 'sealtalk', 'dtalk');
const body = fc.oneof(
  value.map((json) => JSON.stringify(json)),
  anyText,
);
const anything: fc.Arbitrary<Content> = fc.record({ format, type: fc.oneof(types, anyText), body });

describe('content of any kind', () => {
  it('nothing is lost in crossing over: what is carried comes back to the byte, from every family', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...known), (one, other) => {
        fc.pre(
          JSON.stringify(one) === JSON.stringify(restored(one)) &&
            isJson(one.body) &&
            one.type.length <= 64 &&
            one.type !== '',
        );
        const shown = shownIn(other, one);
        expect(shown.format).to.equal(other);
        if (neutralOf(one) === undefined && one.format !== other) expect(restored(shown)).to.deep.equal(one);
        if (one.format === other) expect(shown).to.equal(one);
      }),
    );
  });

  it('every message has a preview: one plain line of bounded length; none throws, and none is empty', () => {
    fc.assert(
      fc.property(anything, (one) => {
        const preview = previewOf(one);
        expect([...preview].length).to.be.within(1, PREVIEW_LENGTH);
        expect(preview).to.equal(preview.trim());
        for (const line of [preview, textOf(one)]) expect(line).to.not.match(/[\n\r\0\u202e]|\p{Surrogate}/u);
      }),
    );
  });

  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
});

describe('previews', () => {
  it('say what the message is about, and what can be searched in it', () => {
    for (const [one, preview, text] of [
      [content('openim', '101', { content: 'hello\n there' }), 'hello there', 'hello there'],
      [content('parley', 'image', { url: URL }), '[image]', ''],
      [content('openim', '105', { sourceUrl: 'https://x.org/d/plan.pdf?k=1' }), '[file] plan.pdf', 'plan.pdf'],
      [
        content('sealtalk', 'RC:LBSMsg', { latitude: 1, longitude: 2, poi: 'the bridge' }),
        '[location] the bridge',
        'the bridge',
      ],
      [content('openim', '110', { data: '{}', description: 'a vote' }), 'a vote', 'a vote'],
      [content('openim', '110', { data: '{}' }), '[custom]', ''],
      [content('openim', '108', { nickname: 'Bob' }), '[card] Bob', ''],
      [strange[5] as Content, 'look here', 'look here'],
      [content('dtalk', '1', 'AAEC'), '[1]', ''],
      [content('parley', 'text', { text: '\u0000\n' }), '[message]', ''],
      [{ format: 'openim', type: '', body: '{' } as const, '[]', ''],
    ] as const) {
      expect(previewOf(one), one.body).to.equal(preview);
      expect(textOf(one), one.body).to.equal(text);
    }
  });

  it('are cut at 200 characters, never within one', () => {
    const long = previewOf(content('openim', '101', { content: '🙂'.repeat(300) }));
    expect([...long]).to.have.length(PREVIEW_LENGTH);
    expect(long.endsWith('🙂…')).to.equal(true);
    expect(textOf(content('openim', '101', { content: '🙂'.repeat(300) }))).to.have.length(600);
  });
});
