import { startEmbeddedPostgres } from '../../infrastructure/embedded-postgres/embedded-postgres.js';
import { silentLogger } from './silent-logger.js';

/**
 * A process that owns an embedded PostgreSQL, as Parley does: `node embedded-owner.js <dataDir> [<uid>]` prints one line of
 * JSON when the server is there, and stops it on SIGINT or SIGTERM.
 */
const [, , dataDir = '', uid] = process.argv;

// Now that everything is loaded, from where that user may not read.
if (uid !== undefined) process.setuid?.(Number(uid));

try {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  const alive = setInterval(() => undefined, 60_000);
  const end = (): void => {
    clearInterval(alive);
    void server.stop();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  process.stdout.write(`${JSON.stringify({ url: server.url(), pid: server.pid, adopted: server.adopted })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
  process.exitCode = 1;
}
