import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { systemClock } from '../../application/ports/clock.js';
import type { StreamId } from '../../application/streams.js';
import { JwtTokens } from '../../infrastructure/auth/jwt.js';
import { PostgresSnapshots } from '../../infrastructure/system/snapshots.js';
import { eventually } from '../../test/support/eventually.js';
import { startParley } from '../../test/support/parley-process.js';
import { caughtUp } from '../caught-up.js';
import { median, paired, type Row } from '../harness.js';
import { type Answer, Connection, overHttp, wire } from '../http-load.js';
import { newLog } from '../log.js';
import { startBareExpress } from '../processes.js';
import { memberId, OWNER, Seed, seededWord, TENANT } from '../seed.js';
import { coldLoads } from './cold-load.js';
import { lagOfBareRows, lagOfSends, lagRows } from './lag.js';

const CONNECTIONS = 64;
const GROUPS = 1_000;
const LARGE = 100_000;
const SMALL = 10;
/** Conversations that take turns, so that none of them gets long. */
const SHORT = 400;
const READERS = 64;
/** Of a page of a thousand, more would but wait for the database. */
const LISTERS = 16;
const LISTED = 2_000;
const LISTER = 'lister';
/** As on average, at one snapshot in 100 events. */
const BEHIND = 50;

const groupOf = (prefix: string, n: number): string => `${prefix}${n.toString()}`;
const aboutOf = (groupId: string) => ({ kind: 'group', groupId, incarnation: 1 }) as const;
const streamOf = (groupId: string): StreamId => ({ category: 'conversation', tenant: TENANT, ...aboutOf(groupId) });
const count = (n: number): string => n.toLocaleString('en-US');

/** What is written before the server starts: only what the rows asked for need. */
interface Fixtures {
  readonly groups: boolean;
  readonly large: boolean;
  readonly long: boolean;
  readonly listed: boolean;
}

type Need = keyof Fixtures;

interface Server {
  /** Of Parley. */
  readonly url: string;
  /** Of Express with nothing but the statement. */
  readonly bare: string;
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
  token(userId: string): Promise<string>;
  readonly closers: (() => Promise<unknown>)[];
}

type RowsOf = (name: string, server: Server) => Promise<Row | readonly Row[]>;

interface Planned {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly rows: RowsOf;
}

export interface ConversationBenchOptions {
  /** Rows whose names hold it. */
  readonly only: string;
  /** In the long conversation; the bars speak of a million. */
  readonly messages: number;
}

/** Conversations over HTTP: the server as it is started, in a process of its own, on a log that was seeded in bulk. */
export async function conversationRows(
  url: string,
  closers: (() => Promise<unknown>)[],
  { only, messages }: ConversationBenchOptions,
): Promise<Row[]> {
  const planned = rowsFor(messages).filter(({ name }) => name.includes(only) || only.startsWith(name));
  if (planned.length === 0) return [];
  const needs = new Set(planned.flatMap((each) => each.needs));
  const masterKey = randomBytes(32);
  const secret = randomBytes(48).toString('base64');
  const said = await seeded(url, masterKey, needs, messages);
  const parley = await startParley(
    {
      DATABASE_URL: url,
      DEFAULT_TENANT: TENANT,
      PARLEY_MASTER_KEY: masterKey.toString('base64'),
      PARLEY_TOKEN_SECRET: secret,
      COMMANDS_AT_ONCE: '1000000',
      COMMANDS_PER_SECOND: '1000000',
      // A mute is but a mute: with lines it is a message, too.
      CHAT_NOTICES: 'false',
    },
    1_200_000,
  );
  closers.push(() => parley.end());
  const bare = await startBareExpress(url);
  closers.push(bare.end);
  const tokens = new JwtTokens({ secret: Buffer.from(secret), ttlSeconds: 86_400, clock: systemClock });
  const token = async (userId: string): Promise<string> => (await tokens.issue(TENANT, userId)).token;
  await caughtUp(url, said, 1_200_000);
  const server = { url: parley.url, bare: bare.url, databaseUrl: url, masterKey, token, closers };
  const rows: Row[] = [];
  for (const each of planned) rows.push(...[await each.rows(each.name, server)].flat());
  return rows;
}

