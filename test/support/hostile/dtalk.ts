import { codes, type CodeName } from '../../../api/dialects/dtalk/codes.js';
import type { Operation } from '../../../api/dialects/dtalk/operation.js';
import { dtalkOperations } from '../../../api/dialects/dtalk/operations.js';
import type { DtalkServices } from '../../../api/dialects/dtalk/services.js';
import { type DtalkAnswer, DtalkClient } from '../dtalk-client.js';
import { newSigner } from '../dtalk-signer.js';
import { type Case, type DialectFixture, type DialectUnderAttack, groupOf, type Request } from './dialect-requests.js';
import { eventually } from '../eventually.js';
import { dtalkSigner } from './dtalk-people.js';
import type { Who, World } from './world.js';

// Declarations only: their handlers are never called here.
const operations = dtalkOperations({} as DtalkServices);
const GROUPS = 'dt-';

const addressOf = (who: Who): string => dtalkSigner(who).address;

/** Of the group of each operation that is about one: his who has asked to come in. */
const applications = new Map<string, string>();
const OF_ANOTHER = 'nothing';

const outsiders = { outsider: 'notInGroup' } as const;
const managers = { outsider: 'notInGroup', member: 'adminNeeded' } as const;
const owners = { outsider: 'notInGroup', member: 'ownerNeeded', admin: 'ownerNeeded' } as const;
const setsAdmins = { outsider: 'notInGroup', member: 'ownerSetsAdmins', admin: 'ownerSetsAdmins' } as const;
const ANYBODY = 'anybody may';

/** What managers set. */
const setting = (more: object): DialectFixture => ({
  as: 'admin',
  body: (idStr) => ({ idStr, ...more }),
  mayNot: managers,
  writes: true,
});
const reading = (as: Who, mayNot: DialectFixture['mayNot'], more: object = {}): DialectFixture => ({
  as,
  body: (idStr) => ({ idStr, ...more }),
  mayNot,
  dismissed: 'groupDisbanded',
  writes: false,
});
const answering: DialectFixture = {
  as: 'admin',
  body: (id) => ({ id, applyId: applications.get(id) ?? OF_ANOTHER }),
  mayNot: managers,
  unknownGroup: 'noSuchApplication',
  dismissed: 'noSuchApplication',
  suspended: 'noSuchApplication',
  writes: true,
};

