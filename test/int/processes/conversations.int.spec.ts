import { expect } from 'chai';
import type { RequestContext } from '../../../application/commands/request.js';
import { viewAggregate } from '../../../application/commands/views.js';
import { conversationProcesses } from '../../../application/processes/conversation-processes.js';
import { GroupOfCause } from '../../../application/processes/group-of-cause.js';
import { ProcessRunner } from '../../../application/processes/runner.js';
import { conversationKeyText, type ConversationKey, streamName } from '../../../application/streams.js';
import type { MessageSent, Notice } from '../../../domain/conversation/events.js';
import { PostgresProcessCheckpoints, PROCESSES } from '../../../infrastructure/system/process-checkpoints.js';
import { Leadership } from '../../../projections/index.js';
import { type CommandSide, commandSideDatabase, openCommandSide } from '../../support/command-side.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

const as = (id: string): RequestContext => ({ tenant: 't', actor: { kind: 'user', id }, via: 'test' });
const admin: RequestContext = { tenant: 't', actor: { kind: 'appAdmin', id: 'boss' }, via: 'test' };
const PEOPLE = ['ann', 'ben', 'cid', 'dan', 'eve'];
const inGroup = (groupId: string, incarnation = 1): ConversationKey => ({ kind: 'group', groupId, incarnation });
const between = (a: string, b: string): ConversationKey => ({ kind: 'single', a, b });

