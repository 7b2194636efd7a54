import { expect } from 'chai';
import { WINDOW } from '../../domain/conversation/recent-messages.js';
import { eventually } from '../support/eventually.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

type Body = Readonly<Record<string, unknown>>;

/** Clients of one person that send the same at the same moment. */
const AT_ONCE = 8;
const ROUNDS = 3;

describe('conversations over /v1', function () {
  this.timeout(60_000);
  let parley: RunningParley;
  let v1: V1Client;
  const tokens: Record<string, string> = {};

  before(async () => {
    // Without lines of the server's between theirs, people count what they say themselves.
    parley = await runParley({ PARLEY_APP_ADMINS: 'root', CHAT_NOTICES: 'false' });
    v1 = new V1Client(parley.url);
    await Promise.all(
      ['root', 'ada', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal'].map(async (id) => {
        tokens[id] = (await v1.person(id)).token;
      }),
    );
  });
  after(() => parley.stop());

  const call = (who: string, method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    v1.call(method, path, { token: tokens[who]!, ...(body === undefined ? {} : { body }), headers });
  const done = async (who: string, method: string, path: string, body?: object, headers = {}): Promise<Body> => {
    const answer = await call(who, method, path, body, headers);
    expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([200, 201]);
    return answer.body;
  };
  const refused = async (code: string, who: string, method: string, path: string, body?: object): Promise<Body> => {
    const answer = await call(who, method, path, body);
    expect(answer.body, JSON.stringify(answer.body)).to.include({ code });
    return answer.body;
  };
  const say = (who: string, to: string, said: string | object): Promise<Body> =>
    done(who, 'POST', `/conversations/${to}/messages`, typeof said === 'string' ? { text: said } : said);
  const seqOf = (receipt: Body): number => (receipt['outcome'] as { seq: number }).seq;
  /** Answered from lists that show at least what a command wrote. */
  const since = (path: string, after: Body): string =>
    `${path}${path.includes('?') ? '&' : '?'}minPosition=${String(after['position'])}`;
  const read = async (who: string, path: string, after: Body): Promise<Body[]> => {
    const { items } = await done(who, 'GET', since(path, after));
    return items as Body[];
  };
  const group = async (groupId: string, ownerId: string, members: readonly string[]): Promise<Body> =>
    done(ownerId, 'POST', '/groups', { groupId, name: groupId, members });

  it('one finds where he is meant by what he has not read, until he has', async () => {
    for (const groupId of ['meant', 'all-meant', 'not-meant']) await group(groupId, 'ada', ['bob', 'cid']);
    await say('ada', 'group:meant', { text: 'Bob?', mentions: ['bob'] });
    const all = await say('ada', 'group:all-meant', { text: 'Everybody!', mentionsAll: true });
    const last = await say('ada', 'group:not-meant', { text: 'Cid?', mentions: ['cid'] });
    const meant = async (who: string): Promise<Body[]> => {
      const items = await read(who, '/mentions', last);
      return items.sort((a, b) => String(a['conversationId']).localeCompare(String(b['conversationId'])));
    };
    expect(await meant('bob')).to.deep.equal([
      { conversationId: 'group:all-meant', me: false, everybody: true },
      { conversationId: 'group:meant', me: true, everybody: false },
    ]);
    expect(await meant('ada'), 'who says it isn’t meant').to.deep.equal([]);
    await done('bob', 'PUT', '/conversations/group:all-meant/read-position', { upTo: seqOf(all) });
    expect((await meant('bob')).map(({ conversationId }) => conversationId)).to.deep.equal(['group:meant']);
  });

  it('two become friends, chat, page through it both ways, read, take back, and one blocks the other', async () => {
    await done('ada', 'PUT', '/users/me/friend-requests/sent/bob', {});
    await done('bob', 'PUT', '/users/me/friend-requests/received/ada/answer', { answer: 'accepted' });
    const first = await call('ada', 'POST', '/conversations/user:bob/messages', {
      text: 'Hello Bob',
      clientMsgId: 'a1',
    });
    expect(first.status).to.equal(201);
    const base = seqOf(first.body);
    expect(first.headers.get('location')).to.equal(`/v1/conversations/user%3Abob/messages/${base.toString()}`);
    const answer = await say('bob', 'user:ada', { text: 'Hello Ada', quote: { seq: base }, mentions: ['ada'] });
    for (const text of ['one', 'two', 'three']) await say('ada', 'user:bob', text);
    const last = await say('ada', 'user:bob', { content: { kind: 'location', latitude: 48.2, longitude: 16.37 } });

    const newest = await done('bob', 'GET', since('/conversations/user:ada/messages?limit=2', last));
    expect((newest['items'] as Body[]).map(({ seq }) => seq)).to.deep.equal([base + 5, base + 4]);
    expect(newest).to.include({ more: true, lastSeq: base + 5 });
    const older = await read('bob', `/conversations/user:ada/messages?before=${(base + 4).toString()}&limit=2`, last);
    expect(older.map(({ seq }) => seq)).to.deep.equal([base + 3, base + 2]);
    const onwards = await read('bob', `/conversations/user:ada/messages?after=${base.toString()}&limit=2`, last);
    expect(onwards.map(({ seq }) => seq)).to.deep.equal([base + 1, base + 2]);
    expect(onwards[0]).to.deep.include({
      conversationId: 'user:ada',
      senderId: 'bob',
      content: { kind: 'quote', text: 'Hello Ada', quoted: { seq: base } },
      mentions: ['ada'],
      preview: 'Hello Ada',
    });
    expect((newest['items'] as Body[])[0]).to.deep.include({
      content: { kind: 'location', latitude: 48.2, longitude: 16.37 },
      preview: '[location]',
    });

    const unread = await done('bob', 'GET', since('/conversations/user:ada', last));
    expect(unread).to.include({ unread: 4, readSeq: base + 1, takesPart: true });
    expect(await done('ada', 'GET', '/conversations/user:bob'), 'her own are read').to.include({ unread: 0 });
    expect(await done('bob', 'PUT', '/conversations/user:ada/read-position', { upTo: base + 4 })).to.include({
      readSeq: base + 4,
      lastSeq: base + 5,
    });
    expect(await done('bob', 'PUT', '/conversations/user:ada/read-position', { upTo: base })).to.include({
      readSeq: base + 4,
    });
    await refused('InvalidArgument', 'bob', 'PUT', '/conversations/user:ada/read-position', { upTo: base + 6 });
    expect(await done('bob', 'GET', '/conversations/user:ada')).to.include({ unread: 1 });
    const receipts = `/conversations/user:bob/messages/${base.toString()}/receipts`;
    expect(await done('ada', 'GET', receipts)).to.deep.include({ read: 1, unread: 0, items: [{ userId: 'bob' }] });

    await refused(
      'NotPermitted',
      'bob',
      'POST',
      `/conversations/user:ada/messages/${(base + 2).toString()}/revocation`,
    );
    const taken = await done('ada', 'POST', `/conversations/user:bob/messages/${(base + 2).toString()}/revocation`);
    await refused(
      'MessageAlreadyRevoked',
      'ada',
      'POST',
      `/conversations/user:bob/messages/${(base + 2).toString()}/revocation`,
    );
    const gone = await done('bob', 'GET', since(`/conversations/user:ada/messages/${(base + 2).toString()}`, taken));
    expect(gone).to.deep.include({ status: 'revoked', content: null, preview: null });
    expect(gone['ended']).to.include({ by: 'ada', as: 'sender' });

    await done('bob', 'PUT', '/users/me/blocks/ada', {});
    await refused('BlockedByPeer', 'ada', 'POST', '/conversations/user:bob/messages', { text: 'Why?' });
    const again = await call('ada', 'POST', '/conversations/user:bob/messages', {
      text: 'Hello Bob',
      clientMsgId: 'a1',
    });
    expect(again.status, 'what was sent before is no new message').to.equal(200);
    expect(again.body['outcome']).to.deep.equal(first.body['outcome']);
    expect(answer['changed']).to.equal(true);
  });

  it('is there once, whoever sends it how often: eight at once with one clientMsgId are one message and one answer', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const body = { text: `round ${round.toString()}`, clientMsgId: `r${round.toString()}` };
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () => call('cid', 'POST', '/conversations/user:dan/messages', body)),
      );
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array<number>(AT_ONCE - 1).fill(200), 201]);
      for (const each of answers) expect(each.body['outcome']).to.deep.equal(answers[0]?.body['outcome']);
      expect(seqOf(answers[0]!.body)).to.equal(round + 1);
    }
    const problem = await refused('ClientMsgIdReused', 'cid', 'POST', '/conversations/user:dan/messages', {
      text: 'another',
      clientMsgId: 'r0',
    });
    expect(problem).to.include({ status: 409 });
    expect(problem['facts']).to.include({ seq: 1 });
    const last = await say('cid', 'user:dan', 'the last');
    expect(await read('dan', '/conversations/user:cid/messages', last)).to.have.length(ROUNDS + 1);
  });

  it('may be for who is connected now alone, be known by its random number, and say from which device and how urgent it is', async () => {
    const first = await say('gus', 'user:dan', { text: 'urgent', priority: 'high', senderPlatform: 5, random: 7 });
    expect(seqOf(await say('gus', 'user:dan', { text: 'urgent', priority: 'high', random: 7 }))).to.equal(seqOf(first));
    expect(seqOf(await say('gus', 'user:dan', { text: 'now', onlineOnly: true }))).to.equal(0);
    const [last, ...others] = await read('dan', '/conversations/user:gus/messages', first);
    expect(last).to.include({ preview: 'urgent', priority: 'high', senderPlatform: 5 });
    expect(others).to.deep.equal([]);
    await refused('InvalidRequest', 'gus', 'POST', '/conversations/user:dan/messages', { text: 'x', priority: 'lots' });
    await done('dan', 'PUT', '/users/me/blocks/gus', {});
    const body = { text: 'now', onlineOnly: true };
    await refused('BlockedByPeer', 'gus', 'POST', '/conversations/user:dan/messages', body);
    await done('dan', 'DELETE', '/users/me/blocks/gus');
  });

  it('shows what another family wrote in neutral form, and whole', async () => {
    const text = { format: 'openim', type: '101', body: '{"content":"Hi from afar"}' };
    const odd = { format: 'dtalk', type: '7', body: '{"secret":"0xff"}' };
    await say('dan', 'user:eve', { original: text });
    const last = await say('dan', 'user:eve', { original: odd });
    const [opaque, plain] = await read('eve', '/conversations/user:dan/messages', last);
    expect(plain).to.deep.include({
      content: { kind: 'text', text: 'Hi from afar' },
      original: text,
      preview: 'Hi from afar',
    });
    expect(opaque?.['content']).to.deep.include({ kind: 'custom', extension: 'parley.content.v1' });
    expect(JSON.parse((opaque?.['content'] as { data: string }).data)).to.deep.equal(odd);
    await refused('InvalidArgument', 'dan', 'POST', '/conversations/user:eve/messages', {
      text: 'both',
      original: odd,
    });
    await refused('InvalidArgument', 'dan', 'POST', '/conversations/user:eve/messages', {});
    const without = await refused('InvalidArgument', 'dan', 'POST', '/conversations/user:eve/messages', {
      content: { kind: 'image' },
    });
    expect((without['errors'] as { pointer: string }[])[0]?.pointer).to.equal('/content/url');
    const blank = await refused('InvalidArgument', 'dan', 'POST', '/conversations/user:eve/messages', { text: '  ' });
    expect((blank['errors'] as { pointer: string }[])[0]?.pointer).to.equal('/text');
  });

  it('counts unread neither below zero nor one’s own, and shows who of a group has read', async () => {
    await group('readers', 'ada', ['bob', 'cid', 'dan']);
    const to = 'group:readers';
    const start = seqOf(await say('ada', to, 'first'));
    const mine = await say('ada', to, 'second');
    const own = await done('ada', 'GET', since(`/conversations/${to}`, mine));
    expect(own).to.include({ readSeq: start + 1, unread: 0 });
    const before = await done('bob', 'GET', since(`/conversations/${to}`, mine));
    expect(before['unread']).to.be.at.least(2);
    const seqs = [start, start + 1];
    await Promise.all(
      [...seqs, ...seqs.reverse(), start + 1, start].map((upTo) =>
        done('bob', 'PUT', `/conversations/${to}/read-position`, { upTo }),
      ),
    );
    await done('cid', 'PUT', `/conversations/${to}/read-position`, { upTo: start });
    expect(await done('bob', 'GET', `/conversations/${to}`)).to.include({ unread: 0, readSeq: start + 1 });

    const receipts = `/conversations/${to}/messages/${start.toString()}/receipts`;
    const readers = await done('ada', 'GET', `${receipts}?limit=1`);
    expect(readers).to.deep.include({ read: 2, unread: 1, items: [{ userId: 'bob' }] });
    const cursor = String(readers['next']);
    expect((await done('ada', 'GET', `${receipts}?limit=1&cursor=${cursor}`))['items']).to.deep.equal([
      { userId: 'cid' },
    ]);
    expect((await done('ada', 'GET', `${receipts}?list=unread`))['items']).to.deep.equal([{ userId: 'dan' }]);
    const counts = await done(
      'dan',
      'GET',
      `/conversations/${to}/receipts?seqs=${(start + 1).toString()},${start.toString()}`,
    );
    expect(counts['items']).to.deep.equal([
      { seq: start, read: 2, unread: 1 },
      { seq: start + 1, read: 1, unread: 2 },
    ]);

    const taken = await done('ada', 'POST', `/conversations/${to}/messages/${start.toString()}/revocation`);
    expect((await done('bob', 'GET', since(`/conversations/${to}`, taken)))['unread']).to.equal(0);
    await refused('NotGroupMember', 'eve', 'GET', `/conversations/${to}/messages`);
    await refused('ConversationNotFound', 'eve', 'GET', `/conversations/${to}`);
    await refused('MessageUnknown', 'eve', 'GET', `/conversations/${to}/messages/${start.toString()}`);
    expect((await done('root', 'GET', `/conversations/${to}/messages`))['items']).to.have.length.at.least(2);
  });

  it('lists every conversation, of one millisecond too: pinned first, then the newest, with what is unread in all', async () => {
    const people = ['ada', 'bob', 'cid', 'dan', 'fay', 'gus'];
    const sent = await Promise.all(people.map((who) => say(who, 'user:hal', `from ${who}`)));
    for (const each of sent) await read('hal', '/conversations', each);
    const whole = (await done('hal', 'GET', '/conversations'))['items'] as Body[];
    const [oldest] = whole.slice(-1);
    const changed = await done('hal', 'PATCH', `/conversations/${String(oldest?.['conversationId'])}`, {
      pinned: true,
      receiveOption: 'silent',
      ext: 'e',
      settings: { privateChat: true, burnSeconds: 30 },
    });
    expect((changed['outcome'] as Body)['changed']).to.have.members(['pinned', 'receiveOption', 'ext', 'settings']);
    const seen: Body[] = [];
    let next: unknown = '';
    let unread: unknown;
    while (next !== null) {
      const page: Body = await done(
        'hal',
        'GET',
        since(`/conversations?limit=2${next === '' ? '' : `&cursor=${String(next)}`}`, changed),
      );
      seen.push(...(page['items'] as Body[]));
      ({ next, unread } = page);
    }
    const ids = seen.map(({ conversationId }) => String(conversationId));
    expect(ids).to.have.members(whole.map(({ conversationId }) => String(conversationId)));
    expect(ids[0]).to.equal(oldest?.['conversationId']);
    expect(seen[0]).to.deep.include({ pinned: true, receiveOption: 'silent', ext: 'e' });
    expect(seen[0]?.['settings']).to.deep.include({ privateChat: true, burnSeconds: 30, destructs: false });
    const times = seen.slice(1).map(({ sortedAt }) => String(sortedAt));
    expect(times).to.deep.equal([...times].sort().reverse());
    expect(unread).to.equal(seen.reduce((sum, each) => sum + Number(each['unread']), 0));
  });

  it('is searched by its words: one’s own, the newest first, not what was taken back', async () => {
    await say('bob', 'user:cid', 'Apples are ripe');
    const other = await say('cid', 'user:dan', 'no APPLE for bob');
    const last = await say('cid', 'user:bob', {
      original: { format: 'openim', type: '101', body: '{"content":"An apple!"}' },
    });
    const previews = async (query: string): Promise<unknown[]> =>
      (await read('bob', `/messages?keyword=${query}`, last)).map(({ preview }) => preview);
    expect(await previews('aPPle')).to.deep.equal(['An apple!', 'Apples are ripe']);
    expect(await previews('apple&senderId=bob')).to.deep.equal(['Apples are ripe']);
    expect(await previews('apple&conversationId=user:ada')).to.deep.equal([]);
    expect(await previews('apple&sentBefore=2020-01-01T00:00:00Z')).to.deep.equal([]);
    expect(await previews('%25')).to.deep.equal([]);
    expect(await previews('apple&types=101,image')).to.deep.equal(['An apple!']);
    const picture = await say('bob', 'user:cid', { content: { kind: 'image', url: 'https://example.org/a.png' } });
    const pictures = await read('cid', '/messages?types=image', picture);
    expect(pictures.map(({ seq }) => seq)).to.deep.equal([seqOf(picture)]);
    const taken = await done('cid', 'POST', `/conversations/user:bob/messages/${seqOf(last).toString()}/revocation`);
    expect(await read('bob', '/messages?keyword=apple', taken)).to.have.length(1);
    expect(await read('cid', '/messages?keyword=apple', taken)).to.have.length(2);
    expect(seqOf(other)).to.be.above(0);
  });

  it('is deleted and cleared whole: for oneself the other keeps it, for everybody nobody does', async () => {
    for (const text of ['one', 'two', 'three', 'four']) await say('eve', 'user:fay', text);
    const hidden = await done('fay', 'DELETE', '/conversations/user:eve/messages/2');
    expect((await read('fay', '/conversations/user:eve/messages', hidden)).map(({ status }) => status)).to.deep.equal([
      'sent',
      'sent',
      'hidden',
      'sent',
    ]);
    const deleted = await done('eve', 'DELETE', '/conversations/user:fay/messages/1?for=everyone');
    expect((await read('fay', '/conversations/user:eve/messages?after=0&limit=1', deleted))[0]).to.include({
      status: 'deleted',
    });
    const cleared = await done('fay', 'DELETE', '/conversations/user:eve/messages');
    expect(cleared['outcome']).to.deep.equal({ upTo: 4 });
    expect(await read('fay', '/conversations/user:eve/messages', cleared)).to.deep.equal([]);
    expect(await done('fay', 'GET', '/conversations/user:eve')).to.include({ unread: 0, last: null });
    expect(await read('eve', '/conversations/user:fay/messages', cleared)).to.have.length(4);
    const all = await done('eve', 'DELETE', '/conversations/user:fay/messages?for=everyone');
    expect(await read('eve', '/conversations/user:fay/messages', all)).to.deep.equal([]);
    const next = await say('eve', 'user:fay', 'five');
    expect((await read('fay', '/conversations/user:eve/messages', next)).map(({ seq }) => seq)).to.deep.equal([5]);
  });

  it('what has left the window of the newest is known by the read table: repeated, taken back and deleted like any other', async () => {
    const said = { text: 'the first', clientMsgId: 'w1' };
    const first = await say('fay', 'user:gus', said);
    const seq = seqOf(first);
    const messages = Array.from({ length: 100 }, (_, n) => ({
      senderId: n % 2 === 0 ? 'gus' : 'fay',
      sentAt: '2024-02-29T12:00:00Z',
      text: n.toString(),
    }));
    for (let n = 0; n <= WINDOW; n += messages.length) {
      await done('root', 'POST', '/conversations/user:gus/imports', { messages }, { 'parley-on-behalf-of': 'fay' });
    }
    const path = '/conversations/user:gus/messages';
    const again = await call('fay', 'POST', path, said);
    expect(again.status, JSON.stringify(again.body)).to.equal(200);
    expect(again.body['outcome']).to.deep.equal(first['outcome']);
    await refused('ClientMsgIdReused', 'fay', 'POST', path, { text: 'another', clientMsgId: 'w1' });
    const revocation = `messages/${seq.toString()}/revocation`;
    await refused('NotPermitted', 'gus', 'POST', `/conversations/user:fay/${revocation}`);
    await done('fay', 'POST', `/conversations/user:gus/${revocation}`);
    await refused('MessageAlreadyRevoked', 'fay', 'POST', `/conversations/user:gus/${revocation}`);
    const next = `/conversations/user:fay/messages/${(seq + 1).toString()}`;
    const last = await done('gus', 'DELETE', `${next}?for=everyone`);
    const old = await read('fay', `${path}?after=${(seq - 1).toString()}&limit=3`, last);
    expect(old.map(({ status }) => status)).to.deep.equal(['revoked', 'deleted', 'sent']);
    expect((await call('fay', 'POST', path, said)).body['outcome'], 'taken back, and still the same').to.deep.equal(
      first['outcome'],
    );
  });

  it('an app admin brings in what was said elsewhere, speaks for the service, and sets a position back', async () => {
    const asEve = { 'parley-on-behalf-of': 'eve' };
    const messages = [
      { senderId: 'eve', sentAt: '2020-02-29T12:00:00+01:00', text: 'Long ago', clientMsgId: 'old' },
      { senderId: 'gus', sentAt: '2020-02-29T12:00:01+01:00', text: 'Indeed' },
    ];
    const came = await done('root', 'POST', '/conversations/user:gus/imports', { messages }, asEve);
    expect((came['outcome'] as { items: Body[] }).items.map(({ result }) => result)).to.deep.equal([
      'imported',
      'imported',
    ]);
    const [second, first] = await read('gus', '/conversations/user:eve/messages', came);
    expect(first).to.deep.include({ sentAt: '2020-02-29T11:00:00.000Z', origin: 'imported', senderId: 'eve' });
    expect(second).to.include({ senderId: 'gus', preview: 'Indeed' });
    await refused('Forbidden', 'eve', 'POST', '/conversations/user:gus/imports', { messages });

    const told = await done(
      'root',
      'POST',
      '/conversations/notifications/system-messages',
      { text: 'We rest at two' },
      asEve,
    );
    expect((await read('eve', '/conversations/notifications/messages', told))[0]).to.include({
      from: 'system',
      preview: 'We rest at two',
      conversationId: 'notifications',
    });
    await refused('NotPermitted', 'eve', 'POST', '/conversations/notifications/messages', { text: 'Me too' });

    await done('gus', 'PUT', '/conversations/user:eve/read-position', { upTo: 2 });
    await done('root', 'PUT', '/users/gus/conversations/user:eve/read-position', { upTo: 0 });
    await eventually(async () => {
      // What he wrote himself stays read.
      expect((await done('gus', 'GET', '/conversations/user:eve'))['readSeq']).to.be.oneOf([0, 2]);
    });
    await refused('SelfNotAllowed', 'eve', 'POST', '/conversations/user:eve/messages', { text: 'Dear diary' });
    await refused('UserNotFound', 'eve', 'POST', '/conversations/user:nobody/messages', { text: 'Hello?' });
    await refused('GroupNotFound', 'eve', 'POST', '/conversations/group:nowhere/messages', { text: 'Hello?' });
    await refused('InvalidRequest', 'eve', 'GET', '/conversations/somebody');
    expect((await done('eve', 'GET', '/conversations/user:ada/messages'))['items']).to.deep.equal([]);
  });
});
