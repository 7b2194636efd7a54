import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import {
  APP_SECRET,
  OTHER_SDKAPPID,
  OTHER_SECRET,
  SDKAPPID,
  TencentClient,
  userSigOf,
} from '../support/tencent-client.js';
import { V1Client } from '../support/v1-client.js';

const FOR_EVER = 4_294_967_295;
const PEOPLE = ['ann', 'bob', 'cyd', 'dan', 'eve', 'root'] as const;

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

  before(async function () {
    this.timeout(60_000);
    parley = await runParley(({ otherTenant }) => ({
      PARLEY_APP_ADMINS: `root,${otherTenant}/root,${otherTenant}/boss`,
      TENCENT_APPS: `${SDKAPPID.toString()}::${APP_SECRET},${OTHER_SDKAPPID.toString()}:${otherTenant}:${OTHER_SECRET}`,
      TENCENT_PORT: '0',
    }));
    im = new TencentClient(parley.url);
    v1 = new V1Client(parley.url);
    const people = await Promise.all(PEOPLE.map((who) => v1.person(who)));
    ann = people[0] as { readonly token: string };
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
  });
});
