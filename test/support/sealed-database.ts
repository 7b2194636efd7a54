import pg from 'pg';
import type { EventStore } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import type { NoteSigner } from '../../application/seals/signed-note.js';
import { signerOf } from '../../infrastructure/config/seal-key.js';
import { migrations } from '../../infrastructure/database.js';
import { migrate } from '../../infrastructure/postgres/migrate.js';
import { PostgresSeals } from '../../infrastructure/seals/postgres-seals.js';
import type { SealingOptions } from '../../infrastructure/seals/sealer.js';
import { filledDatabase } from './postgres.js';
import { openStore } from './postgres-store.js';
import { SEED } from './seal-seed.js';
import { silentLogger } from './silent-logger.js';

export interface SealedDatabase {
  readonly url: string;
  readonly store: EventStore;
  readonly pool: pg.Pool;
  readonly seals: PostgresSeals;
  readonly signer: NoteSigner;
  /** What seals it. */
  readonly sealing: SealingOptions & { readonly log: Logger };
  drop(): Promise<void>;
}

/** A database with an empty log, its system tables, and a key to sign with. */
export async function sealedDatabase(): Promise<SealedDatabase> {
  const database = await filledDatabase('seals', 'system', (url) => migrate(url, migrations));
  const store = await openStore(database.url);
  const pool = new pg.Pool({ connectionString: database.url, max: 3 });
  pool.on('error', () => undefined);
  const seals = new PostgresSeals(pool);
  const signer = signerOf(SEED, undefined);
  return {
    url: database.url,
    store,
    pool,
    seals,
    signer,
    sealing: { store, seals, signer, log: silentLogger },
    drop: async () => {
      await Promise.all([store.close(), pool.end()]);
      await database.drop();
    },
  };
}
