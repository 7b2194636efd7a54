import type { AnswerJoinRequest, RequestToJoin } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupEvent, JoinRequestAnswered } from '../../../../domain/group/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  appAdminFor,
  dismissed,
  founded,
  GROUP,
  invitationEnded,
  invited,
  joined,
  left,
  NOW,
  requested,
  requestEnded,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);
const ask = (userId: string, more: Partial<RequestToJoin> = {}): RequestToJoin => ({
  type: 'RequestToJoin',
  groupId: GROUP,
  userId,
  requestId: `r-${userId}`,
  ...more,
});
const answer = (userId: string, more: Partial<AnswerJoinRequest> = {}): AnswerJoinRequest => ({
  type: 'AnswerJoinRequest',
  groupId: GROUP,
  userId,
  answer: 'approved',
  ...more,
});
const answered = (userId: string, more: Partial<JoinRequestAnswered['data']> = {}): GroupEvent => ({
  type: 'JoinRequestAnswered',
  data: { groupId: GROUP, requestId: `r-${userId}`, userId, answer: 'approved', by: 'bob', ...more },
});
const approval = { joinPolicy: { selfJoin: 'approval', memberInvite: 'approval' } } as const;
const came = (userId: string, more = {}) =>
  joined(userId, { source: 'request', requestId: `r-${userId}`, approvedBy: 'bob', joinedAt: NOW, ...more });

describe('asking to join', () => {
  it('joins an open group at once, asks where approval is wanted, is refused where it is closed (003 join, 002)', () => {
    given(founded())
      .when({ ...ask('eve', { source: 'search' }), ...user('eve') })
      .then([joined('eve', { source: 'search', joinedAt: NOW })])
      .outcome({ result: 'joined' });
    given(founded(approval))
      .when({ ...ask('eve', { message: 'hello', source: 'scan', inviterId: 'cid', ext: 'x' }), ...user('eve') })
      .then([requested('eve', { message: 'hello', source: 'scan', inviterId: 'cid', ext: 'x' })])
      .outcome({ result: 'requested', requestId: 'r-eve' });
    given(founded({ joinPolicy: { selfJoin: 'closed', memberInvite: 'joins' } }))
      .when({ ...ask('eve'), ...user('eve') })
      .then(refusal('JoinClosed'));
  });

  it('is the applicant’s own (the hole of 003 join_group, docs/rules.md A7); who is in is in', () => {
    given(founded(approval))
      .when({ ...ask('eve'), ...user('cid') })
      .then(refusal('NotPermitted'));
    given(founded(approval))
      .when({ ...ask('eve'), ...appAdmin })
      .then([requested('eve')]);
    given(founded(approval))
      .when({ ...ask('cid'), ...user('cid') })
      .thenAlreadySo();
    given(founded(approval), dismissed())
      .when({ ...ask('eve'), ...user('eve') })
      .then(refusal('GroupDismissed'));
  });

  it('names as inviter a member, or the app admin who asks for him (003): it is the applicant’s word, and no more', () => {
    for (const founding of [{}, approval]) {
      for (const inviterId of ['nobody', 'eve']) {
        given(founded(founding))
          .when({ ...ask('eve', { source: 'invitation', inviterId }), ...user('eve') })
          .then(refusal('NotGroupMember', { userIds: [inviterId] }));
      }
    }
    given(founded())
      .when({ ...ask('eve', { source: 'admin', inviterId: 'root' }), ...appAdminFor('eve') })
      .then([joined('eve', { source: 'admin', inviterId: 'root', joinedAt: NOW })]);
    given(founded())
      .when({ ...ask('eve', { source: 'admin', inviterId: 'zed' }), ...appAdminFor('eve') })
      .then(refusal('NotGroupMember', { userIds: ['zed'] }));
    given(founded())
      .when({ ...ask('eve', { source: 'invitation', inviterId: 'ann' }), ...user('eve') })
      .then([joined('eve', { source: 'invitation', inviterId: 'ann', joinedAt: NOW })]);
  });

  it('again supersedes the pending request; the very same is already so (docs/rules.md A6)', () => {
    given(founded(approval), requested('eve'))
      .when({ ...ask('eve', { requestId: 'r2' }), ...user('eve') })
      .then([requestEnded('eve', 'superseded'), requested('eve', { requestId: 'r2' })]);
    given(founded(approval), requested('eve'))
      .when({ ...ask('eve'), ...user('eve') })
      .thenAlreadySo();
  });

  it('can be taken back by the applicant, once', () => {
    const withdraw = { type: 'WithdrawJoinRequest', groupId: GROUP, userId: 'eve' } as const;
    given(founded(approval), requested('eve'))
      .when({ ...withdraw, ...user('eve') })
      .then([requestEnded('eve', 'withdrawn')]);
    given(founded(approval), requested('eve'), requestEnded('eve', 'withdrawn'))
      .when({ ...withdraw, ...user('eve') })
      .thenAlreadySo();
    given(founded(approval), requested('eve'))
      .when({ ...withdraw, ...user('bob') })
      .then(refusal('NotPermitted'));
    given(founded(approval))
      .when({ ...withdraw, ...user('eve') })
      .then(refusal('JoinRequestNotFound'));
  });
});

