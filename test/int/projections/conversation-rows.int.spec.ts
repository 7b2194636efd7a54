import { expect } from 'chai';
import fc from 'fast-check';
import { conversationsProjection } from '../../../projections/conversations.projection.js';
import { projectionKey, type ProjectedEvent } from '../../../projections/engine/projection.js';
import { hiddenMessagesProjection } from '../../../projections/hidden-messages.projection.js';
import { messagesProjection } from '../../../projections/messages.projection.js';
import { viewsProjection } from '../../../projections/views.projection.js';
import { ArrayEventStore } from '../../support/array-event-store.js';
import { ofGroup, single, Talk, text } from '../../support/conversation-histories.js';
import { created, dismissed, Historian, joined, left, START } from '../../support/group-histories.js';
import { projectedFrom, ProjectionBench } from '../../support/projections.js';

const PROJECTIONS = [messagesProjection, conversationsProjection, viewsProjection, hiddenMessagesProjection];

interface Participant {
  user_id: string;
  visible_from: string;
  visible_to: string | null;
  joined_seq: string;
  read_seq: string;
  read_countable: string;
}

describe('projections of conversations: given events, then rows', () => {
  let bench: ProjectionBench;
  let store: ArrayEventStore;
  let history: Historian;

  before(async () => {
    bench = await ProjectionBench.open();
    const engine = bench.engine(new ArrayEventStore(), { projections: PROJECTIONS });
    await engine.start();
    await engine.stop();
  });
  after(() => bench.close());
  beforeEach(async () => {
    store = new ArrayEventStore();
    history = new Historian(store);
    await bench.truncate(PROJECTIONS);
  });

  let delivered = 0;
  beforeEach(() => (delivered = 0));
  /** What was written since, in one batch. */
  async function deliver(): Promise<ProjectedEvent[]> {
    const batch = projectedFrom(store).slice(delivered);
    delivered = store.log.length;
    await bench.deliver(batch, PROJECTIONS);
    return batch;
  }

  const messages = (columns: string): Promise<object[]> =>
    bench.rows(`SELECT ${columns} FROM read.messages_v2 ORDER BY conversation, seq`);

  const participants = (conversation: string): Promise<Participant[]> =>
    bench.rows(
      `SELECT user_id, visible_from, visible_to, joined_seq, read_seq, read_countable FROM read.conversations_v1
       WHERE conversation = $1 ORDER BY user_id`,
      [conversation],
    );

  const conversation = async (userId: string): Promise<Record<string, unknown> | undefined> =>
    (await bench.rows<Record<string, unknown>>('SELECT * FROM read.conversations_v1 WHERE user_id = $1', [userId]))[0];

  it('a message with all that it carries', async () => {
    const talk = new Talk(history, single('bob', 'ann'));
    talk.say('ann', 'Hello', {
      clientMsgId: 'c1',
      senderPlatform: 5,
      custom: '{"ex":1}',
      mentions: ['bob'],
      mentionsAll: true,
      priority: 'high',
      random: 4_294_967_295,
      sentAt: 5,
      origin: 'imported',
    });
    talk.tell('FriendAdded', 'bob');
    await deliver();
    expect(await messages('*')).to.deep.equal([
      {
        tenant: 't1',
        conversation: 's.ann.bob',
        seq: '1',
        message_id: 'm-parley_conversation-t1.s.ann.bob-1',
        client_msg_id: 'c1',
        client_key: 's.ann.bob\nann\nc1',
        sender_id: 'ann',
        sent_from: 'user',
        platform: 5,
        ...text('Hello'),
        notice: null,
        words: 'hello',
        custom: '{"ex":1}',
        mentions: ['bob'],
        mentions_all: true,
        priority: 'high',
        random: '4294967295',
        sent_at: '5',
        decided_at: String(START + 1),
        origin: 'imported',
        counts_unread: true,
        updates_last: true,
        countable: '1',
        status: 'sent',
        ended_by: null,
        ended_as: null,
        ended_at: null,
      },
      {
        tenant: 't1',
        conversation: 's.ann.bob',
        seq: '2',
        message_id: 'm-parley_conversation-t1.s.ann.bob-2',
        client_msg_id: null,
        client_key: null,
        sender_id: 'bob',
        sent_from: 'system',
        platform: null,
        format: null,
        type: null,
        body: null,
        notice: '{"kind":"FriendAdded","eventId":"e1","by":"bob","userIds":[]}',
        words: null,
        custom: null,
        mentions: null,
        mentions_all: false,
        priority: null,
        random: null,
        sent_at: String(START + 1_002),
        decided_at: String(START + 2),
        origin: 'sent',
        counts_unread: false,
        updates_last: true,
        countable: '1',
        status: 'sent',
        ended_by: null,
        ended_as: null,
        ended_at: null,
      },
    ]);
  });

  it('what a revoked, deleted or cleared message said leaves its row at once; that it was there stays', async () => {
    const talk = new Talk(history, single('ann', 'bob'));
    for (const words of ['one', 'two', 'three', 'four', 'five'])
      talk.say('ann', words, { custom: '{}', clientMsgId: words });
    await deliver();
    const base = START + store.log.length;
    talk.revoke(1, 'ann');
    talk.revoke(4, 'root', 'appAdmin');
    talk.delete('bob', 2, 4);
    talk.say('bob', 'six', { mentions: ['ann'], mentionsAll: true });
    talk.revoke(6, 'bob');
    const batch = await deliver();
    const rows = (): Promise<object[]> =>
      messages('seq, client_msg_id, body, words, custom, mentions, status, ended_by, ended_as, ended_at');
    const gone = { body: null, words: null, custom: null, mentions: null };
    const there = (words: string) => ({
      client_msg_id: words,
      body: JSON.stringify({ text: words }),
      words,
      custom: '{}',
      mentions: null,
      status: 'sent',
      ended_by: null,
      ended_as: null,
      ended_at: null,
    });
    const at = (n: number): string => String(base + n);
    const revoked = (by: string, as: string, n: number) => ({
      ...gone,
      status: 'revoked',
      ended_by: by,
      ended_as: as,
      ended_at: at(n),
    });
    const deleted = (by: string, n: number) => ({
      ...gone,
      status: 'deleted',
      ended_by: by,
      ended_as: null,
      ended_at: at(n),
    });
    const expected = [
      { seq: '1', client_msg_id: 'one', ...revoked('ann', 'sender', 0) },
      { seq: '2', client_msg_id: 'two', ...deleted('bob', 2) },
      { seq: '3', ...there('three') },
      { seq: '4', client_msg_id: 'four', ...deleted('bob', 2) },
      { seq: '5', ...there('five') },
      { seq: '6', client_msg_id: null, ...revoked('bob', 'sender', 4) },
    ];
    expect(await rows()).to.deep.equal(expected);
    await bench.deliver(batch, PROJECTIONS);
    expect(await rows(), 'delivered twice').to.deep.equal(expected);

    talk.clear('ann', 3);
    await deliver();
    const cleared = base + 5;
    expect(await rows()).to.deep.equal([
      {
        seq: '1',
        client_msg_id: 'one',
        ...gone,
        status: 'deleted',
        ended_by: 'ann',
        ended_as: null,
        ended_at: String(cleared),
      },
      ...expected.slice(1, 2),
      {
        seq: '3',
        client_msg_id: 'three',
        ...gone,
        status: 'deleted',
        ended_by: 'ann',
        ended_as: null,
        ended_at: String(cleared),
      },
      ...expected.slice(3),
    ]);
  });

  it('of a long conversation that was cleared every message is gone, however many statements it takes', async () => {
    const talk = new Talk(history, single('ann', 'bob'));
    talk.say('ann', 'one');
    await deliver();
    // Rows without events of their own, where one statement ends and the next begins.
    await bench.rows(
      `INSERT INTO read.p_messages_v2_a SELECT (jsonb_populate_record(m, jsonb_build_object('seq', n, 'message_id', n::text))).*
       FROM read.p_messages_v2_a m CROSS JOIN unnest(ARRAY[9999, 10000, 10001, 20000, 20001, 20002]) n`,
    );
    talk.clear('ann', 20_001);
    await deliver();
    const left = `SELECT status, count(*)::integer AS n, count(body)::integer AS said, max(seq) AS last
      FROM read.messages_v2 GROUP BY status ORDER BY status`;
    expect(await bench.rows(left)).to.deep.equal([
      { status: 'deleted', n: 6, said: 0, last: '20001' },
      { status: 'sent', n: 1, said: 1, last: '20002' },
    ]);
  });

  it('an erased sender’s message says nothing', async () => {
    new Talk(history, single('ann', 'bob')).say('ann', '', { content: null as never, custom: null as never });
    await deliver();
    expect(await messages('sender_id, body, custom')).to.deep.equal([{ sender_id: 'ann', body: null, custom: null }]);
  });

  it('both parties of a pair, with each one’s own writing read', async () => {
    const talk = new Talk(history, single('ann', 'bob'));
    talk.say('ann', 'one');
    talk.tell('FriendAdded', 'root');
    talk.say('ann', 'two');
    talk.say('bob', 'three');
    talk.say('bob', 'typing', { updatesLast: false, countsUnread: false });
    await deliver();
    const row = { visible_from: '1', visible_to: null, joined_seq: '0' };
    expect(await participants('s.ann.bob')).to.deep.equal([
      { user_id: 'ann', ...row, read_seq: '3', read_countable: '2' },
      { user_id: 'bob', ...row, read_seq: '5', read_countable: '3' },
    ]);
    expect(await conversation('ann')).to.deep.include({
      kind: 'single',
      peer_id: 'bob',
      group_id: null,
      created_at: String(START),
      last_seq: '5',
      countable: '3',
      latest_seq: '4',
      latest_at: String(START + 1_004),
      latest_gone: false,
      closed_at: null,
    });
    talk.delete('ann', 4);
    talk.close();
    await deliver();
    expect(await conversation('ann')).to.include({ latest_gone: true, closed_at: String(START + 7) });
  });

  it('somebody who writes to himself, and one’s notifications, have one participant', async () => {
    new Talk(history, single('ann', 'ann')).say('ann', 'note');
    new Talk(history, { kind: 'notification', userId: 'bob' }).say('root', 'hear');
    await deliver();
    expect(await participants('s.ann.ann')).to.have.length(1);
    expect(await conversation('bob')).to.include({ kind: 'notification', peer_id: null, read_seq: '0', last_seq: '1' });
  });

  it('a group’s members from its creation on: what each may see follows from the order of the log', async () => {
    const talk = new Talk(history, ofGroup('g'));
    history.write(created('g', 'ann'), joined('g', 'ann', 'owner'), joined('g', 'bob'));
    await deliver();
    expect(await participants('g.g.1')).to.have.length(2);
    talk.say('ann', 'one');
    talk.say('ann', 'two');
    history.write(joined('g', 'cid', 'member', { seesEarlier: false, joinedAt: 7 }), joined('g', 'dan'));
    talk.say('ann', 'three');
    history.write(left('g', 'bob'), joined('g', 'cid'));
    talk.say('dan', 'four');
    history.write(left('g', 'cid'));
    talk.say('ann', 'five');
    history.write(joined('g', 'bob', 'member', { seesEarlier: false }), joined('g', 'cid'));
    talk.say('ann', 'six');
    const batch = await deliver();
    const expected = [
      { user_id: 'ann', visible_from: '1', visible_to: null, joined_seq: '0', read_seq: '6', read_countable: '6' },
      { user_id: 'bob', visible_from: '6', visible_to: null, joined_seq: '5', read_seq: '5', read_countable: '5' },
      { user_id: 'cid', visible_from: '1', visible_to: null, joined_seq: '5', read_seq: '5', read_countable: '5' },
      { user_id: 'dan', visible_from: '1', visible_to: null, joined_seq: '2', read_seq: '4', read_countable: '4' },
    ];
    expect(await participants('g.g.1')).to.deep.equal(expected);
    await bench.deliver(batch, PROJECTIONS);
    expect(await participants('g.g.1'), 'delivered twice').to.deep.equal(expected);

    history.write(left('g', 'dan'));
    talk.say('ann', 'seven');
    await deliver();
    expect(await conversation('dan')).to.include({ visible_to: '6', countable_to: '6', last_seq: '7', countable: '7' });
  });

  it('a dismissal that removes the members freezes what they see; a new incarnation is a new conversation', async () => {
    history.write(created('g', 'ann'), joined('g', 'ann', 'owner'), joined('g', 'bob'), joined('g', 'cid'));
    const former = new Talk(history, ofGroup('g', 1));
    former.say('ann', 'one');
    await deliver();
    former.say('bob', 'two');
    history.write(left('g', 'cid'), dismissed('g', true));
    former.close();
    history.write(created('g', 'bob', { incarnation: 2 }), joined('g', 'bob', 'owner'));
    await deliver();
    expect(
      await bench.rows('SELECT user_id, conversation, visible_to, superseded FROM read.conversations_v1 ORDER BY 2, 1'),
    ).to.deep.equal([
      { user_id: 'ann', conversation: 'g.g.1', visible_to: '2', superseded: true },
      { user_id: 'bob', conversation: 'g.g.1', visible_to: '2', superseded: true },
      { user_id: 'cid', conversation: 'g.g.1', visible_to: '2', superseded: true },
      { user_id: 'bob', conversation: 'g.g.2', visible_to: null, superseded: false },
    ]);
  });

  it('a group’s members who go after its dismissal, and its retention', async () => {
    history.write(
      created('g', 'ann'),
      joined('g', 'ann', 'owner'),
      { type: 'GroupSettingsChanged', data: { groupId: 'g', changes: { retention: 5 }, by: 'ann' } },
      { type: 'GroupSettingsChanged', data: { groupId: 'g', changes: { maximum: 5 }, by: 'ann' } },
      dismissed('g', false),
    );
    await deliver();
    expect(await conversation('ann')).to.include({ retention: '5', visible_to: null });
    history.write({ type: 'DismissedGroupEmptied', data: { groupId: 'g', by: 'ann' } });
    await deliver();
    expect(await conversation('ann')).to.include({ visible_to: '0' });
  });

  it('a position that an app admin sets lower takes back what writing and joining had read; later writing counts again', async () => {
    const talk = new Talk(history, single('ann', 'bob'));
    talk.say('ann', 'one');
    talk.say('ann', 'two');
    talk.view('ann', 'ReadPositionSet', { upToSeq: 1 });
    talk.view('bob', 'ReadPositionSet', { upToSeq: 1 });
    const batch = await deliver();
    await bench.deliver(batch, PROJECTIONS);
    expect(await conversation('ann')).to.include({ read_seq: '0', read_countable: '0' });
    talk.say('ann', 'three');
    await bench.deliver(await deliver(), PROJECTIONS);
    expect(await conversation('ann')).to.include({ read_seq: '3', read_countable: '3' });
  });

  it('what a participant set for himself', async () => {
    const talk = new Talk(history, single('ann', 'bob'));
    talk.view('ann', 'ConversationPinned', {});
    talk.view('ann', 'ReceiveOptionChanged', { option: 'silent' });
    talk.view('ann', 'ViewExtChanged', { ext: 'x' });
    talk.view('ann', 'ViewSettingsChanged', { changes: { privateChat: true, burnSeconds: 5 } });
    talk.view('ann', 'ViewSettingsChanged', { changes: { burnSeconds: 9 } });
    talk.view('ann', 'MessagesHidden', { seqs: [2, 7] });
    talk.view('ann', 'HistoryCleared', { upToSeq: 5 });
    talk.view('ann', 'HistoryCleared', { upToSeq: 4 });
    talk.view('bob', 'ConversationPinned', {});
    talk.view('bob', 'ConversationUnpinned', {});
    await deliver();
    const common = { tenant: 't1', conversation: 's.ann.bob' };
    expect(await bench.rows('SELECT * FROM read.views_v1 ORDER BY user_id')).to.deep.equal([
      {
        ...common,
        user_id: 'ann',
        pinned: true,
        pinned_at: String(START),
        receive_option: 'silent',
        ext: 'x',
        settings: { privateChat: true, burnSeconds: 9 },
        cleared_up_to: '5',
        hidden_up_to: '7',
        updated_at: String(START + 7),
      },
      {
        ...common,
        user_id: 'bob',
        pinned: false,
        pinned_at: null,
        receive_option: 'all',
        ext: null,
        settings: {},
        cleared_up_to: '0',
        hidden_up_to: '0',
        updated_at: String(START + 9),
      },
    ]);
    expect(await bench.rows('SELECT * FROM read.hidden_messages_v1')).to.deep.equal([
      { ...common, user_id: 'ann', seq: '7' },
    ]);
  });

  it('one row changes per message, however large the group, and the sender’s own', async () => {
    history.write(
      created('g', 'u0'),
      ...Array.from({ length: 300 }, (_, i) => joined('g', `u${String(i)}`, i === 0 ? 'owner' : 'member')),
    );
    const talk = new Talk(history, ofGroup('g'));
    talk.open();
    await deliver();
    const changed = async (table: string): Promise<number> =>
      (
        await bench.rows<{ n: number }>(
          `SELECT count(*)::int AS n FROM read.p_conversations_v1_a${table} WHERE xmin::text <> ALL ($1::text[])`,
          [before.map(({ xmin }) => xmin)],
        )
      )[0]!.n;
    const before = await bench.rows<{ xmin: string }>(
      `SELECT DISTINCT xmin::text AS xmin FROM read.p_conversations_v1_a
       UNION SELECT DISTINCT xmin::text FROM read.p_conversations_v1_a_conversations`,
    );
    talk.say('u7', 'one');
    await deliver();
    expect([await changed(''), await changed('_conversations')]).to.deep.equal([1, 1]);
  });

  it('any history, cut into any batches, each delivered once or twice, gives the rows of one batch', async () => {
    const views = PROJECTIONS.map(projectionKey);
    const dump = async (): Promise<string[][]> => Promise.all(views.map((view) => bench.dump(view)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 5, maxLength: 60 }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 12 }), twice: fc.boolean() }), {
          minLength: 1,
          maxLength: 20,
        }),
        async (choices, cuts) => {
          const ownStore = new ArrayEventStore();
          randomTalks(new Historian(ownStore), choices);
          const events = projectedFrom(ownStore);
          await bench.truncate(PROJECTIONS);
          await bench.deliver(events, PROJECTIONS);
          const whole = await dump();
          await bench.truncate(PROJECTIONS);
          let next = 0;
          for (let i = 0; next < events.length; i++) {
            const { size, twice } = cuts[i % cuts.length]!;
            const batch = events.slice(next, next + size);
            next += size;
            await bench.deliver(batch, PROJECTIONS);
            if (twice) await bench.deliver(batch, PROJECTIONS);
          }
          expect(await dump()).to.deep.equal(whole);
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  });
});

