import { FIRST_NUMBER } from '../../../../domain/shared/ids.js';
import { fingerprint } from '../../../../domain/shared/fingerprint.js';
import type { GroupSettings, JoinPolicy } from '../../../../domain/group/rules.js';
import type { ApplicationStatus } from '../../../../application/queries/applications.js';
import type { GroupView } from '../../../../application/queries/groups.js';
import type { ProfiledMember } from '../../../../application/queries/members.js';
import type { Sight } from '../../../../application/queries/sight.js';
import type { Role } from '../../../../domain/group/rules.js';
import type { SealtalkIds } from '../ids.js';
import { isoTime } from '../times.js';
import { unseen, userCard } from '../user-view.js';

/** Groups, members and what is asked of them, as 004 says it. */

export const roleNumbers: Readonly<Record<Role, 0 | 1 | 2>> = { owner: 0, member: 1, admin: 2 };

/** 0 needs a manager's word, 1 doesn't (docs/rules.md C "004 certiStatus"). */
export const certiStatusOf = ({ memberInvite }: JoinPolicy): 0 | 1 => (memberInvite === 'joins' ? 1 : 0);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Retention by the number that sets it. */
export const retentions: Readonly<Record<0 | 3 | 7 | 36, number | null>> = {
  0: null,
  3: 3 * DAY,
  7: 7 * DAY,
  36: 36 * HOUR,
};

/** Other APIs set any time: the longest of 004's that isn't longer, or its shortest. */
export function clearStatusOf({ retention }: Pick<GroupSettings, 'retention'>): 0 | 3 | 7 | 36 {
  if (retention === null) return 0;
  if (retention >= 7 * DAY) return 7;
  return retention >= 3 * DAY ? 3 : 36;
}

/** What anybody sees of a group; its announcement only who is in it. */
export function groupInfo(group: GroupView, creatorId: string, ids: SealtalkIds, isMember: boolean): object {
  const { announcement, dismissedAt } = group;
  const bulletin = isMember && announcement?.text ? announcement : undefined;
  return {
    id: ids.ofNumber(group.number),
    name: group.name,
    portraitUri: group.avatar,
    memberCount: group.memberCount,
    maxMemberCount: group.maximum,
    creatorId,
    type: 1,
    bulletin: bulletin?.text ?? null,
    bulletinTime: bulletin?.at ?? null,
    deletedAt: dismissedAt === null ? null : isoTime(dismissedAt),
    isMute: group.mutedAll ? 1 : 0,
    certiStatus: certiStatusOf(group.joinPolicy),
    memberProtection: group.settings.memberProtection ? 1 : 0,
  };
}

/**
 * Its `id` and `groupId` are the original's row numbers, and its Android client reads them as 32-bit integers: these two are
 * numbers that stay the same for the same announcement and the same group, and name nothing.
 */
export const bulletinInfo = (
  { number }: Pick<GroupView, 'number'>,
  { text, at }: { readonly text: string; readonly at: number },
): object => ({
  id: smallNumber(`${String(number)} ${String(at)}`),
  groupId: (number - FIRST_NUMBER) % 2 ** 31,
  content: text,
  timestamp: at,
});

const smallNumber = (text: string): number => (fingerprint(text) % (2 ** 31 - 1)) + 1;

export function memberInfo(
  { userId, card, role, joinedAt, updatedAt, profile }: ProfiledMember,
  sight: Sight,
  ids: Pick<SealtalkIds, 'ofNumber' | 'withoutNumber'>,
): object {
  const seen = sight !== 'idsAndRoles';
  const name = seen ? (card.nickname ?? '') : '';
  // Spelt out, times too: of a long list a spread takes longer than everything else.
  return {
    displayName: name,
    groupNickname: name,
    role: roleNumbers[role],
    createdAt: isoTime(joinedAt),
    createdTime: joinedAt,
    updatedAt: isoTime(updatedAt),
    updatedTime: updatedAt,
    timestamp: joinedAt,
    user:
      profile === null
        ? unseen(ids.withoutNumber(userId))
        : seen
          ? userCard(profile, ids)
          : unseen(ids.ofNumber(profile.number)),
  };
}

/** 0 ignored, 1 agreed, 2 waits, 3 can't be answered any more. */
export const noticeStatuses: Readonly<Record<ApplicationStatus, 0 | 1 | 2 | 3>> = {
  pending: 2,
  accepted: 1,
  refused: 0,
  ignored: 0,
  superseded: 3,
  expired: 3,
  withdrawn: 3,
  joinedOtherwise: 3,
  dismissed: 3,
};
