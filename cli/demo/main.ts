import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DemoFailed } from './client.js';
import { startOwnServer } from './own-server.js';
import { tellTheDay } from './story.js';

const USAGE = `npm run demo [-- http://host:port]    (else PARLEY_URL, else a server of its own, which is gone afterwards)`;

const [word, ...more] = process.argv.slice(2);
if (word === '--help' || word === '-h') {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const given = (word ?? process.env['PARLEY_URL'])?.replace(/\/+$/, '');
if (more.length > 0 || (given !== undefined && !/^https?:\/\/[^/]/.test(given))) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
/** Tidies up, and ends. */
let leave = (code: number): void => process.exit(code);
// `… | head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  leave(error.code === 'EPIPE' ? 141 : 1);
});

const userId = process.env['PARLEY_DEMO_AUDITOR'] ?? 'demo-auditor';
const run = randomBytes(3).toString('hex');
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * The auditor may be an app admin, so his password is nobody's guess: PARLEY_DEMO_PASSWORD, or one for this server made
 * of a secret in a private file of whoever runs the demo, so that the next run logs in with the same.
 */
function auditorPassword(url: string): string {
  const given = process.env['PARLEY_DEMO_PASSWORD'];
  if (given !== undefined && given !== '') return given;
  const file = join(homedir(), '.parley-demo');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  return createHmac('sha256', readFileSync(file)).update(url).update('\n').update(userId).digest('base64url');
}

async function tellTo(url: string): Promise<void> {
  const adminSecret = process.env['PARLEY_ADMIN_SECRET'];
  const auditor = { userId, password: auditorPassword(url), ...(adminSecret === undefined ? {} : { adminSecret }) };
  await tellTheDay({ url, run, auditor, print });
}

/** With every API that there is; whatever happens, nothing of the server stays. */
async function tellToOwnServer(): Promise<void> {
  print('A server of its own is started, PostgreSQL and all …');
  const starting = startOwnServer(userId);
  leave = (code) => void starting.then(({ stop }) => stop()).finally(() => process.exit(code));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      leave(130);
    });
  const { url, adminSecret, apis, stop } = await starting;
  try {
    const auditor = { userId, password: randomBytes(32).toString('base64url'), adminSecret };
    await tellTheDay({ url, run, auditor, apis, print });
  } finally {
    await stop();
  }
}

try {
  await (given === undefined ? tellToOwnServer() : tellTo(given));
} catch (error) {
  const text = error instanceof DemoFailed ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text ?? 'failed'}\n`);
  process.exitCode = 1;
}
