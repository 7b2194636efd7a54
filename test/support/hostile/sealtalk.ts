import type { Operation } from '../../../api/dialects/sealtalk/operation.js';
import { sealtalkOperations } from '../../../api/dialects/sealtalk/operations.js';
import type { SealtalkServices } from '../../../api/dialects/sealtalk/services.js';
import { nameOf } from '../../../api/dialects/shared/operation.js';
import { SEALTALK_TEST_CODE, type SealtalkAnswer, SealtalkClient } from '../sealtalk-client.js';
import {
  type Case,
  type DialectUnderAttack,
  groupOf,
  type Json,
  type Request,
  type RightRequest,
} from './dialect-requests.js';
import { hostileQueries } from './queries.js';
import { schemaOf } from './schemas.js';
import { ABSENT, ILLEGAL } from './sealtalk-fields.js';
import {
  NO_GROUP,
  PASSWORD,
  phones,
  sealtalkFixtures,
  type SealtalkFixture,
  SUSPENDED,
  verificationTokens,
} from './sealtalk-fixtures.js';
import type { Who, World } from './world.js';

// Declarations only: their handlers are never called here.
const operations = sealtalkOperations({} as SealtalkServices);
const GROUPS = 'st-';
/** The server's default. */
const COOKIE = 'rong_im_auth';
const DAY = 86_400_000;

const NOT_LOGGED_IN = '403 Not loged in.';
const NO_COOKIE_OF_OURS = '403 Invalid cookie value!';

const fixtureOf = (op: Operation): SealtalkFixture => sealtalkFixtures[nameOf(op)] ?? { mayNot: '', writes: false };
/** A whole query stands under the name that none has. */
const WHOLE = '';

async function byStrangers(world: World, op: Operation, right: RightRequest): Promise<Case[]> {
  if (op.access === 'public') {
    // They are good for minutes, and other operations are tried before.
    await world.codesAreOf(1);
    return [];
  }
  const bad = await world.badTokens();
  const cookie = (token: string): Pick<Request, 'credential'> => ({ credential: { cookie: `${COOKIE}=${token}` } });
  const fixture = fixtureOf(op);
  const { stranger = fixture.unknownGroup ?? NO_GROUP } = fixture;
  return [
    { what: 'no cookie', change: { as: undefined }, codes: NOT_LOGGED_IN },
    { what: 'no cookie and no body', change: { as: undefined, body: '{' }, codes: NOT_LOGGED_IN },
    { what: 'another cookie', change: { credential: { cookie: `other=${bad.expired}` } }, codes: NOT_LOGGED_IN },
    { what: 'a session that has ended', change: cookie(world.tokens.gone), codes: NOT_LOGGED_IN },
    { what: 'one that has expired', change: cookie(bad.expired), codes: NOT_LOGGED_IN },
    { what: 'a forged one', change: cookie(bad.badSignature), codes: NO_COOKIE_OF_OURS },
    { what: 'what is none', change: cookie(bad.malformed), codes: NO_COOKIE_OF_OURS },
    { what: 'an unsigned one', change: cookie(bad.unsigned), codes: NO_COOKIE_OF_OURS },
    ...(stranger === 'allowed'
      ? []
      : [{ what: "another tenant's", change: cookie(world.tokens.stranger), codes: stranger }]),
    ...(op.method === 'GET'
      ? []
      : [
          {
            what: 'for a page of another site',
            change: { as: right.as, headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } },
            codes: '403 This page may not act for you.',
          },
        ]),
  ];
}

/** Ids in a path as nobody writes them who means well. */
const PATHS = ['no%20id', '%00', '..%2f..%2fetc', 'x'.repeat(2_000), '%3Cscript%3E', 'nobody-at-all', '%F0%9F%98%80'];
const BROKEN_PATHS = ['%E0%A4%A', '%ff', '%'];

const withField = (body: Json, name: string, value: unknown): Json =>
  value === ABSENT
    ? Object.fromEntries(Object.entries(body).filter(([other]) => other !== name))
    : { ...body, [name]: value };

function beside(_world: World, op: Operation, right: RightRequest): Case[] {
  const { fields = {}, mayNot, unknown, queries = ['200'], more = [] } = fixtureOf(op);
  const told = (where: string): string[] =>
    Object.keys(right.body)
      .filter((name) => !(name in fields))
      .map((name) => `${where} ${name}`);
  if (told('').length > 0) throw new Error(`${nameOf(op)}: nothing is said of${told('').join()}`);
  const cases: Case[] = [...more];
  for (const [name, field] of Object.entries(fields)) {
    for (const { what, value, said } of field.wrong(name)) {
      const body = withField(right.body, name, value);
      cases.push({ what: `${name}: ${what}`, change: { body }, codes: said });
    }
    const [[who, said] = []] = typeof mayNot === 'string' ? [] : Object.entries(mayNot);
    if (field.atLimit !== undefined && who !== undefined && said !== undefined) {
      const change = { as: who as Who, body: { ...right.body, [name]: field.atLimit } };
      cases.push({ what: `${name}: as long as may be, by ${who}`, change, codes: said });
    }
  }
  if (op.method !== 'GET') return cases;
  for (const name of Object.keys(right.params)) {
    for (const text of unknown === undefined ? [] : PATHS) {
      cases.push({
        what: `the path's ${name} ${text.slice(0, 60)}`,
        change: { params: { ...right.params, [name]: text } },
        codes: text === '%00' ? ILLEGAL : (unknown ?? ''),
      });
    }
    for (const text of BROKEN_PATHS) {
      const change = { params: { ...right.params, [name]: text } };
      cases.push({ what: `the path's ${name} ${text}`, change, codes: '400 The path has a broken escape.' });
    }
  }
  const names = Object.keys(schemaOf(op.Query).properties ?? { id: {} });
  for (const query of hostileQueries(names)) {
    cases.push({ what: query.slice(0, 60), change: { query: { [WHOLE]: query } }, codes: queries });
  }
  return cases;
}

