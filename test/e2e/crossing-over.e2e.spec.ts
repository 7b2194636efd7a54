import { expect } from 'chai';
import { DtalkClient } from '../support/dtalk-client.js';
import { newSigner, type Signer } from '../support/dtalk-signer.js';
import { eventually } from '../support/eventually.js';
import { OpenimClient } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';
import { SealtalkClient } from '../support/sealtalk-client.js';
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

describe('one group, by whichever API', () => {
  let parley: RunningParley;
  let apis: Readonly<Record<ApiName, Api>>;
  let root: string;
  let people: Readonly<Record<'owner' | 'heir' | 'member' | 'guest' | 'outsider', Person>>;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({
      PARLEY_APP_ADMINS: 'root',
      OPENIM_SECRET: SECRET,
      // Each dialect at the root of a port of its own.
      OPENIM_PORT: '0',
      SEALTALK_PORT: '0',
      DTALK_PORT: '0',
    });
    const { openim = '', sealtalk = '', dtalk = '' } = parley.ownUrls;
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
  });
  after(() => parley.stop());

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

  /** Every API shows the same, each a moment after whichever wrote it. */
  const allSee = async (
    group: string,
    by: Person,
    expected: { readonly name?: string; readonly owner?: Person; readonly members?: readonly Person[] },
  ): Promise<void> => {
    const { members, owner, ...more } = expected;
    for (const name of NAMES) {
      await eventually(async () => {
        const seen = await apis[name].seen(group, by);
        expect(seen, name).to.include({ ...more, ...(owner === undefined ? {} : { owner: owner.id }) });
        if (members !== undefined)
          expect([...seen.members].sort(), name).to.deep.equal(members.map(({ id }) => id).sort());
      });
    }
  };

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
