import { expect } from 'chai';
import type { WireApplication, WireGroup, WireMember } from '../../api/dialects/dtalk/views.js';
import { DtalkClient, type Caller, type DtalkRequest } from '../support/dtalk-client.js';
import { SEED_GROUPS, SEED_MEMBERS, SEED_OWNER, seedSamples } from '../support/dtalk-samples.js';
import { eventually } from '../support/eventually.js';
import { newSigner, type Signer } from '../support/dtalk-signer.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { V1Client } from '../support/v1-client.js';

const FOR_EVER = 9_223_372_036_854_775_807n;
const DAY = 86_400_000;

type Body = Record<string, unknown>;
type Info = WireGroup & { readonly members: WireMember[] };

const GROUP_KEYS =
  'id,idStr,markId,name,publicName,avatar,introduce,owner,person,memberNum,maximum,status,createTime,joinType,muteType,' +
  'friendType,muteNum,adminNum,key,groupType';
const MEMBER_KEYS = 'memberId,memberName,memberType,memberMuteTime';

describe('002: the dtalk group API', () => {
  let parley: RunningParley;
  let dt: DtalkClient;
  let v1: V1Client;
  let root: { userId: string; token: string };
  const appAdmin = newSigner();
  const owner = newSigner();
  const admin = newSigner();
  const member = newSigner();
  const other = newSigner();
  const outsider = newSigner();

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({
      PARLEY_APP_ADMINS: `root,${appAdmin.address}`,
      DTALK_PORT: '0',
      DTALK_MOCK_SIGNATURES: 'true',
    });
    dt = new DtalkClient(`${parley.url}/dtalk`);
    v1 = new V1Client(parley.url);
    root = await v1.person('root');
    // Whoever is named below has called once, save where a test says otherwise.
    for (const who of [owner, admin, member, other, outsider]) await dt.done('/app/group-list', undefined, who);
  });
  after(() => parley.stop());

  const codeOf = async (path: string, body: object | string, by: Caller, request?: DtalkRequest): Promise<number> =>
    (await dt.call(path, body, by, request)).result;

  /** owner's group with an admin and two members. */
  const given = async (name = 'Study'): Promise<Info> => {
    const memberIds = [admin, member, other].map(({ address }) => address);
    const made = await dt.done<Info>('/app/create-group', { name, memberIds }, owner);
    await dt.done('/app/member/type', { id: made.id, memberId: admin.address, memberType: 1 }, owner);
    return made;
  };
  const info = (group: { idStr: string }, by: Caller = owner): Promise<Info> =>
    dt.done<Info>('/app/group-info', { idStr: group.idStr }, by);
  const typesIn = ({ members }: Info): Record<string, number> =>
    Object.fromEntries(members.map(({ memberId, memberType }) => [memberId, memberType]));
  const named = { name: 'x', publicName: 'y' };

  describe('the published samples, word for word', () => {
    before(async () => {
      for (const id of SEED_MEMBERS) await v1.person(id);
      await dt.done('/app/group-list', undefined, 'MOCK');
      for (const groupId of SEED_GROUPS) {
        const made = await v1.call('POST', '/groups', {
          token: root.token,
          headers: { 'parley-on-behalf-of': SEED_OWNER },
          body: { groupId, preset: 'dtalk', name: `group ${groupId}`, members: ['member-1', 'member-2', '123'] },
        });
        expect(made.status, JSON.stringify(made.body)).to.equal(201);
      }
    });

    const answered = async <Data extends object>(sample: keyof typeof seedSamples): Promise<Data> => {
      const { path, body, data } = seedSamples[sample];
      const answer = await dt.done<Data>(path, body, 'MOCK');
      const promised = data.split(' ');
      expect(
        Object.keys(answer)
          .filter((name) => promised.includes(name))
          .sort(),
      ).to.deep.equal([...promised].sort());
      return answer;
    };

    it('creates a group', async () => {
      const made = await answered<Info>('createGroup');
      expect(made).to.deep.include({
        name: 'test-group-1',
        publicName: 'test-group-1',
        avatar: '',
        introduce: '',
        owner: { memberId: SEED_OWNER, memberName: '', memberType: 2, memberMuteTime: 0 },
        person: null,
        memberNum: 3,
        maximum: 200,
        status: 0,
        joinType: 0,
        muteType: 0,
        friendType: 0,
        groupType: 0,
      });
      expect(made.members.map(({ memberId, memberType }) => [memberId, memberType])).to.deep.equal([
        ['member-1', 0],
        ['member-2', 0],
      ]);
      expect(made.markId).to.match(/^\d{8}$/);
      expect(made.key).to.match(/^[0-9a-f]{32}$/);
      expect(made.idStr).to.equal(made.id.toString());
    });

    it('invites, by an id that no double holds', async () => {
      const invited = await answered<{ id: bigint; idStr: string; memberNum: number; newMembers: WireMember[] }>(
        'invite',
      );
      expect(invited).to.deep.include({ id: 127043701116506112n, idStr: '127043701116506112', memberNum: 6 });
      expect(invited.newMembers.map(({ memberId }) => memberId)).to.deep.equal(['member-5', 'member-6']);
      expect(await codeOf(seedSamples.invite.path, seedSamples.invite.body, 'MOCK'), 'again').to.equal(-10010);
    });

    it('shows the group, its members and one of them', async () => {
      const shown = await answered<Info>('groupInfo');
      expect(Object.keys(shown).join()).to.equal(`${GROUP_KEYS},members`);
      expect(shown).to.deep.include({ id: 127082931377147904n, memberNum: 4, name: 'group 127082931377147904' });
      expect(shown.members.map((one) => Object.keys(one).join())).to.deep.equal(Array(4).fill(MEMBER_KEYS));
      const listed = await answered<Pick<Info, 'id' | 'members'>>('memberList');
      expect(listed).to.deep.include({ id: 127082931377147904n, members: shown.members });
      const { path, body } = seedSamples.memberInfo;
      const one = await answered<WireMember>('memberInfo');
      expect(one).to.deep.equal({ memberId: '123', memberName: '', memberType: 0, memberMuteTime: 0 });
      // The text says GET as well.
      const asked = '?id=125290793882619904&memberId=123';
      expect(await dt.done(`${path}${asked}`, undefined, 'MOCK', { method: 'GET' })).to.deep.equal(one);
      expect(body).to.contain('125290793882619904');
    });

    it('lists the groups, without a body, by GET and POST', async () => {
      const { groups } = await answered<{ groups: WireGroup[] }>('groupList');
      expect(groups.map(({ idStr }) => idStr)).to.include.members([...SEED_GROUPS]);
      for (const group of groups) expect(Object.keys(group).join()).to.equal(GROUP_KEYS);
      const got = await dt.done<{ groups: WireGroup[] }>('/group-list', undefined, 'MOCK', { method: 'GET' });
      expect(got.groups).to.deep.equal(groups);
    });
  });

  describe('who calls', () => {
    it('is whoever signed, and a user from then on, however many calls come first', async () => {
      const somebody = newSigner();
      const token = somebody.sign(`${Date.now().toString()}*Zk7q2`);
      const lists = await Promise.all(Array.from({ length: 5 }, () => dt.call('/app/group-list', undefined, token)));
      expect(lists.map(({ result }) => result)).to.deep.equal([0, 0, 0, 0, 0]);
      const { body } = await v1.call<{ events: Body[] }>('GET', `/users/${somebody.address}`, { token: root.token });
      expect(body).to.include({ userId: somebody.address });
    });

    it('is nobody without a signature, with another’s, with an old one, or one of tomorrow', async () => {
      const nobody = newSigner();
      const now = Date.now();
      const bad: [string, number][] = [
        ['', -1010],
        ['MOCK3', -1010],
        [nobody.sign('soon*'), -1010],
        [nobody.sign(`${now.toString()}*`).replace(/#[^#]*$/, `#${owner.publicKey}`), -1010],
        [nobody.sign(`${(now - 125_000).toString()}*`), -1011],
        [nobody.sign(`${(now + 125_000).toString()}*`), -1011],
      ];
      for (const [token, code] of bad) expect(await codeOf('/app/group-list', {}, token), token).to.equal(code);
      const gone = await v1.call('GET', `/users/${nobody.address}`, { token: root.token });
      expect(gone.status, 'whose signature is no good is made no user').to.equal(404);
    });

    it('is the only one who can be that user', async () => {
      const body = { userId: newSigner().address, nickname: 'Mallory', login: 'mallory', password: 'long enough' };
      const { status } = await v1.call('POST', '/users', { body });
      expect(status).to.equal(403);
    });

    it('names people by their address before they have called, and nobody who could never be', async () => {
      const [friend, another] = [newSigner(), newSigner()];
      const made = await dt.done<Info>('/app/create-group', { name: 'F', memberIds: [friend.address] }, owner);
      await dt.done('/app/invite-group-members', { id: made.id, newMemberIds: [another.address] }, owner);
      for (const who of [friend, another]) {
        const { groups } = await dt.done<{ groups: WireGroup[] }>('/app/group-list', undefined, who);
        expect(groups.map(({ idStr }) => idStr)).to.deep.equal([made.idStr]);
      }
      const refused = await dt.call('/app/create-group', { name: 'F', memberIds: ['nobody'] }, owner);
      expect([refused.result, refused.message]).to.deep.equal([-1012, '请求参数错误:no such user: nobody']);
    });
  });

  describe('ids', () => {
    it('are taken as numbers and as texts, in any letter case, with or without /app and /group', async () => {
      const { id, idStr } = await given();
      const ways: [string, object | string][] = [
        ['/app/group-info', { id }],
        ['/group/app/group-info', { idStr }],
        ['/group-info', `{"ID":${idStr}}`],
        ['/group/group-info', `{"id":5,"IDSTR":"${idStr}"}`],
        ['/app/group-info', { id, idStr: '' }],
      ];
      for (const [path, body] of ways) expect((await dt.done<Info>(path, body, member)).idStr).to.equal(idStr);
      const own = new DtalkClient(parley.ownUrls.dtalk ?? '');
      expect((await own.done<Info>('/group/app/group-info', { idStr }, member)).idStr).to.equal(idStr);
    });

    it('are refused where they are none', async () => {
      const bad: (object | string)[] = [
        '{}',
        '{"id":null}',
        '{"id":0}',
        '{"id":"127082931377147904"}',
        '{"id":1.5}',
        '{"id":1e3}',
        '{"id":9223372036854775808}',
        '{"idStr":5}',
        '{"idStr":"no id"}',
        '[]',
        '5',
        'not json',
      ];
      for (const body of bad)
        expect(await codeOf('/app/group-info', body, owner), JSON.stringify(body)).to.equal(-1012);
      for (const body of ['{"id":9223372036854775807}', '{"id":-1}', '{"idStr":"nobody"}']) {
        expect(await codeOf('/app/group-info', body, owner), body).to.equal(-10020);
      }
    });

    it('are those of groups that other APIs made, by their number', async () => {
      const { status } = await v1.call('POST', '/groups', {
        token: root.token,
        headers: { 'parley-on-behalf-of': owner.address },
        body: { groupId: 'study@home', name: 'Study at home', members: [member.address] },
      });
      expect(status).to.equal(201);
      let listed: WireGroup | undefined;
      await eventually(async () => {
        const { groups } = await dt.done<{ groups: WireGroup[] }>('/app/group-list', undefined, member);
        listed = groups.find(({ name }) => name === 'Study at home');
        return listed !== undefined;
      });
      expect(listed?.idStr).to.match(/^\d{16}$/);
      const shown = await dt.done<Info>('/app/group-info', { id: listed?.id }, member);
      expect(shown).to.deep.include({
        idStr: listed?.idStr,
        name: 'Study at home',
        publicName: 'Study at home',
        memberNum: 2,
      });
      expect(shown.key).to.match(/^[0-9a-f]{32}$/);
      await dt.done('/app/name', { idStr: 'study@home', name: 'Home', publicName: 'At home' }, owner);
      expect(await dt.done<Info>('/app/group-info', { idStr: listed?.idStr }, owner)).to.include({
        name: 'Home',
        publicName: 'At home',
      });
    });
  });

  describe('the group itself', () => {
    it('is named, pictured and introduced by owner and admins', async () => {
      const { id, idStr } = await given();
      await dt.done('/app/name', { id, name: 'cipher' }, admin);
      await dt.done('/app/name', { id, publicName: 'All of us', name: '' }, owner);
      await dt.done('/app/avatar', { id, avatar: 'https://x.example/a.png' }, admin);
      await dt.done('/update-group-introduce', { id, introduce: 'who we are' }, admin, { method: 'PUT' });
      expect(await info({ idStr })).to.include({
        name: 'cipher',
        publicName: 'All of us',
        avatar: 'https://x.example/a.png',
        introduce: 'who we are',
      });
      await dt.done('/app/avatar', { id }, owner);
      await dt.done('/app/name', { id, name: 'renamed' }, owner);
      expect(await info({ idStr })).to.include({ avatar: '', name: 'renamed', publicName: 'All of us' });
      for (const path of ['/app/name', '/app/avatar', '/app/update-group-introduce']) {
        expect(await codeOf(path, { id, ...named }, member), path).to.equal(-10012);
        expect(await codeOf(path, { id, ...named }, outsider), path).to.equal(-10015);
        expect(await codeOf(path, { id: 77, ...named }, owner), path).to.equal(-10020);
      }
      expect(await codeOf('/app/name', { id, name: 'x'.repeat(201) }, owner)).to.equal(-1012);
      expect(await codeOf('/app/avatar', { id, avatar: 'x'.repeat(1_001) }, owner)).to.equal(-1012);
    });

    it('is set up by owner and admins; what is absent is 0', async () => {
      const { id, idStr } = await given();
      await dt.done('/app/joinType', { id, joinType: 2 }, admin);
      await dt.done('/app/muteType', { id, muteType: 1 }, admin);
      await dt.done('/app/friendType', { id, friendType: 1 }, admin);
      expect(await info({ idStr })).to.include({ joinType: 2, muteType: 1, friendType: 1 });
      for (const path of ['/app/joinType', '/app/muteType', '/app/friendType']) await dt.done(path, { id }, owner);
      expect(await info({ idStr })).to.include({ joinType: 0, muteType: 0, friendType: 0 });
      for (const [path, field] of [
        ['/app/joinType', 'joinType'],
        ['/app/muteType', 'muteType'],
        ['/app/friendType', 'friendType'],
      ] as const) {
        for (const value of [3, -1, '0', true, 1.5]) {
          expect(await codeOf(path, { id, [field]: value }, owner), `${path} ${String(value)}`).to.equal(-1012);
        }
        expect(await codeOf(path, { id }, member)).to.equal(-10012);
        expect(await codeOf(path, { id }, outsider)).to.equal(-10015);
      }
    });

    it('is known under the published paths, by PUT and POST, with and without /app', async () => {
      const { id, idStr } = await given();
      const put = { method: 'PUT' };
      await dt.done('/update-group-name', { id, name: 'put' }, owner, put);
      await dt.done('/app/update-group-avatar', { id, avatar: 'put' }, owner, put);
      await dt.done('/group/update-group-join-type', { id, joinType: 1 }, owner, put);
      await dt.done('/update-group-member-name', { id, memberName: 'me' }, member, put);
      await dt.done('/update-group-member-name', { id, memberName: 'you', memberId: other.address }, owner);
      await dt.done('/group/app/update-group-member-type', { id, memberId: member.address, memberType: 1 }, owner, put);
      await dt.done('/update-group-maximum', { id, maximum: 300 }, owner, put);
      await dt.done('/update-group-owner', { id, memberId: member.address }, owner, put);
      const shown = await info({ idStr });
      expect(shown).to.include({ name: 'put', avatar: 'put', joinType: 1, maximum: 300 });
      expect(shown.owner).to.include({ memberId: member.address, memberName: 'me' });
      expect(shown.members.find(({ memberId }) => memberId === other.address)?.memberName).to.equal('you');
      expect(await codeOf('/update-group-maximum', { id, maximum: 3 }, member, put), 'fewer than members').to.equal(
        -1012,
      );
      expect(await codeOf('/update-group-maximum', { id, maximum: 2_001 }, member, put)).to.equal(-1012);
      await dt.done('/disband-group', { id }, member, put);
      expect(await codeOf('/app/group-info', { id }, member)).to.equal(-10002);
    });

    it('is blocked and set free by app admins, and stays to be read', async () => {
      const { id, idStr } = await given();
      const set = (status: number, by: Caller): Promise<number> =>
        codeOf('/update-group-status', { id, status }, by, { method: 'PUT' });
      expect(await set(1, owner)).to.equal(-10021);
      expect(await set(1, appAdmin)).to.equal(0);
      expect((await info({ idStr })).status).to.equal(1);
      for (const [path, body] of [
        ['/app/name', { name: 'x' }],
        ['/app/invite-group-members', { newMemberIds: [outsider.address] }],
        ['/app/joinType', {}],
        ['/app/change-owner', { memberId: member.address }],
      ] as const) {
        expect(await codeOf(path, { id, ...body }, owner), path).to.equal(-10001);
      }
      expect(await set(0, appAdmin)).to.equal(0);
      expect(await codeOf('/app/name', { id, name: 'free' }, owner)).to.equal(0);
      expect(await set(2, appAdmin)).to.equal(0);
      expect(await set(0, appAdmin), 'nothing revives it').to.equal(-10002);
      expect(await set(3, appAdmin)).to.equal(-1012);
    });

    it('is disbanded by its owner, for good', async () => {
      const { id, idStr } = await given();
      expect(await codeOf('/app/group-disband', { id }, member)).to.equal(-10013);
      expect(await codeOf('/app/group-disband', { id }, outsider)).to.equal(-10015);
      expect(await codeOf('/app/group-disband', { id: 77 }, owner)).to.equal(-10015);
      await dt.done('/app/group-disband', { id }, owner);
      expect(await codeOf('/app/group-disband', { id }, owner)).to.equal(-10015);
      for (const path of ['/app/group-info', '/app/group-pub-info', '/app/name', '/app/group-exit', '/app/mute-list']) {
        expect(await codeOf(path, { id, ...named }, member), path).to.equal(-10002);
      }
      expect(await codeOf('/app/group-search', { tp: 1, query: idStr }, owner)).to.equal(-10002);
      const { groups } = await dt.done<{ groups: WireGroup[] }>('/app/group-list', undefined, member);
      expect(groups.map((one) => one.idStr)).not.to.include(idStr);
    });

    it('is found by its mark and its id, without its key', async () => {
      const { markId, idStr, key } = await given('Findable');
      for (const body of [{ tp: 0, query: markId }, { query: markId }, { tp: 1, query: idStr }]) {
        const { groups } = await dt.done<{ groups: WireGroup[] }>('/app/group-search', body, outsider);
        expect(groups.map((one) => [one.idStr, one.key, one.person])).to.deep.equal([[idStr, '', null]]);
      }
      for (const body of [
        { query: '99999999999' },
        { tp: 1, query: 'no id' },
        { tp: 1, query: '77' },
        { query: idStr },
      ]) {
        expect(await dt.done('/app/group-search', body, outsider)).to.deep.equal({ groups: [] });
      }
      expect(await codeOf('/app/group-search', { tp: 2, query: markId }, outsider)).to.equal(-1012);
      expect(await codeOf('/app/group-search', {}, outsider)).to.equal(-1012);
      const outside = await dt.done<WireGroup>('/app/group-pub-info', { idStr }, outsider);
      expect(Object.keys(outside).join()).to.equal(GROUP_KEYS);
      expect(outside).to.include({ key: '', person: null, memberNum: 4, adminNum: 1 });
      expect(outside.owner.memberId).to.equal(owner.address);
      const inside = await dt.done<WireGroup>('/app/group-pub-info', { idStr }, member);
      expect([inside.key, inside.person?.memberId]).to.deep.equal([key, member.address]);
      expect((await info({ idStr }, member)).key).to.equal(key);
      expect(await codeOf('/app/group-info', { idStr }, outsider)).to.equal(-10015);
    });
  });

  describe('its people', () => {
    it('create, repeated and with the owner among them: each counts once', async () => {
      const memberIds = [owner.address, member.address, member.address];
      const made = await dt.done<Info>('/app/create-group', { memberIds }, owner);
      expect(made).to.deep.include({ name: '', memberNum: 2 });
      expect(made.members.map(({ memberId }) => memberId)).to.deep.equal([member.address]);
      expect((await info(made)).members.map(({ memberId }) => memberId)).to.deep.equal([owner.address, member.address]);
    });

    it('are invited as the join type lets them', async () => {
      const { id, idStr } = await given();
      const invite = (by: Caller, ...newMemberIds: string[]) =>
        dt.call<{ id: number; memberNum: number; newMembers: WireMember[]; inviter: WireMember }>(
          '/app/invite-group-members',
          { id, newMemberIds },
          by,
        );
      const guest = newSigner();
      const joined = await invite(member, guest.address, other.address);
      expect(joined.data).to.deep.include({ id, idStr, memberNum: 5 });
      expect(joined.data.newMembers.map(({ memberId }) => memberId)).to.deep.equal([guest.address]);
      expect(joined.data.inviter.memberId).to.equal(member.address);
      expect((await invite(member, guest.address)).result).to.equal(-10010);
      expect((await invite(member)).result).to.equal(-10010);
      expect((await invite(outsider, guest.address)).result).to.equal(-10015);
      expect(await codeOf('/app/invite-group-members', { id }, owner)).to.equal(-1012);
      expect(await codeOf('/app/invite-group-members', { id: 77, newMemberIds: ['x'] }, owner)).to.equal(-10020);

      await dt.done('/app/joinType', { id, joinType: 1 }, owner);
      expect((await invite(member, newSigner().address)).result).to.equal(-10005);
      expect((await invite(admin, newSigner().address)).data.memberNum).to.equal(6);
      await dt.done('/app/joinType', { id, joinType: 2 }, owner);
      expect((await invite(member, newSigner().address)).data).to.include({ id: 0, idStr: '', memberNum: 0 });
      expect((await info({ idStr })).memberNum).to.equal(6);
      await dt.done('/update-group-maximum', { id, maximum: 6 }, owner);
      expect((await invite(admin, newSigner().address)).result).to.equal(-10003);
    });

    it('join by themselves as the join type lets them; whom they name has invited nobody', async () => {
      const { id, idStr } = await given();
      const join = (body: Body = {}) => dt.call<Body>('/app/join-group', { id, ...body }, outsider);
      expect((await join({ inviterId: newSigner().address })).result).to.equal(-10015);
      await dt.done('/app/joinType', { id, joinType: 1 }, owner);
      expect((await join()).result).to.equal(-10005);
      expect((await join({ inviterId: admin.address })).result, 'not by an admin’s name').to.equal(-10005);
      await dt.done('/app/joinType', { id, joinType: 2 }, owner);
      expect((await join()).data).to.deep.equal({ id: 0, idStr: '', memberNum: 0 });
      await dt.done('/app/joinType', { id, joinType: 0 }, owner);
      expect((await join({ inviterId: member.address })).data).to.deep.equal({ id, idStr, memberNum: 5 });
      expect((await join()).result).to.equal(-10010);
      expect(await codeOf('/app/join-group', { id: 77 }, outsider)).to.equal(-10020);
    });

    it('leave, save the owner', async () => {
      const { id, idStr } = await given();
      expect(await codeOf('/app/group-exit', { id }, owner)).to.equal(-10022);
      expect(await codeOf('/app/group-exit', { id }, member)).to.equal(0);
      expect(await codeOf('/app/group-exit', { id }, member)).to.equal(-10015);
      expect(await codeOf('/app/group-info', { id }, member)).to.equal(-10015);
      expect((await info({ idStr })).memberNum).to.equal(3);
    });

    it('are removed by who stands above them, all or nobody', async () => {
      const { id, idStr } = await given();
      const remove = (by: Caller, ...memberIds: string[]) => dt.call<Body>('/app/group-remove', { id, memberIds }, by);
      expect((await remove(member, other.address)).result).to.equal(-10012);
      expect((await remove(outsider, other.address)).result).to.equal(-10015);
      expect((await remove(admin, other.address, owner.address)).result).to.equal(-1000);
      expect((await remove(admin, other.address, admin.address)).result, 'himself').to.equal(-10021);
      expect((await info({ idStr })).memberNum, 'nobody was removed').to.equal(4);
      expect((await remove(admin, outsider.address)).data).to.deep.equal({ memberNum: 4, memberIds: null });
      expect((await remove(admin)).data).to.deep.equal({ memberNum: 4, memberIds: null });
      expect((await remove(member)).result).to.equal(-10012);
      expect((await remove(admin, other.address, outsider.address)).data).to.deep.equal({
        memberNum: 3,
        memberIds: [other.address],
      });
      expect((await remove(owner, admin.address)).data).to.deep.equal({ memberNum: 2, memberIds: [admin.address] });
      expect(await codeOf('/app/group-info', { id }, other)).to.equal(-10015);
    });

    it('rise and fall by the owner’s word, who hands over everything', async () => {
      const { id, idStr } = await given();
      const type = (by: Caller, who: Signer, memberType: number): Promise<number> =>
        codeOf('/app/member/type', { id, memberId: who.address, memberType }, by);
      expect(await type(admin, member, 1)).to.equal(-10026);
      expect(await type(owner, owner, 0)).to.equal(-10026);
      expect(await type(owner, outsider, 1)).to.equal(-10016);
      expect(await type(outsider, member, 1)).to.equal(-10015);
      expect(await type(owner, member, 2)).to.equal(-1012);
      expect(await codeOf('/app/member/type', { id, memberType: 1 }, owner)).to.equal(-1012);
      expect(await type(owner, admin, 0)).to.equal(0);
      expect(typesIn(await info({ idStr }))[admin.address]).to.equal(0);

      const hand = (by: Caller, memberId: string): Promise<number> => codeOf('/app/change-owner', { id, memberId }, by);
      expect(await hand(member, outsider.address)).to.equal(-10016);
      expect(await hand(member, other.address)).to.equal(-10013);
      expect(await hand(owner, owner.address)).to.equal(-10017);
      expect(await hand(outsider, member.address)).to.equal(-10015);
      expect(await hand(owner, member.address)).to.equal(0);
      const shown = await info({ idStr });
      expect([shown.owner.memberId, shown.person?.memberType]).to.deep.equal([member.address, 0]);
      expect(typesIn(shown)).to.include({ [member.address]: 2, [owner.address]: 0 });
    });

    it('ten at most are admins', async () => {
      const people = Array.from({ length: 11 }, () => newSigner().address);
      const { id } = await dt.done<Info>('/app/create-group', { name: 'Eleven', memberIds: people }, owner);
      const codes: number[] = [];
      for (const memberId of people)
        codes.push(await codeOf('/app/member/type', { id, memberId, memberType: 1 }, owner));
      expect(codes).to.deep.equal([...Array<number>(10).fill(0), -10019]);
      const again = { id, memberId: people[0], memberType: 1 };
      expect(await codeOf('/app/member/type', again, owner), 'who is one already').to.equal(-10019);
      expect((await info({ idStr: id.toString() })).adminNum).to.equal(10);
    });

    it('have names of their own in the group', async () => {
      const { id, idStr } = await given();
      await dt.done('/app/member/name', { id, memberName: 'Mim' }, member);
      const one = { id, memberId: member.address };
      expect(await dt.done<WireMember>('/app/group-member-info', one, other)).to.include({ memberName: 'Mim' });
      expect((await info({ idStr }, member)).person?.memberName).to.equal('Mim');
      const renamed = { ...one, memberName: 'Not Mim' };
      expect(await codeOf('/update-group-member-name', renamed, other)).to.equal(-10012);
      await dt.done('/update-group-member-name', renamed, admin);
      await dt.done('/app/member/name', { id }, member);
      expect(await dt.done<WireMember>('/app/group-member-info', one, other)).to.include({ memberName: '' });
      expect(await codeOf('/app/member/name', { id, memberName: 'x'.repeat(41) }, member)).to.equal(-1012);
      expect(await codeOf('/app/member/name', { id, memberName: 'x' }, outsider)).to.equal(-10015);
      expect(await codeOf('/app/group-member-info', { id, memberId: outsider.address }, other)).to.equal(-10016);
      expect(await codeOf('/app/group-member-info', { id, memberId: '' }, other)).to.equal(-1012);
      expect(await codeOf('/app/group-member-list', { id }, outsider)).to.equal(-10015);
    });

    it('are muted for a day at most, or for ever', async () => {
      const { id, idStr } = await given();
      const mute = (by: Caller, muteTime: number | string, ...memberIds: string[]) =>
        dt.call<{ members: WireMember[] }>(
          '/app/member/muteTime',
          `{"id":${idStr},"muteTime":${muteTime.toString()},"memberIds":${JSON.stringify(memberIds)}}`,
          by,
        );
      expect((await mute(member, 1_000, other.address)).result).to.equal(-10012);
      expect((await mute(member, 1_000, outsider.address)).result).to.equal(-10012);
      expect((await mute(outsider, 1_000, other.address)).result).to.equal(-10015);
      expect((await mute(admin, 1_000, outsider.address)).result).to.equal(-10016);
      expect((await mute(owner, 1_000, member.address, admin.address)).result).to.equal(-10027);
      expect((await mute(admin, DAY + 1, admin.address)).result, 'before how long').to.equal(-10027);
      expect((await mute(admin, DAY + 1, member.address, admin.address)).result, 'of all of them').to.equal(-10027);
      expect((await mute(admin, DAY + 1, member.address, outsider.address)).result).to.equal(-10016);
      expect((await mute(admin, DAY + 1, member.address)).result).to.equal(-1012);
      expect((await mute(admin, -1, member.address)).result).to.equal(-1012);
      expect((await mute(admin, '"1"', member.address)).result).to.equal(-1012);
      expect((await info({ idStr })).muteNum).to.equal(0);

      const before = Date.now();
      const [muted] = (await mute(admin, DAY, member.address)).data.members;
      expect(Number(muted?.memberMuteTime)).to.be.within(before + DAY, Date.now() + DAY);
      const { members } = (await mute(admin, FOR_EVER.toString(), other.address)).data;
      expect(members).to.deep.equal([
        { memberId: other.address, memberName: '', memberType: 0, memberMuteTime: FOR_EVER },
      ]);
      const listed = await dt.done<{ members: WireMember[] }>('/app/mute-list', { id }, admin);
      expect(listed.members.map(({ memberId }) => memberId).sort()).to.deep.equal(
        [member.address, other.address].sort(),
      );
      expect(await codeOf('/app/mute-list', { id }, member)).to.equal(-10012);
      expect((await info({ idStr }, other)).person?.memberMuteTime).to.equal(FOR_EVER);
      expect((await info({ idStr })).muteNum).to.equal(2);
      // It outlasts leaving and coming back, and ends with a rise.
      await dt.done('/app/group-exit', { id }, other);
      await dt.done('/app/join-group', { id }, other);
      expect((await info({ idStr }, other)).person?.memberMuteTime).to.equal(FOR_EVER);
      await dt.done('/app/member/type', { id, memberId: other.address, memberType: 1 }, owner);
      expect((await info({ idStr }, other)).person?.memberMuteTime).to.equal(0);
      expect((await mute(admin, 0, member.address)).data.members[0]?.memberMuteTime).to.equal(0);
      expect((await info({ idStr })).muteNum).to.equal(0);
      expect((await mute(admin, 1)).data).to.deep.equal({ members: [] });
    });
  });

  describe('applications', () => {
    const applied = async (): Promise<{ id: string; applyId: string; group: Info }> => {
      const group = await given();
      const id = group.idStr;
      await dt.done('/app/joinType', { id: group.id, joinType: 2 }, owner);
      await dt.done('/app/create-group-apply', { id, applyNote: 'please' }, outsider);
      const { applys } = await dt.done<{ applys: WireApplication[] }>(
        '/app/get-group-applys',
        { id, count: 10 },
        admin,
      );
      expect(applys).to.have.length(1);
      return { id, applyId: applys[0]?.applyId ?? '', group };
    };

    it('wait, are seen by whom they concern, and are accepted', async () => {
      const { id, applyId } = await applied();
      const seen = (by: Caller) => dt.call<{ applys: WireApplication[] }>('/app/get-group-apply', { id, applyId }, by);
      const [one] = (await seen(outsider)).data.applys;
      expect(Object.keys(one ?? {})).to.deep.equal([
        'applyId',
        'id',
        'memberId',
        'applyNote',
        'createTime',
        'updateTime',
      ]);
      expect(one).to.include({ applyId, id, memberId: outsider.address, applyNote: 'please' });
      expect((await seen(admin)).result).to.equal(0);
      expect((await seen(member)).result).to.equal(-10012);
      expect((await seen(newSigner())).result).to.equal(-10015);
      const accept = (by: Caller, what = applyId): Promise<number> =>
        codeOf('/app/accept-group-apply', { id, applyId: what }, by);
      expect(await accept(member)).to.equal(-10012);
      expect(await accept(outsider)).to.equal(-10015);
      expect(await accept(admin, 'nothing')).to.equal(-10030);
      expect(await accept(admin)).to.equal(0);
      expect(await accept(admin)).to.equal(-10028);
      expect((await info({ idStr: id }, outsider)).memberNum).to.equal(5);
      expect((await seen(outsider)).data.applys[0]).to.include({ applyStatus: 1, operatorId: admin.address });
      expect(await codeOf('/app/create-group-apply', { id }, outsider)).to.equal(-10029);
    });

    it('are refused with a reason, and what came otherwise is no longer to be accepted', async () => {
      const { id, applyId, group } = await applied();
      const other = await applied();
      expect(await codeOf('/app/reject-group-apply', { id: other.id, applyId }, owner), 'of another group').to.equal(
        -10030,
      );
      expect(await codeOf('/app/reject-group-apply', { id, applyId, rejectReason: 'full' }, owner)).to.equal(0);
      expect(await codeOf('/app/reject-group-apply', { id, applyId }, owner)).to.equal(-10028);
      const [one] = (await dt.done<{ applys: WireApplication[] }>('/app/get-group-apply', { id, applyId }, outsider))
        .applys;
      expect(one).to.include({ applyStatus: 2, rejectReason: 'full' });
      await dt.done('/app/invite-group-members', { id: other.group.id, newMemberIds: [outsider.address] }, owner);
      expect(await codeOf('/app/accept-group-apply', other, owner)).to.equal(-10023);
      expect((await info(group)).memberNum).to.equal(4);
    });

    it('follow from an ordinary member’s invitation, one for each person', async () => {
      const { id, group } = await applied();
      const guests = [newSigner().address, newSigner().address];
      await dt.done('/app/invite-group-members', { id: group.id, newMemberIds: guests }, member);
      const list = (page: Body, by: Caller = owner) =>
        dt.call<{ applys: WireApplication[] }>('/app/get-group-applys', { id, ...page }, by);
      const { applys } = (await list({ count: 10 })).data;
      expect(applys.map(({ memberId }) => memberId)).to.have.members([...guests, outsider.address]);
      expect(applys.filter(({ inviterId }) => inviterId === member.address)).to.have.length(2);
      const rest = (await list({ count: 10, offset: 1 })).data.applys;
      expect(rest.map(({ applyId }) => applyId)).to.deep.equal(applys.slice(1).map(({ applyId }) => applyId));
      for (const page of [{}, { count: 0 }, { count: '1' }, { count: 1, offset: -1 }]) {
        expect((await list(page)).result, JSON.stringify(page)).to.equal(-1012);
      }
      expect((await list({ count: 1 }, member)).result).to.equal(-10012);
      const invited = applys.find(({ memberId }) => memberId === guests[0]);
      await dt.done('/app/accept-group-apply', { id, applyId: invited?.applyId }, admin);
      expect(typesIn(await info(group))).to.have.property(guests[0] ?? '', 0);
      expect(await codeOf('/app/create-group-apply', { id: 5 }, outsider), 'a number').to.equal(-1012);
      expect(await codeOf('/app/accept-group-apply', { id, applyId: 5 }, owner)).to.equal(-1012);
    });
  });

  describe('the wire', () => {
    it('answers what is not served with 404 and plain text', async () => {
      const nowhere: [string, string][] = [
        ['POST', '/app/nothing'],
        ['GET', '/app/create-group'],
        ['DELETE', '/app/group-info'],
        ['POST', '/app/app/group-info'],
        ['POST', '/'],
      ];
      for (const [method, path] of nowhere) {
        const response = await dt.send(path, undefined, owner, { method });
        expect([response.status, response.text], path).to.deep.equal([404, '404 page not found']);
        expect(response.headers.get('content-type')).to.match(/^text\/plain/);
      }
    });

    it('is UTF-8 JSON with HTML unescaped, whatever type the body is said to be', async () => {
      const name = '<b>&"读书"</b>';
      const response = await dt.send('/app/create-group', { name }, owner, {
        headers: { 'content-type': 'text/plain' },
      });
      expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8');
      expect(response.text).to.contain(JSON.stringify(name));
    });

    it('takes a repeat with the same Idempotency-Key for one call', async () => {
      const headers = { 'idempotency-key': 'one-click' };
      const twice = [1, 2].map(() => dt.done<Info>('/app/create-group', { name: 'Once' }, owner, { headers }));
      const [first, second] = await Promise.all(twice);
      expect(second?.idStr).to.equal(first?.idStr);
    });
  });
});
