import type { Role } from '../../domain/group/rules.js';
import type { CountedPage, PageRequest } from './page.js';

/** Somebody who was a member of a group's current incarnation and isn't now. Times are milliseconds UTC. */
export interface DepartureView {
  readonly userId: string;
  readonly how: 'left' | 'removed';
  /** Who removed him; himself when he left. */
  readonly by: string;
  /** What `by` was in the group at that moment; null = no member, an app admin for instance. */
  readonly byRole: Role | null;
  readonly roleBefore: Role;
  /** What the remover said; null = nothing, or erased. */
  readonly reason: string | null;
  readonly at: number;
}

/** Everything is of one tenant. */
export interface DepartureQueries {
  /**
   * Each person's last going, newest first, then by user id; who came back is not listed, nor those whom a dismissal
   * removed.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  departuresOfGroup(tenant: string, groupId: string, page: PageRequest): Promise<CountedPage<DepartureView>>;
}
