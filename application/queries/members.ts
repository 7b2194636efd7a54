import type { CustomField, ReceiveOption } from '../../domain/group/events.js';
import type { Role } from '../../domain/group/rules.js';
import type { CountedPage, PageRequest } from './page.js';
import type { UserView } from './users.js';

/** A member's own card in a group; null = not set, cleared, or erased. */
export interface MemberCardView {
  readonly nickname: string | null;
  readonly avatar: string | null;
  readonly ext: string | null;
  readonly region: string | null;
  readonly phone: string | null;
  readonly wechat: string | null;
  readonly alipay: string | null;
  readonly description: readonly string[] | null;
  readonly customFields: readonly CustomField[] | null;
}

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
   * stays here: whoever reads it compares with the clock (docs/rules.md A8).
   */
  readonly mutedUntil?: number | null;
  readonly card: MemberCardView;
  /** The one of his profile, in lists that were made with it; null = none, or erased. */
  readonly profileNickname?: string | null;
  /** How he is told of the group's messages; 'all' unless he said otherwise. */
  readonly receiveOption: ReceiveOption;
  readonly seesEarlier: boolean;
  /** Of the latest event about his membership; milliseconds UTC. */
  readonly updatedAt: number;
}

/** What is shown of somebody who has nothing of it on his card. */
export type MemberProfile = Pick<UserView, 'number' | 'nickname' | 'avatar' | 'gender'>;

/** A member with the profile that he has as a user; null = the lists don't know him yet. */
export interface ProfiledMember extends MemberView {
  readonly profile: MemberProfile | null;
}

/** What is absent filters nothing. */
export interface MemberFilter {
  readonly roles?: readonly Role[];
  /**
   * Part of the name that others see: the nickname on the card, else the one of the profile. Upper and lower case are the
   * same, no character is special.
   */
  readonly keyword?: string;
}

/** Who stands out in a group, for whoever looks at it from above. */
export interface GroupPeople {
  /** undefined: it has none. */
  readonly owner: MemberView | undefined;
  /** Who looks; undefined: he is no member. */
  readonly self: MemberView | undefined;
  readonly admins: number;
  /** Members whose mute has not ended. */
  readonly muted: number;
}

export type MemberPage = CountedPage<MemberView>;

/** Everything is of one tenant. The members of a dismissed group stay listed unless the dismissal removed them. */
export interface MemberQueries {
  member(tenant: string, groupId: string, userId: string): Promise<MemberView | undefined>;
  /** Those who are members, in the order asked for, each once. At most 1000 ids. */
  membersByIds(tenant: string, groupId: string, userIds: readonly string[]): Promise<readonly ProfiledMember[]>;
  /** Roles of those who are members, by user id. At most 1000 ids. */
  rolesOf(tenant: string, groupId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /**
   * Of each of the groups, at most 1000, as they are at `at` (milliseconds UTC) for the user `self`. Of one that isn't there:
   * nobody.
   */
  peopleOf(
    tenant: string,
    groupIds: readonly string[],
    self: string,
    at: number,
  ): Promise<ReadonlyMap<string, GroupPeople>>;
  /** Of everybody who is a member, in the order of `membersOfGroup`. */
  memberIds(tenant: string, groupId: string): Promise<readonly string[]>;
  /** The user's roles in those of the groups that he is a member of, by group id. At most 1000 ids. */
  rolesIn(tenant: string, userId: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, Role>>;
  /**
   * Owner, admins, members; within a role by joining time, then user id. `total` counts what the filter lets through. A
   * group that isn't there has an empty page.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  membersOfGroup(tenant: string, groupId: string, page: PageRequest, filter?: MemberFilter): Promise<MemberPage>;
  /** The same list for whoever shows more of its members' profiles than their nicknames. @throws as `membersOfGroup` */
  profiledMembersOfGroup(
    tenant: string,
    groupId: string,
    page: PageRequest,
    filter?: MemberFilter,
  ): Promise<CountedPage<ProfiledMember>>;
  /**
   * Whose mute has not ended at `at` (milliseconds UTC): by user id.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  mutedMembers(tenant: string, groupId: string, at: number, page: PageRequest): Promise<MemberPage>;
}
