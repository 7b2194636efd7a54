import { newSigner } from '../../test/support/dtalk-signer.js';
import { SDKAPPID, tencentApps, userSigOf } from '../../test/support/tencent-client.js';
import type { Row, Side } from '../harness.js';
import { type Answer, overHttp, wire } from '../http-load.js';
import { RpcLoad } from '../rpc-load.js';
import type { SeededGroup } from '../seed.js';

/** One command and one list of each API, beside each other: the same groups, the same person, the same work. */

const GROUPS = 2_000;
const LISTED = 100;
const CONNECTIONS = 64;
const LIST_GROUP = 'listed';

/** Who owns the groups: by a key in dtalk, by a token elsewhere. */
const owner = newSigner();
export const DIALECTS_OWNER = owner.address;
/** Who asks as Tencent's backends do. */
const BACKEND = 'backend';

/** Least that each does of what `/v1` does. */
const BARS = { openim: 0.8, sealtalk: 0.8, dtalk: 0.8, tencent: 0.7, rpc: 0.9 } as const;
const DIALECTS = Object.keys(BARS) as (keyof typeof BARS)[];
const APIS = ['v1', ...DIALECTS] as const;
type ApiName = (typeof APIS)[number];

const groupsOf = (api: ApiName): string[] => Array.from({ length: GROUPS }, (_, n) => `${api}${n.toString()}`);

/** To be seeded before. */
export const dialectGroups = (): SeededGroup[] => [
  ...APIS.flatMap(groupsOf).map((groupId) => ({ groupId, members: 2, owner: DIALECTS_OWNER })),
  { groupId: LIST_GROUP, members: LISTED, owner: DIALECTS_OWNER },
];

/** What a server needs to be told that is asked by all of them. */
export const dialectsEnvironment = (rpcPort: number): Readonly<Record<string, string>> => ({
  TENCENT_APPS: tencentApps('another'),
  PARLEY_APP_ADMINS: BACKEND,
  OPENIM_GRPC_PORT: rpcPort.toString(),
});

export interface DialectsServer {
  readonly url: () => string;
  readonly rpcPort: number;
  /** The owner's. */
  readonly token: string;
}

/** So many at once for `ms`, at most `most`; per second. */
type Load = (connections: number, ms: number, most?: number) => Promise<number>;

interface Api {
  /** Everybody in a group is muted, or not any more; where there is no such command, the group is renamed. */
  readonly command: (next: () => Turn) => Load;
  readonly list: Load;
}

interface Turn {
  readonly groupId: string;
  /** The other way round in the next pass over the groups, so that every command writes an event. */
  readonly odd: boolean;
}

/** How long one signature is used, ms, of the 120 s for which it is good. */
const SIGNED_MS = 60_000;

function apisAt({ url, rpcPort, token }: DialectsServer): Readonly<Record<ApiName, Api>> {
  const bearer = { Authorization: `Bearer ${token}` };
  const im = { token, operationID: 'bench' };
  const cookie = { Cookie: `rong_im_auth=${token}` };
  let signed = { at: -Infinity, header: '' };
  const signature = (): Readonly<Record<string, string>> => {
    const now = Date.now();
    if (now - signed.at > SIGNED_MS) signed = { at: now, header: owner.sign(`${now.toString()}*`) };
    return { 'FZM-SIGNATURE': signed.header };
  };
  const tencent = (command: string): string => {
    const who = `sdkappid=${SDKAPPID.toString()}&identifier=${BACKEND}&usersig=${userSigOf(BACKEND, { expire: 86_400 })}`;
    return `/v4/group_open_http_svc/${command}?${who}&random=1&contenttype=json`;
  };
  const base = tencent('modify_group_base_info');
  const members = tencent('get_group_member_info');
  const page = { groupID: LIST_GROUP, filter: 0, pagination: { pageNumber: 1, showNumber: LISTED } };

  const overWire = (
    check: (answer: Answer) => void,
    command: (turn: Turn) => Buffer,
    list: () => Buffer,
  ): Readonly<Api> => {
    const load = (next: () => Buffer): Load => {
      return (connections, ms, most) => overHttp(url(), connections, ms, next, check, most);
    };
    return { command: (next) => load(() => command(next())), list: load(list) };
  };

  return {
    v1: overWire(
      hasStatus200,
      ({ groupId, odd }) => wire(odd ? 'DELETE' : 'PUT', `/v1/groups/${groupId}/mute`, bearer, odd ? undefined : {}),
      () => wire('GET', `/v1/groups/${LIST_GROUP}/members?limit=${LISTED.toString()}`, bearer),
    ),
    openim: overWire(
      startsWith('{"errCode":0,'),
      ({ groupId: groupID, odd }) =>
        wire('POST', `/openim/group/${odd ? 'cancel_mute_group' : 'mute_group'}`, im, { groupID }),
      () => wire('POST', '/openim/group/get_group_member_list', im, page),
    ),
    sealtalk: overWire(
      startsWith('{"code":200'),
      ({ groupId, odd }) => wire('POST', '/sealtalk/group/mute_all', cookie, { groupId, muteStatus: odd ? 0 : 1 }),
      () => wire('GET', `/sealtalk/group/${LIST_GROUP}/members`, cookie),
    ),
    dtalk: overWire(
      startsWith('{"result":0,'),
      ({ groupId: idStr, odd }) => wire('POST', '/dtalk/app/muteType', signature(), { idStr, muteType: odd ? 0 : 1 }),
      () => wire('POST', '/dtalk/app/group-member-list', signature(), { idStr: LIST_GROUP }),
    ),
    tencent: overWire(
      startsWith('{"ActionStatus":"OK"'),
      ({ groupId: GroupId, odd }) => wire('POST', base, {}, { GroupId, MuteAllMember: odd ? 'Off' : 'On' }),
      () => wire('POST', members, {}, { GroupId: LIST_GROUP, Limit: LISTED }),
    ),
    rpc: overRpc(new RpcLoad(`127.0.0.1:${rpcPort.toString()}`)),
  };
}

