import { randomBytes } from 'node:crypto';
import { readFile, mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { attachTo } from '../../infrastructure/embedded-postgres/embedded-postgres.js';
import { viewName } from '../../projections/engine/projection.js';
import { projections } from '../../projections/index.js';
import { ENGINES, type TestEngine, testEngine } from '../support/engines.js';
import { eventually } from '../support/eventually.js';
import { Flood, type FloodedGroup, marksIn } from '../support/flood.js';
import { type ParleyProcess, runCli, startParley } from '../support/parley-process.js';
import { seededRandom } from '../support/random.js';
import { V1Client } from '../support/v1-client.js';

/** As many as it takes to kill each of the two several times in `npm test`, 100 in `npm run test:soak`. */
const ROUNDS = { PostgreSQL: rounds(2), EventStoreDB: rounds(2) };
const LANES = 16;
/** For a start, and for the flood to swell, ms: only against hanging, as others work on the same machine. */
const WITHIN_MS = 60_000;
const GROUPS = 8;

/**
 * A stranger's test of durability: real processes, real kills, looked at only from outside (HTTP, the `parley` command)
 * and at the rows that readers see.
 */
for (const engine of ENGINES)
  describe(`killed at random moments under load, on ${engine}`, function () {
    this.timeout(2 * WITHIN_MS + ROUNDS[engine] * 30_000);
    const random = seededRandom();
    let dataDir: string;
    let env: Record<string, string>;
    let eventStore: TestEngine;
    let parley: ParleyProcess;
    const groups: FloodedGroup[] = [];
    let admin: { userId: string; token: string };

    before(async () => {
      console.log(`      seed ${random.seed.toString()} (PARLEY_TEST_SEED repeats it)`);
      eventStore = await testEngine(engine);
      dataDir = await mkdtemp(join(tmpdir(), 'parley-kill-'));
      await chmod(dataDir, 0o711);
      env = { ...eventStore.env, DATA_DIR: join(dataDir, 'data'), PARLEY_APP_ADMINS: 'root' };
      // Beside an event store of its own, Parley makes none.
      if (engine === 'EventStoreDB') {
        env['PARLEY_MASTER_KEY'] = randomBytes(32).toString('base64');
        env['PARLEY_TOKEN_SECRET'] = randomBytes(48).toString('base64');
      }
      parley = await startParley(env, WITHIN_MS);
      const v1 = new V1Client(parley.url);
      admin = await v1.person('root');
      const owner = await v1.person('owner');
      for (let n = 0; n < GROUPS; n++) {
        const groupId = `flooded-${n.toString()}`;
        const made = await v1.call('POST', '/groups', { token: owner.token, body: { groupId, name: groupId } });
        expect(made.status).to.equal(201);
        groups.push({ groupId, token: owner.token });
      }
    });

    after(async () => {
      await parley.end();
      await eventStore.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    for (let round = 1; round <= ROUNDS[engine]; round++) {
      const victim = round % 2 === 1 ? 'Parley' : 'PostgreSQL';

      it(`round ${round.toString()}: given a flood, when ${victim} gets SIGKILL, then every acknowledged command stands once and the rows equal a replay`, async () => {
        const flood = new Flood(() => parley.url, groups, random, LANES, `r${round.toString()}`);
        const before = random.between(50, 200);
        await eventually(
          () =>
            flood.acknowledged >= before ||
            Promise.reject(new Error(`only ${flood.acknowledged.toString()} were acknowledged`)),
          WITHIN_MS,
        );

        if (victim === 'Parley') {
          await parley.end('SIGKILL');
          parley = await startParley(env, WITHIN_MS);
        } else {
          process.kill(await postmasterPid(env['DATA_DIR']!), 'SIGKILL');
        }
        const atKill = flood.acknowledged;
        // The flood goes on into the revived server: it must come back by itself.
        await eventually(
          () => flood.acknowledged > atKill + 50 || Promise.reject(new Error('the server did not come back')),
          30_000,
        );
        await flood.stop();
        expect(flood.unexpected.slice(0, 5), parley.output().slice(-2_000)).to.deep.equal([]);

        await eventually(async () => {
          await flood.repeatUnacknowledged();
          expect(flood.sent.filter((command) => !command.acknowledged)).to.deep.equal([]);
        }, 30_000);

        await Promise.all([eachStandsOnce(flood), rowsEqualReplay(flood.lastPosition)]);
      });
    }

    /** The history, through the auditors' command for one group and through the API for the others. */
    async function eachStandsOnce(flood: Flood): Promise<void> {
      const marks = await marksIn(parley.url, admin.token, flood.sent);
      const wrong = flood.sent.filter((command) => marks.get(command.key)?.length !== 1);
      expect(
        wrong.map((command) => `${command.key} stands ${(marks.get(command.key)?.length ?? 0).toString()} times`),
      ).to.deep.equal([]);

      const history = await runCli(['audit', 'history', 'group', groups[0]!.groupId], env);
      expect(history.code, history.stderr).to.equal(0);
      const inFirst = flood.sent.filter((command) => command.groupId === groups[0]!.groupId);
      expect(history.stdout.split('\n').length).to.be.greaterThan(inFirst.length);
      expect(history.stdout).to.match(/hash chain holds/);
    }

    const checks = async (): Promise<Record<string, object>> => {
      const response = await fetch(`${parley.url}/health/ready`);
      return ((await response.json()) as { readonly checks: Record<string, object> }).checks;
    };

    /** What readers see before and after a rebuild from history is the same, row by row. */
    async function rowsEqualReplay(position: string): Promise<void> {
      const client = new pg.Client({ connectionString: (await attachTo(env['DATA_DIR']!)).url('parley') });
      await client.connect();
      try {
        await eventually(async () => {
          const caughtUp = await new V1Client(parley.url).call('GET', `/users/me?minPosition=${position}`, {
            token: admin.token,
          });
          expect(caughtUp.status).to.equal(200);
        }, 30_000);
        // What the load has set off writes as well; and what that wrote is shown.
        await eventually(async () => {
          expect(Object.values((await checks())['processes'] ?? {}).map(lagOf)).to.satisfy(level);
        }, 30_000);
        await eventually(async () => {
          expect(Object.values(await checks()).map(lagOf)).to.satisfy(level);
        }, 30_000);
        const rows = async (): Promise<string[][]> => {
          const tables: string[][] = [];
          for (const projection of projections) tables.push(await rowsOf(client, viewName(projection)));
          return tables;
        };
        const live = await rows();
        const rebuilt = await runCli(['projections', 'rebuild', ...projections.map(({ name }) => name)], env);
        expect(rebuilt.code, rebuilt.stderr + rebuilt.stdout).to.equal(0);
        expect(await rows()).to.deep.equal(live);
        // This load registers, creates, joins and mutes; the other tables stay empty.
        for (const [i, { name }] of projections.entries())
          if (['users', 'groups', 'group_members'].includes(name)) expect(live[i], name).not.to.be.empty;
      } finally {
        await client.end();
      }
    }
  });

/** What of a process or a projection, or of anything else that readiness tells of, is behind the log, ms. */
const lagOf = (check: unknown): number =>
  typeof check === 'object' && check !== null && 'lagMs' in check ? Number(check.lagMs) : 0;
const level = (lags: readonly number[]): boolean => lags.length > 0 && lags.every((lag) => lag === 0);

async function rowsOf(client: pg.Client, view: string): Promise<string[]> {
  const { rows } = await client.query<{ row: string }>(
    `SELECT to_jsonb(v)::text AS row FROM ${view} v ORDER BY to_jsonb(v)::text COLLATE "C"`,
  );
  return rows.map(({ row }) => row);
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

function rounds(usually: number): number {
  return Number(process.env['PARLEY_KILL_ROUNDS'] ?? usually);
}
