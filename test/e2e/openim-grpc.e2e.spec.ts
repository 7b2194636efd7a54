import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { Id2Result } from '../../api/dialects/openim-v2/messages.js';
import { GroupClient } from '../support/grpc-client.js';
import { OpenimClient } from '../support/openim-client.js';
import { type RunningParley, runParley } from '../support/running-parley.js';

const SECRET = 'a secret of the app, of some length';
const NO_PERMISSION = 801;
const DATABASE = 802;
const ARGUMENTS = 8003;

describe("000: OpenIM v2's group service over gRPC", () => {
  let parley: RunningParley;
  let im: OpenimClient;
  let group: GroupClient;
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    parley = await runParley({ PARLEY_APP_ADMINS: 'imAdmin', OPENIM_SECRET: SECRET, OPENIM_GRPC_PORT: '0' });
    im = new OpenimClient(`${parley.url}/openim`, SECRET);
    await im.adminToken('imAdmin');
    await im.people('ann', 'bob', 'cid', 'dan', 'eve');
    group = new GroupClient(parley.grpc ?? '');
  });
  after(async () => {
    group.close();
    await parley.stop();
  });

  const by = (OpUserID: string) => ({ OpUserID, OperationID: 'an operation' });
  const nextId = (): string => `g${String(++count)}`;

  /** Ann's, with these beside her. */
  async function club(...members: readonly (readonly [string, number])[]): Promise<string> {
    const groupID = nextId();
    const { ErrCode } = await group.call('createGroup', {
      ...by('ann'),
      OwnerUserID: 'ann',
      GroupInfo: { groupID, groupName: 'Book club' },
      InitMemberList: members.map(([UserID, RoleLevel]) => ({ UserID, RoleLevel })),
    });
    expect(ErrCode).to.equal(0);
    return groupID;
  }
  const rolesOf = async (GroupID: string): Promise<Record<string, number>> => {
    const { memberList } = await group.call('getGroupAllMember', { ...by('imAdmin'), GroupID });
    return Object.fromEntries(memberList.map(({ userID, roleLevel }) => [userID, roleLevel]));
  };
  const results = (list: readonly Id2Result[]): [string, number][] =>
    list.map(({ UserID, Result }) => [UserID, Result]);

  it('createGroup: with all its fields; who is nobody, and a second owner, is passed over', async () => {
    const groupID = nextId();
    const info = {
      groupID,
      groupName: 'Book club',
      notification: 'Tuesdays',
      introduction: 'We read',
      faceURL: 'https://x.example/g',
      ex: '{"a":1}',
      groupType: 1,
    };
    const { ErrCode, ErrMsg, GroupInfo } = await group.call('createGroup', {
      ...by('ann'),
      OwnerUserID: 'ann',
      GroupInfo: info,
      InitMemberList: [
        { UserID: 'bob', RoleLevel: 1 },
        { UserID: 'cid', RoleLevel: 3 },
        { UserID: 'dan', RoleLevel: 2 },
        { UserID: 'nobody', RoleLevel: 1 },
        { UserID: 'bob', RoleLevel: 1 },
      ],
    });
    expect([ErrCode, ErrMsg]).to.deep.equal([0, '']);
    const { createTime, ...made } = GroupInfo;
    const shown = { ...info, ownerUserID: 'ann', creatorUserID: 'ann', memberCount: 3, status: 0 };
    expect(made).to.deep.equal(shown);
    expect(createTime).to.be.within(Date.now() / 1_000 - 60, Date.now() / 1_000 + 1);
    expect(await rolesOf(groupID)).to.deep.equal({ ann: 2, cid: 3, bob: 1 });
    const { GroupInfoList } = await group.call('getGroupsInfo', { ...by('eve'), GroupIDList: [groupID, 'no-such'] });
    expect(GroupInfoList).to.deep.equal([{ ...shown, createTime }]);
  });

  it('createGroup: for another only by an app manager; a second time, of no owner and without a group it is refused', async () => {
    const GroupInfo = { groupID: nextId(), groupName: 'x' };
    const code = (OpUserID: string, OwnerUserID: string): Promise<number> =>
      group.code('createGroup', { ...by(OpUserID), OwnerUserID, GroupInfo });
    expect(await code('bob', 'ann')).to.equal(NO_PERMISSION);
    expect(await code('', 'ann')).to.equal(NO_PERMISSION);
    expect(await code('imAdmin', 'nobody')).to.equal(DATABASE);
    expect(await code('imAdmin', 'ann')).to.equal(0);
    expect(await code('ann', 'ann')).to.equal(DATABASE);
    expect(await group.code('createGroup', { ...by('ann'), OwnerUserID: 'ann' })).to.equal(ARGUMENTS);
    // Neither a name nor an id is asked for.
    const { GroupInfo: bare } = await group.call('createGroup', { ...by('ann'), OwnerUserID: 'ann', GroupInfo: {} });
    expect(bare).to.deep.include({ groupName: '', ownerUserID: 'ann', memberCount: 1 });
    expect(bare.groupID).to.match(/^\d{16}$/);
  });

  it('joinGroup asks, groupApplicationResponse answers once, and both see it', async () => {
    const GroupID = await club(['cid', 3]);
    const ask = (OpUserID: string): Promise<number> =>
      group.code('joinGroup', { ...by(OpUserID), GroupID, ReqMessage: 'let me in' });
    expect([await ask('bob'), await ask('dan'), await ask('nobody')]).to.deep.equal([0, 0, DATABASE]);
    expect(await group.code('joinGroup', { ...by('bob'), GroupID: 'no-such' })).to.equal(DATABASE);
    const { GroupRequestList } = await group.call('getGroupApplicationList', { ...by('cid'), FromUserID: 'cid' });
    const mine = GroupRequestList.filter(({ groupInfo }) => groupInfo?.groupID === GroupID);
    expect(
      mine.map(({ userInfo, reqMsg, handleResult }) => [userInfo.userID, reqMsg, handleResult]),
    ).to.have.deep.members([
      ['bob', 'let me in', 0],
      ['dan', 'let me in', 0],
    ]);
    expect(mine[0]).to.include({ handleMsg: '', handleUserID: '', handleTime: 0, ex: '' });
    expect(await group.code('getGroupApplicationList', { ...by('eve'), FromUserID: 'cid' })).to.equal(NO_PERMISSION);
    const answer = (OpUserID: string, FromUserID: string, HandleResult: number): Promise<number> =>
      group.code('groupApplicationResponse', { ...by(OpUserID), GroupID, FromUserID, HandleResult, HandledMsg: 'ok' });
    expect(await answer('eve', 'bob', 1)).to.equal(NO_PERMISSION);
    expect(await answer('cid', 'bob', 2)).to.equal(ARGUMENTS);
    expect([await answer('cid', 'bob', 1), await answer('ann', 'dan', -1)]).to.deep.equal([0, 0]);
    expect([await answer('cid', 'bob', 1), await answer('cid', 'eve', 1)]).to.deep.equal([DATABASE, DATABASE]);
    expect(await rolesOf(GroupID)).to.deep.equal({ ann: 2, cid: 3, bob: 1 });
    const own = await group.call('getUserReqApplicationList', { ...by('dan'), UserID: 'dan' });
    const dans = own.GroupRequestList.find(({ groupInfo }) => groupInfo?.groupID === GroupID);
    expect(dans).to.deep.include({
      userInfo: { userID: 'dan', nickname: 'Nick dan', faceURL: 'https://x.example/dan', gender: 0 },
      handleResult: -1,
      handleMsg: 'ok',
      handleUserID: 'ann',
    });
    expect(dans?.reqTime).to.be.within(Date.now() / 1_000 - 60, Date.now() / 1_000 + 1);
    expect(dans?.handleTime).to.be.within(dans?.reqTime ?? Infinity, Date.now() / 1_000 + 1);
    const { memberList } = await group.call('getGroupMembersInfo', { ...by('ann'), GroupID, memberList: ['bob'] });
    expect(memberList[0], 'he came by himself, and cid let him in').to.include({
      joinSource: 0,
      operatorUserID: 'cid',
    });
    expect(await group.code('getUserReqApplicationList', { ...by('bob'), UserID: 'dan' })).to.equal(NO_PERMISSION);
  });

  it('inviteUserToGroup and kickGroupMember tell of each; who may not is 801', async () => {
    const GroupID = await club(['bob', 1], ['cid', 3]);
    const invited = await group.call('inviteUserToGroup', {
      ...by('bob'),
      GroupID,
      InvitedUserIDList: ['dan', 'nobody', 'bob'],
      Reason: 'friends',
    });
    expect(results(invited.Id2ResultList)).to.deep.equal([
      ['dan', 0],
      ['nobody', -1],
      ['bob', -1],
    ]);
    const invite = (OpUserID: string, id: string): Promise<number> =>
      group.code('inviteUserToGroup', { ...by(OpUserID), GroupID: id, InvitedUserIDList: ['eve'] });
    expect([await invite('eve', GroupID), await invite('ann', 'no-such')]).to.deep.equal([
      NO_PERMISSION,
      NO_PERMISSION,
    ]);

    const kick = (OpUserID: string, KickedUserIDList: string[]) =>
      group.call('kickGroupMember', { ...by(OpUserID), GroupID, KickedUserIDList, Reason: 'noise' });
    expect((await kick('bob', ['dan'])).ErrCode).to.equal(NO_PERMISSION);
    expect((await kick('cid', [])).ErrCode).to.equal(ARGUMENTS);
    const kicked = await kick('cid', ['dan', 'eve', 'ann']);
    expect(results(kicked.Id2ResultList)).to.deep.equal([
      ['dan', 0],
      ['eve', 0],
      ['ann', -1],
    ]);
    expect(await rolesOf(GroupID)).to.deep.equal({ ann: 2, cid: 3, bob: 1 });
  });

  it('quitGroup: the owner may, and leaves the group without one; who is not in has nothing to leave', async () => {
    const GroupID = await club(['bob', 1]);
    const quit = (OpUserID: string): Promise<number> => group.code('quitGroup', { ...by(OpUserID), GroupID });
    expect([await quit('eve'), await quit('ann'), await quit('ann')]).to.deep.equal([DATABASE, 0, DATABASE]);
    const { GroupInfoList } = await group.call('getGroupsInfo', { ...by('bob'), GroupIDList: [GroupID] });
    expect(GroupInfoList[0]).to.deep.include({ ownerUserID: '', memberCount: 1, status: 0 });
  });

  it('setGroupInfo: what is empty stays as it is', async () => {
    const GroupID = await club(['bob', 1]);
    const set = (OpUserID: string, GroupInfo: object): Promise<number> =>
      group.code('setGroupInfo', { ...by(OpUserID), GroupInfo: { groupID: GroupID, ...GroupInfo } });
    expect(await set('bob', { groupName: 'Mine' })).to.equal(NO_PERMISSION);
    expect(await set('ann', { notification: 'Wednesdays', ex: 'x' })).to.equal(0);
    expect(await set('ann', { introduction: 'We read' })).to.equal(0);
    const { GroupInfoList } = await group.call('getGroupsInfo', { ...by('bob'), GroupIDList: [GroupID] });
    expect(GroupInfoList[0]).to.deep.include({
      groupName: 'Book club',
      notification: 'Wednesdays',
      introduction: 'We read',
      ex: 'x',
    });
  });

  it('transferGroupOwner: by the owner or an app manager, from him who has it', async () => {
    const GroupID = await club(['bob', 1], ['cid', 1]);
    const give = (OpUserID: string, OldOwnerUserID: string, NewOwnerUserID: string): Promise<number> =>
      group.code('transferGroupOwner', { ...by(OpUserID), GroupID, OldOwnerUserID, NewOwnerUserID });
    expect(await give('bob', 'ann', 'bob')).to.equal(NO_PERMISSION);
    expect(await give('ann', 'ann', 'ann')).to.equal(ARGUMENTS);
    expect(await give('ann', 'ann', 'eve')).to.equal(DATABASE);
    expect(await give('ann', 'ann', 'bob')).to.equal(0);
    expect(await give('imAdmin', 'bob', 'cid')).to.equal(0);
    expect(await rolesOf(GroupID)).to.deep.equal({ ann: 1, bob: 1, cid: 2 });
  });

  it('getGroupMemberList: thirty at a time until nextSeq is 0, of one role where Filter names one', async () => {
    const people = Array.from({ length: 61 }, (_, i) => `m${String(i)}`);
    await im.people(...people);
    const GroupID = await club(...people.map((id, i) => [id, i < 2 ? 3 : 1] as const));
    const list = (Filter: number, NextSeq = 0) =>
      group.call('getGroupMemberList', { ...by('ann'), GroupID, Filter, NextSeq });
    const pages: string[][] = [];
    for (let next: number | undefined; next !== 0;) {
      const { memberList, nextSeq } = await list(-1, next);
      pages.push(memberList.map(({ userID }) => userID));
      next = nextSeq;
    }
    expect(pages.map(({ length }) => length)).to.deep.equal([30, 30, 2]);
    expect(new Set(pages.flat())).to.deep.equal(new Set(['ann', ...people]));
    expect((await list(2)).memberList.map(({ userID }) => userID)).to.deep.equal(['ann']);
    expect((await list(3)).memberList).to.have.length(2);
    expect((await list(7)).memberList).to.deep.equal([]);
    expect(await group.code('getGroupMemberList', { ...by('ann'), GroupID: 'no-such' })).to.equal(DATABASE);
    const some = await group.call('getGroupMembersInfo', {
      ...by('ann'),
      GroupID,
      memberList: ['m7', 'nobody', 'ann'],
    });
    const [first, second, ...none] = some.memberList;
    expect([first?.userID, second?.userID, none]).to.deep.equal(['m7', 'ann', []]);
    expect(first).to.deep.include({
      groupID: GroupID,
      roleLevel: 1,
      nickname: 'Nick m7',
      faceURL: 'https://x.example/m7',
      appMangerLevel: 0,
      joinSource: 2,
      operatorUserID: 'ann',
      ex: '',
    });
    expect(Number(first?.joinTime)).to.be.within(Date.now() / 1_000 - 120, Date.now() / 1_000 + 1);
  });

  it('getJoinedGroupList: his own, or by an app manager', async () => {
    const GroupID = await club(['eve', 1]);
    const list = (OpUserID: string) =>
      group.call('getJoinedGroupList', { OpUserID, operationID: 'x', FromUserID: 'eve' });
    for (const who of ['eve', 'imAdmin']) {
      expect((await list(who)).GroupList.map(({ groupID }) => groupID)).to.include(GroupID);
    }
    expect((await list('bob')).ErrCode).to.equal(NO_PERMISSION);
  });

  it('the back office finds, suspends, hands over, fills, empties and deletes; its refusals are the status of the call', async () => {
    const GroupId = await club(['bob', 1]);
    const name = `Chess ${GroupId}`;
    expect(
      await group.code('setGroupInfo', { ...by('ann'), GroupInfo: { groupID: GroupId, groupName: name } }),
    ).to.equal(0);
    const { CMSGroup } = await group.call('GetGroupById', { GroupId });
    expect(CMSGroup).to.deep.include({ GroupMasterId: 'ann', GroupMasterName: 'Nick ann' });
    expect(await group.code('GetGroupById', { GroupId: 'no-such' })).to.equal(DATABASE);

    const Pagination = { pageNumber: 1, showNumber: 2 };
    const named = await group.call('GetGroup', { GroupName: name.toUpperCase(), Pagination });
    expect(named).to.deep.include({ GroupNums: 1, Pagination });
    expect(named.CMSGroups.map(({ GroupInfo }) => GroupInfo.groupID)).to.deep.equal([GroupId]);
    const all = await group.call('GetGroups', { Pagination });
    expect(all.CMSGroups).to.have.length(2);
    expect(all.GroupNum).to.be.above(2);
    const second = await group.call('GetGroups', { Pagination: { pageNumber: 2, showNumber: 2 } });
    expect(second.CMSGroups[0]?.GroupInfo.groupID).not.to.be.oneOf(all.CMSGroups.map((one) => one.GroupInfo.groupID));

    const statusIs = async (): Promise<number | undefined> =>
      (await group.call('getGroupsInfo', { ...by('bob'), GroupIDList: [GroupId] })).GroupInfoList[0]?.status;
    for (const Status of [1, 3, 4, 0]) {
      expect(await group.code('OperateGroupStatus', { GroupId, Status })).to.equal(0);
      expect(await statusIs()).to.equal(Status);
    }
    expect(await group.code('OperateGroupStatus', { GroupId, Status: 9 })).to.equal(ARGUMENTS);

    const OperationId = 'x';
    const added = await group.call('AddGroupMembersCMS', {
      OperationId,
      GroupId,
      UserIds: ['cid', 'bob', 'nobody', 'imAdmin'],
    });
    expect(added).to.deep.equal({ success: ['cid', 'imAdmin'], failed: ['bob', 'nobody'] });
    const { memberList } = await group.call('getGroupAllMember', { ...by('ann'), GroupID: GroupId });
    expect(memberList.find(({ userID }) => userID === 'imAdmin')).to.include({
      appMangerLevel: 1,
      joinSource: 1,
      operatorUserID: '__cms_admin__',
    });
    const removed = await group.call('RemoveGroupMembersCMS', {
      OperationID: OperationId,
      GroupId,
      UserIds: ['cid', 'imAdmin', 'eve', 'ann'],
    });
    expect(removed).to.deep.equal({ success: ['cid', 'imAdmin'], failed: ['eve', 'ann'] });
    expect(await group.code('AddGroupMembersCMS', { GroupId, UserIds: ['cid'], OpUserId: 'bob' })).to.equal(
      NO_PERMISSION,
    );

    expect(await group.code('OperateUserRole', { GroupId, UserId: 'bob', RoleLevel: 3 })).to.equal(0);
    const found = await group.call('GetGroupMembersCMS', { GroupId, UserName: 'nick b', Pagination });
    expect(found).to.deep.include({ MemberNums: 1, Pagination: { CurrentPage: 1, ShowNumber: 2 } });
    expect(found.members.map(({ userID, roleLevel }) => [userID, roleLevel])).to.deep.equal([['bob', 2]]);

    expect(await group.code('DeleteGroup', { GroupId })).to.equal(0);
    expect(await statusIs()).to.equal(2);
    expect(await rolesOf(GroupId)).to.deep.equal({});
    expect(await group.code('DeleteGroup', { GroupId })).to.equal(DATABASE);
    expect(
      await group.code('inviteUserToGroup', { ...by('imAdmin'), GroupID: GroupId, InvitedUserIDList: ['eve'] }),
    ).to.equal(DATABASE);
  });

  it('given a deadline that has passed, then nothing is done', async () => {
    const groupID = nextId();
    const late = group.call(
      'createGroup',
      { ...by('ann'), OwnerUserID: 'ann', GroupInfo: { groupID, groupName: 'Too late' } },
      { deadline: Date.now() - 1 },
    );
    expect(await late.catch((error: unknown) => (error as { code: number }).code)).to.equal(status.DEADLINE_EXCEEDED);
    expect((await group.call('getGroupsInfo', { ...by('ann'), GroupIDList: [groupID] })).GroupInfoList).to.deep.equal(
      [],
    );
  });

  it('given ids without end, texts that no store keeps and names beyond measure, then the arguments are refused', async () => {
    const GroupID = await club();
    const some = (length: number): string[] => Array.from({ length }, (_, i) => `u${String(i)}`);
    const many = some(10_001);
    const GroupInfo = (groupName: string) => ({ groupID: GroupID, groupName });
    const codes = await Promise.all([
      group.code('inviteUserToGroup', { ...by('ann'), GroupID, InvitedUserIDList: many }),
      group.code('kickGroupMember', { ...by('ann'), GroupID, KickedUserIDList: many }),
      group.code('getGroupsInfo', { ...by('ann'), GroupIDList: many }),
      group.code('getGroupMembersInfo', { ...by('ann'), GroupID, memberList: many }),
      group.code('setGroupInfo', { ...by('ann'), GroupInfo: GroupInfo('a\0b') }),
      group.code('setGroupInfo', { ...by('ann'), GroupInfo: GroupInfo('a'.repeat(500_000)) }),
    ]);
    expect(codes).to.deep.equal(codes.map(() => ARGUMENTS));
    const huge = [
      group.code('setGroupInfo', { ...by('ann'), GroupInfo: GroupInfo('a'.repeat(3_000_000)) }),
      group.code('inviteUserToGroup', { ...by('ann'), GroupID, InvitedUserIDList: some(100_001) }),
    ];
    expect(await Promise.all(huge)).to.deep.equal(huge.map(() => status.RESOURCE_EXHAUSTED));
    const { GroupInfoList } = await group.call('getGroupsInfo', { ...by('ann'), GroupIDList: [GroupID] });
    expect(GroupInfoList[0]).to.deep.include({ groupName: 'Book club', memberCount: 1 });
  });
});
