import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { GroupInfo, GroupMemberFullInfo, GroupRequest, UserInfo } from '../../api/dialects/openim/views.js';
import { ENGINES } from '../support/engines.js';
import { eventually } from '../support/eventually.js';
import { OpenimClient, type OpenimAnswer } from '../support/openim-client.js';
import { seedSamples } from '../support/openim-samples.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { type Outcome, pinSamples } from '../support/seed-samples.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';
const TOKEN_SECRET = 'a token secret for tests, which has at least 32 bytes';
const page = { pageNumber: 1, showNumber: 100 };

type Body = Record<string, unknown>;
interface Event {
  type: string;
  via: string;
  actor: { kind: string; id: string; onBehalfOf?: string };
  requestRef?: string;
  data: Body;
}

for (const engine of ENGINES)
  describe(`003: the OpenIM user and group API, on ${engine}`, () => {
    let tenant: string;
    let otherTenant: string;
    let parley: RunningParley;
    let im: OpenimClient;
    let admin: string;
    /** Tokens by user id. */
    let of: Record<string, string>;
    let count = 0;

    before(async function () {
      this.timeout(60_000);
      parley = await runParley(
        {
          PARLEY_APP_ADMINS: 'imAdmin',
          PARLEY_TOKEN_SECRET: TOKEN_SECRET,
          OPENIM_PORT: '0',
          OPENIM_SECRET: SECRET,
        },
        engine,
      );
      ({ tenant, otherTenant } = parley);
      im = new OpenimClient(`${parley.url}/openim`, SECRET);
      of = await im.people('owner', 'admin', 'member', 'member2', 'outsider', 'user_10001', 'user_10002');
      admin = await im.adminToken('imAdmin');
    });
    after(() => parley.stop());

    const as = (name: string): { token: string } => ({ token: name === 'imAdmin' ? admin : (of[name] ?? '') });
    const codeOf = async (path: string, body: object | string, who: string): Promise<number> =>
      (await im.call(path, body, as(who))).errCode;

    /** owner's group with admin, member and member2 in it. */
    async function givenGroup(info: Body = {}): Promise<string> {
      const groupID = `g_${(++count).toString()}`;
      await im.done(
        '/group/create_group',
        {
          ownerUserID: 'owner',
          adminUserIDs: ['admin'],
          memberUserIDs: ['member', 'member2'],
          groupInfo: { groupID, groupName: 'Study Group', groupType: 2, ...info },
        },
        as('owner'),
      );
      return groupID;
    }
    async function infoOf(groupID: string): Promise<GroupInfo> {
      const data = await im.done<{ groupInfos: GroupInfo[] }>(
        '/group/get_groups_info',
        { groupIDs: [groupID] },
        as('owner'),
      );
      const [info] = data.groupInfos;
      if (info === undefined) throw new Error(`no group ${groupID}`);
      return info;
    }
    const membersOf = async (groupID: string, more: Body = {}): Promise<GroupMemberFullInfo[]> =>
      (
        await im.done<{ members: GroupMemberFullInfo[] }>(
          '/group/get_group_member_list',
          { groupID, pagination: page, ...more },
          { token: admin },
        )
      ).members;
    const rolesIn = async (groupID: string): Promise<Record<string, number>> =>
      Object.fromEntries((await membersOf(groupID)).map(({ userID, roleLevel }) => [userID, roleLevel]));
    const requestsTo = (groupID: string, who = 'owner'): Promise<{ total: number; groupRequests: GroupRequest[] }> =>
      im.done(
        '/group/get_recv_group_applicationList',
        { fromUserID: who, pagination: page, groupIDs: [groupID] },
        as(who),
      );
    async function historyOf(groupID: string): Promise<Event[]> {
      const response = await fetch(`${parley.url}/v1/groups/${groupID}/events?limit=1000`, {
        headers: { authorization: `Bearer ${admin}` },
      });
      return ((await response.json()) as { items: Event[] }).items;
    }

    describe("the seed's own request samples, byte for byte", () => {
      /** What each comes to, in the seed's order; why, where it isn't success. */
      const outcomes: readonly Outcome<number | 'duplicate key'>[] = [
        ['/user/self_register', 1001, 'it has no password'],
        ['/user/self_login', 1001, 'it has no password'],
        ['/user/update_user_info_ex', 1001, 'it is no JSON: quotes within quotes'],
        ['/user/get_users_info', 0],
        ['/user/get_users_info', 0],
        ['/friend/add_friend', 1301, 'he asks himself'],
        ['/friend/add_friend_response', 1001, 'its handleResult is 123'],
        ['/friend/delete_friend', 0, 'nobody is in his own list'],
        ['/friend/get_friend_apply_list', 0],
        ['/friend/get_self_friend_apply_list', 0],
        ['/friend/get_friend_list', 0],
        ['/friend/add_black', 1001, 'nobody blocks himself'],
        ['/friend/get_black_list', 0],
        ['/friend/remove_black', 0, 'nobody has blocked himself'],
        ['/friend/is_friend', 0],
        ['/friend/update_friends', 0, 'he names no friend'],
        ['/group/create_group', 1001, 'it names the same user as owner, admin and member'],
        ['/group/set_group_info_ex', 1001, 'its flags are 123'],
        ['/group/join_group', 1001, 'its joinSource is 123'],
        ['/group/quit_group', 1002, 'the owner may not leave'],
        ['/group/group_application_response', 1001, 'its handleResult is 123'],
        ['/group/transfer_group', 1001, 'it goes from a user to himself'],
        ['/group/get_groups_info', 0],
        ['/group/kick_group', 1001, 'it kicks the caller'],
        ['/group/get_group_members_info', 0],
        ['/group/get_group_member_list', 1001, 'its filter is 123'],
        ['/group/invite_user_to_group', 'duplicate key', 'he is a member already'],
        ['/group/dismiss_group', 0],
        ['/group/mute_group_member', 1002, 'nobody mutes the owner'],
        ['/group/cancel_mute_group_member', 1002, 'nobody mutes the owner'],
        ['/group/mute_group', 0],
        ['/group/cancel_mute_group', 0],
        ['/conversation/get_sorted_conversation_list', 0, 'its conversation is none, and passed over'],
        ['/conversation/get_not_notify_conversation_ids', 0],
        ['/conversation/get_pinned_conversation_ids', 0],
        ['/msg/revoke_msg', 1001, 'conv_ is no conversation'],
        ['/msg/mark_msgs_as_read', 1001, 'conv_ is no conversation'],
        ['/msg/mark_conversation_as_read', 1001, 'conv_ is no conversation'],
        ['/msg/clear_conversation_msg', 1001, 'its deleteSyncOpt is a text'],
        ['/msg/delete_msgs', 1001, 'its deleteSyncOpt is a text'],
      ];

      before(async () => {
        await im.done(
          '/group/create_group',
          { ownerUserID: 'user_10001', groupInfo: { groupID: 'group_20001', groupName: 'Study Group' } },
          as('user_10001'),
        );
      });

      pinSamples({
        samples: seedSamples,
        outcomes,
        operations: 39,
        // The others meet the group alive.
        isLast: (path) => path.endsWith('dismiss_group'),
        send: async ({ name, text }) => {
          const answer = await im.call(name, text, as('user_10001'));
          const { errCode, errMsg } = answer;
          return { said: errMsg.includes('duplicate key') ? 'duplicate key' : errCode, answer };
        },
      });
    });

    describe('the envelope', () => {
      it('of an answer without fields has no data', async () => {
        const groupID = await givenGroup();
        expect(await im.call('/group/mute_group', { groupID }, as('owner'))).to.deep.equal({
          errCode: 0,
          errMsg: '',
          errDlt: '',
        });
      });

      it('of an error has its name and, in the original’s form, its detail', async () => {
        const answer = await im.call('/group/mute_group', { groupID: 'nowhere' }, as('owner'));
        expect(answer).to.include({ errCode: 1004, errMsg: 'RecordNotFoundError' });
        expect(answer.errDlt).to.match(/: \[1004\]RecordNotFoundError$/);
        expect(answer).to.not.have.property('data');
      });

      it('comes with HTTP 200 for whatever is sent', async () => {
        for (const [body, errCode] of [
          ['', 1001],
          ['[]', 1001],
          ['null', 1001],
          ['{"groupID":', 1001],
          ['{"groupID":7}', 1001],
          ['{"groupID":""}', 1001],
          ['{"__proto__":{"a":1},"groupID":"x"}', 1001],
          ['{"groupID":"a\u0000b"}', 1001],
          [`{"groupID":"x","a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 1001],
          [`{"groupID":"${'x'.repeat(600_000)}"}`, 1001],
        ] as const) {
          expect(await codeOf('/group/mute_group', body, 'owner'), body.slice(0, 50)).to.equal(errCode);
        }
      });

      it('tells what is no JSON from what is no object', async () => {
        for (const [body, said] of [
          ['null', 'must be an object'],
          ['"x"', 'must be an object'],
          ['5', 'must be an object'],
          ['[]', 'must be an object'],
          ['{', 'the body is not JSON'],
        ] as const) {
          const { errDlt } = await im.call('/group/mute_group', body, as('owner'));
          expect(errDlt, body).to.equal(`${said}: [1001]ArgsError`);
        }
      });

      it('is HTTP 404 for what is not served at all: an unknown operation, or by another method', async () => {
        const told = async (path: string, method: string): Promise<unknown[]> => {
          const response = await fetch(`${im.base}${path}`, { method });
          const { errCode, errMsg, errDlt, ...rest } = (await response.json()) as OpenimAnswer;
          expect(errDlt).to.contain('no such operation');
          return [response.status, errCode, errMsg, rest];
        };
        const missing = [404, 404, 'OperationNotFoundError', {}];
        expect(await told('/group/nothing', 'POST')).to.deep.equal(missing);
        expect(await told('/group/nothing', 'GET')).to.deep.equal(missing);
        expect(await told('/group/mute_group', 'GET')).to.deep.equal(missing);
        expect((await im.call('/group/%zz', {}, as('owner'))).errCode, 'a broken escape').to.equal(1001);
      });

      it('takes JSON whatever the content type says, in UTF-8 only', async () => {
        const send = async (type: string, body: string | Uint8Array<ArrayBuffer>): Promise<number> => {
          const response = await fetch(`${im.base}/user/get_users_info`, {
            method: 'POST',
            headers: { ...as('owner'), 'content-type': type },
            body,
          });
          return ((await response.json()) as OpenimAnswer).errCode;
        };
        expect(await send('text/plain', '{"userIDs":["x"]}')).to.equal(0);
        expect(await send('application/x-www-form-urlencoded', '{"userIDs":["x"]}')).to.equal(0);
        expect(await send('application/json', new Uint8Array([0x7b, 0xff, 0x7d]))).to.equal(1001);
        for (const charset of ['UTF8', 'utf8', '"UTF8"', 'UTF-8']) {
          expect(await send(`application/json; charset=${charset}`, '{"userIDs":["x"]}'), charset).to.equal(0);
        }
        expect(await send('application/json; charset=latin1', '{"userIDs":["x"]}')).to.equal(1001);
      });

      it('join_group through a member’s invitation says whose (D1)', async () => {
        const groupID = await givenGroup({ needVerification: 2 });
        for (const inviterUserID of [undefined, '']) {
          expect(await codeOf('/group/join_group', { groupID, joinSource: 2, inviterUserID }, 'outsider')).to.equal(
            1001,
          );
        }
        expect(await rolesIn(groupID)).to.not.have.property('outsider');
        expect(await codeOf('/group/join_group', { groupID, joinSource: 3, inviterUserID: '' }, 'outsider')).to.equal(
          0,
        );
      });

      it('needs no operationID', async () => {
        const groupID = await givenGroup();
        const response = await fetch(`${im.base}/group/mute_group`, {
          method: 'POST',
          headers: { token: of['owner'] ?? '' },
          body: JSON.stringify({ groupID }),
        });
        expect(((await response.json()) as OpenimAnswer).errCode).to.equal(0);
        expect((await historyOf(groupID)).at(-1)).to.not.have.property('requestRef');
      });

      it('answers OPTIONS without a token', async () => {
        const response = await fetch(`${im.base}/group/mute_group`, { method: 'OPTIONS' });
        expect(response.status).to.equal(200);
      });

      it('takes null for absent and leaves out what it does not know', async () => {
        const groupID = await givenGroup();
        const body = { groupID, groupName: null, introduction: 'new', somethingElse: { a: 1 } };
        expect(await codeOf('/group/set_group_info_ex', body, 'owner')).to.equal(0);
        expect(await infoOf(groupID)).to.include({ groupName: 'Study Group', introduction: 'new' });
      });
    });

    describe('tokens and tenants', () => {
      const forged = (change: (jwt: SignJWT) => SignJWT, secret = TOKEN_SECRET): Promise<string> =>
        change(
          new SignJWT({ tid: tenant })
            .setProtectedHeader({ alg: 'HS256' })
            .setSubject('owner')
            .setIssuedAt()
            .setExpirationTime('1h')
            .setJti('j')
            .setIssuer('parley')
            .setAudience('parley'),
        ).sign(Buffer.from(secret));
      const errorOf = async (token: string | undefined, headers?: Record<string, string>): Promise<string> => {
        const answer = await im.call(
          '/user/get_users_info',
          { userIDs: ['nobody'] },
          { ...(token === undefined ? {} : { token }), ...(headers === undefined ? {} : { headers }) },
        );
        return `${answer.errCode.toString()} ${answer.errMsg}`;
      };

      it('1501 expired, 1502 another key’s, 1503 no token at all, 1507 none', async () => {
        expect(await errorOf(await forged((jwt) => jwt))).to.equal('0 ');
        expect(await errorOf(await forged((jwt) => jwt.setExpirationTime('-1s')))).to.equal('1501 TokenExpiredError');
        expect(await errorOf(await forged((jwt) => jwt, 'another secret, which also has 32 bytes and more'))).to.equal(
          '1502 TokenInvalidError',
        );
        expect(await errorOf('nonsense')).to.equal('1503 TokenMalformedError');
        expect(await errorOf(await forged((jwt) => jwt.setAudience('others')))).to.equal('1503 TokenMalformedError');
        expect(await errorOf(undefined)).to.equal('1507 TokenNotExistError');
        const none = await im.call('/group/mute_group', {});
        expect(none.errDlt).to.contain('header must have token');
      });

      it('are refused before the body is looked at', async () => {
        expect((await im.call('/group/create_group', 'no JSON')).errCode).to.equal(1507);
      });

      it('1502 for another tenant’s, 1001 for what is no tenant', async () => {
        expect(await errorOf(of['owner'], { 'X-Tenant-ID': tenant })).to.equal('0 ');
        expect(await errorOf(of['owner'], { 'X-Tenant-ID': otherTenant })).to.equal('1502 TokenInvalidError');
        expect(await errorOf(of['owner'], { 'X-Tenant-ID': 'a tenant' })).to.equal('1001 ArgsError');
        expect(await errorOf(of['owner'], { 'X-Tenant-ID': '' }), 'an empty one is none').to.equal('0 ');
      });

      it('a tenant’s users and groups are its own', async () => {
        const headers = { 'X-Tenant-ID': otherTenant };
        const account = { userID: 'owner', nickname: 'Another', password: 'a good password' };
        await im.done('/user/self_register', account, { headers });
        const { token } = await im.done<{ token: string }>(
          '/user/self_login',
          { ...account, platformID: 1 },
          { headers },
        );
        const groupID = await givenGroup();
        expect(await im.done('/group/get_groups_info', { groupIDs: [groupID] }, { token })).to.deep.equal({
          groupInfos: null,
        });
        expect((await im.call('/group/mute_group', { groupID }, { token })).errCode).to.equal(1004);
      });

      it('1506 after a forced logout, of this platform only, and the next login is good again', async () => {
        const tokens = await im.people('kicked');
        const web = tokens['kicked'] ?? '';
        const phone = await im.tokenOf('kicked', 1);
        const body = { userID: 'kicked', platformID: 5 };
        expect(await codeOf('/auth/force_logout', body, 'member')).to.equal(1002);
        expect((await im.call('/auth/force_logout', body)).errCode).to.equal(1002);
        expect(await errorOf(web)).to.equal('0 ');
        await im.done('/auth/force_logout', body, { token: admin });
        expect(await errorOf(web)).to.equal('1506 TokenKickedError');
        expect(await errorOf(phone)).to.equal('0 ');
        const v1 = await fetch(`${parley.url}/v1/users/me`, { headers: { authorization: `Bearer ${web}` } });
        expect(v1.status).to.equal(401);
        expect((await im.call('/auth/parse_token', { token: web })).errCode).to.equal(1506);
        expect(await errorOf(await im.tokenOf('kicked', 5))).to.equal('0 ');
      });

      it('a forced logout of every platform ends the sessions of /v1 too, and the next ones are good', async () => {
        const v1 = new V1Client(parley.url);
        const userOf = async (token: string): Promise<number> =>
          (await v1.call('GET', '/users/driven-out/privacy', { token })).status;
        const account = { login: 'driven-out@example.org', password: 'correct horse' };
        const body = { userId: 'driven-out', nickname: 'D', ...account };
        expect((await v1.call('POST', '/users', { body })).status).to.equal(201);
        const session = async (): Promise<string> =>
          (await v1.call<{ token: string }>('POST', '/sessions', { body: account })).body.token;
        const all = [{}, { platformID: 0 }];
        for (const platforms of all) {
          const [plain, phone] = [await session(), await im.tokenOf('driven-out', 1)];
          expect(await userOf(plain)).to.equal(200);
          await im.done('/auth/force_logout', { userID: 'driven-out', ...platforms }, { token: admin });
          expect([await userOf(plain), await errorOf(phone)]).to.deep.equal([401, '1506 TokenKickedError']);
          expect(await userOf(await session())).to.equal(200);
        }
        const plain = await session();
        for (let platformID = 1; platformID <= 10; platformID++) {
          await im.done('/auth/force_logout', { userID: 'driven-out', platformID }, { token: admin });
        }
        expect(await userOf(plain)).to.equal(401);
        expect(await userOf(await session())).to.equal(200);
      });

      it('the app’s secret gives tokens of its users, and an app admin’s to those whom the configuration names', async () => {
        const user = { secret: SECRET, platformID: 2, userID: 'member' };
        const { token } = await im.done<{ token: string }>('/auth/user_token', user);
        const parsed = await im.done<Record<string, unknown>>('/auth/parse_token', { token });
        expect(parsed).to.include({ userID: 'member', platformID: 2 });
        expect(parsed['expireTimeSeconds']).to.be.above(Date.now() / 1000);
        for (const [path, body, errCode] of [
          ['/auth/user_token', { ...user, secret: 'wrong' }, 1002],
          ['/auth/user_token', { ...user, secret: undefined }, 1002],
          ['/auth/user_token', { ...user, userID: 'nobody' }, 1101],
          ['/auth/user_token', { ...user, userID: 'imAdmin' }, 0],
          ['/auth/user_token', { ...user, secret: 'wrong', userID: 'imAdmin' }, 1002],
          ['/auth/get_user_token', { ...user, userID: 'imAdmin' }, 1002],
          ['/auth/user_token', { ...user, platformID: 0 }, 1001],
          ['/auth/get_admin_token', { secret: SECRET, userID: 'member' }, 1002],
          ['/auth/get_admin_token', { secret: 'wrong', userID: 'imAdmin' }, 1002],
          ['/auth/get_user_token', { platformID: 2, userID: 'member' }, 1002],
        ] as const) {
          expect((await im.call(path, body)).errCode, JSON.stringify(body)).to.equal(errCode);
        }
        expect(await codeOf('/auth/get_user_token', { platformID: 2, userID: 'member' }, 'imAdmin')).to.equal(0);
        // By his own token alone nobody becomes another app admin.
        for (const path of ['/auth/get_user_token', '/auth/user_token']) {
          expect(await codeOf(path, { platformID: 2, userID: 'imAdmin' }, 'imAdmin'), path).to.equal(1002);
        }
        const own = await im.tokenOf('imAdmin');
        expect((await im.call('/user/get_users', { pagination: page }, { token: own })).errCode).to.equal(0);
      });

      it('whoever shows the secret may have a token that is no good, or is another tenant’s', async () => {
        const stale = await forged((jwt) => jwt.setExpirationTime('-1s'));
        const [tokenOf, register] = ['/auth/user_token', '/user/user_register'];
        const user = { platformID: 2, userID: 'member' };
        let registered = 0;
        for (const [token, headers] of [
          [stale, undefined],
          ['nonsense', undefined],
          [of['owner'] ?? '', { 'X-Tenant-ID': otherTenant }],
        ] as const) {
          const request = { token, ...(headers === undefined ? {} : { headers }) };
          const users = [{ userID: `stale_${(++registered).toString()}`, nickname: 'S' }];
          expect((await im.call(register, { secret: SECRET, users }, request)).errCode, token).to.equal(0);
          const known = { ...user, secret: SECRET, ...(headers === undefined ? {} : { userID: users[0]?.userID }) };
          expect((await im.call(tokenOf, known, request)).errCode, token).to.equal(0);
          for (const secret of ['wrong', undefined]) {
            expect((await im.call(register, { secret, users }, request)).errCode).to.equal(1002);
            expect((await im.call(tokenOf, { ...user, secret }, request)).errCode).to.equal(1002);
          }
        }
        // Where an app admin's token is what counts, it must be good.
        expect((await im.call('/auth/get_user_token', { ...user, secret: SECRET }, { token: stale })).errCode).to.equal(
          1501,
        );
      });

      it('force_logout of somebody unknown is done', async () => {
        for (const userID of ['nobody', '张三', 'imAdmin']) {
          expect(await codeOf('/auth/force_logout', { userID, platformID: 9 }, 'imAdmin'), userID).to.equal(0);
        }
        expect(await codeOf('/auth/force_logout', { userID: '', platformID: 9 }, 'imAdmin')).to.equal(1001);
      });
    });

    describe('users', () => {
      const alice = {
        userID: 'alice',
        nickname: 'Alice',
        faceURL: 'https://x.example/a',
        ex: 'ex',
        password: 'secret-1',
      };

      it('self_register and self_login', async () => {
        expect(await im.done('/user/self_register', alice)).to.deep.equal({ userID: 'alice' });
        expect((await im.call('/user/self_register', alice)).errCode).to.equal(1102);
        const login = { userID: 'alice', password: alice.password, platformID: 1 };
        const session = await im.done<{ token: string; expireTimeSeconds: number }>('/user/self_login', login);
        expect(session.expireTimeSeconds).to.equal(604_800);
        const { usersInfo } = await im.done<{ usersInfo: UserInfo[] }>(
          '/user/get_users_info',
          { userIDs: ['alice'] },
          session,
        );
        expect(usersInfo[0]?.createTime).to.be.within(Date.now() - 60_000, Date.now());
        expect({ ...usersInfo[0], createTime: 0 }).to.deep.equal({
          userID: 'alice',
          nickname: 'Alice',
          faceURL: 'https://x.example/a',
          ex: 'ex',
          createTime: 0,
          appMangerLevel: 0,
          globalRecvMsgOpt: 0,
        });
        expect((await im.call('/user/self_login', { ...login, password: 'wrong' })).errCode).to.equal(1002);
        expect((await im.call('/user/self_login', { ...login, userID: 'nobody' })).errCode).to.equal(1101);
        expect((await im.call('/user/self_login', { ...login, userID: 'member' })).errCode).to.equal(1002);
        expect((await im.call('/user/self_login', { ...login, userID: 'ALICE' })).errCode).to.equal(1101);
        for (const wrong of [{ platformID: 0 }, { platformID: '1' }, { password: '' }, { userID: '' }]) {
          expect((await im.call('/user/self_login', { ...login, ...wrong })).errCode).to.equal(1001);
        }
        for (const wrong of [
          { nickname: '' },
          { nickname: '  ' },
          { password: '123' },
          { userID: '4503599627370496' },
        ]) {
          const body = { ...alice, userID: 'alice2', ...wrong };
          expect((await im.call('/user/self_register', body)).errCode, JSON.stringify(wrong)).to.equal(1001);
        }
      });

      it('update_user_info_ex: absent stays, empty clears, and only oneself or an app admin may', async () => {
        await im.people('bob');
        const bob = await im.tokenOf('bob');
        const change = (userInfo: Body, who: { token: string } = { token: bob }): Promise<OpenimAnswer> =>
          im.call('/user/update_user_info_ex', { userInfo: { userID: 'bob', ...userInfo } }, who);
        const now = async (): Promise<UserInfo | undefined> =>
          (await im.done<{ usersInfo: UserInfo[] }>('/user/get_users_info', { userIDs: ['bob'] }, { token: bob }))
            .usersInfo[0];

        const all = {
          nickname: 'Robert',
          faceURL: 'f',
          ex: 'e',
          globalRecvMsgOpt: 2,
          appMangerLevel: 9,
          createTime: 1,
        };
        expect(await change(all)).to.deep.equal({ errCode: 0, errMsg: '', errDlt: '' });
        expect(await now()).to.include({
          nickname: 'Robert',
          faceURL: 'f',
          ex: 'e',
          globalRecvMsgOpt: 2,
          appMangerLevel: 0,
        });
        await change({ faceURL: '' });
        expect(await now()).to.include({ nickname: 'Robert', faceURL: '', ex: 'e', globalRecvMsgOpt: 2 });
        expect((await change({ nickname: 'Bobby' }, { token: admin })).errCode).to.equal(0);
        expect(await now()).to.include({ nickname: 'Bobby' });
        expect((await change({ nickname: 'Mine' }, as('member'))).errCode).to.equal(1002);
        expect((await change({ userID: 'nobody', nickname: 'x' }, { token: admin })).errCode).to.equal(1004);
        const [newer, older] = ['/user/update_user_info_ex', '/user/update_user_info'];
        for (const [path, userInfo, shown] of [
          [newer, { nickname: '' }, { nickname: '', ex: 'e', globalRecvMsgOpt: 2 }],
          [newer, { nickname: { value: 'Bobby' } }, { nickname: 'Bobby' }],
          // In the older form '' and 0 say nothing.
          [older, { nickname: '', faceURL: 'g', ex: '', globalRecvMsgOpt: 0 }, { nickname: 'Bobby', faceURL: 'g' }],
          [older, {}, { nickname: 'Bobby', faceURL: 'g', ex: 'e', globalRecvMsgOpt: 2 }],
          [older, { nickName: 'Bob', faceUrl: '', EX: 'x', globalRecvMsgOpt: 1 }, { nickname: 'Bob', faceURL: 'g' }],
          [newer, { nickname: 'Bobby', ex: '', globalRecvMsgOpt: 0 }, { ex: '', globalRecvMsgOpt: 0 }],
        ] as const) {
          expect(await codeOf(path, { userInfo: { userID: 'bob', ...userInfo } }, 'imAdmin')).to.equal(0);
          expect(await now(), `${path} ${JSON.stringify(userInfo)}`).to.include(shown);
        }
        for (const wrong of [
          { nickname: ' ' },
          { nickname: 7 },
          { globalRecvMsgOpt: 3 },
          { nickname: 'x'.repeat(65) },
        ]) {
          expect((await change(wrong)).errCode, JSON.stringify(wrong)).to.equal(1001);
        }
        expect(await codeOf('/user/update_user_info_ex', {}, 'member')).to.equal(1001);
        expect(await now()).to.include({ nickname: 'Bobby' });
      });

      it('user_register: all or none, for the app alone', async () => {
        const users = [
          { userID: 'batch_1', nickname: 'One' },
          { userID: 'batch_2', nickname: 'Two', faceURL: 'f' },
        ];
        expect((await im.call('/user/user_register', { users })).errCode).to.equal(1002);
        expect(await codeOf('/user/user_register', { users }, 'member')).to.equal(1002);
        const twice = [users[0], users[0]];
        expect(await codeOf('/user/user_register', { users: twice }, 'imAdmin')).to.equal(1001);
        const taken = [users[0], { userID: 'member', nickname: 'x' }];
        expect(await codeOf('/user/user_register', { users: taken }, 'imAdmin')).to.equal(1102);
        expect(await codeOf('/user/user_register', { users: [] }, 'imAdmin')).to.equal(1001);
        const check = { checkUserIDs: ['batch_1', 'member'] };
        expect(await im.done('/user/account_check', check, { token: admin })).to.deep.equal({
          results: [
            { userID: 'batch_1', accountStatus: 0 },
            { userID: 'member', accountStatus: 1 },
          ],
        });
        expect(await codeOf('/user/account_check', check, 'member')).to.equal(1002);
        for (const checkUserIDs of [[], ['member', 'owner', 'member']]) {
          expect(await codeOf('/user/account_check', { checkUserIDs }, 'imAdmin')).to.equal(1001);
        }
        const headers = { 'Idempotency-Key': 'batch' };
        for (const repeat of [1, 2]) {
          const answer = await im.call('/user/user_register', { secret: SECRET, users }, { headers });
          expect(answer.errCode, `time ${repeat.toString()}`).to.equal(0);
        }
        expect(await im.done('/user/account_check', check, { token: admin })).to.nested.include({
          'results[0].accountStatus': 1,
        });
      });

      it('get_users_info leaves out whom it does not know', async () => {
        const { usersInfo } = await im.done<{ usersInfo: UserInfo[] }>(
          '/user/get_users_info',
          { userIDs: ['nobody', 'member', 'owner'] },
          as('outsider'),
        );
        expect(usersInfo.map(({ userID }) => userID)).to.deep.equal(['member', 'owner']);
        expect(await codeOf('/user/get_users_info', {}, 'outsider')).to.equal(1001);
        const many = Array.from({ length: 1001 }, (_, i) => `u${i.toString()}`);
        expect(await codeOf('/user/get_users_info', { userIDs: many }, 'outsider')).to.equal(1001);
        expect(await codeOf('/user/get_users_info', { userIDs: many.slice(1) }, 'outsider')).to.equal(0);
      });

      it('get_users: everybody, page by page, for app admins', async () => {
        const names = async (body: Body): Promise<[number, string[] | null]> => {
          const pagination = { pageNumber: 1, showNumber: 1000 };
          const { total, users } = await im.done<{ total: number; users: UserInfo[] | null }>(
            '/user/get_users',
            { pagination, ...body },
            { token: admin },
          );
          return [total, users?.map(({ userID }) => userID) ?? null];
        };
        expect(await names({ userID: 'user_1' })).to.deep.equal([2, ['user_10001', 'user_10002']]);
        expect(await names({ nickName: 'nick MEMBER2' })).to.deep.equal([1, ['member2']]);
        expect(await names({ nickName: '%' })).to.deep.equal([0, null]);
        const second = { userID: 'user_1', pagination: { pageNumber: 2, showNumber: 1 } };
        expect(await names(second)).to.deep.equal([2, ['user_10002']]);
        expect((await names({}))[1]).to.include.members(['admin', 'member', 'owner']);
        expect(await codeOf('/user/get_users', { pagination: page }, 'member')).to.equal(1002);
        expect(await codeOf('/user/get_users', {}, 'imAdmin')).to.equal(1001);
      });

      it('set_global_msg_recv_opt, and presence that says nobody is online', async () => {
        const set = { userID: 'member2', globalRecvMsgOpt: 1 };
        expect(await codeOf('/user/set_global_msg_recv_opt', set, 'outsider')).to.equal(1002);
        expect(await codeOf('/user/set_global_msg_recv_opt', { ...set, globalRecvMsgOpt: 3 }, 'member2')).to.equal(
          1001,
        );
        expect(await codeOf('/user/set_global_msg_recv_opt', set, 'member2')).to.equal(0);
        expect(await im.done('/user/get_users_info', { userIDs: ['member2'] }, as('owner'))).to.nested.include({
          'usersInfo[0].globalRecvMsgOpt': 1,
        });
        expect(await codeOf('/user/set_global_msg_recv_opt', { userID: 'member2' }, 'member2'), 'absent').to.equal(0);
        expect(await codeOf('/user/set_global_msg_recv_opt', { userID: 'member2' }, 'outsider')).to.equal(1002);
        expect(await codeOf('/user/set_global_msg_recv_opt', { userID: 'nobody' }, 'imAdmin')).to.equal(1004);
        expect(await im.done('/user/get_users_info', { userIDs: ['member2'] }, as('owner'))).to.nested.include({
          'usersInfo[0].globalRecvMsgOpt': 1,
        });
        const asked = { userIDs: ['member'] };
        expect(await im.done('/user/get_users_online_status', asked, as('owner'))).to.deep.equal([
          { userID: 'member', status: 0, detailPlatformStatus: null },
        ]);
        const subscribe = { userID: 'owner', ...asked, genre: 1 };
        expect(await im.done('/user/subscribe_users_status', subscribe, as('owner'))).to.deep.equal({
          statusList: [{ userID: 'member', status: 0, platformIDs: null }],
        });
        expect(await codeOf('/user/subscribe_users_status', subscribe, 'member')).to.equal(1002);
        expect(await im.done('/user/get_subscribe_users_status', { userID: 'owner' }, as('owner'))).to.deep.equal({
          statusList: null,
        });
      });
    });

    describe('groups are made', () => {
      it('with their people at once, and the answer and the lists say so', async () => {
        const { groupInfo } = await im.done<{ groupInfo: GroupInfo }>(
          '/group/create_group',
          {
            ownerUserID: 'owner',
            adminUserIDs: ['admin'],
            memberUserIDs: ['member'],
            groupInfo: {
              groupName: 'Readers',
              notification: 'Be nice',
              introduction: 'we read',
              faceURL: 'f',
              ex: 'e',
              groupType: 2,
              needVerification: 1,
              lookMemberInfo: 1,
              applyMemberFriend: 1,
              createTime: 1,
              memberCount: 77,
            },
          },
          as('owner'),
        );
        expect(groupInfo.groupID).to.match(/^\d{16}$/);
        expect(groupInfo.createTime).to.be.within(Date.now() - 60_000, Date.now());
        expect(groupInfo).to.deep.equal({
          groupID: groupInfo.groupID,
          groupName: 'Readers',
          notification: 'Be nice',
          introduction: 'we read',
          faceURL: 'f',
          ownerUserID: 'owner',
          createTime: groupInfo.createTime,
          memberCount: 3,
          ex: 'e',
          status: 0,
          creatorUserID: 'owner',
          groupType: 2,
          needVerification: 1,
          lookMemberInfo: 1,
          applyMemberFriend: 1,
          notificationUpdateTime: groupInfo.createTime,
          notificationUserID: 'owner',
        });
        expect(await infoOf(groupInfo.groupID)).to.deep.equal(groupInfo);
        expect(await membersOf(groupInfo.groupID)).to.deep.equal(
          (['owner', 'admin', 'member'] as const).map((userID, index) => ({
            groupID: groupInfo.groupID,
            userID,
            roleLevel: [100, 60, 20][index],
            joinTime: groupInfo.createTime,
            nickname: `Nick ${userID}`,
            faceURL: `https://x.example/${userID}`,
            appMangerLevel: 0,
            joinSource: 2,
            operatorUserID: 'owner',
            ex: '',
            muteEndTime: 0,
            inviterUserID: 'owner',
          })),
        );
      });

      it('with lookMemberInfo 1, then ordinary members see ids and roles of others, and search nobody', async () => {
        const groupID = await givenGroup({ lookMemberInfo: 1 });
        const seenBy = async (who: string): Promise<GroupMemberFullInfo[]> =>
          (
            await im.done<{ members: GroupMemberFullInfo[] }>(
              '/group/get_group_member_list',
              { groupID, pagination: page },
              as(who),
            )
          ).members;
        const names = async (who: string): Promise<Record<string, string>> =>
          Object.fromEntries((await seenBy(who)).map(({ userID, nickname }) => [userID, nickname]));
        expect(await names('member')).to.deep.equal({ owner: '', admin: '', member: 'Nick member', member2: '' });
        expect(await names('admin')).to.include({ owner: 'Nick owner', member2: 'Nick member2' });
        const { members } = await im.done<{ members: GroupMemberFullInfo[] }>(
          '/group/get_group_members_info',
          { groupID, userIDs: ['owner'] },
          as('member'),
        );
        expect(members[0]).to.include({ userID: 'owner', roleLevel: 100, nickname: '', faceURL: '', joinTime: 0 });
        const search = { groupID, pagination: page, keyword: 'Nick' };
        expect((await im.call('/group/get_group_member_list', search, as('member'))).errCode).to.equal(1002);
        expect((await im.call('/group/get_group_member_list', search, as('admin'))).errCode).to.equal(0);
      });

      it('under the openim rules, recorded with who, through what and the caller’s operationID', async () => {
        const groupID = await givenGroup();
        const [created] = await historyOf(groupID);
        expect(created).to.nested.include({
          type: 'GroupCreated',
          via: 'openim:/group/create_group',
          'actor.kind': 'user',
          'actor.id': 'owner',
          requestRef: 'a constant, as real clients send',
          'data.rules.preset': 'openim',
        });
      });

      it('by an app admin for others: the answer counts him though he is no member, the group does not', async () => {
        const groupID = `g_${(++count).toString()}`;
        const { groupInfo } = await im.done<{ groupInfo: GroupInfo }>(
          '/group/create_group',
          { ownerUserID: 'owner', memberUserIDs: ['member'], groupInfo: { groupID, groupName: 'By admin' } },
          as('imAdmin'),
        );
        expect(groupInfo).to.include({ memberCount: 3, creatorUserID: 'imAdmin', ownerUserID: 'owner' });
        expect(await infoOf(groupID)).to.include({ memberCount: 2, creatorUserID: 'imAdmin', ownerUserID: 'owner' });
      });

      it('or refused: each error of the operation, and nothing is written', async () => {
        const groupInfo = { groupName: 'x' };
        const taken = await givenGroup();
        for (const [body, errCode] of [
          [{ ownerUserID: 'member', groupInfo }, 1002],
          [{ ownerUserID: 'owner', groupInfo: { groupName: 'x', groupID: taken } }, 1202],
          [{ ownerUserID: 'owner', groupInfo, memberUserIDs: ['member', 'member'] }, 1001],
          [{ ownerUserID: 'owner', groupInfo, memberUserIDs: ['owner'] }, 1001],
          [{ ownerUserID: 'owner', groupInfo, memberUserIDs: ['nobody'] }, 1101],
          [{ ownerUserID: 'owner', groupInfo: { ...groupInfo, groupType: 1 } }, 1001],
          [{ ownerUserID: 'owner', groupInfo: { ...groupInfo, needVerification: 3 } }, 1001],
          [{ ownerUserID: 'owner', groupInfo: { ...groupInfo, groupID: '4503599627370496' } }, 1001],
          [{ ownerUserID: 'owner', groupInfo: { groupName: ' ' } }, 1001],
          [{ ownerUserID: 'owner', groupInfo: {} }, 1001],
          [{ ownerUserID: 'owner' }, 1001],
          [{ groupInfo }, 1001],
          [{ ownerUserID: 'owner', groupInfo, memberUserIDs: 'member' }, 1001],
        ] as const) {
          expect(await codeOf('/group/create_group', body, 'owner'), JSON.stringify(body)).to.equal(errCode);
        }
        expect(await historyOf(taken)).to.have.length(5);
      });

      it('once, however often the same Idempotency-Key comes', async () => {
        const body = { ownerUserID: 'owner', groupInfo: { groupName: 'Once' } };
        const request = { ...as('owner'), headers: { 'Idempotency-Key': 'create-once' } };
        const answers = await Promise.all(
          Array.from({ length: 4 }, () => im.done<{ groupInfo: GroupInfo }>('/group/create_group', body, request)),
        );
        expect(new Set(answers.map(({ groupInfo }) => groupInfo.groupID)).size).to.equal(1);
        const other = { ...body, groupInfo: { groupName: 'Other' } };
        expect((await im.call('/group/create_group', other, request)).errCode).to.equal(1001);
      });
    });

    describe('groups are set up', () => {
      it('set_group_info_ex: what is absent stays, empty clears, a notification is stamped', async () => {
        const groupID = await givenGroup({ introduction: 'i', ex: 'e' });
        expect(
          await im.call(
            '/group/set_group_info_ex',
            { groupID, groupName: 'New', notification: 'Read this', ex: '', needVerification: 2, lookMemberInfo: 1 },
            as('admin'),
          ),
        ).to.deep.equal({ errCode: 0, errMsg: '', errDlt: '' });
        const info = await infoOf(groupID);
        expect(info).to.include({
          groupName: 'New',
          notification: 'Read this',
          introduction: 'i',
          ex: '',
          needVerification: 2,
          lookMemberInfo: 1,
          applyMemberFriend: 0,
          notificationUserID: 'admin',
        });
        expect(info.notificationUpdateTime).to.be.within(Date.now() - 60_000, Date.now());
        for (const needVerification of [0, 1]) {
          await im.done('/group/set_group_info_ex', { groupID, needVerification }, as('owner'));
          expect(await infoOf(groupID)).to.include({ needVerification, groupName: 'New' });
        }
      });

      it('all of it or nothing', async () => {
        const groupID = await givenGroup();
        const before = await historyOf(groupID);
        const body = { groupID, groupName: 'New', notification: 'x'.repeat(9_000) };
        expect(await codeOf('/group/set_group_info_ex', body, 'owner')).to.equal(1001);
        expect(await historyOf(groupID)).to.have.length(before.length);
      });

      it('set_group_info, the older form: empty texts say nothing', async () => {
        const groupID = await givenGroup({ introduction: 'i' });
        const groupInfoForSet = { groupID, groupName: 'New', introduction: '', needVerification: { value: 2 } };
        await im.done('/group/set_group_info', { groupInfoForSet }, as('owner'));
        expect(await infoOf(groupID)).to.include({ groupName: 'New', introduction: 'i', needVerification: 2 });
        expect(await codeOf('/group/set_group_info', {}, 'owner')).to.equal(1001);
      });

      it('set_group_info_ex refuses members, outsiders, blank names and unknown groups', async () => {
        const groupID = await givenGroup();
        for (const [body, who, errCode] of [
          [{ groupID, groupName: 'x' }, 'member', 1002],
          [{ groupID }, 'member', 1002],
          [{ groupID, groupName: 'x' }, 'outsider', 1002],
          [{ groupID, groupName: '' }, 'owner', 1001],
          [{ groupID, needVerification: 3 }, 'owner', 1001],
          [{ groupID, lookMemberInfo: 2 }, 'owner', 1001],
          [{ groupID: 'nowhere', groupName: 'x' }, 'owner', 1004],
          [{ groupID, groupName: 'By app' }, 'imAdmin', 0],
        ] as const) {
          expect(await codeOf('/group/set_group_info_ex', body, who), `${who} ${JSON.stringify(body)}`).to.equal(
            errCode,
          );
        }
      });

      it('set_group_member_info: cards and roles, by whom the rules let', async () => {
        const groupID = await givenGroup();
        const set = (member: Body, who: string): Promise<number> =>
          codeOf('/group/set_group_member_info', { members: [{ groupID, ...member }] }, who);
        expect(await set({ userID: 'member', nickname: 'Bookworm', faceURL: 'f', ex: 'e' }, 'member')).to.equal(0);
        const [card] = (await membersOf(groupID)).filter(({ userID }) => userID === 'member');
        expect(card).to.include({ nickname: 'Bookworm', faceURL: 'f', ex: 'e' });
        expect(await set({ userID: 'member', nickname: '' }, 'member')).to.equal(0);
        expect((await membersOf(groupID)).map(({ nickname }) => nickname)).to.contain('Nick member');
        for (const [member, who, errCode] of [
          [{ userID: 'member2', nickname: 'x' }, 'member', 1002],
          [{ userID: 'member', roleLevel: 60 }, 'member', 1002],
          [{ userID: 'member', roleLevel: 100 }, 'owner', 1002],
          [{ userID: 'owner', roleLevel: 60 }, 'owner', 1001],
          [{ userID: 'owner', roleLevel: 20 }, 'admin', 1002],
          [{ userID: 'owner', nickname: 'x' }, 'admin', 1002],
          [{ userID: 'member', roleLevel: 40 }, 'owner', 1001],
          [{ userID: 'outsider', roleLevel: 60 }, 'owner', 1001],
          [{ userID: '张三', roleLevel: 60 }, 'imAdmin', 1001],
          [{ userID: 'member', roleLevel: 60 }, 'outsider', 1002],
          [{ userID: 'member', roleLevel: 60, nickname: 'M' }, 'admin', 0],
          [{ userID: 'member', roleLevel: 20 }, 'admin', 1002],
          [{ userID: 'member', roleLevel: 20 }, 'owner', 0],
          [{ userID: 'admin', roleLevel: 20 }, 'admin', 0],
        ] as const) {
          expect(await set(member, who), `${who} ${JSON.stringify(member)}`).to.equal(errCode);
        }
        const members = ['member', 'member2'].map((userID) => ({ groupID, userID, roleLevel: 60 }));
        expect(await codeOf('/group/set_group_member_info', { members }, 'owner')).to.equal(0);
        expect(await rolesIn(groupID)).to.deep.equal({ owner: 100, admin: 20, member: 60, member2: 60 });
        const other = await givenGroup();
        const both = { members: [groupID, other].map((id) => ({ groupID: id, userID: 'member2', nickname: 'Two' })) };
        const keyed = { ...as('member2'), headers: { 'Idempotency-Key': 'both-groups' } };
        for (const time of ['first', 'repeated']) {
          expect((await im.call('/group/set_group_member_info', both, keyed)).errCode, time).to.equal(0);
        }
        expect((await historyOf(other)).filter(({ type }) => type === 'MemberCardChanged')).to.have.length(1);
        const others = {
          members: [other, groupID].map((id) => ({ groupID: id, userID: 'member2', nickname: 'Three' })),
        };
        const reused = await im.call('/group/set_group_member_info', others, keyed);
        expect(reused.errCode, 'the key with another body').to.equal(1001);
        expect(reused.errDlt).to.contain('Idempotency-Key');
        expect(await codeOf('/group/set_group_member_info', { members: [members[0], members[0]] }, 'owner')).to.equal(
          1001,
        );
      });
    });

    describe('people come in', () => {
      it('needVerification 2: who asks joins at once', async () => {
        const groupID = await givenGroup({ needVerification: 2 });
        const join = { groupID, joinSource: 4, inviterUserID: 'outsider', reqMessage: 'hi' };
        expect(await im.call('/group/join_group', join, as('outsider'))).to.deep.equal({
          errCode: 0,
          errMsg: '',
          errDlt: '',
        });
        expect(await rolesIn(groupID)).to.include({ outsider: 20 });
        expect(await codeOf('/group/join_group', join, 'outsider')).to.equal(1001);
      });

      it('needVerification 0: who asks waits, asks again, and is answered once', async () => {
        const groupID = await givenGroup();
        const join = (reqMessage: string): Promise<number> =>
          codeOf(
            '/group/join_group',
            { groupID, joinSource: 3, inviterUserID: 'outsider', reqMessage, ex: 'x' },
            'outsider',
          );
        expect(await join('please')).to.equal(0);
        expect(await join('pretty please')).to.equal(0);
        expect(await rolesIn(groupID)).to.not.have.property('outsider');
        const pending = await requestsTo(groupID, 'admin');
        expect(pending.total).to.equal(1);
        expect(pending.groupRequests[0]).to.deep.include({
          userInfo: { userID: 'outsider', nickname: 'Nick outsider', faceURL: 'https://x.example/outsider', ex: '' },
          handleResult: 0,
          reqMsg: 'pretty please',
          handleMsg: '',
          handleUserID: '',
          handleTime: 0,
          ex: 'x',
          joinSource: 3,
        });
        expect(pending.groupRequests[0]?.groupInfo?.groupID).to.equal(groupID);

        const answer = { groupID, fromUserID: 'outsider', handleResult: 1, handledMsg: 'welcome' };
        expect(await codeOf('/group/group_application_response', answer, 'member')).to.equal(1002);
        expect(await codeOf('/group/group_application_response', { ...answer, handleResult: 0 }, 'admin')).to.equal(
          1001,
        );
        expect(
          await codeOf('/group/group_application_response', { ...answer, fromUserID: 'user_10002' }, 'admin'),
        ).to.equal(1004);
        expect(await codeOf('/group/group_application_response', answer, 'admin')).to.equal(0);
        expect(await codeOf('/group/group_application_response', answer, 'admin')).to.equal(1206);
        const [joined] = (await membersOf(groupID)).filter(({ userID }) => userID === 'outsider');
        expect(joined).to.include({ roleLevel: 20, joinSource: 3, operatorUserID: 'admin' });
        const mine = await im.done<{ groupRequests: GroupRequest[] }>(
          '/group/get_user_req_group_applicationList',
          { userID: 'outsider', pagination: page, groupIDs: [groupID] },
          as('outsider'),
        );
        expect(mine.groupRequests).to.have.length(1);
        expect(mine.groupRequests[0]).to.include({ handleResult: 1, handleMsg: 'welcome', handleUserID: 'admin' });
      });

      it('joinSource is shown as it was given, of who joined and of who asks', async () => {
        for (const joinSource of [1, 2, 3, 4]) {
          const join = { joinSource, inviterUserID: 'outsider' };
          const open = await givenGroup({ needVerification: 2 });
          await im.done('/group/join_group', { groupID: open, ...join }, as('outsider'));
          const [joined] = (await membersOf(open)).filter(({ userID }) => userID === 'outsider');
          expect(joined).to.include({ joinSource, operatorUserID: 'outsider', inviterUserID: '' });
          const groupID = await givenGroup();
          await im.done('/group/join_group', { groupID, ...join }, as('outsider'));
          expect((await requestsTo(groupID)).groupRequests[0]).to.include({ joinSource });
          const answer = { groupID, fromUserID: 'outsider', handleResult: 1 };
          await im.done('/group/group_application_response', answer, as('admin'));
          const [approved] = (await membersOf(groupID)).filter(({ userID }) => userID === 'outsider');
          expect(approved).to.include({ joinSource, operatorUserID: 'admin' });
        }
      });

      it('a refusal leaves him out, and he may ask again', async () => {
        const groupID = await givenGroup();
        const join = { groupID, joinSource: 3, inviterUserID: 'outsider' };
        await im.done('/group/join_group', join, as('outsider'));
        const answer = { groupID, fromUserID: 'outsider', handleResult: -1, handledMsg: 'no' };
        expect(await codeOf('/group/group_application_response', answer, 'owner')).to.equal(0);
        expect(await rolesIn(groupID)).to.not.have.property('outsider');
        expect((await requestsTo(groupID)).groupRequests[0]).to.include({ handleResult: -1, handleMsg: 'no' });
        expect(await codeOf('/group/join_group', join, 'outsider')).to.equal(0);
        const list = { fromUserID: 'owner', pagination: page, groupIDs: [groupID], handleResults: [0] };
        expect((await im.done('/group/get_recv_group_applicationList', list, as('owner')))['total']).to.equal(1);
        expect(
          (await im.done('/group/get_recv_group_applicationList', { ...list, handleResults: [1] }, as('owner')))[
            'total'
          ],
        ).to.equal(0);
      });

      it('nobody joins for somebody else, but an app admin', async () => {
        const groupID = await givenGroup({ needVerification: 2 });
        const join = { groupID, joinSource: 3, inviterUserID: 'outsider' };
        expect(await codeOf('/group/join_group', join, 'member')).to.equal(1002);
        expect(await codeOf('/group/join_group', join, 'imAdmin')).to.equal(0);
        const last = (await historyOf(groupID)).at(-1);
        expect(last?.actor).to.deep.equal({ kind: 'appAdmin', id: 'imAdmin', onBehalfOf: 'outsider' });
        const [joined] = (await membersOf(groupID)).filter(({ userID }) => userID === 'outsider');
        expect(joined).to.include({ joinSource: 3, inviterUserID: 'imAdmin', operatorUserID: 'imAdmin' });
        for (const [wrong, errCode] of [
          [{ joinSource: 0 }, 1001],
          [{ joinSource: 5 }, 1001],
          [{ joinSource: undefined }, 1001],
          [{ groupID: 'nowhere' }, 1004],
        ] as const) {
          expect(await codeOf('/group/join_group', { ...join, ...wrong }, 'outsider')).to.equal(errCode);
        }
      });

      it('invite_user_to_group: joins them at once, all or none', async () => {
        const groupID = await givenGroup();
        const invite = (invitedUserIDs: string[], who: string): Promise<number> =>
          codeOf('/group/invite_user_to_group', { groupID, invitedUserIDs, reason: 'r' }, who);
        expect(await invite(['user_10001'], 'outsider')).to.equal(1002);
        expect(await invite([], 'owner')).to.equal(1001);
        expect(await invite(['user_10001', 'user_10001'], 'owner')).to.equal(1001);
        expect(await invite(['user_10001', 'nobody'], 'owner')).to.equal(1004);
        const already = await im.call(
          '/group/invite_user_to_group',
          { groupID, invitedUserIDs: ['user_10001', 'member'] },
          as('owner'),
        );
        expect(already).to.include({ errCode: 500, errMsg: 'duplicate key' });
        expect(await rolesIn(groupID)).to.not.have.property('user_10001');
        expect(await invite(['user_10001', 'user_10002'], 'member')).to.equal(0);
        const [joined] = (await membersOf(groupID)).filter(({ userID }) => userID === 'user_10001');
        expect(joined).to.include({ joinSource: 2, inviterUserID: 'member', operatorUserID: 'member' });
        expect(await invite(['outsider'], 'imAdmin')).to.equal(0);
      });

      it('needVerification 1: what an ordinary member’s invitation leads to is an application', async () => {
        const groupID = await givenGroup({ needVerification: 1 });
        // Who is inside already is left out, where nobody joins at once (docs/rules.md D1 "invite").
        const invite = { groupID, invitedUserIDs: ['admin', 'outsider'], reason: 'she reads' };
        expect(await codeOf('/group/invite_user_to_group', invite, 'member')).to.equal(0);
        expect(await rolesIn(groupID)).to.not.have.property('outsider');
        expect((await requestsTo(groupID)).groupRequests[0]).to.deep.include({
          handleResult: 0,
          inviterUserID: 'member',
          joinSource: 2,
        });
        expect(
          await im.done(
            '/group/get_group_users_req_application_list',
            { groupID, userIDs: ['outsider', 'member'] },
            as('admin'),
          ),
        ).to.include({ total: 1 });
        expect(
          await codeOf('/group/get_group_users_req_application_list', { groupID, userIDs: ['outsider'] }, 'member'),
        ).to.equal(1002);
        const answer = { groupID, fromUserID: 'outsider', handleResult: 1 };
        expect(await codeOf('/group/group_application_response', answer, 'owner')).to.equal(0);
        expect(await rolesIn(groupID)).to.include({ outsider: 20 });
        const second = { groupID, invitedUserIDs: ['user_10001'] };
        expect(await codeOf('/group/invite_user_to_group', second, 'admin')).to.equal(0);
        expect(await rolesIn(groupID)).to.include({ user_10001: 20 });
      });
    });

    describe('people go', () => {
      it('quit_group: oneself, an app admin for him, and never the owner', async () => {
        const groupID = await givenGroup();
        expect(await codeOf('/group/quit_group', { groupID, userID: 'member' }, 'member2')).to.equal(1002);
        expect(await codeOf('/group/quit_group', { groupID, userID: 'member' }, 'member')).to.equal(0);
        const again = { ...as('member'), headers: { 'Idempotency-Key': 'quit-again' } };
        for (const time of ['first', 'repeated']) {
          expect((await im.call('/group/quit_group', { groupID }, again)).errCode, time).to.equal(1004);
        }
        expect(await codeOf('/group/quit_group', { groupID }, 'member2')).to.equal(0);
        expect(await codeOf('/group/quit_group', { groupID, userID: 'owner' }, 'owner')).to.equal(1002);
        expect(await codeOf('/group/quit_group', { groupID, userID: 'admin' }, 'imAdmin')).to.equal(0);
        expect(await codeOf('/group/quit_group', { groupID: 'nowhere' }, 'owner')).to.equal(1004);
        expect(await rolesIn(groupID)).to.deep.equal({ owner: 100 });
        expect(await infoOf(groupID)).to.include({ memberCount: 1 });
      });

      it('kick_group: every id is checked, all or none', async () => {
        const groupID = await givenGroup();
        const kick = (kickedUserIDs: string[], who: string): Promise<number> =>
          codeOf('/group/kick_group', { groupID, kickedUserIDs, reason: 'spoilers' }, who);
        for (const [users, who, errCode] of [
          [[], 'owner', 1001],
          [['member', 'member'], 'owner', 1001],
          [['owner'], 'owner', 1001],
          [['member', 'admin'], 'admin', 1001],
          [['owner'], 'admin', 1001],
          [['member', 'owner'], 'admin', 1001],
          [['member', 'outsider'], 'owner', 1101],
          [['member', 'outsider'], 'member2', 1002],
          [['outsider', 'member'], 'member2', 1101],
          [['member', '张三'], 'owner', 1101],
          [['outsider'], 'owner', 1101],
          [['member2'], 'member', 1002],
          [['member'], 'outsider', 1002],
        ] as const) {
          expect(await kick([...users], who), `${who} kicks ${users.join()}`).to.equal(errCode);
        }
        expect(Object.keys(await rolesIn(groupID))).to.have.length(4);
        expect(await kick(['member', 'member2'], 'admin')).to.equal(0);
        expect(await kick(['admin'], 'imAdmin')).to.equal(0);
        expect(await rolesIn(groupID)).to.deep.equal({ owner: 100 });
        expect(await codeOf('/group/kick_group', { groupID: 'nowhere', kickedUserIDs: ['x'] }, 'owner')).to.equal(1004);
      });

      it('an admin kicks no admin', async () => {
        const groupID = await givenGroup();
        const members = [{ groupID, userID: 'member', roleLevel: 60 }];
        await im.done('/group/set_group_member_info', { members }, as('owner'));
        expect(await codeOf('/group/kick_group', { groupID, kickedUserIDs: ['member'] }, 'admin')).to.equal(1002);
      });
    });

    describe('the group is handed over', () => {
      it('and the two exchange their roles', async () => {
        const groupID = await givenGroup();
        const transfer = (oldOwnerUserID: string, newOwnerUserID: string, who: string): Promise<number> =>
          codeOf('/group/transfer_group', { groupID, oldOwnerUserID, newOwnerUserID }, who);
        for (const [from, to, who, errCode] of [
          ['owner', 'owner', 'owner', 1001],
          ['owner', 'outsider', 'owner', 1001],
          ['owner', 'member', 'member', 1002],
          ['member', 'owner', 'member', 1002],
          ['admin', 'member', 'admin', 1002],
          ['owner', 'member', 'outsider', 1002],
        ] as const) {
          expect(await transfer(from, to, who), `${who}: ${from} to ${to}`).to.equal(errCode);
        }
        await im.done('/group/mute_group_member', { groupID, userID: 'admin', mutedSeconds: 600 }, as('owner'));
        expect(await transfer('owner', 'admin', 'owner')).to.equal(0);
        expect(await rolesIn(groupID)).to.include({ owner: 60, admin: 100 });
        expect((await membersOf(groupID))[0]).to.include({ userID: 'admin', muteEndTime: 0 });
        expect(await transfer('admin', 'member', 'imAdmin')).to.equal(0);
        expect(await rolesIn(groupID)).to.include({ admin: 20, member: 100 });
        expect(await infoOf(groupID)).to.include({ ownerUserID: 'member' });
      });
    });

    describe('people are silenced', () => {
      it('mute_group_member and cancel_mute_group_member', async () => {
        const groupID = await givenGroup();
        const mute = (userID: string, who: string, mutedSeconds: unknown = 600): Promise<number> =>
          codeOf('/group/mute_group_member', { groupID, userID, mutedSeconds }, who);
        for (const [userID, who, errCode] of [
          ['owner', 'admin', 1002],
          ['admin', 'admin', 1002],
          ['member', 'member2', 1002],
          ['member', 'outsider', 1002],
          ['outsider', 'owner', 1004],
        ] as const) {
          expect(await mute(userID, who), `${who} mutes ${userID}`).to.equal(errCode);
          expect(await codeOf('/group/cancel_mute_group_member', { groupID, userID }, who)).to.equal(errCode);
        }
        for (const seconds of [0, -1, 1.5, '600', 4_294_967_296, undefined, null]) {
          const body = { groupID, userID: 'member', mutedSeconds: seconds };
          expect(await codeOf('/group/mute_group_member', body, 'owner'), String(seconds)).to.equal(1001);
        }
        const sent = Date.now();
        expect(await mute('member', 'admin')).to.equal(0);
        expect(await mute('admin', 'owner', 4_294_967_295)).to.equal(0);
        const ends = Object.fromEntries(
          (await membersOf(groupID)).map(({ userID, muteEndTime }) => [userID, muteEndTime]),
        );
        expect(ends['member']).to.be.within(sent + 600_000, Date.now() + 600_000);
        expect(ends['admin']).to.be.within(sent + 4_294_967_295_000, Date.now() + 4_294_967_295_000);
        expect(ends['member2']).to.equal(0);
        expect(await codeOf('/group/cancel_mute_group_member', { groupID, userID: 'member' }, 'admin')).to.equal(0);
        expect(await codeOf('/group/cancel_mute_group_member', { groupID, userID: 'member' }, 'admin')).to.equal(0);
        const [, , member] = await membersOf(groupID);
        expect(member).to.include({ userID: 'member', muteEndTime: 0 });
      });

      it('mute_group and cancel_mute_group', async () => {
        const groupID = await givenGroup();
        for (const path of ['/group/mute_group', '/group/cancel_mute_group']) {
          expect(await codeOf(path, { groupID }, 'member')).to.equal(1002);
          expect(await codeOf(path, { groupID }, 'outsider')).to.equal(1002);
          expect(await codeOf(path, { groupID: 'nowhere' }, 'owner')).to.equal(1004);
          expect(await codeOf(path, {}, 'owner')).to.equal(1001);
        }
        await im.done('/group/mute_group', { groupID }, as('admin'));
        expect(await infoOf(groupID)).to.include({ status: 3 });
        await im.done('/group/mute_group', { groupID }, as('owner'));
        await im.done('/group/cancel_mute_group', { groupID }, as('imAdmin'));
        expect(await infoOf(groupID)).to.include({ status: 0 });
      });
    });

    describe('the group ends', () => {
      const commandsOn = (groupID: string): readonly (readonly [string, object])[] => [
        ['/group/set_group_info_ex', { groupID, groupName: 'x' }],
        ['/group/join_group', { groupID, joinSource: 3 }],
        ['/group/quit_group', { groupID }],
        ['/group/group_application_response', { groupID, fromUserID: 'outsider', handleResult: 1 }],
        ['/group/transfer_group', { groupID, oldOwnerUserID: 'owner', newOwnerUserID: 'member' }],
        ['/group/kick_group', { groupID, kickedUserIDs: ['member'] }],
        ['/group/invite_user_to_group', { groupID, invitedUserIDs: ['outsider'] }],
        ['/group/mute_group_member', { groupID, userID: 'member', mutedSeconds: 60 }],
        ['/group/cancel_mute_group_member', { groupID, userID: 'member' }],
        ['/group/mute_group', { groupID }],
        ['/group/cancel_mute_group', { groupID }],
        ['/group/set_group_member_info', { members: [{ groupID, userID: 'member', nickname: 'x' }] }],
        ['/group/dismiss_group', { groupID }],
      ];

      it('dismiss_group: for good, with its members kept', async () => {
        const groupID = await givenGroup();
        expect(await codeOf('/group/dismiss_group', { groupID }, 'admin')).to.equal(1002);
        expect(await codeOf('/group/dismiss_group', { groupID }, 'outsider')).to.equal(1002);
        expect(await codeOf('/group/dismiss_group', { groupID: 'nowhere' }, 'owner')).to.equal(1004);
        expect(await codeOf('/group/dismiss_group', { groupID }, 'owner')).to.equal(0);
        const before = await historyOf(groupID);
        for (const [path, body] of commandsOn(groupID)) {
          expect(await codeOf(path, body, 'owner'), path).to.equal(path.endsWith('quit_group') ? 1002 : 1204);
        }
        // Whether somebody may at all is said before: 1002 to who is no manager. His own card is his.
        const looksAtTheGroupFirst = ['/group/join_group', '/group/transfer_group', '/group/invite_user_to_group'];
        for (const [path, body] of commandsOn(groupID)) {
          if (path.endsWith('quit_group')) continue;
          const errCode = looksAtTheGroupFirst.includes(path) ? 1204 : 1002;
          for (const who of ['member2', 'outsider']) {
            expect(await codeOf(path, body, who), `${who} ${path}`).to.equal(errCode);
          }
        }
        const ownCard = { members: [{ groupID, userID: 'member2', nickname: 'x' }] };
        expect(await codeOf('/group/set_group_member_info', ownCard, 'member2')).to.equal(1204);
        expect(await infoOf(groupID)).to.include({ status: 2, memberCount: 4, ownerUserID: 'owner' });
        expect(await membersOf(groupID)).to.have.length(4);
        const create = { ownerUserID: 'owner', groupInfo: { groupID, groupName: 'again' } };
        expect(await codeOf('/group/create_group', create, 'owner')).to.equal(1202);

        // An app admin's mute of a member succeeds and changes nothing.
        const mute = { groupID, userID: 'member', mutedSeconds: 60 };
        expect(await codeOf('/group/mute_group_member', mute, 'imAdmin')).to.equal(0);
        expect(await codeOf('/group/cancel_mute_group_member', { groupID, userID: 'member' }, 'imAdmin')).to.equal(0);
        expect(await codeOf('/group/mute_group_member', { ...mute, userID: 'outsider' }, 'imAdmin')).to.equal(1004);
        expect(await historyOf(groupID)).to.have.length(before.length);
        expect(before.at(-1)?.type).to.equal('GroupDismissed');
      });

      it('those whom a dismissal kept may leave, once, and are gone from the lists', async () => {
        const groupID = await givenGroup();
        const quit = (who: string, userID?: string): Promise<number> =>
          codeOf('/group/quit_group', { groupID, ...(userID === undefined ? {} : { userID }) }, who);
        await im.done('/group/dismiss_group', { groupID }, as('owner'));
        expect(await quit('outsider')).to.equal(1004);
        expect(await quit('owner')).to.equal(1002);
        expect(await quit('member2', 'member')).to.equal(1002);
        expect(await quit('member')).to.equal(0);
        expect(await quit('member')).to.equal(1004);
        expect(await quit('imAdmin', 'admin')).to.equal(0);
        expect((await historyOf(groupID)).slice(-2).map(({ type, data }) => [type, data['userId']])).to.deep.equal([
          ['MemberLeft', 'member'],
          ['MemberLeft', 'admin'],
        ]);
        expect(await rolesIn(groupID)).to.deep.equal({ owner: 100, member2: 20 });
        expect(await infoOf(groupID)).to.include({ status: 2, memberCount: 2, ownerUserID: 'owner' });
        const left = { groupID, userIDs: ['owner'] };
        expect(await codeOf('/group/get_group_members_info', left, 'member')).to.equal(1002);
        await im.done('/group/dismiss_group', { groupID, deleteMember: true }, as('owner'));
        expect(await quit('member2')).to.equal(1004);
      });

      it('with deleteMember its members go, at once or later, and what looks for them says 1004', async () => {
        const groupID = await givenGroup();
        await im.done('/group/dismiss_group', { groupID }, as('owner'));
        expect(await codeOf('/group/dismiss_group', { groupID, deleteMember: true }, 'owner')).to.equal(0);
        expect(await membersOf(groupID)).to.equal(null);
        expect(await infoOf(groupID)).to.include({ status: 2, memberCount: 0 });
        // An app admin needs no row in it.
        for (const [path, body] of commandsOn(groupID)) {
          if (!/set_group_info|mute_group$/.test(path)) continue;
          expect(await codeOf(path, body, 'imAdmin'), path).to.equal(1204);
        }
        const groupInfoForSet = { groupID, groupName: 'x' };
        expect(await codeOf('/group/set_group_info', { groupInfoForSet }, 'imAdmin')).to.equal(1204);
        expect(await codeOf('/group/set_group_info', { groupInfoForSet }, 'owner')).to.equal(1004);
        const looksAtTheGroupFirst = ['/group/join_group', '/group/transfer_group', '/group/invite_user_to_group'];
        for (const [path, body] of commandsOn(groupID)) {
          expect(await codeOf(path, body, 'owner'), path).to.equal(looksAtTheGroupFirst.includes(path) ? 1204 : 1004);
        }
      });
    });

    describe('lists', () => {
      it('members by role and joining, in pages that count them all', async () => {
        const groupID = await givenGroup();
        const list = (
          body: Body,
          who = 'member',
        ): Promise<OpenimAnswer<{ total: number; members: GroupMemberFullInfo[] | null }>> =>
          im.call('/group/get_group_member_list', { groupID, pagination: page, ...body }, as(who));
        const names = async (body: Body): Promise<[number | undefined, string[] | null]> => {
          const { data } = await list(body);
          return [data?.total, data?.members?.map(({ userID }) => userID) ?? null];
        };
        expect(await names({})).to.deep.equal([4, ['owner', 'admin', 'member', 'member2']]);
        expect(await names({ pagination: { pageNumber: 2, showNumber: 3 } })).to.deep.equal([4, ['member2']]);
        expect(await names({ pagination: { pageNumber: 9, showNumber: 1000 } })).to.deep.equal([4, null]);
        expect(await names({ pagination: { pageNumber: 1, showNumber: 0 } })).to.deep.equal([4, null]);
        expect(await names({ pagination: { pageNumber: 1 } })).to.deep.equal([4, null]);
        const clamped = { pageNumber: 1, showNumber: 2_147_483_647 };
        expect(await names({ pagination: clamped })).to.deep.equal([4, ['owner', 'admin', 'member', 'member2']]);
        expect(await names({ pagination: { ...clamped, pageNumber: 2 } })).to.deep.equal([4, null]);
        expect(await names({ keyword: 'MEMBER2' })).to.deep.equal([1, ['member2']]);
        expect(await names({ filter: 1 })).to.deep.equal([4, ['owner', 'admin', 'member', 'member2']]);
        for (const wrong of [
          { pagination: undefined },
          { pagination: { pageNumber: 0, showNumber: 1 } },
          { pagination: { pageNumber: 1, showNumber: 2_147_483_648 } },
          { pagination: 1 },
          { filter: 6 },
          { keyword: '\0' },
        ]) {
          expect((await list(wrong)).errCode, JSON.stringify(wrong)).to.equal(1001);
        }
        expect((await list({}, 'outsider')).errCode).to.equal(1002);
        expect((await list({ groupID: 'nowhere' })).errCode).to.equal(1004);
      });

      it('get_group_members_info: those who are members, for members', async () => {
        const groupID = await givenGroup();
        const body = { groupID, userIDs: ['member2', 'outsider', 'owner'] };
        const { members } = await im.done<{ members: GroupMemberFullInfo[] }>(
          '/group/get_group_members_info',
          body,
          as('member'),
        );
        expect(members.map(({ userID }) => userID)).to.deep.equal(['member2', 'owner']);
        expect(await codeOf('/group/get_group_members_info', body, 'outsider')).to.equal(1002);
        expect(await codeOf('/group/get_group_members_info', { ...body, groupID: 'nowhere' }, 'owner')).to.equal(1004);
        expect(await codeOf('/group/get_group_members_info', { groupID }, 'owner')).to.equal(1001);
      });

      it('get_groups_info: anybody’s to ask, unknown ones left out', async () => {
        const groupID = await givenGroup();
        const { groupInfos } = await im.done<{ groupInfos: GroupInfo[] }>(
          '/group/get_groups_info',
          { groupIDs: ['nowhere', groupID] },
          as('outsider'),
        );
        expect(groupInfos.map((info) => info.groupID)).to.deep.equal([groupID]);
        expect(await codeOf('/group/get_groups_info', {}, 'outsider')).to.equal(1001);
      });

      it('get_joined_group_list: one’s own', async () => {
        const tokens = await im.people('joiner');
        for (const groupName of ['a', 'b', 'c']) {
          const body = { ownerUserID: 'joiner', groupInfo: { groupName } };
          await im.done('/group/create_group', body, { token: tokens['joiner'] ?? '' });
        }
        const list = { fromUserID: 'joiner', pagination: { pageNumber: 2, showNumber: 2 } };
        const { total, groups } = await im.done<{ total: number; groups: GroupInfo[] }>(
          '/group/get_joined_group_list',
          list,
          { token: tokens['joiner'] ?? '' },
        );
        expect([total, groups.map(({ groupName }) => groupName)]).to.deep.equal([3, ['c']]);
        expect(await codeOf('/group/get_joined_group_list', list, 'member')).to.equal(1002);
        expect(await codeOf('/group/get_joined_group_list', list, 'imAdmin')).to.equal(0);
      });
    });

    it('a group made through another API is led by its own rules', async () => {
      const groupID = `g_${(++count).toString()}`;
      const made = await fetch(`${parley.url}/v1/groups`, {
        method: 'POST',
        headers: { authorization: `Bearer ${of['owner'] ?? ''}`, 'content-type': 'application/json' },
        body: JSON.stringify({ groupId: groupID, name: 'Native', members: ['member'], preset: 'parley' }),
      });
      expect(made.status).to.equal(201);
      // `/v1` answers before the lists show it.
      await eventually(async () => {
        expect(await infoOf(groupID)).to.include({ groupName: 'Native', needVerification: 2, ownerUserID: 'owner' });
      });
      // The parley rules let an owner leave; the openim rules would not.
      expect(await codeOf('/group/quit_group', { groupID }, 'owner')).to.equal(0);
      expect(await rolesIn(groupID)).to.deep.equal({ member: 100 });
    });

    it('a morning of an app developer, at the root of the port of its own', async () => {
      const own = new OpenimClient(parley.ownUrls.openim ?? '', SECRET);
      const session = async (userID: string): Promise<{ token: string }> => {
        const account = { userID, nickname: userID, password: `password of ${userID}` };
        await own.done('/user/self_register', account);
        return own.done('/user/self_login', { userID, password: account.password, platformID: 5 });
      };
      const [ann, ben, cat] = await Promise.all(['ann', 'ben', 'cat'].map(session));
      if (ann === undefined || ben === undefined || cat === undefined) throw new Error('nobody');
      const { groupInfo } = await own.done<{ groupInfo: GroupInfo }>(
        '/group/create_group',
        { ownerUserID: 'ann', memberUserIDs: ['ben'], groupInfo: { groupName: 'Morning', groupType: 2 } },
        ann,
      );
      const { groupID } = groupInfo;
      await own.done('/group/set_group_info_ex', { groupID, notification: 'Coffee at nine', needVerification: 1 }, ann);
      await own.done('/group/invite_user_to_group', { groupID, invitedUserIDs: ['cat'] }, ben);
      await own.done('/group/group_application_response', { groupID, fromUserID: 'cat', handleResult: 1 }, ann);
      const members = [{ groupID, userID: 'cat', nickname: 'Kitty' }];
      await own.done('/group/set_group_member_info', { members }, cat);
      await own.done('/group/mute_group_member', { groupID, userID: 'cat', mutedSeconds: 60 }, ann);
      await own.done('/group/mute_group', { groupID }, ann);
      await own.done('/group/cancel_mute_group', { groupID }, ann);
      await own.done('/group/transfer_group', { groupID, oldOwnerUserID: 'ann', newOwnerUserID: 'ben' }, ann);
      await own.done('/group/quit_group', { groupID, userID: 'ann' }, ann);
      const list = await own.done<{ total: number; members: GroupMemberFullInfo[] }>(
        '/group/get_group_member_list',
        { groupID, pagination: page },
        cat,
      );
      expect([list.total, list.members.map(({ nickname, roleLevel }) => [nickname, roleLevel])]).to.deep.equal([
        2,
        [
          ['ben', 100],
          ['Kitty', 20],
        ],
      ]);
      await own.done('/group/kick_group', { groupID, kickedUserIDs: ['cat'] }, ben);
      await own.done('/group/dismiss_group', { groupID }, ben);
      const after = await im.done<{ groupInfos: GroupInfo[] }>('/group/get_groups_info', { groupIDs: [groupID] }, cat);
      expect(after.groupInfos[0]).to.include({ status: 2, memberCount: 1, notification: 'Coffee at nine' });
      expect((await historyOf(groupID)).map(({ type }) => type)).to.deep.equal([
        'GroupCreated',
        'MemberJoined',
        'MemberJoined',
        'AnnouncementPublished',
        'JoinPolicyChanged',
        'MemberInvited',
        'InvitationAnswered',
        'MemberJoined',
        'MemberCardChanged',
        'MemberMuted',
        'GroupMuted',
        'GroupUnmuted',
        'OwnerTransferred',
        'MemberLeft',
        'MemberRemoved',
        'GroupDismissed',
      ]);
    });
  });
