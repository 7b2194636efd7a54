import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { loadConfig } from '../../infrastructure/config/config.js';
import { openTools } from '../../infrastructure/container.js';
import { projections } from '../../projections/index.js';
import { eventually } from '../support/eventually.js';
import { FaultCluster } from '../support/fault-cluster.js';
import { Flood, type FloodedGroup, marksIn } from '../support/flood.js';
import { type LaunchedParley, launchParley, type ParleyProcess } from '../support/parley-process.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { seededRandom } from '../support/random.js';
import { silentLogger } from '../support/silent-logger.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { V1Client } from '../support/v1-client.js';

/**
 * How long a store hangs and is gone, seconds: `3` for both in `npm test`, `30,60` in `npm run test:soak`. With a length
 * of its own everything is looked at after each fault, else once, after all of them.
 */
const GIVEN = process.env['PARLEY_FAULT_SECONDS'];
const [HUNG_MS = 3_000, GONE_MS = HUNG_MS] = (GIVEN ?? '3').split(',').map((seconds) => Number(seconds) * 1_000);
const DEADLINE_MS = GIVEN === undefined ? 2_000 : 10_000;
/** For an answer on a machine that is busy with other tests, beyond the deadline and the time for a new connection. */
const SLACK_MS = 8_000;
/** The stores come up only when the servers have been looked at without them. */
const STARTED_WITHIN_MS = 120_000;
const RECOVERED_WITHIN_MS = 60_000;

const LANES = GIVEN === undefined ? 4 : 12;
const PACE_MS = 40;
/** Of the acknowledged commands that had no trouble. */
const REPEATED = 100;
/** Between two looks at what comes by itself. */
const LOOK_MS = 50;
const GROUPS = 4;

interface Person {
  readonly userId: string;
  readonly token: string;
}

/** Servers over the same stores, and the commands that go to them. */
class Side {
  readonly groups: FloodedGroup[] = [];
  private readonly floods: Flood[] = [];
  private ended = false;
  admin!: Person;
  owner!: Person;

  constructor(
    readonly name: string,
    readonly database: TestDatabase,
    /** As the servers know their stores, by way of what can be broken. */
    readonly env: Readonly<Record<string, string>>,
    readonly servers: readonly ParleyProcess[],
  ) {}

  /** The newest. */
  get flood(): Flood {
    const flood = this.floods.at(-1);
    if (flood === undefined) throw new Error('no flood has begun');
    return flood;
  }

  /** None begins any more when the suite has ended, also where a test that took too long goes on behind it. */
  begin(flood: () => Flood): void {
    if (this.ended) throw new Error('the suite has ended');
    this.floods.push(flood());
  }

  async end(): Promise<void> {
    this.ended = true;
    await Promise.all(this.floods.map((flood) => flood.stop()));
  }
}

