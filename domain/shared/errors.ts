/**
 * Every refusal of the domain, by name, with the facts that go with it. Dialects map all names to their own codes in one
 * exhaustive `Record<DomainErrorName, …>` (docs/rules.md A15); the domain knows no HTTP code.
 */
export interface DomainErrorFacts {
  /** A value is outside its bounds. `field` is the command's field. `further`: what else is wrong, where there is more. */
  InvalidArgument: { field: string; reason: string; further?: readonly { field: string; reason: string }[] };
  UserNotFound: { userIds: readonly string[] };
  UserIdTaken: { userId: string };
  LoginTaken: { login: string };
  /** It differs from somebody's login, or from the id of somebody who may log in, in case or form only. */
  UserIdLooksAlike: { userId: string };
  GroupNotFound: { groupId: string };
  GroupIdTaken: { groupId: string };
  GroupDismissed: { groupId: string };
  NotGroupMember: { userIds: readonly string[] };
  AlreadyGroupMember: { userIds: readonly string[] };
  /** The act needs the owner. */
  NotGroupOwner: { groupId: string };
  /** The act needs the owner or an admin. */
  NotGroupManager: { groupId: string };
  /** The actor's role doesn't reach the target's. */
  TargetRoleTooHigh: { userId: string; role: string };
  /** The act is only for an app admin, or for the user himself. */
  NotPermitted: { reason: string };
  /** The group's rules give this act to nobody: not to its owner, not to an app admin (001's 10007, "unsupported for the type"). */
  RulesForbid: { groupId: string; act: string };
  /** The rules keep the owner in: he hands the group over or dismisses it first. */
  OwnerMayNotLeave: { groupId: string };
  TransferToSelf: { userId: string };
  /** The act is never upon oneself: removing oneself is leaving. */
  SelfNotAllowed: { userId: string };
  /** The owner's role moves only by a transfer. */
  OwnerRoleFixed: { userId: string };
  JoinNeedsApproval: { groupId: string };
  JoinClosed: { groupId: string };
  /** The join policy lets ordinary members invite nobody. */
  InviteClosed: { groupId: string };
  InvitationNotFound: { userId: string };
  /** It was answered, or ended otherwise; `how` says which. */
  InvitationHandled: { userId: string; how: string };
  InvitationExpired: { userId: string; expiredAt: number };
  JoinRequestNotFound: { userId: string };
  /** It was answered, or ended otherwise; `how` says which. */
  JoinRequestHandled: { userId: string; how: string };
  /** An app admin has blocked the group: only leaving it is left to its members (docs/rules.md A16). */
  GroupSuspended: { groupId: string; mode: string };
  /** `until`: when the rules' interval will have passed, ms UTC. */
  CopyRefused: {
    groupId: string;
    reason: 'tooYoung' | 'copiedRecently' | 'tooFewMembers' | 'tooManyMembers';
    until?: number;
  };
  TooManyFavourites: { maximum: number };
  /** `until`: ms UTC; null = for ever. */
  MemberMuted: { userId: string; until: number | null };
  /** Everybody is muted, and he is neither owner nor admin nor named to speak. */
  GroupMuted: { groupId: string };
  /** The other one has blocked him. */
  BlockedByPeer: { userId: string };
  /** Only friends may write, and the other hasn't got him in his list. */
  NotAFriend: { userId: string };
  /** The other one wants no messages here, or none at all. */
  PeerDeclinesMessages: { userId: string };
  /** It is somebody else's conversation. */
  NotAParticipant: { userId: string };
  /** Its group was dismissed, and nothing is written in it any more. */
  ConversationClosed: { why: string };
  /** Never sent, or deleted or cleared for everybody. */
  MessageUnknown: { seqs: readonly number[] };
  MessageAlreadyRevoked: { seq: number };
  /** `within`: how old a message may be to be revoked, ms. */
  RevocationTooLate: { seq: number; within: number };
  /** Nobody asks himself, nor is his own friend. */
  CannotBefriendYourself: { userId: string };
  /** Each has the other in his list. */
  AlreadyFriends: { ownerId: string; friendId: string };
  /** `ownerId` doesn't have `friendId` in his list. */
  FriendNotFound: { ownerId: string; friendId: string };
  FriendRequestNotFound: { from: string; to: string };
  /** It was answered, or ended otherwise: `how` says which; `asked` is what was to come of it now. */
  FriendRequestHandled: { from: string; to: string; how: string; asked: string };
  GroupFull: { maximum: number };
  TooManyAdmins: { maximum: number };
  /** Items of a list are named more than once and the caller's API refuses that. */
  DuplicateItems: { field: string; items: readonly string[] };
  /** The caller asked for a revision that the stream is no longer at (`If-Match`). */
  RevisionMismatch: { expected: number; actual: number };
}

export type DomainErrorName = keyof DomainErrorFacts;

/** A refusal: a name and facts, never an HTTP code and never a text for a person. */
export class DomainError<Name extends DomainErrorName = DomainErrorName> extends Error {
  constructor(
    readonly kind: Name,
    readonly facts: DomainErrorFacts[Name],
  ) {
    super(`${kind} ${JSON.stringify(facts)}`);
    this.name = 'DomainError';
  }
}

/** Throws the refusal `name`. */
export function refuse<Name extends DomainErrorName>(name: Name, facts: DomainErrorFacts[Name]): never {
  throw new DomainError(name, facts);
}

/** Makes every check, and refuses for all that is wrong at once. @throws InvalidArgument; what else a check throws, at once. */
export function checkAll(...checks: readonly (() => void)[]): void {
  const wrong = checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'InvalidArgument') throw error;
      const { further = [], ...first } = (error as DomainError<'InvalidArgument'>).facts;
      return [first, ...further];
    }
  });
  const [first, ...further] = wrong;
  if (first !== undefined) refuse('InvalidArgument', { ...first, ...(further.length > 0 && { further }) });
}
