import { expect } from 'chai';
import type { GroupInfo, GroupMemberFullInfo } from '../../api/dialects/openim/views.js';
import { ENGINES } from '../support/engines.js';
import { OpenimClient } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

const page = { pageNumber: 1, showNumber: 100 };

for (const engine of ENGINES)
  describe(`003: what is judged before what, and what is seen after what, on ${engine}`, () => {
    let parley: RunningParley;
    let im: OpenimClient;
    let v1: V1Client;
    let tokens: Record<string, string>;
    let count = 0;

    before(async function () {
      this.timeout(60_000);
      const secret = 'a secret of the app, of some length';
      parley = await runParley({ PARLEY_APP_ADMINS: 'imAdmin', OPENIM_SECRET: secret }, engine);
      im = new OpenimClient(`${parley.url}/openim`, secret);
      v1 = new V1Client(parley.url);
      tokens = await im.people('owner', 'admin', 'admin2', 'member', 'outsider', 'late');
      tokens['imAdmin'] = await im.adminToken('imAdmin');
    });
    after(() => parley.stop());

    const as = (who: string): { token: string } => ({ token: tokens[who] ?? '' });
    const codeOf = async (path: string, body: object, who: string): Promise<number> =>
      (await im.call(path, body, as(who))).errCode;

    async function givenGroup(): Promise<string> {
      const groupID = `j_${(++count).toString()}`;
      await im.done(
        '/group/create_group',
        {
          ownerUserID: 'owner',
          adminUserIDs: ['admin', 'admin2'],
          memberUserIDs: ['member'],
          groupInfo: { groupID, groupName: 'Judged', groupType: 2 },
        },
        as('owner'),
      );
      return groupID;
    }
    async function revisionsOf(groupIDs: readonly string[]): Promise<number[]> {
      const histories = await Promise.all(
        groupIDs.map((groupID) =>
          v1.call<{ items: unknown[] }>('GET', `/groups/${groupID}/events?limit=1000`, as('imAdmin')),
        ),
      );
      return histories.map(({ body }) => body.items.length);
    }
    async function memberIn(groupID: string, userID: string): Promise<GroupMemberFullInfo | undefined> {
      const { members } = await im.done<{ members: GroupMemberFullInfo[] }>(
        '/group/get_group_members_info',
        { groupID, userIDs: [userID] },
        as('imAdmin'),
      );
      return members[0];
    }

    describe('the order of the original’s checks (docs/rules.md D1)', () => {
      it('transfer_group: dismissed 1204, the same twice 1001, not members 1001, and only then no right 1002', async () => {
        const groupID = await givenGroup();
        const transfer = (oldOwnerUserID: string, newOwnerUserID: string, who: string): Promise<number> =>
          codeOf('/group/transfer_group', { groupID, oldOwnerUserID, newOwnerUserID }, who);
        const before = await revisionsOf([groupID]);
        for (const [from, to, who, errCode] of [
          ['owner', 'owner', 'member', 1001],
          ['member', 'member', 'outsider', 1001],
          ['owner', 'outsider', 'member', 1001],
          ['owner', 'outsider', 'outsider', 1001],
          ['outsider', 'member', 'outsider', 1001],
          ['outsider', 'member', 'owner', 1001],
          ['owner', 'member', 'member', 1002],
          ['owner', 'member', 'outsider', 1002],
          ['admin', 'member', 'owner', 1002],
          ['admin', 'member', 'imAdmin', 1002],
          ['admin', 'owner', 'admin', 1002],
        ] as const) {
          expect(await transfer(from, to, who), `${who}: ${from} to ${to}`).to.equal(errCode);
        }
        expect(await revisionsOf([groupID])).to.deep.equal(before);
        await im.done('/group/dismiss_group', { groupID }, as('owner'));
        for (const [from, to, who] of [
          ['owner', 'owner', 'owner'],
          ['owner', 'member', 'outsider'],
          ['outsider', 'member', 'member'],
        ] as const) {
          expect(await transfer(from, to, who), `dismissed, ${who}: ${from} to ${to}`).to.equal(1204);
        }
        const nowhere = { groupID: 'nowhere', oldOwnerUserID: 'owner', newOwnerUserID: 'owner' };
        expect(await codeOf('/group/transfer_group', nowhere, 'member')).to.equal(1004);
      });

      it('lists that are empty or name somebody twice 1001 before all else, a blank name only after the right', async () => {
        const groupID = await givenGroup();
        const named = [[], ['late', 'late']];
        for (const users of named) {
          for (const group of [groupID, 'nowhere']) {
            const invite = { groupID: group, invitedUserIDs: users };
            expect(await codeOf('/group/invite_user_to_group', invite, 'outsider')).to.equal(1001);
            const kick = { groupID: group, kickedUserIDs: users };
            expect(await codeOf('/group/kick_group', kick, 'outsider')).to.equal(1001);
          }
        }
        for (const groupName of ['', ' ', '\u200b']) {
          const rename = { groupID, groupName };
          expect(await codeOf('/group/set_group_info_ex', rename, 'member')).to.equal(1002);
          expect(await codeOf('/group/set_group_info_ex', rename, 'owner')).to.equal(1001);
        }
        const old = { groupInfoForSet: { groupID, groupName: ' ' } };
        expect(await codeOf('/group/set_group_info', old, 'member')).to.equal(1002);
        expect(await codeOf('/group/set_group_info', old, 'owner')).to.equal(1001);
        await im.done('/group/dismiss_group', { groupID }, as('owner'));
        expect(await codeOf('/group/set_group_info_ex', { groupID, groupName: '' }, 'owner')).to.equal(1204);
        for (const users of named) {
          expect(await codeOf('/group/invite_user_to_group', { groupID, invitedUserIDs: users }, 'owner')).to.equal(
            1001,
          );
        }
      });

      it('kick_group: repeats, oneself, the owner 1001, no member 1101, and only then no right 1002', async () => {
        const groupID = await givenGroup();
        const kick = (kickedUserIDs: readonly string[], who: string): Promise<number> =>
          codeOf('/group/kick_group', { groupID, kickedUserIDs }, who);
        const before = await revisionsOf([groupID]);
        for (const [users, who, errCode] of [
          [['member', 'member'], 'outsider', 1001],
          [['admin', 'member'], 'member', 1001],
          [['outsider'], 'outsider', 1001],
          [['imAdmin'], 'imAdmin', 1001],
          [['late', 'owner'], 'member', 1001],
          [['late'], 'member', 1101],
          [['late'], 'outsider', 1002],
          [['admin2', 'late'], 'admin', 1101],
          [['admin'], 'member', 1002],
          [['member'], 'outsider', 1002],
          [['admin2'], 'admin', 1002],
        ] as const) {
          expect(await kick(users, who), `${who} kicks ${users.join()}`).to.equal(errCode);
        }
        expect(await revisionsOf([groupID])).to.deep.equal(before);
      });

      it('dismiss_group: no right 1002 before dismissed already 1204, as long as there are members', async () => {
        const groupID = await givenGroup();
        await im.done('/group/dismiss_group', { groupID }, as('owner'));
        for (const deleteMember of [false, true]) {
          for (const who of ['member', 'admin', 'outsider']) {
            const body = { groupID, deleteMember };
            expect(await codeOf('/group/dismiss_group', body, who), `${who}, ${String(deleteMember)}`).to.equal(1002);
          }
        }
        expect(await codeOf('/group/dismiss_group', { groupID }, 'owner')).to.equal(1204);
        expect(await codeOf('/group/dismiss_group', { groupID }, 'imAdmin')).to.equal(1204);
        expect(await codeOf('/group/dismiss_group', { groupID, deleteMember: true }, 'owner')).to.equal(0);
        for (const who of ['member', 'owner', 'imAdmin']) {
          expect(await codeOf('/group/dismiss_group', { groupID }, who), who).to.equal(1004);
        }
      });
    });

    it('whom an app admin brought in shows who that was', async () => {
      const groupID = await givenGroup();
      await im.done('/group/invite_user_to_group', { groupID, invitedUserIDs: ['late'] }, as('imAdmin'));
      expect(await memberIn(groupID, 'late')).to.include({
        joinSource: 1,
        inviterUserID: 'imAdmin',
        operatorUserID: 'imAdmin',
      });
      const imported = await v1.call('POST', `/groups/${groupID}/imports`, {
        ...as('imAdmin'),
        body: { members: [{ userId: 'outsider', joinedAt: '2021-05-06T07:08:09.000Z' }] },
      });
      expect(imported.status).to.equal(200);
      expect(await memberIn(groupID, 'outsider')).to.include({ inviterUserID: 'imAdmin', operatorUserID: 'imAdmin' });
    });

    describe('set_group_member_info over several groups', () => {
      const named = (groupID: string, userID: string): object => ({ groupID, userID, nickname: 'Changed' });

      it('changes nothing anywhere when one of them would refuse', async () => {
        const groups = [await givenGroup(), await givenGroup()];
        const [first = '', second = ''] = groups;
        const dismissed = await givenGroup();
        await im.done('/group/dismiss_group', { groupID: dismissed }, as('owner'));
        const before = await revisionsOf(groups);
        for (const [wrong, who, errCode] of [
          [named('nowhere', 'member'), 'owner', 1004],
          [named(dismissed, 'member'), 'owner', 1204],
          [named(second, 'late'), 'owner', 1001],
          [named(second, 'owner'), 'admin', 1002],
          [{ groupID: second, userID: 'member', nickname: 'x'.repeat(1_000) }, 'owner', 1001],
        ] as const) {
          for (const key of [undefined, `several-${count.toString()}-${errCode.toString()}-${JSON.stringify(wrong)}`]) {
            const headers = key === undefined ? {} : { 'Idempotency-Key': key.replaceAll(/\s/g, '').slice(0, 200) };
            const body = { members: [named(first, 'member'), wrong] };
            const answer = await im.call('/group/set_group_member_info', body, { ...as(who), headers });
            expect(answer.errCode, `${who}: ${JSON.stringify(wrong).slice(0, 80)}`).to.equal(errCode);
          }
        }
        expect(await revisionsOf(groups)).to.deep.equal(before);
      });

      it('repeats what was done under a key, though it could not be done now', async () => {
        const [first, second] = [await givenGroup(), await givenGroup()];
        // In the second group the admin steps down, and may do nothing of it any more.
        const members = [
          { groupID: first, userID: 'member', nickname: 'Changed' },
          { groupID: second, userID: 'member', nickname: 'Changed' },
          { groupID: second, userID: 'admin', roleLevel: 20 },
        ];
        const request = { ...as('admin'), headers: { 'Idempotency-Key': 'steps-down' } };
        expect((await im.call('/group/set_group_member_info', { members }, request)).errCode).to.equal(0);
        const after = await revisionsOf([first, second]);
        expect((await im.call('/group/set_group_member_info', { members }, request)).errCode).to.equal(0);
        expect((await im.call('/group/set_group_member_info', { members }, as('admin'))).errCode).to.equal(1002);
        expect(await revisionsOf([first, second])).to.deep.equal(after);
      });
    });

    it('what a user wrote by /v1 he sees here at once, and the other way round', async () => {
      const groupID = await givenGroup();
      for (let round = 0; round < 20; round++) {
        const name = `Round ${round.toString()}`;
        const changed = await v1.call('PATCH', `/groups/${groupID}`, { ...as('owner'), body: { name } });
        expect(changed.status).to.equal(200);
        const { groupInfos } = await im.done<{ groupInfos: GroupInfo[] }>(
          '/group/get_groups_info',
          { groupIDs: [groupID] },
          as('owner'),
        );
        expect(groupInfos[0]?.groupName).to.equal(name);
        await im.done('/group/set_group_info_ex', { groupID, introduction: name }, as('owner'));
        expect((await v1.call('GET', `/groups/${groupID}`, as('owner'))).body).to.include({ introduction: name });
      }
    });

    it('who exists is seen by himself at once, too: a user who registered by /v1', async () => {
      const { userId, token } = await v1.person(`fresh-${count.toString()}`);
      const body = { userIDs: [userId] };
      const { usersInfo } = await im.done<{ usersInfo: unknown[] }>('/user/get_users_info', body, { token });
      expect(usersInfo).to.have.length(1);
      expect(
        await codeOf('/group/get_joined_group_list', { fromUserID: userId, pagination: page }, 'imAdmin'),
      ).to.equal(0);
    });
  });
