import { expect } from 'chai';
import type { ConversationResult, Sending } from '../../../application/commands/conversations.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { streamName } from '../../../application/streams.js';
import { type CommandSide, migrateCommandSide, openCommandSide } from '../../support/command-side.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { seededRandom } from '../../support/random.js';

const ROUNDS = Number(process.env['PARLEY_RACE_ROUNDS'] ?? '20');
const random = seededRandom();

const as = (id: string): RequestContext => ({ tenant: 't', actor: { kind: 'user', id }, via: 'test' });
const admin: RequestContext = { tenant: 't', actor: { kind: 'appAdmin', id: 'boss' }, via: 'test' };
const server: RequestContext = { tenant: 't', actor: { kind: 'system', id: 'parley' }, via: 'process:test' };

const content = (text: string): Sending['content'] => ({
  format: 'openim',
  type: '101',
  body: JSON.stringify({ text }),
});

/** Two processes on one store, whose commands overlap as chance has it. */
describe('Races in conversations', function () {
  this.timeout(ROUNDS * 5_000 + 60_000);
  let database: TestDatabase;
  let sides: readonly [CommandSide, CommandSide];
  let count = 0;
  let groupId: string;

  before(async () => {
    database = await freshDatabase('conversation_races');
    await migrateCommandSide(database.url);
    sides = [await openCommandSide(database.url), await openCommandSide(database.url)];
    for (const userId of ['ann', 'bob', 'cid', 'dan'])
      await sides[0].users.register(admin, { userId, nickname: userId });
  });

  after(async () => {
    await Promise.all(sides.map((side) => side.close()));
    await database.drop();
  });

  const side = (n: number): CommandSide => sides[n % 2 === 0 ? 0 : 1];
  const inGroup = (): Sending['conversation'] => ({ kind: 'group', groupId });
  const about = () => ({ kind: 'group', groupId, incarnation: 1 }) as const;
  const say = (
    n: number,
    senderId: string,
    text: string,
    clientMsgId?: string,
  ): Promise<ConversationResult<'SendMessage'>> =>
    side(n).conversations.send(as(senderId), {
      conversation: inGroup(),
      senderId,
      content: content(text),
      ...(clientMsgId === undefined ? {} : { clientMsgId }),
    });

  async function newGroup(): Promise<void> {
    groupId = `g${String(count++)}`;
    const members = ['bob', 'cid', 'dan'];
    await side(0).groups.create(as('ann'), { preset: 'openim', groupId, name: 'G', ownerId: 'ann', members });
  }

  async function types(): Promise<string[]> {
    const all: string[] = [];
    const stream = streamName({ category: 'conversation', tenant: 't', ...about() });
    for await (const batch of side(0).store.readStream(stream)) all.push(...batch.map(({ type }) => type));
    return all;
  }

  const told = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { kind?: string }).kind ?? String(error),
    );

  /** After a moment that is another one each time. */
  async function soon<T>(work: () => Promise<T>): Promise<T> {
    for (let turns = Math.floor(random.next() * 30); turns > 0; turns -= 1) await new Promise(setImmediate);
    return work();
  }

  const rounds = (what: string, round: (n: number) => Promise<void>): void => {
    it(`${what} (${String(ROUNDS)} rounds)`, async () => {
      for (let n = 0; n < ROUNDS; n += 1) {
        await newGroup();
        await round(n);
      }
    });
  };

  rounds('one message and eight equal answers of the same client id eight times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        n < 4 ? say(n, 'cid', 'once', 'id') : soon(() => say(n, 'cid', 'once', 'id')),
      ),
    );
    const same = answers.map(({ outcome: { seq, messageId, sentAt, countable } }) => ({
      seq,
      messageId,
      sentAt,
      countable,
    }));
    for (const answer of same) expect(answer).to.deep.equal(same[0]);
    expect(answers.filter(({ outcome }) => !outcome.alreadySo)).to.have.length(1);
    expect((await types()).filter((type) => type === 'MessageSent')).to.have.length(1);
  });

  const endings: readonly (readonly [string, string, (n: number) => Promise<unknown>])[] = [
    ['a kick', 'NotGroupMember', (n) => side(n).groups.removeMembers(as('ann'), { groupId, userIds: ['cid'] })],
    ['a mute', 'MemberMuted', (n) => side(n).groups.muteMember(as('ann'), { groupId, userId: 'cid', until: null })],
    ['a mute of all', 'GroupMuted', (n) => side(n).groups.mute(as('ann'), { groupId })],
    ['a dismissal', 'GroupDismissed', (n) => side(n).groups.dismiss(as('ann'), { groupId, removeMembers: false })],
  ];
  for (const [what, refused, end] of endings) {
    rounds(`nothing is sent after ${what} was acknowledged`, async (n) => {
      await Promise.all([say(0, 'cid', 'warm'), say(1, 'cid', 'warm')]);
      let ended = false;
      const ending = soon(async () => {
        await end(n);
        ended = true;
      });
      const sends: Promise<void>[] = [];
      for (let k = 0; k < 8; k += 1) {
        const after = ended;
        sends.push(
          told(say(k, 'cid', String(k))).then((answer) => {
            if (after) expect(answer).to.equal(refused);
            else expect(answer).to.be.oneOf(['done', refused]);
          }),
        );
        await new Promise(setImmediate);
      }
      await Promise.all([...sends, ending]);
      expect(await told(say(n + 1, 'cid', 'late'))).to.equal(refused);
      expect(await told(say(n, 'cid', 'late'))).to.equal(refused);
    });
  }

  rounds('nothing is written to somebody after his block was acknowledged', async (n) => {
    const conversation = { kind: 'single', a: 'bob', b: 'cid' } as const;
    const write = (k: number) =>
      side(k).conversations.send(as('bob'), { conversation, senderId: 'bob', content: content('x') });
    await Promise.all([write(0), write(1)]);
    const overlapping = [write(0), write(1)].map(told);
    await side(n).friendships.block(as('cid'), { ownerId: 'cid', blockedId: 'bob', ext: '' });
    expect(await Promise.all([0, 1, 0, 1].map((k) => told(write(k))))).to.deep.equal(Array(4).fill('BlockedByPeer'));
    for (const answer of await Promise.all(overlapping)) expect(answer).to.be.oneOf(['done', 'BlockedByPeer']);
    await side(n + 1).friendships.unblock(as('cid'), { ownerId: 'cid', blockedId: 'bob' });
  });

  rounds('nothing follows the closing', async (n) => {
    await say(n, 'cid', 'first');
    await side(n).groups.dismiss(as('ann'), { groupId, removeMembers: false });
    const notice = (k: number) => ({
      kind: 'GroupDismissed',
      eventId: `0198c0de-0000-7000-8000-00000000000${String(k)}`,
      by: 'ann',
      userIds: [],
    });
    const answers = await Promise.all([
      ...[0, 1].map((k) =>
        soon(() => told(side(k).conversations.close(server, { about: about(), why: 'groupDismissed' }))),
      ),
      // The server may still write until then.
      ...[0, 1, 2, 3].map((k) =>
        soon(() => told(side(k).conversations.notice(server, { conversation: about(), notice: notice(k) }))),
      ),
      ...[0, 1].map((k) => soon(() => told(say(k, 'cid', 'late')))),
    ]);
    expect(answers.slice(0, 2)).to.deep.equal(['done', 'done']);
    for (const answer of answers.slice(2, 6)) expect(answer).to.be.oneOf(['done', 'ConversationClosed']);
    for (const answer of answers.slice(6)) expect(answer).to.equal('GroupDismissed');
    const written = await types();
    expect(written.indexOf('ConversationClosed')).to.equal(written.length - 1);
    expect(written.filter((type) => type === 'MessageSent').length - 1).to.equal(
      answers.slice(2, 6).filter((answer) => answer === 'done').length,
    );
  });

  rounds('of two who revoke one message at once, one does', async () => {
    await say(0, 'cid', 'x');
    const answers = await Promise.all(
      ['cid', 'ann', 'cid', 'ann'].map((who, k) =>
        soon(() => told(side(k).conversations.revoke(as(who), { conversation: inGroup(), seqs: [1] }))),
      ),
    );
    expect(answers.sort()).to.deep.equal([
      'MessageAlreadyRevoked',
      'MessageAlreadyRevoked',
      'MessageAlreadyRevoked',
      'done',
    ]);
    expect((await types()).filter((type) => type === 'MessageRevoked')).to.have.length(1);
  });

  rounds('reading in any order neither lowers nor goes beyond the newest message', async () => {
    for (let k = 0; k < 5; k += 1) await say(k, 'cid', String(k));
    let highest = 0;
    const marks = Array.from({ length: 10 }, (_, k) => 1 + Math.floor(random.next() * 9) + (k % 2)).map((upToSeq, k) =>
      soon(async () => {
        const before = highest;
        const read = { conversation: inGroup(), userId: 'dan', upToSeq, beyond: 'clamp' } as const;
        const { upToSeq: stands, lastSeq, countable } = await side(k).views.markRead(as('dan'), read);
        expect(stands).to.be.within(Math.max(before, Math.min(upToSeq, lastSeq)), 8);
        expect(countable).to.equal(stands);
        highest = Math.max(highest, stands);
      }),
    );
    await Promise.all([...marks, ...[0, 1, 2].map((k) => soon(() => say(k, 'cid', 'more')))]);
    const { upToSeq } = await side(0).views.markRead(as('dan'), { conversation: inGroup(), userId: 'dan', upToSeq: 1 });
    expect(upToSeq).to.equal(highest);
  });
});
