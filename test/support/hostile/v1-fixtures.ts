import type { Who } from './world.js';

/** What must be known of a user named in a request. */
export interface NamedUser {
  /** Who may not name another there, whom he names, and the refusal; or why anybody may. */
  readonly another: { readonly by: Who; readonly id: string; readonly code: string } | string;
  /**
   * What comes of an id that nobody has: a refusal, `reported` (a success of which nothing comes), or why it isn't looked
   * at.
   */
  readonly nobody: { readonly code: string } | 'reported' | string;
}

export interface V1Fixture {
  /** Who may do it, and a request that is right: for a group of its own, in which everything is as `Who` says. */
  readonly as: Who;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** What must have been done before in its group. */
  readonly given?: (group: string) => readonly (readonly [string, string, Who, object?])[];
  /** Who may not, and the refusal; or why there is nobody. */
  readonly mayNot: Readonly<Partial<Record<Who, string>>> | string;
  readonly users?: Readonly<Record<string, NamedUser>>;
  /** The refusal where it isn't the usual one of its sort; `allowed` where there is none. */
  readonly unknownGroup?: string;
  readonly dismissed?: string;
  readonly suspended?: string;
  readonly foreigner?: string;
}

const managers = { outsider: 'NotGroupMember', member: 'NotGroupManager' } as const;
const owners = { outsider: 'NotGroupMember', member: 'NotGroupOwner', admin: 'NotGroupOwner' } as const;
const appAdmins = { outsider: 'Forbidden', member: 'Forbidden', admin: 'Forbidden', owner: 'Forbidden' } as const;
/** Not even an app admin. */
const auditors = { ...appAdmins, root: 'Forbidden' } as const;
const members = { outsider: 'NotGroupMember', asker: 'NotGroupMember', shy: 'NotGroupMember' } as const;
const JUDGED = 'what one may do to another is judged by who asks';
const OPEN = 'anybody may be named';

/** Commands upon a user's own things, and questions about them. */
const own: Pick<V1Fixture, 'as' | 'path' | 'mayNot' | 'users' | 'foreigner'> = {
  as: 'member',
  path: { userId: 'member' },
  mayNot: { outsider: 'NotPermitted', owner: 'NotPermitted' },
  users: {
    '/userId': {
      another: { by: 'member', id: 'owner', code: 'NotPermitted' },
      nobody: { code: 'NotPermitted' },
    },
  },
  foreigner: 'NotPermitted',
};

/** What a user has of groups, or of others, is looked up by his id before anybody's right to it. */
const ownGroups: typeof own = {
  ...own,
  users: {
    '/userId': {
      another: { by: 'member', id: 'owner', code: 'NotPermitted' },
      nobody: { code: 'UserNotFound' },
    },
  },
  foreigner: 'UserNotFound',
};

const target = (nobody: NamedUser['nobody']): NamedUser => ({ another: JUDGED, nobody });
const oneMember = target({ code: 'MemberNotFound' });

/** In the conversation of its group. */
const talk: Pick<V1Fixture, 'as' | 'foreigner'> = { as: 'member', foreigner: 'GroupNotFound' };
const said: V1Fixture['given'] = (group) => [
  ['POST', `/conversations/group:${group}/messages`, 'member', { text: 'Hello' }],
];

