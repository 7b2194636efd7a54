import type { Logger } from '../../../application/ports/logger.js';
import type { NamedStores, StoreTools } from '../../../application/ports/tools.js';
import { WrongWords } from '../../../application/ports/wrong-words.js';
import type { Config } from '../../config/config.js';
import { migrations, openDatabase } from '../../database.js';
import { migrate } from '../../postgres/migrate.js';
import { copySystem, plannedSystemCopy } from '../../system/copy-system.js';
import { type Served, servedTenants } from '../eventstoredb/served.js';
import { configuredAddress, parseAddress, shownAddress, type StoreAddress } from './address.js';
import { compareLogs } from './compare.js';
import { copyLog, plannedCopy } from './copy.js';
import { NoLogThere } from './errors.js';
import { openEventStoreDbEnd } from './eventstoredb-end.js';
import { openPostgresEnd } from './postgres-end.js';
import type { StoreEnd } from './store-end.js';

/** Its works throw WrongWords, CopyRefused, SystemCopyRefused, EventStoreUnavailable, DatabaseUnreachable and EmbeddedPostgresError. */
export function storeTools(
  env: Readonly<Record<string, string | undefined>>,
  log: Logger,
): Omit<StoreTools, 'migrate'> {
  const ends = ({ from, to, tenants }: NamedStores, { make }: { readonly make: boolean }) => {
    const source = from === undefined ? configuredAddress(env) : parseAddress(from, env);
    const target = parseAddress(to, env);
    if (make && target.kind === 'embedded')
      throw new WrongWords('An embedded database is no target: name a PostgreSQL or an EventStoreDB.');
    return { source, target, served: servedTenants(tenants ?? tenantsIn(env)) };
  };
  const open = async <T>(
    stores: NamedStores,
    { make }: { readonly make: boolean },
    work: (source: StoreEnd, target: StoreEnd) => Promise<T>,
  ): Promise<T> => {
    const { source: sourceAddress, target: targetAddress, served } = ends(stores, { make });
    const source = await openEnd(sourceAddress, { log, served, make: false });
    try {
      const target = await openEnd(targetAddress, { log, served, make });
      try {
        return await work(source, target);
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  };
  return {
    copy: (stores, onProgress) => open(stores, { make: true }, (source, target) => copyLog(source, target, onProgress)),
    planCopy: async (stores) => {
      const { source: from, target: to, served } = ends(stores, { make: true });
      const source = await openEnd(from, { log, served, make: false });
      try {
        const target = await openEnd(to, { log, served, make: false }).catch((error: unknown) => {
          if (error instanceof NoLogThere) return undefined;
          throw error;
        });
        try {
          return { share: await plannedCopy(source, target), inUseBy: await source.otherProcesses() };
        } finally {
          await target?.close();
        }
      } finally {
        await source.close();
      }
    },
    compare: (stores, onProgress) =>
      open(stores, { make: false }, (source, target) => compareLogs(source, target, onProgress)),
    copySystem: async ({ from, to }, { signal, dryRun = false }) => {
      const [place, target] = [databaseAt(from, env), databaseAt(to, env)];
      if (target.databaseUrl === undefined) throw new WrongWords('The target must be postgres://….');
      const source = await openDatabase(place, log, { share: true });
      try {
        await (await openDatabase(target, log, { share: true })).close();
        if (dryRun) return await plannedSystemCopy(source.url, target.databaseUrl);
        await migrate(target.databaseUrl, migrations);
        return await copySystem(source.url, target.databaseUrl, signal);
      } finally {
        await source.close();
      }
    },
  };
}

/** The PostgreSQL that is named, or that this environment's server uses. @throws WrongWords */
export function databaseAt(
  name: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'dataDir' | 'databaseUrl'> {
  const address = name === undefined ? configuredAddress({ ...env, EVENT_STORE: undefined }) : parseAddress(name, env);
  if (address.kind === 'embedded') return { dataDir: address.dataDir };
  if (address.kind === 'postgres') return { dataDir: '', databaseUrl: address.url };
  throw new WrongWords('Schema "system" is in PostgreSQL: name embedded:<data directory> or postgres://….');
}

function tenantsIn(env: Readonly<Record<string, string | undefined>>): string[] | undefined {
  const named = (env['TENANTS'] ?? '').split(',').flatMap((tenant) => tenant.trim() || []);
  return named.length === 0 ? undefined : named;
}

interface EndOptions {
  readonly log: Logger;
  readonly served: Served;
  /** A database without the tables of a log gets them. */
  readonly make: boolean;
}

async function openEnd(address: StoreAddress, options: EndOptions): Promise<StoreEnd> {
  const shown = shownAddress(address);
  if (address.kind === 'eventstoredb') {
    return openEventStoreDbEnd({ ...options, connectionString: address.connectionString, shown });
  }
  if (address.kind === 'postgres') return openPostgresEnd({ ...options, url: address.url, shown });
  const database = await openDatabase({ dataDir: address.dataDir }, options.log, { share: true });
  try {
    const end = await openPostgresEnd({ ...options, url: database.url, shown });
    return closingAlso(end, () => database.close());
  } catch (error) {
    await database.close();
    throw error;
  }
}

const closingAlso = (end: StoreEnd, close: () => Promise<void>): StoreEnd => ({
  identity: end.identity,
  shown: end.shown,
  read: (after) => end.read(after),
  first: () => end.first(),
  last: () => end.last(),
  at: (stream, revision) => end.at(stream, revision),
  otherProcesses: () => end.otherProcesses(),
  writer: () => end.writer(),
  close: async () => {
    await end.close();
    await close();
  },
});
