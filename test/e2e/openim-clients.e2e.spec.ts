import { expect } from 'chai';
import { idHash } from '../../api/dialects/openim/full-list.js';
import type { GroupRequest, UserInfo } from '../../api/dialects/openim/views.js';
import { ENGINES } from '../support/engines.js';
import { OpenimClient } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { ADMIN_SECRET, V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';
const page = { pageNumber: 1, showNumber: 100 };
/** None of them can be anybody's. */
const ODD = ['', ' ', '张三', 'a b', '../x', 'x'.repeat(65), 'x'.repeat(10_000), 'a\0b', '\ud800'];

type Requests = { total: number; groupRequests: GroupRequest[] | null };

for (const engine of ENGINES)
  describe(`003: what real clients count on, on ${engine}`, () => {
    let parley: RunningParley;
    let im: OpenimClient;
    let v1: V1Client;
    let tokens: Record<string, string>;
    let count = 0;

    before(async function () {
      this.timeout(60_000);
      parley = await runParley(
        ({ tenant, otherTenant }) => ({
          PARLEY_APP_ADMINS: `imAdmin,second,${otherTenant}/imAdmin,${tenant}/1234567890123456`,
          OPENIM_SECRET: SECRET,
        }),
        engine,
      );
      im = new OpenimClient(`${parley.url}/openim`, SECRET);
      v1 = new V1Client(parley.url);
      tokens = await im.people('owner', 'admin', 'member', 'asker', 'other');
      tokens['imAdmin'] = await im.adminToken('imAdmin');
    });
    after(() => parley.stop());

    const as = (who: string): { token: string } => ({ token: tokens[who] ?? '' });
    const codeOf = async (path: string, body: object, who: string): Promise<number> =>
      (await im.call(path, body, as(who))).errCode;
    async function givenGroup(owner = 'owner'): Promise<string> {
      const groupID = `c_${(++count).toString()}`;
      const people = owner === 'owner' ? { adminUserIDs: ['admin'], memberUserIDs: ['member'] } : {};
      const body = { ownerUserID: owner, ...people, groupInfo: { groupID, groupName: 'Clients' } };
      await im.done('/group/create_group', body, as(owner));
      return groupID;
    }
    const asks = (groupID: string, who = 'asker'): Promise<unknown> =>
      im.done('/group/join_group', { groupID, joinSource: 3, reqMessage: who }, as(who));

    describe('app admins are users from the start', () => {
      const infoOf = async (userID: string, tenant?: string): Promise<UserInfo | undefined> => {
        const headers = tenant === undefined ? {} : { 'X-Tenant-ID': tenant };
        const { token } = await im.done<{ token: string }>(
          '/auth/user_token',
          { secret: SECRET, platformID: 10, userID: 'imAdmin' },
          { headers },
        );
        const { usersInfo } = await im.done<{ usersInfo: UserInfo[] }>(
          '/user/get_users_info',
          { userIDs: [userID] },
          { token, headers },
        );
        return usersInfo[0];
      };

      it('in every tenant they are configured for, named by their id', async () => {
        for (const [userID, tenant] of [['imAdmin'], ['second'], ['imAdmin', parley.otherTenant]] as const) {
          expect(await infoOf(userID, tenant)).to.include({ userID, nickname: userID, appMangerLevel: 2 });
        }
        expect(await infoOf('second', parley.otherTenant)).to.equal(undefined);
        // Ids of 16 digits are the server's to make, so this one can't be anybody's.
        expect(await infoOf('1234567890123456')).to.equal(undefined);
      });

      it('so that they change their profile, are members, and are registered by nobody else', async () => {
        const userInfo = { userID: 'imAdmin', nickname: 'The app' };
        await im.done('/user/update_user_info_ex', { userInfo }, as('imAdmin'));
        expect(await infoOf('imAdmin')).to.include({ nickname: 'The app' });
        const groupID = await givenGroup();
        await im.done('/group/invite_user_to_group', { groupID, invitedUserIDs: ['imAdmin'] }, as('owner'));
        const users = [{ userID: 'second', nickname: 'Mine' }];
        expect((await im.call('/user/user_register', { secret: SECRET, users })).errCode).to.equal(1102);
        const account = { userID: 'second', nickname: 'Mine', password: 'of mallory' };
        expect((await im.call('/user/self_register', account)).errCode).to.equal(1002);
        expect((await im.call('/user/self_login', { ...account, platformID: 1 })).errCode).to.equal(1002);
      });

      it('and get a password from whoever shows the admin secret, once', async () => {
        const register = (more: object, secret?: string, key?: string): ReturnType<V1Client['call']> =>
          v1.call('POST', '/users', {
            body: { userId: 'second', login: 'Boss', password: 'of the boss', nickname: 'Second', ...more },
            headers: {
              ...(secret === undefined ? {} : { 'parley-admin-secret': secret }),
              ...(key === undefined ? {} : { 'idempotency-key': key }),
            },
          });
        const session = async (login: string, password = 'of the boss'): Promise<unknown> =>
          (await v1.call('POST', '/sessions', { body: { login, password } })).body['userId'];
        for (const secret of [undefined, '', 'a wrong one', SECRET]) {
          expect((await register({}, secret)).body).to.include({ status: 403, code: 'NotPermitted' });
        }
        await v1.person('taken');
        expect((await register({ login: 'taken@example.org' }, ADMIN_SECRET)).body).to.include({ code: 'LoginTaken' });
        expect(await session('second')).to.equal(undefined);

        const answers = await Promise.all(
          ['of the boss', 'of a second boss', 'of a third boss'].map((password) =>
            register({ password, login: `Boss of ${password}` }, ADMIN_SECRET),
          ),
        );
        expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409]);
        const first = ['of the boss', 'of a second boss', 'of a third boss'][
          answers.findIndex(({ status }) => status === 201)
        ];
        expect(await session('second', first)).to.equal('second');
        expect(await session(`BOSS of ${first ?? ''}`, first)).to.equal('second');
        expect(await infoOf('second')).to.include({ nickname: 'Second' });
        expect((await register({ password: 'of mallory', login: 'mallory' }, ADMIN_SECRET)).status).to.equal(409);
        expect(await session('second', 'of mallory')).to.equal(undefined);
        expect(await session('mallory', 'of mallory')).to.equal(undefined);
      });

      it('a repeat under a key is answered as the first one was', async () => {
        const request = {
          body: { userId: 'imAdmin', login: 'keyed', password: 'of the app', nickname: 'Keyed' },
          headers: { 'parley-admin-secret': ADMIN_SECRET, 'idempotency-key': 'admin-login' },
        };
        const [first, second] = [await v1.call('POST', '/users', request), await v1.call('POST', '/users', request)];
        expect([first.status, second.status]).to.deep.equal([201, 201]);
        expect(second.body).to.deep.equal(first.body);
        const other = { ...request, body: { ...request.body, password: 'another one' } };
        expect((await v1.call('POST', '/users', other)).status).to.be.within(409, 422);
        const session = async (password: string): Promise<number> =>
          (await v1.call('POST', '/sessions', { body: { login: 'keyed', password } })).status;
        expect([await session('of the app'), await session('another one')]).to.deep.equal([201, 401]);
      });
    });

    describe('look-ups answer with whoever is known, whatever the ids', () => {
      it('of users', async () => {
        const { usersInfo } = await im.done<{ usersInfo: UserInfo[] }>(
          '/user/get_users_info',
          { userIDs: [...ODD, 'member'] },
          as('other'),
        );
        expect(usersInfo.map(({ userID }) => userID)).to.deep.equal(['member']);
        // The one list that is never null: clients read its first item at once.
        expect(await im.done('/user/get_users_info', { userIDs: ODD }, as('other'))).to.deep.equal({ usersInfo: [] });
        const { results } = await im.done<{ results: unknown[] }>(
          '/user/account_check',
          { checkUserIDs: [...ODD, 'member'] },
          as('imAdmin'),
        );
        expect(results).to.have.length(ODD.length + 1);
        expect(results.at(-1)).to.deep.equal({ userID: 'member', accountStatus: 1 });
        expect(results[2]).to.deep.equal({ userID: '张三', accountStatus: 0 });
        expect(await im.done('/user/get_users_online_status', { userIDs: ODD }, as('other'))).to.have.length(
          ODD.length,
        );
      });

      it('of groups and their members', async () => {
        const groupID = await givenGroup();
        const found = await im.done<{ groupInfos: { groupID: string }[] }>(
          '/group/get_groups_info',
          { groupIDs: [...ODD, groupID] },
          as('other'),
        );
        expect(found.groupInfos.map((info) => info.groupID)).to.deep.equal([groupID]);
        const nobody = { groupInfos: null };
        expect(await im.done('/group/get_groups_info', { groupIDs: ODD }, as('other'))).to.deep.equal(nobody);
        const { members } = await im.done<{ members: { userID: string }[] }>(
          '/group/get_group_members_info',
          { groupID, userIDs: [...ODD, 'owner'] },
          as('member'),
        );
        expect(members.map(({ userID }) => userID)).to.deep.equal(['owner']);
      });

      it('of applications', async () => {
        const groupID = await givenGroup();
        await asks(groupID);
        const list = { pagination: page, groupIDs: ODD };
        const none = { total: 0, groupRequests: null };
        expect(
          await im.done('/group/get_user_req_group_applicationList', { userID: 'asker', ...list }, as('asker')),
        ).to.deep.equal(none);
        expect(
          await im.done('/group/get_recv_group_applicationList', { fromUserID: 'x', ...list }, as('imAdmin')),
        ).to.deep.equal(none);
        const users = { groupID, userIDs: [...ODD, 'asker'] };
        expect(await im.done('/group/get_group_users_req_application_list', users, as('owner'))).to.include({
          total: 1,
        });
      });

      it('but an empty list asks for nothing: 1001', async () => {
        const groupID = await givenGroup();
        for (const [path, body] of [
          ['/user/get_users_info', { userIDs: [] }],
          ['/user/get_users_online_status', { userIDs: [] }],
          ['/group/get_groups_info', { groupIDs: [] }],
          ['/group/get_group_members_info', { groupID, userIDs: [] }],
          ['/group/get_group_users_req_application_list', { groupID, userIDs: [] }],
        ] as const) {
          expect(await codeOf(path, body, 'owner'), path).to.equal(1001);
        }
      });

      it('and an id that can not be is told like one that nobody has', async () => {
        const groupID = await givenGroup();
        const odd = '张三';
        for (const [path, body, who, errCode] of [
          ['/group/join_group', { groupID: odd, joinSource: 3 }, 'other', 1004],
          ['/group/join_group', { groupID, joinSource: 3, inviterUserID: odd }, 'imAdmin', 1004],
          ['/group/join_group', { groupID, joinSource: 3, inviterUserID: odd }, 'other', 1002],
          ['/group/quit_group', { groupID: odd }, 'other', 1004],
          ['/group/mute_group', { groupID: odd }, 'owner', 1004],
          ['/group/dismiss_group', { groupID: odd }, 'owner', 1004],
          ['/group/set_group_info_ex', { groupID: odd, groupName: 'x' }, 'owner', 1004],
          ['/group/set_group_member_info', { members: [{ groupID: odd, userID: 'owner', ex: '' }] }, 'owner', 1004],
          ['/group/get_group_member_list', { groupID: odd, pagination: page }, 'owner', 1004],
          ['/group/get_group_members_info', { groupID: odd, userIDs: ['owner'] }, 'owner', 1004],
          ['/group/get_full_group_member_user_ids', { groupID: odd }, 'owner', 1004],
          ['/group/mute_group_member', { groupID, userID: odd, mutedSeconds: 1 }, 'owner', 1004],
          ['/group/invite_user_to_group', { groupID, invitedUserIDs: [odd] }, 'owner', 1004],
          ['/group/kick_group', { groupID, kickedUserIDs: [odd] }, 'owner', 1101],
          ['/group/transfer_group', { groupID, oldOwnerUserID: 'owner', newOwnerUserID: odd }, 'owner', 1001],
          ['/group/create_group', { ownerUserID: odd, groupInfo: { groupName: 'x' } }, 'imAdmin', 1101],
          [
            '/group/create_group',
            { ownerUserID: 'owner', memberUserIDs: [''], groupInfo: { groupName: 'x' } },
            'owner',
            1101,
          ],
          ['/user/update_user_info_ex', { userInfo: { userID: odd, nickname: 'x' } }, 'imAdmin', 1004],
          ['/auth/user_token', { secret: SECRET, platformID: 1, userID: odd }, '', 1101],
          ['/user/self_login', { platformID: 1, userID: odd, password: 'long enough' }, '', 1101],
          // These are chosen.
          ['/user/self_register', { userID: odd, nickname: 'x', password: 'long enough' }, '', 1001],
          ['/group/create_group', { ownerUserID: 'owner', groupInfo: { groupID: odd, groupName: 'x' } }, 'owner', 1001],
        ] as const) {
          expect(await codeOf(path, body, who), `${path} ${JSON.stringify(body)}`).to.equal(errCode);
        }
      });
    });

    it('every empty list is null, but usersInfo', async () => {
      const groupID = await givenGroup('other');
      const none = { fromUserID: 'asker', userID: 'nobody', pagination: { pageNumber: 9, showNumber: 10 } };
      for (const [path, body, list] of [
        ['/user/get_users_info', { userIDs: ['nobody'] }, { usersInfo: [] }],
        ['/user/get_users', { ...none }, { users: null }],
        ['/user/get_subscribe_users_status', { userID: 'imAdmin' }, { statusList: null }],
        ['/group/get_groups_info', { groupIDs: ['nobody'] }, { groupInfos: null }],
        ['/group/get_group_members_info', { groupID, userIDs: ['nobody'] }, { members: null }],
        ['/group/get_group_member_list', { groupID, pagination: none.pagination }, { total: 1, members: null }],
        ['/group/get_joined_group_list', none, { groups: null }],
        ['/group/get_recv_group_applicationList', none, { total: 0, groupRequests: null }],
        ['/group/get_user_req_group_applicationList', none, { total: 0, groupRequests: null }],
        ['/group/get_group_users_req_application_list', { groupID, userIDs: ['asker'] }, { groupRequests: null }],
        ['/group/get_specified_user_group_request_info', { groupID, userID: 'asker' }, { groupRequests: null }],
        ['/group/get_full_join_group_ids', { userID: 'nobody' }, { groupIDs: null }],
      ] as const) {
        expect(await im.done(path, body, as('imAdmin')), path).to.deep.include(list);
      }
    });

    describe('what clients ask after joins and answers', () => {
      const infoOf = (groupID: string, userID: string, who: string): Promise<Requests> =>
        im.done('/group/get_specified_user_group_request_info', { groupID, userID }, as(who));

      it('get_specified_user_group_request_info: his own, a manager’s, an app admin’s to ask', async () => {
        const groupID = await givenGroup();
        await asks(groupID);
        for (const who of ['asker', 'owner', 'admin', 'imAdmin']) {
          const { total, groupRequests } = await infoOf(groupID, 'asker', who);
          expect(total, who).to.equal(1);
          expect(groupRequests?.[0]).to.deep.include({
            userInfo: { userID: 'asker', nickname: 'Nick asker', faceURL: 'https://x.example/asker', ex: '' },
            handleResult: 0,
            reqMsg: 'asker',
          });
          expect(groupRequests?.[0]?.groupInfo).to.include({ groupID, ownerUserID: 'owner', memberCount: 3 });
        }
        const asked = { groupID, userID: 'asker' };
        for (const who of ['member', 'other']) {
          expect(await codeOf('/group/get_specified_user_group_request_info', asked, who), who).to.equal(1002);
        }
        // Clients ask so for the manager himself who has just answered.
        await im.done(
          '/group/group_application_response',
          { groupID, fromUserID: 'asker', handleResult: 1, handledMsg: 'hi' },
          as('owner'),
        );
        expect(await infoOf(groupID, 'owner', 'owner')).to.deep.equal({ total: 0, groupRequests: null });
        const { groupRequests } = await infoOf(groupID, 'asker', 'asker');
        expect(groupRequests?.[0]).to.include({ handleResult: 1, handleUserID: 'owner', handleMsg: 'hi' });
        const unknown = { groupID: 'nowhere', userID: 'asker' };
        expect(await codeOf('/group/get_specified_user_group_request_info', unknown, 'asker')).to.equal(1004);
      });

      it('get_full_group_member_user_ids: all of them, unless the client has the same', async () => {
        const groupID = await givenGroup();
        const path = '/group/get_full_group_member_user_ids';
        const all = ['owner', 'admin', 'member'];
        const first = await im.done(path, { groupID, idHash: 0 }, as('member'));
        expect(first).to.deep.include({ equal: false, userIDs: all, version: idHash(all) });
        expect(first['versionID']).to.match(/^[0-9a-f]{24}$/);
        const same = await im.done(path, { groupID, idHash: idHash(all) }, as('member'));
        expect(same).to.deep.equal({ ...first, equal: true, userIDs: null });
        expect(await im.done(path, { groupID }, as('imAdmin'))).to.deep.equal(first);
        expect(await codeOf(path, { groupID }, 'other')).to.equal(1002);
        expect(await codeOf(path, { groupID: 'nowhere' }, 'owner')).to.equal(1004);
        for (const wrong of ['1', -1, 1.5, {}])
          expect(await codeOf(path, { groupID, idHash: wrong }, 'owner')).to.equal(1001);
        await im.done('/group/quit_group', { groupID }, as('member'));
        const after = await im.done(path, { groupID, idHash: idHash(all) }, as('owner'));
        expect(after).to.deep.include({ equal: false, userIDs: ['owner', 'admin'], versionID: first['versionID'] });
      });

      it('get_full_join_group_ids: one’s own', async () => {
        tokens = { ...tokens, ...(await im.people('joiner')) };
        const path = '/group/get_full_join_group_ids';
        const none = await im.done(path, { userID: 'joiner', idHash: 0 }, as('joiner'));
        expect(none).to.deep.include({ equal: true, groupIDs: null, version: 0 });
        const joined = [await givenGroup('joiner'), await givenGroup('joiner')];
        const dismissed = await givenGroup('joiner');
        await im.done('/group/dismiss_group', { groupID: dismissed }, as('joiner'));
        const some = await im.done(path, { userID: 'joiner', idHash: 0 }, as('joiner'));
        expect(some).to.deep.include({ equal: false, groupIDs: joined, version: idHash(joined) });
        expect(await im.done(path, { userID: 'joiner', idHash: idHash(joined) }, as('imAdmin'))).to.deep.include({
          equal: true,
          groupIDs: null,
        });
        expect(await codeOf(path, { userID: 'joiner' }, 'owner')).to.equal(1002);
      });
    });

    it('get_recv_group_applicationList of groups named: for app admins any, else one’s own to manage', async () => {
      const [mine, another] = [await givenGroup(), await givenGroup('other')];
      await asks(mine);
      await asks(another);
      await asks(another, 'member');
      const path = '/group/get_recv_group_applicationList';
      const list = (who: string, groupIDs: string[]): object => ({ fromUserID: who, groupIDs, pagination: page });
      const seen = async (who: string, groupIDs: string[]): Promise<unknown[]> => {
        const { total, groupRequests } = await im.done<Requests>(path, list(who, groupIDs), as(who));
        const of = groupRequests?.map(({ userInfo, groupInfo }) => `${userInfo.userID} ${groupInfo?.groupID ?? ''}`);
        return [total, of?.sort() ?? null];
      };
      const [atMine, ...atAnother] = [`asker ${mine}`, `asker ${another}`, `member ${another}`];
      expect(await seen('owner', [mine])).to.deep.equal([1, [atMine]]);
      expect(await seen('admin', [mine, mine])).to.deep.equal([1, [atMine]]);
      expect(await seen('imAdmin', [mine])).to.deep.equal([1, [atMine]]);
      expect(await seen('imAdmin', [mine, another, 'nowhere'])).to.deep.equal([3, [atMine, ...atAnother].sort()]);
      expect(await seen('imAdmin', ['nowhere'])).to.deep.equal([0, null]);
      expect(await seen('imAdmin', []), 'he manages none himself').to.deep.equal([0, null]);
      for (const groupIDs of [[another], [mine, another], [mine, 'nowhere'], [mine, '']]) {
        expect(await codeOf(path, list('owner', groupIDs), 'owner'), groupIDs.join()).to.equal(1002);
      }
      expect(await codeOf(path, list('member', [mine]), 'member')).to.equal(1002);
    });

    it('members are named in any case, and do what they say', async () => {
      const groupID = await givenGroup();
      const named = { members: [{ groupId: groupID, userId: 'member', nickName: 'Bookworm', faceUrl: 'f' }] };
      await im.done('/group/set_group_member_info', named, as('member'));
      const { members } = await im.done<{ members: object[] }>(
        '/group/get_group_members_info',
        { GROUPID: groupID, userIds: ['member'] },
        as('member'),
      );
      expect(members[0]).to.include({ nickname: 'Bookworm', faceURL: 'f' });
      const users = [{ UserID: 'any_case', Nickname: 'Any' }];
      await im.done('/user/user_register', { Secret: SECRET, USERS: users });
      // The secret in another spelling is none of what a key's request is told by.
      const headers = { 'Idempotency-Key': 'any-case' };
      const again = (secret: object): Promise<number> =>
        im
          .call('/user/user_register', { ...secret, users: [{ userID: 'any_case_2', nickname: 'A' }] }, { headers })
          .then(({ errCode }) => errCode);
      expect(await again({ SECRET })).to.equal(0);
      expect(await again({ secret: SECRET })).to.equal(0);
    });
  });
