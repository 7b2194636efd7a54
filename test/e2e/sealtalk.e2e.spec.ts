import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { SEALTALK_TEST_CODE, SealtalkClient } from '../support/sealtalk-client.js';
import { seedSamples } from '../support/sealtalk-samples.js';
import { V1Client } from '../support/v1-client.js';

type Row = Record<string, unknown>;
interface UserStatus {
  readonly id: string;
  readonly status: number;
}

const NO_GROUP = '404 Unknown group.';
const NOT_CREATOR = '400 Unknown group or not creator.';
const NOT_MANAGER = '403 Current user is not group manager.';

describe('004: groups', () => {
  let parley: RunningParley;
  let v1: V1Client;
  let ann: SealtalkClient;
  let ben: SealtalkClient;
  let cid: SealtalkClient;
  let eve: SealtalkClient;
  /** Wants to be asked. */
  let shy: SealtalkClient;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({ SEALTALK_TEST_CODE });
    v1 = new V1Client(parley.url);
    const base = `${parley.url}/sealtalk`;
    let phone = 13800000000;
    [ann, ben, cid, eve, shy] = (await Promise.all(
      ['Ann', 'Ben', 'Cid', 'Eve', 'Shy'].map((name) => SealtalkClient.registered(base, name, String(++phone))),
    )) as [SealtalkClient, SealtalkClient, SealtalkClient, SealtalkClient, SealtalkClient];
    await shy.done('POST', '/user/set_privacy', { groupVerify: 0 });
  });
  after(() => parley.stop());

  let made = 0;
  const group = async (...others: readonly SealtalkClient[]): Promise<string> => {
    const memberIds = [ann.id, ...others.map(({ id }) => id)];
    const name = `Group ${String(++made)}`;
    const { id } = await ann.done<{ id: string }>('POST', '/group/create', {
      name,
      memberIds: memberIds.length > 1 ? memberIds : [ann.id, ann.id],
    });
    return id;
  };
  const info = (groupId: string, who = ann): Promise<Row> => who.done<Row>('GET', `/group/${groupId}`);
  const roles = async (groupId: string, who = ann): Promise<Record<string, unknown>> => {
    const members = await who.done<Row[]>('GET', `/group/${groupId}/members`);
    return Object.fromEntries(members.map(({ user, role }) => [String((user as Row)['nickname']), role]));
  };
  /** What was written into a conversation in 004's words, read over `/v1`. */
  const told = async (who: SealtalkClient, conversation: string): Promise<{ type: string; body: Row }[]> => {
    const { token } = await who.done<{ token: string }>('GET', '/user/get_token');
    const { status, body } = await v1.call<{ items: Row[] }>(
      'GET',
      `/conversations/${conversation}/messages?limit=200`,
      {
        token,
      },
    );
    if (status === 404) return [];
    return [...body.items].reverse().flatMap((message) => contentIn(message));
  };
  const ofGroup = async (groupId: string): Promise<string> => {
    const { token } = await ann.done<{ token: string }>('GET', '/user/get_token');
    const { body } = await v1.call<{ items: Row[] }>('GET', '/conversations?limit=100', { token });
    const found = body.items.find(({ group: of }) => (of as Row | null)?.['name'] === groupId);
    return String(found?.['conversationId']);
  };

  describe('the seed’s own samples, byte for byte', () => {
    for (const { method, path, body, verbatim, meant = verbatim } of seedSamples)
      it(`${method} ${path}: ${verbatim}${meant === verbatim ? '' : `, and as meant ${meant}`}`, async () => {
        expect(await eve.said(method, path, body)).to.equal(verbatim);
        // What a client that wrote this sends.
        if (meant !== verbatim)
          expect(await eve.said(method, path, runInNewContext(`(${body})`) as object)).to.equal(meant);
      });

    it('what has no body', async () => {
      expect(await eve.said('GET', '/group/get_bulletin?id=KC6kot3ID')).to.equal('402 No group bulletin.');
      expect(await eve.said('GET', '/group/KC6kot3ID')).to.equal(NO_GROUP);
      expect(await eve.said('GET', '/group/KC6kot3ID/members')).to.equal(NO_GROUP);
      expect(await eve.said('POST', '/group/clear_notice')).to.equal('200');
      expect(await eve.done('GET', '/group/notice_info')).to.deep.equal([]);
      expect(await eve.said('GET', '/GROUP//notice_info/'), 'case and slashes').to.equal('200');
      expect(await eve.said('GET', '/group/notice_info', undefined, { cookie: undefined })).to.equal(
        '403 Not loged in.',
      );
    });
  });

  describe('a group', () => {
    it('is made with those who are there; who wants to be asked is', async () => {
      const { id, userStatus } = await ann.done<{ id: string; userStatus: UserStatus[] }>('POST', '/group/create', {
        name: '<b>Chess</b>',
        memberIds: [shy.id, ben.id, ann.id, ben.id, 'not anybody', 'KC6kot3ID'],
        portraitUri: 'http://rongcloud-file.r',
      });
      expect(id).to.match(/^[0-9a-zA-Z]{9}$/);
      expect(userStatus).to.deep.equal([
        { id: ben.id, status: 1 },
        { id: ann.id, status: 1 },
        { id: shy.id, status: 3 },
      ]);
      expect(await info(id)).to.deep.equal({
        id,
        name: '&lt;b&gt;Chess&lt;/b&gt;',
        portraitUri: 'http://rongcloud-file.r',
        memberCount: 2,
        maxMemberCount: 500,
        creatorId: ann.id,
        type: 1,
        bulletin: null,
        bulletinTime: null,
        deletedAt: null,
        isMute: 0,
        certiStatus: 1,
        memberProtection: 0,
      });
    });

    it('is checked in the original’s order', async () => {
      const create = (body: object): Promise<string> => ann.said('POST', '/group/create', body);
      const memberIds = [ann.id, ben.id];
      expect(await create({ name: '', memberIds: [] })).to.equal('400 Empty name.');
      expect(await create({ memberIds: [], name: '' })).to.equal('400 Empty memberIds.');
      expect(await create({ memberIds })).to.equal('400 Empty name.');
      expect(await create({ name: 'Chess' })).to.equal('400 Empty memberIds.');
      const badName = '400 Length of group name is out of limit.';
      expect(await create({ name: 'x', memberIds: [ann.id] })).to.equal(badName);
      expect(await create({ name: 'x'.repeat(33), memberIds })).to.equal(badName);
      expect(await create({ name: '  ', memberIds })).to.equal(badName);
      expect(await create({ name: { toString: 5 }, memberIds })).to.equal('400 Empty name.');
      expect(await create({ name: 'Chess', memberIds: [ann.id] })).to.equal(
        "400 Group's member count should be greater than 1 at least.",
      );
      expect(await create({ name: 'Chess', memberIds: Array.from({ length: 501 }, () => ben.id) })).to.equal(
        "400 Group's member count is out of max group member count limit (500).",
      );
    });

    it('has its members in both time forms, and none for outsiders', async () => {
      const id = await group(ben);
      const [first] = await ben.done<Row[]>('GET', `/group/${id}/members`);
      expect(first).to.include({ displayName: '', groupNickname: '', role: 0 });
      expect(new Date(String(first!['createdAt'])).getTime()).to.equal(first!['createdTime']);
      expect(first!['timestamp']).to.equal(first!['createdTime']);
      expect(first!['user']).to.include({ id: ann.id, nickname: 'Ann', portraitUri: '' });
      expect(await eve.said('GET', `/group/${id}/members`)).to.equal(
        '403 Only group member can get group member info.',
      );
    });

    it('takes plain ids of Parley as well, and the same in each place', async () => {
      const user = await v1.person('plain-id');
      const answer = await v1.call('POST', '/groups', {
        token: user.token,
        body: { groupId: 'plain-group', name: 'Plain' },
      });
      expect(answer.status).to.equal(201);
      expect(await ann.said('POST', '/group/join', { groupId: 'plain-group' })).to.equal('200');
      const { id, creatorId } = await info('plain-group');
      expect(id).to.match(/^[0-9a-zA-Z]{9}$/);
      const [owner] = await ann.done<Row[]>('GET', `/group/${String(id)}/members`);
      expect((owner!['user'] as Row)['id']).to.equal(creatorId);
      expect(await ann.said('POST', '/group/quit', { groupId: id })).to.equal('200');
    });
  });

  describe('coming in and going', () => {
    it('add: joined, asked, refused', async () => {
      const id = await group(ben);
      const add = (who: SealtalkClient, memberIds: unknown, groupId: unknown = id): Promise<string> =>
        who.said('POST', '/group/add', { groupId, memberIds });
      expect(await add(eve, [cid.id]), 'an outsider').to.equal('403 Current user is not group member.');
      expect(await add(ben, [])).to.equal('400 Empty memberIds.');
      expect(await add(ben, [cid.id, 'no id!'])).to.equal('400 Empty memberId in memberIds.');
      expect(await add(ben, [ann.id])).to.equal('400 Should not add exist member to the group.');
      expect(await add(ben, [cid.id], 'no id!')).to.equal('400 Empty groupId.');
      expect(await add(ben, [cid.id], 'nothing')).to.equal(NO_GROUP);
      expect(await ben.done('POST', '/group/add', { groupId: id, memberIds: [cid.id, shy.id] })).to.deep.equal([
        { id: shy.id, status: 3 },
        { id: cid.id, status: 1 },
      ]);
    });

    it('join and quit', async () => {
      const groupId = await group(ben);
      expect(await cid.said('POST', '/group/quit', { groupId })).to.equal('403 Current user is not group member.');
      expect(await cid.said('POST', '/group/join', { groupId })).to.equal('200');
      expect(await cid.said('POST', '/group/join', { groupId })).to.equal(
        '400 Should not add exist member to the group.',
      );
      expect(await ann.said('POST', '/group/quit', { groupId }), 'the creator').to.equal('200');
      expect((await info(groupId))['creatorId']).to.equal(ben.id);
      for (const who of [cid, ben]) expect(await who.said('POST', '/group/quit', { groupId })).to.equal('200');
      expect((await info(groupId))['deletedAt'], 'the last one dismisses').to.be.a('string');
      expect(await cid.said('POST', '/group/join', { groupId })).to.equal(NO_GROUP);
    });

    it('kick, in the original’s order; who was kicked and who left is listed for managers', async () => {
      const groupId = await group(ben, cid);
      const kick = (who: SealtalkClient, ...memberIds: unknown[]): Promise<string> =>
        who.said('POST', '/group/kick', { groupId, memberIds });
      expect(await kick(ann, ben.id, ann.id)).to.equal('400 Can not kick yourself.');
      expect(await kick(cid, ann.id), 'before the role').to.equal('405 Can not kick the host.');
      expect(await kick(ben, cid.id)).to.equal(NOT_MANAGER);
      expect(await kick(ben, eve.id), 'before whether he is a member').to.equal(NOT_MANAGER);
      expect(await kick(eve, ben.id)).to.equal(NOT_MANAGER);
      expect(await kick(ann, ben.id, 'no id!')).to.equal('400 Empty memberId.');
      expect(await kick(ann, eve.id, ben.id), 'every one is checked').to.equal(
        '400 Can not kick none-member from the group.',
      );
      expect(await roles(groupId)).to.deep.equal({ Ann: 0, Ben: 1, Cid: 1 });
      await ann.done('POST', '/group/set_manager', { groupId, memberIds: [ben.id] });
      expect(await kick(ben, cid.id)).to.equal('200');
      expect(await kick(ann, ben.id)).to.equal('200');
      await eve.done('POST', '/group/join', { groupId });
      await eve.done('POST', '/group/quit', { groupId });
      const left = await ann.done<Row[]>('POST', '/group/exited_list', { groupId });
      expect(left.map(({ quitTime, ...row }) => (expect(quitTime).to.match(/^\d{13}$/), row))).to.deep.equal([
        {
          quitUserId: eve.id,
          quitNickname: 'Eve',
          quitPortraitUri: '',
          quitReason: 2,
          operatorId: null,
          operatorName: null,
        },
        {
          quitUserId: ben.id,
          quitNickname: 'Ben',
          quitPortraitUri: '',
          quitReason: 0,
          operatorId: ann.id,
          operatorName: 'Ann',
        },
        {
          quitUserId: cid.id,
          quitNickname: 'Cid',
          quitPortraitUri: '',
          quitReason: 1,
          operatorId: ben.id,
          operatorName: 'Ben',
        },
      ]);
      expect(await eve.said('POST', '/group/exited_list', { groupId })).to.equal(
        '400 Current user is not group manager.',
      );
    });

    it('the invitee is asked, then a manager where certification is on; nobody answers for another', async () => {
      const groupId = await group(ben);
      const agree = (who: SealtalkClient, receiver: SealtalkClient, status: unknown): Promise<string> =>
        who.said('POST', '/group/agree', { groupId, receiverId: receiver.id, status });
      const notices = (who: SealtalkClient): Promise<Row[]> => who.done<Row[]>('GET', '/group/notice_info');
      expect(await ben.said('POST', '/group/set_certification', { groupId, certiStatus: 0 })).to.equal('200 {20001}');
      expect(await eve.said('POST', '/group/set_certification', { groupId, certiStatus: 0 })).to.equal('200 {20001}');
      expect(await ann.said('POST', '/group/set_certification', { groupId, certiStatus: 2 })).to.equal(
        '400 Illegal parameter .',
      );
      await ann.done('POST', '/group/set_certification', { groupId, certiStatus: 0 });
      expect((await info(groupId))['certiStatus']).to.equal(0);
      expect(await ben.done('POST', '/group/add', { groupId, memberIds: [cid.id, shy.id] })).to.deep.equal([
        { id: shy.id, status: 3 },
        { id: cid.id, status: 2 },
      ]);
      expect(await agree(ben, cid, 1), 'who asked is no manager').to.equal('200 {20001}');
      expect(await agree(cid, cid, 1), 'nobody lets himself in').to.equal('200 {20003}');
      expect(await agree(eve, cid, 1), 'an outsider').to.equal('200 {20001}');
      expect(await agree(ann, shy, 1), 'a manager’s word for his side').to.equal('200');
      expect(await agree(ann, cid, 1)).to.equal('200');
      expect(await agree(ann, cid, 1), 'twice').to.equal('200 {20003}');
      expect(await agree(shy, shy, 2)).to.equal('400 Illegal parameter .');
      const [asked] = (await notices(shy)).filter(({ group: of }) => (of as Row)['id'] === groupId);
      expect(asked).to.include({ status: 2, type: 1 });
      expect(asked!['createdTime']).to.equal(String(asked!['timestamp']));
      expect(asked!['requester']).to.deep.equal({ id: ben.id, nickname: 'Ben' });
      expect(asked!['receiver']).to.deep.equal({ id: shy.id, nickname: 'Shy' });
      expect(await agree(shy, shy, 0)).to.equal('200');
      expect((await notices(shy)).find(({ id }) => id === asked!['id'])).to.include({ status: 0 });
      const managers = (await notices(ann)).filter(({ group: of }) => (of as Row)['id'] === groupId);
      expect(managers.map(({ type }) => type)).to.deep.equal(managers.map(() => 2));
      expect(managers.map(({ receiver }) => (receiver as Row)['nickname'])).to.include('Cid');
      expect(await roles(groupId)).to.deep.equal({ Ann: 0, Ben: 1, Cid: 1 });
      await shy.done('POST', '/group/clear_notice');
      expect(await notices(shy)).to.deep.equal([]);
    });
  });

  describe('who may what', () => {
    it('transfer and managers', async () => {
      const groupId = await group(ben, cid);
      const transfer = (who: SealtalkClient, to: SealtalkClient): Promise<string> =>
        who.said('POST', '/group/transfer', { groupId, userId: to.id });
      expect(await transfer(ann, ann)).to.equal('403 Can not transfer creator role to yourself.');
      expect(await transfer(ann, eve)).to.equal('400 Invalid groupId or userId.');
      expect(await transfer(eve, ben)).to.equal('400 Invalid groupId or userId.');
      expect(await transfer(ben, cid)).to.equal('400 Current user is not group creator.');
      const manage = (who: SealtalkClient, verb: 'set' | 'remove', ...memberIds: unknown[]): Promise<string> =>
        who.said('POST', `/group/${verb}_manager`, { groupId, memberIds });
      for (const verb of ['set', 'remove'] as const) {
        expect(await manage(eve, verb, ben.id)).to.equal('402 Not in the group.');
        expect(await manage(ben, verb, ben.id)).to.equal('401 No permission to set up an manager.');
        expect(await manage(ann, verb, ben.id, ann.id)).to.equal('403 Cannot set the group creator.');
        expect(await manage(ann, verb, eve.id, 'no id!'), 'non-members are ignored').to.equal('200');
      }
      expect(await manage(ann, 'set', ben.id, cid.id)).to.equal('200');
      expect(await roles(groupId)).to.deep.equal({ Ann: 0, Ben: 2, Cid: 2 });
      expect(await manage(ann, 'remove', cid.id)).to.equal('200');
      expect(await transfer(ann, cid)).to.equal('200');
      expect(await roles(groupId)).to.deep.equal({ Ann: 1, Ben: 2, Cid: 0 });
    });

    it('name, picture, announcement, dismissal are the creator’s; others hear the same, whether there is a group or not', async () => {
      const groupId = await group(ben);
      const asked: [string, object][] = [
        ['/group/rename', { name: 'Another' }],
        ['/group/set_portrait_uri', { portraitUri: 'https://localhost/a.png' }],
        ['/group/set_bulletin', { bulletin: 'Hi <all>' }],
        ['/group/dismiss', {}],
      ];
      for (const [path, body] of asked) {
        for (const who of [ben, eve]) expect(await who.said('POST', path, { groupId, ...body })).to.equal(NOT_CREATOR);
        expect(await ann.said('POST', path, { groupId: 'nothing', ...body })).to.equal(NOT_CREATOR);
      }
      const ask = (path: string, body: object): Promise<string> => ann.said('POST', path, { groupId, ...body });
      expect(await ask('/group/rename', { name: 'x' })).to.equal('400 Length of name invalid.');
      expect(await ask('/group/set_portrait_uri', { portraitUri: 'ftp://example.org/a' })).to.equal(
        '400 Invalid portraitUri format.',
      );
      expect(await ask('/group/set_portrait_uri', { portraitUri: 'http://a.b' })).to.equal(
        '400 Length of portraitUri invalid.',
      );
      expect(await ask('/group/set_bulletin', { bulletin: 'x'.repeat(1_025) })).to.equal(
        '400 Length of bulletin invalid.',
      );
      expect(await ben.said('GET', `/group/get_bulletin?groupId=${groupId}`)).to.equal('402 No group bulletin.');
      for (const [path, body] of asked.slice(0, 3)) expect(await ask(path, body)).to.equal('200');
      expect(await info(groupId)).to.include({ name: 'Another', bulletin: 'Hi &lt;all&gt;' });
      const bulletin = await ben.done<Row>('GET', `/group/get_bulletin?groupId=${groupId}`);
      expect(bulletin['content']).to.equal('Hi &lt;all&gt;');
      for (const name of ['id', 'groupId']) expect(bulletin[name]).to.be.within(1, 2 ** 31 - 1);
      expect(await eve.said('GET', `/group/get_bulletin?id=${groupId}`), 'an outsider').to.equal(
        '402 No group bulletin.',
      );
      expect((await info(groupId, eve))['bulletin']).to.equal(null);
      expect(await ask('/group/dismiss', {})).to.equal('200');
      expect(await ask('/group/dismiss', {}), 'twice').to.equal(NOT_CREATOR);
      expect(await info(groupId)).to.include({ memberCount: 0 });
      expect(await ann.said('GET', `/group/${groupId}/members`)).to.equal(NO_GROUP);
    });

    it('muting all, clearing, protection', async () => {
      const groupId = await group(ben, cid);
      const ask = (who: SealtalkClient, path: string, body: object): Promise<string> =>
        who.said('POST', path, { groupId, ...body });
      for (const who of [ben, eve]) {
        expect(await ask(who, '/group/mute_all', { muteStatus: 1 })).to.equal('400 Not a group owner .');
        expect(await ask(who, '/group/set_regular_clear', { clearStatus: 3 })).to.equal('400 Not a group owner .');
      }
      expect(await ask(ben, '/group/set_member_protection', { memberProtection: 1 })).to.equal(NOT_MANAGER);
      for (const muteStatus of [2, '2', true, {}])
        expect(await ask(ann, '/group/mute_all', { muteStatus })).to.equal('400 Illegal parameter .');
      for (const clearStatus of ['3', 4, true])
        expect(await ask(ann, '/group/set_regular_clear', { clearStatus })).to.equal('400 Illegal parameter .');
      expect(await ask(ann, '/group/mute_all', { muteStatus: '1', userId: [ben.id] })).to.equal('200');
      expect((await info(groupId))['isMute']).to.equal(1);
      const say = (who: SealtalkClient): Promise<string> =>
        who.said('POST', '/misc/send_message', {
          conversationType: 'GROUP',
          targetId: groupId,
          objectName: 'RC:TxtMsg',
          content: { content: 'hi' },
        });
      expect(await say(ben), 'a listed speaker').to.equal('200');
      expect(await say(cid)).to.match(/^403 /);
      expect(await ask(ann, '/group/mute_all', { muteStatus: 0, userId: '' })).to.equal('200');
      expect(await say(cid)).to.equal('200');
      for (const clearStatus of [3, 7, 36, 0]) {
        expect(await ask(ann, '/group/set_regular_clear', { clearStatus })).to.equal('200');
        expect(await ann.done('POST', '/group/get_regular_clear', { groupId })).to.deep.equal({ clearStatus });
      }
      expect(await ann.done('POST', '/group/get_regular_clear', { groupId: 'nothing' })).to.equal(undefined);
      expect(await ask(ann, '/group/set_member_protection', { memberProtection: 1 })).to.equal('200');
      expect((await info(groupId))['memberProtection']).to.equal(1);
    });

    it('names and cards in the group are one’s own, or a manager’s to set', async () => {
      const groupId = await group(ben, cid);
      const card = {
        groupNickname: 'lee',
        region: '86',
        phone: '19990001233',
        WeChat: 'yt001',
        Alipay: 'yt002',
        memberDesc: "['描述1','描述2','描述3']",
      };
      const set = (who: SealtalkClient, memberId: unknown, body: object = card): Promise<string> =>
        who.said('POST', '/group/set_member_info', { groupId, memberId, ...body });
      const get = (who: SealtalkClient, memberId: unknown): Promise<string> =>
        who.said('POST', '/group/get_member_info', { groupId, memberId });
      expect(await set(ben, cid.id), 'another one’s').to.equal(NOT_MANAGER);
      expect(await set(eve, ben.id), 'from outside').to.equal('403 Current user is not group member.');
      expect(await set(ann, eve.id)).to.equal('400 Not a group member .');
      expect(await set(ben, ben.id)).to.equal('200');
      expect(await ann.done('POST', '/group/get_member_info', { groupId, memberId: ben.id })).to.deep.equal({
        ...card,
        memberDesc: ['描述1', '描述2', '描述3'],
        isDeleted: false,
      });
      expect(await set(ben, ben.id, { memberDesc: '', WeChat: '' })).to.equal('200');
      expect(await ben.done('POST', '/group/get_member_info', { groupId, memberId: ben.id })).to.include({
        WeChat: '',
      });
      expect(await get(ann, eve.id)).to.equal('400 Not a group member .');
      expect(await get(eve, ben.id)).to.equal('400 Not a group member .');
      const name = (who: SealtalkClient, displayName: string): Promise<string> =>
        who.said('POST', '/group/set_display_name', { groupId, displayName });
      expect(await name(cid, 'x'.repeat(33))).to.equal('400 Length of display name invalid.');
      expect(await name(eve, 'me')).to.equal(NO_GROUP);
      expect(await name(cid, 'Martin')).to.equal('200');
      const members = await ann.done<Row[]>('GET', `/group/${groupId}/members`);
      expect(members.map(({ displayName }) => displayName)).to.have.members(['', 'lee', 'Martin']);
      expect(await name(cid, '')).to.equal('200');
    });

    it('favourites are one’s own, copies wait', async () => {
      const groupId = await group(ben);
      expect(await ann.said('POST', '/group/fav', { groupId })).to.equal('200');
      expect(await ann.said('POST', '/group/fav', { groupId })).to.equal('405 Group already exists.');
      for (let i = 0; i < 2; i++) expect(await ann.said('DELETE', '/group/fav', { groupId })).to.equal('200');
      const copy = (who: SealtalkClient, of = groupId): Promise<string> =>
        who.said('POST', '/group/copy_group', { groupId: of, name: 'Copied', portraitUri: 'http://rongcloud-file.r' });
      expect(await copy(ann)).to.equal('200 {20004}');
      expect(await copy(ben)).to.equal('200 {20001}');
      expect(await copy(eve)).to.equal('200 {20001}');
      // A group of an API whose rules know no interval is copied at once.
      const { token } = await ann.done<{ token: string }>('GET', '/user/get_token');
      const other = await v1.call('POST', '/groups', { token, body: { groupId: 'to-copy', name: 'Other' } });
      expect(other.status).to.equal(201);
      expect(await copy(ann, 'to-copy')).to.equal('200 {20007}');
      await ben.done('POST', '/group/join', { groupId: 'to-copy' });
      const { userStatus } = await ann.done<{ userStatus: UserStatus[] }>('POST', '/group/copy_group', {
        groupId: 'to-copy',
        name: 'Copied',
        portraitUri: 'http://rongcloud-file.r',
      });
      expect(userStatus).to.deep.equal([
        { id: ben.id, status: 1 },
        { id: ann.id, status: 1 },
      ]);
    });
  });

  describe('what is told', () => {
    it('in the group’s chat in 004’s words, once for each happening, and to those whose word is needed', async () => {
      const groupId = await group(ben);
      const name = String((await info(groupId))['name']);
      await ann.done('POST', '/group/add', { groupId, memberIds: [cid.id, shy.id] });
      await ann.done('POST', '/group/set_manager', { groupId, memberIds: [cid.id] });
      await ann.done('POST', '/group/set_bulletin', { groupId, bulletin: '明天 4 点下班' });
      await ann.done('POST', '/group/set_regular_clear', { groupId, clearStatus: 3 });
      await ann.done('POST', '/group/kick', { groupId, memberIds: [cid.id] });
      await ann.done('POST', '/group/transfer', { groupId, userId: ben.id });
      let lines: { type: string; body: Row }[] = [];
      const conversation = await ofGroup(name);
      await eventually(async () => {
        lines = await told(ann, conversation);
        expect(lines.at(-1)?.body['operation']).to.equal('Transfer');
      }, 20_000);
      expect(lines.map(({ type, body }) => `${type} ${String(body['operation'] ?? '')}`.trim())).to.deep.equal([
        'ST:GrpNtf Create',
        'ST:GrpNtf Add',
        'ST:GrpNtf SetManager',
        'ST:GrpNtf Bulletin',
        'RC:TxtMsg',
        'ST:ConNtf openRegularClear',
        'ST:MsgClear openRegularClear',
        'ST:GrpNtf Kicked',
        'ST:GrpNtf Transfer',
      ]);

      const transfer = lines.at(-1)!.body;
      expect(transfer).to.include({ operatorUserId: ann.id, operatoerUserId: ann.id, message: '' });
      const { data, ...said } = transfer['data'] as Row;
      expect(data, 'both clients’ places').to.deep.equal(said);
      expect(said).to.include({
        oldAdminId: ann.id,
        oldAdminName: 'Ann',
        newAdminId: ben.id,
        newAdminName: 'Ben',
        operatorId: ann.id,
      });
      expect(said['targetUserIds']).to.deep.equal([ben.id]);
      expect(said['targetUserDisplayNames']).to.deep.equal(['Ben']);
      expect(said['timestamp']).to.be.a('number');
      expect(lines[4]!.body['content']).to.equal('@所有人 明天 4 点下班');

      // Whom the chat doesn't reach any more is told himself.
      const kicked = lines.find(({ body }) => body['operation'] === 'Kicked');
      await eventually(async () => {
        const removals = (await told(cid, 'notifications')).filter(({ type }) => type === 'ST:GrpNtf');
        expect(removals.filter(({ body }) => isAbout(body, kicked?.body))).to.deep.equal([kicked]);
      }, 20_000);
      expect((kicked?.body['data'] as Row)['targetUserIds']).to.deep.equal([cid.id]);
    });

    it('to whom it concerns of an application: the invitee, the managers, who answers, and all when there is nothing left to answer', async () => {
      const groupId = await group(ben);
      const { name: targetGroupName } = await info(groupId);
      const apply = (who: SealtalkClient, operatorNickname: string, status: number, type: number): Row => {
        const data = { operatorNickname, targetGroupId: groupId, targetGroupName, status, type };
        return { operatorUserId: who.id, operatoerUserId: who.id, operation: 'Invite', data };
      };
      /** Without their times, which are numbers. */
      const toldOf = async (who: SealtalkClient): Promise<Row[]> =>
        (await told(who, 'notifications'))
          .filter(({ type, body }) => type === 'ST:GrpApply' && (body['data'] as Row)['targetGroupId'] === groupId)
          .map(({ body }) => {
            const { timestamp, ...data } = body['data'] as Row;
            expect(timestamp).to.be.a('number');
            return { ...body, data };
          });
      const tells = (who: SealtalkClient, ...what: Row[]): Promise<void> =>
        eventually(async () => {
          expect(await toldOf(who)).to.deep.equal(what);
        }, 20_000);

      await ann.done('POST', '/group/set_certification', { groupId, certiStatus: 0 });
      await ben.done('POST', '/group/add', { groupId, memberIds: [shy.id, cid.id] });
      await tells(shy, apply(ben, 'Ben', 2, 1));
      await tells(ann, apply(ben, 'Ben', 2, 2));
      await shy.done('POST', '/group/agree', { groupId, receiverId: shy.id, status: 1 });
      await tells(shy, apply(ben, 'Ben', 2, 1), apply(shy, 'Shy', 1, 1));
      await tells(ann, apply(ben, 'Ben', 2, 2), apply(shy, 'Shy', 2, 2));
      await ann.done('POST', '/group/agree', { groupId, receiverId: cid.id, status: 0 });
      const byAnn = [apply(ben, 'Ben', 2, 2), apply(shy, 'Shy', 2, 2), apply(ann, 'Ann', 0, 2)];
      await tells(ann, ...byAnn);
      expect(await toldOf(ben), 'who asked isn’t').to.deep.equal([]);

      await ann.done('POST', '/group/agree', { groupId, receiverId: shy.id, status: 0 });
      await ann.done('POST', '/group/add', { groupId, memberIds: [shy.id] });
      const byShy = [apply(ben, 'Ben', 2, 1), apply(shy, 'Shy', 1, 1), apply(ann, 'Ann', 2, 1)];
      await tells(shy, ...byShy);
      await ann.done('POST', '/group/dismiss', { groupId });
      await tells(shy, ...byShy, apply(ann, 'Ann', 3, 0));
    });
  });
});

const isAbout = (body: Row, other: Row | undefined): boolean =>
  (body['data'] as Row)['timestamp'] === (other?.['data'] as Row | undefined)?.['timestamp'];

/** Of a message as `/v1` shows it: one of another family is carried whole. */
function contentIn(message: Row): { type: string; body: Row }[] {
  const notice = message['notice'] as Row | null | undefined;
  if (notice) return [{ type: `line ${String(notice['kind'])}`, body: {} }];
  const text = JSON.stringify(message);
  const found = /\\"format\\":\\"sealtalk\\"/.test(text) ? (message['content'] as Row | null) : null;
  if (found === null) {
    const { text: plain } = (message['content'] ?? {}) as Row;
    return typeof plain === 'string' ? [{ type: 'RC:TxtMsg', body: { content: plain } }] : [];
  }
  const { type, body } = JSON.parse(String(found['data'])) as { type: string; body: string };
  return [{ type, body: JSON.parse(body) as Row }];
}
