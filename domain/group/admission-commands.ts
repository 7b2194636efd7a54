import type { MemberCard, ReceiveOption, RequestSource } from './events.js';
import type { Role } from './rules.js';
import type { ItemResult, OnItem } from './items.js';

/**
 * What can be asked about people who are to come in: invitations, join requests, imports. What all refuse is said in
 * `commands.ts`; beside that, all of them refuse `GroupSuspended` to whoever is no app admin (docs/rules.md A16).
 */
export type AdmissionCommand =
  | AddMembers
  | AnswerInvitation
  | WithdrawInvitation
  | RequestToJoin
  | AnswerJoinRequest
  | WithdrawJoinRequest
  | ImportMembers;

/** A person named by somebody else, with the facts that the group can't know. */
export interface Invitee {
  readonly userId: string;
  /** A new id, for the invitation that it may take. */
  readonly inviteId: string;
  /** His own setting: he wants to be asked first (004's groupVerify). Default false. */
  readonly wantsConsent?: boolean;
  /** Whether there is such a user. Default true. */
  readonly exists?: boolean;
}

/** Whether invitees are asked where the rules want it, or not: an app admin's choice alone. */
export type Consent = 'ask' | 'waive';

/**
 * Names people who shall come in. Each joins at once, or is invited and awaited: the invitee's word where the rules ask
 * him, a manager's where the join policy wants it of what ordinary members do. An app admin's additions need no manager.
 * Inviting somebody again supersedes the invitation that is pending (docs/rules.md A6), or ends it as needless where he joins.
 * @throws InvalidArgument (nobody, too many, an expiry that has passed, a reason too long), InviteClosed, RulesForbid,
 *   NotGroupMember, NotPermitted (consent waived by a user); with `refuse`: DuplicateItems, AlreadyGroupMember,
 *   UserNotFound, GroupFull.
 */
export interface AddMembers {
  readonly type: 'AddMembers';
  readonly groupId: string;
  readonly invitees: readonly Invitee[];
  readonly reason?: string;
  /** From when on nobody can accept any more, ms UTC. Default: never. */
  readonly expiresAt?: number;
  /** Default `ask`. */
  readonly consent?: Consent;
  /** Somebody named twice. Default `report`. */
  readonly repeated?: OnItem;
  /**
   * Somebody who is a member. Default `report`. `refuseWhereJoining`: refused where people join at once, left out where
   * a manager has to approve of them first (D1 invite).
   */
  readonly already?: OnItem | 'refuseWhereJoining';
  /** Somebody who doesn't exist. Default `refuse`. */
  readonly unknown?: OnItem;
  /** Somebody for whom there is no room left, in the group or among those who are awaited. Default `refuse`. */
  readonly full?: OnItem;
}

/**
 * The invitee says yes or no for himself; a manager (or an app admin) for the group. The last word awaited lets him in.
 * @throws InvitationNotFound, InvitationHandled (answered before, or not his to answer any more), InvitationExpired,
 *   GroupFull, NotGroupManager, NotGroupMember, InvalidArgument.
 */
export interface AnswerInvitation {
  readonly type: 'AnswerInvitation';
  readonly groupId: string;
  /** The invitee. */
  readonly userId: string;
  /** Which one is meant, where the caller's API names it. Default: the pending one. */
  readonly inviteId?: string;
  readonly answer: 'accepted' | 'declined' | 'ignored';
  readonly message?: string;
}

/**
 * Takes an invitation back: who invited, or a manager.
 * @throws InvitationNotFound, InvitationHandled, NotGroupManager, NotGroupMember.
 */
export interface WithdrawInvitation {
  readonly type: 'WithdrawInvitation';
  readonly groupId: string;
  readonly userId: string;
  readonly inviteId?: string;
}

/**
 * Asks to come in, and comes in at once where the join policy is open (003 join_group). Asking again supersedes the
 * pending request (docs/rules.md A6). An app admin may ask for somebody; the policy holds for him too (`JoinGroup` is his way in).
 * @throws JoinClosed, GroupFull, NotPermitted (for somebody else), NotGroupMember (the inviter named), InvalidArgument.
 */
