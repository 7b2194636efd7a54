import { expect } from 'chai';
import type { UserInfo } from '../../api/dialects/openim/views.js';
import { ENGINES } from '../support/engines.js';
import { OpenimClient, type OpenimAnswer } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';
const password = 'correct horse';

for (const engine of ENGINES)
  describe(`003: accounts, and those of /v1, on ${engine}`, () => {
    let parley: RunningParley;
    let im: OpenimClient;
    let v1: V1Client;

    before(async function () {
      this.timeout(60_000);
      parley = await runParley({ PARLEY_APP_ADMINS: 'imAdmin', OPENIM_SECRET: SECRET }, engine);
      im = new OpenimClient(`${parley.url}/openim`, SECRET);
      v1 = new V1Client(parley.url);
      await im.people('reader');
    });
    after(() => parley.stop());

    const register = (userID: string, more: object = {}, key?: string): Promise<OpenimAnswer> =>
      im.call(
        '/user/self_register',
        { userID, nickname: userID, password, ...more },
        key === undefined ? {} : { headers: { 'Idempotency-Key': key } },
      );
    const login = (userID: string, shown = password): Promise<OpenimAnswer> =>
      im.call('/user/self_login', { userID, password: shown, platformID: 1 });
    const session = async (name: string, shown = password): Promise<string> => {
      const { body } = await v1.call('POST', '/sessions', { body: { login: name, password: shown } });
      return String(body['userId'] ?? body['code']);
    };
    const nicknames = async (...userIDs: string[]): Promise<string[]> => {
      const token = await im.tokenOf('reader');
      const { usersInfo } = await im.done<{ usersInfo: UserInfo[] }>('/user/get_users_info', { userIDs }, { token });
      return usersInfo.map(({ nickname }) => nickname);
    };

    it('of five registrations at once that differ in the nickname, the one that is stored is told so', async () => {
      for (let n = 0; n < 10; n++) {
        const userID = `rush_${n.toString()}`;
        const names = ['A', 'B', 'C', 'D', 'E'];
        const answers = await Promise.all(names.map((nickname) => register(userID, { nickname })));
        const codes = answers.map(({ errCode }) => errCode);
        expect([...codes].sort()).to.deep.equal([0, 1102, 1102, 1102, 1102]);
        expect(await nicknames(userID)).to.deep.equal([names[codes.indexOf(0)]]);
        expect((await login(userID)).errCode).to.equal(0);
      }
    });

    it('an id with a password, and a login of /v1, are read alike: whoever comes second is refused', async () => {
      expect((await register('ann1')).errCode).to.equal(0);
      expect((await register('ann1')).errCode).to.equal(1102);
      const alike = await register('ANN1');
      expect(alike.errCode).to.equal(1102);
      expect(alike.errDlt).to.contain('UserIdLooksAlike');
      expect((await login('Ann1')).errCode, 'an id is exact here').to.equal(1101);
      const stranger = { userId: 'stranger', login: 'ANN1', password: 'of a stranger', nickname: 'S' };
      expect((await v1.call('POST', '/users', { body: stranger })).body).to.include({
        status: 409,
        code: 'LoginTaken',
      });
      const twin = { userId: 'Ann1', login: 'stranger', password: 'of a stranger', nickname: 'S' };
      expect((await v1.call('POST', '/users', { body: twin })).body).to.include({
        status: 409,
        code: 'UserIdLooksAlike',
      });
      expect(await session('ann1')).to.equal('ann1');
      const body = { userId: 'mallory', login: 'victim', password: 'of mallory', nickname: 'M' };
      expect((await v1.call('POST', '/users', { body })).status).to.equal(201);
      expect((await register('victim')).errCode).to.equal(1102);
      expect(await session('victim', 'of mallory')).to.equal('mallory');
      // The app may name its users as it likes: without a password nobody logs in.
      const users = ['Victim', 'VICTIM'].map((userID) => ({ userID, nickname: userID }));
      await im.done('/user/user_register', { secret: SECRET, users });
      expect(await session('VICTIM', 'of mallory')).to.equal('mallory');
    });

    it('one account, whichever API it was made through', async () => {
      const body = { userId: 'ada', login: 'ada@example.org', password, nickname: 'Ada' };
      expect((await v1.call('POST', '/users', { body })).status).to.equal(201);
      expect((await login('ada')).errCode).to.equal(0);
      expect((await login('ada@example.org')).errCode).to.equal(1101);
      expect(await session('Ada@example.org')).to.equal('ada');
      expect(await session('ada')).to.equal('ada');
      await register('Cleo');
      expect(await session('Cleo')).to.equal('Cleo');
      expect(await session('cleo')).to.equal('Cleo');
      const { body: made } = await v1.call('POST', '/users', { body: { login: 'dora', password, nickname: 'Dora' } });
      expect((await login(String(made['id']))).errCode).to.equal(0);
    });

    it('self_register: a key is its user’s; with another body or password it is refused as such', async () => {
      const first = await register('keyed', {}, 'constant');
      expect(await register('keyed', {}, 'constant')).to.deep.equal(first);
      for (const more of [{ nickname: 'Other' }, { password: 'another password' }]) {
        const answer = await register('keyed', more, 'constant');
        expect(answer.errCode).to.equal(1001);
        expect(answer.errDlt).to.contain('Idempotency-Key');
      }
      expect((await register('keyed', { nickname: 'Other' }, 'new')).errCode).to.equal(1102);
      expect((await register('somebody else', {}, 'constant')).errCode, 'an id without blanks').to.equal(1001);
      expect((await register('somebody.else', {}, 'constant')).errCode).to.equal(0);
      expect(await nicknames('keyed')).to.deep.equal(['keyed']);
    });

    it('user_register: a thousand at once by the secret alone; the list again is told so', async () => {
      const users = Array.from({ length: 1_000 }, (_, n) => ({
        userID: `many${n.toString()}`,
        nickname: `N ${n.toString()}`,
      }));
      expect((await im.call('/user/user_register', { secret: SECRET, users })).errCode).to.equal(0);
      const again = await im.call('/user/user_register', { secret: SECRET, users });
      expect(again.errCode).to.equal(1102);
      expect(again.errDlt).to.contain('by this very request before');
      const other = await im.call('/user/user_register', {
        secret: SECRET,
        users: [{ userID: 'few', nickname: 'F' }, users[7]],
      });
      expect(other.errCode).to.equal(1102);
      expect(await nicknames('few', 'many999')).to.deep.equal(['N 999']);
    }).timeout(60_000);

    it('user_register: a key is the app’s, whomever it names', async () => {
      const send = async (userIDs: string[], who: object = { secret: SECRET }, token?: string): Promise<OpenimAnswer> =>
        im.call(
          '/user/user_register',
          { ...who, users: userIDs.map((userID) => ({ userID, nickname: userID })) },
          { headers: { 'Idempotency-Key': 'batch' }, ...(token === undefined ? {} : { token }) },
        );
      for (let n = 0; n < 2; n++) expect((await send(['b1', 'b2'])).errCode).to.equal(0);
      for (const others of [['b3', 'b2'], ['b1'], ['b2', 'b1'], ['b1', 'b2', 'b3']]) {
        const answer = await send(others);
        expect(answer.errCode, others.join()).to.equal(1001);
        expect(answer.errDlt).to.contain('Idempotency-Key');
      }
      expect(await nicknames('b3')).to.deep.equal([]);
      // An app admin is somebody else; an ordinary user who shows the secret is the app.
      expect((await send(['b4'], {}, await im.adminToken('imAdmin'))).errCode).to.equal(0);
      expect((await send(['b1', 'b2'], { secret: SECRET }, await im.tokenOf('reader'))).errCode).to.equal(0);
    });
  });
