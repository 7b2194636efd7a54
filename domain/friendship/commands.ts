import type { FriendCardChanges, FriendRequestAnswered, FriendSource } from './events.js';
import type { FriendshipSettings } from './settings.js';

/**
 * What can be asked between two people. Each acts for himself alone: all refuse NotPermitted to everybody but the one whose
 * act it is and app admins, and InvalidArgument for what can't be an id. That both are users is checked by the application
 * before it decides.
 */
export type FriendshipCommand =
  | RequestFriend
  | AnswerFriendRequest
  | WithdrawFriendRequest
  | RemoveFriend
  | ChangeFriendCard
  | BlockUser
  | UnblockUser
  | ImportFriend;

/**
 * Asks to be friends. Where the other one's request waits for an answer, asking is accepting it; where he lets himself be
 * added unasked, they are friends at once. A request of one's own that is still pending is superseded.
 * @throws CannotBefriendYourself, AlreadyFriends (in both directions: one that is missing may be asked for), InvalidArgument
 */
export interface RequestFriend {
  readonly type: 'RequestFriend';
  readonly from: string;
  readonly to: string;
  /** Of the request, should it become one. */
  readonly requestId: string;
  /** Default: none. */
  readonly message?: string;
  /** Default 'request'. */
  readonly source?: Exclude<FriendSource, 'import'>;
  readonly ext?: string;
  /** Whether `to` wants to be asked (`UserPrivacyChanged.friendRequestConsent`). */
  readonly consent: boolean;
  readonly settings: FriendshipSettings;
}

/**
 * Of `to`, to the request of `from`. Accepting adds the directions that are missing.
 * @throws FriendRequestNotFound, FriendRequestHandled, InvalidArgument
 */
export interface AnswerFriendRequest {
  readonly type: 'AnswerFriendRequest';
  readonly from: string;
  readonly to: string;
  readonly answer: FriendRequestAnswered['data']['answer'];
  /** Default: the one that is pending. */
  readonly requestId?: string;
  readonly message?: string;
  readonly settings: FriendshipSettings;
}

/** By who made it; again: already so. @throws FriendRequestNotFound, FriendRequestHandled */
export interface WithdrawFriendRequest {
  readonly type: 'WithdrawFriendRequest';
  readonly from: string;
  readonly to: string;
  /** Default: the one that is pending. */
  readonly requestId?: string;
}

/** One direction only; who isn't in the list: already so. @throws SelfNotAllowed */
export interface RemoveFriend {
  readonly type: 'RemoveFriend';
  readonly ownerId: string;
  readonly friendId: string;
  readonly settings: FriendshipSettings;
}

/** What `ownerId` keeps about his friend. @throws FriendNotFound, SelfNotAllowed, InvalidArgument */
export interface ChangeFriendCard {
  readonly type: 'ChangeFriendCard';
  readonly ownerId: string;
  readonly friendId: string;
  /** Absent = unchanged, null or empty = cleared. */
  readonly changes?: FriendCardChanges;
  readonly pinned?: boolean;
}

/** Leaves the friendship as it is. Blocked already: already so. @throws SelfNotAllowed, InvalidArgument */
export interface BlockUser {
  readonly type: 'BlockUser';
  readonly ownerId: string;
  readonly blockedId: string;
  readonly ext?: string;
  readonly settings: FriendshipSettings;
}

/** Not blocked: already so. @throws SelfNotAllowed */
export interface UnblockUser {
  readonly type: 'UnblockUser';
  readonly ownerId: string;
  readonly blockedId: string;
}

/** Makes friends of the two without asking either: for app admins. @throws CannotBefriendYourself */
export interface ImportFriend {
  readonly type: 'ImportFriend';
  readonly ownerId: string;
  readonly friendId: string;
}

interface Outcome<Type extends FriendshipCommand['type']> {
  readonly command: Type;
  /** Nothing was written: it was as asked for. */
  readonly alreadySo: boolean;
}

export interface RequestOutcome extends Outcome<'RequestFriend'> {
  /**
   * `added`: they are friends now. `unchanged`: nothing was asked, since it is too soon after the last time, or since `to`
   * hears nothing from whom he has blocked; which of them isn't told.
   */
  readonly result: 'requested' | 'added' | 'unchanged';
  /** Where they are: the other one had asked himself, wants nobody to ask him, or still had him in his list. */
  readonly how?: 'crossed' | 'unasked' | 'back';
  /** Of what is pending now, or was accepted by this. */
  readonly requestId?: string;
}

interface EndOutcome<Type extends 'AnswerFriendRequest' | 'WithdrawFriendRequest'> extends Outcome<Type> {
  readonly requestId: string;
}

export interface CardOutcome extends Outcome<'ChangeFriendCard'> {
  readonly changed: readonly (keyof FriendCardChanges | 'pinned')[];
}

export type FriendshipOutcome =
  | RequestOutcome
  | EndOutcome<'AnswerFriendRequest'>
  | EndOutcome<'WithdrawFriendRequest'>
  | CardOutcome
  | Outcome<'RemoveFriend'>
  | Outcome<'BlockUser'>
  | Outcome<'UnblockUser'>
  | Outcome<'ImportFriend'>;
