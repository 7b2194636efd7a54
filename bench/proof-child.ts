import 'reflect-metadata';
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { signerOf } from '../infrastructure/config/seal-key.js';
import { openPostgresEventStore } from '../infrastructure/event-store/postgres/postgres-event-store.js';
import { exportLog } from '../infrastructure/seals/export-log.js';
import { PostgresSeals } from '../infrastructure/seals/postgres-seals.js';
import { verifyLog } from '../infrastructure/seals/verify-log.js';
import { keepHeapTight } from '../infrastructure/tight-heap.js';
import { silentLog } from './payload.js';

// As the `parley` command does.
keepHeapTight();

/**
 * `node proof-child.js verify URL | export URL FOLDER | alone VERIFIER FOLDER`: one of the ways to prove a log, in a process of its own,
 * whose time and memory are told on file descriptor 3, as JSON.
 */
const [what, where = '', folder = ''] = process.argv.slice(2);
const signer = signerOf(Buffer.alloc(32, 9), undefined);
const { signal } = new AbortController();

async function withLog(
  work: (store: Awaited<ReturnType<typeof openPostgresEventStore>>, seals: PostgresSeals) => Promise<void>,
) {
  const pool = new pg.Pool({ connectionString: where, max: 2 });
  const store = await openPostgresEventStore({ url: where, log: silentLog });
  const begun = performance.now();
  await work(store, new PostgresSeals(pool));
  tell(performance.now() - begun);
  await store.close();
  await pool.end();
}

const tell = (ms: number): void => {
  writeSync(3, JSON.stringify({ ms, mib: process.resourceUsage().maxRSS / 1024 }));
};

if (what === 'alone') {
  process.argv.splice(2, Infinity, folder, '--key', signer.verifier.text);
  const begun = performance.now();
  await import(pathToFileURL(where).href);
  tell(performance.now() - begun);
} else {
  await withLog(async (store, seals) => {
    if (what === 'verify') {
      const { holds } = await verifyLog({ store, seals, verifiers: [signer.verifier], signal });
      if (!holds) throw new Error('a log that nobody changed does not hold');
    } else
      await exportLog(
        { folder, gzip: false, onProgress: () => undefined, signal },
        { store, seals, key: signer.verifier.text, originOf: () => signer.verifier.name },
      );
  });
}