export interface RequestToJoin {
  readonly type: 'RequestToJoin';
  readonly groupId: string;
  readonly userId: string;
  /** A new id, for the request that it may take. */
  readonly requestId: string;
  readonly message?: string;
  /** Default `request`; of a joining at once, `open`. */
  readonly source?: RequestSource;
  /**
   * The member who told him of the group, as the applicant says: he who is named has said nothing. Or the app admin who
   * asks for him, himself.
   */
  readonly inviterId?: string;
  readonly ext?: string;
}

/**
 * A manager answers an applicant; approved, he is a member.
 * @throws JoinRequestNotFound, JoinRequestHandled (003: 1206), GroupFull, NotGroupManager, NotGroupMember, InvalidArgument.
 */
export interface AnswerJoinRequest {
  readonly type: 'AnswerJoinRequest';
  readonly groupId: string;
  /** The applicant. */
  readonly userId: string;
  /** Which one is meant, where the caller's API names it. Default: the pending one. */
  readonly requestId?: string;
  readonly answer: 'approved' | 'refused' | 'ignored';
  readonly message?: string;
  /**
   * An API that knows one application per person, whoever made it (003: what an ordinary member's invitation leads to is
   * such an application), answers with it an invitation that awaits a manager, too. Default false.
   */
  readonly alsoInvitation?: boolean;
}

/**
 * The applicant takes his request back.
 * @throws JoinRequestNotFound, JoinRequestHandled, NotPermitted.
 */
export interface WithdrawJoinRequest {
  readonly type: 'WithdrawJoinRequest';
  readonly groupId: string;
  readonly userId: string;
  readonly requestId?: string;
}

export interface ImportedMember {
  readonly userId: string;
  /** Default `member`. Nobody becomes the owner by it, but a list from elsewhere may say who he is. */
  readonly role?: Role;
  /** May be back-dated, ms UTC: he sees what was said before, then. Default: now. */
  readonly joinedAt?: number;
  /** A mute that he brings along; null = for ever. One that has passed is left out. */
  readonly mutedUntil?: number | null;
  readonly card?: MemberCard;
  /** How he is told of the group's messages. Default `all`. */
  readonly receiveOption?: ReceiveOption;
  /** Whether there is such a user. Default true. */
  readonly exists?: boolean;
}

/**
 * Members from elsewhere, as they were there (001 import_group_member): nobody is asked. App admins only, and within the
 * rules: nobody comes muted whom nobody could mute, or for longer.
 * @throws NotPermitted, RulesForbid, TargetRoleTooHigh, InvalidArgument (nobody, too many, a joining in the future, a mute
 *   or a card out of bounds).
 */
export interface ImportMembers {
  readonly type: 'ImportMembers';
  readonly groupId: string;
  readonly members: readonly ImportedMember[];
  /** A joining before the group was made, to the second, is out of bounds as well (001). Default false. */
  readonly sinceCreation?: boolean;
  /** Somebody of whom something is out of bounds, or who is called the owner and isn't. Default `refuse`: all or none. */
  readonly unfit?: OnItem;
}

export type AdditionResult = ItemResult<
  'joined' | 'awaitsInvitee' | 'awaitsManager' | 'already' | 'repeated' | 'unknown' | 'full'
>;
export type ImportResult = ItemResult<
  'joined' | 'already' | 'repeated' | 'unknown' | 'unfit' | 'full' | 'tooManyAdmins'
>;

export type AdmissionOutcome =
  | { readonly command: 'AddMembers'; readonly items: readonly AdditionResult[] }
  | {
      readonly command: 'AnswerInvitation';
      readonly userId: string;
      readonly inviteId: string;
      /** That was the last word: he is a member. */
      readonly joined: boolean;
    }
  | { readonly command: 'WithdrawInvitation'; readonly userId: string; readonly inviteId: string }
  | {
      readonly command: 'RequestToJoin';
      readonly userId: string;
      readonly result: 'joined' | 'requested' | 'already';
      /** Of a request. */
      readonly requestId?: string;
    }
  | { readonly command: 'AnswerJoinRequest'; readonly userId: string; readonly joined: boolean }
  | { readonly command: 'WithdrawJoinRequest'; readonly userId: string; readonly requestId: string }
  | { readonly command: 'ImportMembers'; readonly items: readonly ImportResult[] };
