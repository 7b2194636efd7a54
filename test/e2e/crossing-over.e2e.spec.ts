import { Client, credentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { mounts } from '../../api/dialects/mounts.js';
import { DtalkClient } from '../support/dtalk-client.js';
import { newSigner, type Signer } from '../support/dtalk-signer.js';
import { eventually } from '../support/eventually.js';
import { GroupClient } from '../support/grpc-client.js';
import { OpenimClient } from '../support/openim-client.js';
import { dialectOf, publishedOperations, textOf, type WireOperation } from '../support/operations.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { SealtalkClient } from '../support/sealtalk-client.js';
import { SDKAPPID, TencentClient, tencentApps, userSigOf } from '../support/tencent-client.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'a secret of the app, of some length';

/** Somebody who speaks each API: by a key that is his id, and by a token. */
interface Person {
  readonly id: string;
  readonly signer: Signer;
  readonly token: string;
}

/** One API, for what all of them can do. A refusal is said in the API's own words; '' is none. */
interface Api {
  create(owner: Person, name: string, members: readonly Person[]): Promise<string>;
  rename(group: string, by: Person, name: string): Promise<string>;
  add(group: string, by: Person, who: Person): Promise<string>;
  remove(group: string, by: Person, who: Person): Promise<string>;
  transfer(group: string, by: Person, to: Person): Promise<string>;
  leave(group: string, by: Person): Promise<string>;
  dismiss(group: string, by: Person): Promise<string>;
  /** As a member sees it: its name, its owner's id, and the ids of who is in it. */
  seen(group: string, by: Person): Promise<{ name: string; owner: string; members: string[] }>;
}

type ApiName = 'v1' | 'openim' | 'sealtalk' | 'dtalk';
const NAMES: readonly ApiName[] = ['v1', 'openim', 'sealtalk', 'dtalk'];

/** What all can do, also those whose callers are backends and speak for anybody. */
type Any = Pick<Api, 'rename' | 'remove' | 'seen'>;
type AnyName = ApiName | 'tencent' | 'openim-v2';
const ALL: readonly AnyName[] = [...NAMES, 'tencent', 'openim-v2'];

describe('one group, by whichever API', () => {
  let parley: RunningParley;
  let apis: Readonly<Record<ApiName, Api>>;
  let all: Readonly<Record<AnyName, Any>>;
  let clients: {
    readonly v1: V1Client;
    readonly im: OpenimClient;
    readonly dt: DtalkClient;
    readonly tencent: TencentClient;
    readonly grpc: GroupClient;
  };
  let root: string;
  let people: Readonly<Record<'owner' | 'heir' | 'member' | 'guest' | 'outsider', Person>>;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley(({ otherTenant }) => ({
      PARLEY_APP_ADMINS: 'root',
      OPENIM_SECRET: SECRET,
      TENCENT_APPS: tencentApps(otherTenant),
      // Each dialect at the root of a port of its own.
      OPENIM_PORT: '0',
      SEALTALK_PORT: '0',
      DTALK_PORT: '0',
      TENCENT_PORT: '0',
      OPENIM_GRPC_PORT: '0',
    }));
    const { openim = '', sealtalk = '', dtalk = '', tencent = '' } = parley.ownUrls;
    const v1 = new V1Client(parley.url);
    const im = new OpenimClient(openim, SECRET);
    const dt = new DtalkClient(dtalk);
    ({ token: root } = await v1.person('root'));
    const person = async (): Promise<Person> => {
      const signer = newSigner();
      await dt.done('/app/group-list', undefined, signer);
      return { id: signer.address, signer, token: await im.tokenOf(signer.address) };
    };
    const [owner, heir, member, guest, outsider] = await Promise.all([
      person(),
      person(),
      person(),
      person(),
      person(),
    ]);
    people = { owner, heir, member, guest, outsider };
    apis = {
      v1: overV1(v1),
      openim: overOpenim(im),
      sealtalk: await overSealtalk(sealtalk, Object.values(people), v1),
      dtalk: overDtalk(dt),
    };
    clients = { v1, im, dt, tencent: new TencentClient(tencent), grpc: new GroupClient(parley.grpc ?? '') };
    all = { ...apis, tencent: overTencent(tencent), 'openim-v2': overGrpc(clients.grpc) };
  });
  after(async () => {
    clients.grpc.close();
    await parley.stop();
  });

  it('is found by the list of APIs, below each prefix and at the root of each port', async () => {
    const index = await fetch(parley.url, { headers: { accept: 'application/json' } });
    const { apis: prefixes } = (await index.json()) as { apis: Record<string, string> };
    expect(prefixes).to.deep.equal({
      v1: '/v1/openapi.json',
      openim: '/openim',
      sealtalk: '/sealtalk',
      dtalk: '/dtalk',
      tencent: '/tencent',
    });
    const nothing: Readonly<Record<string, readonly [status: number, text: RegExp]>> = {
      openim: [404, /^\{"errCode":404,/],
      sealtalk: [403, /^Not loged in\.$/],
      dtalk: [404, /^404 page not found$/],
      tencent: [200, /"ErrorCode":60009,/],
    };
    for (const [name, [status, text]] of Object.entries(nothing)) {
      const own = parley.ownUrls[name as Exclude<ApiName, 'v1'>] ?? '';
      for (const base of [`${parley.url}${prefixes[name] ?? ''}`, own]) {
        const answer = await fetch(`${base}/nothing/here`, { method: 'POST' });
        expect(answer.status, base).to.equal(status);
        expect(await answer.text(), base).to.match(text);
      }
    }
  });

  it('has each of the 136 operations of the five APIs, below their prefixes and at their own ports', async () => {
    const asked = { sdkappid: SDKAPPID.toString(), identifier: 'root', usersig: userSigOf('root') };
    const query = new URLSearchParams(asked).toString();
    const cookie = `rong_im_auth=${people.outsider.token}`;
    const answered = async (base: string, method: string, path: string): Promise<string> => {
      const init = { method, headers: { cookie }, ...(method === 'GET' ? {} : { body: '{}' }) };
      const answer = await fetch(`${base}${path.replaceAll(/[{]\w+[}]/g, 'x')}?${query}`, init);
      return `${answer.status.toString()} ${await answer.text()}`;
    };
    const client = new Client(parley.grpc ?? '', credentials.createInsecure());
    const asItIs = (bytes: Buffer): Buffer => bytes;
    const called = (path: string): Promise<string> =>
      new Promise((resolve) => {
        client.makeUnaryRequest(path, asItIs, asItIs, Buffer.alloc(0), (error) => {
          resolve(error?.code === status.UNIMPLEMENTED ? 'none' : 'there is one');
        });
      });
    /** One API says it alike wherever it is. */
    const nowhere = new Map<string, Promise<string>>();
    const atNoOperation = (base: string, method: string, path: string): Promise<string> => {
      const asked = nowhere.get(base + method) ?? answered(base, method, `${path}/no-such/operation`);
      nowhere.set(base + method, asked);
      return asked;
    };
    const wrongOf = async (operation: WireOperation): Promise<string[]> => {
      const { seed, method, path } = operation;
      const dialect = dialectOf[seed] ?? 'grpc';
      if (dialect === 'grpc') return (await called(path)) === 'none' ? [textOf(operation)] : [];
      const bases = [`${parley.url}${mounts[dialect].prefix}`, parley.ownUrls[dialect] ?? ''];
      const answers = await Promise.all(
        bases.map(async (base) => [await answered(base, method, path), await atNoOperation(base, method, path)]),
      );
      return answers.flatMap(([there, none]) => (there === none ? [`${textOf(operation)}: ${there ?? ''}`] : []));
    };
    const missing = (await Promise.all(publishedOperations().map(wrongOf))).flat();
    expect(await called('/group.group/noSuchRpc')).to.equal('none');
    client.close();
    expect(missing).to.deep.equal([]);
  });

  /** Every API shows the same, each a moment after whichever wrote it. */
  const allSee = async (
    group: string,
    by: Person,
    expected: { readonly name?: string; readonly owner?: Person; readonly members?: readonly Person[] },
    names: readonly AnyName[] = NAMES,
  ): Promise<void> => {
    const { members, owner, ...more } = expected;
    for (const name of names) {
      await eventually(async () => {
        const seen = await all[name].seen(group, by);
        expect(seen, name).to.include({ ...more, ...(owner === undefined ? {} : { owner: owner.id }) });
        if (members !== undefined)
          expect([...seen.members].sort(), name).to.deep.equal(members.map(({ id }) => id).sort());
      });
    }
  };

  describe('in one life, by all five and /v1', () => {
    let group: string;
    const said: Record<string, number> = {};

    const byV1 = async (method: string, path: string, { token }: Person, body?: object): Promise<string> => {
      const answer = await clients.v1.call<{ code?: string; outcome?: { seq?: number } }>(method, path, {
        token,
        ...(body && { body }),
      });
      if (answer.status >= 300) return `${answer.status.toString()} ${answer.body.code ?? ''}`;
      return (answer.body.outcome?.seq ?? '').toString();
    };
    /** Says it; gives the number that it has, or the refusal. */
    const speaking: Readonly<Record<'v1' | 'openim' | 'tencent', (who: Person, text: string) => Promise<string>>> = {
      v1: (who, text) => byV1('POST', `/conversations/group:${group}/messages`, who, { text }),
      openim: async (who, content) => {
        const message = { sendID: who.id, groupID: group, content: { content }, contentType: 101, sessionType: 3 };
        const token = await clients.im.adminToken('root');
        const { errCode, errMsg, data } = await clients.im.call<{ seq: number }>('/msg/send_msg', message, { token });
        return errCode === 0 ? (data?.seq ?? 0).toString() : `${errCode.toString()} ${errMsg}`;
      },
      tencent: async (who, Text) => {
        const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text } }];
        const message = { GroupId: group, From_Account: who.id, Random: 1, MsgBody };
        const answer = await clients.tencent.call<{ MsgSeq: number }>('send_group_msg', message);
        return answer.ErrorCode === 0 ? answer.MsgSeq.toString() : `${answer.ErrorCode.toString()} ${answer.ErrorInfo}`;
      },
    };
    const SPEAKERS = ['v1', 'openim', 'tencent'] as const;

    /** What each API shows of what was said; '' for what is gone. */
    const heard = async (): Promise<Record<(typeof SPEAKERS)[number], string[]>> => {
      const { owner } = people;
      const seqs = Object.values(said);
      const ofV1 = await clients.v1.call<{ items: { seq: number; content: { text: string } | null }[] }>(
        'GET',
        `/conversations/group:${group}/messages?limit=100`,
        { token: owner.token },
      );
      const conversationID = `sg_${group}`;
      const seqRanges = [{ conversationID, begin: 1, end: 1_000, num: 1_000 }];
      const ofOpenim = await clients.im.done<{
        msgs: Record<string, { Msgs: { seq: number; contentType: number; content: string }[] }>;
      }>('/msg/pull_msg_by_seq', { userID: owner.id, seqRanges, order: 0 }, { token: owner.token });
      const ofTencent = await clients.tencent.done<{
        RspMsgList: { MsgSeq: number; MsgBody: { MsgContent: { Text: string } }[] }[];
      }>('group_msg_get_simple', { GroupId: group, ReqMsgNumber: 20 });
      const inTurn = (found: readonly (readonly [seq: number, text: string])[]): string[] =>
        seqs.map((seq) => found.find(([each]) => each === seq)?.[1] ?? 'not there');
      const textIn = (content: string): string =>
        (JSON.parse(Buffer.from(content, 'base64').toString()) as { text: string }).text;
      return {
        v1: inTurn(ofV1.body.items.map(({ seq, content }) => [seq, content?.text ?? ''])),
        openim: inTurn(
          (ofOpenim.msgs[conversationID]?.Msgs ?? []).map(({ seq, contentType, content }) => [
            seq,
            contentType === 101 ? textIn(content) : '',
          ]),
        ),
        tencent: inTurn(ofTencent.RspMsgList.map(({ MsgSeq, MsgBody }) => [MsgSeq, MsgBody[0]?.MsgContent.Text ?? ''])),
      };
    };
    const allHear = (texts: readonly string[]): Promise<void> =>
      eventually(async () => {
        expect(await heard()).to.deep.equal({ v1: texts, openim: texts, tencent: texts });
      });

    it('is made by Tencent IM’s, asked into by OpenIM v2’s and let in by v3’s, led into by dtalk’s, renamed by SealTalk’s', async () => {
      const { owner, heir, member, guest } = people;
      const MemberList = [{ Member_Account: heir.id }];
      const asked = { Type: 'Public', Name: 'One life', Owner_Account: owner.id, MemberList };
      ({ GroupId: group } = await clients.tencent.done<{ GroupId: string }>('create_group', asked));
      await allSee(group, owner, { name: 'One life', owner, members: [owner, heir] }, ALL);

      const joining = { GroupID: group, OpUserID: member.id, OperationID: 'a', ReqMessage: 'let me in' };
      expect(await clients.grpc.code('joinGroup', joining)).to.equal(0);
      await clients.im.done(
        '/group/group_application_response',
        { groupID: group, fromUserID: member.id, handledMsg: 'welcome', handleResult: 1 },
        { token: owner.token },
      );
      expect(await apis.dtalk.add(group, owner, guest)).to.equal('');
      expect(await apis.sealtalk.rename(group, owner, 'Renamed')).to.equal('');
      await allSee(group, owner, { name: 'Renamed', owner, members: [owner, heir, member, guest] }, ALL);
    });

    it('silences by dtalk’s whom every other refuses in its own words, and lets him speak again by Tencent IM’s', async () => {
      const { owner, member } = people;
      const muting = { idStr: group, memberIds: [member.id], muteTime: 3_600_000 };
      await clients.dt.done('/app/member/muteTime', muting, owner.signer);
      const refused = await Promise.all(SPEAKERS.map(async (name) => [name, await speaking[name](member, 'I')]));
      expect(Object.fromEntries(refused)).to.deep.equal({
        v1: '403 MemberMuted',
        openim: '1402 MutedInGroup',
        tencent: '10017 muted in the group: The member is muted',
      });
      const Members_Account = [member.id];
      await clients.tencent.done('forbid_send_msg', { GroupId: group, Members_Account, MuteTime: 0 });
    });

    it('is spoken in by three APIs, each of which hears the others', async () => {
      const { heir, member, guest } = people;
      const by = { v1: member, openim: heir, tencent: guest };
      for (const name of SPEAKERS) {
        const seq = await speaking[name](by[name], `by ${name}`);
        expect(seq).to.match(/^\d+$/);
        said[name] = Number(seq);
      }
      await allHear(['by v1', 'by openim', 'by tencent']);
    });

    it('takes back by each API what was said by the next, for all of them', async () => {
      const { owner } = people;
      const { v1 = 0, openim = 0, tencent = 0 } = said;
      const { Results } = await clients.tencent.done('group_msg_recall', {
        GroupId: group,
        MsgSeqList: [{ MsgSeq: v1 }],
      });
      expect(Results).to.deep.equal([{ MsgSeq: v1, RetCode: 0 }]);
      await allHear(['', 'by openim', 'by tencent']);
      expect(
        await byV1('POST', `/conversations/group:${group}/messages/${openim.toString()}/revocation`, owner),
      ).to.equal(openim.toString());
      const revoking = { conversationID: `sg_${group}`, seq: tencent, userID: owner.id };
      await clients.im.done('/msg/revoke_msg', revoking, { token: owner.token });
      await allHear(['', '', '']);
    });

    it('is none of a stranger’s business, in each API’s words', async () => {
      const { owner, heir, outsider } = people;
      const told = Object.fromEntries(
        await Promise.all(ALL.map(async (name) => [name, await all[name].remove(group, outsider, heir)] as const)),
      );
      expect(told).to.deep.equal({
        ...Object.fromEntries(NAMES.map((name) => [name, refusals[name]['an outsider removes']])),
        // A backend's: who calls is no app admin, or whom it names may not.
        tencent: '60010 only an app admin may call',
        'openim-v2': '801',
      });
      await allSee(group, owner, { members: Object.values(people).filter((one) => one !== outsider) }, ALL);
    });

    it('is over for all when OpenIM v2’s back office has deleted it, and its history has all six', async () => {
      const { owner } = people;
      const deleting = { GroupId: group, OperationID: 'a' };
      expect(await clients.grpc.code('DeleteGroup', deleting)).to.equal(0);
      const told = Object.fromEntries(
        await Promise.all(ALL.map(async (name) => [name, await all[name].rename(group, owner, 'Again')] as const)),
      );
      expect(told).to.deep.equal({
        ...isOver,
        // Its members went with it, and openim looks for the caller's membership first.
        openim: '1004 RecordNotFoundError',
        tencent: '60010 only an app admin may call',
        'openim-v2': '802',
      });
      expect(await clients.tencent.codeOf('modify_group_base_info', { GroupId: group, Name: 'Again' })).to.equal(
        10_010,
      );
      const { body } = await clients.v1.call<{ items: { via: string }[] }>('GET', `/groups/${group}/events?limit=200`, {
        token: root,
      });
      const apisOf = new Set(body.items.map(({ via }) => via.split(':')[0]));
      expect([...apisOf]).to.have.members(['tencent', 'openim-v2', 'openim', 'dtalk', 'sealtalk']);
    });
  });

  for (const [index, origin] of NAMES.entries()) {
    describe(`made by ${origin}`, () => {
      let group: string;
      before(async () => {
        const { owner, heir, member } = people;
        group = await apis[origin].create(owner, `Made by ${origin}`, [heir, member]);
        await allSee(group, owner, { name: `Made by ${origin}`, owner, members: [owner, heir, member] });
      });

      for (const other of NAMES) {
        it(`is worked on by ${other}, and every API shows it`, async () => {
          const { owner, heir, member, guest } = people;
          const api = apis[other];
          expect(await api.rename(group, owner, `Led by ${other}`)).to.equal('');
          await allSee(group, member, { name: `Led by ${other}` });
          expect(await api.add(group, owner, guest)).to.equal('');
          await allSee(group, owner, { members: [owner, heir, member, guest] });
          expect(await api.remove(group, owner, guest)).to.equal('');
          await allSee(group, owner, { members: [owner, heir, member] });
          expect(await api.transfer(group, owner, heir)).to.equal('');
          await allSee(group, member, { owner: heir });
          expect(await api.transfer(group, heir, owner)).to.equal('');
          await allSee(group, member, { owner });
        });
      }

      it('refuses who is nothing to it, and what its own rules give to nobody like him, in each API’s words', async () => {
        const { owner, heir, member, outsider } = people;
        const said: Record<string, Record<string, string>> = {};
        for (const name of NAMES) {
          const api = apis[name];
          said[name] = {
            'an outsider removes': await api.remove(group, outsider, member),
            'a member renames': await api.rename(group, member, 'Mine'),
            'a member removes': await api.remove(group, member, heir),
            'a member hands over': await api.transfer(group, member, heir),
            'a member dismisses': await api.dismiss(group, member),
            'a stranger is removed': await api.remove(group, owner, outsider),
            ...(OWNER_STAYS.includes(origin) ? { 'the owner leaves': await api.leave(group, owner) } : {}),
          };
        }
        const expected = Object.fromEntries(
          NAMES.map((name) => [
            name,
            {
              ...refusals[name],
              ...(origin === 'sealtalk' ? { 'a member renames': ownerRenames[name] } : {}),
              ...(OWNER_STAYS.includes(origin) ? { 'the owner leaves': ownerStays[name] } : {}),
            },
          ]),
        );
        expect(said).to.deep.equal(expected);
        await allSee(group, owner, { owner, members: [owner, heir, member] });
      });

      it('has in its history who did what by which API', async () => {
        const response = await fetch(`${parley.url}/v1/groups/${group}/events?limit=200`, {
          headers: { authorization: `Bearer ${root}` },
        });
        const { items } = (await response.json()) as { items: { type: string; via: string }[] };
        const apisOf = (type: string): string[] => [
          ...new Set(items.filter((item) => item.type === type).map(({ via }) => via.split(':')[0] ?? '')),
        ];
        expect(apisOf('GroupCreated')).to.deep.equal([origin]);
        for (const type of ['GroupProfileChanged', 'MemberRemoved', 'OwnerTransferred']) {
          expect(apisOf(type), type).to.have.members([...NAMES]);
        }
      });

      it('is over for every API when one has dismissed it', async () => {
        const { owner } = people;
        const by = NAMES[(index + 1) % NAMES.length] ?? 'v1';
        expect(await apis[by].dismiss(group, owner)).to.equal('');
        const said = Object.fromEntries(
          await Promise.all(NAMES.map(async (name) => [name, await apis[name].rename(group, owner, 'Again')] as const)),
        );
        // SealTalk's dismissing removes everybody, and openim looks for the caller's membership first.
        expect(said).to.deep.equal(by === 'sealtalk' ? { ...isOver, openim: '1004 RecordNotFoundError' } : isOver);
      });
    });
  }
});

