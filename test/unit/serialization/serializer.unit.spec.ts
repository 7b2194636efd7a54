import { createDecipheriv } from 'node:crypto';
import { expect } from 'chai';
import { type EventToWrite, EventUnreadable } from '../../../application/ports/envelope.js';
import { EventRefused, MAX_EVENT_BYTES, type StoredEvent } from '../../../application/ports/event-store.js';
import type { DomainEvent } from '../../../domain/shared/event.js';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';
import { MemoryKeys } from '../../support/memory-keys.js';
import { joined, muted, NEW_STREAM, STREAM, stored, toWrite } from './builders.js';

const ben = { tenant: 't1', userId: 'ben' };

const registered: DomainEvent = {
  type: 'UserRegistered',
  data: { userId: 'ben', number: 4503599627370498, nickname: 'Ben', avatar: '', ext: 'e', phone: '123' },
};

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('JsonEventSerializer', () => {
  let keys: MemoryKeys;
  let serializer: JsonEventSerializer;

  beforeEach(() => {
    keys = new MemoryKeys();
    serializer = new JsonEventSerializer({ keys, registry: eventRegistry });
  });

  const seal = async (...events: EventToWrite[]): Promise<StoredEvent[]> =>
    stored(await serializer.seal(STREAM, NEW_STREAM, events));

  const sealOne = async (event: DomainEvent, context: Partial<EventToWrite> = {}): Promise<StoredEvent> =>
    (await seal(toWrite(event, context)))[0]!;

  const openOne = async (event: StoredEvent) => (await serializer.open([event]))[0]!;

  describe('sealing', () => {
    it('writes the metadata in the contract’s order, absent members left out', async () => {
      const plain = await sealOne(muted('ben'));
      expect(plain.metadata).to.match(
        /^\{"schemaVersion":1,"tenant":"t1","actor":\{"kind":"user","id":"ann"\},"via":"v1:POST \/groups","\$correlationId":"[^"]+","\$causationId":"[^"]+","occurredAt":1700000000000,"prevHash":"","hash":"[\w-]{43}"\}$/,
      );
      const full = await sealOne(muted('ben'), {
        actor: { kind: 'appAdmin', id: 'root', onBehalfOf: 'ann' },
        requestRef: 'r',
        commandKey: 'k',
        traceparent: 'p',
      });
      expect(Object.keys(JSON.parse(full.metadata) as object)).to.deep.equal([
        'schemaVersion',
        'tenant',
        'actor',
        'via',
        '$correlationId',
        '$causationId',
        'requestRef',
        'commandKey',
        'occurredAt',
        'traceparent',
        'prevHash',
        'hash',
      ]);
    });

    it('expects the tail’s revision, gives each event a uuid v7 of its own, and hands on the last hash', async () => {
      const first = await serializer.seal(STREAM, NEW_STREAM, [toWrite(muted('a')), toWrite(muted('b'))]);
      expect(first.expectedRevision).to.equal(-1);
      const ids = first.events.map(({ id }) => id);
      for (const id of ids)
        expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(new Set(ids).size).to.equal(2);
      const next = await serializer.seal(STREAM, { revision: 1, hash: first.lastHash }, [toWrite(muted('c'))]);
      expect(next.expectedRevision).to.equal(1);
      expect(next.events[0]!.metadata).to.include(`"prevHash":"${first.lastHash}"`);
      expect(next.events[0]!.metadata).to.match(new RegExp(`"hash":"${next.lastHash}"\\}$`));
    });

    const refused: [string, DomainEvent, Partial<EventToWrite>?][] = [
      ['a type that is not registered', { type: 'GroupEaten', data: {} }],
      ['a member too many', joined('ben', { nickname: 'x', colour: 'red' })],
      ['a member too few', { type: 'MemberLeft', data: { groupId: 'g', userId: 'u' } }],
      ['another kind of value', { type: 'GroupUnmuted', data: { groupId: 7, by: 'a' } }],
      ['a value outside its list', { type: 'MemberLeft', data: { groupId: 'g', userId: 'u', roleBefore: 'king' } }],
      ['an array for the payload', { type: 'GroupUnmuted', data: ['g', 'a'] }],
      ['a key that looks like an integer', { type: 'GroupUnmuted', data: { groupId: 'g', by: 'a', 1: 'x' } }],
      [
        'a key of its own that changes its JSON',
        { type: 'GroupUnmuted', data: { groupId: 'g', by: 'a', toJSON: () => 1 } },
      ],
      ...[Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53, -1, 5n, '5', undefined].map(
        (until): [string, DomainEvent] => [
          `${typeof until} ${String(until)} for a time`,
          { type: 'MemberMuted', data: { groupId: 'g', userId: 'u', until, by: 'a' } },
        ],
      ),
      ['U+0000', muted('a\u0000b')],
      ['a lone surrogate', muted('a\uD800')],
      ['a lone surrogate the other way', muted('\uDC00a')],
      ['U+0000 after a backslash', muted('\\\u0000')],
      ['U+0000 in a personal field', joined('ben', { nickname: '\u0000' })],
      ['a lone surrogate in the name of a person with personal data', joined('b\uD83D', { nickname: 'x' })],
      ['U+0000 in the metadata', muted('ben'), { requestRef: '\u0000' }],
      ['a lone surrogate in the metadata', muted('ben'), { via: '\uDBFF' }],
      ['a tenant that is empty', muted('ben'), { tenant: '' }],
      ['a time that is no whole number', muted('ben'), { occurredAt: 1.5 }],
      ['a request reference of 65 characters', muted('ben'), { requestRef: '😀'.repeat(65) }],
    ];
    for (const [what, event, context] of refused)
      it(`refuses ${what}, and makes no key`, async () => {
        expect(await failure(sealOne(event, context))).to.be.instanceOf(EventRefused);
        expect(keys.all()).to.be.empty;
      });

    it('refuses the whole append for one bad event', async () => {
      const bad = toWrite({ type: 'GroupEaten', data: {} });
      expect(await failure(seal(toWrite(joined('ben', { nickname: 'x' })), bad))).to.be.instanceOf(EventRefused);
      expect(keys.all()).to.be.empty;
    });

    it('refuses an append without events, and a tail that can’t be', async () => {
      expect(await failure(serializer.seal(STREAM, NEW_STREAM, []))).to.be.instanceOf(EventRefused);
      for (const tail of [
        { revision: -1, hash: 'x' },
        { revision: 0, hash: '' },
      ])
        expect(await failure(serializer.seal(STREAM, tail, [toWrite(muted('a'))]))).to.be.instanceOf(EventRefused);
    });

    it('never says in its refusal what the payload held', async () => {
      const error = await failure(sealOne(joined('ben', { nickname: ['secret'] })));
      expect((error as Error).message).to.equal('MemberJoined: /card/nickname must be string');
    });

    it('accepts text that only looks odd', async () => {
      for (const nickname of ['\\u0000', '\\\\ud800', '😀', '\u0001\u2028', '\uFFFF', '64: '.repeat(16)]) {
        const { event } = await openOne(await sealOne(joined('ben', { nickname })));
        expect(event!.data).to.deep.include({ card: { nickname } });
      }
      await sealOne(muted('ben'), { requestRef: '😀'.repeat(64) });
    });

    it('accepts an event at the limit and refuses one byte more', async () => {
      const profile = (length: number): DomainEvent => ({
        type: 'GroupProfileChanged',
        data: { groupId: 'g', changes: { ext: 'é'.repeat(length / 2) + 'x'.repeat(length % 2) }, by: 'a' },
      });
      const size = ({ type, data, metadata }: StoredEvent) => Buffer.byteLength(type + data + metadata);
      const room = MAX_EVENT_BYTES - size(await sealOne(profile(0)));
      expect(size(await sealOne(profile(room)))).to.equal(MAX_EVENT_BYTES);
      expect(await failure(sealOne(profile(room + 1)))).to.be.instanceOf(EventRefused);
      // Three near 256 KiB stay under 900 KiB, four don't; those after the first have a previous hash.
      const full = toWrite(profile(room - 43));
      await seal(full, full, full);
      expect(await failure(seal(full, full, full, full))).to.match(/EventRefused: an append is at most/);
    });
  });

  describe('personal fields', () => {
    it('are stored encrypted one by one, and only they', async () => {
      const event = await sealOne(registered);
      const data = JSON.parse(event.data) as Record<string, unknown>;
      expect(Object.keys(data)).to.deep.equal(Object.keys(registered.data));
      for (const field of ['nickname', 'avatar', 'ext', 'phone'])
        expect(data[field]).to.match(/^enc1\.[\w-]{11}\.[\w-]{16}\.[\w-]{22,}$/);
      expect(data).to.include({ userId: 'ben', number: 4503599627370498 });
      expect(
        new Set(['nickname', 'avatar', 'ext', 'phone'].map((field) => (data[field] as string).split('.')[2])).size,
      ).to.equal(4);
      expect((await openOne(event)).event).to.deep.equal(registered);
    });

    it('can be decrypted by anybody who has the key and reads the contract', async () => {
      const event = await sealOne(joined('ben', { nickname: 'Ben' }));
      const { card } = JSON.parse(event.data) as { card: string };
      const [, id, iv, sealed] = card.split('.');
      const [key] = keys.all();
      const bytes = Buffer.from(sealed!, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key!.secret, Buffer.from(iv!, 'base64url'));
      decipher.setAAD(Buffer.from(JSON.stringify(['t1', event.id, 'MemberJoined', 'card'])));
      decipher.setAuthTag(bytes.subarray(-16));
      const text = decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
      expect({ text, id }).to.deep.equal({ text: '{"nickname":"Ben"}', id: key!.id });
    });

    it('belong to the user whom the payload names, not to the actor', async () => {
      await sealOne(joined('ben', {}));
      await sealOne({
        type: 'MemberRemoved',
        data: { groupId: 'g', userId: 'ben', roleBefore: 'member', by: 'cat', byRole: 'admin', reason: 'r' },
      });
      expect(keys.all().map(({ subject }) => subject)).to.deep.equal([ben, { tenant: 't1', userId: 'cat' }]);
    });

    it('that are absent stay absent, and take no key', async () => {
      const event = await sealOne(joined('ben'));
      expect(event.data).to.not.include('card');
      expect(keys.all()).to.be.empty;
      expect((await openOne(event)).event).to.deep.equal(joined('ben'));
    });

    it('read as null once their subject is erased, the rest as it was', async () => {
      const event = await sealOne(registered);
      keys.erase(ben);
      expect((await openOne(event)).event).to.deep.equal({
        type: 'UserRegistered',
        data: { ...registered.data, nickname: null, avatar: null, ext: null, phone: null },
      });
    });

    it('read as null from the moment on at which their subject’s erasure was read, whatever key is in memory', async () => {
      const event = await sealOne(joined('ben', { nickname: 'Ben' }));
      const erasure = await sealOne({ type: 'UserErased', data: { userId: 'ben', reason: 'asked' } });
      expect(serializer.openCached(event)?.event).to.deep.equal(joined('ben', { nickname: 'Ben' }));
      await serializer.open([erasure]);
      expect((await openOne(event)).event!.data).to.include({ card: null });
    });

    it('of somebody already erased are stored as enc0 and read as null', async () => {
      keys.erase(ben);
      const event = await sealOne(joined('ben', { nickname: 'Ben' }));
      expect(JSON.parse(event.data)).to.include({ card: 'enc0' });
      expect((await openOne(event)).event!.data).to.include({ card: null });
    });

    it('of many people take one call for keys', async () => {
      const people = ['a', 'b', 'c', 'a'];
      const events = await seal(...people.map((userId) => toWrite(joined(userId, { nickname: userId }))));
      expect(keys.calls).to.deep.equal([3]);
      keys.forget();
      const read = await serializer.open(events);
      expect(keys.calls).to.deep.equal([3, 3]);
      expect(read.map(({ event }) => event)).to.deep.equal(
        people.map((userId) => joined(userId, { nickname: userId })),
      );
    });

    it('are read without waiting only when the key is in memory', async () => {
      const event = await sealOne(joined('ben', { nickname: 'Ben' }));
      expect(serializer.openCached(event)!.event).to.deep.equal(joined('ben', { nickname: 'Ben' }));
      keys.forget();
      expect(serializer.openCached(event)).to.be.undefined;
      expect(serializer.openCached(await sealOne(muted('ben')))!.event).to.deep.equal(muted('ben'));
    });
  });

  describe('opening', () => {
    it('gives what was sealed, with its envelope and its stored bytes', async () => {
      const event = await sealOne(muted('ben'), { requestRef: 'r' });
      const read = await openOne(event);
      expect(read).to.deep.include({
        id: event.id,
        stream: STREAM,
        revision: 0,
        type: 'MemberMuted',
        event: muted('ben'),
      });
      expect(read.stored).to.equal(event);
      expect(read.envelope).to.include({ tenant: 't1', requestRef: 'r', prevHash: '', schemaVersion: 1 });
    });

    it('leaves out the event of an unknown type or a newer version, but not its envelope', async () => {
      const event = await sealOne(joined('ben', { nickname: 'x' }));
      const newer = { ...event, metadata: event.metadata.replace('"schemaVersion":1', '"schemaVersion":2,"extra":{}') };
      for (const unknown of [{ ...event, type: 'GroupEaten', data: '{"anything":[1.5]}' }, newer]) {
        const read = await openOne(unknown);
        expect(read.event).to.be.undefined;
        expect(read.envelope.tenant).to.equal('t1');
      }
    });

    const damages: [string, (event: StoredEvent) => StoredEvent][] = [
      ['metadata that is no JSON', (event) => ({ ...event, metadata: event.metadata.slice(1) })],
      ['metadata that is no object', (event) => ({ ...event, metadata: '[]' })],
      ['metadata without a tenant', (event) => ({ ...event, metadata: event.metadata.replace('tenant', 'tenants') })],
      ['a version that is none', (event) => ({ ...event, metadata: event.metadata.replace(':1,', ':0,') })],
      ['data that is no JSON', (event) => ({ ...event, data: event.data.slice(1) })],
      ['data that is no object', (event) => ({ ...event, data: 'null' })],
      [
        'a personal field in the clear',
        (event) => ({ ...event, data: event.data.replace(/"enc1[^"]*"/, '{"nickname":"x"}') }),
      ],
      ['a personal field that is cut off', (event) => ({ ...event, data: event.data.replace(/.{6}"\}$/, '"}') })],
      [
        'another event’s id',
        (event) => ({ ...event, id: event.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
      ],
      ['another tenant', (event) => ({ ...event, metadata: event.metadata.replace('"t1"', '"t2"') })],
      ['another person', (event) => ({ ...event, data: event.data.replace('"ben"', '"cat"') })],
      ['no person', (event) => ({ ...event, data: event.data.replace('"ben"', '7') })],
      ['another key’s id', (event) => ({ ...event, data: event.data.replace(/enc1\.../, 'enc1.__') })],
    ];
    for (const [what, damage] of damages)
      it(`says which event can’t be read: ${what}`, async () => {
        await sealOne(joined('cat', { nickname: 'Cat' }));
        const [good, bad] = await seal(toWrite(muted('ben')), toWrite(joined('ben', { nickname: 'Ben' })));
        const error = await failure(serializer.open([good!, damage(bad!)]));
        expect(error).to.be.instanceOf(EventUnreadable).and.to.include({ stream: STREAM, revision: 1 });
        expect((error as Error).message).to.not.include('Ben');
      });

    it('does not take a lost key for an erasure', async () => {
      const event = await sealOne(joined('ben', { nickname: 'Ben' }));
      keys.lose(ben);
      expect(await failure(serializer.open([event]))).to.be.instanceOf(EventUnreadable);
    });

    it('does not read a field that was moved to another field of the same event', async () => {
      const event = await sealOne(registered);
      const data = JSON.parse(event.data) as Record<string, unknown>;
      const swapped = { ...event, data: JSON.stringify({ ...data, ext: data['nickname'] }) };
      expect(await failure(serializer.open([swapped]))).to.be.instanceOf(EventUnreadable);
    });
  });

  it('writes neither hashes nor ciphertext where the bench asks so, and reads that back', async () => {
    const bare = new JsonEventSerializer({ keys, registry: eventRegistry, hashing: false, encryption: false });
    const event = joined('ben', { nickname: 'Ben' });
    const sealed = await bare.seal(STREAM, NEW_STREAM, [toWrite(event), toWrite(event)]);
    expect(sealed.lastHash).to.equal('');
    expect(JSON.parse(sealed.events[1]!.data)).to.deep.equal(event.data);
    expect((await bare.open(stored(sealed)))[1]!.event).to.deep.equal(event);
  });
});
