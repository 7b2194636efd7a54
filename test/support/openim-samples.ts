import type { SeedSample } from './seed-samples.js';

/** The request samples of 003, byte for byte (one is no JSON at all). Two headings are get_users_info. */
export const seedSamples: readonly SeedSample[] = [
  {
    name: '/user/self_register',
    text: `{

 "ex": "example",

 "faceURL": "https://cdn.example.com/files/abcd.jpg",

 "nickname": "Alice",

 "userID": "user_10001"

}`,
  },
  {
    name: '/user/self_login',
    text: `{

 "platformID": 1,

 "userID": "user_10001"

}`,
  },
  {
    name: '/user/update_user_info_ex',
    text: `{

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
    name: '/user/get_users_info',
    text: `{

 "userIDs": [

  "user_10001"

 ]

}`,
  },
  {
    name: '/user/get_users_info',
    text: `{
    "userIDs": ["user_10001", "user_10002", "user_10003"]

}`,
  },
  {
    name: '/friend/add_friend',
    text: `{

 "ex": "example",

 "fromUserID": "user_10001",

 "reqMsg": "example",

 "toUserID": "user_10001"

}`,
  },
  {
    name: '/friend/add_friend_response',
    text: `{

 "fromUserID": "user_10001",

 "handleMsg": "example",

 "handleResult": 123,

 "toUserID": "user_10001"

}`,
  },
  {
    name: '/friend/delete_friend',
    text: `{

 "friendUserID": "user_10001",

 "ownerUserID": "user_10001"

}`,
  },
  {
    name: '/friend/get_friend_apply_list',
    text: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    name: '/friend/get_self_friend_apply_list',
    text: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    name: '/friend/get_friend_list',
    text: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    name: '/friend/add_black',
    text: `{

 "blackUserID": "user_10001",

 "ex": "example",

 "ownerUserID": "user_10001"

}`,
  },
  {
    name: '/friend/get_black_list',
    text: `{

 "pagination": {

  "pageNumber": 1,

  "showNumber": 20

 },

 "userID": "user_10001"

}`,
  },
  {
    name: '/friend/remove_black',
    text: `{

 "blackUserID": "user_10001",

 "ownerUserID": "user_10001"

}`,
  },
  {
    name: '/friend/is_friend',
    text: `{

 "userID1": "user_10001",

 "userID2": "user_10001"

}`,
  },
  {
    name: '/friend/update_friends',
    text: `{

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
    name: '/group/create_group',
    text: `{

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
    name: '/group/set_group_info_ex',
    text: `{

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
    name: '/group/join_group',
    text: `{

 "ex": "example",

 "groupID": "group_20001",

 "inviterUserID": "user_10001",

 "joinSource": 123,

 "reqMessage": "example"

}`,
  },
  {
    name: '/group/quit_group',
    text: `{

 "groupID": "group_20001",

 "userID": "user_10001"

}`,
  },
  {
    name: '/group/group_application_response',
    text: `{

 "fromUserID": "user_10001",

 "groupID": "group_20001",

 "handleResult": 123,

 "handledMsg": "example"

}`,
  },
  {
    name: '/group/transfer_group',
    text: `{

 "groupID": "group_20001",

 "newOwnerUserID": "user_10001",

 "oldOwnerUserID": "user_10001"

}`,
  },
  {
    name: '/group/get_groups_info',
    text: `{

 "groupIDs": [

  "group_20001"

 ]

}`,
  },
  {
    name: '/group/kick_group',
    text: `{

 "groupID": "group_20001",

 "kickedUserIDs": [

  "user_10001"

 ],

 "reason": "example"

}`,
  },
  {
    name: '/group/get_group_members_info',
    text: `{

 "groupID": "group_20001",

 "userIDs": [

  "user_10001"

 ]

}`,
  },
  {
    name: '/group/get_group_member_list',
    text: `{

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
    name: '/group/invite_user_to_group',
    text: `{

 "groupID": "group_20001",

 "invitedUserIDs": [

  "user_10001"

 ],

 "reason": "example"

}`,
  },
  {
    name: '/group/dismiss_group',
    text: `{

 "deleteMember": true,

 "groupID": "group_20001"

}`,
  },
  {
    name: '/group/mute_group_member',
    text: `{

 "groupID": "group_20001",

 "mutedSeconds": 123,

 "userID": "user_10001"

}`,
  },
  {
    name: '/group/cancel_mute_group_member',
    text: `{

 "groupID": "group_20001",

 "userID": "user_10001"

}`,
  },
  {
    name: '/group/mute_group',
    text: `{

 "groupID": "group_20001"

}`,
  },
  {
    name: '/group/cancel_mute_group',
    text: `{

 "groupID": "group_20001"

}`,
  },
  {
    name: '/conversation/get_sorted_conversation_list',
    text: `{

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
    name: '/conversation/get_not_notify_conversation_ids',
    text: `{

 "userID": "user_10001"

}`,
  },
  {
    name: '/conversation/get_pinned_conversation_ids',
    text: `{

 "userID": "user_10001"

}`,
  },
  {
    name: '/msg/revoke_msg',
    text: `{

 "conversationID": "conv_user_10001_user_10002",

 "seq": 1001,

 "userID": "user_10001"

}`,
  },
  {
    name: '/msg/mark_msgs_as_read',
    text: `{

 "conversationID": "conv_user_10001_user_10002",

 "seqs": [

  1001

 ],

 "userID": "user_10001"

}`,
  },
  {
    name: '/msg/mark_conversation_as_read',
    text: `{

 "conversationID": "conv_user_10001_user_10002",

 "hasReadSeq": 1001,

 "seqs": [

  1001

 ],

 "userID": "user_10001"

}`,
  },
  {
    name: '/msg/clear_conversation_msg',
    text: `{

 "conversationIDs": [

  "conv_user_10001_user_10002"

 ],

 "deleteSyncOpt": "example",

 "userID": "user_10001"

}`,
  },
  {
    name: '/msg/delete_msgs',
    text: `{

 "conversationID": "conv_user_10001_user_10002",

 "deleteSyncOpt": "example",

 "seqs": [

  1001

 ],

 "userID": "user_10001"

}`,
  },
];