function overRpc(load: RpcLoad): Api {
  const by = { OperationID: 'bench', OpUserID: DIALECTS_OWNER };
  const listed = load.wire('getGroupAllMember', { ...by, GroupID: LIST_GROUP });
  const renamed = (reply: Buffer): void => {
    const read = load.read('setGroupInfo', reply) as { CommonResp: { ErrCode: number } };
    if (read.CommonResp.ErrCode !== 0) throw new Error(`an unexpected reply: ${JSON.stringify(read)}`);
  };
  const hasAll = (reply: Buffer): void => {
    // To read each of them costs more than to ask for it.
    if (reply.length < LISTED * DIALECTS_OWNER.length) throw new Error(`a list of ${reply.length.toString()} bytes`);
  };
  return {
    command: (next) => {
      const rename = (): Buffer => {
        const { groupId: groupID, odd } = next();
        return load.wire('setGroupInfo', { ...by, GroupInfo: { groupID, groupName: odd ? 'This' : 'That' } });
      };
      return (connections, ms, most) => load.calls('setGroupInfo', connections, ms, rename, renamed, most);
    },
    list: (connections, ms, most) => load.calls('getGroupAllMember', connections, ms, () => listed, hasAll, most),
  };
}

/** Few, and more than are served at once. */
const COMMANDING = [CONNECTIONS, 4 * CONNECTIONS] as const;

export function dialectRows(server: DialectsServer): Row[] {
  const apis = apisAt(server);
  const commands = new Map(APIS.map((name) => [name, apis[name].command(oneAfterTheOther(name))]));
  const side = (name: ApiName, load: Load, connections = CONNECTIONS): Side => ({
    name: name === 'rpc' ? 'Parley, OpenIM v2 by gRPC' : `Parley /${name}`,
    run: (ms: number) => load(connections, ms),
  });
  const command = (name: ApiName): Load => commands.get(name) ?? raise();
  return DIALECTS.flatMap((name): Row[] => {
    const bars = [{ peer: 'Parley /v1', bar: BARS[name] }];
    const what = name === 'rpc' ? 'rename' : 'mute all, and end it';
    return [
      ...COMMANDING.map((connections): Row => ({
        name: `HTTP command (${what}) of ${name} beside /v1's, ${connections.toString()} connections`,
        unit: 'ops/s',
        // A server that has been running knows its groups.
        prepare: async () => {
          for (const each of [name, 'v1'] as const) await command(each)(CONNECTIONS, Infinity, GROUPS);
        },
        sides: [side(name, command(name), connections), side('v1', command('v1'), connections)],
        bars,
      })),
      {
        name: `HTTP list of ${LISTED.toString()} members of ${name} beside /v1's, ${CONNECTIONS.toString()} connections`,
        unit: 'ops/s',
        sides: [side(name, apis[name].list), side('v1', apis.v1.list)],
        bars,
      },
    ];
  });
}

function oneAfterTheOther(name: ApiName): () => Turn {
  const groups = groupsOf(name);
  let turn = 0;
  return () => ({ groupId: groups[turn % GROUPS] ?? raise(), odd: Math.floor(turn++ / GROUPS) % 2 === 1 });
}

const raise = (): never => {
  throw new Error('no such request');
};

function unexpected({ status, body }: Answer): never {
  throw new Error(`an unexpected answer: ${status.toString()} ${body.slice(0, 500)}`);
}

function hasStatus200(answer: Answer): void {
  if (answer.status !== 200) unexpected(answer);
}

const startsWith =
  (part: string) =>
  (answer: Answer): void => {
    if (answer.status !== 200 || !answer.body.startsWith(part)) unexpected(answer);
  };