describe('what follows in conversations from what happens elsewhere', () => {
  let database: TestDatabase;
  let side: CommandSide;
  let runner: ProcessRunner | undefined;

  before(async () => {
    database = await commandSideDatabase('following');
    side = await openCommandSide(database.url);
    for (const userId of PEOPLE) await side.users.register(admin, { userId, nickname: userId });
  });
  after(async () => {
    await side.close();
    await database.drop();
  });
  beforeEach(() => start());
  afterEach(() => stop());

  async function start({ notices = true } = {}): Promise<void> {
    const { store, serializer, pool, conversations, views } = side;
    const groups = new GroupOfCause(store, serializer);
    const log = silentLogger;
    runner = new ProcessRunner({
      store,
      serializer,
      checkpoints: new PostgresProcessCheckpoints(pool),
      processes: conversationProcesses({ conversations, views, groups, notices }),
      takePart: (ask) => new Leadership({ contest: PROCESSES, lockUrl: database.url, retryMs: 20, log, ...ask }),
      log,
      noteMs: 10,
    });
    await runner.start();
  }

  async function stop(): Promise<void> {
    await runner?.stop();
    runner = undefined;
  }

  /** All that was asked for so far is done. */
  const settled = (): Promise<void> =>
    eventually(async () => {
      const status = (await runner?.status()) ?? [];
      expect(status.map(({ name, state, parked }) => [name, state, parked])).to.deep.equal(
        status.map(({ name }) => [name, 'live', 0]),
      );
      expect(status.every(({ ledHere }) => ledHere)).to.equal(true);
    });

  /** What stands in a conversation, a line each: `1 MemberJoined by ann: ben`. */
  async function lines(key: ConversationKey): Promise<string[]> {
    const stream = streamName({ category: 'conversation', tenant: 't', ...key });
    const found: string[] = [];
    for await (const batch of side.store.readStream(stream))
      for (const { event } of await side.serializer.open(batch)) {
        if (event?.type !== 'MessageSent') {
          found.push(event?.type ?? '?');
          continue;
        }
        const { seq, notice, senderId } = event.data as MessageSent['data'];
        found.push(`${String(seq)} ${notice === undefined ? senderId : worded(notice)}`);
      }
    return found;
  }
  const worded = ({ kind, by, userIds, until }: Notice): string =>
    `${kind} by ${by}${userIds.length > 0 ? `: ${userIds.join(' ')}` : ''}${until === undefined ? '' : ` until ${String(until)}`}`;

  const group = (groupId: string, members: readonly string[] = ['ben'], preset = 'parley'): Promise<unknown> =>
    side.groups.create(as('ann'), { preset, groupId, name: 'Chess', ownerId: 'ann', members });
  const say = (groupId: string, who: string): Promise<unknown> =>
    side.conversations.send(as(who), {
      conversation: { kind: 'group', groupId },
      senderId: who,
      content: { format: 'parley', type: 'text', body: '{"text":"hi"}' },
    });
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing was refused',
      (error: unknown) => (error as { kind?: string }).kind ?? String(error),
    );

  it('given what changes in a group, its chat has a line for it, in order, with ids only', async () => {
    await group('g1', ['ben', 'cid']);
    await settled();
    await say('g1', 'ben');
    await side.groups.muteMember(as('ann'), { groupId: 'g1', userId: 'cid', until: null });
    await side.groups.unmuteMember(as('ann'), { groupId: 'g1', userId: 'cid' });
    await side.groups.mute(as('ann'), { groupId: 'g1' });
    await side.groups.unmute(as('ann'), { groupId: 'g1' });
    await side.groups.changeProfile(as('ann'), { groupId: 'g1', changes: { name: 'Secret' } });
    await side.groups.changeProfile(as('ann'), { groupId: 'g1', changes: { introduction: 'of us' } });
    await side.groups.announce(as('ann'), { groupId: 'g1', text: 'Monday off' });
    await side.groups.addMembers(as('ann'), { groupId: 'g1', userIds: ['dan', 'eve'] });
    await side.groups.removeMembers(as('ann'), { groupId: 'g1', userIds: ['dan', 'eve'], reason: 'shouted' });
    await side.groups.leave(as('cid'), { groupId: 'g1', userId: 'cid' });
    await side.groups.transfer(as('ann'), { groupId: 'g1', to: 'ben' });
    await settled();
    expect(await lines(inGroup('g1'))).to.deep.equal([
      'ConversationOpened',
      '1 GroupCreated by ann: ben cid',
      '2 ben',
      '3 MemberMuted by ann: cid until null',
      '4 MemberUnmuted by ann: cid',
      '5 GroupMuted by ann',
      '6 GroupUnmuted by ann',
      '7 GroupProfileChanged by ann',
      '8 AnnouncementPublished by ann',
      '9 MemberJoined by ann: dan eve',
      '10 MemberRemoved by ann: dan eve',
      '11 MemberLeft by cid: cid',
      '12 OwnerTransferred by ann: ben',
    ]);
    const [, line] = await stored(inGroup('g1'));
    expect(line!.metadata).to.include({ via: 'process:group-lines' });
    expect(line!.metadata['actor']).to.deep.equal({ kind: 'system', id: 'group-lines' });
    expect(line!.metadata['$causationId']).to.equal((line!.data['notice'] as Notice).eventId);
    expect(JSON.stringify(await stored(inGroup('g1')))).to.not.match(/Chess|Secret|Monday|shouted/);
  });

  it('given many changes of one group, its lines come in order, many in one append', async () => {
    await group('g1many');
    await settled();
    await stop();
    const names = Array.from({ length: 100 }, (_, n) => `Chess ${n.toString()}`);
    for (const name of names) await side.groups.changeProfile(as('ann'), { groupId: 'g1many', changes: { name } });
    const { store } = side;
    const append = store.append.bind(store);
    const appends: number[] = [];
    store.append = (some) => {
      appends.push(...some.map(({ events }) => events.length));
      return append(some);
    };
    try {
      await start();
      await settled();
    } finally {
      store.append = append;
    }
    const told = (await stored(inGroup('g1many'))).slice(2).map(({ data }) => (data['notice'] as Notice).eventId);
    const changes = [];
    for await (const batch of store.readStream(streamName({ category: 'group', tenant: 't', groupId: 'g1many' })))
      for (const { id, type } of batch) if (type === 'GroupProfileChanged') changes.push(id);
    expect(told).to.deep.equal(changes);
    expect(changes).to.have.length(names.length);
    expect(appends.length).to.be.lessThan(names.length / 4);
  });

  const stored = async (
    key: ConversationKey,
  ): Promise<{ data: Record<string, unknown>; metadata: Record<string, unknown> }[]> => {
    const found = [];
    for await (const batch of side.store.readStream(streamName({ category: 'conversation', tenant: 't', ...key })))
      for (const { data, metadata } of batch)
        found.push({
          data: JSON.parse(data) as Record<string, unknown>,
          metadata: JSON.parse(metadata) as Record<string, unknown>,
        });
    return found;
  };

  it('given a dismissal, it is the last line, the conversation is closed, and nothing follows', async () => {
    await group('g2');
    await side.groups.dismiss(as('ann'), { groupId: 'g2', removeMembers: true });
    await settled();
    expect(await lines(inGroup('g2'))).to.deep.equal([
      'ConversationOpened',
      '1 GroupCreated by ann: ben',
      '2 GroupDismissed by ann',
      'ConversationClosed',
    ]);
    expect(await refusal(say('g2', 'ann'))).to.equal('GroupDismissed');
    const late = { kind: 'GroupMuted', eventId: '0198c0de-0000-7000-8000-000000000001', by: 'ann', userIds: [] };
    const server: RequestContext = { tenant: 't', actor: { kind: 'system', id: 'x' }, via: 'process:x' };
    expect(await refusal(side.conversations.notice(server, { conversation: inGroup('g2'), notice: late }))).to.equal(
      'ConversationClosed',
    );
  });

  it('given a group made anew under its id, each incarnation has its own chat, however late that is done', async () => {
    await settled();
    await stop();
    for (const members of [['ben'], ['cid'], ['dan']]) {
      await group('g3', members, 'tencent-public');
      await side.groups.muteMember(as('ann'), { groupId: 'g3', userId: members[0]!, until: null });
      if (members[0] !== 'dan') await side.groups.dismiss(as('ann'), { groupId: 'g3', removeMembers: true });
    }
    await start();
    await settled();
    for (const [incarnation, who] of [
      [1, 'ben'],
      [2, 'cid'],
    ] as const)
      expect(await lines(inGroup('g3', incarnation))).to.deep.equal([
        'ConversationOpened',
        `1 GroupCreated by ann: ${who}`,
        `2 MemberMuted by ann: ${who} until null`,
        '3 GroupDismissed by ann',
        'ConversationClosed',
      ]);
    await side.groups.unmuteMember(as('ann'), { groupId: 'g3', userId: 'dan' });
    await settled();
    expect((await lines(inGroup('g3', 3))).slice(1)).to.deep.equal([
      '1 GroupCreated by ann: dan',
      '2 MemberMuted by ann: dan until null',
      '3 MemberUnmuted by ann: dan',
    ]);
  });

  it('given a group whose messages aren’t kept, it has no lines', async () => {
    await group('g4', [], 'tencent-avchatroom');
    await side.groups.join(as('ben'), { groupId: 'g4', userId: 'ben' });
    await settled();
    expect(await lines(inGroup('g4'))).to.deep.equal([]);
  });

  it('given lines are switched off, there are none, nor afterwards for what happened meanwhile', async () => {
    await stop();
    await start({ notices: false });
    await group('g5');
    await side.friendships.importFriends(() => admin, { ownerId: 'cid', friendIds: ['dan'] });
    await settled();
    await stop();
    await start();
    await side.groups.mute(as('ann'), { groupId: 'g5' });
    await settled();
    expect(await lines(inGroup('g5'))).to.deep.equal(['ConversationOpened', '1 GroupMuted by ann']);
    expect(await lines(between('cid', 'dan'))).to.deep.equal(['ConversationOpened']);
  });

  it('given two become friends, they have a chat that says so, once for each friendship', async () => {
    const { friendships } = side;
    await friendships.request(as('ben'), { from: 'ben', to: 'ann', message: 'hello' });
    await settled();
    expect(await lines(between('ann', 'ben'))).to.deep.equal([]);
    await friendships.answer(as('ann'), { from: 'ben', to: 'ann', answer: 'accepted' });
    await settled();
    expect(await lines(between('ann', 'ben'))).to.deep.equal(['ConversationOpened', '1 FriendAdded by ann: ben']);
    await friendships.remove(as('ben'), { ownerId: 'ben', friendId: 'ann' });
    await friendships.request(as('ben'), { from: 'ben', to: 'ann' });
    await friendships.answer(as('ann'), { from: 'ben', to: 'ann', answer: 'accepted' });
    await friendships.importFriends(() => admin, { ownerId: 'dan', friendIds: ['eve'] });
    await settled();
    expect((await lines(between('ann', 'ben'))).slice(2)).to.deep.equal(['2 FriendAdded by ann: ben']);
    expect((await lines(between('dan', 'eve'))).slice(1)).to.deep.equal(['1 FriendAdded by dan: eve']);
    expect(JSON.stringify(await stored(between('ann', 'ben')))).to.not.contain('hello');
  });

  it('given an app admin set how far somebody has read, the row follows, and an earlier setting changes nothing', async () => {
    await group('g6');
    for (let n = 0; n < 3; n++) await say('g6', 'ann');
    await settled();
    const conversation = inGroup('g6');
    const position = async (): Promise<unknown> =>
      (await side.positions.ofConversation('t', conversationKeyText(conversation), ['ben'])).get('ben');
    /** As by a server that ended between the event and the row. */
    const set = (upToSeq: number) =>
      side.pipeline.execute({
        ...admin,
        aggregate: viewAggregate,
        stream: { category: 'view', tenant: 't', conversation, participant: 'ben' },
        command: { type: 'SetReadPosition', userId: 'ben', participates: true, upToSeq, lastSeq: 4 },
      });
    await side.views.markRead(as('ben'), { userId: 'ben', conversation, upToSeq: 4 });
    await set(3);
    await set(1);
    await settled();
    expect(await position()).to.deep.equal({ upToSeq: 1, countable: 1 });
    // Read again from its start, as after a restore of the log.
    await stop();
    await side.views.markRead(as('ben'), { userId: 'ben', conversation, upToSeq: 2 });
    await side.pool.query("UPDATE system.process_checkpoint SET position = '' WHERE name = 'read-positions'");
    await start();
    await settled();
    expect(await position()).to.deep.equal({ upToSeq: 2, countable: 2 });
  });

  it('given all is done again from the start of the log, nothing is written that was there', async () => {
    await side.groups.create(as('ann'), {
      preset: 'parley',
      groupId: 'g7',
      name: 'G',
      ownerId: 'ann',
      members: ['ben'],
    });
    for (let n = 0; n < 3; n++) {
      await side.groups.addMembers(as('ann'), { groupId: 'g7', userIds: ['cid', 'dan'] });
      await side.groups.removeMembers(as('ann'), { groupId: 'g7', userIds: ['cid', 'dan'] });
    }
    await settled();
    const before = await side.store.head();
    await stop();
    const { rows } = await side.pool.query<{ name: string }>('SELECT name FROM system.process_checkpoint');
    await side.pool.query("UPDATE system.process_checkpoint SET position = ''");
    expect(rows.map(({ name }) => name)).to.have.members([
      'group-lines',
      'close-conversations',
      'friend-chats',
      'read-positions',
    ]);
    await start();
    await settled();
    const written: string[] = [];
    for await (const batch of side.store.readAll({ after: before! }))
      for (const { stream, data } of batch) written.push(`${stream} ${data}`);
    // Of groups whose lines were switched off nobody was told yet.
    expect(written.filter((line) => !/\.g5\.|\.g4\.|s\.cid\.dan/.test(line))).to.deep.equal([]);
  });
});
