import 'reflect-metadata';
import { EventStoreUnavailable } from '../application/ports/event-store.js';
import { ConfigInvalid, loadConfig } from '../infrastructure/config/config.js';
import { DatabaseUnreachable } from '../infrastructure/database.js';
import { EmbeddedPostgresError } from '../infrastructure/embedded-postgres/errors.js';
import { CopyRefused } from '../infrastructure/event-store/copy/errors.js';
import { makeLogger } from '../infrastructure/logging.js';
import { SystemCopyRefused } from '../infrastructure/system/copy-system.js';
import { parleyCommand } from './program.js';
import type { StoreTools, Tools } from './tools.js';

const terminal = {
  out: (line: string) => {
    process.stdout.write(`${line}\n`);
  },
  err: (line: string) => {
    process.stderr.write(`${line}\n`);
  },
  isTerminal: process.stdout.isTTY,
};

const LINGER_MS = 1_000;

/** Loaded when they are needed: all of Parley takes a second to load, and who asks for help doesn't need it. */
const open = async (): Promise<Tools> => {
  const config = loadConfig({ LOG_LEVEL: 'warn', ...process.env });
  const { openTools } = await import('../infrastructure/container.js');
  return openTools(config, makeLogger(config.logLevel));
};

/** Of its configuration they need no more than where the log is: no keys are touched. */
const openStores = async (): Promise<StoreTools> => {
  const { storeTools } = await import('../infrastructure/event-store/copy/open.js');
  return storeTools(process.env, makeLogger('warn'));
};

try {
  await parleyCommand(open, openStores, terminal).parseAsync();
} catch (error) {
  const expected =
    error instanceof ConfigInvalid ||
    error instanceof CopyRefused ||
    error instanceof DatabaseUnreachable ||
    error instanceof EmbeddedPostgresError ||
    error instanceof EventStoreUnavailable ||
    error instanceof SystemCopyRefused;
  terminal.err(
    expected || !(error instanceof Error)
      ? String(error instanceof Error ? error.message : error)
      : (error.stack ?? error.message),
  );
  process.exitCode = 1;
} finally {
  // All is said and closed, but the client of EventStoreDB goes on for minutes to look for a server that isn't there.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}
