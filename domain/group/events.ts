import type { DomainEvent } from '../shared/event.js';
import type { GroupRules, GroupSettings, JoinPolicy, Role, BelowOwner } from './rules.js';

export type { GroupSettings, JoinPolicy } from './rules.js';

/**
 * The facts of a group's life (docs/events.md "Group"). Times are integers, milliseconds UTC. In `changes`, absent is
 * unchanged, null is cleared, an array is the whole new array.
 */
export interface CustomField {
  key: string;
  value: string;
}

/** A member's own card in the group: personal to that member. */
export interface MemberCard {
  nickname?: string;
  avatar?: string;
  ext?: string;
  region?: string;
  phone?: string;
  wechat?: string;
  alipay?: string;
  description?: string[];
  customFields?: CustomField[];
}

export type MemberCardChanges = { [Field in keyof MemberCard]?: NonNullable<MemberCard[Field]> | null };

/** Whether a member is told of the group's messages: at once, only when he looks, or not at all. */
export type ReceiveOption = 'all' | 'silent' | 'none';

export type GroupCreated = DomainEvent<
  'GroupCreated',
  {
    groupId: string;
    number: number;
    /** 1, and one more each time the id is created again after a dismissal. */
    incarnation: number;
    rules: GroupRules;
    /** A name of the API's own for kinds of groups; '' where it has none. */
    kind: string;
    name: string;
    avatar: string;
    introduction: string;
    ext: string;
    customFields: CustomField[];
    /** null only where the rules allow a group without owner. */
    ownerId: string | null;
    creatorId: string;
    maximum: number;
    joinPolicy: JoinPolicy;
    settings: GroupSettings;
    /** May be back-dated by an import. */
    createdAt: number;
    origin: { kind: 'created' } | { kind: 'copied'; from: string } | { kind: 'imported' };
  }
>;

export type JoinSource =
  'creation' | 'invitation' | 'request' | 'open' | 'search' | 'scan' | 'admin' | 'import' | 'copy';

/** Whose word an invitation still needs. */
export type InvitationStage = 'invitee' | 'manager';

/** Somebody named somebody else. What awaits nobody is followed by its `MemberJoined` in the same append. */
export type MemberInvited = DomainEvent<
  'MemberInvited',
  {
    groupId: string;
    inviteId: string;
    userId: string;
    inviterId: string;
    /** Personal to the inviter. */
    reason?: string;
    awaits: InvitationStage[];
    /** From this time on nobody can accept it any more, ms UTC. */
    expiresAt?: number;
  }
>;

export type InvitationAnswered = DomainEvent<
  'InvitationAnswered',
  {
    groupId: string;
    inviteId: string;
    userId: string;
    stage: InvitationStage;
    answer: 'accepted' | 'declined' | 'ignored';
    by: string;
    /** Personal to `by`. */
    message?: string;
  }
>;

export type InvitationWithdrawn = DomainEvent<
  'InvitationWithdrawn',
  {
    groupId: string;
    inviteId: string;
    userId: string;
    why: 'superseded' | 'expired' | 'joinedOtherwise' | 'withdrawn';
  }
>;

/** From where an applicant came; his `MemberJoined` has the same source. */
export type RequestSource = Extract<JoinSource, 'request' | 'invitation' | 'search' | 'scan' | 'admin'>;

/** An applicant's own asking. `message` and `ext` are personal to him. */
export type JoinRequested = DomainEvent<
  'JoinRequested',
  {
    groupId: string;
    requestId: string;
    userId: string;
    message?: string;
    source: RequestSource;
    inviterId?: string;
    ext?: string;
  }
>;

export type JoinRequestAnswered = DomainEvent<
  'JoinRequestAnswered',
  {
    groupId: string;
    requestId: string;
    userId: string;
    answer: 'approved' | 'refused' | 'ignored';
    by: string;
    /** Personal to `by`. */
    message?: string;
  }
>;

export type JoinRequestWithdrawn = DomainEvent<
  'JoinRequestWithdrawn',
  { groupId: string; requestId: string; userId: string; why: 'superseded' | 'joinedOtherwise' | 'withdrawn' }
>;

export type MemberJoined = DomainEvent<
  'MemberJoined',
  {
    groupId: string;
    userId: string;
    role: Role;
    source: JoinSource;
    inviterId?: string;
    approvedBy?: string;
    requestId?: string;
    inviteId?: string;
    /** May be back-dated by an import. */
    joinedAt: number;
    /** A mute that was carried over a rejoining; null = for ever. */
    mutedUntil?: number | null;
    /** History from the start, or from now. */
    seesEarlier: boolean;
    card?: MemberCard;
  }
>;

export type MemberLeft = DomainEvent<'MemberLeft', { groupId: string; userId: string; roleBefore: Role }>;

export type MemberRemoved = DomainEvent<
  'MemberRemoved',
  {
    groupId: string;
    userId: string;
    roleBefore: Role;
    by: string;
    /** What `by` was in the group; null = no member, an app admin. */
    byRole: Role | null;
    /** Personal to `by`. */
    reason?: string;
  }
