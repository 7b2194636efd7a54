import type { AdmissionCommand, AdmissionOutcome, Consent, Invitee } from './admission-commands.js';
import type { BelowOwner, GroupSettings, JoinPolicy } from './rules.js';
import type {
  ChangeGroupSettings,
  ChangeJoinPolicy,
  ChangeMemberCard,
  PublishAnnouncement,
  UpkeepCommand,
  UpkeepOutcome,
} from './upkeep-commands.js';

export type * from './admission-commands.js';
export type * from './upkeep-commands.js';
import type { CustomField, GroupProfileChanges, JoinSource, MemberCard } from './events.js';
import type { ItemResult, OnItem, RightsJudged } from './items.js';
import type { GroupPreset } from './presets.js';

export type { ItemResult, OnItem, RightsJudged };

/**
 * What can be asked of a group: here what makes, rules and ends it; `admission-commands.ts` has how people are let in,
 * `upkeep-commands.ts` how it is set up. Every refusal is a `DomainError`; beside those named at each command, all of them refuse
 * `GroupNotFound`, `GroupDismissed` (docs/rules.md A4), `GroupSuspended` (a blocked group, to whoever is no app admin, save that he
 * may leave: docs/rules.md A16) and `NotPermitted` (an auditor only reads).
 *
 * What is already so is no refusal: the decision has no events and its outcome says `alreadySo`; an API that calls it an
 * error maps the outcome. That the users named exist is checked by the application before it decides.
 */
export type GroupCommand =
  | CreateGroup
  | JoinGroup
  | LeaveGroup
  | RemoveMembers
  | ChangeMemberRole
  | ChangeMemberRoles
  | TransferOwnership
  | MuteMember
  | UnmuteMember
  | MuteGroup
  | UnmuteGroup
  | ChangeGroupProfile
  | ChangeTogether
  | DismissGroup
  | AdmissionCommand
  | UpkeepCommand;

/**
 * Creates the group with its owner and first members: one decision, one append.
 * A user creates for himself; an app admin for anybody (D1 create, "access(owner)").
 * @throws GroupIdTaken unless the id belonged to a dismissed group whose rules free it (001); InvalidArgument,
 *   DuplicateItems, GroupFull, TooManyAdmins, NotPermitted.
 */
export interface CreateGroup {
  readonly type: 'CreateGroup';
  /** Chosen by the client in the form of `domain/shared/ids.ts`, or `number` in decimal (docs/rules.md A13). */
  readonly groupId: string;
  /** 2^52 … 2^53-1, from the sequence. */
  readonly number: number;
  /** A name of `presets.ts`, or rules and defaults that were resolved elsewhere. */
  readonly preset: string | GroupPreset;
  /** A name of the API's own for kinds of groups. */
  readonly kind?: string;
  /** '' where the rules let a group go without a name (002). */
  readonly name: string;
  readonly avatar?: string;
  readonly introduction?: string;
  readonly ext?: string;
  readonly customFields?: readonly CustomField[];
  /** null only where the rules allow a group without owner, and only by an app admin. */
  readonly ownerId: string | null;
  readonly admins?: readonly string[];
  readonly members?: readonly string[];
  /** How many people the group holds, the owner counted. Default: the preset's. */
  readonly maximum?: number;
  readonly joinPolicy?: JoinPolicy;
  readonly settings?: Partial<GroupSettings>;
  /** Announced from the start. */
  readonly announcement?: string;
  /**
   * Facts about those named who may have to be asked first (004: their groupVerify): where the rules want it, they are
   * invited instead, and come in as members. Whoever isn't listed here wants no asking.
   */
  readonly invitees?: readonly Invitee[];
  /** Default `ask`. `waive` is an app admin's alone. */
  readonly consent?: Consent;
  /** An import: when the group was made elsewhere, ms UTC; people joined then. By an app admin only (001 import_group). */
  readonly createdAt?: number;
  /** The group that this one is a copy of, which has said so with its `GroupCopied` (004 copy_group). */
  readonly copyOf?: string;
  /** What the cards of those named say from the start, by user id; of whoever is asked first, none. */
  readonly cards?: Readonly<Record<string, MemberCard>>;
  /** A person named twice, or an owner named as a member too. Default `refuse`; `report`: his highest role holds. */
  readonly repeated?: OnItem;
}

/**
 * A user joins by himself, as the join policy has it; an app admin adds anybody, whatever the policy, with source `admin`.
 * @throws JoinClosed, JoinNeedsApproval, GroupFull, NotPermitted (a user for somebody else; the hole of 003 join_group,
 *   docs/rules.md A7), RulesForbid (001 AVChatRoom: even an app admin adds nobody).
 */
export interface JoinGroup {
  readonly type: 'JoinGroup';
  readonly groupId: string;
  readonly userId: string;
  /** How he found the group. Default `open`. */
  readonly source?: Extract<JoinSource, 'open' | 'search' | 'scan'>;
}