function rowsFor(messages: number): readonly Planned[] {
  const plan = (name: string, needs: readonly Need[], rows: RowsOf): Planned => ({
    name: `Conversations: ${name}`,
    needs,
    rows,
  });
  const connections = `${CONNECTIONS.toString()} connections`;
  return [
    plan('send p50, one at a time, into a large group beside a small one', ['large'], async (name, server) => {
      const small = `a group of ${SMALL.toString()}`;
      const sends = sending(await server.token(OWNER));
      return {
        name,
        unit: 'µs',
        // The first command reads the whole group, which may take longer than a caller waits.
        prepare: () => eventually(() => overHttp(server.url, 1, Infinity, () => sends('large'), wasSent, 1), 120_000),
        sides: paired(
          [`a group of ${count(LARGE)}`, small],
          alternating(server.url, [() => sends('large'), () => sends('small')]),
        ),
        bars: [{ peer: small, bar: 1.15 }],
      };
    }),
    plan('send p50, one at a time, into a long conversation beside a short one', ['long'], async (name, server) => {
      const short = `one of ${SMALL.toString()} messages`;
      const sends = sending(await server.token(OWNER));
      let turn = 0;
      return {
        name,
        unit: 'µs',
        prepare: async () => {
          await overHttp(server.url, 1, Infinity, () => sends(groupOf('short', turn++ % SHORT)), wasSent, SHORT);
        },
        sides: paired(
          [`one of ${count(messages)} messages`, short],
          alternating(server.url, [() => sends('long'), () => sends(groupOf('short', turn++ % SHORT))]),
        ),
        bars: [{ peer: short, bar: 1.15 }],
      };
    }),
    plan(
      `cold load of a long one beside a short one, its snapshot ${BEHIND.toString()} events old`,
      ['long'],
      async (name, { databaseUrl, masterKey, closers }) => {
        const short = `one of ${SMALL.toString()} messages`;
        let turn = 0;
        const loads = await coldLoads(databaseUrl, masterKey, closers, [
          () => streamOf('long'),
          () => streamOf(groupOf('unsaid', turn++ % SHORT)),
        ]);
        return {
          name,
          unit: 'µs',
          sides: paired([`one of ${count(messages)} messages`, short], loads),
          bars: [{ peer: short, bar: 3 }],
        };
      },
    ),
    plan(`sends over ${count(GROUPS)} groups, ${connections}`, ['groups'], async (name, server) => {
      const token = await server.token(OWNER);
      const sends = sending(token);
      let turn = 0;
      const mute = '/v1 mute and unmute';
      const toggles = muting(token);
      return {
        name,
        unit: 'ops/s',
        prepare: async () => {
          // A server that has been running knows its groups.
          await overHttp(
            server.url,
            CONNECTIONS,
            Infinity,
            () => sends(groupOf('g', turn++ % GROUPS)),
            wasSent,
            GROUPS,
          );
          await overHttp(server.url, CONNECTIONS, Infinity, toggles, wasChanged, GROUPS);
        },
        sides: [
          {
            name: '/v1 send, durable',
            run: (ms) => overHttp(server.url, CONNECTIONS, ms, () => sends(groupOf('g', turn++ % GROUPS)), wasSent),
          },
          { name: mute, run: (ms) => overHttp(server.url, CONNECTIONS, ms, toggles, wasChanged) },
        ],
        bars: [{ peer: mute, bar: 0.75 }],
      };
    }),
    ...[100, 1_000].map((limit) =>
      plan(
        `sorted list of a user with ${count(LISTED)} conversations, ${count(limit)} a page, ${LISTERS.toString()} connections`,
        ['listed'],
        async (name, server) => {
          const headers = { Authorization: `Bearer ${await server.token(LISTER)}` };
          const page = (kind = ''): Buffer =>
            wire('GET', `/v1/conversations${kind}?limit=${limit.toString()}`, headers);
          const rows = 'bare Express, one prepared statement, as many rows';
          const side = (named: string, url: string, request: Buffer) => ({
            name: named,
            run: (ms: number) => overHttp(url, LISTERS, ms, () => request, wasList),
          });
          return {
            name,
            unit: 'ops/s',
            sides: [
              side('Parley /v1', server.url, page()),
              side(rows, server.bare, page('/rows')),
              side('the same, with their latest messages', server.bare, page()),
            ],
            bars: [{ peer: rows, bar: 0.5 }],
          };
        },
      ),
    ),
    plan('from acknowledged send to visible row at 1,000 sends a second', ['groups'], async (name, server) => {
      const { databaseUrl, closers } = server;
      const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
      closers.push(() => pool.end());
      const sends = sending(await server.token(OWNER));
      return lagRows(
        name,
        (ms) => lagOfSends(ms, server.url, pool, (n) => sends(groupOf('g', n % GROUPS))),
        (ms) => lagOfBareRows(ms, databaseUrl, pool),
      );
    }),
    plan(`marking read, ${connections}`, ['long'], async (name, server) => {
      const tokens = await Promise.all(Array.from({ length: READERS }, (_, n) => server.token(memberId(n))));
      const read = { parley: new Uint32Array(READERS), bare: new Uint32Array(READERS) };
      const next = (who: keyof typeof read) => (lane: number) =>
        wire(
          'PUT',
          '/v1/conversations/group:long/read-position',
          { Authorization: `Bearer ${tokens[lane] ?? ''}`, 'X-Reader': memberId(lane) },
          { upTo: (read[who][lane] = (read[who][lane] ?? 0) + 1) },
        );
      const peer = 'bare Express, one upsert each';
      return {
        name,
        unit: 'ops/s',
        sides: [
          { name: 'Parley /v1, durable', run: (ms) => overHttp(server.url, READERS, ms, next('parley'), wasRead) },
          { name: peer, run: (ms) => overHttp(server.bare, READERS, ms, next('bare'), wasRead) },
        ],
        bars: [],
      };
    }),
    plan(
      `receipts of a message in a group of ${count(LARGE)}, half of whom have read it`,
      ['large'],
      async (name, server) => {
        const headers = { Authorization: `Bearer ${await server.token(OWNER)}` };
        const path = `/v1/conversations/group:large/messages/${SMALL.toString()}/receipts?limit=100`;
        const request = wire('GET', path, headers);
        const peer = 'bare Express, one statement that counts the rows';
        return {
          name,
          unit: 'ms',
          sides: [
            { name: 'Parley /v1', run: (ms) => typical(server.url, ms, request, wasReceipts) },
            { name: peer, run: (ms) => typical(server.bare, ms, request, wasReceipts) },
          ],
          bars: [],
        };
      },
    ),
    plan(
      `search of one's own messages, one among ${count(messages)}: a page, which looks at 60,000`,
      ['long'],
      async (name, server) => {
        const headers = { Authorization: `Bearer ${await server.token(OWNER)}` };
        // So far back that the page doesn't come to it, and looks at as many as it may.
        const keyword = encodeURIComponent(seededWord(Math.max(1, messages - 70_000)));
        const request = wire('GET', `/v1/messages?limit=20&keyword=${keyword}`, headers);
        const newest = wire('GET', `/v1/messages?limit=20&keyword=said`, headers);
        const peer = 'bare Express, one statement that looks at 60,000';
        return {
          name,
          unit: 'ms',
          sides: [
            { name: 'Parley /v1', run: (ms) => typical(server.url, ms, request, wasFound) },
            { name: peer, run: (ms) => typical(server.bare, ms, request, wasFound) },
            { name: 'Parley /v1, a word that all say', run: (ms) => typical(server.url, ms, newest, wasFound) },
          ],
          bars: [],
        };
      },
    ),
  ];
}

