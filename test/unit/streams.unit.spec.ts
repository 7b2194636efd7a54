import { expect } from 'chai';
import fc from 'fast-check';
import {
  type ConversationKey,
  conversationKeyIn,
  conversationKeyText,
  InvalidStreamPart,
  parseConversationKey,
  parseStreamName,
  STREAM_PREFIX,
  type StreamId,
  streamName,
  tenantOf,
} from '../../application/streams.js';

/** Few and nasty texts, so that two random ids often agree in some parts, or would if the codec were careless. */
const part = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('a', 'b', 's', 'g', 'n', '1', 'a.b', 'a-b', 'a%2Eb', 'a%2eb', '%', '.', '-', '_'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }) },
);

const conversation: fc.Arbitrary<ConversationKey> = fc.oneof(
  fc.record({ kind: fc.constant('single' as const), a: part, b: part }),
  fc.record({
    kind: fc.constant('group' as const),
    groupId: part,
    incarnation: fc.oneof(
      fc.integer({ min: 1, max: 3 }),
      fc.maxSafeNat().map((n) => n || 1),
    ),
  }),
  fc.record({ kind: fc.constant('notification' as const), userId: part }),
);

const streamId: fc.Arbitrary<StreamId> = fc.oneof(
  fc.record({ category: fc.constantFrom('user' as const, 'usergroups' as const), tenant: part, userId: part }),
  fc.record({ category: fc.constant('group' as const), tenant: part, groupId: part }),
  fc.record({ category: fc.constant('friendship' as const), tenant: part, a: part, b: part }),
  fc.tuple(part, conversation).map(([tenant, key]) => ({ category: 'conversation' as const, tenant, ...key })),
  fc.record({ category: fc.constant('view' as const), tenant: part, conversation, participant: part }),
);

/** The id with its pairs in order: what two ids share exactly when they mean the same. */
function canonical(id: StreamId): StreamId {
  if (id.category === 'view') return { ...id, conversation: orderedPair(id.conversation) };
  return orderedPair(id);
}

function orderedPair<T extends object>(value: T): T {
  if (!('a' in value && 'b' in value)) return value;
  const [a, b] = [value.a, value.b].sort();
  return { ...value, a, b };
}

