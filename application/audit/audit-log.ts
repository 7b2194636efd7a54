import type { Page, PageRequest } from '../queries/page.js';

/** What is asked for; what is absent is left open. */
export interface AuditFilter {
  /** Who did it, himself or through somebody. */
  readonly by?: string;
  /** To whom it was done. */
  readonly to?: string;
  /** In this group, or in its chat. */
  readonly groupId?: string;
  readonly type?: string;
  /** From this moment on, ms UTC. */
  readonly from?: number;
  /** Before this moment, ms UTC. */
  readonly until?: number;
  /** Everything that one command set off. */
  readonly correlationId?: string;
}

export type AuditOrder = 'oldest' | 'newest';

/** Where an event stands. */
export interface Place {
  readonly stream: string;
  readonly revision: number;
}

/** A page may end right behind any of its items. */
export interface Found extends Place {
  readonly cursor: string;
}

/** Which events of a tenant concern whom: ids and types. What they say stands in the log. */
export interface AuditLogQueries {
  /**
   * In the order of their time; those of a stream in its order. A page may have fewer items than were asked for, or none,
   * and yet a next one: it looks at a bounded number of events.
   * @throws BadCursor, BadPageLimit
   */
  places(tenant: string, filter: AuditFilter, order: AuditOrder, page: PageRequest): Promise<Page<Found>>;
}
