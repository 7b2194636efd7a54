import 'reflect-metadata';
import { ConfigInvalid, loadConfig } from '../infrastructure/config/config.js';
import { openTools } from '../infrastructure/container.js';
import { DatabaseUnreachable } from '../infrastructure/database.js';
import { EmbeddedPostgresError } from '../infrastructure/embedded-postgres/errors.js';
import { makeLogger } from '../infrastructure/logging.js';
import { parleyCommand } from './program.js';

const terminal = {
  out: (line: string) => {
    process.stdout.write(`${line}\n`);
  },
  err: (line: string) => {
    process.stderr.write(`${line}\n`);
  },
  isTerminal: process.stdout.isTTY,
};

const open = (): ReturnType<typeof openTools> => {
  const config = loadConfig({ LOG_LEVEL: 'warn', ...process.env });
  return openTools(config, makeLogger(config.logLevel));
};

try {
  await parleyCommand(open, terminal).parseAsync();
} catch (error) {
  const expected =
    error instanceof ConfigInvalid || error instanceof DatabaseUnreachable || error instanceof EmbeddedPostgresError;
  terminal.err(
    expected || !(error instanceof Error)
      ? String(error instanceof Error ? error.message : error)
      : (error.stack ?? error.message),
  );
  process.exitCode = 1;
}
