import { Map, OrderedMap, Set } from 'immutable';
import type {
  CustomField,
  GroupCreated,
  GroupDismissed,
  GroupEvent,
  GroupProfileChanges,
  GroupSettings,
  JoinPolicy,
  MemberJoined,
  OwnerTransferred,
} from './events.js';
import type { GroupRules, Role } from './rules.js';

/** No event yet: nobody made a group of this id. */
export interface NoGroup {
  readonly status: 'none';
}

export interface Group {
  /** Dismissed is the end of an incarnation: only `GroupCreated` follows (RULES A4). */
  readonly status: 'live' | 'dismissed';
  readonly groupId: string;
  readonly number: number;
  readonly incarnation: number;
  readonly rules: GroupRules;
  readonly kind: string;
  readonly name: string;
  readonly avatar: string;
  readonly introduction: string;
  readonly ext: string;
  readonly customFields: readonly CustomField[];
  readonly creatorId: string;
  /** ms UTC. */
  readonly createdAt: number;
  readonly maximum: number;
  readonly joinPolicy: JoinPolicy;
  readonly settings: GroupSettings;
  /** Always a member with role owner; null while there is none. */
  readonly ownerId: string | null;
  /** Who the members are, and so how many: there is no count that could drift (RULES A3). */
  readonly members: Map<string, Member>;
  /** The members with role admin, at hand without looking through all. */
  readonly adminIds: Set<string>;
  /** Who may speak although everybody is muted, beside owner and admins; null while nobody is muted as a whole. */
  readonly groupMute: { readonly speakers: Set<string> } | null;
  /** Mutes of those who left, for rules under which a mute survives rejoining; the oldest is given up beyond a bound. */
  readonly departedMutes: OrderedMap<string, Mute>;
  /** Joinings so far: the order among members who joined in the same millisecond. */
  readonly joinings: number;
  readonly dismissal: { readonly by: string; readonly membersRemoved: boolean } | null;
}

export type GroupState = NoGroup | Group;

export interface Member {
  readonly userId: string;
  readonly role: Role;
  /** ms UTC. */
  readonly joinedAt: number;
  readonly joinOrder: number;
  /** Ended or not: `isMuted` reads it against a clock. */
  readonly mute: Mute | null;
}

/** A deadline, ms UTC; null = for ever (RULES A8). */
export interface Mute {
  readonly until: number | null;
}

export const noGroup: GroupState = { status: 'none' };

/** People who may leave muted before the first of them is forgotten: keeps a group's state in proportion. */
export const DEPARTED_MUTES_REMEMBERED = 10_000;

export const memberCount = (group: Group): number => group.members.size;

export const roleOf = (group: Group, userId: string): Role | undefined => group.members.get(userId)?.role;

/** Whether the member is silenced at this time, ms UTC: up to the deadline, not at it. */
export const isMuted = (member: Member, at: number): boolean => member.mute !== null && outlasts(member.mute, at);

/** Whether the mute is still in force at this time. */
export const outlasts = (mute: Mute, at: number): boolean => mute.until === null || mute.until > at;

/**
 * Folds one event. Total: an event that doesn't fit the state changes what it can and never throws; a type unknown here
 * changes nothing. It stores the rules and never reads them, so a history folds alike under any rules.
 */
export function evolve(state: GroupState, event: GroupEvent): GroupState {
  if (event.type === 'GroupCreated') return created(event.data);
  if (state.status !== 'live') return state;
  switch (event.type) {
    case 'MemberJoined':
      return joined(state, event.data);
    case 'MemberLeft':
    case 'MemberRemoved':
      return departed(state, event.data.userId);
    case 'MemberRoleChanged':
      return withMember(state, event.data.userId, (member) => ({ ...member, role: event.data.to }));
    case 'OwnerTransferred':
      return transferred(state, event.data);
    case 'MemberMuted':
      return withMember(state, event.data.userId, (member) => ({ ...member, mute: { until: event.data.until } }));
    case 'MemberUnmuted':
      return withMember(state, event.data.userId, (member) => ({ ...member, mute: null }));
    case 'GroupMuted':
      return { ...state, groupMute: { speakers: Set(event.data.speakers) } };
    case 'GroupUnmuted':
      return { ...state, groupMute: null };
    case 'GroupProfileChanged':
      return { ...state, ...profileOf(event.data.changes) };
    case 'GroupDismissed':
      return dismissed(state, event.data);
    default:
      return state;
  }
}

