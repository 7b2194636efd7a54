import { expect } from 'chai';
import { conversationKeyText } from '../../../application/streams.js';
import type { AnyMessagesFilter, PageOfNumber, SearchFilter } from '../../../application/queries/messages.js';
import type { ConversationReader } from '../../../application/queries/conversations.js';
import { BadCursor, BadPageLimit } from '../../../application/queries/page.js';
import { openReadModels, type ReadModels } from '../../../infrastructure/read-models/read-models.js';
import type { ProjectionEngine } from '../../../projections/engine/engine.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { ofGroup, single, Talk } from '../../support/conversation-histories.js';
import { created, dismissed, Historian, joined, left, registered, START } from '../../support/group-histories.js';
import { ProjectionBench } from '../../support/projections.js';

describe('read models of conversations', () => {
  let bench: ProjectionBench;
  let read: ReadModels;
  let store: ArrayEventStore;
  let history: Historian;
  let engine: ProjectionEngine;
  let caughtUp: () => Promise<void>;

  before(async () => {
    bench = await ProjectionBench.open();
    store = new ArrayEventStore();
    history = new Historian(store);
    engine = bench.engine(store);
    await engine.start();
    caughtUp = async () => {
      expect(await engine.waitFor(store.log.at(-1)!.position, { timeoutMs: 10_000 })).to.equal(true);
    };
    read = await openReadModels({ url: bench.database.url, poolSize: 3 });
  });
  after(async () => {
    await read.close();
    await bench.close();
  });

  /** Each test has people and groups of its own. */
  let test = 0;
  const own = (name: string): string => `${name}${String(test)}`;
  beforeEach(() => void test++);

  const as = (name: string, at = START + 1_000_000): ConversationReader => ({ tenant: 't1', userId: own(name), at });
  const keyOf = (talk: Talk): string => conversationKeyText(talk.key);
  const pair = (a: string, b: string): Talk => new Talk(history, single(own(a), own(b)));
  const group = (name: string, ...people: string[]): Talk => {
    const groupId = own(name);
    history.write(
      created(groupId, own(people[0]!)),
      ...people.map((person, i) => joined(groupId, own(person), i === 0 ? 'owner' : 'member')),
    );
    return new Talk(history, ofGroup(groupId));
  };
  const say = (talk: Talk, name: string, words: string, extra: object = {}): number =>
    talk.say(own(name), words, extra);
  const readUpTo = (talk: Talk, name: string, seq: number, countable = seq): Promise<object[]> =>
    bench.rows(
      `INSERT INTO system.read_position (tenant, conversation, user_id, up_to_seq, countable) VALUES ('t1', $1, $2, $3, $4)
       ON CONFLICT (tenant, conversation, user_id) DO UPDATE SET up_to_seq = $3, countable = $4`,
      [keyOf(talk), own(name), seq, countable],
    );
  /** Short pages and long ones are found each in their own way. */
  const list = async (name: string) => {
    const page = await read.conversations.conversationsOfUser(as(name), { limit: 100 });
    expect(await read.conversations.conversationsOfUser(as(name), { limit: 1_000 })).to.deep.equal(page);
    return page;
  };
  const one = async (talk: Talk, name: string) =>
    (await read.conversations.conversationsByKeys(as(name), [keyOf(talk)]))[0];
  const words = (body: string | undefined): string | undefined =>
    body === undefined ? undefined : (JSON.parse(body) as { text: string }).text;

  describe('the sorted list', () => {
    it('pinned first, then the newest, and two of the same millisecond are both there, by key', async () => {
      const [ab, ac, ad, ae] = ['b', 'c', 'd', 'e'].map((name) => pair('a', name)) as [Talk, Talk, Talk, Talk];
      for (const talk of [ac, ab, ad]) say(talk, 'a', 'hi', { sentAt: START + 5_000 });
      say(ae, 'e', 'later', { sentAt: START + 6_000 });
      const empty = group('g', 'a');
      ad.view(own('a'), 'ConversationPinned', {});
      await caughtUp();
      const whole = await list('a');
      expect(whole.items.map(({ conversation }) => conversation)).to.deep.equal([ad, ae, ab, ac, empty].map(keyOf));
      expect(whole).to.include({ total: 5, withMessages: 4, unread: 1, next: null });

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await read.conversations.conversationsOfUser(as('a'), { limit: 2, ...(cursor ? { cursor } : {}) });
        expect(page).to.include({ total: 5, withMessages: 4, unread: 1 });
        seen.push(...page.items.map(({ conversation }) => conversation));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen, 'by cursor').to.deep.equal([ad, ae, ab, ac, empty].map(keyOf));

      const second = await read.conversations.conversationsOfUser(as('a'), { limit: 2, offset: 2 });
      expect(second.items.map(({ conversation }) => conversation)).to.deep.equal([ab, ac].map(keyOf));
      const past = await read.conversations.conversationsOfUser(as('a'), { limit: 2, offset: 20 });
      expect(past).to.deep.equal({ items: [], next: null, total: 5, withMessages: 4, unread: 1 });
      const among = await read.conversations.conversationsOfUser(as('a'), { limit: 9 }, [
        keyOf(ae),
        keyOf(ac),
        's.x.y',
      ]);
      expect(among.items.map(({ conversation }) => conversation)).to.deep.equal([ae, ac].map(keyOf));
      expect(among).to.include({ total: 2, withMessages: 2, unread: 1 });
    });

    it('a newcomer’s is empty', async () => {
      expect(await list('nobody')).to.deep.equal({ items: [], next: null, total: 0, withMessages: 0, unread: 0 });
    });

    it('shows peer, group, last message with its sender’s name, and what one has set', async () => {
      history.write(registered(own('a')), registered(own('b'), { avatar: 'b.png' }));
      const talk = pair('a', 'b');
      say(talk, 'a', 'hello', { clientMsgId: 'c1' });
      talk.view(own('a'), 'ReceiveOptionChanged', { option: 'silent' });
      talk.view(own('a'), 'ViewExtChanged', { ext: 'x' });
      talk.view(own('a'), 'ViewSettingsChanged', { changes: { privateChat: true } });
      const inGroup = group('g', 'a', 'b');
      say(inGroup, 'b', 'all');
      await caughtUp();
      const [ofTalk, ofInGroup] = [await one(talk, 'a'), await one(inGroup, 'a')];
      expect(ofTalk).to.deep.include({
        kind: 'single',
        peer: { userId: own('b'), nickname: `N ${own('b')}`, avatar: 'b.png' },
        group: null,
        takesPart: true,
        closedAt: null,
        receiveOption: 'silent',
        ext: 'x',
        settings: { privateChat: true },
        pinned: false,
        minSeq: 1,
        maxSeq: 1,
        readSeq: 1,
        unread: 0,
      });
      expect(ofTalk?.last).to.deep.include({
        seq: 1,
        clientMsgId: 'c1',
        senderId: own('a'),
        senderNickname: `N ${own('a')}`,
        status: 'sent',
        ended: null,
      });
      expect(words(ofTalk?.last?.content?.body)).to.equal('hello');
      expect(ofInGroup).to.deep.include({
        kind: 'group',
        peer: null,
        group: {
          groupId: own('g'),
          incarnation: 1,
          name: `Group ${own('g')}`,
          avatar: '',
          kind: '',
          ownerId: own('a'),
          memberCount: 2,
        },
        unread: 1,
      });
    });

    it('the last message is the last one he sees: not what he hid or cleared, nor what was deleted, nor a silent one', async () => {
      const talk = pair('a', 'b');
      for (const text of ['one', 'two', 'three', 'four']) say(talk, 'b', text);
      say(talk, 'b', 'typing', { updatesLast: false });
      await caughtUp();
      const last = async (name: string) => words((await one(talk, name))?.last?.content?.body);
      expect(await last('a')).to.equal('four');
      talk.view(own('a'), 'MessagesHidden', { seqs: [4] });
      await caughtUp();
      expect([await last('a'), await last('b')]).to.deep.equal(['three', 'four']);
      talk.delete(own('b'), 4, 3);
      await caughtUp();
      expect([await last('a'), await last('b')]).to.deep.equal(['two', 'two']);
      talk.revoke(2, own('b'));
      await caughtUp();
      expect((await one(talk, 'a'))?.last).to.include({ seq: 2, status: 'revoked', content: null });
      talk.view(own('a'), 'HistoryCleared', { upToSeq: 5 });
      await caughtUp();
      expect(await one(talk, 'a')).to.include({ last: null, unread: 0, minSeq: 6, maxSeq: 5, readSeq: 5 });
      expect((await list('a')).withMessages).to.equal(0);
      expect((await one(talk, 'b'))?.last).to.include({ seq: 2 });
    });

    it('a group’s retention hides what is older, as of now', async () => {
      const talk = group('g', 'a', 'b');
      history.write({
        type: 'GroupSettingsChanged',
        data: { groupId: own('g'), changes: { retention: 10_000 }, by: own('a') },
      });
      say(talk, 'b', 'old', { sentAt: START + 20_000 });
      say(talk, 'b', 'new', { sentAt: START + 25_000 });
      await caughtUp();
      const at = (time: number) => read.conversations.conversationsByKeys(as('a', START + time), [keyOf(talk)]);
      expect(words((await at(35_000))[0]?.last?.content?.body)).to.equal('new');
      expect((await at(35_001))[0]?.last).to.equal(null);
      const seen = async (time: number) =>
        (
          await read.messages.history(as('a', START + time), keyOf(talk), { order: 'ascending', limit: 10 })
        )?.messages.map(({ seq }) => seq);
      expect([await seen(30_000), await seen(30_001), await seen(35_001)]).to.deep.equal([[1, 2], [2], []]);
    });

    it('of a dismissed group’s id that was created again, only the new conversation is listed', async () => {
      const former = group('g', 'a', 'b');
      say(former, 'a', 'one');
      history.write(dismissed(own('g'), false), created(own('g'), own('a'), { incarnation: 2 }));
      history.write(joined(own('g'), own('a'), 'owner'));
      await caughtUp();
      expect((await list('a')).items.map(({ conversation }) => conversation)).to.deep.equal([`g.${own('g')}.2`]);
      expect(await one(former, 'a')).to.deep.include({ maxSeq: 1 });
      expect((await one(former, 'a'))?.group).to.include({ groupId: own('g'), incarnation: 1, name: null });
    });
  });

  describe('unread', () => {
    it('counts what others wrote since one read, without one’s own and what doesn’t count; never below 0', async () => {
      const talk = pair('a', 'b');
      say(talk, 'b', 'one');
      say(talk, 'b', 'two');
      talk.tell('FriendAdded', own('b'));
      say(talk, 'b', 'three');
      await caughtUp();
      const unread = async (name: string) => (await one(talk, name))?.unread;
      expect([await unread('a'), await unread('b')]).to.deep.equal([3, 0]);
      await readUpTo(talk, 'a', 3, 2);
      expect([await unread('a'), (await list('a')).unread]).to.deep.equal([1, 1]);
      say(talk, 'a', 'mine');
      say(talk, 'b', 'five');
      await caughtUp();
      expect(await one(talk, 'a')).to.include({ unread: 1, readSeq: 5 });
      await readUpTo(talk, 'a', 100, 100);
      expect(await one(talk, 'a')).to.include({ unread: 0, readSeq: 6 });
      expect(await read.conversations.unreadOf(as('a'))).to.equal(0);
      expect(await read.conversations.unreadOf(as('b'))).to.equal(0);
    });

    it('a revoked message stays counted; what was cleared away is as read, for him or for everybody', async () => {
      const talk = pair('a', 'b');
      for (const text of ['one', 'two', 'three', 'four']) say(talk, 'b', text);
      talk.revoke(4, own('b'));
      await caughtUp();
      const unread = async () => (await one(talk, 'a'))?.unread;
      expect(await unread()).to.equal(4);
      talk.view(own('a'), 'HistoryCleared', { upToSeq: 1 });
      await caughtUp();
      expect(await unread()).to.equal(3);
      talk.clear(own('b'), 3);
      await caughtUp();
      expect(await unread()).to.equal(1);
    });

    it('a newcomer has read what was there before him, and one who left has no more than then', async () => {
      const talk = group('g', 'a');
      say(talk, 'a', 'one');
      history.write(joined(own('g'), own('b')));
      say(talk, 'a', 'two');
      await caughtUp();
      expect(await one(talk, 'b')).to.include({ unread: 1, readSeq: 1, minSeq: 1, maxSeq: 2 });
      history.write(left(own('g'), own('b')));
      say(talk, 'a', 'three', { sentAt: START + 900_000 });
      await caughtUp();
      const frozen = await one(talk, 'b');
      expect(frozen).to.include({ unread: 1, readSeq: 1, maxSeq: 2, takesPart: false, maxSeqTime: START + 1_002 });
      expect(frozen?.last).to.include({ seq: 2 });
      history.write(joined(own('g'), own('b'), 'member', { seesEarlier: false }));
      say(talk, 'a', 'four');
      await caughtUp();
      expect(await one(talk, 'b')).to.include({ unread: 1, readSeq: 3, minSeq: 4, maxSeq: 4, takesPart: true });
    });

    it('what an app admin sets holds against one’s own writing before it', async () => {
      const talk = pair('a', 'b');
      say(talk, 'b', 'one');
      say(talk, 'b', 'two');
      say(talk, 'a', 'three');
      talk.view(own('a'), 'ReadPositionSet', { upToSeq: 1 });
      await readUpTo(talk, 'a', 1);
      await caughtUp();
      expect(await one(talk, 'a')).to.include({ unread: 2, readSeq: 1 });
    });
  });

  it('pinned and silent ones, positions', async () => {
    const [ab, ac] = [pair('a', 'b'), pair('a', 'c')];
    say(ab, 'a', 'one');
    say(ac, 'c', 'one');
    for (const talk of [ac, ab]) talk.view(own('a'), 'ConversationPinned', {});
    ac.view(own('a'), 'ReceiveOptionChanged', { option: 'silent' });
    ab.view(own('a'), 'ReceiveOptionChanged', { option: 'none' });
    await caughtUp();
    expect(await read.conversations.pinnedConversations('t1', own('a'))).to.deep.equal([ab, ac].map(keyOf));
    expect(await read.conversations.silentConversations('t1', own('a'))).to.deep.equal([keyOf(ac)]);
    const ofAc = { conversation: keyOf(ac), minSeq: 1, maxSeq: 1, maxSeqTime: START + 1_001, readSeq: 0, unread: 1 };
    expect(await read.conversations.positions(as('a'))).to.deep.equal([
      { ...ofAc, conversation: keyOf(ab), readSeq: 1, unread: 0 },
      ofAc,
    ]);
    expect(await read.conversations.positions(as('a'), [keyOf(ac), 'nonsense'])).to.deep.equal([ofAc]);
  });

  it('where a chat ends, and where each of its people stands, whoever looks', async () => {
    const talk = group('g', 'a', 'b');
    const empty = group('h', 'a');
    say(talk, 'a', 'one');
    say(talk, 'b', 'two');
    say(talk, 'a', 'three');
    history.write(left(own('g'), own('b')));
    await caughtUp();
    const ends = await read.conversations.ends('t1', [keyOf(talk), keyOf(empty), 'nonsense', keyOf(talk)]);
    expect(ends.get(keyOf(talk))).to.include({ lastSeq: 3 });
    expect(ends.get(keyOf(talk))?.lastAt).to.be.a('number');
    expect(ends.get(keyOf(empty))).to.deep.equal({ lastSeq: 0, lastAt: null });
    expect(ends.size).to.equal(2);
    const at = START + 1_000_000;
    const ids = ['a', 'b', 'c'].map(own);
    const positions = await read.conversations.readerPositions('t1', keyOf(talk), ids, at);
    expect([...positions.keys()]).to.deep.equal([own('a')]);
    expect(positions.get(own('a'))).to.deep.equal({ readSeq: 3, unread: 0, wroteAt: ends.get(keyOf(talk))?.lastAt });
    const quiet = await read.conversations.readerPositions('t1', keyOf(empty), ids, at);
    expect(quiet.get(own('a'))).to.deep.equal({ readSeq: 0, unread: 0, wroteAt: null });
  });

  describe('history', () => {
    const seqs = async (name: string, talk: Talk, request: object = {}) =>
      (
        await read.messages.history(as(name), keyOf(talk), { order: 'ascending', limit: 100, ...request })
      )?.messages.map(({ seq }) => seq);

    it('by range, from either end, page after page', async () => {
      const talk = pair('a', 'b');
      for (let i = 1; i <= 10; i++) say(talk, 'b', String(i));
      await caughtUp();
      expect(await seqs('a', talk)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(await seqs('a', talk, { fromSeq: 4, toSeq: 6 })).to.deep.equal([4, 5, 6]);
      expect(await seqs('a', talk, { fromSeq: -5, toSeq: 2 ** 40, limit: 3 })).to.deep.equal([1, 2, 3]);
      expect(await seqs('a', talk, { order: 'descending', limit: 3 })).to.deep.equal([10, 9, 8]);
      expect(await seqs('a', talk, { order: 'descending', toSeq: 7, limit: 3 })).to.deep.equal([7, 6, 5]);
      expect(await seqs('a', talk, { fromSeq: 6, toSeq: 4 })).to.deep.equal([]);
      const page = await read.messages.history(as('a'), keyOf(talk), { order: 'ascending', fromSeq: 8, limit: 2 });
      expect(page).to.deep.include({ more: true, visible: { firstSeq: 1, lastSeq: 10 } });
      const last = await read.messages.history(as('a'), keyOf(talk), { order: 'ascending', fromSeq: 9, limit: 2 });
      expect(last).to.include({ more: false });
      expect(await seqs('c', talk), 'to somebody else').to.equal(undefined);
      expect(
        (await read.messages.messagesBySeqs(as('a'), keyOf(talk), [9, 3, 3, 0, 77])).map(({ seq }) => seq),
      ).to.deep.equal([3, 9]);
    });

    it('ends early where messages are large, and says that there are more', async () => {
      const talk = pair('a', 'b');
      for (let i = 1; i <= 30; i++) say(talk, 'b', 'x'.repeat(60_000));
      await caughtUp();
      const page = await read.messages.history(as('a'), keyOf(talk), { order: 'ascending', limit: 30 });
      expect(page?.more).to.equal(true);
      expect(page?.messages.length).to.be.within(10, 17);
      expect((await list('a')).items).to.have.length(1);
    });

    it('refuses a page that is no page', async () => {
      const talk = pair('a', 'b');
      for (const limit of [0, 1_001, 1.5, Number.NaN]) {
        const refusal: unknown = await seqs('a', talk, { limit }).catch((error: unknown) => error);
        expect(refusal).to.be.instanceOf(BadPageLimit);
      }
      const refusal: unknown = await read.conversations
        .conversationsOfUser(as('a'), { limit: 1, cursor: 'x' })
        .catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(BadCursor);
    });

    it('deleted and hidden ones stand in their places and say nothing; what was cleared isn’t there', async () => {
      const talk = pair('a', 'b');
      for (const text of ['one', 'two', 'three', 'four', 'five'])
        say(talk, 'b', text, { custom: '{}', mentions: ['x'] });
      talk.view(own('a'), 'MessagesHidden', { seqs: [3] });
      talk.delete(own('b'), 4);
      talk.revoke(5, own('b'));
      talk.view(own('a'), 'HistoryCleared', { upToSeq: 1 });
      await caughtUp();
      const seen = async (name: string) =>
        (await read.messages.history(as(name), keyOf(talk), { order: 'ascending', limit: 9 }))?.messages.map(
          ({ seq, status, content, custom, mentions }) => [
            seq,
            status,
            words(content?.body) ?? null,
            custom,
            mentions.length,
          ],
        );
      const rest = [
        [4, 'deleted', null, null, 0],
        [5, 'revoked', null, null, 0],
      ];
      expect(await seen('a')).to.deep.equal([[2, 'sent', 'two', '{}', 1], [3, 'hidden', null, null, 0], ...rest]);
      expect(await seen('b')).to.deep.equal([
        [1, 'sent', 'one', '{}', 1],
        [2, 'sent', 'two', '{}', 1],
        [3, 'sent', 'three', '{}', 1],
        ...rest,
      ]);
      const ids = (await read.messages.history(as('b'), keyOf(talk), { order: 'descending', limit: 9 }))!.messages.map(
        ({ messageId }) => messageId,
      );
      const found = await read.messages.messagesByIds(as('a'), [...ids, 'nothing']);
      expect(
        found.map(({ seq }) => seq),
        'by id, in the order asked for',
      ).to.deep.equal([5, 4, 3, 2]);
      expect(await read.messages.messagesByIds(as('c'), ids)).to.deep.equal([]);
      const admin = { tenant: 't1', userId: null, at: 0 };
      expect((await read.messages.messagesByIds(admin, ids)).map(({ seq }) => seq)).to.deep.equal([5, 4, 3, 2, 1]);
      const whole = await read.messages.history(admin, keyOf(talk), { order: 'ascending', limit: 9 });
      expect(whole?.messages.map(({ status }) => status)).to.deep.equal(['sent', 'sent', 'sent', 'deleted', 'revoked']);
    });

    it('from joining to leaving, as the log has it', async () => {
      const talk = group('g', 'a', 'b');
      say(talk, 'a', 'one');
      history.write(joined(own('g'), own('c'), 'member', { seesEarlier: false }), left(own('g'), own('b')));
      say(talk, 'a', 'two');
      history.write(left(own('g'), own('c')));
      say(talk, 'a', 'three');
      await caughtUp();
      expect([await seqs('a', talk), await seqs('b', talk), await seqs('c', talk)]).to.deep.equal([
        [1, 2, 3],
        [1],
        [2],
      ]);
    });
  });

  describe('receipts', () => {
    it('who of a group has read a message and who has not, without its sender, who came later, and who is gone', async () => {
      const talk = group('g', 'a', 'b', 'c', 'd', 'e');
      say(talk, 'a', 'one');
      const seq = say(talk, 'a', 'two');
      history.write(joined(own('g'), own('late')), left(own('g'), own('e')));
      say(talk, 'd', 'answer');
      await readUpTo(talk, 'b', seq);
      await readUpTo(talk, 'c', seq - 1);
      await caughtUp();
      const who = async (which: 'read' | 'unread', limit = 10) =>
        (await read.conversations.receipts('t1', keyOf(talk), seq, which, { limit })).items;
      expect(await who('read')).to.deep.equal([own('b'), own('d')]);
      expect(await who('unread')).to.deep.equal([own('c')]);
      expect(await read.conversations.receiptCounts('t1', keyOf(talk), [3, seq, 1, 99])).to.deep.equal([
        { seq: 1, read: 3, unread: 0 },
        { seq: 2, read: 2, unread: 1 },
        { seq: 3, read: 0, unread: 4 },
      ]);
      const first = await read.conversations.receipts('t1', keyOf(talk), seq, 'read', { limit: 1 });
      expect(first.items).to.deep.equal([own('b')]);
      const second = await read.conversations.receipts('t1', keyOf(talk), seq, 'read', {
        limit: 1,
        cursor: first.next ?? '',
      });
      expect(second).to.deep.equal({ items: [own('d')], next: null });
    });
  });

  describe('search', () => {
    const find = async (
      name: string,
      filter: SearchFilter,
      limit = 100,
      pages = 20,
    ): Promise<(string | undefined)[]> => {
      const all: (string | undefined)[] = [];
      let cursor: string | undefined;
      for (let i = 0; i < pages; i++) {
        const page = await read.messages.search(as(name), filter, { limit, ...(cursor ? { cursor } : {}) });
        expect(page.items.length).to.be.at.most(limit);
        all.push(...page.items.map(({ content }) => words(content?.body)));
        if (page.next === null) break;
        cursor = page.next;
      }
      return all;
    };

    it('finds one’s own by a part of their words, the newest first over all conversations, page after page', async () => {
      const [ab, ac, bc] = [pair('a', 'b'), pair('a', 'c'), pair('b', 'c')];
      say(ab, 'a', 'An Apple', { sentAt: START + 1 });
      say(ac, 'c', 'apple pie', { sentAt: START + 3 });
      say(ab, 'b', 'no APPLES', { sentAt: START + 2 });
      say(bc, 'b', 'apple of others');
      say(ac, 'c', 'pear', { sentAt: START + 4 });
      say(ab, 'b', '100% apple_x', { sentAt: START + 3 });
      await caughtUp();
      const newest = ['apple pie', '100% apple_x', 'no APPLES', 'An Apple'];
      for (const limit of [100, 1, 3]) expect(await find('a', { keyword: 'aPPle' }, limit)).to.deep.equal(newest);
      expect(await find('a', { keyword: '%' })).to.deep.equal(['100% apple_x']);
      expect(await find('a', { keyword: 'e_x' })).to.deep.equal(['100% apple_x']);
      expect(await find('a', { keyword: 'a\u0000' })).to.deep.equal([]);
      expect(await find('a', { keyword: 'apple', conversations: [keyOf(ac), keyOf(bc)] })).to.deep.equal(['apple pie']);
      expect(await find('a', { keyword: 'apple', senderId: own('a') })).to.deep.equal(['An Apple']);
      expect(await find('a', { since: START + 2, before: START + 4, types: ['text'] })).to.deep.equal(
        newest.slice(0, 3),
      );
      expect(await find('a', { types: ['image'] })).to.deep.equal([]);
      const refusal: unknown = await read.messages
        .search(as('a'), {}, { limit: 5, cursor: 'eyJ' })
        .catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(BadCursor);
    });

    it('not what he hid, cleared, may not see, or what was revoked or deleted', async () => {
      const talk = group('g', 'a', 'b');
      for (let i = 1; i <= 6; i++) say(talk, 'b', `word ${String(i)}`);
      talk.view(own('a'), 'HistoryCleared', { upToSeq: 1 });
      talk.view(own('a'), 'MessagesHidden', { seqs: [2] });
      talk.revoke(3, own('b'));
      talk.delete(own('b'), 4);
      history.write(left(own('g'), own('a')));
      say(talk, 'b', 'word 7');
      await caughtUp();
      expect(await find('a', { keyword: 'word' })).to.deep.equal(['word 6', 'word 5']);
      expect(await find('b', { keyword: 'word 7' })).to.deep.equal(['word 7']);
    });

    it('goes through many conversations, few of whose messages match, and misses none', async () => {
      const talks = Array.from({ length: 40 }, (_, i) => pair('a', `p${String(i)}`));
      const expected: [number, string][] = [];
      talks.forEach((talk, t) => {
        for (let i = 0; i < 30; i++) {
          const sentAt = START + ((i * 7_919 + t * 31) % 1_000) * 2 + (t === 7 ? 5_000 : 0);
          const hit = (i + t) % 11 === 0;
          const said = `${hit ? 'needle' : 'hay'} ${String(t)} ${String(i)}`;
          say(talk, 'a', said, { sentAt });
          if (hit) expected.push([sentAt, said]);
        }
      });
      await caughtUp();
      const found = await find('a', { keyword: 'needle' }, 7);
      expect(found).to.have.members(expected.map(([, said]) => said));
      const times = new Map(expected.map(([sentAt, said]) => [said, sentAt]));
      const order = found.map((said) => times.get(said ?? '') ?? 0);
      expect(order).to.deep.equal([...order].sort((a, b) => b - a));
    });

    it('an app admin’s, of the whole tenant by sender, receiver, conversation, kind and time, counted', async () => {
      const [ab, cb] = [pair('a', 'b'), pair('c', 'b')];
      const inGroup = group('g', 'a', 'b');
      say(ab, 'a', 'a to b', { sentAt: START + 700_000_001 });
      say(ab, 'b', 'b to a', { sentAt: START + 700_000_002 });
      say(cb, 'c', 'c to b', { sentAt: START + 700_000_003 });
      say(inGroup, 'a', 'a to all', { sentAt: START + 700_000_004 });
      const gone = say(inGroup, 'a', 'gone', { sentAt: START + 700_000_005 });
      inGroup.delete(own('a'), gone);
      await caughtUp();
      const all = async (filter: AnyMessagesFilter, page = { limit: 10 } as PageOfNumber) => {
        const { items, total } = await read.messages.searchAll('t1', filter, page);
        return [total, ...items.map(({ content }) => words(content?.body))];
      };
      const day = { since: START + 700_000_000, before: START + 700_001_000 };
      expect(await all(day)).to.deep.equal([4, 'a to all', 'c to b', 'b to a', 'a to b']);
      expect(await all(day, { limit: 2, offset: 1 })).to.deep.equal([4, 'c to b', 'b to a']);
      expect(await all(day, { limit: 2, offset: 9 })).to.deep.equal([4]);
      expect(await all({ senderId: own('a') })).to.deep.equal([2, 'a to all', 'a to b']);
      expect(await all({ receiverId: own('b'), ...day })).to.deep.equal([2, 'c to b', 'a to b']);
      expect(await all({ senderId: own('a'), receiverId: own('b') })).to.deep.equal([1, 'a to b']);
      expect(await all({ conversation: keyOf(inGroup) })).to.deep.equal([1, 'a to all']);
      expect(await all({ conversation: keyOf(inGroup), senderId: own('b') })).to.deep.equal([0]);
      expect(await all({ ...day, keyword: 'TO ALL', types: ['text'] })).to.deep.equal([1, 'a to all']);
      expect((await read.messages.searchAll('t2', day, { limit: 5 })).total).to.equal(0);
    });
  });

  describe('what commands look up of older messages', () => {
    it('a message by its client id or its own, with how far the conversation is there; revoked ones are messages too', async () => {
      const [talk, other] = [pair('a', 'b'), pair('a', 'c')];
      say(talk, 'a', 'one', { clientMsgId: 'c1' });
      say(talk, 'b', 'two', { clientMsgId: 'c1', countsUnread: false });
      talk.tell('FriendAdded', own('a'));
      say(other, 'a', 'elsewhere', { clientMsgId: 'c2' });
      talk.revoke(1, own('a'));
      await caughtUp();
      const by = (conversation: Talk, sender: string, id: string) =>
        read.lookup.byClientMsgId('t1', keyOf(conversation), own(sender), id);
      const [ofA, ofB, none, elsewhere, nowhere] = await Promise.all([
        by(talk, 'a', 'c1'),
        by(talk, 'b', 'c1'),
        by(talk, 'a', 'c2'),
        by(other, 'a', 'c2'),
        by(pair('x', 'y'), 'x', 'c1'),
      ]);
      expect(ofA.message).to.include({ seq: 1, senderId: own('a'), author: 'user', fate: 'revoked', content: null });
      expect(ofB).to.deep.include({ upToSeq: 3 });
      expect(ofB.message).to.deep.include({ seq: 2, countable: 1, fate: 'shown', sentAt: START + 1_002 });
      expect(words(ofB.message?.content?.body)).to.equal('two');
      expect(none).to.deep.equal({ upToSeq: 3, message: null });
      expect(elsewhere.message?.seq).to.equal(1);
      expect(nowhere).to.deep.equal({ upToSeq: 0, message: null });
      const { messageId } = ofB.message!;
      expect((await read.lookup.byMessageId('t1', keyOf(talk), messageId)).message).to.deep.equal(ofB.message);
      expect(await read.lookup.byMessageId('t1', keyOf(other), messageId)).to.deep.equal({ upToSeq: 1, message: null });
      const seqs = await read.lookup.bySeqs('t1', keyOf(talk), [3, 1, 9, 1.5]);
      expect(seqs.map(({ seq, author }) => [seq, author]).sort()).to.deep.equal([
        [1, 'user'],
        [3, 'notice'],
      ]);
      expect(await read.lookup.bySeqs('t1', keyOf(talk), [])).to.deep.equal([]);
    });

    it('the last message that one who left may still see', async () => {
      const talk = group('g', 'a', 'b');
      say(talk, 'a', 'one');
      history.write(left(own('g'), own('b')));
      say(talk, 'a', 'two');
      await caughtUp();
      const last = (name: string) => read.lookup.lastVisibleSeq('t1', keyOf(talk), own(name));
      expect([await last('a'), await last('b'), await last('never')]).to.deep.equal([2, 1, undefined]);
    });
  });

  describe('in the end', () => {
    it('all of it replays to the rows that were written as it happened', async () => {
      for (const view of ['messages_v2', 'conversations_v1', 'views_v1', 'hidden_messages_v1']) {
        const name = view.slice(0, view.lastIndexOf('_'));
        const verified = await engine.verify(name);
        expect([verified.equal, ...verified.differences], name).to.deep.equal([true]);
        const before = await bench.dump(view);
        expect(before, name).not.to.be.empty;
        await engine.rebuild(name);
        expect(await bench.dump(view), name).to.deep.equal(before);
      }
    });
  });
});
