import type { DomainErrorFacts } from '../../../domain/shared/errors.js';

/** The domain's names of what a body holds, where 003 has others. */
const names: Readonly<Record<string, string>> = {
  userId: 'userID',
  userIds: 'userIDs',
  groupId: 'groupID',
  groupIds: 'groupIDs',
  name: 'groupName',
  announcement: 'notification',
  avatar: 'faceURL',
  ext: 'ex',
  'card.nickname': 'nickname',
  'card.avatar': 'faceURL',
  'card.ext': 'ex',
  ownerId: 'ownerUserID',
  admins: 'adminUserIDs',
  members: 'memberUserIDs',
  invitees: 'invitedUserIDs',
  inviterId: 'inviterUserID',
  role: 'roleLevel',
  until: 'mutedSeconds',
  option: 'globalRecvMsgOpt',
  from: 'fromUserID',
  to: 'toUserID',
  friendId: 'friendUserID',
  friendIds: 'friendUserIDs',
  blockedId: 'blackUserID',
  pinned: 'isPinned',
  senderId: 'sendID',
  upToSeq: 'hasReadSeq',
  receiveOption: 'recvMsgOpt',
  'settings.burnSeconds': 'burnDuration',
  'settings.destructAfterSeconds': 'msgDestructTime',
  'content.body': 'content',
  custom: 'ex',
  'joinPolicy.selfJoin': 'needVerification',
  'joinPolicy.memberInvite': 'needVerification',
};

/** Where one name of the domain is several here. */
const particular: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/msg/mark_msgs_as_read': { upToSeq: 'seqs' },
  '/friend/add_friend': { message: 'reqMsg' },
  '/friend/add_friend_response': { message: 'handleMsg' },
  '/group/join_group': { message: 'reqMessage' },
  '/group/group_application_response': { message: 'handledMsg', userId: 'fromUserID' },
};

export const memberOf = (path: string, field: string): string => particular[path]?.[field] ?? names[field] ?? field;

/** What is wrong with it, where the domain's reason speaks of values that no body holds. */
const reasons: Readonly<Record<string, (reason: string) => string>> = {
  needVerification: () => "the group's rules do not offer this",
  mutedSeconds: (reason) => reason.replace(/(\d+) ms$/, (_, ms: string) => `${(Number(ms) / 1000).toString()} seconds`),
};

/** A value that the domain refuses, as whoever sent the body knows it. */
export function wrongMember(path: string, { field, reason }: DomainErrorFacts['InvalidArgument']): string {
  const member = memberOf(path, field);
  return `${member}: ${reasons[member]?.(reason) ?? reason}`;
}
