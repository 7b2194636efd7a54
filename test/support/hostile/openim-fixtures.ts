import type { DialectFixture, Json, NamedUser } from './dialect-requests.js';
import type { Who, World } from './world.js';

const NO = 'NoPermissionError';
const MISSING = 'RecordNotFoundError';
const pagination = { pageNumber: 1, showNumber: 10 };
const secretOf = ({ im }: World): string => im.secret;

const OPEN = 'anybody may be named';
const JUDGED = 'what one may do to another is judged by who asks';
const LEFT_OUT = 'who is not there is left out';
const open: NamedUser = { another: OPEN, nobody: LEFT_OUT };
const target = (code: string): NamedUser => ({ another: JUDGED, nobody: { code } });
/** He himself, or an app admin. */
const self = (by: Who): NamedUser => ({ another: { by, id: 'owner', code: NO }, nobody: { code: NO } });
const beyondReach = (by: Who, nobody: string, code = NO): NamedUser => ({
  another: { by, id: 'owner', code },
  nobody: { code: nobody },
});

const managers = { outsider: NO, member: NO } as const;
const owners = { outsider: NO, member: NO, admin: NO } as const;
const othersOfMember = { outsider: NO, member2: NO } as const;
const notApp = { outsider: NO, owner: NO } as const;

/** Somebody's own list, or what he alone may ask. */
const own = (who: Who, member: string, more: Json = {}): DialectFixture => ({
  as: who,
  body: () => ({ [member]: who, ...more }),
  mayNot: { outsider: NO },
  users: { [`/${member}`]: self(who) },
  writes: false,
});
const friends = (ownerUserID: Who, friendUserID: Who): readonly [string, Who, object] => [
  '/friend/import_friend',
  'root',
  { ownerUserID, friendUserIDs: [friendUserID] },
];
const hello = { content: { content: 'hello' }, contentType: 101 };
const NO_RECEIVER = 'of a group there is none';
const message = (sendID: Who, recvID: Who): readonly [string, Who, object] => [
  '/msg/send_msg',
  'root',
  { sendID, recvID, sessionType: 1, ...hello },
];
const NO_FRIEND = 'who is no friend is passed over';
const aboutFriends = (more: Json): DialectFixture => ({
  as: 'owner',
  body: () => ({ ownerUserID: 'owner', friendUserIDs: ['admin'], ...more }),
  asked: [friends('owner', 'admin')],
  mayNot: { outsider: NO },
  users: {
    '/ownerUserID': { another: { by: 'owner', id: 'admin', code: NO }, nobody: { code: NO } },
    '/friendUserIDs': { another: OPEN, nobody: NO_FRIEND },
  },
  writes: true,
  lookedThrough: ['/friendUserIDs'],
});

const token = (another: NamedUser['another']): DialectFixture => ({
  body: (_, world) => ({ secret: secretOf(world), platformID: 5, userID: 'member' }),
  mayNot: notApp,
  users: { '/userID': { another, nobody: { code: 'UserIDNotFoundError' } } },
  writes: false,
});
const updateUser = (nickname: string): DialectFixture => ({
  as: 'member',
  body: () => ({ userInfo: { userID: 'member', nickname } }),
  mayNot: { outsider: NO },
  users: { '/userInfo/userID': self('member') },
  writes: true,
});

