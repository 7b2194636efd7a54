import type { AccessStore } from '../../application/audit/access-log.js';
import type { AuditFilter } from '../../application/audit/audit-log.js';
import type { HistorySearch } from '../../application/audit/history-search.js';
import type { StateReader } from '../../application/audit/state-at.js';
import { aggregateNamed, auditBody, parted, unreadableBody } from './audit-bodies.js';
import { auditAccessOperations } from './audit-access.js';
import { auditStateOperations } from './audit-state.js';
import { AuditHistoryQuery } from './dto/audit.js';
import { operation, type Operation } from './operation.js';
import { type Freshness, pageRequest } from './reading.js';
import { AuditPage } from './schemas/audit.js';

export interface AuditServices {
  readonly historySearch: HistorySearch;
  readonly states: StateReader;
  readonly accesses: Pick<AccessStore, 'page'>;
  readonly freshness: Freshness;
}

/** What auditors ask. */
export function auditOperations({ historySearch, states, accesses, freshness }: AuditServices): Operation[] {
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
    ...auditStateOperations({ states }),
    ...auditAccessOperations({ accesses, freshness }),
  ];
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
