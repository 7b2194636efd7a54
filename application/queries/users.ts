import type { CountedPage, PageRequest } from './page.js';

/** As `UserReceiveOptionChanged` says it; of all groups, unless a member set his own. */
export type UserReceiveOption = 'all' | 'silent' | 'none';

/** null = never said: whoever asks has a default of his own. */
export interface UserPrivacy {
  /** Whether others must ask him before he is in a group. */
  readonly groupInviteConsent: boolean | null;
  readonly friendRequestConsent: boolean | null;
  readonly searchable: boolean | null;
}

/** A user as the projection `users` knows him. Personal fields are null where not given, and once he was erased. */
export interface UserView {
  readonly userId: string;
  readonly number: number;
  readonly nickname: string | null;
  readonly avatar: string | null;
  readonly ext: string | null;
  readonly region: string | null;
  readonly phone: string | null;
  readonly gender: string | null;
  readonly privacy: UserPrivacy;
  readonly receiveOption: UserReceiveOption;
  /** Milliseconds UTC. */
  readonly registeredAt: number;
  /** Of the latest event. */
  readonly updatedAt: number;
  /** Of the user's stream; the ETag. */
  readonly revision: number;
}

/** What is absent filters nothing. */
export interface UserFilter {
  /** Part of the user id. */
  readonly userId?: string;
  /** Part of the nickname; upper and lower case are the same, no character is special. */
  readonly nickname?: string;
}

/** Everything is of one tenant: users of another are not found. */
export interface UserQueries {
  userById(tenant: string, userId: string): Promise<UserView | undefined>;
  /** Those that are there, in the order asked for, each once. At most 1000 ids. */
  usersByIds(tenant: string, userIds: readonly string[]): Promise<readonly UserView[]>;
  /**
   * All of them, by user id; `total` counts what the filter lets through. For those who manage an app: it looks at every
   * user of the tenant.
   * @throws BadCursor, BadPageLimit, BadPageOffset
   */
  allUsers(tenant: string, page: PageRequest, filter?: UserFilter): Promise<CountedPage<UserView>>;
  /** Which of the ids are users. A "no" may be out of date, a "yes" never is (users are never removed). */
  usersExist(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}
