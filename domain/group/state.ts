import { Map, OrderedMap, Set } from 'immutable';
import { fingerprint } from '../shared/fingerprint.js';
import { type CardPrints, cardPrints, changedPrints } from './card-prints.js';
import type {
  CustomField,
  GroupCreated,
  GroupDismissed,
  GroupEvent,
  GroupProfileChanges,
  GroupSettings,
  GroupSettingsChanges,
  InvitationAnswered,
  InvitationStage,
  JoinPolicy,
  JoinRequested,
  MemberCardChanged,
  MemberInvited,
  MemberJoined,
  OwnerTransferred,
  ReceiveOption,
  RequestSource,
  SuspensionMode,
} from './events.js';
import type { GroupRules, Role } from './rules.js';

/** No event yet: nobody made a group of this id. */
export interface NoGroup {
  readonly status: 'none';
}

export interface Group {
  /** Dismissed is the end of an incarnation: only `GroupCreated` follows (docs/rules.md A4). */
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
  /** Who the members are, and so how many: there is no count that could drift (docs/rules.md A3). */
  readonly members: Map<string, Member>;
  /** The members with role admin, at hand without looking through all. */
  readonly adminIds: Set<string>;
  /** Who may speak although everybody is muted, beside owner and admins; null while nobody is muted as a whole. */
  readonly groupMute: { readonly speakers: Set<string> } | null;
  /** Mutes of those who left, for rules under which a mute survives rejoining; the oldest is given up beyond a bound. */
  readonly departedMutes: OrderedMap<string, Mute>;
  /** Joinings so far: the order among members who joined in the same millisecond. */
  readonly joinings: number;
  /** Not yet answered to the end, by invitee: one at most for each. An expired one stays until something follows on it. */
  readonly invitations: Map<string, PendingInvitation>;
  /** Not yet answered, by applicant: one at most for each. */
  readonly requests: Map<string, PendingRequest>;
  /** The last one of each person that ended, so that a second answer hears "handled"; the oldest is given up beyond a bound. */
  readonly endedInvitations: OrderedMap<string, Ended>;
  readonly endedRequests: OrderedMap<string, Ended>;
  /** Of the text that is announced; null = none. */
  readonly announcement: number | null;
  readonly suspension: SuspensionMode | null;
  /** The group that this one was made a copy of. */
  readonly copiedFrom: string | null;
  /** The last copy made of this one: when, ms UTC. */
  readonly lastCopy: { readonly toGroupId: string; readonly at: number } | null;
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
  /** What his card in the group says, as fingerprints. */
  readonly card: CardPrints;
  readonly receiveOption: ReceiveOption;
}

export interface PendingInvitation {
  readonly inviteId: string;
  readonly userId: string;
  readonly inviterId: string;
  /** Whose word is still missing: never empty. */
  readonly awaits: readonly InvitationStage[];
  /** The manager who has said yes while the invitee has not yet. */
  readonly approvedBy: string | null;
  /** ms UTC; null = never. */
  readonly expiresAt: number | null;
}

export interface PendingRequest {
  readonly requestId: string;
  readonly userId: string;
  readonly source: RequestSource;
  readonly inviterId: string | null;
}

export interface Ended {
  readonly id: string;
  /** The answer, or why it was withdrawn. */
  readonly how: string;
  /** null = he asked by himself. */
  readonly inviterId: string | null;
}

/** A deadline, ms UTC; null = for ever (docs/rules.md A8). */
export interface Mute {
  readonly until: number | null;
}

export const noGroup: GroupState = { status: 'none' };

/** People who may leave muted before the first of them is forgotten: keeps a group's state in proportion. */
export const DEPARTED_MUTES_REMEMBERED = 10_000;

/** People whose last invitation, and as many whose last request, is known to have ended. */
export const ENDED_REMEMBERED = 10_000;

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
  if (state.status === 'none') return state;
  if (event.type === 'GroupDismissed') return dismissed(state, event.data);
  if (event.type === 'DismissedGroupEmptied') return emptied(state);
  if (state.status === 'dismissed') return event.type === 'MemberLeft' ? departed(state, event.data.userId) : state;
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
    case 'AnnouncementPublished':
      return { ...state, announcement: event.data.text ? fingerprint(event.data.text) : null };
    case 'JoinPolicyChanged':
      return { ...state, joinPolicy: { selfJoin: event.data.selfJoin, memberInvite: event.data.memberInvite } };
    case 'GroupSettingsChanged':
      return settled(state, event.data.changes);
    case 'MemberCardChanged':
      return withMember(state, event.data.userId, (member) => withCard(member, event.data));
    case 'MemberInvited':
      return invited(state, event.data);
    case 'InvitationAnswered':
      return invitationAnswered(state, event.data);
    case 'InvitationWithdrawn':
      return invitationEnded(state, event.data.userId, event.data.inviteId, event.data.why);
    case 'JoinRequested':
      return requested(state, event.data);
    case 'JoinRequestAnswered':
      return requestEnded(state, event.data.userId, event.data.requestId, event.data.answer);
    case 'JoinRequestWithdrawn':
      return requestEnded(state, event.data.userId, event.data.requestId, event.data.why);
    case 'GroupSuspended':
      return { ...state, suspension: event.data.mode };
    case 'GroupReinstated':
      return { ...state, suspension: null };
    case 'GroupCopied':
      return { ...state, lastCopy: { toGroupId: event.data.toGroupId, at: event.data.copiedAt } };
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
    invitations: Map(),
    requests: Map(),
    endedInvitations: OrderedMap(),
    endedRequests: OrderedMap(),
    announcement: null,
    suspension: null,
    copiedFrom: data.origin.kind === 'copied' ? data.origin.from : null,
    lastCopy: null,
    dismissal: null,
  };
}