/**
 * A member leaves by himself, or an app admin takes him out as if he did (D1 quit, "access"). What becomes of the group
 * when its owner leaves is a value of its rules. Who isn't a member has already left. Also out of a group that was
 * dismissed and kept its members, save its owner.
 * @throws OwnerMayNotLeave, NotPermitted.
 */
export interface LeaveGroup {
  readonly type: 'LeaveGroup';
  readonly groupId: string;
  readonly userId: string;
  /** Of a group that was dismissed: `refuse` is GroupDismissed whoever stayed in it (002). Default `report`: out he goes. */
  readonly dismissed?: OnItem;
}

/**
 * Removes members (D0 "kick"). Every id is checked, not only the last (docs/rules.md A7); with `refuse`, all or nothing.
 * @throws InvalidArgument (no id, too many), DuplicateItems, NotGroupMember, SelfNotAllowed, TargetRoleTooHigh,
 *   NotGroupManager, NotGroupOwner, RulesForbid.
 */
export interface RemoveMembers {
  readonly type: 'RemoveMembers';
  readonly groupId: string;
  readonly userIds: readonly string[];
  readonly reason?: string;
  /** An id that stands twice. Default `report`. */
  readonly repeated?: OnItem;
  /** Somebody who isn't a member. Default `report`: he is already out. */
  readonly absent?: OnItem;
  /** Oneself, the owner, or a role that the actor's doesn't reach. Default `refuse`. */
  readonly unreachable?: OnItem;
  /** Default `first`. `last`: after repeats, oneself, the owner and the absent, in this order (D1 kick). */
  readonly rights?: RightsJudged;
}

/**
 * Makes a member an admin, or an admin a member.
 * @throws NotGroupMember, OwnerRoleFixed, TargetRoleTooHigh, NotGroupManager, NotGroupOwner, TooManyAdmins, RulesForbid.
 */
export interface ChangeMemberRole {
  readonly type: 'ChangeMemberRole';
  readonly groupId: string;
  readonly userId: string;
  readonly role: BelowOwner;
}

/**
 * The same for several at once (004 set_manager, remove_manager): with `refuse`, all or nothing.
 * @throws InvalidArgument (nobody, too many), DuplicateItems, NotGroupMember, OwnerRoleFixed, TargetRoleTooHigh,
 *   TooManyAdmins, NotGroupManager, NotGroupOwner, RulesForbid.
 */
export interface ChangeMemberRoles {
  readonly type: 'ChangeMemberRoles';
  readonly groupId: string;
  readonly userIds: readonly string[];
  readonly role: BelowOwner;
  /** An id that stands twice. Default `report`. */
  readonly repeated?: OnItem;
  /** Somebody who isn't a member. Default `refuse`. */
  readonly absent?: OnItem;
  /** The owner, a role that the actor's doesn't reach, or one admin too many. Default `refuse`. */
  readonly unreachable?: OnItem;
}

/**
 * Hands the group to another member, in one event (docs/rules.md A5).
 * @throws NotGroupOwner, TransferToSelf, NotGroupMember, NotPermitted, RulesForbid.
 */
export interface TransferOwnership {
  readonly type: 'TransferOwnership';
  readonly groupId: string;
  readonly to: string;
  /** Whom the caller takes for the owner (D1 transfer names both); NotGroupOwner when it is somebody else. */
  readonly from?: string;
  /** Default `first`. `last`: after whether the two named are one and the same, and members (D1 transfer). */
  readonly rights?: RightsJudged;
}

/**
 * Silences a member up to a deadline, which ends by itself (docs/rules.md A8).
 * @throws InvalidArgument (a deadline that has passed, or longer than the rules allow), NotGroupMember,
 *   TargetRoleTooHigh, NotGroupManager, NotGroupOwner, RulesForbid.
 */
export interface MuteMember {
  readonly type: 'MuteMember';
  readonly groupId: string;
  readonly userId: string;
  /** ms UTC, null = for ever, or a length in ms from the moment of the decision (003 mutedSeconds, 002 muteTime). */
  readonly until: number | null | { readonly lasting: number };
  /** Default `last`: after the deadline and whether he is a member. `first`: before either (002). */
  readonly rights?: RightsJudged;
}

/** @throws NotGroupMember, TargetRoleTooHigh, NotGroupManager, NotGroupOwner, RulesForbid. */
export interface UnmuteMember {
  readonly type: 'UnmuteMember';
  readonly groupId: string;
  readonly userId: string;
  /** Default `last`: after whether he is a member. */
  readonly rights?: RightsJudged;
}

/**
 * Silences everybody but the owner, the admins and the speakers named. Muting again replaces the speakers.
 * @throws NotGroupManager, NotGroupMember (also for a speaker), InvalidArgument (too many speakers), RulesForbid.
 */
export interface MuteGroup {
  readonly type: 'MuteGroup';
  readonly groupId: string;
  readonly speakers?: readonly string[];
}

/** @throws NotGroupManager, NotGroupMember, RulesForbid. */
export interface UnmuteGroup {
  readonly type: 'UnmuteGroup';
  readonly groupId: string;
}

