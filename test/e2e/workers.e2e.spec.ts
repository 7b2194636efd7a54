import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { attachTo } from '../../infrastructure/embedded-postgres/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { Flood, marksIn } from '../support/flood.js';
import { OpenimClient } from '../support/openim-client.js';
import { type ParleyProcess, startParley } from '../support/parley-process.js';
import { seededRandom } from '../support/random.js';
import { V1Client } from '../support/v1-client.js';

const SECRET = 'the secret of OpenIM’s backend';

/** Of an answer over a connection of its own. */
const statusOf = (url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });

describe('one server of several processes', function () {
  this.timeout(120_000);
  const random = seededRandom();
  let dataDir: string;
  let parley: ParleyProcess;
  let database: pg.Client;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-workers-'));
    await chmod(dataDir, 0o711);
    parley = await startParley(
      {
        DATA_DIR: join(dataDir, 'data'),
        WORKERS: '2',
        METRICS_PORT: '0',
        OPENIM_SECRET: SECRET,
        PARLEY_APP_ADMINS: 'root',
      },
      60_000,
    );
    database = new pg.Client({ connectionString: (await attachTo(join(dataDir, 'data'))).url('parley') });
    database.on('error', () => undefined); // it goes with the server
    await database.connect();
  });

  after(async () => {
    await database.end();
    await parley.end();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Of the processes that the first one has made. */
  const workers = (): number[] =>
    execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, parent, ...args]) => parent === parley.pid.toString() && args.join(' ').includes('main.js'))
      .map(([pid]) => Number(pid));

  /** Who feeds the lists. */
  const leader = async (): Promise<number> => {
    const { rows } = await database.query<{ name: string }>(
      `SELECT application_name AS name FROM pg_stat_activity JOIN pg_locks USING (pid)
       WHERE application_name LIKE 'parley projections lead %' AND locktype = 'advisory' AND mode = 'ExclusiveLock'`,
    );
    return Number(/lead (\d+)@/.exec(rows[0]?.name ?? '')?.[1]);
  };

  const metrics = async (): Promise<string> => {
    const [, url] = /Metrics are served at (\S+)/.exec(parley.output()) ?? [];
    return (await fetch(url!)).text();
  };

  it('answers from two, and feeds the lists in a third', async () => {
    expect(workers()).to.have.length(3);
    expect(workers()).to.include(await leader());
  });

  it('shows whoever asks next what a dialect’s command was answered with, whichever process he asks', async () => {
    const openim = new OpenimClient(`${parley.url}/openim`, SECRET);
    const { ann, ben } = await openim.people('ann', 'ben');
    const asked = async (groupName: string): Promise<unknown> => {
      const answers = await Promise.all(
        [ann, ben, ann, ben].map((token) =>
          openim.done<{ groupInfos: { groupName: string }[] }>(
            '/group/get_groups_info',
            { groupIDs: ['of-both'] },
            { token: token!, headers: { connection: 'close' } },
          ),
        ),
      );
      expect(answers.map(({ groupInfos }) => groupInfos[0]?.groupName)).to.deep.equal(answers.map(() => groupName));
      return undefined;
    };
    const groupInfo = { groupID: 'of-both', groupName: 'name 0', groupType: 2 };
    await openim.done(
      '/group/create_group',
      { memberUserIDs: ['ben'], ownerUserID: 'ann', groupInfo },
      { token: ann! },
    );
    await asked('name 0');
    for (let n = 1; n <= 8; n++) {
      const groupName = `name ${n.toString()}`;
      await openim.done(
        '/group/set_group_info',
        { groupInfoForSet: { groupID: 'of-both', groupName } },
        { token: ann! },
      );
      await asked(groupName);
    }
  });

  it('given a port that is taken, then it says which before anything is made', async () => {
    const folder = join(dataDir, 'never');
    const taken = new URL(parley.url).port;
    const started = await startParley({ DATA_DIR: folder, WORKERS: '2', METRICS_PORT: taken }).catch(String);
    expect(started).to.be.a('string').that.includes('Set METRICS_PORT to another one.');
    expect(existsSync(folder)).to.equal(false);
  });

  it('adds up the metrics of all', async () => {
    const text = await metrics();
    const sum = /^parley_http_requests_total\{.*api="openim".*\} (\d+)$/m.exec(text)?.[1];
    expect(Number(sum)).to.be.at.least(36);
    expect(text).to.match(/^parley_projection_lag_seconds\{.*messages.*\} \d/m);
  });

  it('given a flood, when first who feeds and then who answers gets SIGKILL, then others take their places and nothing is lost', async () => {
    const v1 = new V1Client(parley.url);
    const root = await v1.person('root');
    const owner = await v1.person('owner');
    const groups = ['flooded-0', 'flooded-1'].map((groupId) => ({ groupId, token: owner.token }));
    for (const { groupId } of groups)
      await v1.call('POST', '/groups', { token: owner.token, body: { groupId, name: groupId } });
    const flood = new Flood(() => parley.url, groups, random, 8, 'workers');
    const comesTo = (more: number): Promise<void> => {
      const wanted = flood.acknowledged + more;
      return eventually(() => flood.acknowledged >= wanted, 30_000);
    };
    await comesTo(50);

    const feeding = await leader();
    process.kill(feeding, 'SIGKILL');
    await comesTo(50);
    await eventually(async () => {
      const now = await leader();
      expect(now).to.be.greaterThan(0).and.not.equal(feeding);
    }, 30_000);
    const next = await leader();
    process.kill(
      workers().find((pid) => pid !== next)!,
      'SIGKILL',
    );
    await comesTo(50);
    await eventually(() => workers().length === 3, 30_000);
    // Each follows the log when it is all but ready. Who comes anew meanwhile may be sent to any of them.
    const newcomers = new Set<number | undefined>();
    await eventually(async () => {
      newcomers.add(await statusOf(`${parley.url}/v1/users/me`));
      const { rowCount } = await database.query(
        "SELECT FROM pg_stat_activity WHERE application_name = 'parley events listen'",
      );
      return rowCount === 3;
    }, 30_000);
    await comesTo(50);
    await flood.stop();
    // Nobody is sent to one that is only about to answer, while another does.
    expect([...newcomers]).to.deep.equal([401]);

    expect(flood.unexpected.slice(0, 5), parley.output().slice(-2_000)).to.deep.equal([]);
    await eventually(async () => {
      await flood.repeatUnacknowledged();
      expect(flood.sent.filter(({ acknowledged }) => !acknowledged)).to.deep.equal([]);
    }, 30_000);
    const marks = await marksIn(parley.url, root.token, flood.sent);
    expect(flood.sent.filter(({ key }) => marks.get(key)?.length !== 1)).to.deep.equal([]);
    await eventually(async () => {
      const shown = await v1.call('GET', `/users/me?minPosition=${flood.lastPosition}`, { token: owner.token });
      expect(shown.status).to.equal(200);
    }, 30_000);
  });

  it('ends in order, and leaves nobody behind', async () => {
    const there = workers();
    expect(await parley.end('SIGTERM')).to.equal(0);
    for (const pid of there) expect(() => process.kill(pid, 0)).to.throw('ESRCH');
  });
});
