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

/** Everything is of one tenant: users of another are not found. */
export interface UserQueries {
  userById(tenant: string, userId: string): Promise<UserView | undefined>;
  /** Those that are there, in the order asked for, each once. At most 1000 ids. */
  usersByIds(tenant: string, userIds: readonly string[]): Promise<readonly UserView[]>;
  /** Which of the ids are users. A "no" may be out of date, a "yes" never is (users are never removed). */
  usersExist(tenant: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}