const USERS = ['ann', 'bob', 'cid'];

/** A pair's and a group's history from any numbers: each number is one try at something; senseless ones give nothing. */
function randomTalks(history: Historian, choices: readonly number[]): void {
  const pair = new Talk(history, single('ann', 'bob'));
  let incarnation = 0;
  let group = pair;
  let members = new Set<string>();
  choices.forEach((choice, i) => {
    const userId = USERS[choice % 3]!;
    const inGroup = Math.floor(choice / 3) % 2 === 1;
    if (inGroup && members.size === 0) {
      incarnation++;
      group = new Talk(history, ofGroup('g', incarnation));
      members = new Set([userId]);
      history.write(created('g', userId, { incarnation }), joined('g', userId, 'owner'));
      return;
    }
    const talk = inGroup ? group : pair;
    const some = 1 + (i % Math.max(1, talk.seq));
    switch (Math.floor(choice / 6) % 13) {
      case 0:
      case 1:
      case 2:
        talk.say(userId, `w${String(i)}`, { updatesLast: i % 4 !== 0, countsUnread: i % 3 !== 0 });
        return;
      case 3:
        if (talk.seq > 0) talk.revoke(some, userId);
        return;
      case 4:
        if (talk.seq > 0) talk.delete(userId, some, talk.seq);
        return;
      case 5:
        if (i % 3 === 0 && talk.seq > 0) talk.clear(userId, some);
        return;
      case 6:
        if (incarnation === 0 || members.size === 0 || members.has(userId)) return;
        members.add(userId);
        history.write(joined('g', userId, 'member', { seesEarlier: i % 2 === 0 }));
        return;
      case 7:
        if (!members.delete(userId)) return;
        history.write(members.size === 0 ? dismissed('g', i % 2 === 0) : left('g', userId));
        return;
      case 8:
        // Of who takes part: nobody else has a position.
        if (inGroup ? members.has(userId) : pair.seq > 0 && userId !== 'cid')
          talk.view(userId, 'ReadPositionSet', { upToSeq: some });
        return;
      case 9:
        talk.view(userId, 'MessagesHidden', { seqs: [some, talk.seq + 1] });
        return;
      case 10:
        talk.view(userId, 'HistoryCleared', { upToSeq: some });
        return;
      case 11:
        talk.view(userId, i % 2 === 0 ? 'ConversationPinned' : 'ConversationUnpinned', {});
        return;
      default:
        if (incarnation === 0) return;
        history.write({ type: 'GroupSettingsChanged', data: { groupId: 'g', changes: { retention: i }, by: userId } });
    }
  });
}
