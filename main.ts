import 'reflect-metadata';
import { listen, type RunningServer } from './api/http/server.js';
import { ConfigInvalid, loadConfig } from './infrastructure/config/config.js';
import { openParley } from './infrastructure/container.js';
import { EmbeddedPostgresError } from './infrastructure/embedded-postgres/errors.js';
import { makeLogger } from './infrastructure/logging.js';
import { WrongMasterKey } from './infrastructure/serialization/keys/master-key.js';

/** Starts everything, prints the address when it is ready, and ends everything in order at SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const config = loadConfig(process.env);
  const log = makeLogger(config.logLevel);
  const parley = await openParley(config, log);
  const servers: RunningServer[] = [];
  try {
    const { host, port, openimPort } = config;
    const server = await listen(parley.app, { host, port });
    servers.push(server);
    if (openimPort !== undefined) {
      const openim = await listen(parley.openim, { host, port: openimPort });
      servers.push(openim);
      process.stdout.write(`OpenIM clients are served at ${openim.url}\n`);
    }
    process.stdout.write(`Parley is ready at ${server.url}\n`);
    const signal = await stop;
    log.info({ signal }, 'stopping');
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await parley.close();
  }
}

try {
  await main();
} catch (error) {
  const expected =
    error instanceof ConfigInvalid || error instanceof EmbeddedPostgresError || error instanceof WrongMasterKey;
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (inUse) process.stderr.write(`The port is taken (${error.message}). Set PORT, or OPENIM_PORT, to another one.\n`);
  else if (expected) process.stderr.write(`${error.message}\n`);
  else
    process.stderr.write(
      `Parley could not start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exitCode = 1;
}
