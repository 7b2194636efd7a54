import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DemoFailed } from './client.js';
import { tellTheDay } from './story.js';

const USAGE = `npm run demo [-- http://host:port]    (else PARLEY_URL, else the server of PORT on this machine, 8080)`;

const [word, ...more] = process.argv.slice(2);
if (word === '--help' || word === '-h') {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const url = (word ?? process.env['PARLEY_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? '8080'}`).replace(
  /\/+$/,
  '',
);
if (more.length > 0 || !/^https?:\/\/[^/]/.test(url)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
// `… | head` has read enough: nothing is to be tidied up.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 1));

const userId = process.env['PARLEY_DEMO_AUDITOR'] ?? 'demo-auditor';
const adminSecret = process.env['PARLEY_ADMIN_SECRET'];

/**
 * The auditor may be an app admin, so his password is nobody's guess: PARLEY_DEMO_PASSWORD, or one for this server made
 * of a secret in a private file of whoever runs the demo, so that the next run logs in with the same.
 */
function auditorPassword(): string {
  const given = process.env['PARLEY_DEMO_PASSWORD'];
  if (given !== undefined && given !== '') return given;
  const file = join(homedir(), '.parley-demo');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  return createHmac('sha256', readFileSync(file)).update(url).update('\n').update(userId).digest('base64url');
}

try {
  await tellTheDay({
    url,
    run: randomBytes(3).toString('hex'),
    auditor: { userId, password: auditorPassword(), ...(adminSecret === undefined ? {} : { adminSecret }) },
    print: (line) => {
      process.stdout.write(`${line}\n`);
    },
  });
} catch (error) {
  const text = error instanceof DemoFailed ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text ?? 'failed'}\n`);
  process.exitCode = 1;
}
