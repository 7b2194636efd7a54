import { expect } from 'chai';
import {
  groupInfo,
  groupRequest,
  joinPolicyOf,
  memberInfo,
  needVerificationOf,
  roleLevels,
  receiveOptionOf,
  statusesOf,
} from '../../../api/dialects/openim/views.js';
import type { ApplicationView } from '../../../application/queries/applications.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { MemberView } from '../../../application/queries/members.js';

const group: GroupView = {
  groupId: 'g',
  number: 2 ** 52,
  incarnation: 1,
  kind: '',
  name: 'Readers',
  avatar: '',
  introduction: '',
  ext: '',
  customFields: [],
  ownerId: null,
  creatorId: 'ann',
  memberCount: 2,
  status: 'active',
  mutedAll: false,
  speakers: [],
  announcement: null,
  suspension: null,
  joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' },
  maximum: 10,
  settings: { memberProtection: false, lookMemberInfo: true, addMemberAsFriend: true, retention: null },
  rules: { preset: 'openim', version: 1 },
  origin: { kind: 'created' },
  copiedAt: null,
  createdAt: 5,
  updatedAt: 5,
  dismissedAt: null,
  revision: 0,
};
const member: MemberView = {
  userId: 'bob',
  role: 'member',
  joinedAt: 7,
  source: 'search',
  inviterId: null,
  approvedBy: null,
  card: {
    nickname: null,
    avatar: null,
    ext: null,
    region: null,
    phone: null,
    wechat: null,
    alipay: null,
    description: null,
    customFields: null,
  },
  receiveOption: 'all',
  seesEarlier: true,
  updatedAt: 7,
};
const application: ApplicationView = {
  kind: 'request',
  id: 'r',
  groupId: 'g',
  userId: 'bob',
  inviterId: null,
  message: null,
  ext: null,
  source: 'search',
  asked: ['manager'],
  awaits: ['manager'],
  status: 'pending',
  createdAt: 9,
  expiresAt: null,
  endedAt: null,
  handledBy: null,
  handledMessage: null,
  latest: true,
};

describe('what 003 shows', () => {
  it('a group’s status: dismissed before banned before muted (docs/rules.md D0, A16)', () => {
    const suspended = (mode: 'blocked' | 'noChat'): Partial<GroupView> => ({
      suspension: { mode, by: 'root', reason: null, at: 6 },
    });
    for (const [change, status] of [
      [{}, 0],
      [suspended('blocked'), 1],
      [suspended('noChat'), 0],
      [{ status: 'dismissed', mutedAll: true, ...suspended('blocked') }, 2],
      [{ mutedAll: true }, 3],
      [{ mutedAll: true, ...suspended('blocked') }, 1],
    ] as const) {
      expect(groupInfo({ ...group, ...change }).status, JSON.stringify(change)).to.equal(status);
    }
  });

  it('nothing as null: an ownerless group, an erased announcement, an erased person', () => {
    const erased = { ...group, announcement: { text: null, by: 'ann', at: 6 } };
    expect(groupInfo(erased)).to.include({ ownerUserID: '', notification: '', notificationUpdateTime: 6 });
    const shown = memberInfo(member, { group, user: undefined, isAppAdmin: true, sight: 'full', now: 0 });
    expect(shown).to.include({ nickname: '', faceURL: '', ex: '', inviterUserID: '', appMangerLevel: 2 });
    expect(Object.values(shown)).to.not.include(null);
    const { groupInfo: unknown, ...rest } = groupRequest(application, undefined, undefined);
    expect(unknown).to.equal(null);
    expect(Object.values(rest)).to.not.include(null);
  });

  it('needVerification there and back, and of policies that it can’t set the nearest', () => {
    for (const value of [0, 1, 2]) {
      const policy = joinPolicyOf(value);
      expect(policy === undefined ? undefined : needVerificationOf(policy)).to.equal(value);
    }
    expect(joinPolicyOf(3)).to.equal(undefined);
    expect(needVerificationOf({ selfJoin: 'closed', memberInvite: 'refused' })).to.equal(1);
    expect(needVerificationOf({ selfJoin: 'closed', memberInvite: 'joins' })).to.equal(0);
  });

  it('mutes as deadlines: passed ones are none, and for ever is the last moment that a number holds', () => {
    const endOf = (until: number | null | undefined): number =>
      memberInfo(
        { ...member, ...(until === undefined ? {} : { mutedUntil: until }) },
        {
          group,
          user: undefined,
          isAppAdmin: false,
          sight: 'full',
          now: 100,
        },
      ).muteEndTime;
    expect([endOf(undefined), endOf(100), endOf(101), endOf(null)]).to.deep.equal([0, 0, 101, 2 ** 53 - 1]);
  });

  it('of a member whom one may not look at only that he is there, and as what', () => {
    const context = { group, user: undefined, isAppAdmin: false, now: 0 };
    const muted = { ...member, mutedUntil: null, inviterId: 'cid', approvedBy: 'ann' };
    expect(memberInfo(muted, { ...context, sight: 'idsAndRoles' })).to.deep.equal({
      groupID: group.groupId,
      userID: member.userId,
      roleLevel: roleLevels[member.role],
      appMangerLevel: 0,
      joinTime: 0,
      nickname: '',
      faceURL: '',
      joinSource: 0,
      operatorUserID: '',
      ex: '',
      muteEndTime: 0,
      inviterUserID: '',
    });
    expect(memberInfo(muted, { ...context, sight: 'own' })).to.deep.equal(
      memberInfo(muted, { ...context, sight: 'full' }),
    );
  });

  it('who brought a member, and how he came', () => {
    const cameBy = (change: Partial<MemberView>): (string | number)[] => {
      const { joinSource, inviterUserID, operatorUserID } = memberInfo(
        { ...member, ...change },
        { group, user: undefined, isAppAdmin: false, sight: 'full', now: 0 },
      );
      return [joinSource, inviterUserID, operatorUserID];
    };
    expect(cameBy({ source: 'creation' })).to.deep.equal([2, 'ann', 'ann']);
    expect(cameBy({ source: 'admin' })).to.deep.equal([1, '', 'bob']);
    expect(cameBy({ source: 'invitation', inviterId: 'cid' })).to.deep.equal([2, 'cid', 'cid']);
    expect(cameBy({ source: 'invitation', inviterId: 'cid', approvedBy: 'ann' })).to.deep.equal([2, 'cid', 'ann']);
    expect(cameBy({ source: 'scan' })).to.deep.equal([4, '', 'bob']);
    expect(cameBy({ source: 'search', approvedBy: 'ann' })).to.deep.equal([3, '', 'ann']);
  });

  it('applications as pending, agreed or refused', () => {
    expect(statusesOf([0])).to.deep.equal(['pending']);
    expect(statusesOf([1])).to.have.members(['accepted', 'joinedOtherwise']);
    expect(statusesOf([-1])).to.include.members(['refused', 'ignored', 'expired', 'withdrawn', 'dismissed']);
    expect(groupRequest({ ...application, status: 'expired' }, undefined, group).handleResult).to.equal(-1);
  });

  it('receive options by their numbers', () => {
    expect([0, 1, 2].map(receiveOptionOf)).to.deep.equal(['all', 'none', 'silent']);
  });
});