function created(data: GroupCreated['data']): Group {
  return {
    status: 'live',
    groupId: data.groupId,
    number: data.number,
    incarnation: data.incarnation,
    rules: data.rules,
    kind: data.kind,
    name: data.name,
    avatar: data.avatar,
    introduction: data.introduction,
    ext: data.ext,
    customFields: data.customFields,
    creatorId: data.creatorId,
    createdAt: data.createdAt,
    maximum: data.maximum,
    joinPolicy: data.joinPolicy,
    settings: data.settings,
    // `GroupCreated.ownerId` announces him; he owns the group as a member, with his `MemberJoined`.
    ownerId: null,
    members: Map(),
    adminIds: Set(),
    groupMute: null,
    departedMutes: OrderedMap(),
    joinings: 0,
    dismissal: null,
  };
}

function joined(group: Group, { userId, role, joinedAt, mutedUntil }: MemberJoined['data']): Group {
  const mute = mutedUntil === undefined ? null : { until: mutedUntil };
  const joinings = group.joinings + 1;
  return {
    ...withRoleKept(group, { userId, role, joinedAt, joinOrder: joinings, mute }),
    joinings,
    departedMutes: group.departedMutes.delete(userId),
  };
}

function departed(group: Group, userId: string): Group {
  const member = group.members.get(userId);
  if (member === undefined) return group;
  return {
    ...group,
    members: group.members.delete(userId),
    adminIds: group.adminIds.delete(userId),
    ownerId: group.ownerId === userId ? null : group.ownerId,
    departedMutes: member.mute === null ? group.departedMutes : remembered(group.departedMutes, userId, member.mute),
  };
}

function remembered(mutes: OrderedMap<string, Mute>, userId: string, mute: Mute): OrderedMap<string, Mute> {
  const more = mutes.delete(userId).set(userId, mute);
  const oldest = more.size > DEPARTED_MUTES_REMEMBERED ? more.keySeq().first() : undefined;
  return oldest === undefined ? more : more.delete(oldest);
}

function transferred(group: Group, { to, formerOwnerBecomes }: OwnerTransferred['data']): Group {
  const heir = group.members.get(to);
  if (heir === undefined) return group;
  const former = group.ownerId === null || group.ownerId === to ? undefined : group.members.get(group.ownerId);
  const vacated = former === undefined ? group : withRoleKept(group, { ...former, role: formerOwnerBecomes });
  return withRoleKept(vacated, { ...heir, role: 'owner', mute: null });
}

function withMember(group: Group, userId: string, change: (member: Member) => Member): Group {
  const member = group.members.get(userId);
  return member === undefined ? group : withRoleKept(group, change(member));
}

/** Puts the member in, keeping owner and admins in step with the roles, and never more than one owner. */
function withRoleKept(group: Group, member: Member): Group {
  const { userId, role } = member;
  const ousted = role === 'owner' && group.ownerId !== null && group.ownerId !== userId ? group.ownerId : undefined;
  const before = ousted === undefined ? group : withMember(group, ousted, (owner) => ({ ...owner, role: 'member' }));
  return {
    ...before,
    members: before.members.set(userId, member),
    adminIds: role === 'admin' ? before.adminIds.add(userId) : before.adminIds.delete(userId),
    ownerId: role === 'owner' ? userId : before.ownerId === userId ? null : before.ownerId,
  };
}

/** Absent = unchanged, null = cleared. */
function profileOf(changes: GroupProfileChanges): Partial<Group> {
  return {
    ...(changes.name !== undefined && { name: changes.name }),
    ...(changes.avatar !== undefined && { avatar: changes.avatar ?? '' }),
    ...(changes.introduction !== undefined && { introduction: changes.introduction ?? '' }),
    ...(changes.ext !== undefined && { ext: changes.ext ?? '' }),
    ...(changes.customFields !== undefined && { customFields: changes.customFields }),
  };
}

function dismissed(group: Group, { by, membersRemoved }: GroupDismissed['data']): Group {
  const emptied = membersRemoved && { members: group.members.clear(), adminIds: group.adminIds.clear(), ownerId: null };
  return { ...group, ...emptied, status: 'dismissed', dismissal: { by, membersRemoved } };
}
