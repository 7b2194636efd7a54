import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { repositoryRoot } from '../support/repository-root.js';

const CHILDREN = pathToFileURL(join(repositoryRoot(), 'scripts', 'children.mjs')).href;

/** What a script starts: it starts another, and waits for it; what they hold of stdout is free when both have ended. */
const GRANDCHILD = 'setInterval(() => undefined, 1_000); process.stdout.write("here\\n")';
const CHILD = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(GRANDCHILD)}], { stdio: 'inherit' }); setInterval(() => undefined, 1_000)`;
const SCRIPT = `
  const { codeWhenStopped, run } = await import(${JSON.stringify(CHILDREN)});
  await run(process.execPath, ['-e', ${JSON.stringify(CHILD)}], { stdio: 'inherit' });
  process.stdout.write('tidied up\\n');
  process.exitCode = codeWhenStopped();
`;

describe('a script that is told to stop', () => {
  it('ends what it has started, with all that this has started, and then itself in order', async () => {
    const script = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    script.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said === 'here\n') script.kill('SIGTERM');
    });
    const [code] = (await once(script, 'close')) as [number | null];
    expect({ code, said }).to.deep.equal({ code: 143, said: 'here\ntidied up\n' });
  });
});
