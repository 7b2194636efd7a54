import type { CustomField, GroupSettingsChanges, MemberCardChanges, ReceiveOption, SuspensionMode } from './events.js';
import type { GroupRules, GroupSettings, JoinPolicy } from './rules.js';

/**
 * What can be asked about how a group is set up: announcement, join policy, settings, members' cards, suspension, copies.
 * What all refuse is said in `commands.ts`.
 */
export type UpkeepCommand =
  | PublishAnnouncement
  | ChangeJoinPolicy
  | ChangeGroupSettings
  | ChangeMemberCard
  | SuspendGroup
  | ReinstateGroup
  | CopyGroup;

/** '' takes it back. @throws InvalidArgument, NotGroupManager, NotGroupMember, RulesForbid. */
export interface PublishAnnouncement {
  readonly type: 'PublishAnnouncement';
  readonly groupId: string;
  readonly text: string;
}

/** What is absent stays. @throws InvalidArgument (not offered by the rules), NotGroupManager, NotGroupMember, RulesForbid. */
export interface ChangeJoinPolicy {
  readonly type: 'ChangeJoinPolicy';
  readonly groupId: string;
  readonly selfJoin?: JoinPolicy['selfJoin'];
  readonly memberInvite?: JoinPolicy['memberInvite'];
}

/**
 * Absent = unchanged. Retention and maximum have rules of their own about who may change them.
 * @throws InvalidArgument (also for a maximum below the number of members), NotGroupManager, NotGroupOwner,
 *   NotGroupMember, NotPermitted, RulesForbid.
 */
export interface ChangeGroupSettings {
  readonly type: 'ChangeGroupSettings';
  readonly groupId: string;
  readonly changes: GroupSettingsChanges;
}

/**
 * A member's card in the group: his own, or another's where the rules let the actor (002: owner and admins change
 * anyone's name; 003: as they may remove). How he is told of messages is his own, or an app admin's to set.
 * Absent = unchanged; null and what is empty = cleared.
 * @throws NotGroupMember, TargetRoleTooHigh, NotGroupManager, NotGroupOwner, NotPermitted, InvalidArgument.
 */
export interface ChangeMemberCard {
  readonly type: 'ChangeMemberCard';
  readonly groupId: string;
  readonly userId: string;
  readonly changes?: MemberCardChanges;
  /** Custom fields one by one, in the place of those in `changes`. Where `present` isn't what he has: `StaleFields`. */
  readonly fields?: FieldChanges;
  readonly receiveOption?: ReceiveOption;
}

/** Single custom fields of a card; all others stay as they are. */
export interface FieldChanges {
  /** Each takes the place of the one with its key. */
  readonly set: readonly CustomField[];
  /** Keys. */
  readonly remove: readonly string[];
  /** All that he has, found elsewhere: the state knows them by their fingerprint only. */
  readonly present: readonly CustomField[];
}

/** App admins only (docs/rules.md A16). Another mode replaces the present one. @throws NotPermitted, InvalidArgument. */
export interface SuspendGroup {
  readonly type: 'SuspendGroup';
  readonly groupId: string;
  readonly mode: SuspensionMode;
  readonly reason?: string;
}

/** App admins only; it revives no dismissed group (docs/rules.md A16). @throws NotPermitted, InvalidArgument. */
export interface ReinstateGroup {
  readonly type: 'ReinstateGroup';
  readonly groupId: string;
  readonly reason?: string;
}

/**
 * Says that a new group is made with this one's members, within the rules' interval (004 copy_group). The new group is
 * made by a `CreateGroup` with `copyOf`, of what this outcome says.
 * @throws CopyRefused, NotGroupManager, NotGroupOwner, NotGroupMember, RulesForbid, InvalidArgument.
 */
export interface CopyGroup {
  readonly type: 'CopyGroup';
  readonly groupId: string;
  readonly toGroupId: string;
}

/** What the new group starts with, and whom it takes over beside its owner, the one who copies. */
export interface CopyTemplate {
  readonly rules: GroupRules;
  readonly kind: string;
  readonly maximum: number;
  readonly joinPolicy: JoinPolicy;
  readonly settings: GroupSettings;
  readonly members: readonly string[];
}

export type UpkeepOutcome =
  | { readonly command: 'PublishAnnouncement' }
  | { readonly command: 'ChangeJoinPolicy'; readonly joinPolicy: JoinPolicy }
  | { readonly command: 'ChangeGroupSettings'; readonly changed: readonly (keyof GroupSettingsChanges)[] }
  | {
      readonly command: 'ChangeMemberCard';
      readonly userId: string;
      readonly changed: readonly (keyof MemberCardChanges | 'receiveOption')[];
    }
  | { readonly command: 'SuspendGroup'; readonly mode: SuspensionMode }
  | { readonly command: 'ReinstateGroup' }
  | { readonly command: 'CopyGroup'; readonly toGroupId: string; readonly template: CopyTemplate };
