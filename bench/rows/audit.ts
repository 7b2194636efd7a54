import type { AuditFilter } from '../../application/audit/audit-log.js';
import { HistorySearch } from '../../application/audit/history-search.js';
import { HistoryReader } from '../../application/queries/history.js';
import { migrations } from '../../infrastructure/database.js';
import { openReadModels } from '../../infrastructure/read-models/read-models.js';
import { auditLogProjection } from '../../projections/audit-log.projection.js';
import { tablesOf } from '../../projections/engine/projection.js';
import { ProjectionEngine, projectionMigrations } from '../../projections/index.js';
import { median, type Row } from '../harness.js';
import { newLog } from '../log.js';
import { silentLog } from '../payload.js';

const TENANT = '1000';
const EVENTS = 1_000_000;
const GROUPS = 1_000;
const LIMIT = 50;
/** What a page may take, ms. */
const BAR = 50;
const START = 1_700_000_000_000;

/** Mutes of one user, in a thousand groups, one a second. */
const FILL_LOG = `INSERT INTO events.log (position, revision, id, stream, type, data, metadata)
  SELECT n + 1, n / ${GROUPS}, gen_random_uuid(), 'parley_group-${TENANT}.g' || n % ${GROUPS}, 'MemberMuted',
    '{"groupId":"g' || n % ${GROUPS} || '","userId":"hit","until":null,"by":"ann"}',
    '{"schemaVersion":1,"tenant":"${TENANT}","actor":{"kind":"user","id":"ann"},"via":"v1:PUT /mute","$correlationId":"c' || n
      || '","$causationId":"c","occurredAt":' || ${START} + n * 1000::bigint || ',"prevHash":"","hash":"${'h'.repeat(43)}"}'
  FROM generate_series(0, ${EVENTS - 1}) n`;
const fillAudit = (table: string): string => `INSERT INTO ${table}
    (tenant, user_id, side, at, stream, revision, first, type, group_id, correlation_id)
  SELECT '${TENANT}', who.id, who.side, ${START} + n * 1000::bigint, 'parley_group-${TENANT}.g' || n % ${GROUPS}, n / ${GROUPS},
    who.side = 'by', 'MemberMuted', 'g' || n % ${GROUPS}, 'c' || n
  FROM generate_series(0, ${EVENTS - 1}) n, (VALUES ('ann', 'by'), ('hit', 'to')) who (id, side)`;

/** An auditor's pages out of a million events, all of them about one user. */
export async function auditRows(url: string, closers: (() => Promise<unknown>)[]): Promise<Row[]> {
  const { pool, store, serializer, close } = await newLog(url, undefined, [...migrations, ...projectionMigrations]);
  closers.push(close);
  const projections = [auditLogProjection];
  const engine = new ProjectionEngine({ store, serializer, pool, lockUrl: url, projections, log: silentLog });
  await engine.start();
  await engine.stop();
  await pool.query(FILL_LOG);
  await pool.query(fillAudit(tablesOf(auditLogProjection, 'a').main));
  await pool.query('VACUUM ANALYZE');
  const readModels = await openReadModels({ url, poolSize: 4 });
  closers.push(() => readModels.close());
  const search = new HistorySearch({ store, log: readModels.auditLog, reader: new HistoryReader(store, serializer) });

  const row = (name: string, filter: AuditFilter): Row => ({
    name: `Audit: ${name}, a page of ${LIMIT.toString()} among a million events`,
    unit: 'ms',
    sides: [
      {
        name: 'Parley',
        run: async (ms) => {
          const took: number[] = [];
          for (const end = performance.now() + ms; performance.now() < end;) {
            const from = START + Math.floor(Math.random() * EVENTS) * 1_000;
            const begun = performance.now();
            await search.ofTenant(TENANT, { from, ...filter }, took.length % 2 === 0 ? 'oldest' : 'newest', {
              limit: LIMIT,
            });
            took.push(performance.now() - begun);
          }
          return median(took);
        },
      },
      { name: 'what it may take', run: () => Promise.resolve(BAR) },
    ],
    bars: [{ peer: 'what it may take', bar: 1 }],
  });
  return [
    row('everything done to one user', { to: 'hit' }),
    row('of one type, of which there is none', { to: 'hit', type: 'MemberRemoved' }),
    row('in one group', { groupId: 'g7' }),
  ];
}
