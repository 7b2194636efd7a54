import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { listen } from './api/http/server.js';
import { ConfigInvalid, loadConfig } from './infrastructure/config/config.js';
import { openParley } from './infrastructure/container.js';
import { DatabaseUnreachable } from './infrastructure/database.js';
import { EmbeddedPostgresError } from './infrastructure/embedded-postgres/errors.js';
import { makeLogger } from './infrastructure/logging.js';
import { WrongMasterKey } from './infrastructure/serialization/keys/master-key.js';

/** Starts everything, prints the address when it is ready, and ends everything in order at SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const stop = toldToStop();
  const config = loadConfig(process.env);
  const log = makeLogger(config.logLevel);
  const { host, port, openimPort } = config;
  // The ports first: a taken one is known before anything is made, and a prober gets an answer from the start.
  const main = await listen(starting, { host, port });
  const ports = [main];
  try {
    const openim = openimPort === undefined ? undefined : await listen(starting, { host, port: openimPort });
    if (openim !== undefined) ports.push(openim);
    const parley = await openParley(config, log);
    try {
      main.serve(parley.app);
      openim?.serve(parley.openim);
      if (openim !== undefined) process.stdout.write(`OpenIM clients are served at ${openim.url}\n`);
      process.stdout.write(`Parley is ready at ${main.url}\n`);
      const why = await stop;
      log.info({ why }, 'stopping');
      await Promise.all(ports.map((each) => each.stop()));
    } finally {
      await parley.close();
    }
  } finally {
    await Promise.all(ports.map((each) => each.stop()));
  }
}

const starting: RequestListener = (request, response) => {
  const live = request.url === '/health/live';
  response.writeHead(live ? 200 : 503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' });
  response.end(JSON.stringify(live ? { live: true } : { ready: false, detail: 'Parley is starting.' }));
};

/** How often npm is looked after, ms. */
const LOOK_MS = 500;

/**
 * SIGINT, SIGTERM, or the end of the shell in which `npm start` runs us: npm passes a signal on to that shell, which dies of
 * it without telling anybody.
 */
function toldToStop(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    if (process.env['npm_lifecycle_event'] !== 'start') return;
    const shell = process.ppid;
    const look = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(look);
      resolve('npm has ended');
    }, LOOK_MS);
    look.unref();
  });
}

try {
  await main();
} catch (error) {
  const expected =
    error instanceof ConfigInvalid ||
    error instanceof DatabaseUnreachable ||
    error instanceof EmbeddedPostgresError ||
    error instanceof WrongMasterKey;
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (inUse) process.stderr.write(`The port is taken (${error.message}). Set PORT, or OPENIM_PORT, to another one.\n`);
  else if (expected) process.stderr.write(`${error.message}\n`);
  else
    process.stderr.write(
      `Parley could not start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exitCode = 1;
}
