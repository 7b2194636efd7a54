import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';

/** The part of @event-driven-io/emmett-postgresql that is measured. */
export interface EmmettStore {
  appendToStream(
    stream: string,
    events: readonly { type: string; data: object; metadata?: object }[],
    options?: { expectedStreamVersion?: bigint | 'STREAM_DOES_NOT_EXIST' },
  ): Promise<unknown>;
  close(): Promise<void>;
  schema: { migrate(): Promise<unknown> };
}

interface EmmettModule {
  getPostgreSQLEventStore(url: string, options?: { connectionOptions?: { pooled?: true; pool: pg.Pool } }): EmmettStore;
}

/** The named peers live in bench/node_modules (`npm ci --prefix bench`), so that they never choose the product's versions. */
export async function openEmmett(url: string, pool: pg.Pool): Promise<EmmettStore> {
  const home = join(process.cwd(), 'bench', 'package.json');
  if (!existsSync(join(process.cwd(), 'bench', 'node_modules'))) {
    throw new Error('the peers are not installed: npm ci --prefix bench');
  }
  const entry = createRequire(home).resolve('@event-driven-io/emmett-postgresql');
  // Resolved for CommonJS; its ESM twin stands beside it.
  const module = (await import(pathToFileURL(entry.replace(/\.cjs$/, '.js')).href)) as EmmettModule;
  const store = module.getPostgreSQLEventStore(url, { connectionOptions: { pooled: true, pool } });
  await store.schema.migrate();
  return store;
}
