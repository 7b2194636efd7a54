import { SERVICE } from '../../../api/dialects/tencent/operation.js';
import type { DialectFixture } from './dialect-requests.js';

/** All of them are for app admins alone. */
const mayNot = { owner: 'notAppAdmin', outsider: 'notAppAdmin' } as const;
const fields = [{ Key: 'k', Value: 'v' }];

/** What is done to a group. */
const doing = (more: object = {}, beside: Partial<DialectFixture> = {}): DialectFixture => ({
  as: 'root',
  body: (GroupId) => ({ GroupId, ...more }),
  mayNot,
  writes: true,
  ...beside,
});
/** What is asked about one; a destroyed one is none. */
const asking = (more: object = {}, lookedThrough: readonly string[] = []): DialectFixture =>
  doing(more, { dismissed: 'noSuchGroup', lookedThrough, writes: false });

const ownersMessage: NonNullable<DialectFixture['given']> = (group) => [
  ['POST', `/conversations/group:${group}/messages`, 'owner', { text: 'hello' }],
];

const anybody = 'an app admin names anybody';
const filters = [
  'GroupBaseInfoFilter',
  'MemberInfoFilter',
  'AppDefinedDataFilter_Group',
  'AppDefinedDataFilter_GroupMember',
  'SelfInfoFilter',
];
const ResponseFilter = Object.fromEntries(filters.map((name) => [name, ['Name', 'Role', 'k']]));
const looked = filters.map((name) => `/ResponseFilter/${name}`);

const byCommand: Readonly<Record<string, DialectFixture>> = {
  create_group: {
    as: 'root',
    body: () => ({
      Type: 'Public',
      Name: 'New',
      Owner_Account: 'owner',
      Introduction: 'i',
      Notification: 'n',
      FaceUrl: 'f',
      MaxMemberCount: 100,
      ApplyJoinOption: 'FreeAccess',
      AppDefinedData: fields,
      MemberList: [{ Member_Account: 'member', Role: 'Admin', NameCard: 'M', AppMemberDefinedData: fields }],
    }),
    mayNot,
    users: { '/Owner_Account': { another: anybody, nobody: { code: 'noSuchUser' } } },
    writes: true,
  },
  destroy_group: doing(),
  modify_group_base_info: doing({
    Name: 'Chess',
    Introduction: 'i',
    Notification: 'n',
    FaceUrl: 'f',
    MaxMemberNum: 300,
    ApplyJoinOption: 'DisableApply',
    MuteAllMember: 'On',
    AppDefinedData: fields,
  }),
  change_group_owner: doing(
    { NewOwner_Account: 'member' },
    { users: { '/NewOwner_Account': { another: anybody, nobody: { code: 'noPermission' } } } },
  ),
  get_appid_group_list: { as: 'root', body: () => ({ Limit: 10, Next: 0, Type: 'Public' }), mayNot, writes: false },
  get_group_info: {
    ...asking({ ResponseFilter }, ['/GroupIdList', ...looked]),
    body: (group) => ({ GroupIdList: [group], ResponseFilter }),
    // Each of a list is told by itself.
    unknownGroup: 'allowed',
    dismissed: 'allowed',
  },
  get_joined_group_list: {
    as: 'root',
    body: () => ({ Member_Account: 'member', Limit: 10, Offset: 0, WithHugeGroups: 1, ResponseFilter }),
    mayNot,
    lookedThrough: looked,
    writes: false,
  },
  get_online_member_num: asking(),
  add_group_member: doing(
    { MemberList: [{ Member_Account: 'newcomer' }], Silence: 0 },
    { lookedThrough: ['/MemberList/0/Member_Account'] },
  ),
  delete_group_member: doing(
    { MemberToDel_Account: ['member2'], Reason: 'spam', Silence: 1 },
    { lookedThrough: ['/MemberToDel_Account'] },
  ),
  modify_group_member_info: doing({
    Member_Account: 'member',
    Role: 'Admin',
    NameCard: 'Mim',
    MsgFlag: 'Discard',
    ShutUpUntil: 60,
    AppMemberDefinedData: fields,
  }),
  forbid_send_msg: doing({ Members_Account: ['member'], MuteTime: 60 }),
  get_group_member_info: asking(
    {
      Limit: 10,
      Offset: 0,
      MemberInfoFilter: ['Role'],
      MemberRoleFilter: ['Owner'],
      AppDefinedDataFilter_GroupMember: ['k'],
    },
    ['/MemberInfoFilter', '/AppDefinedDataFilter_GroupMember'],
  ),
  get_role_in_group: asking({ User_Account: ['member'] }, ['/User_Account']),
  get_group_shutted_uin: asking(),
  import_group: {
    as: 'root',
    body: () => ({
      Type: 'Public',
      Name: 'Old',
      Owner_Account: 'owner',
      Introduction: 'i',
      Notification: 'n',
      FaceUrl: 'f',
      MaxMemberCount: 100,
      ApplyJoinOption: 'FreeAccess',
      AppDefinedData: fields,
      CreateTime: 1_448_357_837,
    }),
    mayNot,
    users: { '/Owner_Account': { another: anybody, nobody: { code: 'noSuchUser' } } },
    writes: true,
  },
  import_group_msg: {
    ...doing(),
    body: (GroupId) => ({
      GroupId,
      MsgList: [
        {
          From_Account: 'member',
          // Since the group was made.
          SendTime: Math.floor(Date.now() / 1_000),
          Random: 7,
          MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'then' } }],
        },
      ],
    }),
  },
  import_group_member: doing(
    {
      MemberList: [
        {
          Member_Account: 'newcomer',
          Role: 'Admin',
          MsgFlag: 'Discard',
          NameCard: 'N',
          ShutUpUntil: 60,
          UnreadMsgNum: 0,
          AppMemberDefinedData: fields,
        },
      ],
    },
    // Each of a list is told by itself.
    {
      lookedThrough: [
        '/MemberList/0/Member_Account',
        '/MemberList/0/NameCard',
        '/MemberList/0/AppMemberDefinedData/0/Key',
        '/MemberList/0/AppMemberDefinedData/0/Value',
      ],
    },
  ),
  send_group_msg: doing(
    {
      Random: 7,
      MsgPriority: 'High',
      From_Account: 'owner',
      MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hello' } }],
      MsgOnlineOnlyFlag: 0,
      GroupAtInfo: [{ GroupAtAllFlag: 0, GroupAt_Account: 'member' }],
      CloudCustomData: 'c',
      OfflinePushInfo: { PushFlag: 0, Title: 't', Desc: 'd', Ext: 'e', AndroidInfo: { a: 1 }, ApnsInfo: { b: 1 } },
      SendMsgControl: ['NoUnread'],
      ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'],
    },
    { suspended: 'disabled' },
  ),
  send_group_system_notification: doing({ Content: 'hello', ToMembers_Account: ['member'] }),
  group_msg_recall: doing({ MsgSeqList: [{ MsgSeq: 1 }] }, { given: ownersMessage }),
  delete_group_msg_by_sender: doing({ Sender_Account: 'owner' }, { given: ownersMessage }),
  set_unread_msg_num: doing({ Member_Account: 'member', UnreadMsgNum: 1 }),
  group_msg_get_simple: asking({ ReqMsgSeq: 5, ReqMsgNumber: 3 }),
};

/** One for each command, in the order in which they are tried. */
export const tencentFixtures: Readonly<Record<string, DialectFixture>> = Object.fromEntries(
  Object.entries(byCommand).map(([command, fixture]) => [`${SERVICE}/${command}`, fixture]),
);