/** One for each operation of `/v1`. */
export const v1Fixtures: Readonly<Record<string, V1Fixture>> = {
  registerUser: {
    as: 'outsider',
    body: { userId: 'brandnew', login: 'brandnew', password: 'long enough', nickname: 'New' },
    mayNot: 'anybody may',
    users: { '/userId': { another: { by: 'outsider', id: 'owner', code: 'UserIdTaken' }, nobody: 'it is to be new' } },
  },
  logIn: {
    as: 'outsider',
    body: { login: 'brandnew', password: 'long enough' },
    mayNot: 'anybody may',
  },
  logOut: { as: 'leaver', mayNot: 'it is his own', foreigner: 'allowed' },
  logOutEverywhere: { as: 'deserter', mayNot: 'they are his own', foreigner: 'allowed' },
  changePassword: {
    as: 'keyholder',
    path: { userId: 'keyholder' },
    body: { oldPassword: 'long enough', newPassword: 'longer than that' },
    mayNot: { outsider: 'NotPermitted', root: 'NotPermitted' },
    users: {
      '/userId': {
        another: { by: 'keyholder', id: 'owner', code: 'NotPermitted' },
        nobody: { code: 'NotPermitted' },
      },
    },
  },
  eraseUser: {
    as: 'root',
    path: { userId: 'erasable' },
    body: { reason: 'asked for by letter' },
    mayNot: { ...appAdmins, auditor: 'Forbidden' },
    users: { '/userId': { another: 'an app admin may name anybody', nobody: { code: 'UserNotFound' } } },
    foreigner: 'Forbidden',
  },
  getPersonalData: own,
  listPersonalEvents: own,
  changeUserProfile: { ...own, body: { nickname: 'Another' } },
  getPrivacy: own,
  changePrivacy: { ...own, body: { searchable: false } },
  setReceiveOption: { ...own, body: { option: 'silent' } },
  listUserInvitations: own,
  listUserJoinRequests: own,
  listManagedApplications: own,
  listFavourites: own,
  listNotices: own,
  clearNotices: ownGroups,
  favouriteGroup: { ...ownGroups, foreigner: 'GroupNotFound', suspended: 'allowed' },
  unfavouriteGroup: {
    ...ownGroups,
    given: (group) => [['PUT', `/users/me/favourites/${group}`, 'member']],
    unknownGroup: 'allowed',
    dismissed: 'allowed',
    suspended: 'allowed',
  },
  getUser: {
    as: 'outsider',
    path: { userId: 'member' },
    mayNot: 'anybody may',
    users: { '/userId': { another: OPEN, nobody: { code: 'UserNotFound' } } },
    foreigner: 'UserNotFound',
  },
  getUsers: {
    as: 'outsider',
    query: { userIds: 'owner,admin' },
    mayNot: 'anybody may',
    users: { '/userIds': { another: OPEN, nobody: 'those that are there are shown' } },
    foreigner: 'allowed',
  },
  lookUpUsers: {
    as: 'outsider',
    body: { userIds: ['owner', 'admin'] },
    mayNot: 'anybody may',
    users: { '/userIds': { another: OPEN, nobody: 'those that are there are shown' } },
    foreigner: 'allowed',
  },

  listFriends: own,
  lookUpFriends: {
    ...own,
    body: { userIds: ['owner', 'admin'] },
    users: { ...own.users, '/userIds': { another: OPEN, nobody: 'those that are friends are shown' } },
  },
  getFriendship: {
    ...own,
    path: { userId: 'member', otherId: 'owner' },
    users: { ...own.users, '/otherId': { another: OPEN, nobody: 'he has nothing to do with him' } },
  },
  importFriend: {
    as: 'root',
    path: { userId: 'member', otherId: 'admin' },
    mayNot: appAdmins,
    users: { '/userId': target({ code: 'UserNotFound' }), '/otherId': target({ code: 'UserNotFound' }) },
  },
  changeFriendCard: {
    ...own,
    path: { userId: 'member', otherId: 'owner' },
    body: { remark: 'The boss' },
    given: () => [['PUT', '/users/member/friends/owner', 'root']],
    users: { ...own.users, '/otherId': target({ code: 'FriendNotFound' }) },
  },
  removeFriend: {
    ...own,
    path: { userId: 'member', otherId: 'member2' },
    given: () => [['PUT', '/users/member/friends/member2', 'root']],
    users: { ...own.users, '/otherId': target('reported') },
  },
  listBlocks: own,
  blockUser: {
    ...ownGroups,
    path: { userId: 'member', otherId: 'shy' },
    body: { ext: 'spam' },
    users: { ...ownGroups.users, '/otherId': target({ code: 'UserNotFound' }) },
  },
  unblockUser: {
    ...ownGroups,
    path: { userId: 'member', otherId: 'asker' },
    given: () => [['PUT', '/users/member/blocks/asker', 'member']],
    users: { ...ownGroups.users, '/otherId': target({ code: 'UserNotFound' }) },
  },
  getSettings: { as: 'member', mayNot: 'anybody may', foreigner: 'allowed' },
  askToBeFriends: {
    ...ownGroups,
    path: { userId: 'member', otherId: 'newcomer' },
    body: { message: 'Hi' },
    users: { ...ownGroups.users, '/otherId': target({ code: 'UserNotFound' }) },
  },
  withdrawFriendRequest: {
    ...own,
    path: { userId: 'member', otherId: 'leaver' },
    given: () => [['PUT', '/users/me/friend-requests/sent/leaver', 'member', {}]],
    users: { ...own.users, '/otherId': target({ code: 'FriendRequestNotFound' }) },
  },
  answerFriendRequest: {
    ...own,
    path: { userId: 'member', otherId: 'outsider' },
    body: { answer: 'refused' },
    given: () => [['PUT', '/users/me/friend-requests/sent/member', 'outsider', {}]],
    users: { ...own.users, '/otherId': target({ code: 'FriendRequestNotFound' }) },
  },
  listReceivedFriendRequests: own,
  listSentFriendRequests: own,

  listConversations: { as: 'member', mayNot: 'each has his own', foreigner: 'allowed' },
  listUnreadMentions: { as: 'member', mayNot: 'each has his own', foreigner: 'allowed' },
  getConversation: { ...talk, mayNot: { outsider: 'ConversationNotFound' }, given: said },
  changeConversation: {
    ...talk,
    body: { pinned: true, settings: { burnSeconds: 30 } },
    mayNot: { outsider: 'NotAParticipant' },
  },
  markRead: { ...talk, body: { upTo: 1 }, mayNot: { outsider: 'NotAParticipant' }, given: said },
  setReadPosition: {
    as: 'root',
    path: { userId: 'member2' },
    body: { upTo: 0 },
    mayNot: appAdmins,
    given: said,
    users: { '/userId': target({ code: 'NotAParticipant' }) },
    foreigner: 'Forbidden',
  },
  clearConversation: {
    ...talk,
    as: 'owner',
    query: { for: 'everyone' },
    mayNot: { outsider: 'NotGroupMember', member: 'NotGroupManager' },
    given: said,
  },
  sendMessage: {
    ...talk,
    body: { text: 'Hello', quote: { seq: 1 }, mentions: ['owner'], clientMsgId: 'one' },
    mayNot: { outsider: 'NotGroupMember', asker: 'NotGroupMember', shy: 'NotGroupMember' },
  },
  sendSystemMessage: {
    ...talk,
    as: 'root',
    body: { content: { kind: 'location', latitude: 48.2, longitude: 16.4 } },
    mayNot: appAdmins,
    foreigner: 'Forbidden',
  },
  importMessages: {
    ...talk,
    as: 'root',
    body: { messages: [{ senderId: 'member', sentAt: '2026-03-01T12:00:00Z', text: 'Long ago' }] },
    mayNot: appAdmins,
    foreigner: 'Forbidden',
  },
  searchMessages: { as: 'member', query: { keyword: 'hello' }, mayNot: 'each searches his own', foreigner: 'allowed' },
  listMessages: { ...talk, mayNot: { outsider: 'NotGroupMember' }, given: said },
  getMessage: { ...talk, path: { seq: '1' }, mayNot: { outsider: 'MessageUnknown' }, given: said },
  revokeMessage: {
    ...talk,
    path: { seq: '1' },
    mayNot: { outsider: 'NotGroupMember', member2: 'NotGroupManager' },
    given: said,
  },
  deleteMessage: { ...talk, path: { seq: '1' }, mayNot: { outsider: 'NotAParticipant' }, given: said },
  listReceipts: { ...talk, path: { seq: '1' }, mayNot: { outsider: 'MessageUnknown' }, given: said },
  countReceipts: { ...talk, query: { seqs: '1' }, mayNot: 'of what one may not see nothing is told', given: said },

  createGroup: {
    as: 'owner',
    body: { groupId: 'made', name: 'Book club', admins: ['admin'], members: ['member'] },
    mayNot: 'anybody may',
    users: {
      '/ownerId': { another: { by: 'owner', id: 'member2', code: 'NotPermitted' }, nobody: { code: 'UserNotFound' } },
      '/admins': { another: OPEN, nobody: { code: 'UserNotFound' } },
      '/members': { another: OPEN, nobody: { code: 'UserNotFound' } },
    },
    foreigner: 'UserNotFound',
  },
  listGroups: { as: 'member', mayNot: 'these are his own', foreigner: 'allowed' },
  getGroup: { as: 'member', mayNot: 'anybody may' },
  getGroupRules: { as: 'member', mayNot: { outsider: 'NotGroupMember' } },
  getGroupHistory: { as: 'auditor', mayNot: auditors, foreigner: 'Forbidden' },
  searchHistory: { as: 'auditor', query: { group: 'suspended' }, mayNot: auditors, foreigner: 'Forbidden' },
  getStateAt: { as: 'auditor', query: { aggregate: 'group/suspended' }, mayNot: auditors, foreigner: 'Forbidden' },
  getChanges: { as: 'auditor', query: { aggregate: 'group/suspended' }, mayNot: auditors, foreigner: 'Forbidden' },
  listCheckpoints: { as: 'auditor', mayNot: auditors, foreigner: 'Forbidden' },
  proveEvent: {
    as: 'auditor',
    query: { aggregate: 'group/suspended', revision: '0' },
    mayNot: auditors,
    foreigner: 'Forbidden',
  },
  proveConsistency: { as: 'auditor', query: { first: '1', second: '1' }, mayNot: auditors, foreigner: 'Forbidden' },
  listAccesses: { as: 'auditor', mayNot: auditors, foreigner: 'Forbidden' },
  changeGroupProfile: { as: 'admin', body: { name: 'Bookish' }, mayNot: managers },
  dismissGroup: { as: 'owner', mayNot: owners },
  transferOwnership: {
    as: 'owner',
    body: { userId: 'member' },
    mayNot: owners,
    users: { '/userId': oneMember },
  },
  muteGroup: {
    as: 'admin',
    body: { speakers: ['member'] },
    mayNot: managers,
    users: { '/speakers': target({ code: 'MemberNotFound' }) },
  },
  unmuteGroup: {
    as: 'admin',
    given: (group) => [['PUT', `/groups/${group}/mute`, 'owner', {}]],
    mayNot: managers,
  },
  publishAnnouncement: { as: 'admin', body: { text: 'We read' }, mayNot: managers },
  takeAnnouncementBack: {
    as: 'admin',
    given: (group) => [['PUT', `/groups/${group}/announcement`, 'owner', { text: 'We read' }]],
    mayNot: managers,
  },
  changeJoinPolicy: { as: 'admin', body: { selfJoin: 'closed' }, mayNot: managers },
  changeGroupSettings: { as: 'admin', body: { lookMemberInfo: false }, mayNot: managers },
  suspendGroup: { as: 'root', body: { mode: 'noChat' }, mayNot: appAdmins },
  reinstateGroup: {
    as: 'root',
    given: (group) => [['PUT', `/groups/${group}/suspension`, 'root', { mode: 'noChat' }]],
    mayNot: appAdmins,
  },
  copyGroup: { as: 'owner', body: { name: 'Another club', groupId: 'copied' }, mayNot: managers },

  joinGroup: {
    as: 'newcomer',
    path: { userId: 'me' },
    body: { inviterId: 'member', message: 'Let me in' },
    mayNot: 'anybody may ask',
    users: {
      '/userId': {
        another: { by: 'newcomer', id: 'outsider', code: 'NotPermitted' },
        nobody: { code: 'UserNotFound' },
      },
      '/inviterId': { another: 'he says which member told him', nobody: { code: 'MemberNotFound' } },
    },
  },
  removeMember: {
    as: 'admin',
    path: { userId: 'member' },
    mayNot: { outsider: 'NotGroupMember', member2: 'NotGroupManager' },
    users: { '/userId': { another: { by: 'admin', id: 'owner', code: 'TargetRoleTooHigh' }, nobody: 'reported' } },
  },
  changeMemberRole: {
    as: 'owner',
    path: { userId: 'member' },
    body: { role: 'admin' },
    mayNot: owners,
    users: {
      '/userId': { another: { by: 'member', id: 'admin', code: 'NotGroupOwner' }, nobody: { code: 'MemberNotFound' } },
    },
  },
  muteMember: {
    as: 'admin',
    path: { userId: 'member' },
    body: { forSeconds: 60 },
    mayNot: { outsider: 'NotGroupMember', member2: 'NotGroupManager' },
    users: {
      '/userId': {
        another: { by: 'admin', id: 'owner', code: 'TargetRoleTooHigh' },
        nobody: { code: 'MemberNotFound' },
      },
    },
  },
  unmuteMember: {
    as: 'admin',
    path: { userId: 'member' },
    given: (group) => [['PUT', `/groups/${group}/members/member/mute`, 'owner', {}]],
    mayNot: { outsider: 'NotGroupMember', member: 'NotGroupManager' },
    users: {
      '/userId': {
        another: { by: 'admin', id: 'owner', code: 'TargetRoleTooHigh' },
        nobody: { code: 'MemberNotFound' },
      },
    },
  },
  changeMemberCard: {
    as: 'member',
    path: { userId: 'member' },
    body: { nickname: 'Reader' },
    mayNot: { outsider: 'NotGroupMember', member2: 'NotGroupManager' },
    users: {
      '/userId': {
        another: { by: 'member', id: 'owner', code: 'NotGroupManager' },
        nobody: { code: 'NotGroupManager' },
      },
    },
  },
  addMembers: {
    as: 'root',
    body: { userIds: ['outsider'] },
    mayNot: appAdmins,
    users: { '/userIds': target('reported') },
  },
  removeMembers: {
    as: 'admin',
    body: { userIds: ['member'] },
    mayNot: managers,
    users: { '/userIds': target('reported') },
  },
  changeRoles: {
    as: 'owner',
    body: { userIds: ['member'], role: 'admin' },
    mayNot: owners,
    users: { '/userIds': target('reported') },
  },
  importMembers: {
    as: 'root',
    body: { members: [{ userId: 'outsider' }] },
    mayNot: appAdmins,
    users: { '/members/0/userId': target('reported') },
  },
  invitePeople: {
    as: 'member',
    body: { userIds: ['newcomer'] },
    mayNot: members,
    users: { '/userIds': target('reported') },
  },
  answerInvitation: {
    as: 'shy',
    path: { userId: 'me' },
    body: { answer: 'accepted' },
    mayNot: { outsider: 'InvitationNotFound' },
    users: {
      '/userId': { another: { by: 'outsider', id: 'shy', code: 'NotGroupMember' }, nobody: { code: 'NotGroupMember' } },
    },
  },
  withdrawInvitation: {
    as: 'owner',
    path: { userId: 'shy' },
    mayNot: { outsider: 'NotGroupMember', member: 'NotGroupManager' },
    users: { '/userId': target({ code: 'InvitationNotFound' }) },
  },
  listGroupInvitations: { as: 'owner', mayNot: 'others see their own' },
  answerJoinRequest: {
    as: 'admin',
    path: { userId: 'asker' },
    body: { answer: 'approved' },
    mayNot: { outsider: 'NotGroupMember', member: 'NotGroupManager', asker: 'NotGroupMember' },
    users: { '/userId': target({ code: 'JoinRequestNotFound' }) },
  },
  withdrawJoinRequest: {
    as: 'asker',
    path: { userId: 'me' },
    mayNot: { outsider: 'JoinRequestNotFound' },
    users: {
      '/userId': { another: { by: 'outsider', id: 'asker', code: 'NotPermitted' }, nobody: { code: 'NotPermitted' } },
    },
  },
  listGroupJoinRequests: { as: 'owner', mayNot: 'others see their own' },
  listMutedMembers: { as: 'admin', mayNot: managers },
  listExitedMembers: { as: 'admin', mayNot: managers },
  getRoles: {
    as: 'member',
    query: { userIds: 'owner,admin' },
    mayNot: members,
    users: { '/userIds': target('null says that he is no member') },
  },
  lookUpRoles: {
    as: 'member',
    body: { userIds: ['owner', 'admin'] },
    mayNot: members,
    users: { '/userIds': target('null says that he is no member') },
  },
  listMembers: { as: 'member', mayNot: members },
  getMember: {
    as: 'member',
    path: { userId: 'owner' },
    mayNot: members,
    users: { '/userId': oneMember },
  },
};
