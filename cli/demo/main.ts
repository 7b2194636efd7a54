import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DemoFailed } from './client.js';
import { tellTheDay } from './story.js';

/** `npm run demo [-- <url>]`, or PARLEY_URL. */
const url = (process.argv[2] ?? process.env['PARLEY_URL'] ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
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
