import type { GroupView } from '../../../application/queries/groups.js';
import type { MemberView } from '../../../application/queries/members.js';
import type { ConversationEnd, ReaderPosition } from '../../../application/queries/conversations.js';
import type { MessageSent } from '../../../domain/conversation/events.js';
import type { CustomField } from '../../../domain/group/events.js';
import type { JoinPolicy, Role } from '../../../domain/group/rules.js';
import { MAX_UINT32 } from './dto.js';
import type { CustomDataItem, JoinOption } from './group-dto.js';
import { typeByPreset } from './group-types.js';
import type { MsgFlag, WireRole } from './member-dto.js';
import type { MsgPriority } from './message-dto.js';

/** Seconds on the wire; 0 = never. */
export const seconds = (ms: number | null | undefined): number => Math.floor((ms ?? 0) / 1_000);

export const wireRoles: Readonly<Record<Role, WireRole>> = { owner: 'Owner', admin: 'Admin', member: 'Member' };

export const rolesByName: ReadonlyMap<string, Role> = new Map(
  (Object.entries(wireRoles) as [Role, WireRole][]).map(([role, name]) => [name, role]),
);

const joinOptions: Readonly<Record<JoinPolicy['selfJoin'], JoinOption>> = {
  open: 'FreeAccess',
  approval: 'NeedPermission',
  closed: 'DisableApply',
};

export const selfJoins: Readonly<Record<JoinOption, JoinPolicy['selfJoin']>> = {
  FreeAccess: 'open',
  NeedPermission: 'approval',
  DisableApply: 'closed',
};

const msgFlags: Readonly<Record<MemberView['receiveOption'], MsgFlag>> = {
  all: 'AcceptAndNotify',
  silent: 'AcceptNotNotify',
  none: 'Discard',
};

export const receiveOptions: Readonly<Record<MsgFlag, MemberView['receiveOption']>> = {
  AcceptAndNotify: 'all',
  AcceptNotNotify: 'silent',
  Discard: 'none',
};

type Priority = NonNullable<MessageSent['data']['priority']>;

export const priorities: Readonly<Record<MsgPriority, Priority>> = {
  High: 'high',
  Normal: 'normal',
  Low: 'low',
  Lowest: 'lowest',
};

/** As it stands in a history. */
export const priorityNumbers: Readonly<Record<Priority, number>> = { high: 1, normal: 2, low: 3, lowest: 4 };

export const fieldsOf = (items: readonly CustomDataItem[]): CustomField[] =>
  items.map(({ Key, Value }) => ({ key: Key, value: Value }));

/** Those whose keys are wanted; undefined: all. */
export const customData = (
  fields: readonly CustomField[],
  keys: readonly string[] | undefined,
): { Key: string; Value: string }[] =>
  fields.filter(({ key }) => keys?.includes(key) ?? true).map(({ key, value }) => ({ Key: key, Value: value }));

/** The fields of a group's own that are shown; undefined: none, not even an empty list. */
export function groupFields(
  { customFields }: Pick<GroupView, 'customFields'>,
  keys: readonly string[] | 'all' | undefined,
): object {
  if (keys === undefined) return {};
  return { AppDefinedData: customData(customFields, keys === 'all' ? undefined : keys) };
}

/** Those members of an answer that are wanted; undefined: all. */
export const wanted = (info: object, names: readonly string[] | undefined): object =>
  names === undefined ? info : Object.fromEntries(Object.entries(info).filter(([name]) => names.includes(name)));

/** A group's basic information, under the older and the newer name of what has two. */
export function baseInfoOf(group: GroupView, end: ConversationEnd | undefined, sdkappid: number): object {
  const mutedAll = group.mutedAll ? 'On' : 'Off';
  return {
    Type: typeByPreset(group.rules.preset),
    Name: group.name,
    Appid: sdkappid,
    Introduction: group.introduction,
    Notification: group.announcement?.text ?? '',
    FaceUrl: group.avatar,
    Owner_Account: group.ownerId ?? '',
    CreateTime: seconds(group.createdAt),
    LastInfoTime: seconds(group.updatedAt),
    LastMsgTime: seconds(end?.lastAt),
    NextMsgSeq: (end?.lastSeq ?? 0) + 1,
    MemberNum: group.memberCount,
    MaxMemberNum: group.maximum,
    MaxMemberCount: group.maximum,
    ApplyJoinOption: joinOptions[group.joinPolicy.selfJoin],
    ShutUpAllMember: mutedAll,
    MuteAllMember: mutedAll,
  };
}

/** Seconds UTC up to which he is muted at `now` (ms); 0 = he isn't. */
export function mutedUntil({ mutedUntil: until }: MemberView, now: number): number {
  if (until === undefined) return 0;
  if (until === null) return MAX_UINT32;
  // Not earlier than it is.
  return until > now ? Math.ceil(until / 1_000) : 0;
}

/** What a member is in a group, the account aside. */
/** Those of a member's information that his place in the chat says. */
export const POSITION_FIELDS: ReadonlySet<string> = new Set(['MsgSeq', 'LastSendMsgTime', 'UnreadMsgNum']);

export function memberInfoOf(member: MemberView, position: ReaderPosition | undefined, now: number): object {
  const until = mutedUntil(member, now);
  return {
    Role: wireRoles[member.role],
    JoinTime: seconds(member.joinedAt),
    MsgSeq: position?.readSeq ?? 0,
    MsgFlag: msgFlags[member.receiveOption],
    LastSendMsgTime: seconds(position?.wroteAt),
    NameCard: member.card.nickname ?? '',
    ShutUpUntil: until,
    MuteUntil: until,
    UnreadMsgNum: position?.unread ?? 0,
  };
}