describe('answering a join request', () => {
  it('a manager lets the applicant in, from where he came, or not (003 application response, 000)', () => {
    given(founded(approval), requested('eve'))
      .when({ ...answer('eve', { message: 'welcome' }), ...user('bob') })
      .then([answered('eve', { message: 'welcome' }), came('eve')])
      .outcome({ joined: true });
    given(founded(approval), requested('eve', { source: 'scan', inviterId: 'cid' }))
      .when({ ...answer('eve'), ...user('bob') })
      .then([answered('eve'), came('eve', { source: 'scan', inviterId: 'cid' })]);
    given(founded(approval), requested('eve'))
      .when({ ...answer('eve', { answer: 'refused' }), ...user('bob') })
      .then([answered('eve', { answer: 'refused' })])
      .outcome({ joined: false });
    given(founded(approval), requested('eve'))
      .when({ ...answer('eve'), ...user('cid') })
      .then(refusal('NotGroupManager'));
  });

  it('twice is refused by name (003: 1206, 002: -10028), and so is what never was (003: 1004, 002: -10030)', () => {
    given(founded(approval), requested('eve'), answered('eve', { answer: 'refused' }))
      .when({ ...answer('eve'), ...user('bob') })
      .then(refusal('JoinRequestHandled', { userId: 'eve', how: 'refused' }));
    given(founded(approval), requested('eve'), answered('eve'), came('eve'), left('eve'))
      .when({ ...answer('eve'), ...user('bob') })
      .then(refusal('JoinRequestHandled', { how: 'approved' }));
    given(founded(approval))
      .when({ ...answer('eve'), ...user('bob') })
      .then(refusal('JoinRequestNotFound', { userId: 'eve' }));
    given(founded(approval), requested('eve'))
      .when({ ...answer('eve', { requestId: 'another' }), ...user('bob') })
      .then(refusal('JoinRequestNotFound'));
  });

  it('after the group’s end, or beyond its room, it lets nobody in (003’s hole, docs/rules.md A4)', () => {
    given(founded(approval), requested('eve'), dismissed())
      .when({ ...answer('eve'), ...user('ann') })
      .then(refusal('GroupDismissed'));
    given(founded({ ...approval, maximum: 4 }), requested('eve'))
      .when({ ...answer('eve'), ...user('bob') })
      .then(refusal('GroupFull'));
  });

  it('answers an invitation that awaits a manager too, for an API that tells them not apart (003 needVerification 1)', () => {
    const also = { alsoInvitation: true } as const;
    const stage = (answerIs: 'accepted' | 'declined'): GroupEvent => ({
      type: 'InvitationAnswered',
      data: { groupId: GROUP, inviteId: 'i-eve', userId: 'eve', stage: 'manager', answer: answerIs, by: 'bob' },
    });
    const waiting = invited('eve', { awaits: ['manager'] });
    given(founded(approval), waiting)
      .when({ ...answer('eve', also), ...user('bob') })
      .then([
        stage('accepted'),
        joined('eve', { source: 'invitation', inviterId: 'cid', inviteId: 'i-eve', approvedBy: 'bob', joinedAt: NOW }),
      ]);
    given(founded(approval), waiting)
      .when({ ...answer('eve'), ...user('bob') })
      .then(refusal('JoinRequestNotFound'));
    given(founded(approval), waiting, requested('eve'))
      .when({ ...answer('eve', { ...also, answer: 'refused' }), ...user('bob') })
      .then([answered('eve', { answer: 'refused' }), stage('declined')]);
    given(founded(approval), waiting, requested('eve'))
      .when({ ...answer('eve', also), ...user('bob') })
      .then([answered('eve'), invitationEnded('eve', 'joinedOtherwise'), came('eve')]);
    given(founded(approval), waiting, stage('declined'))
      .when({ ...answer('eve', also), ...user('bob') })
      .then(refusal('JoinRequestHandled', { how: 'declined' }));
  });

  it('twice, or too late, is handled as well for an API that tells them not apart, while the invitee is awaited (docs/rules.md A6)', () => {
    const also = { alsoInvitation: true } as const;
    const both = invited('eve', { awaits: ['invitee', 'manager'] });
    const agreed: GroupEvent = {
      type: 'InvitationAnswered',
      data: { groupId: GROUP, inviteId: 'i-eve', userId: 'eve', stage: 'manager', answer: 'accepted', by: 'bob' },
    };
    given(founded(approval), both)
      .when({ ...answer('eve', also), ...user('bob') })
      .then([agreed])
      .outcome({ joined: false });
    for (const more of [{}, { requestId: 'i-eve' }]) {
      given(founded(approval), both, agreed)
        .when({ ...answer('eve', { ...also, ...more }), ...user('bob') })
        .then(refusal('JoinRequestHandled', { userId: 'eve', how: 'accepted' }));
    }
    given(founded(approval), invited('eve', { awaits: ['manager'], expiresAt: NOW }))
      .when({ ...answer('eve', also), ...user('bob') })
      .then(refusal('JoinRequestHandled', { userId: 'eve', how: 'expired' }));
    // What asks the invitee alone was never the managers' to answer.
    given(founded(approval), invited('eve'))
      .when({ ...answer('eve', also), ...user('bob') })
      .then(refusal('JoinRequestNotFound'));
  });
});
