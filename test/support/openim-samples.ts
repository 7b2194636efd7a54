/** The request samples of 003, byte for byte (one is no JSON at all). Two headings are get_users_info. */
export const seedSamples: readonly { readonly path: string; readonly body: string }[] = [
  {
    path: '/user/self_register',
    body: `{

 "ex": "example",

 "faceURL": "https://cdn.example.com/files/abcd.jpg",

 "nickname": "Alice",

 "userID": "user_10001"

}`,
  },
  {
    path: '/user/self_login',
    body: `{

 "platformID": 1,

 "userID": "user_10001"

}`,
  },
  {
    path: '/user/update_user_info_ex',
    body: `{

 "userInfo": {

  "appMangerLevel": 0,

  "createTime": 1700000000,

  "ex": "{"bio":"Hello world"}",

  "faceURL": "https://cdn.example.com/avatars/alice.png",

  "globalRecvMsgOpt": 0,

  "nickname": "Alice",

  "userID": "user_10001"

 }

}`,
  },
  {
    path: '/user/get_users_info',
    body: `{

 "userIDs": [

  "user_10001"

 ]

}`,
  },
  {
    path: '/user/get_users_info',
    body: `{
    "userIDs": ["user_10001", "user_10002", "user_10003"]

}`,
  },
  {
    path: '/friend/add_friend',
    body: `{

 "ex": "example",

 "fromUserID": "user_10001",

 "reqMsg": "example",

 "toUserID": "user_10001"

}`,
  },
  {
    path: '/friend/add_friend_response',
    body: `{

 "fromUserID": "user_10001",

 "handleMsg": "example",

 "handleResult": 123,

 "toUserID": "user_10001"

}`,
  },
  {
    path: '/friend/delete_friend',
    body: `{

 "friendUserID": "user_10001",

 "ownerUserID": "user_10001"

}`,
  },
  {
    path: '/friend/get_friend_apply_list',
    body: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    path: '/friend/get_self_friend_apply_list',
    body: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    path: '/friend/get_friend_list',
    body: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    path: '/friend/add_black',
    body: `{

 "blackUserID": "user_10001",

 "ex": "example",

 "ownerUserID": "user_10001"

}`,
  },
  {
    path: '/friend/get_black_list',
    body: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    path: '/friend/remove_black',
    body: `{

 "blackUserID": "user_10001",

 "ownerUserID": "user_10001"

}`,
  },
  {
    path: '/friend/is_friend',
    body: `{

 "userID1": "user_10001",

 "userID2": "user_10001"

}`,
  },
  {
    path: '/friend/update_friends',
    body: `{

 "ex": "example",

 "friendUserIDs": [

  "user_10001"

 ],

 "isPinned": true,

 "ownerUserID": "user_10001",

 "remark": "example"

}`,
  },
  {
    path: '/group/create_group',
    body: `{

 "adminUserIDs": [

  "user_10001"

 ],

 "groupInfo": {

  "createTime": 1700000000,

  "faceURL": "https://cdn.example.com/groups/20001.png",

  "groupID": "group_20001",

  "groupName": "Study Group",

  "memberCount": 12,

  "notification": "Be nice",

  "ownerUserID": "user_10001"

 },

 "memberUserIDs": [

  "user_10001"

 ],

 "ownerUserID": "user_10001"

}`,
  },
  {
    path: '/group/set_group_info_ex',
    body: `{

 "applyMemberFriend": 123,

 "ex": "example",

 "faceURL": "https://cdn.example.com/files/abcd.jpg",

 "groupID": "group_20001",

 "groupName": "Alice",

 "introduction": "example",

 "lookMemberInfo": 123,

 "needVerification": 123,

 "notification": "example"

}`,
  },
  {
    path: '/group/join_group',
    body: `{

 "ex": "example",

 "groupID": "group_20001",

 "inviterUserID": "user_10001",

 "joinSource": 123,

 "reqMessage": "example"

}`,
  },
  {
    path: '/group/quit_group',
    body: `{

 "groupID": "group_20001",

 "userID": "user_10001"

}`,
  },
  {
    path: '/group/group_application_response',
    body: `{

 "fromUserID": "user_10001",

 "groupID": "group_20001",

 "handleResult": 123,

 "handledMsg": "example"

}`,
  },
  {
    path: '/group/transfer_group',
    body: `{

 "groupID": "group_20001",

 "newOwnerUserID": "user_10001",

 "oldOwnerUserID": "user_10001"

}`,
  },
  {
    path: '/group/get_groups_info',
    body: `{

 "groupIDs": [

  "group_20001"

 ]

}`,
  },
  {
    path: '/group/kick_group',
    body: `{

 "groupID": "group_20001",

 "kickedUserIDs": [

  "user_10001"

 ],

 "reason": "example"

}`,
  },
  {
    path: '/group/get_group_members_info',
    body: `{

 "groupID": "group_20001",

 "userIDs": [

  "user_10001"

 ]

}`,
  },
  {
    path: '/group/get_group_member_list',
    body: `{

 "filter": 123,

 "groupID": "group_20001",

 "keyword": "example",

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 }

}`,
  },
  {
    path: '/group/invite_user_to_group',
    body: `{

 "groupID": "group_20001",

 "invitedUserIDs": [

  "user_10001"

 ],

 "reason": "example"

}`,
  },
  {
    path: '/group/dismiss_group',
    body: `{

 "deleteMember": true,

 "groupID": "group_20001"

}`,
  },
  {
    path: '/group/mute_group_member',
    body: `{

 "groupID": "group_20001",

 "mutedSeconds": 123,

 "userID": "user_10001"

}`,
  },
  {
    path: '/group/cancel_mute_group_member',
    body: `{

 "groupID": "group_20001",

 "userID": "user_10001"

}`,
  },
  {
    path: '/group/mute_group',
    body: `{

 "groupID": "group_20001"

}`,
  },
  {
    path: '/group/cancel_mute_group',
    body: `{

 "groupID": "group_20001"

}`,
  },
  {
    path: '/conversation/get_sorted_conversation_list',
    body: `{

 "conversationIDs": [

  "conv_user_10001_user_10002"

 ],

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    path: '/conversation/get_not_notify_conversation_ids',
    body: `{

 "userID": "user_10001"

}`,
  },
  {
    path: '/conversation/get_pinned_conversation_ids',
    body: `{

 "userID": "user_10001"

}`,
  },
  {
    path: '/msg/revoke_msg',
    body: `{

 "conversationID": "conv_user_10001_user_10002",

 "seq": 1001,

 "userID": "user_10001"

}`,
  },
  {
    path: '/msg/mark_msgs_as_read',
    body: `{

 "conversationID": "conv_user_10001_user_10002",

 "seqs": [

  1001

 ],

 "userID": "user_10001"

}`,
  },
  {
    path: '/msg/mark_conversation_as_read',
    body: `{

 "conversationID": "conv_user_10001_user_10002",

 "hasReadSeq": 1001,

 "seqs": [

  1001

 ],

 "userID": "user_10001"

}`,
  },
  {
    path: '/msg/clear_conversation_msg',
    body: `{

 "conversationIDs": [

  "conv_user_10001_user_10002"

 ],

 "deleteSyncOpt": "example",

 "userID": "user_10001"

}`,
  },
  {
    path: '/msg/delete_msgs',
    body: `{

 "conversationID": "conv_user_10001_user_10002",

 "deleteSyncOpt": "example",

 "seqs": [

  1001

 ],

 "userID": "user_10001"

}`,
  },
];