/**
 * Absent = unchanged; null or '' = cleared (the name only where the rules let a group go without one: 002). Only what
 * really changes is written.
 * @throws InvalidArgument, NotGroupManager, NotGroupOwner, NotGroupMember, RulesForbid.
 */
export interface ChangeGroupProfile {
  readonly type: 'ChangeGroupProfile';
  readonly groupId: string;
  readonly changes: GroupProfileChanges;
  /** Custom fields to set one by one: each takes the place of the one with its key, and all others stay as they are. */
  readonly setFields?: readonly CustomField[];
  /** Keys of custom fields to take away one by one. */
  readonly removeFields?: readonly string[];
}

/** One of several changes that are asked for at once; which group, the whole says. */
export type GroupChange =
  | Omit<ChangeGroupProfile, 'groupId'>
  | Omit<PublishAnnouncement, 'groupId'>
  | Omit<ChangeJoinPolicy, 'groupId'>
  | Omit<ChangeGroupSettings, 'groupId'>
  | Omit<MuteGroup, 'groupId'>
  | Omit<UnmuteGroup, 'groupId'>
  | Omit<ChangeMemberRole, 'groupId'>
  | Omit<ChangeMemberCard, 'groupId'>
  | Omit<MuteMember, 'groupId'>
  | Omit<UnmuteMember, 'groupId'>;

/**
 * Several changes as one (003 set_group_info_ex, set_group_member_info; 001 modify_group_base_info,
 * modify_group_member_info, forbid_send_msg): all or nothing.
 * @throws InvalidArgument (more people than one list may name), and what its steps throw, the first one's refusal first; of steps
 *   that judge rights first, all of their rights before a wrong value.
 */
export interface ChangeTogether {
  readonly type: 'ChangeTogether';
  readonly groupId: string;
  readonly steps: readonly GroupChange[];
}

/**
 * Ends the group for good (docs/rules.md A4).
 * @throws NotGroupOwner, NotPermitted, RulesForbid.
 */
export interface DismissGroup {
  readonly type: 'DismissGroup';
  readonly groupId: string;
  /**
   * Whether the list of members goes with it (D0 "dismiss keeps"); asked for later, it still goes (003 deleteMember).
   */
  readonly removeMembers: boolean;
  /** Members whom an earlier dismissal kept: with `refuse` it is GroupDismissed all the same (001). Default `report`: they go. */
  readonly kept?: OnItem;
  /**
   * A second dismissal: `refuse` (default) is GroupDismissed (003's 1204), `report` is already so for whoever dismissed
   * it or still could.
   */
  readonly repeated?: OnItem;
  /** Default `last`: after whether it is dismissed. `first`: before, as long as its members are kept (D1 dismiss). */
  readonly rights?: RightsJudged;
}

/** One result per item asked for, in the order of the command. */
export type RemovalResult = ItemResult<'removed' | 'repeated' | 'absent' | 'self' | 'owner' | 'roleTooHigh'>;
export type InitialMemberResult = ItemResult<'joined' | 'repeated' | 'awaitsInvitee'>;
export type RoleResult = ItemResult<
  'changed' | 'already' | 'repeated' | 'absent' | 'owner' | 'roleTooHigh' | 'tooManyAdmins'
>;

/** What the caller needs to know of a decision: plain JSON, since it is kept for a repeated request. */
export type GroupOutcome = { readonly alreadySo: boolean } & (
  | {
      readonly command: 'CreateGroup';
      readonly groupId: string;
      readonly number: number;
      readonly incarnation: number;
      /** Admins, then members, as asked for; the owner isn't among them. */
      readonly items: readonly InitialMemberResult[];
      readonly memberCount: number;
    }
  | { readonly command: 'JoinGroup'; readonly userId: string }
  | {
      readonly command: 'LeaveGroup';
      readonly userId: string;
      /** Who owns the group now, when the owner left; null = nobody. */
      readonly successor?: string | null;
      /** The last one left, and the group is dismissed. */
      readonly dismissed: boolean;
    }
  | { readonly command: 'RemoveMembers'; readonly items: readonly RemovalResult[] }
  | { readonly command: 'ChangeMemberRole'; readonly userId: string; readonly role: BelowOwner }
  | { readonly command: 'ChangeMemberRoles'; readonly role: BelowOwner; readonly items: readonly RoleResult[] }
  | { readonly command: 'TransferOwnership'; readonly from: string | null; readonly to: string }
  | { readonly command: 'MuteMember'; readonly userId: string; readonly until: number | null }
  | { readonly command: 'UnmuteMember'; readonly userId: string }
  | { readonly command: 'MuteGroup'; readonly speakers: readonly string[] }
  | { readonly command: 'UnmuteGroup' }
  | { readonly command: 'ChangeGroupProfile'; readonly changed: readonly (keyof GroupProfileChanges)[] }
  | { readonly command: 'ChangeTogether' }
  | { readonly command: 'DismissGroup' }
  | AdmissionOutcome
  | UpkeepOutcome
);