/** A new message with each request. */
function sending(token: string): (groupId: string) => Buffer {
  const run = randomUUID().slice(0, 8);
  let sent = 0;
  return (groupId) =>
    wire(
      'POST',
      `/v1/conversations/group:${groupId}/messages`,
      { Authorization: `Bearer ${token}` },
      {
        text: 'Shall we meet at eight, as we said the other day?',
        clientMsgId: `${run}-${(sent++).toString()}`,
      },
    );
}

/** One group after the other, muting in one pass and unmuting in the next, so that every command writes an event. */
function muting(token: string): () => Buffer {
  const headers = { Authorization: `Bearer ${token}` };
  let turn = 0;
  return () => {
    const path = `/v1/groups/${groupOf('m', turn % GROUPS)}/members/${memberId(1)}/mute`;
    return Math.floor(turn++ / GROUPS) % 2 === 0
      ? wire('PUT', path, headers, { forSeconds: 600 })
      : wire('DELETE', path, headers);
  };
}

/** µs of the median request of both, which take turns on one connection. */
const alternating =
  (url: string, requests: readonly [() => Buffer, () => Buffer]) =>
  async (ms: number): Promise<readonly [number, number]> => {
    const connection = await Connection.open(url);
    const took: readonly [number[], number[]] = [[], []];
    try {
      for (const end = performance.now() + ms; performance.now() < end;) {
        for (const at of [0, 1] as const) {
          const request = requests[at]();
          const start = performance.now();
          wasSent(await connection.send(request));
          took[at].push((performance.now() - start) * 1_000);
        }
      }
    } finally {
      connection.close();
    }
    return [median(took[0]), median(took[1])];
  };

