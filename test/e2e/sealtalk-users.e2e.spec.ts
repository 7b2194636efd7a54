import { expect } from 'chai';
import pg from 'pg';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { SEALTALK_TEST_CODE, SealtalkClient } from '../support/sealtalk-client.js';

const DAY_MS = 86_400_000;
const PASSWORD = 'secret';

type Row = Record<string, unknown>;

describe('004: users and friends', () => {
  let parley: RunningParley;
  let base: string;
  let database: pg.Client;
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({
      SEALTALK_TEST_CODE,
      SEALTALK_COOKIE_NAME: 'chat',
      SEALTALK_COOKIE_DOMAIN: 'example.org',
      TRUSTED_PROXIES: 'loopback',
    });
    base = `${parley.url}/sealtalk`;
    database = new pg.Client({ connectionString: parley.databaseUrl });
    await database.connect();
  });
  after(async () => {
    await database.end();
    await parley.stop();
  });

  const freshPhone = (): string => `1390000${(++count).toString().padStart(4, '0')}`;
  const nobody = (): SealtalkClient => new SealtalkClient(base);
  /** People whom nobody knows yet, each from an address of his own. */
  const people = <const Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ [N in keyof Names]: SealtalkClient }> =>
    Promise.all(names.map((name) => SealtalkClient.registered(base, name, freshPhone()))) as Promise<{
      [N in keyof Names]: SealtalkClient;
    }>;
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  /** As if the newest codes had been sent so long ago. */
  const wait = (seconds: number): Promise<unknown> =>
    database.query(
      `UPDATE system.phone_verification SET sent_at = sent_at - make_interval(secs => $1),
         token_until = token_until - make_interval(secs => $1), day_began = day_began - make_interval(secs => $1)`,
      [seconds],
    );
  async function token(phone: string): Promise<string> {
    const person = nobody();
    await person.done('POST', '/user/send_code_yp', { region: '86', phone });
    const body = { region: '86', phone, code: SEALTALK_TEST_CODE };
    return (await person.done<{ verification_token: string }>('POST', '/user/verify_code_yp', body)).verification_token;
  }
  const friendOf = async (who: SealtalkClient, other: SealtalkClient): Promise<Row | undefined> =>
    (await who.done<Row[]>('GET', '/friendship/all')).find(({ user }) => (user as Row)['id'] === other.id);
  const standing = async (one: SealtalkClient, other: SealtalkClient): Promise<string> => {
    const [mine, theirs] = await Promise.all([friendOf(one, other), friendOf(other, one)]);
    return `${String(mine?.['status'])}/${String(theirs?.['status'])}`;
  };
  const invite = async (one: SealtalkClient, other: SealtalkClient, message = 'hello'): Promise<unknown> =>
    (await one.done<{ action: string }>('POST', '/friendship/invite', { friendId: other.id, message })).action;
  async function friends(): Promise<[SealtalkClient, SealtalkClient]> {
    const [ann, bob] = await people('ann', 'bob');
    expect(await invite(ann, bob)).to.equal('Sent');
    await bob.done('POST', '/friendship/agree', { friendId: ann.id });
    return [ann, bob];
  }

  describe('coming in', () => {
    it('a phone is verified, registered, and logs in; the cookie says who it is', async () => {
      const phone = freshPhone();
      const ann = nobody();
      expect(await ann.done('POST', '/user/check_phone_available', { region: '86', phone })).to.equal(true);
      expect(await ann.said('POST', '/user/send_code', { region: '86', phone })).to.equal('200');
      expect(await ann.said('POST', '/user/send_code_yp', { region: '+86', phone }), 'within a minute').to.equal(
        '200 {5000}',
      );
      const asked = { region: '86', phone };
      expect(await ann.said('POST', '/user/verify_code', { ...asked, code: '000000' })).to.equal('200 {1000}');
      const { verification_token } = await ann.done<{ verification_token: string }>('POST', '/user/verify_code', {
        ...asked,
        code: SEALTALK_TEST_CODE,
      });
      const registered = await ann.post('/user/register', {
        nickname: '<b>Ann</b>',
        password: PASSWORD,
        verification_token,
      });
      const { id } = registered.result as { id: string };
      expect(id).to.match(/^[0-9A-Za-z]{9}$/);
      expect(registered.headers.get('cache-control')).to.equal('private');
      expect(registered.headers.get('content-type')).to.equal('application/json; charset=utf-8');
      const [set] = registered.headers.getSetCookie();
      expect(set).to.match(
        /^chat=[\w.-]+; Max-Age=2592000; Domain=example\.org; Path=\/; Expires=[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT; HttpOnly; SameSite=Lax$/,
      );
      expect(await ann.done('GET', `/user/${id}`)).to.deep.equal({
        id,
        nickname: '&lt;b&gt;Ann&lt;/b&gt;',
        portraitUri: '',
        gender: 'male',
        stAccount: '',
        phone,
      });
      const again = nobody();
      const login = await again.post('/user/login', { ...asked, password: PASSWORD });
      expect(Object.keys(login.result as object)).to.deep.equal(['id', 'token']);
      expect((login.result as Row)['id']).to.equal(id);
      expect(await again.done('GET', '/user/get_token')).to.deep.equal({
        userId: id,
        token: (login.result as Row)['token'],
      });
      expect((await again.get('/user/get_token')).headers.getSetCookie(), 'no other answer sets one').to.deep.equal([]);
      const { token: bearer } = login.result as { token: string };
      const v1 = await fetch(`${parley.url}/v1/users/me`, { headers: { authorization: `Bearer ${bearer}` } });
      expect(v1.status).to.equal(200);
      expect(await ann.done('POST', '/user/check_phone_available', asked)).to.equal(false);
      expect(await ann.done<Row[]>('GET', '/user/regionlist')).to.deep.include({
        region: '86',
        locale: { en: 'China', zh: '中国' },
      });
    });

    it('says what is wrong with a phone, a code, a name, a password, a token, in the original’s words', async () => {
      const one = nobody();
      const said = (path: string, body: object): Promise<string> => one.said('POST', `/user/${path}`, body);
      const bad = '400 Invalid region and phone number.';
      for (const path of ['send_code', 'send_code_yp', 'check_phone_available']) {
        expect(await said(path, { region: '86', phone: '123' }), path).to.equal(bad);
        expect(await said(path, { region: '0', phone: '13912345678' }), path).to.equal(bad);
      }
      expect(await said('send_code', { region: '49', phone: '1712345678' }), 'of another region').to.equal(bad);
      expect(await said('send_code_yp', { region: '49', phone: '01712345678' })).to.equal('200');
      expect(await said('login', { region: '86', phone: '123', password: 'x' })).to.equal(bad);
      expect(await said('login', { region: '86', phone: freshPhone(), password: PASSWORD })).to.equal('200 {1000}');
      expect(await said('login', { region: '86', phone: freshPhone(), password: '' })).to.equal('400 Empty password.');
      expect(await said('login', { region: '86', phone: freshPhone() })).to.equal('400 Empty password.');
      expect(await said('verify_code', { region: '86', phone: freshPhone(), code: '1' })).to.equal(
        '404 Unknown phone number.',
      );
      const unknown = '00000000-0000-4000-8000-000000000000';
      const register = (more: object): Promise<string> =>
        said('register', { nickname: 'A', password: PASSWORD, verification_token: unknown, ...more });
      expect(await register({ password: 'sec ret' })).to.equal('400 Password must have no space.');
      expect(await register({ nickname: 'x'.repeat(33) })).to.equal('400 Length of nickname invalid.');
      expect(await register({ nickname: '' })).to.equal('400 Empty nickname.');
      expect(await register({ password: 'short' })).to.equal('400 Length of password invalid.');
      expect(await register({ password: 'x'.repeat(21) })).to.equal('400 Length of password invalid.');
      expect(await register({ verification_token: 'nothing' })).to.equal('400 Invalid verification_token.');
      expect(await register({})).to.equal('404 Unknown verification_token.');
      const reset = (more: object): Promise<string> =>
        said('reset_password', { password: PASSWORD, verification_token: unknown, ...more });
      expect(await reset({ password: 'sec ret' })).to.equal('400 Password must have no space.');
      expect(await reset({ password: 'short' })).to.equal('400 Length of password invalid.');
      expect(await reset({ verification_token: 'nothing' })).to.equal('400 Invalid verification_token.');
      expect(await reset({})).to.equal('404 Unknown verification_token.');
    });

    it('a token is good once, and for its own phone; of two registrations at once one is made', async () => {
      const phone = freshPhone();
      const verification_token = await token(phone);
      const body = { nickname: 'A', password: PASSWORD, verification_token };
      const both = await Promise.all([1, 2, 3].map(() => nobody().said('POST', '/user/register', body)));
      expect(both.sort()).to.deep.equal(['200', '404 Unknown verification_token.', '404 Unknown verification_token.']);
      await wait(61);
      const second = { ...body, verification_token: await token(phone) };
      expect(await nobody().said('POST', '/user/register', second)).to.equal('400 Phone number has already existed.');
      const reset = { password: 'another', verification_token: second.verification_token };
      expect(await nobody().said('POST', '/user/reset_password', reset), 'still good for this').to.equal('200');
      expect(await nobody().said('POST', '/user/reset_password', reset)).to.equal('404 Unknown verification_token.');
      const stranger = { password: 'another', verification_token: await token(freshPhone()) };
      expect(await nobody().said('POST', '/user/reset_password', stranger)).to.equal('404 Unknown user.');
    });

    it('a code ends after two minutes, and after five guesses from wherever', async () => {
      const phone = freshPhone();
      const one = nobody();
      await one.done('POST', '/user/send_code_yp', { region: '86', phone });
      const show = (code: string, address: string): Promise<string> =>
        one.said('POST', '/user/verify_code_yp', { region: '86', phone, code }, from(address));
      const guesses = await Promise.all(
        Array.from({ length: 12 }, (_, guess) => show('00000x', `10.1.${guess.toString()}.1`)),
      );
      expect(guesses.filter((said) => said === '200 {1000}')).to.have.length(5);
      expect(guesses.filter((said) => said === '200 {2000}')).to.have.length(7);
      expect(await show(SEALTALK_TEST_CODE, '10.1.99.1')).to.equal('200 {2000}');
      await wait(61);
      await one.done('POST', '/user/send_code_yp', { region: '86', phone });
      await wait(121);
      expect(await show(SEALTALK_TEST_CODE, '10.1.99.1')).to.equal('200 {2000}');
    });

    it('guessing a password is bounded, whether the phone is known or not', async () => {
      const [ann] = await people('ann');
      for (const phone of [ann.phone, freshPhone()]) {
        const kinds: string[] = [];
        for (let tries = 0; tries < 11; tries++) {
          const body = { region: '86', phone, password: 'wrong one' };
          kinds.push(await nobody().said('POST', '/user/login', body, from('10.2.1.1')));
        }
        expect(kinds[0]).to.equal(phone === ann.phone ? '200 {1001}' : '200 {1000}');
        expect(kinds.at(-1)).to.match(/^429 /);
      }
      const right = { region: '86', phone: ann.phone, password: PASSWORD };
      expect(await nobody().said('POST', '/user/login', right), 'he himself, from elsewhere').to.equal('200');
    });
  });

  describe('the session', () => {
    it('nothing is told to who has none, not even what there is', async () => {
      const one = nobody();
      for (const [method, path] of [
        ['GET', '/user/groups'],
        ['POST', '/friendship/invite'],
        ['POST', '/user/set_nickname'],
        ['GET', '/nothing/here'],
        ['DELETE', '/user/login'],
      ] as const) {
        const answer = await one.call(method, path, method === 'POST' ? { friendId: '' } : undefined);
        expect(`${answer.status.toString()} ${answer.text}`, path).to.equal('403 Not loged in.');
        expect(answer.headers.get('cache-control'), path).to.not.equal('private');
        expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
      }
      const [ann] = await people('ann');
      expect(await ann.said('GET', '/nothing/here')).to.match(/^404 /);
      const forged = [
        'chat=nothing',
        `chat=${'ab'.repeat(40)}`,
        `${ann.cookie ?? ''}x`,
        (ann.cookie ?? '').replace(/\.[^.]*\./, '.e30.'),
      ];
      for (const cookie of forged) {
        expect(await ann.said('GET', '/user/groups', undefined, { cookie })).to.equal('403 Invalid cookie value!');
      }
      expect(await ann.said('GET', '/user/groups', undefined, { cookie: 'other=1; chat=' })).to.equal(
        '403 Not loged in.',
      );
    });

    it('comes back as Android sends it, and by paths as the web client writes them', async () => {
      const phone = freshPhone();
      await SealtalkClient.registered(base, 'ann', phone);
      const login = await nobody().post('/user/login', { region: '86', phone, password: PASSWORD });
      const [whole] = login.headers.getSetCookie();
      const one = nobody();
      expect(await one.said('GET', '/user/groups', undefined, { cookie: whole })).to.equal('200');
      expect(await one.said('GET', '/User/Groups/', undefined, { cookie: whole })).to.equal('200');
      expect(await one.said('POST', '/user//logout', undefined, { cookie: whole })).to.equal('200');
      expect(await one.said('GET', '/user/groups', undefined, { cookie: whole })).to.equal('403 Not loged in.');
    });

    it('ends at the logout, for the cookie and for the token; the others go on', async () => {
      const [ann] = await people('ann');
      const other = nobody();
      const { token: bearer } = await other.done<{ token: string }>('POST', '/user/login', {
        region: '86',
        phone: ann.phone,
        password: PASSWORD,
      });
      const cookie = other.cookie;
      const out = await other.post('/user/logout');
      expect(out.headers.getSetCookie()[0]).to.match(/^chat=; Max-Age=0; Domain=example\.org; Path=\//);
      expect(await other.said('GET', '/user/groups', undefined, { cookie })).to.equal('403 Not loged in.');
      const v1 = await fetch(`${parley.url}/v1/users/me`, { headers: { authorization: `Bearer ${bearer}` } });
      expect(v1.status).to.equal(401);
      expect(await ann.said('GET', '/user/groups')).to.equal('200');
      expect(await other.said('POST', '/user/logout')).to.equal('403 Not loged in.');
    });

    it('ends with a new password, save the one in which it was given; a reset ends them all', async () => {
      const [ann] = await people('ann');
      const other = nobody();
      const login = { region: '86', phone: ann.phone };
      await other.done('POST', '/user/login', { ...login, password: PASSWORD });
      const change = (more: object): Promise<string> =>
        ann.said('POST', '/user/change_password', { oldPassword: PASSWORD, newPassword: 'another', ...more });
      expect(await change({ newPassword: 'an other' })).to.equal('400 New password must have no space.');
      expect(await change({ newPassword: 'short' })).to.equal('400 Invalid new password length.');
      expect(await change({ oldPassword: 'wrong one' })).to.equal('200 {1000}');
      expect(await change({ newPassword: '' })).to.equal('400 Empty newPassword.');
      expect(await change({})).to.equal('200');
      expect(await ann.said('GET', '/user/groups')).to.equal('200');
      expect(await other.said('GET', '/user/groups')).to.equal('403 Not loged in.');
      expect(await other.said('POST', '/user/login', { ...login, password: PASSWORD })).to.equal('200 {1001}');
      await wait(61);
      const reset = { password: 'third-one', verification_token: await token(ann.phone) };
      expect(await nobody().said('POST', '/user/reset_password', reset)).to.equal('200');
      expect(await ann.said('GET', '/user/groups')).to.equal('403 Not loged in.');
      expect(await other.said('POST', '/user/login', { ...login, password: 'third-one' })).to.equal('200');
    });

    it('is worth nothing to pages of other sites', async () => {
      const [ann] = await people('ann');
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect(await ann.said('POST', '/user/set_nickname', { nickname: 'Eve' }, { headers })).to.match(/^403 /);
      expect(await ann.done('GET', `/user/${ann.id}`)).to.include({ nickname: 'ann' });
    });
  });

  describe('profiles', () => {
    it('are one’s own to change, filtered and measured as the original does', async () => {
      const [ann] = await people('ann');
      const said = (path: string, body: object): Promise<string> => ann.said('POST', `/user/${path}`, body);
      expect(await said('set_nickname', { nickname: '<i>A' })).to.equal('200');
      expect(await said('set_nickname', { nickname: 'x'.repeat(33) })).to.equal('400 Invalid nickname length.');
      expect(await said('set_nickname', { nickname: ' ' })).to.equal('400 Invalid nickname length.');
      expect(await said('set_nickname', { nickname: '' })).to.equal('400 Empty nickname.');
      expect(await said('set_portrait_uri', { portraitUri: 'https://a.example/x.png' })).to.equal('200');
      expect(await said('set_portrait_uri', { portraitUri: 'javascript:x' })).to.equal(
        '400 Invalid portraitUri format.',
      );
      expect(await said('set_portrait_uri', { portraitUri: 'http://a.b' })).to.equal('400 Invalid portraitUri length.');
      expect(await said('set_portrait_uri', { portraitUri: `https://a.example/${'x'.repeat(256)}` })).to.equal(
        '400 Invalid portraitUri length.',
      );
      expect(await ann.done('GET', `/user/${ann.id}`)).to.include({
        nickname: '&lt;i&gt;A',
        portraitUri: 'https://a.example/x.png',
      });
    });

    it('are found by id and by phone; the number only by who is found by it, himself and his friends', async () => {
      const [[ann, bob], [eve]] = await Promise.all([friends(), people('eve')]);
      const card = { id: ann.id, nickname: 'ann', portraitUri: '' };
      expect(await eve.done('GET', `/user/batch?id=${ann.id}&id=nobody&id=${bob.id}&id=${ann.id}`)).to.deep.equal([
        card,
        { ...card, id: bob.id, nickname: 'bob' },
      ]);
      expect(await eve.done('GET', `/user/batch?id=${ann.id}`)).to.deep.equal([card]);
      expect(await eve.done('GET', '/user/batch')).to.deep.equal([]);
      expect(await eve.done('GET', `/user/find/86/${ann.phone}`)).to.deep.equal(card);
      expect(await eve.done('GET', `/user/find/%2B86/${ann.phone}`)).to.deep.equal(card);
      expect(await eve.said('GET', '/user/find/86/123')).to.equal('400 Invalid region and phone number.');
      expect(await eve.said('GET', `/user/find/86/${freshPhone()}`)).to.equal('404 Unknown user.');
      expect(await eve.done('GET', `/user/find_user?region=86&phone=${ann.phone}`)).to.deep.equal({
        ...card,
        gender: 'male',
        stAccount: '',
      });
      expect(await eve.said('GET', '/user/find_user?region=86')).to.equal('400 Parameter is empty.');
      expect(await eve.said('GET', '/user/find_user?st_account=ann')).to.equal('404 Unknown user.');
      expect(await eve.said('GET', '/user/nobody')).to.equal('404 Unknown user.');
      expect(await eve.done('GET', `/user/${ann.id}`)).to.include({ phone: '' });
      expect(await bob.done('GET', `/user/${ann.id}`)).to.include({ phone: ann.phone });
      await ann.done('POST', '/user/set_privacy', { phoneVerify: 0 });
      expect(await eve.said('GET', `/user/find/86/${ann.phone}`)).to.equal('404 Unknown user.');
      expect(await eve.said('GET', `/user/find_user?region=86&phone=${ann.phone}`)).to.equal('404 Unknown user.');
    });

    it('looking whose phones are is bounded', async () => {
      const [eve] = await people('eve');
      const found: string[] = [];
      for (let looks = 0; looks < 101; looks++) found.push(await eve.said('GET', `/user/find/86/${freshPhone()}`));
      expect(new Set(found.slice(0, 100))).to.deep.equal(new Set(['404 Unknown user.']));
      expect(found.at(-1)).to.match(/^429 /);
    });

    it('privacy is four switches, of which one is said the other way round', async () => {
      const [ann] = await people('ann');
      const set = (body: object): Promise<string> => ann.said('POST', '/user/set_privacy', body);
      const all = { phoneVerify: 1, stSearchVerify: 1, friVerify: 1, groupVerify: 1 };
      expect(await ann.done('GET', '/user/get_privacy')).to.deep.equal({ id: ann.id, ...all });
      for (const name of Object.keys(all)) {
        expect(await set({ [name]: 0 }), name).to.equal('200');
        expect(await ann.done('GET', '/user/get_privacy'), name).to.deep.equal({ id: ann.id, ...all, [name]: 0 });
        expect(await set({ [name]: 1 }), name).to.equal('200');
      }
      expect(await set({})).to.equal('400 Parameter is empty.');
      for (const wrong of ['1', 2, true]) expect(await set({ groupVerify: wrong })).to.equal('400 Illegal parameter .');
      await set({ groupVerify: 0 });
      const { token: bearer } = await ann.done<{ token: string }>('GET', '/user/get_token');
      const v1 = await fetch(`${parley.url}/v1/users/me/privacy`, { headers: { authorization: `Bearer ${bearer}` } });
      expect(await v1.json(), 'needs his word').to.include({ groupInviteConsent: true });
    });
  });

  describe('friends', () => {
    it('are asked and agree; both rows say so, and the words stand with the one who was asked', async () => {
      const [ann, bob] = await people('ann', 'bob');
      expect(await invite(ann, bob, '<b>hi')).to.equal('Sent');
      expect(await standing(ann, bob)).to.equal('10/11');
      const row = await friendOf(bob, ann);
      expect(row).to.deep.include({ displayName: '', message: '&lt;b&gt;hi', status: 11 });
      expect(row?.['updatedAt']).to.equal(new Date(row?.['updatedTime'] as number).toISOString());
      expect(await friendOf(ann, bob)).to.include({ message: '' });
      expect(await invite(ann, bob), 'again, at once').to.equal('None');
      await bob.done('POST', '/friendship/agree', { friendId: ann.id });
      expect(await standing(ann, bob)).to.equal('20/20');
      expect(await bob.said('POST', '/friendship/agree', { friendId: ann.id }), 'as it is').to.equal('200');
      expect((await friendOf(ann, bob))?.['user']).to.deep.equal({
        id: bob.id,
        nickname: 'bob',
        portraitUri: '',
        gender: 'male',
        stAccount: '',
        region: '86',
        phone: bob.phone,
      });
      expect(await ann.said('POST', '/friendship/invite', { friendId: bob.id, message: 'x' })).to.match(
        /^400 User \d{16} is already your friend\.$/,
      );
    });

    it('whoever asks one who has asked him is answered; who wants nobody to ask is added', async () => {
      const [ann, bob, cid] = await people('ann', 'bob', 'cid');
      await invite(ann, bob);
      expect(await invite(bob, ann)).to.equal('Added');
      expect(await standing(ann, bob)).to.equal('20/20');
      await cid.done('POST', '/user/set_privacy', { friVerify: 0 });
      expect(await invite(ann, cid)).to.equal('AddDirectly');
      expect(await standing(ann, cid)).to.equal('20/20');
    });

    it('who is ignored may ask again after a day, who waits after three', async () => {
      const [ann, bob, cid] = await people('ann', 'bob', 'cid');
      await invite(ann, bob);
      await invite(ann, cid);
      await bob.done('POST', '/friendship/ignore', { friendId: ann.id });
      expect(await standing(ann, bob)).to.equal('10/21');
      expect(await bob.said('POST', '/friendship/agree', { friendId: ann.id })).to.equal(
        '404 Unknown friend user or invalid status.',
      );
      expect(await bob.said('POST', '/friendship/ignore', { friendId: ann.id })).to.equal(
        '404 Unknown friend user or invalid status.',
      );
      expect(await invite(ann, bob)).to.equal('None');
      const realNow = Date.now;
      try {
        Date.now = () => realNow() + DAY_MS + 1_000;
        expect([await invite(ann, bob), await invite(ann, cid)]).to.deep.equal(['Sent', 'None']);
        Date.now = () => realNow() + 3 * DAY_MS + 2_000;
        expect(await invite(ann, cid)).to.equal('Sent');
      } finally {
        Date.now = realNow;
      }
    });

    it('deleting is one-sided and blocks; asking again is possible, and being friends again lifts it', async () => {
      const [ann, bob] = await friends();
      expect(await ann.said('POST', '/friendship/delete', { friendId: bob.id })).to.equal('200');
      expect(await standing(ann, bob)).to.equal('30/20');
      expect((await ann.done<Row[]>('GET', '/user/blacklist')).map(({ user }) => (user as Row)['id'])).to.deep.equal([
        bob.id,
      ]);
      const message = {
        conversationType: 'PRIVATE',
        targetId: ann.id,
        objectName: 'RC:TxtMsg',
        content: { content: 'x' },
      };
      expect(await bob.said('POST', '/misc/send_message', message)).to.equal(`403 User ${ann.id} is not your friend.`);
      expect(await invite(bob, ann), 'who was taken off asks').to.equal('Sent');
      expect(await standing(bob, ann)).to.equal('10/11');
      await ann.done('POST', '/friendship/agree', { friendId: bob.id });
      expect(await standing(ann, bob)).to.equal('20/20');
      expect(await ann.done('GET', '/user/blacklist')).to.deep.equal([]);
      expect(await bob.said('POST', '/misc/send_message', message)).to.equal('200');

      await ann.done('POST', '/friendship/delete', { friendId: bob.id });
      expect(await invite(ann, bob), 'who is still in the other’s list is back').to.equal('Added');
      await ann.done('POST', '/friendship/delete', { friendId: bob.id });
      await bob.done('POST', '/friendship/delete', { friendId: ann.id });
      expect(await standing(ann, bob)).to.equal('30/30');
      expect(await invite(ann, bob)).to.equal('Sent');
      expect(await standing(ann, bob)).to.equal('10/11');
      const [eve] = await people('eve');
      for (const friendId of [eve.id, ann.id, 'nobody']) {
        expect(await ann.said('POST', '/friendship/delete', { friendId })).to.equal(
          '404 Unknown friend user or invalid status.',
        );
      }
    });

    it('who is on the blacklist asks in vain and isn’t told why', async () => {
      const [ann, bob] = await friends();
      expect(await ann.said('POST', '/user/add_to_blacklist', { friendId: bob.id })).to.equal('200');
      expect(await standing(ann, bob)).to.equal('31/20');
      const [black] = await ann.done<Row[]>('GET', '/user/blacklist');
      expect(black?.['user']).to.include({ id: bob.id, nickname: 'bob', portraitUri: '', phone: '' });
      expect(Object.keys(black?.['user'] as object)).to.include.members([
        'updatedAt',
        'updatedTime',
        'gender',
        'stAccount',
      ]);
      expect(await ann.said('POST', '/user/remove_from_blacklist', { friendId: bob.id })).to.equal('200');
      expect(await standing(ann, bob)).to.equal('20/20');
      await ann.done('POST', '/user/add_to_blacklist', { friendId: bob.id });
      await bob.done('POST', '/friendship/delete', { friendId: ann.id });
      expect(await invite(bob, ann)).to.equal('None');
      const unavailable = '404 friendId is not an available userId.';
      expect(await ann.said('POST', '/user/add_to_blacklist', { friendId: 'nobody' })).to.equal(unavailable);
      expect(await ann.said('POST', '/user/add_to_blacklist', { friendId: ann.id })).to.equal(unavailable);
      expect(await ann.said('POST', '/user/add_to_blacklist', { friendId: '' })).to.equal('400 Empty friendId.');
      expect(await ann.said('POST', '/user/remove_from_blacklist', { friendId: 'nobody' })).to.equal('200');
    });

    it('what is asked is measured, and of whom', async () => {
      const [ann, bob] = await people('ann', 'bob');
      const said = (body: object): Promise<string> => ann.said('POST', '/friendship/invite', body);
      expect(await said({ friendId: bob.id, message: '' })).to.equal('400 Empty message.');
      expect(await said({ friendId: bob.id })).to.equal('400 Empty message.');
      expect(await said({ friendId: bob.id, message: 'x'.repeat(65) })).to.equal(
        '400 Length of friend request message is out of limit.',
      );
      expect(await said({ friendId: 'nobody', message: 'x' })).to.equal('404 Unknown user.');
      expect(await said({ message: 'x' })).to.equal('400 Empty friendId.');
      expect(await said({ friendId: ann.id, message: 'x' })).to.match(/^400 /);
      expect(await ann.done('GET', '/friendship/all')).to.deep.equal([]);
    });

    it('have names and notes of one’s own', async () => {
      const [[ann, bob], [eve]] = await Promise.all([friends(), people('eve')]);
      const name = (who: SealtalkClient, displayName: string, friendId = bob.id): Promise<string> =>
        who.said('POST', '/friendship/set_display_name', { friendId, displayName });
      expect(await name(ann, 'Bobby')).to.equal('200');
      expect(await friendOf(ann, bob)).to.include({ displayName: 'Bobby' });
      expect(await name(ann, 'x'.repeat(33))).to.equal('400 Length of displayName is out of limit.');
      expect(await name(eve, 'Bobby')).to.equal('404 Unknown friend user or invalid status.');
      const profile = await ann.done<{ displayName: string; user: Row }>('GET', `/friendship/${bob.id}/profile`);
      expect(profile.displayName).to.equal('Bobby');
      expect(profile.user).to.include({ id: bob.id, nickname: 'bob', region: '86', phone: bob.phone });
      expect(profile.user).to.include.keys('createdAt', 'updatedAt', 'createdTime', 'updatedTime');
      expect(await eve.said('GET', `/friendship/${bob.id}/profile`)).to.match(
        /^403 Current user is not friend of user \d{16}\.$/,
      );
      expect(await name(ann, ''), 'clears').to.equal('200');
      expect(await friendOf(ann, bob)).to.include({ displayName: '' });

      const note = { displayName: 'B', region: '86', phone: '13900000000', description: 'd', imageUri: 'http://x' };
      const describe_ = (body: object): Promise<string> =>
        ann.said('POST', '/friendship/set_friend_description', { friendId: bob.id, ...body });
      expect(await describe_(note)).to.equal('200');
      expect(await ann.done('POST', '/friendship/get_friend_description', { friendId: bob.id })).to.deep.equal(note);
      expect(await describe_({ region: '86' })).to.equal('400 region or phone is empty.');
      expect(await eve.said('POST', '/friendship/get_friend_description', { friendId: bob.id })).to.match(/^404 /);
    });

    it('of an address book who is here is told, save who isn’t found by his phone; several are deleted at once', async () => {
      const [[ann, bob], [eve, cid]] = await Promise.all([friends(), people('eve', 'cid')]);
      await cid.done('POST', '/user/set_privacy', { phoneVerify: 0 });
      const contactList = [bob.phone, `+86${eve.phone}`, cid.phone, freshPhone(), 'Mum'];
      const found = await ann.done<Row[]>('POST', '/friendship/get_contacts_info', { contactList });
      expect(found.map(({ registered, relationship, id }) => [registered, relationship, id])).to.deep.equal([
        [1, 1, bob.id],
        [1, 0, eve.id],
        [0, 0, ''],
        [0, 0, ''],
        [0, 0, ''],
      ]);
      expect(found.map(({ phone }) => phone)).to.deep.equal(contactList);
      expect(await ann.done('POST', '/friendship/batch_delete', { friendIds: [bob.id, eve.id, bob.id] })).to.deep.equal(
        [1],
      );
      expect(await standing(ann, bob)).to.equal('30/20');
      expect(await ann.said('POST', '/friendship/batch_delete', { friendIds: [] })).to.equal('400 Empty friendIds.');
    });

    it('and members are written to; nobody else', async () => {
      const [[ann, bob], [eve]] = await Promise.all([friends(), people('eve')]);
      const text = {
        objectName: 'RC:TxtMsg',
        content: { content: 'hi', mentionedInfo: { type: 2, userIdList: [bob.id] } },
      };
      const send = (who: SealtalkClient, body: object): Promise<string> => who.said('POST', '/misc/send_message', body);
      expect(await send(ann, { conversationType: 'PRIVATE', targetId: bob.id, ...text, pushContent: '' })).to.equal(
        '200',
      );
      expect(
        await send(ann, { conversationType: 'PRIVATE', targetId: bob.id, ...text, content: '{"content":"hi"}' }),
      ).to.equal('200');
      expect(await send(eve, { conversationType: 'PRIVATE', targetId: bob.id, ...text })).to.equal(
        `403 User ${bob.id} is not your friend.`,
      );
      expect(await send(ann, { conversationType: 'GROUP', targetId: 'nothing', ...text })).to.equal(
        '403 Your are not member of Group nothing.',
      );
      expect(await send(ann, { conversationType: 'SYSTEM', targetId: bob.id, ...text })).to.equal(
        '403 Unsupported conversation type.',
      );
      expect(await send(ann, { conversationType: 'PRIVATE', targetId: bob.id, objectName: 'RC:TxtMsg' })).to.equal(
        '400 Empty content.',
      );
      expect(await send(ann, { conversationType: 'PRIVATE', targetId: bob.id, ...text, content: 'no JSON' })).to.match(
        /^400 /,
      );
      const { token: bearer } = await bob.done<{ token: string }>('GET', '/user/get_token');
      const headers = { authorization: `Bearer ${bearer}` };
      const list = await fetch(`${parley.url}/v1/conversations`, { headers });
      const { items } = (await list.json()) as { items: { conversationId: string }[] };
      const chat = `${parley.url}/v1/conversations/${encodeURIComponent(items[0]?.conversationId ?? '')}/messages`;
      const said = (await (await fetch(chat, { headers })).json()) as { items: Row[] };
      const v1Me = await fetch(`${parley.url}/v1/users/me`, { headers });
      const { userId } = (await v1Me.json()) as { userId: string };
      expect(JSON.stringify(said.items), 'every API reads it, and whom it means')
        .to.include('"hi"')
        .and.include(userId);
    });
  });
});
