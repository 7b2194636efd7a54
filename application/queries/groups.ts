import type {
  CustomField,
  GroupCreated,
  GroupSettings,
  JoinPolicy,
  ReceiveOption,
  SuspensionMode,
} from '../../domain/group/events.js';
import type { Role } from '../../domain/group/rules.js';
import type { CountedPage, PageRequest } from './page.js';

/** Times are milliseconds UTC. */
export interface AnnouncementView {
  /** '' = taken back; null once its author was erased. */
  readonly text: string | null;
  readonly by: string;
  readonly at: number;
}

export interface SuspensionView {
  readonly mode: SuspensionMode;
  readonly by: string;
  readonly reason: string | null;
  readonly at: number;
}

/** A group's current incarnation as the projection `groups` knows it. Times are milliseconds UTC. */
export interface GroupView {
  readonly groupId: string;
  readonly number: number;
  /** 1, and one more each time the id was created again after a dismissal. */
  readonly incarnation: number;
  readonly kind: string;
  readonly name: string;
  /** '' when it has none; so are introduction and ext. */
  readonly avatar: string;
  readonly introduction: string;
  readonly ext: string;
  readonly customFields: readonly CustomField[];
  /** null where the group has no owner. */
  readonly ownerId: string | null;
  readonly creatorId: string;
  /** Size of the set of members (docs/rules.md A3). */
  readonly memberCount: number;
  readonly status: 'active' | 'dismissed';
  readonly mutedAll: boolean;
  /** Who may speak although everybody is muted, beside owner and admins. */
  readonly speakers: readonly string[];
  /** The latest one; null = never published. */
  readonly announcement: AnnouncementView | null;
  /** null = not suspended (docs/rules.md A16: apart from `status` and `mutedAll`). */
  readonly suspension: SuspensionView | null;
  readonly joinPolicy: JoinPolicy;
  readonly maximum: number;
  readonly settings: GroupSettings;
  readonly rules: { readonly preset: string; readonly version: number };
  readonly origin: GroupCreated['data']['origin'];
  /** When it was copied last; null = never. */
  readonly copiedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly dismissedAt: number | null;
  /** Of the group's stream; the ETag. */
  readonly revision: number;
}

/** A group together with what one user is in it. */
export interface JoinedGroup {
  readonly group: GroupView;
  readonly role: Role;
  /** Milliseconds UTC. */
  readonly joinedAt: number;
  readonly receiveOption: ReceiveOption;
}

/** What one user is in a group, and what there is to know of it for showing him the others. */
export interface StandingInGroup extends Pick<GroupView, 'status' | 'creatorId' | 'settings'> {
  /** undefined: no member of the present incarnation. */
  readonly role: Role | undefined;
}

/** What is absent filters nothing. */
export interface JoinedGroupFilter {
  readonly roles?: readonly Role[];
  readonly kind?: string;
  /** Those whose rules are of one of these presets. */
  readonly presets?: readonly string[];
}

/** Of the active groups of a tenant, by number. */
export interface GroupNumbersPage {
  readonly groups: readonly { readonly groupId: string; readonly number: number }[];
  /** Of the whole list. */
  readonly total: number;
  /** The number of the last group of the page, from which to go on; 0 = that was all. */
  readonly next: number;
}

/** What is absent filters nothing. */
export interface GroupFilter {
  /** Part of the name. Upper and lower case are the same, no character is special. */
  readonly name?: string;
}

/** Everything is of one tenant: groups of another are not found. */
export interface GroupQueries {
  /** Dismissed groups too. */
  groupById(tenant: string, groupId: string): Promise<GroupView | undefined>;
  /** Dismissed groups too; undefined: no such group. */
  standingIn(tenant: string, groupId: string, userId: string): Promise<StandingInGroup | undefined>;
  /** Those that are there, in the order asked for, each once; dismissed ones too. At most 1000 ids. */
  groupsByIds(tenant: string, groupIds: readonly string[]): Promise<readonly GroupView[]>;
  /** Of all groups of `groupsOfUser`, in its order. */
  groupIdsOfUser(tenant: string, userId: string): Promise<readonly string[]>;
  /**
   * The active groups that a user is a member of, by joining time, then group id.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  groupsOfUser(
    tenant: string,
    userId: string,
    page: PageRequest,
    filter?: JoinedGroupFilter,
  ): Promise<CountedPage<JoinedGroup>>;
  /**
   * All groups of the tenant, dismissed ones too, for whoever looks after it: by group id.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  groupsOfTenant(tenant: string, page: PageRequest, filter?: GroupFilter): Promise<CountedPage<GroupView>>;
  /**
   * The active groups of the tenant, for whoever looks after it: by number, so from the oldest to the newest.
   * @param after a group's number; 0 = from the start
   * @param limit 1 … 10,000
   */
  groupNumbers(
    tenant: string,
    page: { readonly after: number; readonly limit: number },
    filter?: Pick<JoinedGroupFilter, 'presets'>,
  ): Promise<GroupNumbersPage>;
}
