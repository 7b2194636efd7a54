import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { BUILD } from '../support/parley-process.js';
import { mountFullDisk } from '../support/small-disk.js';

/** Logs 40,000 lines of 100 characters as fast as it can, then tells by its exit code that nothing held it up. */
const CHATTERBOX = `
  const { makeLogger } = await import(process.argv[1]);
  const log = makeLogger('info');
  let beats = 0;
  const beat = setInterval(() => beats++, 5);
  for (let n = 0; n < 400; n++) {
    for (let i = 0; i < 100; i++) log.info({ n }, 'x'.repeat(60));
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (beats < 10) await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(beat);
  process.send('done');
  await new Promise((resolve) => process.once('message', resolve));
  log.info({}, 'the last word');
  process.disconnect();
  setTimeout(() => process.exit(), 1_000).unref();
`;

const children: ChildProcess[] = [];

function chatter(stderr: 'pipe' | number): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', CHATTERBOX, '--', join(BUILD, 'infrastructure', 'logging.js')],
    { stdio: ['ignore', 'ignore', stderr, 'ipc'] },
  );
  children.push(child);
  return child;
}

describe('logging to what takes nothing', function () {
  this.timeout(60_000);
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('a pipe that nobody reads holds nothing up, nor keeps the process alive', async () => {
    const child = chatter('pipe');
    child.stderr?.pause();
    const gone = once(child, 'exit');
    await once(child, 'message');
    child.send('end');
    expect(await gone).to.deep.equal([0, null]);
  });

  it('when it is read again, what was dropped is counted, and all lines are whole', async () => {
    const child = chatter('pipe');
    child.stderr?.pause();
    await once(child, 'message');
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    child.stderr?.resume();
    const gone = once(child, 'close');
    await eventually(() => text.includes('were dropped'));
    child.send('end');
    await gone;
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; dropped?: number });
    const dropped = lines.reduce((sum, line) => sum + (line.dropped ?? 0), 0);
    expect(dropped).to.be.above(0);
    expect(lines.filter(({ msg }) => msg.startsWith('x')).length + dropped).to.equal(40_000);
    expect(lines.at(-1)?.msg).to.equal('the last word');
  });

  it('a file on a full disk holds nothing up; with room again it is written on', async function () {
    const disk = await mountFullDisk('log');
    if (disk === undefined) return this.skip();
    try {
      const path = join(disk.folder, 'parley.log');
      const file = openSync(path, 'a');
      const child = chatter(file);
      closeSync(file);
      const gone = once(child, 'exit');
      await once(child, 'message');
      expect(await readFile(path, 'utf8')).to.equal('');
      await disk.makeRoom();
      await eventually(async () => {
        expect(await readFile(path, 'utf8')).to.include('were dropped');
      });
      child.send('end');
      expect(await gone).to.deep.equal([0, null]);
    } finally {
      await disk.unmount();
    }
  });
});
