import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type * as Client from '@eventstore/db-client';
import pg from 'pg';
import { systemClock } from '../../application/ports/clock.js';
import { JwtTokens } from '../../infrastructure/auth/jwt.js';
import { migrations } from '../../infrastructure/database.js';
import { openEventStoreDb } from '../../infrastructure/event-store/eventstoredb/open.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { groupMembersProjection } from '../../projections/group-members.projection.js';
import { ProjectionEngine } from '../../projections/index.js';
import { startParley } from '../../test/support/parley-process.js';
import { caughtUp } from '../caught-up.js';
import type { Row } from '../harness.js';
import { inFlight } from '../harness.js';
import { type Answer, Connection, overHttp, wire } from '../http-load.js';
import { newLog, serializerOn } from '../log.js';
import { silentLog } from '../payload.js';
import { memberId, OWNER, Seed, TENANT } from '../seed.js';
import { everything } from './read-eventstoredb.js';
import { REBUILD_WORKER } from './rebuild.js';

const { EventStoreDBClient } = createRequire(import.meta.url)('@eventstore/db-client') as typeof Client;
const run = promisify(execFile);

const ESDB_EVENTS = 100_000;

/** A rebuild from EventStoreDB beside the bare client's read of the same log. */
export async function rebuildFromEventStoreDb(
  url: string,
  { connectionString, named }: { readonly connectionString: string; readonly named: string },
  closers: (() => Promise<unknown>)[],
): Promise<Row> {
  await migrate(url, migrations);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  closers.push(() => pool.end());
  const store = await openEventStoreDb({ connectionString, log: silentLog });
  closers.push(() => store.close());
  const client = EventStoreDBClient.connectionString(connectionString);
  closers.push(() => client.dispose());
  const serializer = serializerOn(pool);
  const projections = [groupMembersProjection];
  const engine = new ProjectionEngine({ store, serializer, pool, lockUrl: url, projections, log: silentLog });
  const bare = 'bare @eventstore/db-client, read alone';
  let total = 0;
  return {
    name: `Rebuild: members from EventStoreDB (${named}), at least ${ESDB_EVENTS.toLocaleString('en-US')} events`,
    unit: 'ops/s',
    plan: { rounds: 3, warmMs: 0 },
    prepare: async () => {
      await new Seed(store, serializer).livedGroups(ESDB_EVENTS);
      total = await everything(client.readAll({ resolveLinkTos: false }));
    },
    sides: [
      {
        name: 'Parley',
        run: async () => (total * 1_000) / (await engine.rebuild(groupMembersProjection.name)).milliseconds,
      },
      {
        name: bare,
        run: async () => {
          const start = performance.now();
          await everything(client.readAll({ resolveLinkTos: false }));
          return (total * 1_000) / (performance.now() - start);
        },
      },
    ],
    bars: [{ peer: bare, bar: 0.45 }],
  };
}

const GROUPS = 1_000;
const COMMANDING = 32;
const ASKING = 4;

/**
 * What queries take while commands flood a server and another process rebuilds a table again and again, beside the same
 * without the rebuild; the flood lasts as long as a whole rebuild. No command may fail.
 */
export async function rebuildUnderFlood(
  url: string,
  closers: (() => Promise<unknown>)[],
  events: number,
): Promise<Row> {
  const { store, serializer, masterKey, close } = await newLog(url);
  closers.push(close);
  const seed = new Seed(store, serializer);
  await seed.livedGroups(events);
  await seed.groups(Array.from({ length: GROUPS }, (_, n) => ({ groupId: `g${n.toString()}`, members: 10 })));

  const secret = randomBytes(48).toString('base64');
  const env = { PARLEY_MASTER_KEY: masterKey.toString('base64') };
  const parley = await startParley({
    ...env,
    DATABASE_URL: url,
    DEFAULT_TENANT: TENANT,
    PARLEY_TOKEN_SECRET: secret,
    CHAT_NOTICES: 'false',
    COMMANDS_AT_ONCE: '1000000',
    COMMANDS_PER_SECOND: '1000000',
  });
  closers.push(() => parley.end());
  const tokens = new JwtTokens({ secret: Buffer.from(secret), ttlSeconds: 86_400, clock: systemClock });
  const headers = { Authorization: `Bearer ${(await tokens.issue(TENANT, OWNER)).token}` };
  await caughtUp(url, seed.last, 600_000);

  let turn = 0;
  const command = (): Buffer => {
    const n = turn++;
    const path = `/v1/groups/g${(n % GROUPS).toString()}/members/${memberId(1 + (Math.floor(n / GROUPS) % 9))}/mute`;
    return Math.floor(n / GROUPS / 9) % 2 === 0
      ? wire('PUT', path, headers, { forSeconds: 600 })
      : wire('DELETE', path, headers);
  };
  const query = (): Buffer =>
    wire('GET', `/v1/groups/g${Math.floor(Math.random() * GROUPS).toString()}/members?limit=20`, headers);

  /** Over `ms`, and as long again while `goOn` says so. */
  const p99 = async (ms: number, goOn: () => boolean = () => false): Promise<number> => {
    const took: number[] = [];
    const lanes = await Promise.all(Array.from({ length: ASKING }, () => Connection.open(parley.url)));
    const ask = async (lane: number): Promise<void> => {
      const start = performance.now();
      const answer = await lanes[lane]?.send(query());
      took.push(performance.now() - start);
      if (answer !== undefined) was200(answer);
    };
    do await Promise.all([overHttp(parley.url, COMMANDING, ms, command, was200), inFlight(ASKING, ms, ask)]);
    while (goOn());
    for (const lane of lanes) lane.close();
    took.sort((a, b) => a - b);
    return took[Math.floor(took.length * 0.99)] ?? NaN;
  };
  const peer = 'without a rebuild';
  return {
    name: `Rebuild: p99 of a page of members under a flood of commands, members rebuilt from ${events.toLocaleString('en-US')} events`,
    unit: 'ms',
    plan: { rounds: 5, ms: 15_000, warmMs: 5_000 },
    sides: [
      {
        name: 'while it is rebuilt again and again',
        run: async (ms) => {
          const flood = new AbortController();
          let oneEnded = false;
          const rebuild = (): Promise<unknown> =>
            run(process.execPath, [REBUILD_WORKER, url, groupMembersProjection.name], {
              env: { ...process.env, ...env },
            }).finally(() => {
              oneEnded = true;
            });
          const rebuilding = (async () => {
            while (!flood.signal.aborted) await rebuild();
          })();
          // One of them whole: the load, the indexes and the switch.
          const measured = p99(ms, () => !oneEnded).finally(() => {
            flood.abort();
          });
          const [value] = await Promise.all([measured, rebuilding]);
          return value;
        },
      },
      { name: peer, run: (ms) => p99(ms) },
    ],
    bars: [{ peer, bar: 3 }],
  };
}

function was200(answer: Answer): void {
  if (answer.status !== 200)
    throw new Error(`an unexpected answer: ${answer.status.toString()} ${answer.body.slice(0, 500)}`);
}
