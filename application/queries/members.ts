import type { Role } from '../../domain/group/rules.js';
import type { Page, PageRequest } from './page.js';

/** A member of a group's current incarnation as the projection `group_members` knows him. */
export interface MemberView {
  readonly userId: string;
  readonly role: Role;
  /** Milliseconds UTC. */
  readonly joinedAt: number;
  readonly source: string;
  readonly inviterId: string | null;
  readonly approvedBy: string | null;
  /**
   * Absent = not muted, null = muted for ever, else muted until then (milliseconds UTC). A mute whose deadline has passed
   * stays here: whoever reads it compares with the clock (RULES A8).
   */
  readonly mutedUntil?: number | null;
  /** The member's own card in this group; null = not set, or erased. */
  readonly card: { readonly nickname: string | null; readonly avatar: string | null; readonly ext: string | null };
  readonly seesEarlier: boolean;
}

export interface MemberPage extends Page<MemberView> {
  /** Members of the group altogether. */
  readonly total: number;
}

/** Everything is of one tenant. The members of a dismissed group stay listed unless the dismissal removed them. */
export interface MemberQueries {
  member(tenant: string, groupId: string, userId: string): Promise<MemberView | undefined>;
  /** Those who are members, in the order asked for, each once. At most 1000 ids. */
  membersByIds(tenant: string, groupId: string, userIds: readonly string[]): Promise<readonly MemberView[]>;
  /**
   * Owner, admins, members; within a role by joining time, then user id. A group that isn't there has an empty page.
   * @throws BadCursor, BadPageLimit
   */
  membersOfGroup(tenant: string, groupId: string, page: PageRequest): Promise<MemberPage>;
}
