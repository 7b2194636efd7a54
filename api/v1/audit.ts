import type { AuditFilter } from '../../application/audit/audit-log.js';
import { aggregateOf, type HistorySearch } from '../../application/audit/history-search.js';
import { isKind, streamNamed, wordsOf } from '../../application/audit/naming.js';
import { concernedBy } from '../../application/audit/subjects.js';
import { type HistoryItem, isUnreadable, type UnreadableEvent } from '../../application/queries/history.js';
import { WrongWords } from '../../application/ports/wrong-words.js';
import type { StreamId } from '../../application/streams.js';
import { AuditHistoryQuery } from './dto/audit.js';
import { historyBody } from './history-body.js';
import { operation, type Operation } from './operation.js';
import { Refused } from './problems.js';
import { type Freshness, pageRequest } from './reading.js';
import { type AuditEvent, AuditPage, type UnreadableEvent as UnreadableEventSchema } from './schemas/audit.js';
import type { Shown } from './schemas/types.js';

export interface AuditServices {
  readonly historySearch: HistorySearch;
  readonly freshness: Freshness;
}

/** What auditors ask. */
export function auditOperations({ historySearch, freshness }: AuditServices): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/audit/history',
      operationId: 'searchHistory',
      summary: 'What happened: of one aggregate, by or to somebody, in a group, by type, time or correlation',
      description:
        'All that is given must hold. Events come as they stand in the log; what an erased person had written is left out.',
      tag: 'History',
      access: 'auditor',
      Query: AuditHistoryQuery,
      success: { status: 200, description: 'A page of events in the order of their time.', Schema: AuditPage },
      problems: ['ReadModelBehind', 'CursorGone', 'HistoryNotUnderstood', 'Unavailable'],
      handle: async ({ query, caller }) => {
        if (query.minPosition !== undefined) await freshness.atLeast(query.minPosition, caller);
        if (query.aggregate === undefined) await freshness.everything('audit_log');
        const { tenant } = caller;
        const { aggregate, order } = query;
        const filter = filterOf(query);
        const page =
          aggregate === undefined
            ? await historySearch.ofTenant(tenant, filter, order, pageRequest(query))
            : await historySearch.ofAggregate(aggregateNamed(aggregate, tenant), filter, order, pageRequest(query));
        const telling = { content: query.content === 'true' };
        const { shown, unreadable } = parted(page.items);
        return {
          status: 200,
          body: {
            items: shown.map((item) => auditBody(item, telling)),
            unreadable: unreadable.map(unreadableBody),
            next: page.next,
          },
        };
      },
    }),
  ];
}

/** `group/book-club`: a kind and what names one. @throws Refused InvalidRequest */
export function aggregateNamed(text: string, tenant: string): StreamId {
  const [kind = '', ...words] = text.split('/');
  try {
    if (isKind(kind)) return streamNamed(kind, words)(tenant);
  } catch (error) {
    if (!(error instanceof WrongWords)) throw error;
  }
  throw new Refused('InvalidRequest', { errors: [{ pointer: '/aggregate', detail: 'names no aggregate' }] });
}

function filterOf({ by, to, group, type, from, until, correlationId }: AuditHistoryQuery): AuditFilter {
  return {
    ...(by === undefined ? {} : { by }),
    ...(to === undefined ? {} : { to }),
    ...(group === undefined ? {} : { groupId: group }),
    ...(type === undefined ? {} : { type }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(until === undefined ? {} : { until: Date.parse(until) }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

/** Those of which at least the envelope could be read, and the others. */
function parted(items: readonly HistoryItem[]): {
  readonly shown: HistoryItem[];
  readonly unreadable: UnreadableEvent[];
} {
  const shown: HistoryItem[] = [];
  const unreadable: UnreadableEvent[] = [];
  for (const item of items)
    if (isUnreadable(item) && item.unreadable.envelope === undefined) unreadable.push(item);
    else shown.push(item);
  return { shown, unreadable };
}

const unreadableBody = (item: UnreadableEvent): Shown<typeof UnreadableEventSchema> => ({
  aggregate: aggregateText(item),
  revision: item.stored.revision,
  type: item.stored.type,
  problem: item.unreadable.reason,
});

function aggregateText(item: HistoryItem): string {
  const at = aggregateOf(item);
  return at === undefined ? '' : wordsOf(at).join('/');
}

function auditBody(item: HistoryItem, telling: { readonly content: boolean }): Shown<typeof AuditEvent> {
  const body = historyBody(item, telling);
  const at = aggregateOf(item);
  const event = isUnreadable(item) ? undefined : item.event;
  const { by, to, groupId } = concernedBy(event ?? { type: '', data: {} }, body.actor, at);
  const colon = body.via.indexOf(':');
  return {
    ...body,
    aggregate: aggregateText(item),
    by,
    to,
    groupId: groupId ?? null,
    reason: reasonIn(event?.data ?? {}),
    api: body.via.slice(0, colon),
    command: body.via.slice(colon + 1),
  };
}

function reasonIn(data: { readonly reason?: unknown; readonly why?: unknown }): string | null {
  const reason = data.reason ?? data.why;
  return typeof reason === 'string' ? reason : null;
}
