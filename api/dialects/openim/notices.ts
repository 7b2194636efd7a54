import type { Notice } from '../../../domain/conversation/events.js';
import type { GroupView } from '../../../application/queries/groups.js';
import { friendRequest } from './friend-views.js';
import type { Surroundings } from './surroundings.js';
import { bareMember, type GroupInfo, groupInfo, type GroupMemberFullInfo } from './views.js';

/**
 * Lines that the server wrote into a chat, as the original's chat copies of its notices: a number, and tips whose `group` and
 * members clients read without looking. Names are those that people have now.
 */

interface Told {
  readonly notice: Notice;
  readonly at: number;
  readonly group: GroupInfo;
  readonly memberOf: (userId: string) => GroupMemberFullInfo;
  readonly requestOf: Surroundings['requestOf'];
}

interface Kind {
  readonly contentType: number;
  readonly tips: (told: Told) => object;
  /** As a person would say it. */
  readonly line: (by: string, others: string) => string;
}

/** Member lists have no versions here. */
const VERSION = { groupMemberVersion: 0, groupMemberVersionID: '' } as const;

const time = ({ at }: Told): object => ({ operationTime: at });
const acting = ({ notice, group, memberOf }: Told): object => ({ group, opUser: memberOf(notice.by) });
const acted = (told: Told): object => ({ ...acting(told), ...time(told), ...VERSION });
const people = ({ notice, memberOf }: Told): GroupMemberFullInfo[] => notice.userIds.map(memberOf);
const person = ({ notice, memberOf }: Told): GroupMemberFullInfo => memberOf(notice.userIds[0] ?? notice.by);

/** For ever is the longest that a client's number holds. */
const FOR_EVER_SECONDS = 4_294_967_295;

const mutedSeconds = ({ notice: { until = null }, at }: Told): number =>
  until === null ? FOR_EVER_SECONDS : Math.max(0, Math.round((until - at) / 1_000));

const changed = (told: Told): object => ({ ...acting(told), ...VERSION });

/** By the type of the event that they tell of. */
const kinds: Readonly<Record<string, Kind>> = {
  FriendAdded: {
    contentType: 1201,
    // Who answers had been asked.
    tips: ({ notice, requestOf }) => {
      const fromToUserID = { fromUserID: notice.userIds[0] ?? '', toUserID: notice.by };
      const request = requestOf(fromToUserID.fromUserID, fromToUserID.toUserID);
      return {
        fromToUserID,
        handleMsg: request?.handledMessage ?? '',
        request: request === undefined ? null : friendRequest(request),
      };
    },
    line: (by, others) => `${by} and ${others} are friends now`,
  },
  GroupCreated: {
    contentType: 1501,
    tips: (told) => ({
      ...acted(told),
      memberList: [told.memberOf(told.notice.by), ...people(told)],
      groupOwnerUser: told.memberOf(told.group.ownerUserID || told.notice.by),
    }),
    line: (by, others) => (others === '' ? `${by} created the group` : `${by} created the group with ${others}`),
  },
  MemberJoined: {
    contentType: 1509,
    tips: (told) => ({ ...acted(told), invitedUserList: people(told), inviterUser: told.memberOf(told.notice.by) }),
    line: (by, others) => `${by} brought ${others} into the group`,
  },
  MemberLeft: {
    contentType: 1504,
    tips: (told) => ({ group: told.group, quitUser: person(told), ...time(told), ...VERSION }),
    line: (by) => `${by} left the group`,
  },
  MemberRemoved: {
    contentType: 1508,
    tips: (told) => ({ ...acted(told), kickedUserList: people(told) }),
    line: (by, others) => `${by} removed ${others} from the group`,
  },
  OwnerTransferred: {
    contentType: 1507,
    tips: (told) => ({
      ...acted(told),
      newGroupOwner: person(told),
      oldGroupOwner: '',
      oldGroupOwnerInfo: told.memberOf(told.notice.by),
    }),
    line: (by, others) => `${by} handed the group over to ${others}`,
  },
  MemberMuted: {
    contentType: 1512,
    tips: (told) => ({ ...acted(told), mutedUser: person(told), mutedSeconds: mutedSeconds(told) }),
    line: (by, others) => `${by} muted ${others}`,
  },
  MemberUnmuted: {
    contentType: 1513,
    tips: (told) => ({ ...acted(told), mutedUser: person(told) }),
    line: (by, others) => `${by} let ${others} speak again`,
  },
  GroupMuted: { contentType: 1514, tips: acted, line: (by) => `${by} muted everybody` },
  GroupUnmuted: { contentType: 1515, tips: acted, line: (by) => `${by} let everybody speak again` },
  AnnouncementPublished: {
    contentType: 1519,
    tips: changed,
    line: (by) => `${by} changed the announcement`,
  },
  GroupProfileChanged: { contentType: 1520, tips: changed, line: (by) => `${by} changed the group's name` },
  GroupDismissed: {
    contentType: 1511,
    tips: (told) => ({ ...acting(told), ...time(told) }),
    line: (by) => `${by} dismissed the group`,
  },
};

/** Somebody who came in by himself. */
const entered: Kind = {
  contentType: 1510,
  tips: (told) => ({ group: told.group, entrantUser: person(told), ...time(told), ...VERSION }),
  line: (by) => `${by} joined the group`,
};

/** What a later version of the server tells of. */
const unknown: Kind = {
  contentType: 1502,
  tips: changed,
  line: (by) => `${by} changed the group`,
};

function kindOf({ kind, by, userIds }: Notice): Kind {
  if (kind === 'MemberJoined' && userIds.every((userId) => userId === by)) return entered;
  return Object.hasOwn(kinds, kind) ? (kinds[kind] ?? unknown) : unknown;
}

export function noticeTips(
  notice: Notice,
  at: number,
  around: Surroundings,
): { readonly contentType: number; readonly tips: object } {
  const { contentType, tips } = kindOf(notice);
  const { group, profiles, requestOf, isAppAdmin } = around;
  const memberOf = (userId: string): GroupMemberFullInfo =>
    bareMember(userId, { group, user: profiles.get(userId), isAppAdmin: isAppAdmin(userId) });
  return { contentType, tips: tips({ notice, at, group: groupOf(group), memberOf, requestOf }) };
}

export function noticeLine(notice: Notice, { profiles }: Surroundings): string {
  const called = (userId: string): string => profiles.get(userId)?.nickname ?? userId;
  const others = notice.userIds.filter((userId) => userId !== notice.by).map(called);
  return kindOf(notice).line(called(notice.by), others.join(', '));
}

/** Clients read it without looking, so there is always one. */
const groupOf = (group: GroupView | undefined): GroupInfo => (group === undefined ? NO_GROUP : groupInfo(group));

const NO_GROUP: GroupInfo = {
  groupID: '',
  groupName: '',
  notification: '',
  introduction: '',
  faceURL: '',
  ownerUserID: '',
  createTime: 0,
  memberCount: 0,
  ex: '',
  status: 0,
  creatorUserID: '',
  groupType: 0,
  needVerification: 0,
  lookMemberInfo: 0,
  applyMemberFriend: 0,
  notificationUpdateTime: 0,
  notificationUserID: '',
};