/** One for each operation, in the order in which they are tried. */
const fixtures: Readonly<Record<string, DialectFixture>> = {
  '/create-group': {
    as: 'owner',
    body: () => ({ name: 'New', avatar: 'a', introduce: 'i', memberIds: [addressOf('member')] }),
    mayNot: ANYBODY,
    writes: true,
  },
  '/name': setting({ name: 'Chess', publicName: 'Chess club' }),
  '/avatar': setting({ avatar: 'https://x.example/a.png' }),
  '/update-group-introduce': setting({ introduce: 'who we are' }),
  '/joinType': setting({ joinType: 1 }),
  '/friendType': setting({ friendType: 1 }),
  '/muteType': setting({ muteType: 1 }),
  '/update-group-maximum': {
    as: 'owner',
    body: (idStr) => ({ idStr, maximum: 300 }),
    mayNot: owners,
    writes: true,
  },
  '/update-group-status': {
    as: 'root',
    body: (idStr) => ({ idStr, status: 1 }),
    mayNot: { outsider: 'higherRoleNeeded', owner: 'higherRoleNeeded' },
    suspended: 'allowed',
    writes: true,
  },
  '/group-disband': {
    as: 'owner',
    body: (idStr) => ({ idStr }),
    mayNot: owners,
    unknownGroup: 'notInGroup',
    dismissed: 'notInGroup',
    writes: true,
  },
  '/invite-group-members': {
    as: 'member',
    body: (idStr) => ({ idStr, newMemberIds: [addressOf('newcomer')] }),
    mayNot: outsiders,
    writes: true,
  },
  '/join-group': {
    as: 'outsider',
    body: (idStr) => ({ idStr, inviterId: addressOf('member') }),
    mayNot: ANYBODY,
    users: { '/inviterId': { another: 'it is his word alone', nobody: { code: 'notInGroup' } } },
    writes: true,
  },
  '/group-exit': {
    as: 'member2',
    body: (idStr) => ({ idStr }),
    mayNot: { outsider: 'notInGroup', owner: 'ownerCannotExit' },
    suspended: 'allowed',
    writes: true,
  },
  '/group-remove': {
    as: 'admin',
    body: (idStr) => ({ idStr, memberIds: [addressOf('member2')] }),
    mayNot: managers,
    lookedThrough: ['/memberIds'],
    writes: true,
  },
  '/change-owner': {
    as: 'owner',
    body: (idStr) => ({ idStr, memberId: addressOf('member') }),
    mayNot: owners,
    writes: true,
  },
  '/member/type': {
    as: 'owner',
    body: (idStr) => ({ idStr, memberId: addressOf('member2'), memberType: 1 }),
    mayNot: setsAdmins,
    writes: true,
  },
  '/member/name': {
    as: 'member',
    body: (idStr) => ({ idStr, memberName: 'Mim' }),
    mayNot: outsiders,
    writes: true,
  },
  '/member/muteTime': setting({ memberIds: [addressOf('member')], muteTime: 60_000 }),
  '/group-info': reading('member', outsiders),
  '/group-pub-info': reading('outsider', ANYBODY),
  'GET /group-list': { as: 'member', mayNot: ANYBODY, writes: false },
  '/group-search': {
    as: 'outsider',
    body: (query) => ({ tp: 1, query }),
    mayNot: ANYBODY,
    unknownGroup: 'allowed',
    dismissed: 'groupDisbanded',
    lookedThrough: ['/query'],
    writes: false,
  },
  '/group-member-list': reading('member', outsiders),
  '/group-member-info': reading('member', outsiders, { memberId: addressOf('owner') }),
  '/mute-list': reading('admin', managers),
  '/create-group-apply': {
    as: 'asker',
    body: (id) => ({ id, applyNote: 'please' }),
    mayNot: ANYBODY,
    writes: true,
  },
  '/accept-group-apply': answering,
  '/reject-group-apply': {
    ...answering,
    body: (id, world) => ({ ...answering.body?.(id, world), rejectReason: 'full' }),
  },
  '/get-group-apply': { ...answering, as: 'asker', writes: false },
  '/get-group-applys': {
    ...reading('admin', managers),
    body: (id) => ({ id, count: 10 }),
  },
};

const signed = (value: string): Pick<Request, 'credential'> => ({ credential: { 'fzm-signature': value } });

function byStrangers(): Promise<Case[]> {
  const now = Date.now();
  const [one, other] = [newSigner(), newSigner()];
  const at = (ms: number): string => one.sign(`${ms.toString()}*`);
  const bad = 'badSignature';
  const late = 'signatureExpired';
  return Promise.resolve([
    { what: 'no signature', change: { as: undefined }, codes: bad },
    { what: 'a signature that is none', change: signed('a#b*#c'), codes: bad },
    {
      what: "a signature with another's key",
      change: signed(at(now).replace(one.publicKey, other.publicKey)),
      codes: bad,
    },
    {
      what: 'a signature of another time',
      change: signed(at(now).replace(now.toString(), (now + 1).toString())),
      codes: bad,
    },
    { what: 'the signature of tests', change: signed('MOCK'), codes: bad },
    { what: 'an old signature', change: signed(at(now - 130_000)), codes: late },
    { what: 'a signature of tomorrow', change: signed(at(now + 600_000)), codes: late },
  ]);
}

/** An idempotency key that can't be one. */
const beside = (_world: World, { path }: Operation): Case[] =>
  path === '/create-group'
    ? [{ what: 'a key with a space', change: { headers: { 'idempotency-key': 'a b' } }, codes: 'badParameters' }]
    : [];

