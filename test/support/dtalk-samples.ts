/** The request samples of 002, byte for byte, and the members that its sample of the answer has, in their order. */
export const seedSamples = {
  createGroup: {
    path: '/app/create-group',
    body: `{
    "name": "test-group-1",
    "avatar": "",
    "memberIds": [
       "member-1", "member-2"
    ]
}`,
    data: 'id markId name avatar introduce owner members memberNum maximum status createTime joinType muteType',
  },
  invite: {
    path: '/app/invite-group-members',
    body: `{
    "id": 127043701116506112,
    "newMemberIds": [
        "member-5",
        "member-6"
    ]
}`,
    data: 'id memberNum inviter newMembers',
  },
  groupInfo: {
    path: '/app/group-info',
    body: `{
    "id":127082931377147904
}`,
    data: 'id markId name avatar introduce owner members memberNum maximum status createTime joinType muteType',
  },
  groupList: { path: '/app/group-list', body: '', data: 'groups' },
  memberList: {
    path: '/app/group-member-list',
    body: `{
    "id": 127082931377147904
}`,
    data: 'id members',
  },
  memberInfo: {
    path: '/app/group-member-info',
    body: `{
    "id": 125290793882619904,
    "memberId": "123"
}`,
    data: 'memberId memberName memberType',
  },
} as const;

export const SEED_GROUPS = ['127043701116506112', '127082931377147904', '125290793882619904'] as const;
export const SEED_OWNER = '1FKxgaEh5fuSm7a35BfUnKYAmradowpiTR';
export const SEED_MEMBERS = ['member-1', 'member-2', 'member-5', 'member-6', '123'] as const;