/** Whose rules let no owner leave. */
const OWNER_STAYS: readonly ApiName[] = ['openim', 'dtalk'];

const ownerStays: Readonly<Record<ApiName, string>> = {
  v1: '409 OwnerMayNotLeave',
  openim: '1002 NoPermissionError',
  sealtalk: '403 The creator can not quit this group.',
  dtalk: '-10022 群主不能主动退群',
};
/** In a group of SealTalk's rules a manager may not, either. */
const ownerRenames: Readonly<Record<ApiName, string>> = {
  v1: '403 NotGroupOwner',
  openim: '1002 NoPermissionError',
  sealtalk: '400 Unknown group or not creator.',
  dtalk: '-10013 需要群主权限',
};
const isOver: Readonly<Record<ApiName, string>> = {
  v1: '410 GroupDismissed',
  openim: '1204 DismissedAlreadyError',
  sealtalk: '400 Unknown group or not creator.',
  dtalk: '-10002 群已被解散',
};
/** Where what is no change is none, `/v1` and dtalk have nothing against it. */
const refusals: Readonly<Record<ApiName, Readonly<Record<string, string>>>> = {
  v1: {
    'an outsider removes': '403 NotGroupMember',
    'a member renames': '403 NotGroupManager',
    'a member removes': '403 NotGroupManager',
    'a member hands over': '403 NotGroupOwner',
    'a member dismisses': '403 NotGroupOwner',
    'a stranger is removed': '',
  },
  openim: {
    'an outsider removes': '1002 NoPermissionError',
    'a member renames': '1002 NoPermissionError',
    'a member removes': '1002 NoPermissionError',
    'a member hands over': '1002 NoPermissionError',
    'a member dismisses': '1002 NoPermissionError',
    'a stranger is removed': '1101 UserIDNotFoundError',
  },
  sealtalk: {
    'an outsider removes': '403 Current user is not group manager.',
    'a member renames': '400 Unknown group or not creator.',
    'a member removes': '403 Current user is not group manager.',
    'a member hands over': '400 Current user is not group creator.',
    'a member dismisses': '400 Unknown group or not creator.',
    'a stranger is removed': '400 Can not kick none-member from the group.',
  },
  dtalk: {
    'an outsider removes': '-10015 你已不在本群中',
    'a member renames': '-10012 需要管理员权限',
    'a member removes': '-10012 需要管理员权限',
    'a member hands over': '-10013 需要群主权限',
    'a member dismisses': '-10013 需要群主权限',
    'a stranger is removed': '',
  },
};