async function prepare(world: World): Promise<void> {
  const client = new DtalkClient(`${world.v1.url}/dtalk`);
  const everybody: readonly Who[] = ['owner', 'admin', 'member', 'member2', 'outsider', 'asker', 'newcomer', 'root'];
  await Promise.all(everybody.map((who) => client.done('/group-list', undefined, dtalkSigner(who))));
  const made = [...operations.map((op) => groupOf(dtalkUnderAttack, op)), `${GROUPS}dismissed`, `${GROUPS}suspended`];
  await Promise.all(
    made.map((groupId) =>
      world.done('POST', '/groups', 'root', {
        groupId,
        preset: 'dtalk',
        name: 'Book club',
        ownerId: addressOf('owner'),
        admins: [addressOf('admin')],
        members: [addressOf('member'), addressOf('member2')],
      }),
    ),
  );
  await client.done('/group-disband', { idStr: `${GROUPS}dismissed` }, dtalkSigner('owner'));
  await client.done('/update-group-status', { idStr: `${GROUPS}suspended`, status: 1 }, dtalkSigner('root'));
  for (const op of operations.filter(({ path }) => /-group-apply$/.test(path) && path !== '/create-group-apply')) {
    const id = groupOf(dtalkUnderAttack, op);
    await client.done('/joinType', { idStr: id, joinType: 2 }, dtalkSigner('owner'));
    await client.done('/create-group-apply', { id }, dtalkSigner('asker'));
    // So many groups that were made at once by another API may take the lists a moment.
    await eventually(async () => {
      const { applys } = await client.done<{ applys: { applyId: string }[] }>(
        '/get-group-applys',
        { id, count: 1 },
        dtalkSigner('owner'),
      );
      const [application] = applys;
      if (application === undefined) return false;
      applications.set(id, application.applyId);
      return true;
    });
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Where it is one of 002's. */
  readonly envelope: DtalkAnswer<object> | undefined;
}

async function send(world: World, { method, path }: Operation, request: Request): Promise<Answer> {
  const { as, body, headers, credential = {} } = request;
  const client = new DtalkClient(`${world.v1.url}/dtalk`);
  const caller = as === undefined ? '' : dtalkSigner(as);
  const sent = method === 'GET' ? undefined : body;
  const { status, text } = await client.send(path, sent, caller, { method, headers: { ...headers, ...credential } });
  return {
    status,
    text,
    envelope: status === 200 ? (JSON.parse(text) as DtalkAnswer) : undefined,
  };
}

function wrongOf({ status, text, envelope }: Answer, allowed: readonly string[]): string {
  if (envelope === undefined || Object.keys(envelope).join() !== 'result,message,data') {
    return `HTTP ${status.toString()} ${text.slice(0, 300)}`;
  }
  const { result, message, data } = envelope;
  const found = allowed.some((name) => {
    const [number, said] = codes[name as CodeName];
    return number === result && (message === said || message.startsWith(`${said}:`));
  });
  return found && JSON.stringify(data) === '{}' ? '' : text.slice(0, 300);
}

/** 002, for the tests of hostile input. */
export const dtalkUnderAttack: DialectUnderAttack<Operation, Answer> = {
  name: '002',
  operations,
  fixtures,
  reads: { nulls: 'absent', unknownMembers: 'ignored' },
  usual: {
    input: 'badParameters',
    // What is well formed and nobody's is told so.
    text: ['badParameters', 'otherNotInGroup', 'noSuchApplication', 'adminNeeded'],
    letThrough: Object.keys(codes).filter((name) => name !== 'inner'),
    unknownGroup: 'noSuchGroup',
    dismissedGroup: 'groupDisbanded',
    suspendedGroup: 'groupBlocked',
  },
  groups: GROUPS,
  prepare,
  send,
  isDone: ({ envelope }) => envelope?.result === 0,
  wrongOf,
  saysForm: ({ envelope }) => envelope?.result === codes.badParameters[0],
  byStrangers,
  beside,
};
