import type { GroupView } from '../../../application/queries/groups.js';
import type { FriendRequestView } from '../../../application/queries/friendships.js';
import type { UserView } from '../../../application/queries/users.js';

/** What must be known to show messages in words of their time: names as they are now (docs/events.md "Conversation"). */
export interface Surroundings {
  readonly profiles: ReadonlyMap<string, UserView>;
  /** The group whose conversation it is. */
  readonly group: GroupView | undefined;
  /** 1 single, 3 group, 4 notification. */
  readonly sessionType: number;
  /** The request by which two became friends, as far as it is still the newest. */
  readonly requestOf: (from: string, to: string) => FriendRequestView | undefined;
  readonly isAppAdmin: (userId: string) => boolean;
}

export const nameOf = ({ profiles }: Pick<Surroundings, 'profiles'>, userId: string): string =>
  profiles.get(userId)?.nickname ?? '';
