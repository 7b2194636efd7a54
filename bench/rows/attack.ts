import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MAX_BODY_BYTES, MAX_STRANGERS_BODY_BYTES } from '../../api/http/body.js';
import { startParley } from '../../test/support/parley-process.js';
import { V1Client } from '../../test/support/v1-client.js';
import type { Row } from '../harness.js';
import { type Answer, Connection, overHttp, wire } from '../http-load.js';
import { longestHold, residentMiB, startBareExpress, watchingLoop } from '../processes.js';

const HELD_LIMIT_MS = 50;
const CONNECTIONS = 40;
const REQUESTS = 400;
const UNREAD_MS = 20_000;
const GROWTH_LIMIT_MIB = 128;

/** What one caller can do to everybody else, on servers in processes of their own with an empty database, which `closers` end. */
export async function attackRows(url: string, closers: (() => Promise<unknown>)[]): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-loop-'));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  const ours = join(directory, 'parley');
  const theirs = join(directory, 'bare');
  const parley = await startParley({
    DATABASE_URL: url,
    PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
    ...watchingLoop(ours),
  });
  closers.push(() => parley.end());
  const bare = await startBareExpress(url, { BODY_BYTES: MAX_BODY_BYTES.toString(), ...watchingLoop(theirs) });
  closers.push(bare.end);
  const { token } = await new V1Client(parley.url).person('attacker');
  const requests = hostile(token);

  const peer = 'bare Express, express.json of the same limit';
  const heldLimit = `the bar: ${HELD_LIMIT_MS.toString()} ms`;
  const document = wire('GET', '/v1/openapi.json', {});
  const flat = `before, and ${GROWTH_LIMIT_MIB.toString()} MiB`;
  const memory = { before: NaN, highest: NaN };

  return [
    {
      name: 'Attack: longest hold of the event loop in a round of hostile bodies (members, items, depth), one at a time',
      unit: 'ms',
      sides: [
        {
          name: 'Parley /v1, each refused',
          run: async (ms) => {
            await longestHold(ours);
            await sendAll(parley.url, requests, ms, wasRefused);
            return longestHold(ours);
          },
        },
        {
          name: peer,
          run: async (ms) => {
            await longestHold(theirs);
            await sendAll(bare.url, requests, ms, () => undefined);
            return longestHold(theirs);
          },
        },
        { name: heldLimit, run: () => Promise.resolve(HELD_LIMIT_MS) },
      ],
      bars: [{ peer: heldLimit, bar: 1 }],
    },
    {
      name: `Attack: highest resident memory, ${CONNECTIONS.toString()} connections that ask ${REQUESTS.toString()} times for the document of /v1 and read nothing for ${(UNREAD_MS / 1000).toString()} s`,
      unit: 'MiB',
      // Once: what a server has grown by it doesn't give back at once.
      prepare: async () => {
        await overHttp(parley.url, CONNECTIONS, UNREAD_MS / 4, () => document, wasDocument);
        memory.before = residentMiB(parley.pid);
        memory.highest = await highestWhileUnread(parley, document);
        await overHttp(parley.url, 1, Infinity, () => document, wasDocument, 1);
      },
      sides: [
        { name: 'Parley, while nothing is read', run: () => Promise.resolve(memory.highest) },
        { name: 'before, when as many read', run: () => Promise.resolve(memory.before) },
        { name: flat, run: () => Promise.resolve(memory.before + GROWTH_LIMIT_MIB) },
      ],
      bars: [{ peer: flat, bar: 1 }],
    },
  ];
}

/** Bodies at the bounds of what is taken and far beyond those of what is right, by a stranger and by a user. */
function hostile(token: string): Buffer[] {
  const user = { Authorization: `Bearer ${token}` };
  const named = (rest: object): object => ({ name: 'a group', ...rest });
  const items = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
  const nested = { key: { key: [[], {}] } };
  const levels = (depth: number): string => `{"customFields":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  return [
    wire('POST', '/v1/users', {}, unknownMembers(MAX_BODY_BYTES)),
    wire('POST', '/v1/users', user, unknownMembers(MAX_BODY_BYTES)),
    wire('POST', '/v1/users', {}, unknownMembers(MAX_STRANGERS_BODY_BYTES)),
    wire('POST', '/v1/sessions', {}, unknownMembers(MAX_STRANGERS_BODY_BYTES)),
    wire('POST', '/v1/groups', user, unknownMembers(MAX_BODY_BYTES)),
    // As many members, items and levels as are let through to the check of the class, too.
    wire('POST', '/v1/groups', user, unknownMembers(255 * 12)),
    wire('POST', '/v1/groups', user, named({ customFields: items(160_000, {}) })),
    wire('POST', '/v1/groups', user, named({ customFields: items(2_000, {}) })),
    wire('POST', '/v1/groups', user, named({ customFields: items(2_000, nested) })),
    wire('POST', '/v1/groups', user, levels(15)),
    wire('POST', '/v1/groups', user, levels(250_000)),
  ];
}

/** An object just below so many bytes. */
const unknownMembers = (bytes: number): object =>
  Object.fromEntries(
    Array.from({ length: Math.floor((bytes - 2) / 11) }, (_, n) => [`m${n.toString(36).padStart(5, '0')}`, 1]),
  );

/** Each on a connection of its own, all of them at least once and then until `ms` are over. */
async function sendAll(
  url: string,
  requests: readonly Buffer[],
  ms: number,
  check: (answer: Answer) => void,
): Promise<void> {
  const end = performance.now() + ms;
  do {
    for (const request of requests) {
      const connection = await Connection.open(url);
      try {
        check(await connection.send(request));
      } finally {
        connection.close();
      }
    }
  } while (performance.now() < end);
}

async function highestWhileUnread(
  parley: { readonly url: string; readonly pid: number },
  request: Buffer,
): Promise<number> {
  const { hostname, port } = new URL(parley.url);
  const all = Buffer.concat(Array.from({ length: REQUESTS }, () => request));
  const sockets = Array.from({ length: CONNECTIONS }, () => connect(Number(port), hostname).pause());
  try {
    for (const socket of sockets) {
      // The server may end such a connection, which is its right.
      socket.on('error', () => socket.destroy());
      await once(socket, 'connect');
      socket.write(all);
    }
    let highest = 0;
    for (const end = performance.now() + UNREAD_MS; performance.now() < end; await wait(200)) {
      highest = Math.max(highest, residentMiB(parley.pid));
    }
    return highest;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

const wasRefused = (answer: Answer): void => {
  if (answer.status < 400 || answer.status >= 500) throw new Error(`not refused: ${answer.status.toString()}`);
};
const wasDocument = (answer: Answer): void => {
  if (answer.status !== 200) throw new Error(`no document: ${answer.status.toString()}`);
};