/** One for each operation of 003's API, in the order in which they are tried. */
export const openimFixtures: Readonly<Record<string, DialectFixture>> = {
  '/auth/get_admin_token': {
    body: (_, world) => ({ secret: secretOf(world), platformID: 5, userID: 'root' }),
    mayNot: notApp,
    users: { '/userID': { another: { id: 'member', code: NO }, nobody: { code: NO } } },
    writes: false,
  },
  '/auth/user_token': token('who knows the secret gets anybody’s'),
  '/auth/get_user_token': token({ id: 'root', code: NO }),
  '/auth/parse_token': {
    body: (_, world) => ({ token: world.tokens.member }),
    mayNot: 'whoever has a token may ask what it says',
    writes: false,
  },
  '/auth/force_logout': {
    body: (_, world) => ({ secret: secretOf(world), platformID: 9, userID: 'member' }),
    mayNot: notApp,
    users: { '/userID': { another: JUDGED, nobody: 'who has no token needs not be logged out' } },
    writes: false,
  },
  '/user/self_register': {
    body: () => ({ userID: 'fresh', nickname: 'Fresh', password: 'long enough' }),
    mayNot: 'anybody may',
    users: { '/userID': { another: { id: 'owner', code: 'RegisteredAlreadyError' }, nobody: 'it is to be new' } },
    writes: true,
  },
  '/user/self_login': {
    body: () => ({ userID: 'fresh', platformID: 5, password: 'long enough' }),
    mayNot: 'anybody may',
    users: { '/userID': { another: { id: 'owner', code: NO }, nobody: { code: 'UserIDNotFoundError' } } },
    writes: false,
  },
  '/user/get_users_info': {
    as: 'outsider',
    body: () => ({ userIDs: ['owner'] }),
    mayNot: 'anybody may',
    users: { '/userIDs': open },
    writes: false,
    lookedThrough: ['/userIDs'],
    foreigner: 'allowed',
  },
  '/user/update_user_info_ex': updateUser('Once'),
  '/user/update_user_info': updateUser('Twice'),
  '/user/user_register': {
    body: (_, world) => ({ secret: secretOf(world), users: [{ userID: 'fresh2', nickname: 'Fresh' }] }),
    mayNot: notApp,
    users: {
      '/users/0/userID': { another: { id: 'owner', code: 'RegisteredAlreadyError' }, nobody: 'it is to be new' },
    },
    writes: true,
  },
  '/user/account_check': {
    as: 'root',
    body: () => ({ checkUserIDs: ['owner'] }),
    mayNot: notApp,
    users: { '/checkUserIDs': { another: OPEN, nobody: 'that is what is asked' } },
    writes: false,
    lookedThrough: ['/checkUserIDs'],
  },
  '/user/get_users': {
    as: 'root',
    body: () => ({ pagination }),
    mayNot: notApp,
    users: { '/userID': open },
    writes: false,
  },
  '/user/set_global_msg_recv_opt': {
    as: 'member2',
    body: () => ({ userID: 'member2', globalRecvMsgOpt: 2 }),
    mayNot: { outsider: NO },
    users: { '/userID': self('member2') },
    writes: true,
  },
  '/user/get_users_online_status': {
    as: 'outsider',
    body: () => ({ userIDs: ['owner'] }),
    mayNot: 'anybody may',
    users: { '/userIDs': open },
    writes: false,
    lookedThrough: ['/userIDs'],
    foreigner: 'allowed',
  },
  '/user/subscribe_users_status': {
    as: 'member',
    body: () => ({ userID: 'member', userIDs: ['owner'], genre: 1 }),
    mayNot: { outsider: NO },
    users: { '/userID': self('member'), '/userIDs': open },
    writes: false,
    lookedThrough: ['/userIDs'],
  },
  '/user/get_subscribe_users_status': {
    as: 'member',
    body: () => ({ userID: 'member' }),
    mayNot: { outsider: NO },
    users: { '/userID': self('member') },
    writes: false,
  },

  '/group/create_group': {
    as: 'owner',
    body: () => ({
      ownerUserID: 'owner',
      adminUserIDs: ['admin'],
      memberUserIDs: ['member'],
      groupInfo: { groupID: 'im-made', groupName: 'Book club' },
    }),
    mayNot: { outsider: NO },
    users: {
      '/ownerUserID': { another: { by: 'owner', id: 'member2', code: NO }, nobody: { code: NO } },
      '/adminUserIDs': { another: OPEN, nobody: { code: 'UserIDNotFoundError' } },
      '/memberUserIDs': { another: OPEN, nobody: { code: 'UserIDNotFoundError' } },
    },
    writes: true,
  },
  '/group/set_group_info_ex': {
    as: 'admin',
    body: (groupID) => ({ groupID, groupName: 'Bookish' }),
    mayNot: managers,
    writes: true,
  },
  '/group/set_group_info': {
    as: 'admin',
    body: (groupID) => ({ groupInfoForSet: { groupID, groupName: 'Bookish' } }),
    mayNot: managers,
    writes: true,
  },
  '/group/join_group': {
    as: 'newcomer',
    body: (groupID) => ({ groupID, joinSource: 3, inviterUserID: 'newcomer' }),
    mayNot: { outsider: NO },
    users: { '/inviterUserID': self('newcomer') },
    writes: true,
  },
  '/group/quit_group': {
    as: 'member',
    body: (groupID) => ({ groupID, userID: 'member' }),
    mayNot: { outsider: NO, admin: NO },
    users: { '/userID': self('member') },
    writes: true,
    dismissed: 'allowed',
    suspended: 'allowed',
  },
  '/group/group_application_response': {
    as: 'admin',
    body: (groupID) => ({ groupID, fromUserID: 'asker', handleResult: 1 }),
    mayNot: managers,
    users: { '/fromUserID': target(MISSING) },
    writes: true,
  },
  '/group/transfer_group': {
    as: 'owner',
    body: (groupID) => ({ groupID, oldOwnerUserID: 'owner', newOwnerUserID: 'member' }),
    mayNot: owners,
    users: {
      '/oldOwnerUserID': { another: { by: 'owner', id: 'admin', code: NO }, nobody: { code: 'ArgsError' } },
      '/newOwnerUserID': target('ArgsError'),
    },
    writes: true,
  },
  '/group/kick_group': {
    as: 'admin',
    body: (groupID) => ({ groupID, kickedUserIDs: ['member'] }),
    mayNot: othersOfMember,
    users: { '/kickedUserIDs': beyondReach('admin', 'UserIDNotFoundError', 'ArgsError') },
    writes: true,
  },
  '/group/invite_user_to_group': {
    as: 'member',
    body: (groupID) => ({ groupID, invitedUserIDs: ['newcomer'] }),
    mayNot: { outsider: NO, asker: NO },
    users: { '/invitedUserIDs': target(MISSING) },
    writes: true,
  },
  '/group/dismiss_group': { as: 'owner', body: (groupID) => ({ groupID }), mayNot: owners, writes: true },
  '/group/mute_group_member': {
    as: 'admin',
    body: (groupID) => ({ groupID, userID: 'member', mutedSeconds: 60 }),
    mayNot: othersOfMember,
    users: { '/userID': beyondReach('admin', MISSING) },
    writes: true,
  },
  '/group/cancel_mute_group_member': {
    as: 'admin',
    body: (groupID) => ({ groupID, userID: 'member' }),
    given: (group) => [['PUT', `/groups/${group}/members/member/mute`, 'owner', {}]],
    mayNot: { outsider: NO, member: NO },
    users: { '/userID': beyondReach('admin', MISSING) },
    writes: true,
  },
  '/group/mute_group': { as: 'admin', body: (groupID) => ({ groupID }), mayNot: managers, writes: true },
  '/group/cancel_mute_group': {
    as: 'admin',
    body: (groupID) => ({ groupID }),
    given: (group) => [['PUT', `/groups/${group}/mute`, 'owner', {}]],
    mayNot: managers,
    writes: true,
  },
  '/group/set_group_member_info': {
    as: 'owner',
    body: (groupID) => ({ members: [{ groupID, userID: 'member', nickname: 'Reader', roleLevel: 60 }] }),
    mayNot: othersOfMember,
    users: {
      '/members/0/userID': { another: { by: 'member', id: 'admin', code: NO }, nobody: { code: 'ArgsError' } },
    },
    writes: true,
  },
  '/group/get_groups_info': {
    as: 'outsider',
    body: (group) => ({ groupIDs: [group] }),
    mayNot: 'anybody may',
    writes: false,
    lookedThrough: ['/groupIDs'],
    unknownGroup: 'allowed',
    foreigner: 'allowed',
  },
  '/group/get_group_members_info': {
    as: 'member',
    body: (groupID) => ({ groupID, userIDs: ['owner'] }),
    mayNot: { outsider: NO, asker: NO },
    users: { '/userIDs': open },
    writes: false,
    lookedThrough: ['/userIDs'],
  },
  '/group/get_group_member_list': {
    as: 'member',
    body: (groupID) => ({ groupID, pagination }),
    mayNot: { outsider: NO, asker: NO },
    writes: false,
  },
  '/group/get_joined_group_list': {
    as: 'member',
    body: () => ({ fromUserID: 'member', pagination }),
    mayNot: { outsider: NO },
    users: { '/fromUserID': self('member') },
    writes: false,
  },
  '/group/get_recv_group_applicationList': {
    as: 'admin',
    body: () => ({ fromUserID: 'admin', pagination }),
    mayNot: { outsider: NO },
    users: { '/fromUserID': self('admin') },
    writes: false,
  },
  '/group/get_user_req_group_applicationList': {
    as: 'asker',
    body: () => ({ userID: 'asker', pagination }),
    mayNot: { outsider: NO },
    users: { '/userID': self('asker') },
    writes: false,
    lookedThrough: ['/groupIDs'],
  },
  '/group/get_group_users_req_application_list': {
    as: 'admin',
    body: (groupID) => ({ groupID, userIDs: ['asker'] }),
    mayNot: managers,
    users: { '/userIDs': open },
    writes: false,
    lookedThrough: ['/userIDs'],
  },
  '/group/get_specified_user_group_request_info': {
    as: 'admin',
    body: (groupID) => ({ groupID, userID: 'asker' }),
    mayNot: managers,
    users: { '/userID': { another: { by: 'asker', id: 'shy', code: NO }, nobody: LEFT_OUT } },
    writes: false,
    lookedThrough: ['/userID'],
  },
  '/group/get_full_group_member_user_ids': {
    as: 'member',
    body: (groupID) => ({ groupID, idHash: 0 }),
    mayNot: { outsider: NO, asker: NO },
    writes: false,
  },
  '/group/get_full_join_group_ids': {
    as: 'member',
    body: () => ({ userID: 'member', idHash: 0 }),
    mayNot: { outsider: NO },
    users: { '/userID': self('member') },
    writes: false,
  },

  '/friend/add_friend': {
    as: 'newcomer',
    body: () => ({ fromUserID: 'newcomer', toUserID: 'owner', reqMsg: 'hello' }),
    mayNot: { outsider: NO },
    users: { '/fromUserID': self('newcomer'), '/toUserID': target('UserIDNotFoundError') },
    writes: true,
  },
  '/friend/add_friend_response': {
    as: 'admin',
    body: () => ({ fromUserID: 'shy', toUserID: 'admin', handleResult: 1 }),
    asked: [['/friend/add_friend', 'shy', { fromUserID: 'shy', toUserID: 'admin' }]],
    mayNot: { outsider: NO, shy: NO },
    users: { '/fromUserID': target(MISSING), '/toUserID': self('admin') },
    writes: true,
  },
  '/friend/delete_friend': {
    as: 'member2',
    body: () => ({ ownerUserID: 'member2', friendUserID: 'admin' }),
    asked: [friends('member2', 'admin')],
    mayNot: { outsider: NO, admin: NO },
    users: { '/ownerUserID': self('member2'), '/friendUserID': { another: OPEN, nobody: NO_FRIEND } },
    writes: true,
    lookedThrough: ['/friendUserID'],
  },
  '/friend/get_friend_apply_list': own('admin', 'userID', { pagination }),
  '/friend/get_self_friend_apply_list': own('shy', 'userID', { pagination }),
  '/friend/get_friend_list': own('member', 'userID', { pagination }),
  '/friend/get_full_friend_user_ids': own('member', 'userID', { idHash: 0 }),
  '/friend/get_black_list': own('asker', 'userID', { pagination }),
  '/friend/add_black': {
    as: 'asker',
    body: () => ({ ownerUserID: 'asker', blackUserID: 'outsider' }),
    mayNot: { outsider: NO },
    users: { '/ownerUserID': self('asker'), '/blackUserID': target('UserIDNotFoundError') },
    writes: true,
  },
  '/friend/remove_black': {
    as: 'asker',
    body: () => ({ ownerUserID: 'asker', blackUserID: 'admin' }),
    asked: [['/friend/add_black', 'asker', { ownerUserID: 'asker', blackUserID: 'admin' }]],
    mayNot: { outsider: NO, admin: NO },
    users: { '/ownerUserID': self('asker'), '/blackUserID': target('UserIDNotFoundError') },
    writes: true,
  },
  '/friend/is_friend': {
    as: 'member',
    body: () => ({ userID1: 'member', userID2: 'owner' }),
    mayNot: { outsider: NO },
    users: { '/userID1': { another: { by: 'member', id: 'admin', code: NO }, nobody: { code: NO } }, '/userID2': open },
    writes: false,
    lookedThrough: ['/userID2'],
  },
  '/friend/update_friends': aboutFriends({ remark: 'the one', isPinned: false }),
  '/friend/update_pin_status': aboutFriends({ isPinned: true }),
  '/friend/set_friend_remark': {
    as: 'owner',
    body: () => ({ ownerUserID: 'owner', friendUserID: 'admin', remark: 'the other' }),
    mayNot: { outsider: NO, admin: NO },
    users: {
      '/ownerUserID': { another: { by: 'owner', id: 'admin', code: NO }, nobody: { code: NO } },
      '/friendUserID': target(MISSING),
    },
    writes: true,
  },
  '/friend/import_friend': {
    as: 'root',
    body: () => ({ ownerUserID: 'member2', friendUserIDs: ['outsider'] }),
    mayNot: notApp,
    users: { '/ownerUserID': target('UserIDNotFoundError'), '/friendUserIDs': target('UserIDNotFoundError') },
    writes: true,
  },
  '/friend/get_designated_friends': { ...aboutFriends({}), writes: false },
  '/friend/get_designated_friend_apply': {
    as: 'shy',
    body: () => ({ fromUserID: 'shy', toUserID: 'admin' }),
    mayNot: { outsider: NO },
    users: { '/fromUserID': self('shy'), '/toUserID': open },
    writes: false,
    lookedThrough: ['/toUserID'],
  },
  '/friend/get_specified_blacks': {
    as: 'asker',
    body: () => ({ ownerUserID: 'asker', userIDList: ['admin'] }),
    mayNot: { outsider: NO },
    users: { '/ownerUserID': self('asker'), '/userIDList': open },
    writes: false,
    lookedThrough: ['/userIDList'],
  },

  '/conversation/get_sorted_conversation_list': { ...own('admin', 'userID'), lookedThrough: ['/conversationIDs'] },
  '/conversation/get_not_notify_conversation_ids': own('admin', 'userID'),
  '/conversation/get_pinned_conversation_ids': own('admin', 'userID'),
  '/conversation/get_all_conversations': own('admin', 'ownerUserID'),
  '/conversation/get_conversations': {
    ...own('admin', 'ownerUserID', { conversationIDs: ['si_admin_owner'] }),
    lookedThrough: ['/conversationIDs'],
  },
  '/conversation/get_conversation': {
    ...own('member2', 'ownerUserID', { conversationID: 'si_admin_member2' }),
    asked: [message('member2', 'admin')],
  },
  '/conversation/get_owner_conversation': own('admin', 'userID', { pagination }),
  '/conversation/get_full_conversation_ids': own('admin', 'userID', { idHash: 0 }),
  '/conversation/set_conversations': {
    as: 'member',
    body: (groupID) => ({
      userIDs: ['member'],
      conversation: { conversationID: `sg_${groupID}`, conversationType: 3, groupID, isPinned: true },
    }),
    mayNot: { outsider: NO, owner: NO },
    users: {
      '/userIDs': { another: { by: 'member', id: 'owner', code: NO }, nobody: { code: NO } },
      '/conversation/userID': { another: 'of a group there is no other', nobody: 'of a group there is no other' },
    },
    writes: true,
    dismissed: 'allowed',
    suspended: 'allowed',
  },
  '/msg/send_msg': {
    as: 'root',
    body: (groupID) => ({ sendID: 'member', groupID, sessionType: 3, ...hello }),
    mayNot: notApp,
    users: { '/sendID': target('NotInGroupYetError'), '/recvID': { another: NO_RECEIVER, nobody: NO_RECEIVER } },
    writes: true,
  },
  '/msg/batch_send_msg': {
    as: 'root',
    body: () => ({ sendID: 'outsider', recvIDs: ['member2'], sessionType: 1, ...hello }),
    mayNot: notApp,
    users: {
      '/sendID': target('UserIDNotFoundError'),
      '/recvIDs': { another: OPEN, nobody: 'who can not be written to is told in the answer' },
    },
    writes: true,
    lookedThrough: ['/recvIDs'],
  },
  '/msg/revoke_msg': {
    as: 'owner',
    body: () => ({ conversationID: 'si_owner_shy', seq: 1, userID: 'owner' }),
    asked: [message('owner', 'shy')],
    mayNot: { outsider: NO, shy: NO },
    users: { '/userID': { another: { by: 'owner', id: 'shy', code: NO }, nobody: { code: NO } } },
    writes: true,
  },
  '/msg/mark_msgs_as_read': {
    ...own('newcomer', 'userID', { conversationID: 'si_newcomer_shy', seqs: [1] }),
    asked: [message('shy', 'newcomer')],
  },
  '/msg/mark_conversation_as_read': {
    ...own('newcomer', 'userID', { conversationID: 'si_member_newcomer', hasReadSeq: 1, seqs: [1] }),
    asked: [message('member', 'newcomer')],
  },
  '/msg/clear_conversation_msg': {
    ...own('newcomer', 'userID', { conversationIDs: ['si_admin_newcomer'], deleteSyncOpt: { isSyncSelf: true } }),
    asked: [message('admin', 'newcomer')],
    writes: true,
  },
  '/msg/delete_msgs': {
    ...own('newcomer', 'userID', { conversationID: 'si_member2_newcomer', seqs: [1], deleteSyncOpt: {} }),
    asked: [message('member2', 'newcomer')],
    writes: true,
  },
  '/msg/user_clear_all_msg': {
    ...own('shy', 'userID', { deleteSyncOpt: {} }),
    asked: [message('member2', 'shy')],
    writes: true,
  },
  '/msg/pull_msg_by_seq': {
    ...own('shy', 'userID', { seqRanges: [{ conversationID: 'si_owner_shy', begin: 0, end: 9, num: 9 }], order: 0 }),
    lookedThrough: ['/seqRanges/0/conversationID'],
  },
  '/msg/search_msg': {
    as: 'root',
    body: () => ({ sendID: 'owner', recvID: 'shy', sessionType: 1, pagination }),
    mayNot: notApp,
    users: { '/sendID': open, '/recvID': open },
    writes: false,
    lookedThrough: ['/sendID', '/recvID'],
  },
  '/msg/newest_seq': own('shy', 'userID'),
  '/msg/get_conversations_has_read_and_max_seq': { ...own('shy', 'userID'), lookedThrough: ['/conversationIDs'] },
  '/msg/get_server_time': {
    as: 'outsider',
    body: () => ({}),
    mayNot: 'anybody may',
    writes: false,
    foreigner: 'allowed',
    lookedThrough: ['/operationID'],
  },
};
