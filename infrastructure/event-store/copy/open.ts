import type { Logger } from '../../../application/ports/logger.js';
import { openDatabase } from '../../database.js';
import { configuredAddress, parseAddress, shownAddress, type StoreAddress } from './address.js';
import { type Comparison, compareLogs } from './compare.js';
import { type Copied, copyLog, type CopyProgress } from './copy.js';
import { CopyRefused } from './errors.js';
import { openEventStoreDbEnd } from './eventstoredb-end.js';
import { openPostgresEnd } from './postgres-end.js';
import type { StoreEnd } from './store-end.js';

export interface StoreTools {
  /** @throws CopyRefused, EventStoreUnavailable, DatabaseUnreachable, EmbeddedPostgresError */
  copy(stores: NamedStores, onProgress: (progress: CopyProgress) => void): Promise<Copied>;
  /** @throws as `copy` */
  compare(stores: NamedStores, onProgress: (share: number, events: number) => void): Promise<Comparison>;
}

/** As the operator names them (address.ts). */
export interface NamedStores {
  /** Absent: the store that this environment's server uses. */
  readonly from?: string;
  readonly to: string;
}

export function storeTools(env: Readonly<Record<string, string | undefined>>, log: Logger): StoreTools {
  const open = async <T>(
    { from, to }: NamedStores,
    { make }: { readonly make: boolean },
    work: (source: StoreEnd, target: StoreEnd) => Promise<T>,
  ): Promise<T> => {
    const [sourceAddress, targetAddress] = [
      from === undefined ? configuredAddress(env) : parseAddress(from, env),
      parseAddress(to, env),
    ];
    const source = await openEnd(sourceAddress, log, { make: false });
    try {
      const target = await openEnd(targetAddress, log, { make });
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
    compare: (stores, onProgress) =>
      open(stores, { make: false }, (source, target) => compareLogs(source, target, onProgress)),
  };
}

/** `make`: a database without the tables of a log gets them. */
async function openEnd(address: StoreAddress, log: Logger, { make }: { make: boolean }): Promise<StoreEnd> {
  const shown = shownAddress(address);
  if (address.kind === 'eventstoredb') return openEventStoreDbEnd(address.connectionString, shown, log);
  if (address.kind === 'postgres') return openPostgresEnd({ url: address.url, shown, log, make });
  if (make) throw new CopyRefused('An embedded database is no target: name a PostgreSQL or an EventStoreDB.');
  const database = await openDatabase({ dataDir: address.dataDir }, log, { share: true });
  try {
    const end = await openPostgresEnd({ url: database.url, shown, log, make });
    return closingAlso(end, () => database.close());
  } catch (error) {
    await database.close();
    throw error;
  }
}

const closingAlso = (end: StoreEnd, close: () => Promise<void>): StoreEnd => ({
  store: end.store,
  shown: end.shown,
  read: (after) => end.read(after),
  last: () => end.last(),
  otherProcesses: () => end.otherProcesses(),
  writer: () => end.writer(),
  close: async () => {
    await end.close();
    await close();
  },
});
