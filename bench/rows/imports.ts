import { randomBytes } from 'node:crypto';
import { startParley } from '../../test/support/parley-process.js';
import { SDKAPPID, tencentApps, userSigOf } from '../../test/support/tencent-client.js';
import type { Row } from '../harness.js';
import { type Answer, Connection, wire } from '../http-load.js';
import { newLog } from '../log.js';
import { residentMiB } from '../processes.js';
import { memberId, OWNER, Seed, TENANT } from '../seed.js';

/** A migration from elsewhere by Tencent's commands, as a back end makes it: groups, then messages, then members. */

const BACKEND = 'backend';
/** As many as work beside each other, each on groups of its own. */
const CONNECTIONS = 16;
/** Of one request. */
const MEMBERS = 300;
const MESSAGES = 7;
/** Of one group. */
const MOST_MEMBERS = 10_000 - 1;
const LEAST_A_SECOND = 5_000;
const GROWTH_LIMIT_MIB = 64;
const CREATED = 1_448_357_837;
/** Its lists catch up with the people first. */
const STARTED_WITHIN_MS = 120_000;

/** On a server in a process of its own, which `closers` end. @param items how many members, and how many messages */
export async function importRows(url: string, closers: (() => Promise<unknown>)[], items: number): Promise<Row[]> {
  const groups = Math.max(CONNECTIONS, Math.ceil(items / MOST_MEMBERS));
  const inEach = Math.ceil(items / groups);
  const masterKey = randomBytes(32);
  // The same people are in each group.
  await seeded(url, masterKey, inEach + 1);
  const parley = await startParley(
    {
      DATABASE_URL: url,
      DEFAULT_TENANT: TENANT,
      PARLEY_MASTER_KEY: masterKey.toString('base64'),
      PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
      TENCENT_APPS: tencentApps('another'),
      PARLEY_APP_ADMINS: BACKEND,
      COMMANDS_AT_ONCE: '1000000',
      COMMANDS_PER_SECOND: '1000000',
    },
    STARTED_WITHIN_MS,
  );
  closers.push(() => parley.end());
  /** Of the first time that so much came, and of the times after it, MiB. */
  const highest = { first: 0, again: 0 };
  let made = 0;

  /** Into groups that nobody else has; per second. */
  const importing = (command: string, bodies: (GroupId: string, inEach: number) => Iterable<object>, wrong: RegExp) => {
    let run = 0;
    return async (): Promise<number> => {
      const named = Array.from({ length: groups }, () => `imported-${(made++).toString()}`);
      await each(parley.url, named, /"FAIL"/, (GroupId) => [
        request('import_group', { GroupId, Type: 'ChatRoom', Name: 'x', Owner_Account: OWNER, CreateTime: CREATED }),
      ]);
      const of = run++ === 0 ? 'first' : 'again';
      const watching = setInterval(() => {
        highest[of] = Math.max(highest[of], residentMiB(parley.pid));
      }, 200);
      const start = performance.now();
      try {
        await each(parley.url, named, wrong, function* (group) {
          for (const body of bodies(group, inEach)) yield request(command, body);
        });
        return (groups * inEach * 1_000) / (performance.now() - start);
      } finally {
        clearInterval(watching);
      }
    };
  };
  const messages = importing('import_group_msg', messagesOf, /"FAIL"|"Result":[1-9]/);
  const members = importing('import_group_member', membersOf, /"FAIL"|"Result":[02]/);

  const count = items.toLocaleString('en-US');
  const bar = `the bar: ${LEAST_A_SECOND.toLocaleString('en-US')} a second`;
  const flat = `the first time, and ${GROWTH_LIMIT_MIB.toString()} MiB`;
  const once = { rounds: 1, warmMs: 0 };
  const connections = `${CONNECTIONS.toString()} connections`;
  return [
    {
      name: `Imports: ${count} messages by import_group_msg, ${MESSAGES.toString()} in a request, ${connections}`,
      unit: 'ops/s',
      plan: once,
      sides: [{ name: 'Parley, messages a second', run: messages }],
      bars: [],
    },
    {
      name: `Imports: ${count} members by import_group_member, ${MEMBERS.toString()} in a request, ${connections}`,
      unit: 'ops/s',
      plan: once,
      sides: [
        { name: 'Parley, members a second', run: members },
        { name: bar, run: () => Promise.resolve(LEAST_A_SECOND) },
      ],
      bars: [{ peer: bar, bar: 1 }],
    },
    {
      name: 'Imports: highest resident memory while as many come again',
      unit: 'MiB',
      plan: once,
      sides: [
        { name: 'Parley', run: () => Promise.resolve(highest.again) },
        { name: flat, run: () => Promise.resolve(highest.first + GROWTH_LIMIT_MIB) },
      ],
      bars: [{ peer: flat, bar: 1 }],
    },
  ];
}

function* messagesOf(GroupId: string, count: number): Iterable<object> {
  for (let from = 1; from <= count; from += MESSAGES) {
    const MsgList = Array.from({ length: Math.min(MESSAGES, count + 1 - from) }, (_, n) => ({
      From_Account: memberId(1 + ((from + n) % MEMBERS)),
      SendTime: CREATED + from + n,
      Random: from + n,
      MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: `What was said, ${(from + n).toString()}` } }],
    }));
    yield { GroupId, MsgList };
  }
}

function* membersOf(GroupId: string, count: number): Iterable<object> {
  for (let from = 1; from <= count; from += MEMBERS) {
    const MemberList = Array.from({ length: Math.min(MEMBERS, count + 1 - from) }, (_, n) => ({
      Member_Account: memberId(from + n),
      JoinTime: CREATED + from + n,
      ShutUpUntil: 0,
    }));
    yield { GroupId, MemberList };
  }
}

const query = new URLSearchParams({
  sdkappid: SDKAPPID.toString(),
  identifier: BACKEND,
  usersig: userSigOf(BACKEND, { expire: 86_400 }),
  random: '1',
  contenttype: 'json',
}).toString();

const request = (command: string, body: object): Buffer =>
  wire('POST', `/v4/group_open_http_svc/${command}?${query}`, {}, body);

/** The requests of each group one after the other, of so many groups at a time as there are connections. */
async function each(
  url: string,
  groups: readonly string[],
  wrong: RegExp,
  requestsOf: (group: string) => Iterable<Buffer>,
): Promise<void> {
  const waiting = groups.values();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const connection = await Connection.open(url);
      try {
        for (const group of waiting) {
          for (const one of requestsOf(group)) check(await connection.send(one), wrong);
        }
      } finally {
        connection.close();
      }
    }),
  );
}

function check({ status, body }: Answer, wrong: RegExp): void {
  if (status !== 200 || wrong.test(body)) {
    throw new Error(`an unexpected answer: ${status.toString()} ${body.slice(0, 500)}`);
  }
}

async function seeded(url: string, masterKey: Buffer, people: number): Promise<void> {
  const log = await newLog(url, masterKey);
  try {
    await new Seed(log.store, log.serializer).users(people);
  } finally {
    await log.close();
  }
}
