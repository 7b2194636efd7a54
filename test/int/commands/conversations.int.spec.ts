import { expect } from 'chai';
import type { Importing, Sending } from '../../../application/commands/conversations.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { conversationKeyText, streamName, type StreamId } from '../../../application/streams.js';
import { type CommandSide, commandSideDatabase, openCommandSide } from '../../support/command-side.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';

const as = (id: string, more: Partial<RequestContext> = {}): RequestContext => ({
  tenant: 't',
  actor: { kind: 'user', id },
  via: 'test',
  ...more,
});
const admin: RequestContext = { tenant: 't', actor: { kind: 'appAdmin', id: 'boss' }, via: 'test' };
const server: RequestContext = { tenant: 't', actor: { kind: 'system', id: 'parley' }, via: 'process:test' };

const text = (body: string): Sending['content'] => ({ format: 'openim', type: '101', body: JSON.stringify({ body }) });
const PAIR = { kind: 'single', a: 'bob', b: 'ann' } as const;
const PEOPLE = ['ann', 'bob', 'cid', 'dan', 'eve'];

describe('Conversation commands on PostgreSQL', () => {
  let database: TestDatabase;
  let a: CommandSide;
  /** Another process. */
  let b: CommandSide;
  let count = 0;
  let groupId: string;

  before(async function () {
    this.timeout(60_000);
    database = await commandSideDatabase('conversations');
    a = await openCommandSide(database.url);
    b = await openCommandSide(database.url);
    for (const userId of PEOPLE) await a.users.register(admin, { userId, nickname: userId });
  });

  after(async () => {
    await a.close();
    await b.close();
    await database.drop();
  });

  beforeEach(async () => {
    groupId = `g${String(count++)}`;
    await a.groups.create(as('ann'), {
      preset: 'openim',
      groupId,
      name: 'G',
      ownerId: 'ann',
      admins: ['bob'],
      members: ['cid', 'dan'],
    });
    a.lookup.behind = 0;
  });

  const inGroup = (): Sending['conversation'] => ({ kind: 'group', groupId });
  const stream = (): StreamId => ({ category: 'conversation', tenant: 't', kind: 'group', groupId, incarnation: 1 });
  const say = (side: CommandSide, who: string, what: string, more: Partial<Sending> = {}) =>
    side.conversations.send(as(who), { conversation: inGroup(), senderId: who, content: text(what), ...more });

  const events = async (of: StreamId = stream()): Promise<{ type: string; data: Record<string, unknown> }[]> => {
    const all: { type: string; data: Record<string, unknown> }[] = [];
    for await (const batch of a.store.readStream(streamName(of)))
      for (const { type, data } of batch) all.push({ type, data: JSON.parse(data) as Record<string, unknown> });
    return all;
  };

  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing was refused',
      (error: unknown) => (error as { kind?: string }).kind ?? String(error),
    );

  /** So many messages of ann's, the first with the client id `old`. */
  async function fill(messages: number): Promise<void> {
    const importing = (from: number, size: number): Importing => ({
      conversation: inGroup(),
      messages: Array.from({ length: size }, (_, n) => ({
        senderId: 'cid',
        content: text(String(from + n)),
        sentAt: from + n,
        ...(from + n === 1 ? { clientMsgId: 'old' } : {}),
      })),
    });
    for (let from = 1; from <= messages; from += 100)
      await a.conversations.import(admin, importing(from, Math.min(100, messages - from + 1)));
  }

  describe('sending', () => {
    it('opens the conversation with the first message, and numbers them without gaps, over two processes', async () => {
      const told = [];
      for (const side of [a, b, a, b]) told.push(await say(side, 'cid', 'hi'));
      expect(told.map(({ outcome }) => outcome.seq)).to.deep.equal([1, 2, 3, 4]);
      expect(told.map(({ outcome }) => outcome.opened)).to.deep.equal([true, false, false, false]);
      expect(told[0]?.about).to.deep.equal({ kind: 'group', groupId, incarnation: 1 });
      expect((await events()).map(({ type }) => type)).to.deep.equal([
        'ConversationOpened',
        ...Array(4).fill('MessageSent'),
      ]);
      expect((await events())[1]?.data).to.deep.include({ judgedBy: { groupRevision: 4 } });
    });

    it('is judged on the group as it is when the request comes, whatever this process had in memory', async () => {
      await say(b, 'cid', 'warm');
      await a.groups.muteMember(as('ann'), { groupId, userId: 'cid', until: null });
      expect(await refusal(say(b, 'cid', 'muted'))).to.equal('MemberMuted');
      await a.groups.unmuteMember(as('ann'), { groupId, userId: 'cid' });
      await say(b, 'cid', 'free again');
      await a.groups.mute(as('ann'), { groupId });
      expect(await refusal(say(b, 'cid', 'all muted'))).to.equal('GroupMuted');
      await say(b, 'bob', 'an admin speaks');
      await a.groups.removeMembers(as('ann'), { groupId, userIds: ['cid'] });
      expect(await refusal(say(b, 'cid', 'kicked'))).to.equal('NotGroupMember');
      await a.groups.dismiss(as('ann'), { groupId, removeMembers: false });
      expect(await refusal(say(b, 'ann', 'dismissed'))).to.equal('GroupDismissed');
    });

    it('to a group that is none, or by somebody else, writes nothing', async () => {
      const conversation = { kind: 'group', groupId: 'nowhere' } as const;
      expect(await refusal(say(a, 'ann', 'x', { conversation }))).to.equal('GroupNotFound');
      expect(await refusal(say(a, 'eve', 'x'))).to.equal('NotGroupMember');
      expect(
        await refusal(
          a.conversations.send(as('dan'), { conversation: inGroup(), senderId: 'cid', content: text('x') }),
        ),
      ).to.equal('NotPermitted');
      expect(await refusal(say(a, 'ann', 'x', { conversation: { kind: 'group', groupId, incarnation: 2 } }))).to.equal(
        'GroupNotFound',
      );
      expect(await events()).to.deep.equal([]);
    });

    it('to one person heeds his blocks, his options and the strangers’ rule, as they are now', async () => {
      const write = (side: CommandSide, from: string, to: string) =>
        side.conversations.send(as(from), {
          conversation: { kind: 'single', a: from, b: to },
          senderId: from,
          content: text('hi'),
        });
      expect(await refusal(write(a, 'ann', 'nobody'))).to.equal('UserNotFound');
      expect(await refusal(write(a, 'ann', 'ann'))).to.equal('SelfNotAllowed');
      const { about, outcome } = await write(b, 'dan', 'cid');
      expect([about, outcome.seq]).to.deep.equal([{ kind: 'single', a: 'cid', b: 'dan' }, 1]);
      await a.friendships.block(as('cid'), { ownerId: 'cid', blockedId: 'dan', ext: '' });
      expect(await refusal(write(b, 'dan', 'cid'))).to.equal('BlockedByPeer');
      expect((await write(b, 'cid', 'dan')).outcome.seq, 'who blocks may write').to.equal(2);
      await a.friendships.unblock(as('cid'), { ownerId: 'cid', blockedId: 'dan' });
      const conversation = { kind: 'single', a: 'cid', b: 'dan' } as const;
      await a.views.change(as('cid'), { conversation, userId: 'cid', changes: { receiveOption: 'none' } });
      expect(await refusal(write(b, 'dan', 'cid'))).to.equal('PeerDeclinesMessages');
      await a.views.change(as('cid'), { conversation, userId: 'cid', changes: { receiveOption: 'silent' } });
      expect((await write(b, 'dan', 'cid')).outcome.seq).to.equal(3);
    });

    it('a system notification reaches somebody’s own conversation, by app admins alone', async () => {
      const conversation = { kind: 'notification', userId: 'eve' } as const;
      const notify = (context: RequestContext, to = conversation) =>
        a.conversations.send(context, { conversation: to, senderId: 'boss', from: 'system', content: text('x') });
      expect((await notify(admin)).outcome.seq).to.equal(1);
      const chat = { kind: 'single', a: 'dan', b: 'eve' } as const;
      const inChat = { conversation: chat, senderId: 'boss', from: 'system', content: text('x') } as const;
      expect((await a.conversations.send(admin, inChat)).outcome.seq, 'of who is no user himself').to.equal(1);
      expect(await refusal(notify(as('boss')))).to.equal('NotPermitted');
      expect(await refusal(notify(admin, { ...conversation, userId: 'nobody' as 'eve' }))).to.equal('UserNotFound');
    });
  });

  describe('what is older than the window', () => {
    before(function () {
      this.timeout(60_000);
    });

    it('is a repeat by its client id for ever, waits for the read side, and costs nothing in a short conversation', async () => {
      await say(a, 'cid', 'short', { clientMsgId: 'short' });
      expect(a.lookup.asked).to.equal(0);
      await fill(1_200);
      const sent = await say(a, 'cid', '1', { clientMsgId: 'old' });
      expect(sent.outcome).to.deep.include({ alreadySo: true, seq: 2, sentAt: 1, sameContent: true });
      const cold = await openCommandSide(database.url);
      try {
        const again = await say(cold, 'cid', 'another text', { clientMsgId: 'old' });
        expect(again.outcome).to.deep.include({ alreadySo: true, seq: 2, sameContent: false });
        // The read side is too far behind to say that there is none.
        cold.lookup.behind = 1_100;
        let done = false;
        const waiting = say(cold, 'cid', 'new', { clientMsgId: 'new' }).finally(() => (done = true));
        await eventually(() => cold.lookup.asked > 4);
        expect(done).to.equal(false);
        cold.lookup.behind = 300;
        expect((await waiting).outcome).to.include({ seq: 1_202, alreadySo: false });
        cold.lookup.behind = 1_100;
        const { deadlineMs } = { deadlineMs: 200 };
        const late = cold.conversations.send(as('cid', { deadlineMs }), {
          conversation: inGroup(),
          senderId: 'cid',
          content: text('late'),
          clientMsgId: 'late',
        });
        expect(await refusal(late)).to.equal('Unavailable');
        expect((await events()).filter(({ type }) => type === 'MessageSent')).to.have.length(1_202);
      } finally {
        await cold.close();
      }
    });

    it('is revoked, deleted and read by what is looked up of it', async () => {
      await fill(1_150);
      expect(
        (await a.conversations.revoke(as('bob'), { conversation: inGroup(), seqs: [2] })).outcome.items,
      ).to.deep.equal([{ seq: 2, result: 'revoked', as: 'admin' }]);
      expect(await refusal(b.conversations.revoke(as('cid'), { conversation: inGroup(), seqs: [2] }))).to.equal(
        'MessageAlreadyRevoked',
      );
      expect(await refusal(a.conversations.revoke(as('dan'), { conversation: inGroup(), seqs: [3] }))).to.equal(
        'NotGroupManager',
      );
      await b.conversations.delete(as('ann'), { conversation: inGroup(), seqs: [4, 1_100] });
      expect(await refusal(a.conversations.revoke(as('ann'), { conversation: inGroup(), seqs: [4] }))).to.equal(
        'MessageUnknown',
      );
      const read = await a.views.markRead(as('dan'), { conversation: inGroup(), userId: 'dan', upToSeq: 7 });
      expect(read).to.deep.include({ upToSeq: 7, countable: 7, lastSeq: 1_150 });
    });

    it('a line about an event is told once, however much was said since', async () => {
      const notice = {
        kind: 'MemberJoined',
        eventId: '0198c0de-0000-7000-8000-000000000001',
        by: 'ann',
        userIds: ['cid'],
      };
      const commandKey = 'of a process';
      const tell = (side: CommandSide) =>
        side.conversations.notice({ ...server, commandKey } as RequestContext, { conversation: inGroup(), notice });
      const first = await tell(a);
      expect((await tell(b)).outcome).to.deep.include({ alreadySo: true, seq: 1, messageId: first.outcome.messageId });
      await fill(1_050);
      expect((await tell(b)).outcome).to.deep.equal({ ...first.outcome, opened: false, alreadySo: true });
    });

    it('a cold load reads a bounded number of events', async () => {
      await fill(1_100);
      await eventually(async () => {
        const { rows } = await a.pool.query('SELECT FROM system.snapshot WHERE stream = $1', [streamName(stream())]);
        return rows.length > 0;
      });
      const cold = await openCommandSide(database.url);
      try {
        const given = countReads(cold);
        expect((await say(cold, 'dan', 'after')).outcome.seq).to.equal(1_101);
        expect(given()).to.be.at.most(450);
      } finally {
        await cold.close();
      }
    });
  });

  describe('one’s own side', () => {
    const mine = () => ({ conversation: inGroup(), userId: 'dan' });

    it('is nobody else’s, and of no stranger', async () => {
      await say(a, 'cid', 'x');
      expect(await refusal(a.views.clear(as('cid'), mine()))).to.equal('NotPermitted');
      expect(await refusal(a.views.clear(as('eve'), { ...mine(), userId: 'eve' }))).to.equal('NotAParticipant');
      expect(await refusal(a.views.markRead(as('eve'), { ...mine(), userId: 'eve', upToSeq: 1 }))).to.equal(
        'NotAParticipant',
      );
      const pair = { conversation: PAIR, userId: 'eve' };
      expect(await refusal(a.views.markRead(as('eve'), { ...pair, upToSeq: 1 }))).to.equal('NotAParticipant');
      expect((await a.views.clear(as('dan'), mine())).outcome).to.include({ upToSeq: 1, alreadySo: false });
      expect((await b.views.hide(as('dan'), { ...mine(), seqs: [1] })).outcome.alreadySo).to.equal(true);
      expect((await b.views.change(as('dan'), { ...mine(), changes: { pinned: true } })).outcome.changed).to.deep.equal(
        ['pinned'],
      );
    });

    it('who was removed still sees what was said till then, and marks it read no further', async () => {
      await say(a, 'cid', 'before');
      await a.groups.removeMembers(as('ann'), { groupId, userIds: ['dan'] });
      await say(a, 'cid', 'after');
      a.formerly.set(conversationKeyText({ kind: 'group', groupId, incarnation: 1 }), 'dan', 1);
      expect(await refusal(a.views.markRead(as('dan'), { ...mine(), upToSeq: 2 }))).to.equal('InvalidArgument');
      const read = await a.views.markRead(as('dan'), { ...mine(), upToSeq: 2, beyond: 'clamp' });
      expect(read).to.deep.include({ upToSeq: 1, lastSeq: 1 });
    });

    it('is read up to the newest message as it is now, and no further', async () => {
      const read = { ...mine(), upToSeq: 3 };
      expect(await refusal(b.views.markRead(as('dan'), read))).to.equal('InvalidArgument');
      expect(await b.views.markRead(as('dan'), { ...read, beyond: 'clamp' })).to.include({ upToSeq: 0, lastSeq: 0 });
      for (const n of [1, 2, 3]) await say(a, 'cid', String(n), { countsUnread: n !== 2 });
      expect(await b.views.markRead(as('dan'), read)).to.include({ upToSeq: 3, countable: 2, lastSeq: 3 });
      expect(await b.views.markRead(as('dan'), { ...mine(), seqs: [2, 1] }), 'lower').to.include({
        upToSeq: 3,
        countable: 2,
      });
      for (const seqs of [[], [0], [1.5], [4]]) {
        expect(await refusal(b.views.markRead(as('dan'), { ...mine(), seqs })), String(seqs)).to.equal(
          'InvalidArgument',
        );
      }
    });

    it('an app admin sets the position, lower too; what comes again or late changes nothing', async () => {
      for (const n of [1, 2, 3]) await say(a, 'cid', String(n));
      await a.views.markRead(as('dan'), { ...mine(), upToSeq: 3 });
      expect(await refusal(a.views.setReadPosition(as('dan'), { ...mine(), upToSeq: 1 }))).to.equal('NotPermitted');
      const { revision } = await a.views.setReadPosition(admin, { ...mine(), behind: 2 });
      const conversation = { kind: 'group', groupId, incarnation: 1 } as const;
      const stands = async () =>
        (await a.positions.ofUser('t', 'dan', [conversationKeyText(conversation)])).get(
          conversationKeyText(conversation),
        );
      expect(await stands()).to.deep.equal({ upToSeq: 1, countable: 1 });
      await a.views.markRead(as('dan'), { ...mine(), upToSeq: 2 });
      await a.views.positionWasSet({ tenant: 't' }, { conversation, userId: 'dan', upToSeq: 1, setBy: revision });
      expect(await stands()).to.deep.equal({ upToSeq: 2, countable: 2 });
    });
  });
});

function countReads({ store }: CommandSide): () => number {
  let given = 0;
  const read = store.readStream.bind(store);
  store.readStream = async function* (...asked) {
    for await (const batch of read(...asked)) {
      given += batch.length;
      yield batch;
    }
  };
  return () => given;
}
