import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { attachTo } from '../../infrastructure/embedded-postgres/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { Flood, marksIn } from '../support/flood.js';
import { BUILD, type ParleyProcess, runCli, startParley } from '../support/parley-process.js';
import { seededRandom } from '../support/random.js';
import { V1Client } from '../support/v1-client.js';

/** Each fault so often in `npm run test:soak`; in `npm test` the suite is left out, but for one short fault. */
const ROUNDS = Number(process.env['PARLEY_SINGLE_FAULTS'] ?? 0);
const LASTS_MS = ROUNDS === 0 ? 1_500 : 20_000;
const WITHIN_MS = 120_000;
const HOUR_MS = 3_600_000;
const soak = ROUNDS === 0 ? it.skip : it;

describe('one fault at a time, under a flood of commands', function () {
  this.timeout(300_000);
  const random = seededRandom();
  let folder: string;
  let env: Record<string, string>;
  let parley: ParleyProcess;
  let stranger: pg.Client;
  let url: string;
  let root: { token: string };
  let owner: { token: string };
  let floods = 0;
  let flood: Flood | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-faults-'));
    await chmod(folder, 0o711);
    const clock = join(folder, 'clock');
    await writeFile(clock, '0');
    env = {
      DATA_DIR: join(folder, 'data'),
      PARLEY_APP_ADMINS: 'root',
      PARLEY_TEST_CLOCK: clock,
      NODE_OPTIONS: `--import=${pathToFileURL(join(BUILD, 'test', 'support', 'shifted-clock.js')).href}`,
    };
    parley = await startParley(env, WITHIN_MS);
    url = (await attachTo(env['DATA_DIR']!)).url('parley');
    stranger = await connected();
    const v1 = new V1Client(parley.url);
    root = await v1.person('root');
    owner = await v1.person('owner');
    for (const groupId of ['g', 'h'])
      expect(
        (await v1.call('POST', '/groups', { token: owner.token, body: { groupId, name: groupId } })).status,
      ).to.equal(201);
  });

  after(async () => {
    await flood?.stop();
    await stranger.end();
    await parley.end();
    await rm(folder, { recursive: true, force: true });
  });

  async function connected(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: 'a stranger' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  const readiness = async (): Promise<number> =>
    (await fetch(`${parley.url}/health/ready`, { signal: AbortSignal.timeout(5_000) })).status;

  /** The flood goes on over the fault and behind it; then each acknowledged command stands once, and the rows fit. */
  async function over(fault: () => Promise<unknown>): Promise<void> {
    const groups = ['g', 'h'].map((groupId) => ({ groupId, token: owner.token }));
    const commands = new Flood(() => parley.url, groups, random, 4, `s${(++floods).toString()}`, {
      serversStay: true,
      paceMs: 20,
    });
    flood = commands;
    await eventually(() => commands.acknowledged > 10, WITHIN_MS);
    await fault();
    const before = commands.acknowledged;
    await eventually(async () => {
      expect(commands.acknowledged).to.be.above(before + 20);
      expect(await readiness()).to.equal(200);
    }, WITHIN_MS);
    await commands.stop();
    expect(commands.unexpected.slice(0, 3)).to.deep.equal([]);
    await eventually(async () => {
      await commands.repeatUnacknowledged();
      expect(commands.sent.filter(({ acknowledged }) => !acknowledged)).to.deep.equal([]);
    }, WITHIN_MS);
    const marks = await marksIn(parley.url, root.token, commands.sent);
    expect(commands.sent.filter(({ key }) => marks.get(key)?.length !== 1)).to.deep.equal([]);
    console.log(
      `      ${commands.sent.length.toString()} commands, 503: ${JSON.stringify(commands.turnedAway)}, slowest ${Math.round(commands.slowestMs).toString()} ms`,
    );
    if (ROUNDS > 0) await rowsFit();
  }

  async function rowsFit(): Promise<void> {
    const { code, stdout, stderr } = await runCli(['projections', 'verify', '--all'], env);
    expect([code, stderr], stdout).to.deep.equal([0, '']);
  }

  /** Works every `everyMs` for as long as a fault lasts. */
  async function again(everyMs: number, work: () => Promise<unknown>): Promise<void> {
    for (const end = performance.now() + LASTS_MS; performance.now() < end; await pause(everyMs)) await work();
  }

  for (let round = 1; round <= Math.max(1, ROUNDS); round++) {
    it(`${round.toString()}: others use up PostgreSQL's connections; commands go on and readiness stays`, async () => {
      const others: pg.Client[] = [];
      const seen = new Set<number>();
      await over(async () => {
        try {
          for (;;) others.push(await connected());
        } catch (error) {
          expect(error).to.have.property('code', '53300');
        }
        await again(100, async () => seen.add(await readiness()));
        await Promise.all(others.map((client) => client.end()));
      });
      expect([...seen]).to.deep.equal([200]);
    });

    soak(`${round.toString()}: backends are cancelled at random`, () =>
      over(() =>
        again(20, () =>
          stranger.query(
            `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
             WHERE application_name LIKE 'parley%' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 2`,
          ),
        ),
      ),
    );

    for (const table of ['events.log', 'system.idempotency', 'read.checkpoint'])
      soak(`${round.toString()}: a stranger locks ${table}`, () =>
        over(async () => {
          await stranger.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
          await pause(LASTS_MS);
          await stranger.query('ROLLBACK');
        }),
      );

    for (const name of ['parley events write', 'parley system', 'parley projections feed', 'parley read models'])
      soak(`${round.toString()}: a backend of "${name}" is stopped`, () =>
        over(async () => {
          const { rows } = await stranger.query<{ pid: number }>(
            'SELECT pid FROM pg_stat_activity WHERE application_name = $1 ORDER BY state_change DESC LIMIT 1',
            [name],
          );
          const { pid } = rows[0]!;
          process.kill(pid, 'SIGSTOP');
          await pause(LASTS_MS);
          process.kill(pid, 'SIGCONT');
        }),
      );

    for (const [what, ms] of [
      ['back by an hour', -HOUR_MS],
      ['forward by a day', 24 * HOUR_MS],
    ] as const)
      soak(`${round.toString()}: the clock steps ${what}, and back again`, () =>
        over(async () => {
          await writeFile(env['PARLEY_TEST_CLOCK']!, ms.toString());
          await pause(LASTS_MS / 4);
          await writeFile(env['PARLEY_TEST_CLOCK']!, '0');
        }),
      );
  }

  const v1 = (): V1Client => new V1Client(parley.url);

  soak('credentials are gone: a login is refused clearly, tokens go on', async () => {
    await stranger.query('DELETE FROM system.credential');
    const login = await v1().call('POST', '/sessions', {
      body: { login: 'owner@example.org', password: 'password of owner' },
    });
    expect(login.status).to.equal(401);
    await over(() => Promise.resolve());
  });
});
