import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import {
  OTHER_SDKAPPID,
  OTHER_SECRET,
  SDKAPPID,
  TencentClient,
  tencentApps,
  unmodifiedClient,
  userSigOf,
} from '../support/tencent-client.js';
import { V1Client } from '../support/v1-client.js';

const FOR_EVER = 4_294_967_295;
const NO_PERMISSION = 'no permission, or not supported for this type of group';

interface Member {
  readonly Member_Account: string;
  readonly Role: string;
  readonly [name: string]: unknown;
}
interface Info {
  readonly GroupId: string;
  readonly ErrorCode: number;
  readonly MemberList?: Member[];
  readonly SelfInfo?: Member;
  readonly AppDefinedData?: { Key: string; Value: string }[];
  readonly [name: string]: unknown;
}

describe('001: the Tencent IM group API', () => {
  let parley: RunningParley;
  let im: TencentClient;
  let v1: V1Client;
  let ann: { readonly token: string };
  let dan: { readonly token: string };
  let bob: { readonly token: string };

  before(async function () {
    this.timeout(60_000);
    parley = await runParley(({ otherTenant }) => ({
      PARLEY_APP_ADMINS: `root,${otherTenant}/root,${otherTenant}/boss`,
      TENCENT_APPS: tencentApps(otherTenant),
      TENCENT_PORT: '0',
    }));
    im = new TencentClient(parley.url);
    v1 = new V1Client(parley.url);
    const person = (who: string): Promise<{ token: string }> => v1.person(who);
    [ann, bob, dan] = await Promise.all([
      person('ann'),
      person('bob'),
      person('dan'),
      ...['cyd', 'eve', 'root'].map(person),
    ]);
  });
  after(() => parley.stop());

  const made = async (body: object = {}): Promise<string> =>
    (
      await im.done<{ GroupId: string }>('create_group', {
        Type: 'Public',
        Name: 'Study',
        Owner_Account: 'ann',
        ...body,
      })
    ).GroupId;
  const infos = async (GroupIdList: readonly string[], ResponseFilter?: object): Promise<Info[]> =>
    (await im.done<{ GroupInfo: Info[] }>('get_group_info', { GroupIdList, ...(ResponseFilter && { ResponseFilter }) }))
      .GroupInfo;
  const info = async (GroupId: string, filter?: object): Promise<Info> => (await infos([GroupId], filter))[0] as Info;
  const members = async (GroupId: string, more: object = {}): Promise<Member[]> =>
    (await im.done<{ MemberList: Member[] }>('get_group_member_info', { GroupId, ...more })).MemberList;
  const named = (...ids: readonly string[]): object[] => ids.map((Member_Account) => ({ Member_Account }));

  describe('the gateway', () => {
    it('is found at /v4, below /tencent and at the root of its own port, and says so among the APIs', async () => {
      const bases = [parley.url, `${parley.url}/tencent`, parley.ownUrls.tencent ?? ''];
      for (const base of bases) {
        const answer = await new TencentClient(base).call('get_appid_group_list', {});
        expect(answer, base).to.include({ ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '' });
      }
      const { apis } = (await (await fetch(parley.url, { headers: { accept: 'application/json' } })).json()) as {
        apis: Record<string, string>;
      };
      expect(apis['tencent']).to.equal('/tencent');
    });

    it('looks at one thing after the other, and tells strangers nothing of what comes behind', async () => {
      const wrong = userSigOf('root', { secret: OTHER_SECRET });
      const steps: readonly (readonly [what: string, code: number, query: Record<string, string | undefined>])[] = [
        ['no sdkappid, and nothing else right', 60_012, { sdkappid: undefined, identifier: undefined, usersig: 'x' }],
        ['no number', 60_006, { sdkappid: 'x', identifier: undefined }],
        ['unknown', 60_006, { sdkappid: '7', identifier: undefined }],
        ['no identifier', 60_004, { identifier: undefined, usersig: undefined }],
        ['no usersig', 60_004, { usersig: undefined }],
        ['what is no usersig', 60_004, { usersig: 'eJw1' }],
        ['a forged one', 60_005, { usersig: wrong }],
        ['of another', 60_005, { usersig: userSigOf('ann') }],
        ['of another app', 60_005, { usersig: userSigOf('root', { sdkappid: OTHER_SDKAPPID, secret: OTHER_SECRET }) }],
        ['expired', 60_005, { usersig: userSigOf('root', { expire: 0 }) }],
        ['no app admin', 60_010, { identifier: 'ann', usersig: userSigOf('ann') }],
      ];
      for (const [what, code, query] of steps) {
        for (const command of ['create_group', 'no_such_command']) {
          const answer = await im.call(command, '{"', query);
          expect(answer.ErrorCode, `${what}: ${answer.ErrorInfo}`).to.equal(code);
          expect(Object.keys(answer)).to.deep.equal(['ActionStatus', 'ErrorCode', 'ErrorInfo']);
        }
      }
      expect(await im.codeOf('create_group', '{"'), 'no JSON').to.equal(60_003);
      expect(await im.codeOf('create_group', '[]'), 'no object').to.equal(10_011);
      expect(await im.codeOf('create_group', '{}')).to.equal(10_004);
      expect(await im.codeOf('no_such_command', '{}')).to.equal(10_003);
      expect(await im.codeOf('/v4/openim/sendmsg', '{}')).to.equal(60_009);
      expect(await im.codeOf('create_group', '{}', { usersig: undefined }, { method: 'PUT' })).to.equal(60_002);
    });

    it("keeps the apps' tenants apart", async () => {
      const GroupId = await made();
      const query = { sdkappid: OTHER_SDKAPPID.toString(), identifier: 'boss' };
      const usersig = userSigOf('boss', { sdkappid: OTHER_SDKAPPID, secret: OTHER_SECRET });
      expect(await im.codeOf('destroy_group', { GroupId }, { ...query, usersig })).to.equal(10_010);
      expect(await im.codeOf('destroy_group', { GroupId })).to.equal(0);
    });
  });

  describe('a group', () => {
    it('is made with all that is said of it, its first members with roles, cards and fields', async () => {
      const GroupId = await made({
        GroupId: 'all-of-it',
        Introduction: 'about',
        Notification: 'hear',
        FaceUrl: 'http://a.example/a.png',
        MaxMemberCount: 500,
        ApplyJoinOption: 'FreeAccess',
        AppDefinedData: [{ Key: 'k1', Value: 'v1' }],
        MemberList: [
          {
            Member_Account: 'bob',
            Role: 'Admin',
            NameCard: 'Bobby',
            AppMemberDefinedData: [{ Key: 'm1', Value: 'w1' }],
          },
          { Member_Account: 'cyd' },
          { Member_Account: 'cyd' },
        ],
      });
      expect(GroupId).to.equal('all-of-it');
      const shown = await info(GroupId);
      expect(shown).to.deep.include({
        GroupId,
        ErrorCode: 0,
        Type: 'Public',
        Name: 'Study',
        Appid: SDKAPPID,
        Introduction: 'about',
        Notification: 'hear',
        FaceUrl: 'http://a.example/a.png',
        Owner_Account: 'ann',
        MemberNum: 3,
        MaxMemberNum: 500,
        ApplyJoinOption: 'FreeAccess',
        ShutUpAllMember: 'Off',
        AppDefinedData: [{ Key: 'k1', Value: 'v1' }],
      });
      for (const time of ['CreateTime', 'LastInfoTime'])
        expect(shown[time], time).to.be.closeTo(Date.now() / 1_000, 60);
      expect(shown.MemberList?.map(({ Member_Account, Role }) => [Member_Account, Role])).to.deep.equal([
        ['ann', 'Owner'],
        ['bob', 'Admin'],
        ['cyd', 'Member'],
      ]);
      expect(shown.MemberList?.[1]).to.deep.include({
        NameCard: 'Bobby',
        MsgFlag: 'AcceptAndNotify',
        ShutUpUntil: 0,
        AppMemberDefinedData: [{ Key: 'm1', Value: 'w1' }],
      });
    });

    it('of each type has the rules of its type, under either name; a community there is none', async () => {
      const types = [
        ['Private', 'Private', 1, 10_007],
        ['Work', 'Private', 1, 10_007],
        ['Public', 'Public', 3, 0],
        ['ChatRoom', 'ChatRoom', 3, 0],
        ['Meeting', 'ChatRoom', 3, 0],
      ] as const;
      await v1.call('PATCH', '/users/me/privacy', { token: dan.token, body: { groupInviteConsent: true } });
      for (const [Type, shown, invited, admins] of types) {
        const GroupId = await made({ Type });
        expect((await info(GroupId))['Type'], Type).to.equal(shown);
        const added = await im.done<{ MemberList: object[] }>('add_group_member', {
          GroupId,
          MemberList: named('dan', 'eve'),
        });
        expect(added.MemberList, Type).to.deep.equal([
          { Member_Account: 'dan', Result: invited },
          { Member_Account: 'eve', Result: 1 },
        ]);
        const promoting = { GroupId, Member_Account: 'eve', Role: 'Admin' };
        expect(await im.codeOf('modify_group_member_info', promoting), `admins in ${Type}`).to.equal(admins);
        const muting = { GroupId, Members_Account: ['eve'], MuteTime: 60 };
        expect(await im.codeOf('forbid_send_msg', muting), `muting in ${Type}`).to.equal(admins);
      }
      await v1.call('PATCH', '/users/me/privacy', { token: dan.token, body: { groupInviteConsent: false } });

      const room = await made({ Type: 'AVChatRoom' });
      expect((await info(room))['Type']).to.equal('AVChatRoom');
      expect((await info(room)).MemberList, 'whom a room holds, nobody is told').to.equal(undefined);
      expect(await im.codeOf('add_group_member', { GroupId: room, MemberList: named('bob') })).to.equal(10_007);
      expect(await im.codeOf('get_group_member_info', { GroupId: room })).to.equal(10_007);
      const community = await im.call('create_group', { Type: 'Community', Name: 'x' });
      expect(community).to.include({
        ErrorCode: 10_007,
        ErrorInfo: `${NO_PERMISSION}: communities are not served here`,
      });
      expect(await im.codeOf('create_group', { Type: 'Club', Name: 'x' })).to.equal(10_004);
    });

    it('goes without an owner, until somebody of it is made one', async () => {
      const GroupId = await made({ Owner_Account: undefined, MemberList: named('bob', 'cyd') });
      expect((await info(GroupId))['Owner_Account']).to.equal('');
      expect(await im.codeOf('change_group_owner', { GroupId, NewOwner_Account: 'eve' }), 'no member').to.equal(10_007);
      await im.done('change_group_owner', { GroupId, NewOwner_Account: 'bob' });
      await im.done('change_group_owner', { GroupId, NewOwner_Account: 'cyd' });
      expect((await members(GroupId)).map(({ Member_Account, Role }) => [Member_Account, Role])).to.deep.equal([
        ['cyd', 'Owner'],
        ['bob', 'Member'],
      ]);
    });

    it('has an id that nobody else has, until it is destroyed; what is made then is another group', async () => {
      const GroupId = 'again#1';
      await made({ GroupId, MemberList: named('bob') });
      expect(await im.codeOf('create_group', { GroupId, Type: 'Public', Name: 'x', Owner_Account: 'ann' })).to.equal(
        10_025,
      );
      expect(await im.codeOf('create_group', { GroupId, Type: 'Public', Name: 'x', Owner_Account: 'bob' })).to.equal(
        10_021,
      );
      expect(await im.codeOf('create_group', { GroupId, Type: 'Public', Name: 'x' })).to.equal(10_021);
      await im.done('destroy_group', { GroupId });
      expect(await im.codeOf('destroy_group', { GroupId })).to.equal(10_010);
      expect(await info(GroupId)).to.deep.equal({ GroupId, ErrorCode: 10_010, ErrorInfo: 'no such group' });
      await made({ GroupId, Name: 'Anew', Owner_Account: 'cyd' });
      expect(await info(GroupId)).to.deep.include({ Name: 'Anew', Owner_Account: 'cyd', MemberNum: 1 });
      for (const wrong of ['a b', 'é', '4503599627370497', 'x'.repeat(65)]) {
        const body = { GroupId: wrong, Type: 'Public', Name: 'x' };
        expect(await im.codeOf('create_group', body), wrong).to.equal(10_015);
      }
      expect(await im.codeOf('destroy_group', { GroupId: 'a b' })).to.equal(10_015);
    });

    it('is refused where a text is longer than it may be, in bytes; where people are too many, or nobody', async () => {
      const texts: readonly (readonly [string, number])[] = [
        ['Name', 30],
        ['Introduction', 240],
        ['Notification', 300],
        ['FaceUrl', 500],
      ];
      for (const [name, most] of texts) {
        const right = {
          Type: 'Public',
          Name: 'x',
          [name]: '字'.repeat(most / 3).padEnd(Math.floor(most / 3) + (most % 3), 'x'),
        };
        expect(await im.codeOf('create_group', { ...right, [name]: `${right[name as 'Name']}x` }), name).to.equal(
          10_004,
        );
        const { GroupId } = await im.done<{ GroupId: string }>('create_group', right);
        expect(await im.codeOf('modify_group_base_info', { GroupId, [name]: 'x'.repeat(most + 1) }), name).to.equal(
          10_004,
        );
      }
      const crowd = (count: number): object[] => named(...Array.from({ length: count }, (_, n) => `n${n.toString()}`));
      const group = { Type: 'Public', Name: 'x' };
      expect(await im.codeOf('create_group', { ...group, MemberList: crowd(101) })).to.equal(10_005);
      expect(await im.codeOf('create_group', { ...group, MemberList: crowd(100) }), 'nobody knows them').to.equal(
        10_019,
      );
      expect(await im.codeOf('create_group', { ...group, Owner_Account: 'nobody' })).to.equal(10_019);
      expect(
        await im.codeOf('create_group', { ...group, MemberList: named('bob', 'cyd'), MaxMemberCount: 1 }),
      ).to.equal(10_014);
      const owned = [{ Member_Account: 'bob', Role: 'Owner' }];
      expect(await im.codeOf('create_group', { ...group, MemberList: owned })).to.equal(10_004);
    });

    it('changes in what is said, and in nothing else; fields of its own one by one', async () => {
      const GroupId = await made({
        Introduction: 'about',
        AppDefinedData: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      });
      const before = await info(GroupId, { GroupBaseInfoFilter: ['Name', 'Introduction', 'Owner_Account'] });
      await im.done('modify_group_base_info', { GroupId });
      await im.done('modify_group_base_info', {
        GroupId,
        Notification: 'hear',
        MaxMemberNum: 7,
        ApplyJoinOption: 'DisableApply',
        MuteAllMember: 'On',
        AppDefinedData: [
          { Key: 'a', Value: '' },
          { Key: 'c', Value: '3' },
        ],
      });
      const after = await info(GroupId);
      expect(after).to.deep.include({
        ...before,
        Notification: 'hear',
        MaxMemberNum: 7,
        ApplyJoinOption: 'DisableApply',
        ShutUpAllMember: 'On',
        MuteAllMember: 'On',
        AppDefinedData: [
          { Key: 'b', Value: '2' },
          { Key: 'c', Value: '3' },
        ],
      });
      await im.done('modify_group_base_info', { GroupId, Introduction: '', ShutUpAllMember: 'Off' });
      expect(await info(GroupId)).to.deep.include({ Introduction: '', MuteAllMember: 'Off', Name: 'Study' });
      // All or nothing.
      expect(await im.codeOf('modify_group_base_info', { GroupId, Name: 'Other', MaxMemberNum: 0 })).to.equal(10_004);
      expect((await info(GroupId))['Name']).to.equal('Study');
      expect(await im.codeOf('modify_group_base_info', { GroupId: 'nowhere', Name: 'x' })).to.equal(10_010);
      expect(await im.codeOf('modify_group_base_info', { GroupId: 'nowhere' })).to.equal(10_010);
      const work = await made({ Type: 'Work' });
      expect(await im.codeOf('modify_group_base_info', { GroupId: work, MuteAllMember: 'On' })).to.equal(10_007);
    });

    it('is shown as the filters say, up to fifty at once, each with its own error', async () => {
      const GroupId = await made({
        AppDefinedData: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
        MemberList: [{ Member_Account: 'bob', AppMemberDefinedData: [{ Key: 'm', Value: '1' }] }],
      });
      const shown = await infos(['a b', GroupId, 'nowhere', GroupId], {
        GroupBaseInfoFilter: ['Name', 'MemberNum'],
        MemberInfoFilter: ['Role'],
        AppDefinedDataFilter_Group: ['b'],
        AppDefinedDataFilter_GroupMember: ['m'],
      });
      const expected = {
        GroupId,
        ErrorCode: 0,
        ErrorInfo: '',
        Name: 'Study',
        MemberNum: 2,
        AppDefinedData: [{ Key: 'b', Value: '2' }],
        MemberList: [
          { Member_Account: 'ann', Role: 'Owner', AppMemberDefinedData: [] },
          { Member_Account: 'bob', Role: 'Member', AppMemberDefinedData: [{ Key: 'm', Value: '1' }] },
        ],
      };
      expect(shown.map(({ ErrorCode }) => ErrorCode)).to.deep.equal([10_015, 0, 10_010, 0]);
      expect(shown[1]).to.deep.equal(expected);
      expect(await info(GroupId, { GroupBaseInfoFilter: ['Name'] }), 'no more than that').to.deep.equal({
        GroupId,
        ErrorCode: 0,
        ErrorInfo: '',
        Name: 'Study',
      });
      expect(await im.codeOf('get_group_info', { GroupIdList: Array(51).fill(GroupId) })).to.equal(10_004);
    });

    it('is among all groups of the app, whose pages end; by its type, of either name', async () => {
      const room = await made({ Type: 'ChatRoom' });
      const gone = await made({ Type: 'ChatRoom' });
      await im.done('destroy_group', { GroupId: gone });
      type Page = { Next: number; TotalCount: number; GroupIdList: { GroupId: string }[] };
      const all = async (query: object): Promise<string[]> => {
        const found: string[] = [];
        let Next = 0;
        let total = -1;
        do {
          const page: Page = await im.done<Page>('get_appid_group_list', { Limit: 2, Next, ...query });
          expect(page.GroupIdList.length).to.be.within(0, 2);
          if (total >= 0) expect(page.TotalCount).to.equal(total);
          total = page.TotalCount;
          found.push(...page.GroupIdList.map(({ GroupId }) => GroupId));
          Next = page.Next;
        } while (Next !== 0);
        expect(new Set(found).size).to.equal(total);
        return found;
      };
      const every = await all({});
      expect(every).to.include(room).and.not.to.include(gone);
      const rooms = await all({ Type: 'Meeting' });
      expect(rooms).to.include(room);
      expect(rooms.length).to.be.below(every.length);
      expect((await im.done<Page>('get_appid_group_list', {})).GroupIdList.length).to.equal(every.length);
      expect(await im.codeOf('get_appid_group_list', { Limit: 10_001 })).to.equal(10_004);
    });
  });

  describe('its members', () => {
    it('are added, each with what came of it; what nobody could be named is nobody', async () => {
      const GroupId = await made({ MemberList: named('bob'), MaxMemberCount: 3 });
      const MemberList = named('bob', 'a b', 'nobody', 'cyd', 'cyd', 'eve');
      const added = await im.done<{ MemberList: { Result: number }[] }>('add_group_member', { GroupId, MemberList });
      expect(added.MemberList.map(({ Result }) => Result)).to.deep.equal([2, 0, 0, 1, 2, 4]);
      expect((await members(GroupId)).map(({ Member_Account }) => Member_Account)).to.deep.equal(['ann', 'bob', 'cyd']);
      expect(await im.codeOf('add_group_member', { GroupId: 'nowhere', MemberList: named('a b') })).to.equal(10_010);
      expect(await im.codeOf('add_group_member', { GroupId, MemberList: [] })).to.equal(10_004);
      const crowd = Array.from({ length: 301 }, (_, n) => `n${n.toString()}`);
      expect(await im.codeOf('add_group_member', { GroupId, MemberList: named(...crowd) })).to.equal(10_005);
    });

    it('are taken out, the owner excepted; who is none is passed over, and an admin may take himself out', async () => {
      const GroupId = await made({ MemberList: named('bob', 'cyd', 'root') });
      const taken = { GroupId, MemberToDel_Account: ['bob', 'nobody', 'a b', 'root'], Reason: 'spam' };
      await im.done('delete_group_member', taken);
      await im.done('delete_group_member', taken);
      expect((await members(GroupId)).map(({ Member_Account }) => Member_Account)).to.deep.equal(['ann', 'cyd']);
      expect(await im.codeOf('delete_group_member', { ...taken, MemberToDel_Account: ['cyd', 'ann'] })).to.equal(
        10_007,
      );
      expect(await members(GroupId)).to.have.length(2);
      expect(await im.codeOf('delete_group_member', { ...taken, GroupId: 'nowhere' })).to.equal(10_010);
    });

    it('come and go in silence where that is asked for', async () => {
      const GroupId = await made({ MemberList: named('bob') });
      const lines = async (): Promise<string[]> => {
        const read = await v1.call<{ items: object[] }>('GET', `/conversations/group:${GroupId}/messages?limit=50`, {
          token: ann.token,
        });
        return read.body.items.map((item) => JSON.stringify(item));
      };
      await im.done('add_group_member', { GroupId, MemberList: named('cyd'), Silence: 1 });
      await im.done('delete_group_member', { GroupId, MemberToDel_Account: ['bob'], Silence: 1 });
      await im.done('add_group_member', { GroupId, MemberList: named('eve'), Silence: 0 });
      await eventually(async () => (await lines()).some((line) => line.includes('"eve"')));
      const said = await lines();
      expect(said.filter((line) => line.includes('"cyd"'))).to.deep.equal([]);
      expect(said.filter((line) => line.includes('MemberRemoved'))).to.deep.equal([]);
    });

    it('are listed from anywhere, by role, with the fields that are wanted', async () => {
      const GroupId = await made({
        MemberList: [{ Member_Account: 'bob', Role: 'Admin' }, ...named('cyd', 'dan')],
      });
      const idsOf = (list: readonly Member[]): string[] => list.map(({ Member_Account }) => Member_Account);
      expect(idsOf(await members(GroupId, { Limit: 2 }))).to.deep.equal(['ann', 'bob']);
      expect(idsOf(await members(GroupId, { Limit: 2, Offset: 2 }))).to.deep.equal(['cyd', 'dan']);
      expect(idsOf(await members(GroupId, { Limit: 2, Offset: 4 }))).to.deep.equal([]);
      expect(idsOf(await members(GroupId, { MemberRoleFilter: ['Owner', 'Admin'] }))).to.deep.equal(['ann', 'bob']);
      const MemberInfoFilter = ['Role', 'JoinTime', 'NoSuchField'];
      const [first] = await members(GroupId, { MemberInfoFilter, Limit: 1 });
      expect(Object.keys(first ?? {})).to.deep.equal(['Member_Account', 'Role', 'JoinTime']);
      expect(first?.['JoinTime']).to.be.closeTo(Date.now() / 1_000, 60);
      expect(await im.codeOf('get_group_member_info', { GroupId, MemberRoleFilter: ['Boss'] })).to.equal(10_004);
      expect(await im.codeOf('get_group_member_info', { GroupId, Limit: 6_001 })).to.equal(10_004);
      expect(await im.codeOf('get_group_member_info', { GroupId: 'nowhere' })).to.equal(10_010);
    });

    it('are changed in role, card, how they are told, and mute, all at once or not at all', async () => {
      const GroupId = await made({ MemberList: named('bob') });
      const Member_Account = 'bob';
      await im.done('modify_group_member_info', {
        GroupId,
        Member_Account,
        Role: 'Admin',
        NameCard: 'Bobby',
        MsgFlag: 'AcceptNotNotify',
        ShutUpUntil: FOR_EVER,
        AppMemberDefinedData: [{ Key: 'a', Value: '1' }],
      });
      const bob = async (): Promise<Member | undefined> => (await members(GroupId))[1];
      expect(await bob()).to.deep.include({
        Role: 'Admin',
        NameCard: 'Bobby',
        MsgFlag: 'AcceptNotNotify',
        ShutUpUntil: FOR_EVER,
        MuteUntil: FOR_EVER,
        AppMemberDefinedData: [{ Key: 'a', Value: '1' }],
      });
      // Fields at the same time: none is lost.
      const keys = ['b', 'c', 'd', 'e'];
      await Promise.all(
        keys.map((Key) =>
          im.done('modify_group_member_info', { GroupId, Member_Account, AppMemberDefinedData: [{ Key, Value: Key }] }),
        ),
      );
      await im.done('modify_group_member_info', {
        GroupId,
        Member_Account,
        MuteUntil: 0,
        Role: 'Member',
        AppMemberDefinedData: [{ Key: 'a', Value: '' }],
      });
      const after = await bob();
      expect(after).to.include({ Role: 'Member', NameCard: 'Bobby', ShutUpUntil: 0 });
      expect((after?.['AppMemberDefinedData'] as { Key: string }[]).map(({ Key }) => Key).sort()).to.deep.equal(keys);
      const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
      await im.done('modify_group_member_info', { GroupId, Member_Account, ShutUpUntil: inAnHour });
      expect((await bob())?.['ShutUpUntil']).to.equal(inAnHour);
      await im.done('modify_group_member_info', { GroupId, Member_Account, ShutUpUntil: 86_400 });
      expect((await bob())?.['ShutUpUntil'], 'a length').to.be.closeTo(Date.now() / 1_000 + 86_400, 60);
      const wrong: readonly (readonly [object, number])[] = [
        [{ Member_Account: 'eve', NameCard: 'x' }, 10_007],
        [{ Member_Account: 'eve' }, 10_007],
        [{ Member_Account: 'ann', Role: 'Member' }, 10_007],
        [{ Member_Account: 'bob', Role: 'Owner' }, 10_004],
        [{ Member_Account: 'bob', NameCard: '字'.repeat(17) }, 10_004],
        [{ Member_Account: 'bob', Role: 'Admin', ShutUpUntil: 1_000_000_001 }, 10_004],
      ];
      for (const [change, code] of wrong) {
        expect(await im.codeOf('modify_group_member_info', { GroupId, ...change }), JSON.stringify(change)).to.equal(
          code,
        );
      }
      expect((await bob())?.Role).to.equal('Member');
    });

    it('are muted for a time, for ever, and no more, also while they are away; and are told by both names', async () => {
      const GroupId = await made({ MemberList: named('bob', 'cyd') });
      const muted = async (command: string): Promise<object> => {
        const { ShuttedUinList, MutedAccountList } = await im.done(command, { GroupId });
        return { ShuttedUinList, MutedAccountList };
      };
      await im.done('forbid_send_msg', { GroupId, Members_Account: ['bob', 'cyd', 'cyd'], ShutUpTime: FOR_EVER });
      const shown = {
        ShuttedUinList: [
          { Member_Account: 'bob', ShuttedUntil: FOR_EVER },
          { Member_Account: 'cyd', ShuttedUntil: FOR_EVER },
        ],
        MutedAccountList: [
          { Member_Account: 'bob', MutedUntil: FOR_EVER },
          { Member_Account: 'cyd', MutedUntil: FOR_EVER },
        ],
      };
      expect(await muted('get_group_shutted_uin')).to.deep.equal(shown);
      expect(await muted('get_group_muted_account')).to.deep.equal(shown);
      await im.done('delete_group_member', { GroupId, MemberToDel_Account: ['bob'] });
      await im.done('add_group_member', { GroupId, MemberList: named('bob') });
      expect(await muted('get_group_muted_account'), 'whoever comes again is muted still').to.deep.equal(shown);
      await im.done('forbid_send_msg', { GroupId, Members_Account: ['bob'], MuteTime: 0 });
      await im.done('forbid_send_msg', { GroupId, Members_Account: ['cyd'], MuteTime: 60 });
      const { MutedAccountList } = await im.done<{ MutedAccountList: { MutedUntil: number }[] }>(
        'get_group_muted_account',
        { GroupId },
      );
      expect(MutedAccountList).to.have.length(1);
      expect(MutedAccountList[0]?.MutedUntil).to.be.closeTo(Date.now() / 1_000 + 60, 60);
      expect(await im.codeOf('forbid_send_msg', { GroupId, Members_Account: ['bob'] }), 'no time').to.equal(10_004);
      expect(await im.codeOf('forbid_send_msg', { GroupId, Members_Account: ['eve'], MuteTime: 1 })).to.equal(10_007);
      expect(await im.codeOf('forbid_send_msg', { GroupId, Members_Account: ['ann'], MuteTime: 1 })).to.equal(10_007);
      const crowd = Array.from({ length: 501 }, (_, n) => `n${n.toString()}`);
      expect(await im.codeOf('forbid_send_msg', { GroupId, Members_Account: crowd, MuteTime: 1 })).to.equal(10_005);
    });

    it('are asked for their roles, and for the groups that they are in', async () => {
      const open = await made({ Owner_Account: 'eve', MemberList: [{ Member_Account: 'bob', Role: 'Admin' }] });
      const work = await made({ Owner_Account: 'eve', Type: 'Work' });
      const room = await made({ Owner_Account: 'eve', Type: 'AVChatRoom' });
      const User_Account = ['eve', 'bob', 'ann', 'nobody', 'a b'];
      expect((await im.done('get_role_in_group', { GroupId: open, User_Account }))['UserIdList']).to.deep.equal(
        ['Owner', 'Admin', 'NotMember', 'NotMember', 'NotMember'].map((Role, n) => ({
          Member_Account: User_Account[n],
          Role,
        })),
      );
      type Joined = { TotalCount: number; GroupIdList: Info[] };
      const joined = (more: object = {}): Promise<Joined> =>
        im.done<Joined>('get_joined_group_list', { Member_Account: 'eve', ...more });
      const ids = async (more: object): Promise<string[]> => (await joined(more)).GroupIdList.map((one) => one.GroupId);
      const all = await joined();
      expect(all.GroupIdList.length).to.equal(all.TotalCount);
      expect(Object.keys(all.GroupIdList[0] ?? {})).to.deep.equal(['GroupId']);
      expect(await ids({ WithHugeGroups: 0 }))
        .to.include.members([open, work])
        .and.not.include(room);
      expect(await ids({ WithHugeGroups: 1, WithNoActiveGroups: 1 })).to.include.members([open, work, room]);
      expect(await ids({ Type: 'Private' }))
        .to.include(work)
        .and.not.include(open);
      expect(await ids({ Type: 'AVChatRoom', WithHugeGroups: 1 })).to.deep.equal([room]);
      expect(await ids({ Type: 'AVChatRoom' })).to.deep.equal([]);
      const from = all.TotalCount - 1;
      expect(await ids({ Limit: 5, Offset: from })).to.deep.equal([all.GroupIdList[from]?.GroupId]);
      const ResponseFilter = {
        GroupBaseInfoFilter: ['Type', 'Name'],
        SelfInfoFilter: ['Role', 'MsgFlag'],
      };
      const [one] = (await joined({ Type: 'Private', ResponseFilter, Limit: 1 })).GroupIdList;
      expect(one).to.deep.include({ Type: 'Private', Name: 'Study' });
      expect(Object.keys(one ?? {})).to.deep.equal(['GroupId', 'Type', 'Name', 'SelfInfo']);
      expect(one?.SelfInfo).to.have.all.keys('Role', 'MsgFlag');
      expect(await im.codeOf('get_joined_group_list', { Member_Account: 'nobody' })).to.equal(10_019);
      expect(await im.codeOf('get_joined_group_list', { Member_Account: 'a b' })).to.equal(10_019);
      expect(await im.codeOf('get_role_in_group', { GroupId: 'nowhere', User_Account })).to.equal(10_010);
      expect((await im.done('get_online_member_num', { GroupId: room }))['OnlineMemberNum']).to.equal(0);
      expect(await im.codeOf('get_online_member_num', { GroupId: 'nowhere' })).to.equal(10_010);
    });

    it('have read so far, and wrote last, as other APIs see it', async () => {
      const GroupId = await made({ MemberList: named('bob') });
      const send = await v1.call('POST', `/conversations/group:${GroupId}/messages`, {
        token: ann.token,
        body: { text: 'hello' },
      });
      expect(send.status, JSON.stringify(send.body)).to.equal(201);
      const { seq } = (send.body as { outcome: { seq: number } }).outcome;
      // Lines about the group may come before or after it.
      await eventually(async () => Number((await info(GroupId))['NextMsgSeq']) > seq);
      const [first, second] = await members(GroupId);
      expect(first).to.include({ MsgSeq: seq });
      expect(first?.['LastSendMsgTime']).to.be.closeTo(Date.now() / 1_000, 60);
      expect(second).to.include({ LastSendMsgTime: 0 });
      expect(second?.['UnreadMsgNum']).to.be.at.least(1);
      expect((await info(GroupId))['LastMsgTime']).to.be.closeTo(Date.now() / 1_000, 60);
    });
  });

  describe('what comes from elsewhere', () => {
    const CREATED = 1_448_357_837;
    const imported = async (body: object = {}): Promise<string> =>
      (
        await im.done<{ GroupId: string }>('import_group', {
          Owner_Account: 'ann',
          Type: 'Public',
          Name: 'TestGroup',
          CreateTime: CREATED,
          ...body,
        })
      ).GroupId;
    const results = async (GroupId: string, ...MemberList: object[]): Promise<number[]> => {
      const { MemberList: told } = await im.done<{ MemberList: { Member_Account: string; Result: number }[] }>(
        'import_group_member',
        { GroupId, MemberList },
      );
      expect(told.map(({ Member_Account }) => ({ Member_Account }))).to.deep.equal(
        MemberList.map((item) => ({ Member_Account: (item as { Member_Account: string }).Member_Account })),
      );
      return told.map(({ Result }) => Result);
    };
    interface Imported {
      readonly MsgSeq: number;
      readonly MsgTime: number;
      readonly Result: number;
    }
    const text = (Text: string): object => ({ MsgType: 'TIMTextElem', MsgContent: { Text } });
    const message = (SendTime: number, more: object = {}): object => ({
      From_Account: 'ann',
      SendTime,
      MsgBody: [text('then')],
      ...more,
    });
    const written = async (GroupId: string, ...MsgList: object[]): Promise<Imported[]> =>
      (await im.done<{ ImportMsgResult: Imported[] }>('import_group_msg', { GroupId, MsgList })).ImportMsgResult;
    const said = async (GroupId: string, ...texts: string[]): Promise<void> => {
      await written(GroupId, ...texts.map((Text, n) => message(CREATED + n, { MsgBody: [text(Text)] })));
    };

    it('is a group with all that it has there; imported again it is there already, and nothing else', async () => {
      const body = {
        Owner_Account: 'ann',
        GroupId: 'MyFirstGroup',
        Type: 'Private',
        Name: 'TestGroup',
        Introduction: 'This is group Introduction',
        Notification: 'This is group Notification',
        FaceUrl: 'http://this.is.face.url',
        MaxMemberCount: 500,
        ApplyJoinOption: 'FreeAccess',
        AppDefinedData: [
          { Key: 'GroupTestData1', Value: 'xxxxx' },
          { Key: 'GroupTestData2', Value: 'abc\u0001' },
        ],
        CreateTime: CREATED,
      };
      const { GroupId } = body;
      const made = { ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '', GroupId };
      expect(await im.call('import_group', body)).to.deep.equal(made);
      const shown = await info(GroupId);
      expect(shown).to.deep.include({
        Type: 'Private',
        Name: 'TestGroup',
        Introduction: body.Introduction,
        Notification: body.Notification,
        FaceUrl: body.FaceUrl,
        Owner_Account: 'ann',
        CreateTime: CREATED,
        MemberNum: 1,
        MaxMemberNum: 500,
        AppDefinedData: body.AppDefinedData,
      });
      expect(shown.MemberList?.[0]).to.deep.include({ Member_Account: 'ann', Role: 'Owner', JoinTime: CREATED });
      expect(await im.codeOf('import_group', body), 'her own').to.equal(10_025);
      expect(await im.codeOf('import_group', { ...body, Owner_Account: 'bob' }), 'hers').to.equal(10_021);
      expect(await im.codeOf('import_group', { ...body, Owner_Account: undefined }), 'not without owner').to.equal(
        10_021,
      );
      const ownerless = await imported({ Owner_Account: undefined, GroupId: 'of-nobody' });
      expect((await info(ownerless))['Owner_Account']).to.equal('');
      expect(await im.codeOf('import_group', { ...body, Owner_Account: undefined, GroupId: ownerless })).to.equal(
        10_025,
      );
      expect((await info(GroupId))['CreateTime']).to.equal(CREATED);
    });

    it('is made now where no time is told, and never in a time to come; no AVChatRoom, no community', async () => {
      for (const CreateTime of [undefined, 0]) {
        expect((await info(await imported({ CreateTime })))['CreateTime']).to.be.closeTo(Date.now() / 1_000, 60);
      }
      const codes = [
        [{ CreateTime: Math.floor(Date.now() / 1_000) + 3_600 }, 10_004],
        [{ CreateTime: CREATED * 1_000 }, 10_004],
        [{ Type: 'AVChatRoom' }, 10_007],
        [{ Type: 'Community' }, 10_007],
        [{ Owner_Account: 'nobody' }, 10_019],
        [{ GroupId: 'a b' }, 10_015],
        [{ Name: 'x'.repeat(31) }, 10_004],
      ] as const;
      for (const [more, code] of codes) {
        const body = { Owner_Account: 'ann', Type: 'Public', Name: 'x', ...more };
        expect(await im.codeOf('import_group', body), JSON.stringify(more)).to.equal(code);
      }
    });

    it('are members with role, times, card, fields, mute and unread messages, each with what came of it', async () => {
      const GroupId = await imported();
      await said(GroupId, 'one', 'two', 'three', 'four', 'five', 'six');
      const tomorrow = Math.floor(Date.now() / 1_000) + 86_400;
      const everything = {
        Member_Account: 'bob',
        Role: 'Admin',
        JoinTime: CREATED + 5,
        MsgSeq: 1,
        MsgFlag: 'AcceptNotNotify',
        LastSendMsgTime: CREATED + 9,
        NameCard: 'Bobby',
        ShutUpUntil: tomorrow,
        UnreadMsgNum: 5,
        AppMemberDefinedData: [{ Key: 'seat', Value: '3' }],
      };
      const list = [
        everything,
        { Member_Account: 'cyd', JoinTime: CREATED, MsgSeq: 4, ShutUpUntil: 0, MsgFlag: 'AcceptAndNotify' },
        { Member_Account: 'dan', UnreadMsgNum: 0, ShutUpUntil: 0 },
        { Member_Account: 'eve', JoinTime: CREATED - 1 },
        { Member_Account: 'root', JoinTime: CREATED + 1, UnreadMsgNum: 100, MuteUntil: FOR_EVER },
        { Member_Account: 'ann', Role: 'Owner' },
        { Member_Account: 'nobody' },
        { Member_Account: 'a b' },
        { Member_Account: 'bob' },
      ];
      const shown = async (): Promise<Member[]> => members(GroupId);
      expect(await results(GroupId, ...list)).to.deep.equal([1, 1, 1, 0, 1, 2, 0, 0, 2]);
      const first = await shown();
      const by = (who: string): Member | undefined => first.find(({ Member_Account }) => Member_Account === who);
      expect(by('bob')).to.deep.include({
        Role: 'Admin',
        JoinTime: CREATED + 5,
        MsgSeq: 1,
        MsgFlag: 'AcceptNotNotify',
        NameCard: 'Bobby',
        ShutUpUntil: tomorrow,
        MuteUntil: tomorrow,
        UnreadMsgNum: 5,
        AppMemberDefinedData: [{ Key: 'seat', Value: '3' }],
      });
      expect(by('cyd')).to.include({ Role: 'Member', MsgSeq: 4, UnreadMsgNum: 2, ShutUpUntil: 0, JoinTime: CREATED });
      expect(by('dan')).to.include({ MsgSeq: 6, UnreadMsgNum: 0 });
      expect(by('root'), 'as many as there are').to.include({ UnreadMsgNum: 6, MsgSeq: 0, ShutUpUntil: FOR_EVER });
      expect(first.map(({ Member_Account }) => Member_Account)).to.have.members(['ann', 'bob', 'cyd', 'dan', 'root']);

      // Who was there sees what was said there; and a repeat leaves everything as it is.
      const read = await v1.call<{ items: object[] }>('GET', `/conversations/group:${GroupId}/messages?limit=9`, {
        token: bob.token,
      });
      expect(read.body.items).to.have.length(6);
      expect(await results(GroupId, ...list.map((item) => ({ ...item, Role: 'Member' })))).to.deep.equal([
        ...[2, 2, 2, 0, 2, 2, 0, 0, 2],
      ]);
      expect(await shown()).to.deep.equal(first);
    });

    it('are messages as they were sent there, each with what came of it; imported again they are the same messages', async () => {
      const GroupId = await imported();
      const long = [text('x'.repeat(8_000))];
      const fits = [text('x'.repeat(8_000 - JSON.stringify([text('')]).length))];
      const sample = {
        From_Account: 'ann',
        SendTime: CREATED + 10,
        Random: 8_912_345,
        MsgBody: [text('red packet'), { MsgType: 'TIMFaceElem', MsgContent: { Index: 6, Data: 'abc\u0000\u0001' } }],
      };
      const tomorrow = Math.floor(Date.now() / 1_000) + 86_400;
      const list = [
        sample,
        // Of somebody who is in the group no more, and twice in the same second.
        message(CREATED + 20, { From_Account: 'bob' }),
        message(CREATED + 20, { From_Account: 'bob' }),
        message(tomorrow),
        message(CREATED + 21, { MsgBody: long }),
        message(CREATED + 19),
        message(CREATED + 21, { MsgBody: fits, Random: 1 }),
      ];
      const told = [
        { MsgSeq: 1, MsgTime: CREATED + 10, Result: 0 },
        { MsgSeq: 2, MsgTime: CREATED + 20, Result: 0 },
        { MsgSeq: 3, MsgTime: CREATED + 20, Result: 0 },
        { MsgSeq: 0, MsgTime: tomorrow, Result: 10_004 },
        { MsgSeq: 0, MsgTime: CREATED + 21, Result: 80_002 },
        { MsgSeq: 0, MsgTime: CREATED + 19, Result: 10_004 },
        { MsgSeq: 4, MsgTime: CREATED + 21, Result: 0 },
      ];
      expect(await written(GroupId, ...list)).to.deep.equal(told);
      expect(await written(GroupId, message(CREATED - 1))).to.deep.equal([
        { MsgSeq: 0, MsgTime: CREATED - 1, Result: 10_004 },
      ]);
      expect(await written(GroupId, message(CREATED + 30))).to.deep.include.members([
        { MsgSeq: 5, MsgTime: CREATED + 30, Result: 0 },
      ]);
      expect(await written(GroupId, ...list), 'again').to.deep.equal(told);
      expect(await written(GroupId, sample, { ...sample, Random: 2, SendTime: CREATED + 40 })).to.deep.equal([
        told[0],
        { MsgSeq: 6, MsgTime: CREATED + 40, Result: 0 },
      ]);
      const { RspMsgList } = await im.done<{ RspMsgList: object[] }>('group_msg_get_simple', {
        GroupId,
        ReqMsgNumber: 20,
      });
      expect(RspMsgList).to.have.length(6);
      expect(RspMsgList.at(-1)).to.deep.include({
        From_Account: 'ann',
        IsPlaceMsg: 0,
        MsgBody: sample.MsgBody,
        MsgRandom: 8_912_345,
        MsgSeq: 1,
        MsgTimeStamp: CREATED + 10,
      });
      const shown = await info(GroupId);
      expect(shown).to.include({ LastMsgTime: CREATED + 40, NextMsgSeq: 7 });
      expect(shown.MemberList?.[0], 'their owner was there before them').to.include({ MsgSeq: 6, UnreadMsgNum: 0 });
      expect(shown.MemberList?.[0]).to.include({ LastSendMsgTime: CREATED + 40 });

      const room = await made({ Type: 'AVChatRoom' });
      const codes: readonly (readonly [string, object[], number])[] = [
        ['nowhere', [message(CREATED)], 10_010],
        ['nowhere', [message(CREATED, { MsgBody: long })], 10_010],
        [room, [message(CREATED)], 10_007],
        [GroupId, [], 10_004],
        [GroupId, Array.from({ length: 8 }, () => message(CREATED + 50)), 10_004],
        [GroupId, [message(CREATED + 50, { From_Account: 'nobody' }), message(CREATED + 50)], 10_019],
        [GroupId, [message(CREATED + 50, { From_Account: 'a b' })], 10_019],
        [GroupId, [message(CREATED + 50, { MsgBody: [] })], 10_004],
        [GroupId, [message(CREATED + 50, { MsgBody: undefined })], 10_004],
        [GroupId, [message(CREATED * 1_000)], 10_004],
      ];
      for (const [group, MsgList, code] of codes) {
        expect(await im.codeOf('import_group_msg', { GroupId: group, MsgList }), JSON.stringify(MsgList)).to.equal(
          code,
        );
      }
      expect((await info(GroupId))['NextMsgSeq']).to.equal(7);
    });

    it('have read since then what they have read, however often their import is repeated', async () => {
      const GroupId = await imported();
      await said(GroupId, 'one', 'two', 'three');
      const unread = async (): Promise<unknown> =>
        (await members(GroupId)).find(({ Member_Account }) => Member_Account === 'bob')?.['UnreadMsgNum'];
      const twice = { Member_Account: 'bob', JoinTime: CREATED, UnreadMsgNum: 2 };
      await results(GroupId, { ...twice, UnreadMsgNum: undefined });
      expect(await unread(), 'who comes has read everything').to.equal(0);
      // As where the server was killed between the two.
      expect(await results(GroupId, twice)).to.deep.equal([2]);
      expect(await unread()).to.equal(2);
      const path = `/conversations/group:${GroupId}/read-position`;
      const read = await v1.call('PUT', path, { token: bob.token, body: { upTo: 3 } });
      expect(read.status, JSON.stringify(read.body)).to.equal(200);
      expect(await results(GroupId, { ...twice, UnreadMsgNum: 3 })).to.deep.equal([2]);
      expect(await unread()).to.equal(0);
      await im.done('add_group_member', { GroupId, MemberList: named('cyd') });
      await results(GroupId, { Member_Account: 'cyd', UnreadMsgNum: 3 });
      const cyd = (await members(GroupId)).find(({ Member_Account }) => Member_Account === 'cyd');
      // The line that tells of him may be there by now.
      expect(cyd?.['UnreadMsgNum'], 'of whom no import knows').to.be.at.most(1);
    });

    it('go round no rule of their group, and do not come in crowds', async () => {
      const work = await imported({ Type: 'Work' });
      expect(
        await results(
          work,
          { Member_Account: 'bob', Role: 'Admin' },
          { Member_Account: 'cyd', ShutUpUntil: 60 },
          { Member_Account: 'dan', NameCard: '字'.repeat(17) },
          { Member_Account: 'eve', JoinTime: Math.floor(Date.now() / 1_000) + 60 },
          { Member_Account: 'root' },
        ),
      ).to.deep.equal([0, 0, 0, 0, 1]);
      const small = await imported({ MaxMemberCount: 2 });
      expect(await results(small, { Member_Account: 'bob' }, { Member_Account: 'cyd' })).to.deep.equal([1, 0]);
      const room = await made({ Type: 'AVChatRoom' });
      const codes: readonly (readonly [string, object[], number])[] = [
        [room, named('bob'), 10_007],
        ['nowhere', named('bob'), 10_010],
        ['nowhere', named('a b'), 10_010],
        [small, [], 10_004],
        [small, [{ Member_Account: 'bob', Role: 'Boss' }], 10_004],
        [small, [{ Member_Account: 'bob', JoinTime: CREATED * 1_000 }], 10_004],
        [small, named(...Array.from({ length: 301 }, (_, n) => `n${n.toString()}`)), 10_005],
      ];
      for (const [GroupId, MemberList, code] of codes) {
        expect(await im.codeOf('import_group_member', { GroupId, MemberList }), GroupId).to.equal(code);
      }
    });
  });

  describe('the unmodified client of npm', () => {
    it('drives each of these commands', async () => {
      const request = unmodifiedClient(parley.url);
      const GroupId = 'by-the-client';
      const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'then' } }];
      const steps: readonly (readonly [command: string, body: object])[] = [
        ['create_group', { GroupId, Type: 'Public', Name: 'x', Owner_Account: 'ann', MemberList: named('bob') }],
        ['get_appid_group_list', { Limit: 10 }],
        ['get_group_info', { GroupIdList: [GroupId] }],
        ['get_group_member_info', { GroupId, Limit: 10, Offset: 0 }],
        ['modify_group_base_info', { GroupId, Name: 'y' }],
        ['add_group_member', { GroupId, MemberList: named('cyd') }],
        ['delete_group_member', { GroupId, MemberToDel_Account: ['cyd'] }],
        ['modify_group_member_info', { GroupId, Member_Account: 'bob', Role: 'Admin' }],
        ['get_joined_group_list', { Member_Account: 'ann' }],
        ['get_role_in_group', { GroupId, User_Account: ['ann'] }],
        ['forbid_send_msg', { GroupId, Members_Account: ['bob'], ShutUpTime: 60 }],
        ['get_group_shutted_uin', { GroupId }],
        ['change_group_owner', { GroupId, NewOwner_Account: 'bob' }],
        ['get_online_member_num', { GroupId }],
        ['destroy_group', { GroupId }],
        ['import_group', { GroupId, Type: 'Public', Name: 'x', Owner_Account: 'ann', CreateTime: 1_448_357_837 }],
        ['import_group_msg', { GroupId, MsgList: [{ From_Account: 'ann', SendTime: 1_448_357_838, MsgBody }] }],
        ['import_group_member', { GroupId, MemberList: [{ Member_Account: 'tommy', JoinTime: 1_448_357_900 }] }],
        ['destroy_group', { GroupId }],
      ];
      for (const [command, body] of steps) {
        const { data } = await request('group_open_http_svc', command, body);
        expect(data, command).to.include({ ActionStatus: 'OK', ErrorCode: 0 });
      }
      const { data } = await request('group_open_http_svc', 'destroy_group', { GroupId });
      expect(data).to.include({ ActionStatus: 'FAIL', ErrorCode: 10_010 });
    });
  });
});