describe('stream names', () => {
  it('are written as the grammar says', () => {
    const names = [
      streamName({ category: 'user', tenant: 't1', userId: 'Ann_9' }),
      streamName({ category: 'usergroups', tenant: 't1', userId: 'ann' }),
      streamName({ category: 'group', tenant: 'a.b', groupId: "@x#1:é-😀!~*'()" }),
      streamName({ category: 'friendship', tenant: 't', a: 'b', b: 'B' }),
      streamName({ category: 'conversation', tenant: 't', kind: 'single', a: 'z', b: 'y' }),
      streamName({ category: 'conversation', tenant: 't', kind: 'group', groupId: 'g', incarnation: 2 }),
      streamName({ category: 'conversation', tenant: 't', kind: 'notification', userId: 'u' }),
      streamName({
        category: 'view',
        tenant: 't',
        conversation: { kind: 'group', groupId: 'g', incarnation: 1 },
        participant: 'u',
      }),
    ];
    expect(names).to.deep.equal([
      'parley_user-t1.Ann_9',
      'parley_usergroups-t1.ann',
      'parley_group-a%2Eb.%40x%231%3A%C3%A9%2D%F0%9F%98%80%21%7E%2A%27%28%29',
      'parley_friendship-t.B.b',
      'parley_conversation-t.s.y.z',
      'parley_conversation-t.g.g.2',
      'parley_conversation-t.n.u',
      'parley_view-t.g.g.1.u',
    ]);
  });

  it('sort a pair by code unit, not by code point or language', () => {
    // U+FFFD is a higher code unit than the surrogates of U+1F600, though a lower code point.
    const name = streamName({ category: 'friendship', tenant: 't', a: '\uFFFD', b: '\u{1F600}' });
    expect(name).to.equal('parley_friendship-t.%F0%9F%98%80.%EF%BF%BD');
  });

  it('are the same exactly when they mean the same, over all categories and kinds together', () => {
    fc.assert(
      fc.property(streamId, streamId, (one, other) => {
        const same = JSON.stringify(sortedKeys(canonical(one))) === JSON.stringify(sortedKeys(canonical(other)));
        expect(streamName(one) === streamName(other)).to.equal(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('read back as what they were made of', () => {
    fc.assert(
      fc.property(streamId, (id) => {
        expect(parseStreamName(streamName(id))).to.deep.equal(canonical(id));
        expect(tenantOf(streamName(id))).to.equal(id.tenant);
      }),
    );
  });

  it('use only bare letters, digits, underscores and escapes, and one dash', () => {
    fc.assert(
      fc.property(streamId, (id) => {
        const name = streamName(id);
        expect(name).to.match(/^parley_[a-z]+-(?:[A-Za-z0-9_]|%[0-9A-F]{2})+(?:\.(?:[A-Za-z0-9_]|%[0-9A-F]{2})+)+$/);
        expect(name.startsWith(STREAM_PREFIX)).to.be.true;
      }),
    );
  });

  it('parse only in the form in which they are written', () => {
    fc.assert(
      fc.property(
        streamId.map(streamName),
        fc.nat(),
        fc.constantFrom('.', '-', '%', '%41', 'a', '%2e', '.a', ''),
        (name, at, inserted) => {
          const place = at % (name.length + 1);
          const damaged = name.slice(0, place) + inserted + name.slice(place);
          const id = parseStreamName(damaged);
          if (id !== undefined) expect(streamName(id)).to.equal(damaged);
        },
      ),
      { numRuns: 2_000 },
    );
    for (const name of [
      '',
      'parley_',
      'parley_user',
      'parley_user-',
      'parley_user-t',
      'parley_user-t.',
      'parley_user-t.u.v',
      'parley_user-t.%75',
      'parley_user-t.%c3%a9',
      'parley_user-t.%ED%A0%80',
      'parley_user-t.a-b',
      'parley_users-t.u',
      'Parley_user-t.u',
      'user-t.u',
      '$$parley_user-t.u',
      'parley_friendship-t.b.a',
      'parley_friendship-t.a',
      'parley_conversation-t.x.a.b',
      'parley_conversation-t.g.a.01',
      'parley_conversation-t.g.a.0',
      'parley_conversation-t.g.a.1e3',
      'parley_view-t.n.u',
      'parley_view-t.s.a.b',
    ])
      expect(parseStreamName(name), name).to.be.undefined;
  });

  it('have a conversation’s key as text, which reads back, also out of the names of its stream and its views', () => {
    fc.assert(
      fc.property(conversation, part, part, (key, tenant, participant) => {
        const text = conversationKeyText(key);
        expect(parseConversationKey(text)).to.deep.equal(orderedPair(key));
        expect(conversationKeyIn(streamName({ category: 'conversation', tenant, ...key }))).to.equal(text);
        expect(conversationKeyIn(streamName({ category: 'view', tenant, conversation: key, participant }))).to.equal(
          text,
        );
      }),
    );
    for (const text of ['', 's', 's.a', 's.b.a', 's.a.b.c', 'g.a', 'g.a.0', 'n.', 'x.a', 'n.a-b'])
      expect(parseConversationKey(text), text).to.equal(undefined);
  });

  it('are refused for parts that can not be told apart afterwards', () => {
    for (const userId of ['', '\uD800', 'a\uDC00b'])
      expect(() => streamName({ category: 'user', tenant: 't', userId })).to.throw(InvalidStreamPart);
    expect(() => streamName({ category: 'user', tenant: '', userId: 'u' })).to.throw(InvalidStreamPart);
    for (const incarnation of [0, -1, 1.5, Number.NaN, 2 ** 53])
      expect(() =>
        streamName({ category: 'conversation', tenant: 't', kind: 'group', groupId: 'g', incarnation }),
      ).to.throw(InvalidStreamPart);
  });
});

function sortedKeys(value: object): unknown {
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]: [string, unknown]) => [
      key,
      typeof inner === 'object' && inner !== null ? sortedKeys(inner) : inner,
    ]);
}
