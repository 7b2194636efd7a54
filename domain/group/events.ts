import type { DomainEvent } from '../shared/event.js';
import type { GroupRules, GroupSettings, JoinPolicy, Role } from './rules.js';

export type { GroupSettings, JoinPolicy } from './rules.js';

/**
 * The facts of a group's life (EVENTS.md "Group"). Times are integers, milliseconds UTC. In `changes`, absent is
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
}

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
  { groupId: string; userId: string; roleBefore: Role; by: string; reason?: string }
>;

export type OwnerTransferred = DomainEvent<
  'OwnerTransferred',
  {
    groupId: string;
    /** null where the group had no owner. */
    from: string | null;
    to: string;
    formerOwnerBecomes: Exclude<Role, 'owner'>;
    newOwnerWas: Exclude<Role, 'owner'>;
    why: 'requested' | 'ownerLeft' | 'admin';
  }
>;

export type MemberRoleChanged = DomainEvent<
  'MemberRoleChanged',
  { groupId: string; userId: string; from: Role; to: Role; by: string }
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

export type GroupDismissed = DomainEvent<
  'GroupDismissed',
  { groupId: string; by: string; membersRemoved: boolean; why: 'requested' | 'lastMemberLeft' | 'admin' }
>;

export type GroupEvent =
  | GroupCreated
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
  | GroupDismissed;