function joined(group: Group, { userId, role, joinedAt, mutedUntil, card }: MemberJoined['data']): Group {
  const mute = mutedUntil === undefined ? null : { until: mutedUntil };
  const joinings = group.joinings + 1;
  const member: Member = {
    userId,
    role,
    joinedAt,
    joinOrder: joinings,
    mute,
    card: cardPrints(card),
    receiveOption: 'all',
  };
  return {
    ...withRoleKept(group, member),
    joinings,
    departedMutes: group.departedMutes.delete(userId),
    // Who is inside waits for nothing.
    invitations: group.invitations.delete(userId),
    requests: group.requests.delete(userId),
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
    // He was let speak as the member that he was: who comes back is silent with the others.
    groupMute: group.groupMute && { speakers: group.groupMute.speakers.delete(userId) },
  };
}

function remembered(mutes: OrderedMap<string, Mute>, userId: string, mute: Mute): OrderedMap<string, Mute> {
  return lastOnes(mutes, userId, mute, DEPARTED_MUTES_REMEMBERED);
}

/** The map with this entry as its newest, and no more than `most` of them. */
function lastOnes<Value>(
  map: OrderedMap<string, Value>,
  key: string,
  value: Value,
  most: number,
): OrderedMap<string, Value> {
  const more = map.delete(key).set(key, value);
  const oldest = more.size > most ? more.keySeq().first() : undefined;
  return oldest === undefined ? more : more.delete(oldest);
}

/** An invitation that awaits nobody is over with its `MemberJoined`, which follows; a member waits for none. */
function invited(group: Group, { inviteId, userId, inviterId, awaits, expiresAt }: MemberInvited['data']): Group {
  if (awaits.length === 0 || group.members.has(userId)) return group;
  const pending = { inviteId, userId, inviterId, awaits, approvedBy: null, expiresAt: expiresAt ?? null };
  return { ...group, invitations: group.invitations.set(userId, pending) };
}

function invitationAnswered(group: Group, { userId, inviteId, stage, answer, by }: InvitationAnswered['data']): Group {
  const pending = group.invitations.get(userId);
  if (pending?.inviteId !== inviteId) return group;
  const awaits = pending.awaits.filter((awaited) => awaited !== stage);
  if (answer !== 'accepted' || awaits.length === 0) return invitationEnded(group, userId, inviteId, answer);
  const approvedBy = stage === 'manager' ? by : pending.approvedBy;
  return { ...group, invitations: group.invitations.set(userId, { ...pending, awaits, approvedBy }) };
}

function invitationEnded(group: Group, userId: string, id: string, how: string): Group {
  const pending = group.invitations.get(userId);
  if (pending?.inviteId !== id) return group;
  const ended = { id, how, inviterId: pending.inviterId };
  return {
    ...group,
    invitations: group.invitations.delete(userId),
    endedInvitations: lastOnes(group.endedInvitations, userId, ended, ENDED_REMEMBERED),
  };
}

/** A member waits for no answer. */
function requested(group: Group, { requestId, userId, source, inviterId }: JoinRequested['data']): Group {
  if (group.members.has(userId)) return group;
  const pending = { requestId, userId, source, inviterId: inviterId ?? null };
  return { ...group, requests: group.requests.set(userId, pending) };
}

function requestEnded(group: Group, userId: string, id: string, how: string): Group {
  const pending = group.requests.get(userId);
  if (pending?.requestId !== id) return group;
  const ended = { id, how, inviterId: pending.inviterId };
  return {
    ...group,
    requests: group.requests.delete(userId),
    endedRequests: lastOnes(group.endedRequests, userId, ended, ENDED_REMEMBERED),
  };
}

function settled(group: Group, { maximum, ...settings }: GroupSettingsChanges): Group {
  return { ...group, maximum: maximum ?? group.maximum, settings: { ...group.settings, ...settings } };
}

function withCard(member: Member, { changes, receiveOption }: MemberCardChanged['data']): Member {
  return {
    ...member,
    card: changedPrints(member.card, changes),
    receiveOption: receiveOption ?? member.receiveOption,
  };
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
  if (group.status === 'dismissed') return group;
  const ended: Group = {
    ...group,
    status: 'dismissed',
    invitations: Map(),
    requests: Map(),
    dismissal: { by, membersRemoved: false },
  };
  return membersRemoved ? emptied(ended) : ended;
}

function emptied(group: Group): Group {
  if (group.dismissal === null) return group;
  return {
    ...group,
    members: group.members.clear(),
    adminIds: group.adminIds.clear(),
    ownerId: null,
    dismissal: { ...group.dismissal, membersRemoved: true },
  };
}