>;

export type OwnerTransferred = DomainEvent<
  'OwnerTransferred',
  {
    groupId: string;
    /** null where the group had no owner. */
    from: string | null;
    to: string;
    formerOwnerBecomes: BelowOwner;
    newOwnerWas: BelowOwner;
    why: 'requested' | 'ownerLeft' | 'admin';
  }
>;

/** Ownership moves by `OwnerTransferred` alone (docs/rules.md A5). */
export type MemberRoleChanged = DomainEvent<
  'MemberRoleChanged',
  { groupId: string; userId: string; from: BelowOwner; to: BelowOwner; by: string }
>;

/** until null = for ever. */
export type MemberMuted = DomainEvent<
  'MemberMuted',
  { groupId: string; userId: string; until: number | null; by: string }
>;

export type MemberUnmuted = DomainEvent<
  'MemberUnmuted',
  { groupId: string; userId: string; by: string; why: 'lifted' | 'madeOwner' | 'madeAdmin' }
>;

/** `speakers` may speak although everybody is muted, beside owner and admins. */
export type GroupMuted = DomainEvent<'GroupMuted', { groupId: string; by: string; speakers: string[] }>;

export type GroupUnmuted = DomainEvent<'GroupUnmuted', { groupId: string; by: string }>;

export interface GroupProfileChanges {
  name?: string;
  avatar?: string | null;
  introduction?: string | null;
  ext?: string | null;
  customFields?: CustomField[];
}

export type GroupProfileChanged = DomainEvent<
  'GroupProfileChanged',
  { groupId: string; changes: GroupProfileChanges; by: string }
>;

/** What members are told; '' takes it back. `text` is personal to `by`. */
export type AnnouncementPublished = DomainEvent<'AnnouncementPublished', { groupId: string; text: string; by: string }>;

/** Both halves as they are from now on. */
export type JoinPolicyChanged = DomainEvent<
  'JoinPolicyChanged',
  { groupId: string; selfJoin: JoinPolicy['selfJoin']; memberInvite: JoinPolicy['memberInvite']; by: string }
>;

export interface GroupSettingsChanges {
  memberProtection?: boolean;
  lookMemberInfo?: boolean;
  addMemberAsFriend?: boolean;
  /** ms, null = messages are shown for ever. */
  retention?: number | null;
  maximum?: number;
}

export type GroupSettingsChanged = DomainEvent<
  'GroupSettingsChanged',
  { groupId: string; changes: GroupSettingsChanges; by: string }
>;

/** At least one of `changes` (personal to `userId`) and `receiveOption` is there. */
export type MemberCardChanged = DomainEvent<
  'MemberCardChanged',
  { groupId: string; userId: string; by: string; changes?: MemberCardChanges; receiveOption?: ReceiveOption }
>;

/**
 * `noChat`: only app admins send. `noPrivateChat`: for clients to heed. `blocked`: reading, leaving and app admins only
 * (docs/rules.md A16).
 */
export type SuspensionMode = 'noChat' | 'noPrivateChat' | 'blocked';

/** `reason` is personal to `by`. */
export type GroupSuspended = DomainEvent<
  'GroupSuspended',
  { groupId: string; mode: SuspensionMode; by: string; reason?: string }
>;

/** `mode`: the suspension that ended. `reason` is personal to `by`. */
export type GroupReinstated = DomainEvent<
  'GroupReinstated',
  { groupId: string; mode: SuspensionMode; by: string; reason?: string }
>;

/** On the source: its rules may want some time between copies. */
export type GroupCopied = DomainEvent<
  'GroupCopied',
  { groupId: string; toGroupId: string; by: string; copiedAt: number }
>;

/** Pending invitations and requests end with it; no event says so one by one. */
export type GroupDismissed = DomainEvent<
  'GroupDismissed',
  { groupId: string; by: string; membersRemoved: boolean; why: 'requested' | 'lastMemberLeft' | 'admin' }
>;

/** The members of a dismissed group, who were kept at first, are removed after all (003: a later `deleteMember`). */
export type DismissedGroupEmptied = DomainEvent<'DismissedGroupEmptied', { groupId: string; by: string }>;

export type GroupEvent =
  | GroupCreated
  | MemberInvited
  | InvitationAnswered
  | InvitationWithdrawn
  | JoinRequested
  | JoinRequestAnswered
  | JoinRequestWithdrawn
  | MemberJoined
  | MemberLeft
  | MemberRemoved
  | OwnerTransferred
  | MemberRoleChanged
  | MemberMuted
  | MemberUnmuted
  | GroupMuted
  | GroupUnmuted
  | GroupProfileChanged
  | AnnouncementPublished
  | JoinPolicyChanged
  | GroupSettingsChanged
  | MemberCardChanged
  | GroupSuspended
  | GroupReinstated
  | GroupCopied
  | GroupDismissed
  | DismissedGroupEmptied;
