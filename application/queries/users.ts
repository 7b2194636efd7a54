/** A user as the projection `users` knows him. Personal fields are null once he was erased. */
export interface UserView {
  readonly userId: string;
  readonly number: number;
  readonly nickname: string | null;
  readonly avatar: string | null;
  readonly ext: string | null;
  readonly region: string | null;
  readonly phone: string | null;
  /** Milliseconds UTC. */
  readonly registeredAt: number;
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
