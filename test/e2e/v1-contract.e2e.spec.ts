import { expect } from 'chai';
import { makePosition, parsePosition } from '../../application/ports/positions.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

describe('/v1 as a contract', function () {
  this.timeout(60_000);
  let parley: RunningParley;
  let v1: V1Client;
  let ada: { token: string };
  let position: string;

  before(async () => {
    parley = await runParley({ PARLEY_APP_ADMINS: 'root' });
    v1 = new V1Client(parley.url);
    [ada] = (await Promise.all([v1.person('ada'), v1.person('bob')])) as [{ token: string }, unknown];
    for (const groupId of ['one', 'two']) {
      const made = await v1.call('POST', '/groups', {
        token: ada.token,
        body: { groupId, name: 'Book club', members: ['bob'] },
      });
      position = made.body['position'] as string;
    }
  });
  after(() => parley.stop());

  const get = (path: string) => v1.call('GET', path, { token: ada.token });
  const errorsOf = (body: object): unknown => ('errors' in body ? body.errors : undefined);

  describe('in a browser', () => {
    it('/ leads there, a program gets JSON', async () => {
      const seen = await fetch(`${parley.url}/`, { redirect: 'manual', headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([seen.status, seen.headers.get('location')]).to.deep.equal([303, '/docs']);
      // fetch takes gzip, so that this is said to vary as well.
      expect(seen.headers.get('vary')?.split(', ')).to.include('Accept');
      const told = (await (await fetch(`${parley.url}/`)).json()) as object;
      expect(told).to.include({ name: 'Parley', docs: '/docs' });
    });

    it('/docs is whole, of this server alone, and nothing else may run there', async () => {
      const page = await fetch(`${parley.url}/docs`);
      expect(page.headers.get('content-security-policy')).to.match(/^default-src 'none'; script-src 'self';/);
      const html = await page.text();
      expect(html).to.not.match(/https?:|<script>|style=/);
      const files = [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, file]) => file!);
      expect(files).to.have.length(4);
      for (const file of files) {
        const answer = await fetch(parley.url + file);
        expect([answer.status, answer.headers.get('x-content-type-options')], file).to.deep.equal([200, 'nosniff']);
        await answer.arrayBuffer();
      }
    });

    it('the version is that of the package, and that of the document', async () => {
      const told = (await (await fetch(`${parley.url}/version`)).json()) as { version: string };
      expect(told.version).to.match(/^\d+\.\d+\.\d+/);
      const document = (await (await fetch(`${parley.url}/v1/openapi.json`)).json()) as { info: { version: string } };
      expect(document.info.version).to.equal(told.version);
    });
  });

  it('OPTIONS is 204 with all methods, and so says a 405', async () => {
    const options = await fetch(`${parley.url}/v1/groups/one`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).to.deep.equal([204, 'GET, HEAD, DELETE, PATCH, OPTIONS']);
    const refused = await v1.call('PUT', '/groups/one', { token: ada.token, body: {} });
    expect([refused.status, refused.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, DELETE, PATCH, OPTIONS']);
    expect((await fetch(`${parley.url}/v1/nothing`, { method: 'OPTIONS' })).status).to.equal(404);
  });

  it('a position that the log has not reached is 410 at once, the newest is waited for', async () => {
    const { store, ordinal, second } = parsePosition(position);
    const began = performance.now();
    const ahead = await get(`/groups/one?minPosition=${makePosition(store, ordinal + 1_000_000n, second)}`);
    expect(ahead.body).to.include({ status: 410, code: 'CursorGone' });
    // It waited for nothing: that would be 5 s.
    expect(performance.now() - began).to.be.below(4_000);
    expect((await get(`/groups/two?minPosition=${position}`)).status).to.equal(200);
  });

  it('a cursor is good for its own list with its own filters only', async () => {
    const { body } = await get('/groups/one/members?limit=1');
    const cursor = String(body['next']);
    expect((await get(`/groups/one/members?limit=5&cursor=${cursor}`)).status).to.equal(200);
    for (const other of [
      '/groups/two/members?',
      '/groups/one/members?role=member&',
      '/groups?',
      '/users/me/invitations?',
    ]) {
      const refused = await get(`${other}cursor=${cursor}`);
      expect(refused.body, other).to.include({ status: 400, code: 'InvalidRequest' });
      expect(errorsOf(refused.body), other).to.have.nested.property('[0].pointer', '/cursor');
    }
  });

  it('what the domain finds wrong is pointed at as what the edge finds wrong', async () => {
    const send = (method: string, path: string, body: object) => v1.call(method, path, { token: ada.token, body });
    const wrong: [string, string, object, string][] = [
      ['PATCH', '/groups/one', { name: 'x'.repeat(101) }, '/name'],
      ['PUT', '/groups/one/announcement', { text: 'x'.repeat(4_001) }, '/text'],
      ['PATCH', '/groups/one/members/me/card', { nickname: 'x'.repeat(65) }, '/nickname'],
      ['POST', '/groups', { name: 'x', maximum: 100_001 }, '/maximum'],
      [
        'POST',
        '/groups',
        { name: 'xx', preset: 'sealtalk', joinPolicy: { selfJoin: 'closed', memberInvite: 'joins' } },
        '/joinPolicy/selfJoin',
      ],
      ['PUT', '/groups/one/members/bob/mute', { until: '2020-01-01T00:00:00Z' }, '/until'],
    ];
    for (const [method, path, body, pointer] of wrong) {
      const answer = await send(method, path, body);
      expect(answer.body, JSON.stringify(answer.body)).to.include({ status: 400, code: 'InvalidArgument' });
      expect(errorsOf(answer.body), path).to.have.nested.property('[0].pointer', pointer);
    }
  });

  it('all that the domain finds wrong is told at once', async () => {
    const answer = await v1.call('POST', '/groups', {
      token: ada.token,
      body: { name: 'x'.repeat(101), avatar: 'x'.repeat(1_025), maximum: 100_001, announcement: 'x'.repeat(4_001) },
    });
    expect((errorsOf(answer.body) as { pointer: string }[]).map(({ pointer }) => pointer)).to.deep.equal([
      '/name',
      '/avatar',
      '/maximum',
      '/announcement',
    ]);
  });

  it('the rules of a group tell a member its limits and what he himself may do, others nothing', async () => {
    const own = (await get('/groups/one/rules')).body as Record<string, Record<string, unknown>>;
    expect(own['role']).to.equal('owner');
    expect(own['may']).to.include({ dismiss: true, changeMaximum: true });
    expect(own['reach']).to.deep.include({ remove: ['admin', 'member'] });
    expect(own['limits']).to.deep.include({ name: { min: 1, max: 100, unit: 'characters' }, maximum: 100_000 });
    const bob = (
      await v1.call<{ token: string }>('POST', '/sessions', {
        body: { login: 'bob@example.org', password: 'password of bob' },
      })
    ).body.token;
    const mine = async (): Promise<Record<string, unknown>> =>
      (await v1.call('GET', '/groups/one/rules', { token: bob })).body;
    expect((await mine())['may']).to.include({ invite: true, dismiss: false, editProfile: false });
    expect((await mine())['reach']).to.deep.include({ remove: [], editCard: [] });
    const closed = await v1.call('PATCH', '/groups/one/join-policy', {
      token: ada.token,
      body: { memberInvite: 'refused' },
    });
    const after = await v1.call('GET', `/groups/one/rules?minPosition=${String(closed.body['position'])}`, {
      token: bob,
    });
    expect(after.body['may']).to.include({ invite: false });
    const { token } = await v1.person('eve');
    expect((await v1.call('GET', '/groups/one/rules', { token })).body).to.include({ code: 'NotGroupMember' });
  });

  it('so many ids as a query takes fit into it, whatever they are, and a thousand into a body', async () => {
    const odd = Array.from({ length: 50 }, (_, index) => '#'.repeat(62) + index.toString().padStart(2, '0'));
    const asked = (ids: readonly string[]): string => ids.map(encodeURIComponent).join(',');
    expect((await get(`/users?userIds=${asked(odd)}`)).body).to.deep.equal({ items: [] });
    expect((await get(`/users?userIds=${asked([...odd, 'bob'])}`)).body).to.include({ code: 'InvalidRequest' });
    const userIds = [...Array.from({ length: 998 }, (_, index) => `nobody${index.toString()}`), 'ada', 'bob'];
    const many = await v1.call<{ items: { userId: string }[] }>('POST', '/users/lookup', {
      token: ada.token,
      body: { userIds },
    });
    expect(many.body.items.map(({ userId }) => userId)).to.deep.equal(['ada', 'bob']);
    const roles = await v1.call<{ items: { role: string | null }[] }>('POST', '/groups/two/roles/lookup', {
      token: ada.token,
      body: { userIds },
    });
    expect(roles.body.items.map(({ role }) => role).slice(997)).to.deep.equal([null, 'owner', 'member']);
  });

  it('a moment without its zone is refused everywhere', async () => {
    const root = await v1.person('root');
    const bare = '2030-01-01T00:00:00';
    const asked: [string, string, object | undefined][] = [
      ['POST', '/groups/one/invitations', { userIds: ['bob'], expiresAt: bare }],
      ['POST', '/groups/one/imports', { members: [{ userId: 'bob', joinedAt: bare }] }],
      ['POST', '/groups/one/imports', { members: [{ userId: 'bob', mutedUntil: bare }] }],
      ['PUT', '/groups/one/members/bob/mute', { until: bare }],
      ['POST', '/groups', { name: 'x', createdAt: bare }],
      ['DELETE', `/users/me/notices?upTo=${bare}`, undefined],
    ];
    for (const [method, path, body] of asked) {
      const { body: refused } = await v1.call(method, path, {
        token: root.token,
        ...(body === undefined ? {} : { body }),
      });
      expect(refused, path).to.include({ status: 400, code: 'InvalidRequest' });
      expect(JSON.stringify(errorsOf(refused)), path).to.include('zone');
    }
  });

  it('what is a user’s own has no revision to tell, and takes none', async () => {
    const favourite = await v1.call('PUT', '/users/me/favourites/one', { token: ada.token });
    expect(favourite.headers.get('etag')).to.equal(null);
    expect(favourite.body).to.not.have.property('revision');
    const conditional = await v1.call('PUT', '/users/me/favourites/two', {
      token: ada.token,
      headers: { 'if-match': '"0"' },
    });
    expect(conditional.body).to.include({ status: 400, code: 'InvalidRequest' });
    expect(errorsOf(conditional.body)).to.have.nested.property('[0].pointer', '/If-Match');
  });
});
