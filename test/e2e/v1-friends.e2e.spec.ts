import { expect } from 'chai';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

type Body = Readonly<Record<string, unknown>>;

describe('friends over /v1', function () {
  this.timeout(60_000);
  let parley: RunningParley;
  let v1: V1Client;
  const tokens: Record<string, string> = {};

  before(async () => {
    parley = await runParley({ PARLEY_APP_ADMINS: 'root' });
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
  const done = async (who: string, method: string, path: string, body?: object): Promise<Body> => {
    const answer = await call(who, method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer.body;
  };
  const refused = async (code: string, who: string, method: string, path: string, body?: object): Promise<Body> => {
    const answer = await call(who, method, path, body);
    expect(answer.body, JSON.stringify(answer.body)).to.include({ code });
    return answer.body;
  };
  const ask = (from: string, to: string, body: object = {}) =>
    done(from, 'PUT', `/users/me/friend-requests/sent/${to}`, body);
  const answer = (to: string, from: string, said: string) =>
    done(to, 'PUT', `/users/me/friend-requests/received/${from}/answer`, { answer: said });
  /** As another sees it, who has written nothing himself: as of the command's position. */
  const list = async (who: string, path: string, after: Body): Promise<Body[]> => {
    const sign = path.includes('?') ? '&' : '?';
    const { items } = await done(who, 'GET', `/users/me/${path}${sign}minPosition=${String(after['position'])}`);
    return items as Body[];
  };

  it('two become friends: asked, seen by both, accepted, kept with a remark, taken off by one of them', async () => {
    const asked = await ask('ada', 'bob', { message: 'It’s me', source: 'group', ext: '{}' });
    expect(asked).to.deep.include({ id: 'ada', changed: true });
    const { requestId } = asked['outcome'] as { requestId: string };
    const [received] = await list('bob', 'friend-requests/received', asked);
    expect(received).to.deep.include({
      requestId,
      from: 'ada',
      message: 'It’s me',
      source: 'group',
      status: 'pending',
    });
    expect(received?.['fromUser']).to.include({ nickname: 'ada' });
    expect((await list('ada', 'friend-requests/sent?status=pending', asked))[0]).to.include({ to: 'bob' });

    const accepted = await answer('bob', 'ada', 'accepted');
    expect(accepted['outcome']).to.deep.equal({ requestId });
    const [friend] = await list('ada', 'friends', accepted);
    expect(friend).to.deep.include({ friendId: 'bob', source: 'group', addedBy: 'bob', requestId, pinned: false });
    expect(await list('bob', 'friends', accepted)).to.have.length(1);
    expect((await list('ada', 'friend-requests/sent', accepted))[0]).to.include({
      status: 'accepted',
      handledBy: 'bob',
    });
    await refused('AlreadyFriends', 'ada', 'PUT', '/users/me/friend-requests/sent/bob', {});

    const card = await done('ada', 'PATCH', '/users/me/friends/bob', { remark: 'Bobby', pinned: true, ext: null });
    expect(card['outcome']).to.deep.equal({ changed: ['remark', 'pinned'] });
    expect(await done('ada', 'PATCH', '/users/me/friends/bob', { remark: 'Bobby' })).to.include({ changed: false });
    const looked = await done('ada', 'POST', '/users/me/friends/lookup', { userIds: ['cid', 'bob'] });
    expect(
      (looked['items'] as Body[]).map(({ friendId, card: kept }) => [friendId, (kept as Body)['remark']]),
    ).to.deep.equal([['bob', 'Bobby']]);

    const removed = await done('ada', 'DELETE', '/users/me/friends/bob');
    expect(await done('ada', 'DELETE', '/users/me/friends/bob')).to.include({ changed: false });
    expect(await list('ada', 'friends', removed)).to.deep.equal([]);
    expect(await list('bob', 'friends', removed)).to.have.length(1);
    expect(await done('ada', 'GET', '/users/me/friends/bob')).to.deep.include({ friend: null, inOthersList: true });
    // One direction is missing, so it may be asked for, and only it comes.
    await ask('ada', 'bob');
    const again = await answer('bob', 'ada', 'accepted');
    expect((await list('bob', 'friends', again))[0]).to.include({ requestId });
    expect((await list('ada', 'friends', again))[0]?.['card']).to.include({ remark: null });
  });

  it('requests that cross are one friendship', async () => {
    const first = await ask('cid', 'dan', { message: 'Hi' });
    const second = await ask('dan', 'cid', { message: 'Hi yourself' });
    expect(second['outcome']).to.deep.equal({
      result: 'added',
      how: 'crossed',
      requestId: (first['outcome'] as Body)['requestId'],
    });
    for (const [who, other] of [
      ['cid', 'dan'],
      ['dan', 'cid'],
    ] as const) {
      const seen = await done(who, 'GET', `/users/me/friends/${other}?minPosition=${String(second['position'])}`);
      expect(seen).to.deep.include({ otherId: other, inOthersList: true, block: null });
      expect(seen['friend']).to.include({ friendId: other });
    }
    const [request] = await list('cid', 'friend-requests/sent', second);
    expect(request).to.include({ status: 'accepted', handledBy: 'dan', handledMessage: 'Hi yourself' });
  });

  it('two that ask each other at the same moment are friends, with nothing pending', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, other] = await Promise.all([ask('eve', 'fay'), ask('fay', 'eve')]);
      expect([one, other].map(({ outcome }) => (outcome as Body)['result']).sort()).to.deep.equal([
        'added',
        'requested',
      ]);
      const last = [one, other].find(({ outcome }) => (outcome as Body)['result'] === 'added')!;
      for (const who of ['eve', 'fay']) {
        expect(await list(who, 'friends', last)).to.have.length(1);
        expect(await list(who, 'friend-requests/received?status=pending', last)).to.deep.equal([]);
        await done(who, 'DELETE', `/users/me/friends/${who === 'eve' ? 'fay' : 'eve'}`);
      }
    }
  });

  it('accept against refuse: one answer stands, and the lists show that one', async () => {
    for (let round = 0; round < 5; round++) {
      await ask('gus', 'hal');
      const path = '/users/me/friend-requests/received/gus/answer';
      const answers = await Promise.all(
        ['accepted', 'refused'].map((said) => call('hal', 'PUT', path, { answer: said })),
      );
      const stood = answers.findIndex(({ status }) => status === 200);
      const lost = answers[1 - stood];
      expect(lost?.body).to.deep.include({ status: 409, code: 'FriendRequestHandled' });
      const how = stood === 0 ? 'accepted' : 'refused';
      expect(lost?.body['facts']).to.include({ how, from: 'gus', to: 'hal' });
      const [request] = await list('gus', 'friend-requests/sent', answers[stood]!.body);
      expect(request).to.include({ status: how });
      expect(await list('gus', 'friends', answers[stood]!.body)).to.have.length(stood === 0 ? 1 : 0);
      for (const [who, other] of [
        ['gus', 'hal'],
        ['hal', 'gus'],
      ] as const)
        await done(who, 'DELETE', `/users/me/friends/${other}`);
    }
  });

  it('a friend request neither repeats nor vanishes (docs/rules.md B): asked again it is one, and with the same key it is the same', async () => {
    const key = { 'idempotency-key': 'ask-once' };
    const path = '/users/me/friend-requests/sent/cid';
    const first = await call('gus', 'PUT', path, { message: 'one' }, key);
    const withdrawn = await done('gus', 'DELETE', path);
    expect(withdrawn).to.include({ changed: true });
    expect(await done('gus', 'DELETE', path)).to.include({ changed: false });
    const repeated = await call('gus', 'PUT', path, { message: 'one' }, key);
    expect([repeated.status, repeated.headers.get('idempotent-replayed')]).to.deep.equal([200, 'true']);
    expect(repeated.body['outcome']).to.deep.equal(first.body['outcome']);
    await ask('gus', 'cid', { message: 'two' });
    const last = await ask('gus', 'cid', { message: 'three' });
    const received = (await list('cid', 'friend-requests/received', last)).filter(({ from }) => from === 'gus');
    expect(received).to.have.length(1);
    expect(received[0]).to.include({ message: 'three', status: 'pending' });
    await refused('FriendRequestNotFound', 'cid', 'PUT', '/users/me/friend-requests/received/gus/answer', {
      answer: 'accepted',
      requestId: (first.body['outcome'] as Body)['requestId'],
    });
    const ignored = await answer('cid', 'gus', 'ignored');
    expect((await list('cid', 'friend-requests/received?status=ignored', ignored)).map(({ from }) => from)).to.include(
      'gus',
    );
  });

  it('who lets himself be added is a friend at once', async () => {
    const asker = 'hal';
    await done('dan', 'PATCH', '/users/me/privacy', { friendRequestConsent: false });
    expect((await ask(asker, 'dan'))['outcome']).to.deep.equal({ result: 'added', how: 'unasked' });
    expect(await done(asker, 'GET', '/users/me/friends/dan')).to.deep.include({ inOthersList: true, sent: null });
  });

  it('blocks are a user’s own, and leave friends as they are', async () => {
    const before = await done('cid', 'GET', '/users/me/friends/dan');
    const blocked = await done('cid', 'PUT', '/users/me/blocks/dan', { ext: 'loud' });
    expect(await done('cid', 'PUT', '/users/me/blocks/dan')).to.include({ changed: false });
    const [block] = await list('cid', 'blocks', blocked);
    expect(block).to.deep.include({ userId: 'dan', ext: 'loud' });
    expect(block?.['user']).to.include({ nickname: 'dan' });
    expect(await list('dan', 'blocks', blocked)).to.deep.equal([]);
    const seen = await done('cid', 'GET', '/users/me/friends/dan');
    expect(seen['friend']).to.deep.equal(before['friend']);
    expect(seen['block']).to.include({ ext: 'loud' });
    // The blocked one isn't told.
    expect((await done('dan', 'GET', '/users/me/friends/cid'))['block']).to.equal(null);
    expect(await done('cid', 'DELETE', '/users/me/blocks/dan')).to.include({ changed: true });
    expect(await done('cid', 'DELETE', '/users/me/blocks/dan')).to.include({ changed: false });
    await refused('SelfNotAllowed', 'cid', 'PUT', '/users/me/blocks/cid', {});
    await refused('CannotBefriendYourself', 'cid', 'PUT', '/users/me/friend-requests/sent/cid', {});
  });

  it('an app admin makes friends of two, and acts for either', async () => {
    const made = await done('root', 'PUT', '/users/ada/friends/eve');
    expect(await done('root', 'PUT', '/users/eve/friends/ada')).to.include({ changed: false });
    expect((await list('root', 'friends', made)).length).to.equal(0);
    const of = async (id: string): Promise<unknown[]> =>
      ((await done('root', 'GET', `/users/${id}/friends`))['items'] as Body[]).map(({ friendId, source }) => [
        friendId,
        source,
      ]);
    expect(await of('eve')).to.deep.equal([['ada', 'import']]);
    await refused('Forbidden', 'ada', 'PUT', '/users/ada/friends/hal');
    await done('root', 'PATCH', '/users/eve/friends/ada', { remark: 'by the house' });
    await done('root', 'DELETE', '/users/eve/friends/ada');
    expect(await of('eve')).to.deep.equal([]);
    await refused('FriendNotFound', 'eve', 'PATCH', '/users/me/friends/ada', { remark: 'x' });
  });

  it('nobody acts for another, nor reads what is another’s', async () => {
    const others = [
      ['GET', '/users/ada/friends'],
      ['GET', '/users/ada/friends/bob'],
      ['GET', '/users/ada/friend-requests/received'],
      ['GET', '/users/ada/friend-requests/sent'],
      ['GET', '/users/ada/blocks'],
      ['DELETE', '/users/ada/friends/bob'],
      ['DELETE', '/users/ada/friend-requests/sent/bob'],
      ['DELETE', '/users/ada/blocks/bob'],
    ] as const;
    for (const [method, path] of others) await refused('NotPermitted', 'bob', method, path);
    await refused('NotPermitted', 'bob', 'PUT', '/users/ada/friend-requests/sent/cid', {});
    await refused('NotPermitted', 'bob', 'PUT', '/users/ada/blocks/cid', {});
    await refused('NotPermitted', 'bob', 'PATCH', '/users/ada/friends/bob', { remark: 'x' });
  });

  it('what is wrong is pointed at, all of it', async () => {
    const wrong = await refused('InvalidRequest', 'ada', 'PATCH', '/users/me/friends/bob', {
      remark: 'x'.repeat(129),
      phone: 7,
    });
    expect((wrong['errors'] as Body[]).map(({ pointer }) => pointer)).to.have.members(['/remark', '/phone']);
    const lines = await refused('InvalidArgument', 'ada', 'PATCH', '/users/me/friends/bob', { remark: 'a\nb' });
    expect((lines['errors'] as Body[])[0]).to.include({ pointer: '/remark' });
  });

  it('what can be nobody’s id is nobody', async () => {
    for (const odd of ['%00', 'a%20b', '%F0%9F%92%A9', "'%20OR%201=1--", '__proto__', 'constructor']) {
      const seen = await call('ada', 'GET', `/users/me/friends/${odd}`);
      expect([200, 400]).to.include(seen.status);
      if (seen.status === 200)
        expect(seen.body, odd).to.deep.include({ friend: null, inOthersList: false, block: null });
      for (const [method, path] of [
        ['PUT', `blocks/${odd}`],
        ['PUT', `friend-requests/sent/${odd}`],
      ] as const) {
        expect((await call('ada', method, `/users/me/${path}`, {})).status, path).to.be.oneOf([400, 404]);
      }
      expect((await call('ada', 'DELETE', `/users/me/friends/${odd}`)).body['changed'] ?? false, odd).to.equal(false);
    }
  });

  it('the tenant’s decisions are there to be read', async () => {
    expect(await done('ada', 'GET', '/settings')).to.deep.equal({
      strangersMayWrite: true,
      friendRequestAgainAfterSeconds: 0,
      deletingBlocks: false,
      blockedMayAsk: true,
      privateRevokeWithinSeconds: null,
      chatNotices: true,
    });
  });
});
