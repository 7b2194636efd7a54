/**
 * What a user can do with groups for himself alone. All refuse NotPermitted to everybody but himself and app admins. That
 * user and group exist is checked by the application before it decides.
 */
export type UserGroupsCommand = FavouriteGroup | UnfavouriteGroup | ClearGroupNotices;

/** Already one: already so (004's 405 is its dialect's). @throws TooManyFavourites, InvalidArgument */
export interface FavouriteGroup {
  readonly type: 'FavouriteGroup';
  readonly userId: string;
  readonly groupId: string;
  /** The group's present one. */
  readonly incarnation: number;
}

export interface UnfavouriteGroup {
  readonly type: 'UnfavouriteGroup';
  readonly userId: string;
  readonly groupId: string;
}

/** Only ever moves on (004 clear_notice). @throws InvalidArgument (a time to come) */
export interface ClearGroupNotices {
  readonly type: 'ClearGroupNotices';
  readonly userId: string;
  /** ms UTC. Default: now. */
  readonly upTo?: number;
}

export interface UserGroupsOutcome {
  readonly command: UserGroupsCommand['type'];
  readonly alreadySo: boolean;
}
