import { once } from 'node:events';
import type { StoredEvent } from '../../application/ports/event-store.js';
import { signerOf } from '../../infrastructure/config/seal-key.js';
import { openPostgresEventStore } from '../../infrastructure/event-store/postgres/postgres-event-store.js';
import { exportLog } from '../../infrastructure/seals/export-log.js';
import { PostgresSeals } from '../../infrastructure/seals/postgres-seals.js';
import { sealNow } from '../../infrastructure/seals/sealer.js';
import pg from 'pg';
import { randomHistory } from './random-history.js';
import { SealedLog } from './sealed-log.js';
import { SEED } from './seal-seed.js';
import { silentLogger } from './silent-logger.js';

/** What a forked one is told, as JSON in its first argument. It goes on until somebody kills it. */
export type ProofOrders = { readonly url: string } & (
  | { readonly work: 'seal'; readonly tenant: string }
  /** It says so, and writes no further, when so many pages of `page` events have been written. */
  | {
      readonly work: 'export';
      readonly folder: string;
      readonly group?: string;
      readonly page: number;
      readonly pages: number;
    }
);

const orders = JSON.parse(process.argv[2] ?? '') as ProofOrders;
const store = await openPostgresEventStore({ url: orders.url, log: silentLogger });
const pool = new pg.Pool({ connectionString: orders.url, max: 2 });
const seals = new PostgresSeals(pool);
const signer = signerOf(SEED, undefined);
const { signal } = new AbortController();

/** The store's events in small pages, and none behind the last of them. */
async function* fewAtATime(page: number, pages: number): AsyncGenerator<readonly StoredEvent[], void> {
  let given = 0;
  for await (const events of store.readAll())
    for (let at = 0; at < events.length; at += page) {
      if (given++ === pages) {
        process.send?.('halfway');
        await once(process, 'nothing');
      }
      yield events.slice(at, at + page);
    }
}

if (orders.work === 'seal') {
  const log = new SealedLog(store, orders.tenant);
  for (let n = 0; ; n++) {
    await log.write(randomHistory([n, n * 7, n * 13]));
    await sealNow({ store, seals, signer, log: silentLogger }, signal);
    process.send?.('sealed');
  }
} else {
  const { folder, group, page, pages } = orders;
  const paged = Object.assign(Object.create(store) as typeof store, { readAll: () => fewAtATime(page, pages) });
  await exportLog(
    { folder, gzip: false, ...(group === undefined ? {} : { group }), onProgress: () => undefined, signal },
    { store: paged, seals, key: signer.verifier.text, originOf: () => signer.verifier.name, noteMs: 0 },
  );
}
