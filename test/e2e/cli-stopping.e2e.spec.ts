import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { PROGRAM, startParley } from '../support/parley-process.js';

describe('the parley command, on a database of its own that it starts itself', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-cli-stopping-'));
    await (await startParley({ DATA_DIR: join(folder, 'data') }, 60_000)).end();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const pidFile = (): string => join(folder, 'data/postgres/pgdata/postmaster.pid');

  function start(...words: string[]): { child: ReturnType<typeof spawn>; ended: Promise<[number | null, string]> } {
    const env = { ...process.env, DATA_DIR: join(folder, 'data') } as NodeJS.ProcessEnv;
    delete env['DATABASE_URL'];
    const child = spawn(process.execPath, [join(PROGRAM, 'parley.js'), ...words], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return { child, ended: once(child, 'close').then(() => [child.exitCode, stderr]) };
  }

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`given ${signal} when its PostgreSQL runs, then that is stopped too, in order, and it gives ${code.toString()}`, async () => {
      const { child, ended } = start('projections', 'rebuild', '--all');
      await eventually(async () => {
        expect(await readFile(pidFile(), 'utf8')).to.match(/ready/);
      }, 20_000);
      child.kill(signal);
      child.stdout?.resume();
      const [exit, stderr] = await ended;
      expect(exit, stderr).to.equal(code);
      expect(stderr)
        .to.match(/^Stopped\. Nothing was switched/m)
        .and.not.match(/^ {4}at /m);
      expect(existsSync(pidFile())).to.equal(false);
    });

  it('given a pipe that is closed, then it ends without a word and leaves no PostgreSQL behind', async () => {
    const { child, ended } = start('projections', 'status');
    child.stdout?.destroy();
    expect(await ended).to.deep.equal([141, '']);
    expect(existsSync(pidFile())).to.equal(false);
  });
});