/** ms of the median request, one at a time. */
async function typical(url: string, ms: number, request: Buffer, check: (answer: Answer) => void): Promise<number> {
  const connection = await Connection.open(url);
  const took: number[] = [];
  try {
    for (const end = performance.now() + ms; performance.now() < end;) {
      const start = performance.now();
      check(await connection.send(request));
      took.push(performance.now() - start);
    }
  } finally {
    connection.close();
  }
  return median(took);
}

function expected(answer: Answer, status: number, part: string): void {
  if (answer.status !== status || !answer.body.includes(part))
    throw new Error(`an unexpected answer: ${answer.status.toString()} ${answer.body.slice(0, 500)}`);
}
const wasSent = (answer: Answer): void => {
  expected(answer, 201, '"messageId":');
};
const wasChanged = (answer: Answer): void => {
  expected(answer, 200, '"changed":true');
};
const wasRead = (answer: Answer): void => {
  expected(answer, 200, '"readSeq":');
};
const wasList = (answer: Answer): void => {
  expected(answer, 200, '"items":[{');
};
const wasReceipts = (answer: Answer): void => {
  expected(answer, 200, `"read":${(LARGE / 2).toString()}`);
};
const wasFound = (answer: Answer): void => {
  expected(answer, 200, '"items":[');
};

async function seeded(url: string, masterKey: Buffer, needs: ReadonlySet<Need>, messages: number): Promise<string> {
  const log = await newLog(url, masterKey);
  try {
    const seed = new Seed(log.store, log.serializer);
    await seed.users(needs.has('listed') ? LISTED + 1 : CONNECTIONS + 1);
    const group = async (groupIds: readonly string[], members: number, also: readonly string[] = []): Promise<void> => {
      await seed.groups(groupIds.map((groupId) => ({ groupId, members, also })));
      const senders = [OWNER, memberId(1)];
      await seed.conversations(groupIds.map((groupId) => ({ about: aboutOf(groupId), senders, messages: SMALL })));
    };
    const many = (prefix: string, length: number): string[] => Array.from({ length }, (_, n) => groupOf(prefix, n));
    if (needs.has('groups')) for (const prefix of ['g', 'm']) await group(many(prefix, GROUPS), SMALL);
    if (needs.has('large')) {
      await group(['small'], SMALL);
      await group(['large'], LARGE);
      // Message `SMALL` is of the owner; whoever came second and on, every other one has read it.
      await log.pool.query(
        `INSERT INTO system.read_position (tenant, conversation, user_id, up_to_seq, countable)
         SELECT $1, 'g.large.1', 'u' || n, $2, $2 FROM generate_series(1, $3, 2) n`,
        [TENANT, SMALL, LARGE],
      );
    }
    if (needs.has('long')) {
      // Those that are sent to get longer.
      for (const prefix of ['short', 'unsaid']) await group(many(prefix, SHORT), SMALL);
      await seed.groups([{ groupId: 'long', members: READERS }]);
      const senders = Array.from({ length: READERS }, (_, n) => memberId(n));
      await log.pool.query(
        `CREATE TABLE public.bench_position (tenant text, conversation text, user_id text, up_to_seq bigint,
         countable bigint, PRIMARY KEY (tenant, conversation, user_id))`,
      );
      await seed.longConversation(
        { about: aboutOf('long'), senders, messages },
        new PostgresSnapshots(log.pool),
        BEHIND,
      );
    }
    if (needs.has('listed')) {
      const groups = many('listed', LISTED / 4);
      await group(groups, 2, [LISTER]);
      await seed.conversations(
        Array.from({ length: LISTED - groups.length }, (_, n) => ({
          about: { kind: 'single', a: LISTER, b: memberId(n + 1) } as const,
          senders: [LISTER, memberId(n + 1)],
          messages: SMALL,
        })),
      );
    }
    return seed.last;
  } finally {
    await log.close();
  }
}
