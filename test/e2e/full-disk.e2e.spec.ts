import { openSync, closeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { processStart } from '../../infrastructure/embedded-postgres/processes.js';
import { eventually } from '../support/eventually.js';
import { Flood, marksIn } from '../support/flood.js';
import { launchParley, type ParleyProcess, runCli, startParley } from '../support/parley-process.js';
import { seededRandom } from '../support/random.js';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { V1Client } from '../support/v1-client.js';

/** In `npm run test:soak` PostgreSQL is killed as well while the disk is full, and the disk is filled so many times. */
const ROUNDS = Number(process.env['PARLEY_FULL_DISK_ROUNDS'] ?? 1);
const KILLED = process.env['PARLEY_FULL_DISK_ROUNDS'] !== undefined;
/** For PostgreSQL's files and twice the room below which nothing is written. */
const DISK_BYTES = 320 * 1024 * 1024;

describe('a full disk, with the database and the log on it', function () {
  this.timeout(60_000 + ROUNDS * 60_000);
  const random = seededRandom();
  let disk: SmallDisk;
  let env: Record<string, string>;
  let parley: ParleyProcess;
  let flood: Flood | undefined;
  let admin: { token: string };
  let owner: { token: string };

  const at = (name: string): string => join(disk.folder, name);
  const dataDir = (): string => at('data');
  const postmaster = async (): Promise<number> =>
    Number((await readFile(join(dataDir(), 'postgres', 'pgdata', 'postmaster.pid'), 'utf8')).split('\n')[0]);

  async function start(): Promise<void> {
    const log = openSync(at('parley.log'), 'a');
    try {
      parley = await startParley(env, 60_000, log);
    } finally {
      closeSync(log);
    }
  }

  before(async function () {
    const mounted = await mountSmallDisk('full-disk', DISK_BYTES);
    if (mounted === undefined) return this.skip();
    disk = mounted;
    env = { DATA_DIR: dataDir(), PARLEY_APP_ADMINS: 'root', LOG_LEVEL: 'info' };
    await disk.fill();
    const launched = launchParley(env);
    const failed = await launched.ready.catch((error: unknown) => String(error));
    expect(failed, 'at the first start').to.match(/ended \(1\)[^\n]*\n[^\n]*the disk is full[^\n]*Make room[^\n]*$/i);
    expect(await halfMade()).to.deep.equal([]);
    await disk.makeRoom();

    await start();
    const v1 = new V1Client(parley.url);
    admin = await v1.person('root');
    owner = await v1.person('owner');
    const made = await v1.call('POST', '/groups', { token: owner.token, body: { groupId: 'g', name: 'g' } });
    expect(made.status).to.equal(201);
  });

  after(async () => {
    if ((disk as SmallDisk | undefined) === undefined) return;
    await flood?.stop();
    await disk.makeRoom();
    await (parley as ParleyProcess | undefined)?.end();
    await disk.unmount();
  });

  /** What a start that failed may have left. */
  async function halfMade(): Promise<string[]> {
    const names = await readdir(dataDir(), { recursive: true }).catch(() => [] as string[]);
    return names.filter((name) => /pgdata|init-|\.tmp|json/.test(name));
  }

  const ready = async (): Promise<{ status: number; body: string }> => {
    const response = await fetch(`${parley.url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, body: await response.text() };
  };

  for (let round = 1; round <= ROUNDS; round++)
    it(`round ${round.toString()}: readiness and commands say so, reads go on, and all goes on by itself when there is room`, async () => {
      const v1 = new V1Client(parley.url);
      const commands = new Flood(
        () => parley.url,
        [{ groupId: 'g', token: owner.token }],
        random,
        4,
        `f${round.toString()}`,
        {
          serversStay: true,
          paceMs: 20,
        },
      );
      flood = commands;
      await eventually(() => commands.acknowledged > 20, 60_000);
      await disk.fill();
      await eventually(async () => {
        // The server's own look at the disk, not what a command that found no room has told before: others may still fit in.
        const { status, body } = await ready();
        expect([status, /disk is full \(\d+ MiB left\)/.test(body)], body).to.deep.equal([503, true]);
        expect(commands.turnedAway['DiskFull'] ?? 0).to.be.above(0);
      }, 30_000);
      if (KILLED) {
        process.kill(await postmaster(), 'SIGKILL');
        await eventually(async () => {
          expect((await v1.call('GET', '/groups/g', { token: owner.token })).status).to.equal(503);
        });
      } else {
        const read = await v1.call('GET', '/groups/g', { token: owner.token });
        expect(read.status, JSON.stringify(read.body)).to.equal(200);
      }
      const refused = await v1.call('PATCH', '/groups/g', { token: owner.token, body: { name: 'no room' } });
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '1']);
      expect(refused.body).to.include({
        code: 'DiskFull',
        title: 'Insufficient storage: the disk is full; nothing was written',
      });
      const dialect = await fetch(`${parley.url}/openim/group/set_group_info_ex`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', token: owner.token, operationID: 'full' },
        body: JSON.stringify({ groupID: 'g', introduction: 'no room' }),
      });
      expect(await dialect.text()).to.match(/"errCode":500,.*the disk is full; nothing was written/);
      if (!KILLED) {
        const rebuilt = await runCli(['projections', 'rebuild', 'groups'], env);
        // One sentence, whether PostgreSQL refuses to write or has just ended for want of room.
        expect(rebuilt.stderr).to.match(
          /^(groups: the disk is full; readers keep what they have,|The disk is full).*\n$/,
        );
        expect(rebuilt.code).to.equal(1);
      }

      await disk.makeRoom();
      const before = commands.acknowledged;
      await eventually(async () => {
        expect((await ready()).status).to.equal(200);
        expect(commands.acknowledged).to.be.above(before + 20);
      }, 60_000);
      await commands.stop();
      expect(commands.unexpected.slice(0, 3)).to.deep.equal([]);
      await eventually(async () => {
        await commands.repeatUnacknowledged();
        expect(commands.sent.filter(({ acknowledged }) => !acknowledged)).to.deep.equal([]);
      }, 30_000);
      const marks = await marksIn(parley.url, admin.token, commands.sent);
      expect(commands.sent.filter(({ key }) => marks.get(key)?.length !== 1)).to.deep.equal([]);
    });

  it('told to stop meanwhile, it ends with its PostgreSQL; a start says so in a sentence; with room, nothing is lost', async () => {
    await disk.fill();
    const pid = await postmaster();
    // Each line of the log would hold up whoever waits for it.
    await Promise.all(
      Array.from({ length: 20 }, () =>
        new V1Client(parley.url).call('PATCH', '/groups/g', { token: owner.token, body: { ext: '' } }),
      ),
    );
    expect(await parley.end()).to.equal(0);
    expect(await processStart(pid), 'PostgreSQL has ended too').to.equal(undefined);

    const failed = await launchParley(env).ready.catch((error: unknown) => String(error));
    expect(failed, 'at a later start').to.match(/ended \(1\)[^\n]*\n[^\n]*the disk is full[^\n]*Make room[^\n]*$/i);

    await disk.makeRoom();
    await start();
    const verified = await runCli(['projections', 'verify', '--all'], env);
    expect([verified.code, verified.stderr], verified.stdout).to.deep.equal([0, '']);
    expect(await readFile(at('parley.log'), 'utf8')).to.include('disk is full');

    const again = await postmaster();
    expect(await parley.end('SIGHUP'), 'its terminal was closed').to.equal(0);
    expect(await processStart(again)).to.equal(undefined);
  });
});