function overV1(v1: V1Client): Api {
  const said = async (method: string, path: string, { token }: Person, body?: object): Promise<string> => {
    const answer = await v1.call<{ code?: string; items?: { result: string }[] }>(method, `/groups/${path}`, {
      token,
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status < 300) return '';
    return `${answer.status.toString()} ${answer.body.code ?? ''}`;
  };
  return {
    create: async ({ token }, name, members) => {
      const body = { name, members: members.map(({ id }) => id) };
      const { body: made } = await v1.call<{ outcome: { groupId: string } }>('POST', '/groups', { token, body });
      return made.outcome.groupId;
    },
    rename: (group, by, name) => said('PATCH', group, by, { name }),
    add: (group, by, { id }) => said('POST', `${group}/invitations`, by, { userIds: [id] }),
    remove: (group, by, { id }) => said('DELETE', `${group}/members/${id}`, by),
    transfer: (group, by, { id }) => said('PUT', `${group}/owner`, by, { userId: id }),
    leave: (group, by) => said('DELETE', `${group}/members/me`, by),
    dismiss: (group, by) => said('DELETE', group, by),
    seen: async (group, { token }) => {
      const { body } = await v1.call<{ name: string; ownerId: string }>('GET', `/groups/${group}`, { token });
      const list = await v1.call<{ items: { userId: string }[] }>('GET', `/groups/${group}/members`, { token });
      return { name: body.name, owner: body.ownerId, members: list.body.items.map(({ userId }) => userId) };
    },
  };
}

function overOpenim(im: OpenimClient): Api {
  const said = async (path: string, { token }: Person, body: object): Promise<string> => {
    const { errCode, errMsg } = await im.call(path, body, { token });
    return errCode === 0 ? '' : `${errCode.toString()} ${errMsg}`;
  };
  return {
    create: async ({ id, token }, groupName, members) => {
      const { groupInfo } = await im.done<{ groupInfo: { groupID: string } }>(
        '/group/create_group',
        { ownerUserID: id, memberUserIDs: members.map((member) => member.id), groupInfo: { groupName, groupType: 2 } },
        { token },
      );
      return groupInfo.groupID;
    },
    rename: (groupID, by, groupName) => said('/group/set_group_info_ex', by, { groupID, groupName }),
    add: (groupID, by, { id }) => said('/group/invite_user_to_group', by, { groupID, invitedUserIDs: [id] }),
    remove: (groupID, by, { id }) => said('/group/kick_group', by, { groupID, kickedUserIDs: [id] }),
    transfer: (groupID, by, { id }) =>
      said('/group/transfer_group', by, { groupID, oldOwnerUserID: by.id, newOwnerUserID: id }),
    leave: (groupID, by) => said('/group/quit_group', by, { groupID, userID: by.id }),
    dismiss: (groupID, by) => said('/group/dismiss_group', by, { groupID }),
    seen: async (groupID, { token }) => {
      const { groupInfos } = await im.done<{ groupInfos: { groupName: string; ownerUserID: string }[] }>(
        '/group/get_groups_info',
        { groupIDs: [groupID] },
        { token },
      );
      const { members } = await im.done<{ members: { userID: string }[] }>(
        '/group/get_group_member_list',
        { groupID, filter: 0, pagination: { pageNumber: 1, showNumber: 100 } },
        { token },
      );
      const [info] = groupInfos;
      return {
        name: info?.groupName ?? '',
        owner: info?.ownerUserID ?? '',
        members: members.map(({ userID }) => userID),
      };
    },
  };
}

/** What it shows are nine characters; what it takes are Parley's own ids as well. */
async function overSealtalk(url: string, everybody: readonly Person[], v1: V1Client): Promise<Api> {
  const clientOf = ({ token }: Person): SealtalkClient => {
    const client = new SealtalkClient(url);
    client.cookie = `rong_im_auth=${token}`;
    return client;
  };
  const plain = new Map<string, string>();
  for (const person of everybody) {
    const { id } = await clientOf(person).done<{ id: string }>('GET', `/user/${person.id}`);
    expect(id).to.match(/^[0-9a-zA-Z]{9}$/);
    plain.set(id, person.id);
  }
  const said = async (path: string, by: Person, body: object): Promise<string> => {
    const answer = await clientOf(by).said('POST', `/group/${path}`, body);
    return answer === '200' ? '' : answer;
  };
  return {
    create: async (owner, name, members) => {
      const memberIds = [owner, ...members].map(({ id }) => id);
      const { id } = await clientOf(owner).done<{ id: string }>('POST', '/group/create', { name, memberIds });
      expect(id).to.match(/^[0-9a-zA-Z]{9}$/);
      const { token } = owner;
      const { body } = await v1.call<{ items: { groupId: string; name: string }[] }>('GET', '/groups', { token });
      const made = body.items.find((group) => group.name === name);
      if (made === undefined) throw new Error(`/v1 doesn't list ${name}`);
      return made.groupId;
    },
    rename: (groupId, by, name) => said('rename', by, { groupId, name }),
    add: (groupId, by, { id }) => said('add', by, { groupId, memberIds: [id] }),
    remove: (groupId, by, { id }) => said('kick', by, { groupId, memberIds: [id] }),
    transfer: (groupId, by, { id }) => said('transfer', by, { groupId, userId: id }),
    leave: (groupId, by) => said('quit', by, { groupId }),
    dismiss: (groupId, by) => said('dismiss', by, { groupId }),
    seen: async (groupId, by) => {
      const client = clientOf(by);
      const { name, creatorId } = await client.done<{ name: string; creatorId: string }>('GET', `/group/${groupId}`);
      const members = await client.done<{ user: { id: string } }[]>('GET', `/group/${groupId}/members`);
      const plainOf = (id: string): string => plain.get(id) ?? id;
      return { name, owner: plainOf(creatorId), members: members.map(({ user }) => plainOf(user.id)) };
    },
  };
}

function overDtalk(dt: DtalkClient): Api {
  const said = async (path: string, { signer }: Person, body: object): Promise<string> => {
    const { result, message } = await dt.call(`/app/${path}`, body, signer);
    return result === 0 ? '' : `${result.toString()} ${message}`;
  };
  return {
    create: async ({ signer }, name, members) => {
      const memberIds = members.map(({ id }) => id);
      return (await dt.done<{ idStr: string }>('/app/create-group', { name, memberIds }, signer)).idStr;
    },
    rename: (idStr, by, name) => said('name', by, { idStr, name }),
    add: (idStr, by, { id }) => said('invite-group-members', by, { idStr, newMemberIds: [id] }),
    remove: (idStr, by, { id }) => said('group-remove', by, { idStr, memberIds: [id] }),
    transfer: (idStr, by, { id }) => said('change-owner', by, { idStr, memberId: id }),
    leave: (idStr, by) => said('group-exit', by, { idStr }),
    dismiss: (idStr, by) => said('group-disband', by, { idStr }),
    seen: async (idStr, { signer }) => {
      const info = await dt.done<{ name: string; owner: { memberId: string }; members: { memberId: string }[] }>(
        '/app/group-info',
        { idStr },
        signer,
      );
      return { name: info.name, owner: info.owner.memberId, members: info.members.map(({ memberId }) => memberId) };
    },
  };
}

/** Whoever it is calls: his UserSig says who he is, and only an app admin's is taken. */
function overTencent(base: string): Any {
  const root = new TencentClient(base);
  const said = async (command: string, { id }: Person, body: object): Promise<string> => {
    const { ErrorCode, ErrorInfo } = await new TencentClient(base, id).call(command, body);
    return ErrorCode === 0 ? '' : `${ErrorCode.toString()} ${ErrorInfo}`;
  };
  return {
    rename: (GroupId, by, Name) => said('modify_group_base_info', by, { GroupId, Name }),
    remove: (GroupId, by, { id }) => said('delete_group_member', by, { GroupId, MemberToDel_Account: [id] }),
    seen: async (GroupId) => {
      const { GroupInfo } = await root.done<{
        GroupInfo: { Name: string; Owner_Account: string; MemberList: { Member_Account: string }[] }[];
      }>('get_group_info', { GroupIdList: [GroupId] });
      const [info] = GroupInfo;
      return {
        name: info?.Name ?? '',
        owner: info?.Owner_Account ?? '',
        members: (info?.MemberList ?? []).map(({ Member_Account }) => Member_Account),
      };
    },
  };
}

function overGrpc(grpc: GroupClient): Any {
  const by = ({ id }: Person) => ({ OpUserID: id, OperationID: 'an operation' });
  const told = (code: number): string => (code === 0 ? '' : code.toString());
  return {
    rename: async (groupID, who, groupName) =>
      told(await grpc.code('setGroupInfo', { ...by(who), GroupInfo: { groupID, groupName } })),
    remove: async (GroupID, who, { id }) =>
      told(await grpc.code('kickGroupMember', { ...by(who), GroupID, KickedUserIDList: [id] })),
    seen: async (GroupID, who) => {
      const { GroupInfoList } = await grpc.call('getGroupsInfo', { ...by(who), GroupIDList: [GroupID] });
      const { memberList } = await grpc.call('getGroupAllMember', { ...by(who), GroupID });
      const [info] = GroupInfoList;
      return {
        name: info?.groupName ?? '',
        owner: info?.ownerUserID ?? '',
        members: memberList.map(({ userID }) => userID),
      };
    },
  };
}
