import 'reflect-metadata';
import { trusts } from './api/http/app.js';
import { listen } from './api/http/server.js';
import { startingApp } from './api/http/starting.js';
import type { Logger } from './application/ports/logger.js';
import { type Config, loadConfig, secretVariables } from './infrastructure/config/config.js';
import { openDatabase } from './infrastructure/database.js';
import { lineWriter } from './infrastructure/line-writer.js';
import { makeLogger } from './infrastructure/logging.js';
import { forOperator } from './infrastructure/operator-errors.js';
import { StartCancelled } from './infrastructure/patience.js';
import { toldToStop } from './infrastructure/told-to-stop.js';

const stdout = lineWriter(1, { onDropped: (lines) => `${lines.toString()} lines could not be written\n` });
const stderr = lineWriter(2, { onDropped: (lines) => `${lines.toString()} lines could not be written\n` });

/** Starts everything, prints the address when it is ready, and ends everything in order at SIGINT, SIGTERM or SIGHUP. */
async function main(): Promise<void> {
  const stop = toldToStop('start');
  const stopping = new AbortController();
  void stop.then(() => {
    stopping.abort();
    // A server that hangs may keep anything from closing; whoever told us to stop kills us sooner or later.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  });
  const config = loadConfig(process.env);
  const log = makeLogger(config.logLevel);
  nameBlanks(config, log);
  const { host, port, openimPort } = config;
  // The ports first: a taken one is known before anything is made, and a prober gets an answer from the start.
  let waitingFor: string | undefined;
  const waiting = (): string | undefined => waitingFor;
  const shared = { host, limits: config.limits, trusted: trusts(config.trustedProxies) };
  const main = await listen(startingApp(waiting), { ...shared, port });
  const ports = [main];
  try {
    const openim =
      openimPort === undefined
        ? undefined
        : await listen(startingApp(waiting, { openimOnly: true }), { ...shared, port: openimPort, openimOnly: true });
    if (openim !== undefined) ports.push(openim);
    // The PostgreSQL that Parley runs itself starts while the rest of Parley is loaded.
    const opening = config.databaseUrl === undefined ? openDatabase(config, log, { share: false }) : undefined;
    opening?.catch(() => undefined); // said when it is waited for
    const { openParley } = await import('./infrastructure/container.js');
    const patience = {
      log,
      signal: stopping.signal,
      onWaiting: (what: string | undefined) => {
        if (what !== undefined && what !== waitingFor)
          stdout.write(`Parley lives at ${main.url} and waits for ${what}\n`);
        waitingFor = what;
      },
    };
    const parley = await openParley(config, log, patience, opening);
    try {
      main.serve(parley.app);
      openim?.serve(parley.openim);
      if (openim !== undefined) stdout.write(`OpenIM clients are served at ${openim.url}\n`);
      stdout.write(`Parley is ready at ${main.url}\n`);
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

/** Whoever sets a variable to nothing may have meant something; of a secret, that what it opens is closed. */
function nameBlanks({ blankVariables }: Config, log: Logger): void {
  const isSecret = (name: string): boolean => secretVariables.includes(name.replace(/_FILE$/, ''));
  const secrets = blankVariables.filter(isSecret);
  const others = blankVariables.filter((name) => !isSecret(name));
  if (secrets.length > 0) log.warn({ variables: secrets }, `${secrets.join(', ')}: set but blank, as if not set`);
  if (others.length > 0) log.info({ variables: others }, `${others.join(', ')}: set but blank, as if not set`);
}

/** From being told to stop until the process has ended, whatever hangs, ms: less than the 30 s after which Kubernetes kills. */
const STOP_WITHIN_MS = 25_000;

/** For what was closed to let the process end by itself, ms. */
const LINGER_MS = 1_000;

try {
  await main();
} catch (error) {
  // Told to stop before it could begin: nothing is wrong with that.
  if (!(error instanceof StartCancelled)) {
    stderr.write(`${lastWords(error)}\n`);
    process.exitCode = 1;
  }
} finally {
  // All is closed, but the sockets to a server that hangs, and the search for one that isn't there.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return `Parley could not start.\n${String(error)}`;
  const code = 'code' in error && 'syscall' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') return `The port is taken (${error.message}). Set PORT, or OPENIM_PORT, to another one.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `HOST is no address of this machine (${error.message}).`;
  if (code === 'EACCES' && 'syscall' in error && error.syscall === 'listen')
    return `This user may not listen on that port (${error.message}). Set PORT, or OPENIM_PORT, to one above 1023.`;
  return forOperator(error) ?? `Parley could not start.\n${error.stack ?? error.message}`;
}
