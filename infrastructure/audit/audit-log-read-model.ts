import type { AuditFilter, AuditLogQueries, AuditOrder, Found } from '../../application/audit/audit-log.js';
import type { Page, PageRequest } from '../../application/queries/page.js';
import { encodeCursor, pageStart, type PagedList } from '../read-models/cursor.js';
import type { Prepared } from '../read-models/prepared.js';

interface Row {
  at: string;
  stream: string;
  revision: string;
  /** Of the last event that was looked at: how many were. */
  looked: string | null;
}

/** Events that a page looks at where the index it reads knows less than what is asked for. */
const LOOKS = 2_000;

const LISTS: Readonly<Record<AuditOrder, PagedList & { readonly after: string; readonly sorted: string }>> = {
  oldest: {
    name: 'audit-log',
    shape: ['number', 'string', 'number'],
    start: [-1, '', -1],
    after: '>',
    sorted: 'at, stream, revision',
  },
  newest: {
    name: 'audit-log-newest',
    shape: ['number', 'string', 'number'],
    start: [Number.MAX_SAFE_INTEGER, '', -1],
    after: '<',
    sorted: 'at DESC, stream DESC, revision DESC',
  },
};

const REVERSED = {
  oldest: LISTS.newest.sorted,
  newest: LISTS.oldest.sorted,
} as const;

/**
 * The audit log by the index that fits best what is asked for; what that doesn't know is looked at event by event, so many
 * for a page.
 */
export class AuditLogReadModel implements AuditLogQueries {
  constructor(private readonly prepared: Prepared) {}

  async places(tenant: string, filter: AuditFilter, order: AuditOrder, page: PageRequest): Promise<Page<Found>> {
    const list = LISTS[order];
    const { from = 0, until = Number.MAX_SAFE_INTEGER } = filter;
    // An index is read from this key on: what lies before the span asked for must not lie between.
    const start = order === 'oldest' ? [from, '', -1] : [until, '', -1];
    const { after } = pageStart({ ...list, start }, page);
    const { name, driver, rest, values } = reading(filter);
    const wanted = page.limit + 1;
    const looks = rest === '' ? wanted : Math.max(LOOKS, wanted);
    const text = `WITH looked AS MATERIALIZED (
    SELECT at, stream, revision, type, group_id FROM read.audit_log_v1
    WHERE tenant = $1 AND (at, stream, revision) ${list.after} ($2::bigint, $3, $4::bigint)
      AND at >= $5::bigint AND at <= $6::bigint AND ${driver}
    ORDER BY ${list.sorted} LIMIT $8::integer)
  (SELECT at, stream, revision, NULL::bigint AS looked FROM looked e WHERE true ${rest}
    ORDER BY ${list.sorted} LIMIT $7::integer)
  UNION ALL
  (SELECT at, stream, revision, count(*) OVER () FROM looked ORDER BY ${REVERSED[order]} LIMIT 1)`;
    const all = await this.prepared.rows<Row>(`audit-log.${order}.${name}`, text, [
      tenant,
      ...after,
      from,
      until - 1,
      wanted,
      looks,
      ...values,
    ]);
    const found = all.filter(({ looked }) => looked === null).map((row) => found_(list, row));
    const end = all.find(({ looked }) => looked !== null);
    const items = found.slice(0, page.limit);
    if (found.length > page.limit) return { items, next: items.at(-1)?.cursor ?? null };
    return { items, next: Number(end?.looked ?? 0) === looks && end !== undefined ? found_(list, end).cursor : null };
  }
}

const found_ = ({ name }: PagedList, { at, stream, revision }: Row): Found => ({
  stream,
  revision: Number(revision),
  cursor: encodeCursor(name, [Number(at), stream, Number(revision)]),
});

interface Reading {
  readonly name: string;
  /** What the index it is read by knows. */
  readonly driver: string;
  /** What is looked at event by event. */
  readonly rest: string;
  /** From the ninth parameter on. */
  readonly values: readonly string[];
}

/** Partial indexes are found by what stands literally in a statement. */
function reading(filter: AuditFilter): Reading {
  const { by, to, groupId, type, correlationId } = filter;
  const values: string[] = [];
  const bound = (value: string): string => `$${(values.push(value) + 8).toString()}`;
  const names: string[] = [];
  const left = new Map<string, () => string>();
  if (by !== undefined)
    left.set(
      'by',
      () =>
        `AND EXISTS (SELECT FROM read.audit_log_v1 o WHERE o.tenant = $1 AND o.user_id = ${bound(by)} AND o.side = 'by'
      AND o.at = e.at AND o.stream = e.stream AND o.revision = e.revision)`,
    );
  if (groupId !== undefined) left.set('group', () => `AND e.group_id = ${bound(groupId)}`);
  if (type !== undefined) left.set('type', () => `AND e.type = ${bound(type)}`);
  if (to !== undefined)
    left.set(
      'to',
      () =>
        `AND EXISTS (SELECT FROM read.audit_log_v1 o WHERE o.tenant = $1 AND o.user_id = ${bound(to)} AND o.side = 'to'
      AND o.at = e.at AND o.stream = e.stream AND o.revision = e.revision)`,
    );
  const driven = (name: string, condition: string): string => {
    left.delete(name);
    names.push(name);
    return condition;
  };
  const driver =
    correlationId !== undefined
      ? driven('correlation', `first AND correlation_id = ${bound(correlationId)}`)
      : to !== undefined
        ? driven('to', `user_id = ${bound(to)} AND side = 'to'`)
        : by !== undefined
          ? driven('by', `user_id = ${bound(by)} AND side = 'by'`)
          : groupId !== undefined
            ? driven('group', `first AND group_id = ${bound(groupId)}`)
            : type !== undefined && type !== 'MessageSent'
              ? driven('type', `first AND type <> 'MessageSent' AND type = ${bound(type)}`)
              : driven('time', 'first');
  const rest = [...left].map(([name, condition]) => {
    names.push(`and-${name}`);
    return condition();
  });
  return { name: names.join('-'), driver, rest: rest.join(' '), values };
}
