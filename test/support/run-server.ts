import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../infrastructure/embedded-postgres/embedded-postgres.js';
import { silentLogger } from './silent-logger.js';

export interface RunServer {
  /** A superuser's. */
  readonly url: string;
  /** With all that is in it. */
  stop(): Promise<void>;
}

/** A PostgreSQL for tests, which is taken away with its data also when this process is killed. */
export async function startRunServer(): Promise<RunServer> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(directory, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir: join(directory, 'data'),
    log: silentLogger,
    // It outlives no crash of the machine, so nothing waits for the disk, nor is any page written twice. Each database that is
    // made begins a checkpoint; and of hundreds of small ones, a vacuum of its own accord would visit several a second.
    settings: { max_connections: '400', fsync: 'off', full_page_writes: 'off', autovacuum: 'off' },
  });
  const janitor = tidyUpAfter(directory);
  return {
    url: server.url(),
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
      janitor?.kill();
    },
  };
}

/** A run that is killed can't stop its server: this shell notices by the end of its input, which closes with us. */
function tidyUpAfter(path: string): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const script =
    'cat > /dev/null; kill -INT "$(head -n 1 "$1/data/postgres/pgdata/postmaster.pid")"; sleep 3; rm -rf "$1"';
  const child = spawn('/bin/sh', ['-c', script, 'sh', path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