async function prepare(world: World): Promise<void> {
  const base = `${world.v1.url}/sealtalk`;
  const made = [...operations.map((op) => groupOf({ groups: GROUPS }, op)), `${GROUPS}dismissed`, `${GROUPS}suspended`];
  await Promise.all(
    made.map((groupId) =>
      world.done('POST', '/groups', 'root', {
        groupId,
        preset: 'sealtalk',
        name: 'Book club',
        ownerId: 'owner',
        admins: ['admin'],
        members: ['member', 'member2'],
        // Old enough to be copied.
        createdAt: new Date(Date.now() - 8 * DAY).toISOString(),
      }),
    ),
  );
  await clientOf(world, 'owner').done('POST', '/group/dismiss', { groupId: `${GROUPS}dismissed` });
  await world.done('PUT', `/groups/${GROUPS}suspended/suspension`, 'root', { mode: 'blocked' });
  const people = ['bea', 'eli', 'fay', 'gus', 'hal', 'ida'];
  await world.im.people(...people);
  const friendship = { ownerUserID: 'amy', friendUserIDs: ['eli', 'fay', 'gus'] };
  await world.im.done('/friend/import_friend', friendship, { headers: { token: world.tokens.root } });
  await clientOf(world, 'amy').done('POST', '/user/add_to_blacklist', { friendId: 'ida' });

  await Promise.all(
    [phones.known, phones.forgetful].map((phone) => SealtalkClient.registered(base, 'Known', phone, PASSWORD)),
  );
  await world.codesAreOf(61);
  const person = new SealtalkClient(base);
  for (const phone of [phones.shown, phones.shown2, phones.newcomer, phones.forgetful]) {
    await person.done('POST', '/user/send_code', { region: '86', phone });
  }
  for (const phone of [phones.newcomer, phones.forgetful]) {
    const body = { region: '86', phone, code: SEALTALK_TEST_CODE };
    const { verification_token: token } = await person.done<{ verification_token: string }>(
      'POST',
      '/user/verify_code',
      body,
    );
    verificationTokens.set(phone, token);
  }
}

function clientOf(world: World, who: Who): SealtalkClient {
  const client = new SealtalkClient(`${world.v1.url}/sealtalk`);
  client.cookie = `${COOKIE}=${world.tokens[who]}`;
  return client;
}

async function send(world: World, { method, path }: Operation, request: Request): Promise<SealtalkAnswer> {
  const { as, credential = {}, params, query, body, headers } = request;
  const client = new SealtalkClient(`${world.v1.url}/sealtalk`);
  const { [WHOLE]: whole, ...named } = query as Readonly<Record<string, string>>;
  const asked = whole ?? new URLSearchParams(named).toString();
  // They stand in it as they are sent, escapes and all.
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  const answer = await client.call(
    method,
    asked === '' ? place : `${place}?${asked}`,
    method === 'GET' ? undefined : body,
    {
      cookie: as === undefined ? undefined : `${COOKIE}=${world.tokens[as]}`,
      headers: { ...headers, ...credential },
    },
  );
  // What is read may be long, and is nobody's to see here.
  return { ...answer, result: undefined };
}

const saidBy = ({ status, text, code }: SealtalkAnswer): string =>
  status !== 200 ? `${status.toString()} ${text}` : code === 200 ? '200' : `200 {${code.toString()}}`;

/** `…` stands for an id or a number, which the original shows there. */
const isSaid = (said: string, code: string): boolean => {
  const [head = '', tail] = code.split('…');
  if (tail === undefined) return said === code;
  return (
    said.startsWith(head) &&
    said.endsWith(tail) &&
    /^[\w.@#:-]{1,64}$/.test(said.slice(head.length, said.length - tail.length))
  );
};

function wrongOf(answer: SealtalkAnswer, codes: readonly string[]): string {
  const said = saidBy(answer);
  if (!codes.some((code) => isSaid(said, code))) return `${said.slice(0, 300)} instead of ${codes.join(' or ')}`;
  const type = answer.headers.get('content-type');
  const right = answer.status === 200 ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
  return type === right ? '' : `${String(type)} of ${said}`;
}

/** 004, for the tests of hostile input. */
export const sealtalkUnderAttack: DialectUnderAttack<Operation, SealtalkAnswer> = {
  name: '004',
  operations,
  fixtures: sealtalkFixtures,
  reads: { nulls: 'wrong', unknownMembers: 'ignored' },
  usual: {
    input: [
      '400 The body is not JSON.',
      '400 The body is not a JSON object.',
      '400 Illegal parameter .',
      '413 The body is too large.',
      '400 The body could not be read.',
    ],
    // Its classes say nothing of bodies: what can be wrong with them is in the fixtures.
    text: [],
    letThrough: [],
    unknownGroup: NO_GROUP,
    dismissedGroup: NO_GROUP,
    suspendedGroup: SUSPENDED,
  },
  groups: GROUPS,
  prepare,
  send,
  isDone: ({ code }) => code === 200,
  wrongOf,
  saysForm: () => false,
  byStrangers: (world, op, right) => byStrangers(world, op, right),
  beside,
};