describe('stores that fail under a flood of commands', function () {
  // Only against hanging for ever.
  this.timeout(GIVEN === undefined ? 300_000 : 1_800_000);
  const random = seededRandom();
  let cluster: FaultCluster;
  let postgres: TcpProxy;
  /** Two processes on EventStoreDB, one on PostgreSQL alone. */
  let sides: Side[];
  const servers = (): ParleyProcess[] => sides.flatMap((side) => side.servers);

  before(async () => {
    console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
    cluster = await FaultCluster.start();
    const databases = [await freshDatabase('faults_esdb'), await freshDatabase('faults_pg')] as const;
    postgres = await TcpProxy.start(databases[0].url);
    sides = [];
    const launched: LaunchedParley[] = [];
    // The stores are away when the servers start.
    await cluster.order({ kind: 'goDown' });
    postgres.refuse();
    for (const [i, database] of databases.entries()) {
      const url = new URL(postgres.url);
      url.pathname = new URL(database.url).pathname;
      const env = {
        DATABASE_URL: url.href,
        PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
        PARLEY_TOKEN_SECRET: randomBytes(48).toString('base64'),
        PARLEY_APP_ADMINS: 'root',
        COMMAND_DEADLINE_SECONDS: String(DEADLINE_MS / 1_000),
        ...(i === 0 ? { EVENT_STORE: cluster.url } : {}),
      };
      launched.push(...Array.from({ length: i === 0 ? 2 : 1 }, () => launchParley(env, STARTED_WITHIN_MS)));
      const processes = launched.slice(i === 0 ? 0 : 2).map(({ process }) => process);
      sides.push(new Side(i === 0 ? 'EventStoreDB' : 'PostgreSQL', database, env, processes));
    }
    await Promise.all(launched.map(({ lives }) => lives));
  });

  after(async () => {
    // A test that failed leaves its stores broken and its flood running.
    cluster.thaw();
    postgres.thaw();
    await Promise.all(sides.map((side) => side.end()));
    const codes = await Promise.all(servers().map((server) => server.end()));
    await postgres.close();
    await cluster.end();
    await Promise.all(sides.map((side) => side.database.drop()));
    // Logs are JSON; what else is said is foreseen, or the last words of a process.
    const foreseen = /^(\{|Parley (is ready|lives) at |OpenIM clients)/;
    const said = servers().map((server) =>
      server
        .output()
        .split('\n')
        .filter((line) => !foreseen.test(line)),
    );
    expect(said, 'what no server should say').to.deep.equal(servers().map(() => []));
    expect(codes, 'every server ends by itself and well').to.deep.equal(servers().map(() => 0));
  });

  it('started before its stores, a server lives, says what it waits for, and becomes ready by itself', async () => {
    for (const server of servers()) {
      await eventually(async () => {
        const { status, body } = await probe(server, 'ready');
        expect(status).to.equal(503);
        expect(body)
          .to.have.nested.property('checks.start.waitingFor')
          .that.matches(/PostgreSQL/);
      });
      expect((await probe(server, 'live')).status).to.equal(200);
      const command = await new V1Client(server.url).call('POST', '/groups', { body: {} });
      expect([command.status, command.headers.get('retry-after'), command.body['code']]).to.deep.equal([
        503,
        '1',
        'Starting',
      ]);
      const dialect = await fetch(`${server.url}/openim/group/create_group`, { method: 'POST' });
      expect(await dialect.json()).to.include({ errCode: 500, errMsg: 'ServerInternalError' });
    }
    const impatient = launchParley(sides[0]!.env, STARTED_WITHIN_MS);
    await impatient.lives;
    expect(await impatient.process.end('SIGHUP'), 'its terminal was closed').to.equal(0);

    postgres.allow();
    const [esdb, pgOnly] = [sides[0]!, sides[1]!];
    await eventually(async () => {
      const { body } = await probe(esdb.servers[0]!, 'ready');
      expect(body)
        .to.have.nested.property('checks.start.waitingFor')
        .that.matches(/EventStoreDB/);
    }, RECOVERED_WITHIN_MS);
    await allReady(pgOnly.servers);
    await cluster.order({ kind: 'comeUp' });
    await allReady(esdb.servers);
  });

  it('is flooded from now on', async () => {
    await Promise.all(sides.map((side) => flooded(side)));
    await allGoOn(sides);
  });

  async function flooded(side: Side): Promise<void> {
    const v1 = new V1Client(side.servers[0]!.url);
    side.admin = await v1.person('root');
    side.owner = await v1.person('owner');
    for (let n = 0; n < GROUPS; n++) {
      const groupId = `flooded-${n.toString()}`;
      const made = await v1.call('POST', '/groups', { token: side.owner.token, body: { groupId, name: groupId } });
      expect(made.status).to.equal(201);
      side.groups.push({ groupId, token: side.owner.token });
    }
    const url = (): string => random.pick(side.servers).url;
    const options = { serversStay: true, paceMs: PACE_MS };
    side.begin(() => new Flood(url, side.groups, random, LANES, side.name, options));
  }

  const onEventStoreDb = (): Side[] => [sides[0]!];
  const everywhere = (): Side[] => sides;

  it('EventStoreDB: connections are cut before and after the write, again and again', async () => {
    for (let n = 0; n < 10; n++) {
      await cluster.order({ kind: random.pick(['cutBeforeWrite', 'cutAfterWrite']) });
      if (n % 3 === 0) await cluster.order({ kind: 'cutConnections' });
    }
    await recovered(onEventStoreDb());
  });

  it('EventStoreDB: the leader moves, twice, and followers lag', async () => {
    await cluster.order({ kind: 'setLag', ms: 300 });
    for (const to of [1, 2]) {
      await cluster.order({ kind: 'moveLeader', to: undefined });
      await pause(random.between(50, 500));
      await cluster.order({ kind: 'moveLeader', to });
      await allGoOn(onEventStoreDb());
    }
    await cluster.order({ kind: 'setLag', ms: 0 });
    await recovered(onEventStoreDb());
  });

  it('EventStoreDB hangs', async () => {
    await outage(onEventStoreDb(), 'eventStore', HUNG_MS, () => cluster.freeze());
    cluster.thaw();
    await recovered(onEventStoreDb());
  });

  it('EventStoreDB is gone and comes back', async () => {
    await outage(onEventStoreDb(), 'eventStore', GONE_MS, () => cluster.order({ kind: 'goDown' }));
    await cluster.order({ kind: 'comeUp' });
    await recovered(onEventStoreDb());
  });

  it('PostgreSQL hangs, on both engines', async () => {
    await outage(everywhere(), 'database', HUNG_MS, () => {
      postgres.freeze();
    });
    postgres.thaw();
    await recovered(everywhere());
  });

  it('PostgreSQL is gone and comes back, on both engines', async () => {
    await outage(everywhere(), 'database', GONE_MS, () => {
      postgres.refuse();
    });
    postgres.allow();
    await recovered(everywhere());
  });

  it('every acknowledged command stands once, every other at most once until its repeat; rows equal a replay', async () => {
    await Promise.all(sides.map((side) => side.flood.stop()));
    await Promise.all(sides.map((side) => settled(side)));
  });

  // Its connections' time to close is spent whole.
  const long = GIVEN === undefined ? undefined : it;
  long?.(
    'told to stop while PostgreSQL hangs, a server ends within the time that an orchestrator gives it',
    async () => {
      const [last] = sides[1]!.servers;
      postgres.freeze();
      await eventually(async () => {
        await pause(LOOK_MS);
        expect((await probe(last!, 'ready')).status).to.equal(503);
      }, RECOVERED_WITHIN_MS);
      const { took } = await timed(last!.end());
      postgres.thaw();
      expect(took).to.be.below(25_000);
    },
  );

  /** Red with the dependency's name, alive, and every request answered in time; lasts at least `ms`. */
  async function outage(over: readonly Side[], dependency: string, ms: number, begin: () => unknown): Promise<void> {
    const since = performance.now();
    await begin();
    const affected = over.flatMap((side) => side.servers.map((server) => ({ side, server })));
    await Promise.all(
      affected.flatMap(({ side, server }) => [
        askEverything(side, server),
        askDialect(side, server),
        eventually(async () => {
          await pause(LOOK_MS);
          const { status, body } = await probe(server, 'ready');
          expect(status).to.equal(503);
          expect(body).to.have.nested.property(`checks.${dependency}.ok`, false);
          expect((await probe(server, 'live')).status).to.equal(200);
        }, RECOVERED_WITHIN_MS),
      ]),
    );
    await pause(Math.max(0, since + ms - performance.now()));
    expect(
      await Promise.all(over.map((side) => probe(side.servers[0]!, 'live').then(({ status }) => status))),
    ).to.deep.equal(over.map(() => 200));
  }

  /** Commands and queries while a store is away: done, or refused clearly, within their deadline. */
  async function askEverything({ owner, groups, admin }: Side, server: ParleyProcess): Promise<void> {
    const v1 = new V1Client(server.url);
    const { groupId } = groups[0]!;
    const token = owner.token;
    await Promise.all(
      (
        [
          ['GET', `/groups/${groupId}`, { token }],
          ['GET', `/groups/${groupId}/events`, { token: admin.token }],
          ['PATCH', `/groups/${groupId}`, { token, body: { introduction: 'during an outage' } }],
          [
            'POST',
            '/users',
            { body: { userId: 'late', nickname: 'Late', login: 'late@example.org', password: 'long enough' } },
          ],
          ['POST', '/sessions', { body: { login: 'root@example.org', password: 'password of root' } }],
        ] as const
      ).map(async ([method, path, request]) => {
        const { took, value } = await timed(v1.call(method, path, request));
        const what = `${method} ${path}: ${value.status.toString()} ${JSON.stringify(value.body)}`;
        if (value.status === 503) {
          expect(value.headers.get('retry-after'), what).to.equal('1');
          expect(value.headers.get('content-type'), what).to.match(/^application\/problem\+json/);
        } else expect(value.status, what).to.be.oneOf([200, 201, 409]);
        expect(took, what).to.be.below(DEADLINE_MS + SLACK_MS);
      }),
    );
  }

  /** The same of 003's API, in its own shape. */
  async function askDialect({ owner: { token }, groups }: Side, server: ParleyProcess): Promise<void> {
    const { groupId } = groups[0]!;
    const asked = [
      ['/group/get_groups_info', { groupIDs: [groupId] }],
      ['/group/set_group_info_ex', { groupID: groupId, introduction: 'in the dialect' }],
    ] as const;
    await Promise.all(
      asked.map(async ([path, body]) => {
        const { took, value } = await timed(
          fetch(`${server.url}/openim${path}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', token, operationID: 'outage' },
            body: JSON.stringify(body),
            signal: AbortSignal.timeout(60_000),
          }).then(async (response) => ({ status: response.status, body: (await response.json()) as object })),
        );
        const what = `${path}: ${JSON.stringify(value.body)}`;
        expect(value.status, what).to.equal(200);
        expect(value.body, what).to.have.property('errCode').that.is.oneOf([0, 500]);
        expect(JSON.stringify(value.body), what).not.to.include('something went wrong here');
        expect(took, what).to.be.below(DEADLINE_MS + SLACK_MS);
      }),
    );
  }

  async function recovered(over: readonly Side[]): Promise<void> {
    await Promise.all([allGoOn(over), allReady(over.flatMap((side) => side.servers))]);
    if (GIVEN === undefined) return;
    // All stop, so that nobody floods while the others are looked at.
    await Promise.all(sides.map((side) => side.flood.stop()));
    await Promise.all(sides.map((side) => settled(side)));
    for (const side of sides) side.begin(() => side.flood.next());
  }

  /** The stopped flood's commands, the answers to their repeats, and the rows. */
  async function settled({ flood, servers: [server], admin, env, database, name }: Side): Promise<void> {
    expect(
      flood.unexpected.slice(0, 5),
      `${name}: ${flood.unexpected.length.toString()} unexpected answers`,
    ).to.deep.equal([]);
    expect(flood.slowestMs, 'the slowest answer').to.be.below(DEADLINE_MS + SLACK_MS);
    const open = flood.sent.filter(({ acknowledged }) => !acknowledged);
    const early = await marksIn(server!.url, admin.token, open);
    expect(open.filter(({ key }) => (early.get(key)?.length ?? 0) > 1)).to.deep.equal([]);
    await eventually(async () => {
      await flood.repeatUnacknowledged();
      expect(flood.sent.filter(({ acknowledged }) => !acknowledged)).to.deep.equal([]);
    }, RECOVERED_WITHIN_MS);
    expect(await flood.repeatAcknowledged(REPEATED)).to.deep.equal([]);
    const marks = await marksIn(server!.url, admin.token, flood.sent);
    // A creation's answer names its last event, the mark is in its first.
    const wrong = flood.sent.filter(
      ({ key, kind, facts }) => String(marks.get(key)) !== String(kind === 'create' ? 0 : facts!.revision),
    );
    expect(
      wrong.map(({ key, facts }) => `${key}: answered ${String(facts!.revision)}, stands at ${String(marks.get(key))}`),
    ).to.deep.equal([]);
    console.log(
      `      ${name}: ${flood.sent.length.toString()} commands, 503: ${JSON.stringify(flood.turnedAway)}, ${open.length.toString()} open in the end, slowest ${Math.round(flood.slowestMs).toString()} ms`,
    );

    await eventually(async () => {
      const caughtUp = await new V1Client(server!.url).call('GET', `/users/me?minPosition=${flood.lastPosition}`, {
        token: admin.token,
      });
      expect(caughtUp.status).to.equal(200);
    }, RECOVERED_WITHIN_MS);
    const tools = await openTools(loadConfig({ ...env, DATABASE_URL: database.url }), silentLogger);
    try {
      for (const projection of tools.projections) {
        const verified = await tools.verify(projection, {});
        expect(verified.same, JSON.stringify(verified)).to.equal(true);
      }
    } finally {
      await tools.close();
    }
    await eachProjectionIsLed(database.url);
  }

  async function allGoOn(over: readonly Side[]): Promise<void> {
    for (const { flood, name } of over) {
      const before = flood.acknowledged;
      await eventually(async () => {
        await pause(LOOK_MS);
        expect(flood.acknowledged, `${name} goes on: ${flood.unexpected.slice(0, 3).join()}`).to.be.above(before + 30);
      }, RECOVERED_WITHIN_MS);
    }
  }
});

async function eachProjectionIsLed(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await eventually(async () => {
      const { rows } = await client.query<{ led: number }>(
        `SELECT count(*)::int AS led FROM pg_locks WHERE locktype = 'advisory' AND classid = 727254 AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(rows[0]!.led).to.equal(projections.length);
    }, RECOVERED_WITHIN_MS);
  } finally {
    await client.end();
  }
}

async function allReady(servers: readonly ParleyProcess[]): Promise<void> {
  for (const server of servers) {
    await eventually(async () => {
      await pause(LOOK_MS);
      const { status, body } = await probe(server, 'ready');
      expect(status, JSON.stringify(body)).to.equal(200);
    }, RECOVERED_WITHIN_MS);
  }
}

/** Whoever probes doesn't wait for long. */
async function probe(server: ParleyProcess, what: 'live' | 'ready'): Promise<{ status: number; body: object }> {
  const response = await fetch(`${server.url}/health/${what}`, { signal: AbortSignal.timeout(5_000) });
  return { status: response.status, body: (await response.json()) as object };
}

async function timed<T>(work: Promise<T>): Promise<{ took: number; value: T }> {
  const began = performance.now();
  const value = await work;
  return { took: performance.now() - began, value };
}
