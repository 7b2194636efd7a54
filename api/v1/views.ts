import type { ApplicationView } from '../../application/queries/applications.js';
import type { DepartureView } from '../../application/queries/departures.js';
import type { GroupView as GroupRow } from '../../application/queries/groups.js';
import type { MemberView as MemberRow } from '../../application/queries/members.js';
import type { Sight } from '../../application/queries/sight.js';
import type { UserQueries, UserView as UserRow } from '../../application/queries/users.js';
import { isoTime } from './reading.js';
import type { Shown } from './schemas/types.js';
import type { Application, DeparturePage, GroupPreview, GroupView, MemberView, UserView } from './schemas/views.js';

/** How `/v1` shows what the read models know: times as RFC 3339, settings with their defaults. */

export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

export const userBody = ({
  userId,
  number,
  nickname,
  avatar,
  ext,
  gender,
  region,
  registeredAt,
}: UserRow): Shown<typeof UserView> => ({
  userId,
  number,
  nickname,
  avatar,
  ext,
  gender,
  region,
  registeredAt: isoTime(registeredAt),
});

/** What outsiders see of it. */
export const groupPreview = (group: GroupRow): Shown<typeof GroupPreview> => ({
  groupId: group.groupId,
  status: group.status,
  name: group.name,
  avatar: group.avatar,
  introduction: group.introduction,
  memberCount: group.memberCount,
  joinPolicy: group.joinPolicy,
});

export function groupBody(group: GroupRow): Shown<typeof GroupView> {
  const { announcement, suspension, settings } = group;
  const { memberProtection, lookMemberInfo, addMemberAsFriend, retention } = settings;
  return {
    groupId: group.groupId,
    number: group.number,
    incarnation: group.incarnation,
    preset: group.rules.preset,
    kind: group.kind,
    status: group.status,
    name: group.name,
    avatar: group.avatar,
    introduction: group.introduction,
    ext: group.ext,
    customFields: [...group.customFields],
    ownerId: group.ownerId,
    creatorId: group.creatorId,
    memberCount: group.memberCount,
    maximum: group.maximum,
    joinPolicy: group.joinPolicy,
    muted: group.mutedAll,
    speakers: [...group.speakers],
    settings: {
      memberProtection,
      lookMemberInfo,
      addMemberAsFriend,
      retentionSeconds: retention === null ? null : Math.ceil(retention / 1000),
    },
    announcement:
      announcement === null || announcement.text === '' ? null : { ...announcement, at: isoTime(announcement.at) },
    suspension: suspension === null ? null : { ...suspension, at: isoTime(suspension.at) },
    origin: group.origin,
    createdAt: isoTime(group.createdAt),
    dismissedAt: isoOrNull(group.dismissedAt),
    revision: group.revision,
  };
}

/** The names of those whose cards say none, and whose list doesn't. */
export async function nicknames(
  users: UserQueries,
  tenant: string,
  rows: readonly MemberRow[],
): Promise<ReadonlyMap<string, string | null>> {
  const unnamed = rows
    .filter(({ card, profileNickname }) => card.nickname === null && profileNickname === undefined)
    .map(({ userId }) => userId);
  if (unnamed.length === 0) return new Map();
  const known = await users.usersByIds(tenant, unnamed);
  return new Map(known.map((user) => [user.userId, user.nickname]));
}

export function memberBody(
  member: MemberRow,
  names: ReadonlyMap<string, string | null>,
  sight: Sight,
): Shown<typeof MemberView> {
  const { userId, role, card, mutedUntil } = member;
  if (sight === 'idsAndRoles') return { userId, role };
  return {
    userId,
    role,
    nickname: card.nickname ?? member.profileNickname ?? names.get(userId) ?? null,
    joinedAt: isoTime(member.joinedAt),
    source: member.source,
    inviterId: member.inviterId,
    approvedBy: member.approvedBy,
    mutedUntil: mutedUntil === undefined ? null : deadline(mutedUntil),
    card,
    ...(sight === 'own' ? { receiveOption: member.receiveOption } : {}),
  };
}

/** null = for ever, which JSON's null says elsewhere to be no mute at all. */
export const deadline = (until: number | null): string => (until === null ? 'forever' : isoTime(until));

export const applicationBody = (application: ApplicationView): Shown<typeof Application> => ({
  kind: application.kind,
  id: application.id,
  groupId: application.groupId,
  userId: application.userId,
  inviterId: application.inviterId,
  message: application.message,
  ext: application.ext,
  source: application.source,
  awaits: [...application.awaits],
  status: application.status,
  createdAt: isoTime(application.createdAt),
  expiresAt: isoOrNull(application.expiresAt),
  endedAt: isoOrNull(application.endedAt),
  handledBy: application.handledBy,
  handledMessage: application.handledMessage,
});

export const departureBody = (departure: DepartureView): Shown<typeof DeparturePage>['items'][number] => ({
  userId: departure.userId,
  how: departure.how,
  by: departure.by,
  byRole: departure.byRole,
  roleBefore: departure.roleBefore,
  reason: departure.reason,
  at: isoTime(departure.at),
});
