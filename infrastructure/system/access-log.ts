import type pg from 'pg';
import {
  accessHash,
  type AccessKind,
  type AccessStore,
  type CountedAccess,
  type KeptAccess,
} from '../../application/audit/access-log.js';
import type { Actor } from '../../domain/shared/actor.js';

interface Row {
  readonly tenant: string;
  readonly seq: string;
  readonly at: string;
  readonly kind: AccessKind;
  readonly actor_kind: Actor['kind'] | '';
  readonly actor_id: string;
  readonly on_behalf_of: string | null;
  readonly operation: string;
  readonly about: string;
  readonly outcome: string;
  readonly correlation_id: string;
  readonly count: number;
  readonly prev_hash: string;
  readonly hash: string;
}

const COLUMNS =
  'tenant, seq, at, kind, actor_kind, actor_id, on_behalf_of, operation, about, outcome, correlation_id, count, prev_hash, hash';

/** Whoever adds to a tenant's chain does so alone; the lock goes with the transaction. */
const LOCK = 'SELECT pg_advisory_xact_lock(727256, hashtext($1))';
const LAST = `SELECT ${COLUMNS} FROM system.access_log WHERE tenant = $1 ORDER BY seq DESC LIMIT 1`;
const ADD = `INSERT INTO system.access_log (${COLUMNS})
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::integer[], $13::text[], $14::text[])`;
const FORWARDS = `SELECT ${COLUMNS} FROM system.access_log WHERE tenant = $1 AND seq >= $2 ORDER BY seq LIMIT $3`;
const BACKWARDS = `SELECT ${COLUMNS} FROM system.access_log WHERE tenant = $1 AND seq <= $2 ORDER BY seq DESC LIMIT $3`;

/** What is kept of a text at most, characters. */
const LONGEST = 500;

export class PostgresAccessLog implements AccessStore {
  constructor(private readonly pool: pg.Pool) {}

  async add(accesses: readonly CountedAccess[]): Promise<void> {
    const byTenant = new Map<string, CountedAccess[]>();
    for (const access of accesses) byTenant.set(access.tenant, [...(byTenant.get(access.tenant) ?? []), access]);
    const client = await this.pool.connect();
    let broken: unknown;
    try {
      await client.query('BEGIN');
      // In one order, so that two who add to several chains don't wait for each other.
      for (const tenant of [...byTenant.keys()].sort()) await addTo(client, tenant, byTenant.get(tenant) ?? []);
      await client.query('COMMIT');
    } catch (error) {
      broken = error;
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release(broken !== undefined);
    }
  }

  async page(
    tenant: string,
    from: number | undefined,
    limit: number,
    order: 'oldest' | 'newest',
  ): Promise<KeptAccess[]> {
    const start = from ?? (order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER);
    const { rows } = await this.pool.query<Row>(order === 'oldest' ? FORWARDS : BACKWARDS, [tenant, start, limit]);
    return rows.map(kept);
  }
}

async function addTo(client: pg.ClientBase, tenant: string, accesses: readonly CountedAccess[]): Promise<void> {
  await client.query(LOCK, [tenant]);
  const { rows } = await client.query<Row>(LAST, [tenant]);
  const [last] = rows.map(kept);
  let seq = (last?.seq ?? -1) + 1;
  let prevHash = last?.hash ?? '';
  const entries: KeptAccess[] = [];
  for (const { about, operation, ...access } of accesses) {
    const entry = { ...access, operation: cut(operation), about: cut(about), seq, prevHash };
    const hash = accessHash(entry);
    entries.push({ ...entry, hash });
    seq += 1;
    prevHash = hash;
  }
  const column = <Value>(valueOf: (entry: KeptAccess) => Value): Value[] => entries.map(valueOf);
  await client.query(ADD, [
    column((entry) => entry.tenant),
    column((entry) => entry.seq),
    column((entry) => entry.at),
    column((entry) => entry.kind),
    column((entry) => entry.actor?.kind ?? ''),
    column((entry) => entry.actor?.id ?? ''),
    column((entry) => entry.actor?.onBehalfOf ?? null),
    column((entry) => entry.operation),
    column((entry) => entry.about),
    column((entry) => entry.outcome),
    column((entry) => entry.correlationId),
    column((entry) => entry.count),
    column((entry) => entry.prevHash),
    column((entry) => entry.hash),
  ]);
}

/** PostgreSQL's text can't hold U+0000, nor UTF-8 half a pair. */
const cut = (text: string): string => text.slice(0, LONGEST).replaceAll(/\0|\p{Surrogate}/gu, '');

const kept = (row: Row): KeptAccess => ({
  tenant: row.tenant,
  seq: Number(row.seq),
  at: Number(row.at),
  kind: row.kind,
  actor:
    row.actor_kind === ''
      ? undefined
      : {
          kind: row.actor_kind,
          id: row.actor_id,
          ...(row.on_behalf_of === null ? {} : { onBehalfOf: row.on_behalf_of }),
        },
  operation: row.operation,
  about: row.about,
  outcome: row.outcome,
  correlationId: row.correlation_id,
  count: row.count,
  prevHash: row.prev_hash,
  hash: row.hash,
});
