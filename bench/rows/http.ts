import { randomBytes } from 'node:crypto';
import { systemClock } from '../../application/ports/clock.js';
import { JwtTokens } from '../../infrastructure/auth/jwt.js';
import { startParley } from '../../test/support/parley-process.js';
import { caughtUp } from '../caught-up.js';
import type { Row } from '../harness.js';
import { type Answer, Connection, overHttp, wire } from '../http-load.js';
import { newLog } from '../log.js';
import { freePort, residentMiB, startBackground, startBareExpress } from '../processes.js';
import { memberId, OWNER, Seed, TENANT } from '../seed.js';
import { DIALECTS_OWNER, dialectGroups, dialectRows, dialectsEnvironment } from './dialects.js';

const GROUPS = 10_000;
const CONNECTIONS = 64;
const LARGE = 100_000;
const PAGED = 1_000;
/** Commands of one round of the row about large groups. */
const COMMANDS = 2_000;
const RSS_LIMIT_MIB = 600;

export interface HttpBench {
  readonly rows: Row[];
  close(): Promise<void>;
}

/** The server as it is started, in a process of its own on a seeded database, beside what Express alone can do. */
export async function httpBench(url: string): Promise<HttpBench> {
  const closers: (() => Promise<unknown>)[] = [];
  const masterKey = randomBytes(32);
  const secret = randomBytes(48).toString('base64');
  const last = await seeded(url, masterKey);
  const rpcPort = await freePort();
  const env = {
    ...dialectsEnvironment(rpcPort),
    DATABASE_URL: url,
    DEFAULT_TENANT: TENANT,
    PARLEY_MASTER_KEY: masterKey.toString('base64'),
    PARLEY_TOKEN_SECRET: secret,
    // A mute is but a mute: with a line in the chat it is a message too, sent by the server.
    CHAT_NOTICES: 'false',
    // Counted as they are for everybody, and never reached by the one user of these rows.
    COMMANDS_AT_ONCE: '1000000',
    COMMANDS_PER_SECOND: '1000000',
  };
  let parley = await startParley(env);
  closers.push(() => parley.end());
  const bare = await startBareExpress(url);
  closers.push(bare.end);

  const tokens = new JwtTokens({ secret: Buffer.from(secret), ttlSeconds: 86_400, clock: systemClock });
  const { token } = await tokens.issue(TENANT, OWNER);
  const ofDialects = await tokens.issue(TENANT, DIALECTS_OWNER);
  const v1Headers = { Authorization: `Bearer ${token}` };
  await caughtUp(url, last, 300_000);

  const native = (groupId: string, userId: string): Toggle => {
    const path = `/v1/groups/${groupId}/members/${userId}/mute`;
    return [wire('PUT', path, v1Headers, { forSeconds: 600 }), wire('DELETE', path, v1Headers)];
  };
  const openim = (groupID: string, userID: string): Toggle => {
    const headers = { token, operationID: 'bench' };
    return [
      wire('POST', '/openim/group/mute_group_member', headers, { groupID, userID, mutedSeconds: 600 }),
      wire('POST', '/openim/group/cancel_mute_group_member', headers, { groupID, userID }),
    ];
  };
  const spread = everyGroup(native);
  const hot = ownMember(native);
  // The no-op gets the same requests.
  const spreadNoOp = everyGroup(native);
  // Both speak to groups of their own: a mute that is already so writes nothing.
  const dialect = everyGroup(openim, 'd');
  const beside = everyGroup(native, 'e');

  // A server that has been running knows its groups; the first command to each reads its stream.
  const once = async (next: () => Buffer, check: (answer: Answer) => void): Promise<void> => {
    await overHttp(parley.url, CONNECTIONS, Infinity, next, check, GROUPS);
  };

  const noOp = {
    name: 'bare Express, JSON no-op',
    run: (ms: number) => overHttp(bare.url, CONNECTIONS, ms, spreadNoOp, wasDone),
  };
  const single = 'bare Express, one prepared statement';
  const page = (groupId: string): Buffer => wire('GET', `/v1/groups/${groupId}/members?limit=20`, v1Headers);
  const small = 'a group of 10';
  const limit = 'the bar';
  const connections = `${CONNECTIONS.toString()} connections`;

  const rows: Row[] = [
    {
      name: `HTTP command (mute, unmute), ${GROUPS.toLocaleString('en-US')} groups, ${connections}`,
      unit: 'ops/s',
      prepare: () => once(spread, wasDone),
      sides: [
        { name: 'Parley /v1, durable', run: (ms) => overHttp(parley.url, CONNECTIONS, ms, spread, wasDone) },
        noOp,
      ],
      bars: [{ peer: noOp.name, bar: 0.55 }],
    },
    {
      name: `HTTP command (mute, unmute), one hot group, ${connections}`,
      unit: 'ops/s',
      sides: [{ name: 'Parley /v1, durable', run: (ms) => overHttp(parley.url, CONNECTIONS, ms, hot, wasDone) }, noOp],
      bars: [],
    },
    {
      name: `HTTP command (mute, unmute) of seed 003, ${GROUPS.toLocaleString('en-US')} groups, ${connections}`,
      unit: 'ops/s',
      prepare: async () => {
        await once(dialect, wasSuccess);
        await once(beside, wasDone);
      },
      sides: [
        { name: 'Parley /openim, durable', run: (ms) => overHttp(parley.url, CONNECTIONS, ms, dialect, wasSuccess) },
        { name: 'Parley /v1, durable', run: (ms) => overHttp(parley.url, CONNECTIONS, ms, beside, wasDone) },
      ],
      bars: [],
    },
    {
      name: `HTTP member page of 20 with its total, group of ${PAGED.toLocaleString('en-US')}, ${connections}`,
      unit: 'ops/s',
      sides: [
        { name: 'Parley /v1', run: (ms) => overHttp(parley.url, CONNECTIONS, ms, () => page('paged'), wasPage) },
        { name: single, run: (ms) => overHttp(bare.url, CONNECTIONS, ms, () => page('paged'), wasPage) },
      ],
      bars: [{ peer: single, bar: 0.7 }],
    },
    ...dialectRows({ url: () => parley.url, rpcPort, token: ofDialects.token }),
    {
      name: 'HTTP command p50, one at a time: a large group beside a small one',
      unit: 'µs',
      // A server of its own: what the rows above left in its memory is not this group's.
      prepare: async () => {
        await parley.end();
        parley = await startParley(env);
      },
      sides: [
        {
          name: `a group of ${LARGE.toLocaleString('en-US')}`,
          run: oneByOne(
            () => parley.url,
            (n) => native('large', memberId(1 + ((n * 7919) % (LARGE - 1)))),
          ),
        },
        {
          name: small,
          run: oneByOne(
            () => parley.url,
            (n) => native('small', memberId(1 + (n % 9))),
          ),
        },
      ],
      bars: [{ peer: small, bar: 1.15 }],
    },
    {
      name: `HTTP server's resident memory with the group of ${LARGE.toLocaleString('en-US')} loaded`,
      unit: 'MiB',
      sides: [
        {
          name: 'Parley',
          run: async () => {
            await oneByOne(
              () => parley.url,
              () => native('large', memberId(1)),
            )(10);
            return residentMiB(parley.pid);
          },
        },
        { name: limit, run: () => Promise.resolve(RSS_LIMIT_MIB) },
      ],
      bars: [{ peer: limit, bar: 1 }],
    },
    ...processRows(),
  ];

  /** Servers of several processes, each begun for its row. */
  function processRows(): Row[] {
    const as = async (settings: Readonly<Record<string, string>>, background?: Readonly<Record<string, string>>) => {
      await parley.end();
      parley = await startParley({ ...env, ...settings });
      if (background !== undefined) closers.push(await startBackground({ ...env, ...background }));
      await once(spread, wasDone);
      await once(spread, wasDone);
    };
    const mutes = (next: (lane: number) => Buffer, name: string) => ({
      name,
      run: (ms: number) => overHttp(parley.url, CONNECTIONS, ms, next, wasDone),
    });
    const what = `HTTP command (mute, unmute), ${GROUPS.toLocaleString('en-US')} groups, ${connections}`;
    const WORKERS = '2';
    return [
      {
        name: `${what}, ${WORKERS} workers and one that feeds the lists`,
        unit: 'ops/s',
        prepare: () => as({ WORKERS }),
        sides: [mutes(spread, 'Parley /v1, durable'), noOp],
        bars: [],
      },
      {
        name: `HTTP command (mute, unmute), one hot group, ${connections}, ${WORKERS} workers`,
        unit: 'ops/s',
        sides: [mutes(hot, 'Parley /v1, durable'), noOp],
        bars: [],
      },
      {
        name: `${what}, the lists fed in a process of its own`,
        unit: 'ops/s',
        prepare: () => as({ PARLEY_ROLES: 'api' }, { PARLEY_ROLES: 'projections,processes' }),
        sides: [mutes(spread, 'Parley /v1, durable'), noOp],
        bars: [{ peer: noOp.name, bar: 0.7 }],
      },
    ];
  }

  return {
    rows,
    close: async () => {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    },
  };
}

