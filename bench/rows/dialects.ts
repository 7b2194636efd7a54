import { newSigner } from '../../test/support/dtalk-signer.js';
import type { Row } from '../harness.js';
import { type Answer, overHttp, wire } from '../http-load.js';
import type { SeededGroup } from '../seed.js';

/** One command and one list of each API, beside each other: the same groups, the same person, the same work. */

const GROUPS = 2_000;
const LISTED = 100;
const CONNECTIONS = 64;
const LIST_GROUP = 'listed';

/** Who owns the groups: by a key in dtalk, by a token elsewhere. */
const owner = newSigner();
export const DIALECTS_OWNER = owner.address;

const APIS = ['v1', 'openim', 'sealtalk', 'dtalk'] as const;
type ApiName = (typeof APIS)[number];

const groupsOf = (api: ApiName): string[] => Array.from({ length: GROUPS }, (_, n) => `${api}${n.toString()}`);

/** To be seeded before. */
export const dialectGroups = (): SeededGroup[] => [
  ...APIS.flatMap(groupsOf).map((groupId) => ({ groupId, members: 2, owner: DIALECTS_OWNER })),
  { groupId: LIST_GROUP, members: LISTED, owner: DIALECTS_OWNER },
];

interface Api {
  /** Everybody in a group is muted, or not any more. */
  readonly mute: (groupId: string, muted: boolean) => Buffer;
  readonly list: () => Buffer;
  readonly check: (answer: Answer) => void;
}

/** How long one signature is used, ms, of the 120 s for which it is good. */
const SIGNED_MS = 60_000;

function apisFor(token: string): Readonly<Record<ApiName, Api>> {
  const bearer = { Authorization: `Bearer ${token}` };
  const im = { token, operationID: 'bench' };
  const cookie = { Cookie: `rong_im_auth=${token}` };
  let signed = { at: -Infinity, header: '' };
  const signature = (): Readonly<Record<string, string>> => {
    const now = Date.now();
    if (now - signed.at > SIGNED_MS) signed = { at: now, header: owner.sign(`${now.toString()}*`) };
    return { 'FZM-SIGNATURE': signed.header };
  };
  const page = { groupID: LIST_GROUP, filter: 0, pagination: { pageNumber: 1, showNumber: LISTED } };
  return {
    v1: {
      mute: (id, muted) => wire(muted ? 'PUT' : 'DELETE', `/v1/groups/${id}/mute`, bearer, muted ? {} : undefined),
      list: () => wire('GET', `/v1/groups/${LIST_GROUP}/members?limit=${LISTED.toString()}`, bearer),
      check: hasStatus200,
    },
    openim: {
      mute: (groupID, muted) =>
        wire('POST', muted ? '/openim/group/mute_group' : '/openim/group/cancel_mute_group', im, { groupID }),
      list: () => wire('POST', '/openim/group/get_group_member_list', im, page),
      check: startsWith('{"errCode":0,'),
    },
    sealtalk: {
      mute: (groupId, muted) =>
        wire('POST', '/sealtalk/group/mute_all', cookie, { groupId, muteStatus: muted ? 1 : 0 }),
      list: () => wire('GET', `/sealtalk/group/${LIST_GROUP}/members`, cookie),
      check: startsWith('{"code":200'),
    },
    dtalk: {
      mute: (idStr, muted) => wire('POST', '/dtalk/app/muteType', signature(), { idStr, muteType: muted ? 1 : 0 }),
      list: () => wire('POST', '/dtalk/app/group-member-list', signature(), { idStr: LIST_GROUP }),
      check: startsWith('{"result":0,'),
    },
  };
}

/**
 * A dialect's command mostly answers when the lists show it, which takes a turn of the projections: how long somebody waits shows
 * with few connections, what the server can do with as many as keep it busy meanwhile.
 */
const COMMANDING = [CONNECTIONS, 4 * CONNECTIONS] as const;

export function dialectRows(url: () => string, token: string): Row[] {
  const apis = apisFor(token);
  const commands = Object.fromEntries(APIS.map((name) => [name, oneAfterTheOther(name, apis[name])]));
  const side = (name: ApiName, next: () => Buffer, connections = CONNECTIONS) => ({
    name: `Parley /${name}`,
    run: (ms: number) => overHttp(url(), connections, ms, next, apis[name].check),
  });
  const bars = [{ peer: 'Parley /v1', bar: 0.8 }];
  return APIS.filter((name) => name !== 'v1').flatMap((name): Row[] => [
    ...COMMANDING.map((connections): Row => ({
      name: `HTTP command (mute all, and end it) of ${name} beside /v1's, ${connections.toString()} connections`,
      unit: 'ops/s',
      // A server that has been running knows its groups.
      prepare: async () => {
        for (const each of [name, 'v1'] as const) {
          await overHttp(url(), CONNECTIONS, Infinity, commands[each] ?? raise, apis[each].check, GROUPS);
        }
      },
      sides: [side(name, commands[name] ?? raise, connections), side('v1', commands['v1'] ?? raise, connections)],
      bars,
    })),
    {
      name: `HTTP list of ${LISTED.toString()} members of ${name} beside /v1's, ${CONNECTIONS.toString()} connections`,
      unit: 'ops/s',
      sides: [side(name, apis[name].list), side('v1', apis.v1.list)],
      bars,
    },
  ]);
}

/** Muting in one pass over the groups and ending it in the next, so that every command writes an event. */
function oneAfterTheOther(name: ApiName, { mute }: Api): () => Buffer {
  const groups = groupsOf(name);
  let turn = 0;
  return () => mute(groups[turn % GROUPS] ?? raise(), Math.floor(turn++ / GROUPS) % 2 === 0);
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