/** The request that mutes and the one that ends the mute. */
type Toggle = readonly [Buffer, Buffer];
type Toggles = (groupId: string, userId: string) => Toggle;

/** One group after the other, muting in one pass and unmuting in the next, so that every command writes an event. */
function everyGroup(toggles: Toggles, prefix = 'g'): () => Buffer {
  const requests = Array.from({ length: GROUPS }, (_, n) => toggles(`${prefix}${n.toString()}`, memberId(1)));
  let turn = 0;
  return () => {
    const [mute, unmute] = requests[turn % GROUPS] ?? raise();
    return Math.floor(turn++ / GROUPS) % 2 === 0 ? mute : unmute;
  };
}

/** Each connection mutes and unmutes a member of its own. */
function ownMember(toggles: Toggles): (lane: number) => Buffer {
  const requests = Array.from({ length: CONNECTIONS }, (_, lane) => toggles('hot', memberId(lane + 1)));
  const turns = new Uint32Array(CONNECTIONS);
  return (lane) => {
    const [mute, unmute] = requests[lane] ?? raise();
    const turn = turns[lane] ?? 0;
    turns[lane] = turn + 1;
    return turn % 2 === 0 ? mute : unmute;
  };
}

/** µs of the median command; one after the other on one connection. A member is muted and unmuted before the next. */
function oneByOne(url: () => string, toggle: (n: number) => Toggle): (ms: number) => Promise<number> {
  let member = 0;
  return async (ms) => {
    const connection = await Connection.open(url());
    const took: number[] = [];
    try {
      for (let n = 0; n < Math.min(COMMANDS, (ms * 4) / 3); n += 2) {
        for (const request of toggle(member)) {
          const start = performance.now();
          wasDone(await connection.send(request));
          took.push((performance.now() - start) * 1000);
        }
        member++;
      }
    } finally {
      connection.close();
    }
    return took.sort((a, b) => a - b)[took.length >> 1] ?? NaN;
  };
}

const raise = (): never => {
  throw new Error('no such request');
};

function expected(answer: Answer, part: string): void {
  if (answer.status !== 200 || !answer.body.includes(part))
    throw new Error(`an unexpected answer: ${answer.status.toString()} ${answer.body.slice(0, 500)}`);
}
const wasDone = (answer: Answer): void => {
  expected(answer, '"changed":true');
};
const wasSuccess = (answer: Answer): void => {
  expected(answer, '"errCode":0');
};
const wasPage = (answer: Answer): void => {
  expected(answer, `"total":${PAGED.toString()}`);
};

async function seeded(url: string, masterKey: Buffer): Promise<string> {
  const log = await newLog(url, masterKey);
  try {
    const seed = new Seed(log.store, log.serializer);
    await seed.users(PAGED);
    const many = (prefix: string, count: number): { groupId: string; members: number }[] =>
      Array.from({ length: count }, (_, n) => ({ groupId: `${prefix}${n.toString()}`, members: 2 }));
    for (const prefix of ['g', 'd', 'e']) await seed.groups(many(prefix, GROUPS));
    await seed.groups([
      { groupId: 'hot', members: CONNECTIONS + 1 },
      { groupId: 'paged', members: PAGED },
      { groupId: 'small', members: 10 },
    ]);
    await seed.groups(dialectGroups());
    await seed.groups([{ groupId: 'large', members: LARGE }]);
    return seed.last;
  } finally {
    await log.close();
  }
}
