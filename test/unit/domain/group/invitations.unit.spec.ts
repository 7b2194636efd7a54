import type { AddMembers, AnswerInvitation, Invitee, WithdrawInvitation } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupEvent, InvitationAnswered } from '../../../../domain/group/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  appAdminFor,
  auditor,
  dismissed,
  founded,
  GROUP,
  invitationEnded,
  invited,
  joined,
  NOW,
  requested,
  requestEnded,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);

type Named = string | Invitee;
const add = (named: readonly Named[], more: Partial<AddMembers> = {}): AddMembers => ({
  type: 'AddMembers',
  groupId: GROUP,
  invitees: named.map((one) => (typeof one === 'string' ? { userId: one, inviteId: `i-${one}` } : one)),
  ...more,
});
const shy = (userId: string): Invitee => ({ userId, inviteId: `i-${userId}`, wantsConsent: true });
const answer = (userId: string, more: Partial<AnswerInvitation> = {}): AnswerInvitation => ({
  type: 'AnswerInvitation',
  groupId: GROUP,
  userId,
  answer: 'accepted',
  ...more,
});
const answered = (userId: string, more: Partial<InvitationAnswered['data']> = {}): GroupEvent => ({
  type: 'InvitationAnswered',
  data: { groupId: GROUP, inviteId: `i-${userId}`, userId, stage: 'invitee', answer: 'accepted', by: userId, ...more },
});
const withdraw = (userId: string): WithdrawInvitation => ({ type: 'WithdrawInvitation', groupId: GROUP, userId });
const came = (userId: string, inviterId: string, more = {}) =>
  joined(userId, { source: 'invitation', inviterId, inviteId: `i-${userId}`, joinedAt: NOW, ...more });
const approval = { joinPolicy: { selfJoin: 'open', memberInvite: 'approval' } } as const;

describe('adding people to a group', () => {
  it('a member’s invitation lets in at once where the policy says so (D0 "invite by ordinary", 003 needVerification 0)', () => {
    given(founded())
      .when({ ...add(['eve']), ...user('cid') })
      .then([invited('eve', { awaits: [] }), came('eve', 'cid')])
      .outcome({ alreadySo: false, items: [{ userId: 'eve', result: 'joined' }] });
  });

  it('waits for a manager where the policy wants it, but not when owner or admin invite (003: 1, 002: joinType 2, 004)', () => {
    given(founded(approval))
      .when({ ...add(['eve'], { reason: 'plays well' }), ...user('cid') })
      .then([invited('eve', { awaits: ['manager'], reason: 'plays well' })])
      .outcome({ items: [{ userId: 'eve', result: 'awaitsManager' }] });
    for (const manager of ['ann', 'bob']) {
      given(founded(approval))
        .when({ ...add(['eve']), ...user(manager) })
        .then([invited('eve', { inviterId: manager, awaits: [] }), came('eve', manager)]);
    }
    given(founded(approval))
      .when({ ...add(['eve']), ...appAdminFor('cid') })
      .then([invited('eve', { awaits: [] }), came('eve', 'cid')]);
  });

  it('is refused to ordinary members where the policy says so (002 joinType 1: -10005)', () => {
    const closed = { joinPolicy: { selfJoin: 'closed', memberInvite: 'refused' } } as const;
    given(founded(closed))
      .when({ ...add(['eve']), ...user('cid') })
      .then(refusal('InviteClosed', { groupId: GROUP }));
    given(founded(closed))
      .when({ ...add(['eve']), ...user('bob') })
      .then([invited('eve', { inviterId: 'bob', awaits: [] }), came('eve', 'bob')]);
  });

  it('asks the invitee where his setting and the rules want it (004 groupVerify: status 3), before a manager', () => {
    given(founded(approval))
      .when({ ...add([shy('eve')]), ...user('cid') })
      .then([invited('eve', { awaits: ['invitee', 'manager'] })])
      .outcome({ items: [{ userId: 'eve', result: 'awaitsInvitee' }] });
    given(founded({ preset: 'openim' }))
      .when({ ...add([shy('eve')]), ...user('cid') })
      .then([invited('eve', { awaits: [] }), came('eve', 'cid', { seesEarlier: true })]);
    given(founded({ values: { inviteeConsent: 'always' } }))
      .when({ ...add(['eve']), ...user('ann') })
      .then([invited('eve', { inviterId: 'ann', awaits: ['invitee'] })]);
  });

  it('an app admin adds without a manager and, if he says so, without asking (docs/events.md; 001: 3 waits for consent)', () => {
    given(founded(approval))
      .when({ ...add(['eve']), ...appAdmin })
      .then([joined('eve', { source: 'admin', inviterId: 'root', joinedAt: NOW })]);
    given(founded())
      .when({ ...add([shy('eve')]), ...appAdmin })
      .then([invited('eve', { inviterId: 'root' })]);
    given(founded())
      .when({ ...add([shy('eve')], { consent: 'waive' }), ...appAdmin })
      .then([joined('eve', { source: 'admin', inviterId: 'root', joinedAt: NOW })]);
    given(founded())
      .when({ ...add([shy('eve')], { consent: 'waive' }), ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('is for members only (004 add doesn’t look; docs/rules.md A7), and for nobody where the rules forbid it (001 AVChatRoom)', () => {
    given(founded())
      .when({ ...add(['fay']), ...user('eve') })
      .then(refusal('NotGroupMember', { userIds: ['eve'] }));
    given(founded({ preset: 'tencent-avchatroom' }))
      .when({ ...add(['eve']), ...appAdmin })
      .then(refusal('RulesForbid', { act: 'invite' }));
    given(founded())
      .when({ ...add(['eve']), ...auditor })
      .then(refusal('NotPermitted'));
    given(founded(), dismissed())
      .when({ ...add(['eve']), ...appAdmin })
      .then(refusal('GroupDismissed'));
  });

  it('tells of each item, or refuses all, as the caller’s API expects (001 Result 0–4, 003 all or nothing)', () => {
    const nobody = { userId: 'zed', inviteId: 'i-zed', exists: false };
    const all = ['bob', 'eve', 'eve', nobody, 'fay'];
    const report = { repeated: 'report', already: 'report', unknown: 'report', full: 'report' } as const;
    given(founded({ maximum: 5 }))
      .when({ ...add(all, report), ...user('ann') })
      .then([invited('eve', { inviterId: 'ann', awaits: [] }), came('eve', 'ann')])
      .outcome({
        items: [
          { userId: 'bob', result: 'already' },
          { userId: 'eve', result: 'joined' },
          { userId: 'eve', result: 'repeated' },
          { userId: 'zed', result: 'unknown' },
          { userId: 'fay', result: 'full' },
        ],
      });
    const by = user('ann');
    given(founded({ maximum: 5 }))
      .when({ ...add(all, { ...report, repeated: 'refuse' }), ...by })
      .then(refusal('DuplicateItems', { items: ['eve'] }));
    given(founded({ maximum: 5 }))
      .when({ ...add(all, { ...report, already: 'refuse' }), ...by })
      .then(refusal('AlreadyGroupMember', { userIds: ['bob'] }));
    given(founded({ maximum: 5 }))
      .when({ ...add(all, { ...report, unknown: 'refuse' }), ...by })
      .then(refusal('UserNotFound', { userIds: ['zed'] }));
    given(founded({ maximum: 5 }))
      .when({ ...add(all, { ...report, full: 'refuse' }), ...by })
      .then(refusal('GroupFull', { maximum: 5 }));
    given(founded())
      .when({ ...add(['bob', 'cid']), ...by })
      .thenAlreadySo();
    given(founded())
      .when({ ...add([]), ...by })
      .then(refusal('InvalidArgument', { field: 'invitees' }));
    given(founded())
      .when({ ...add(['eve'], { expiresAt: NOW }), ...by })
      .then(refusal('InvalidArgument', { field: 'expiresAt' }));
  });

  it('refuses a member in the list only where people join at once, for an API that wants it so (D1 invite)', () => {
    const where = { already: 'refuseWhereJoining' } as const;
    given(founded(approval))
      .when({ ...add(['bob', 'eve'], where), ...user('cid') })
      .then([invited('eve', { awaits: ['manager'] })])
      .outcome({
        items: [
          { userId: 'bob', result: 'already' },
          { userId: 'eve', result: 'awaitsManager' },
        ],
      });
    given(founded(approval))
      .when({ ...add(['bob', 'eve'], where), ...user('ann') })
      .then(refusal('AlreadyGroupMember', { userIds: ['bob'] }));
    given(founded(approval))
      .when({ ...add(['bob', 'eve'], { already: 'refuse' }), ...user('cid') })
      .then(refusal('AlreadyGroupMember', { userIds: ['bob'] }));
  });

  it('inviting again supersedes what is pending; the very same invitation is already so (docs/rules.md A6)', () => {
    const again = { userId: 'eve', inviteId: 'i2', wantsConsent: true };
    given(founded(), invited('eve'))
      .when({ ...add([again]), ...user('dan') })
      .then([invitationEnded('eve', 'superseded'), invited('eve', { inviteId: 'i2', inviterId: 'dan' })]);
    given(founded(), invited('eve'))
      .when({ ...add([shy('eve')]), ...user('cid') })
      .thenAlreadySo();
    given(founded(), invited('eve', { expiresAt: NOW }))
      .when({ ...add([again]), ...user('dan') })
      .then([invitationEnded('eve', 'expired'), invited('eve', { inviteId: 'i2', inviterId: 'dan' })]);
  });

  it('no more wait than the group may have members, whoever names them: one member can’t fill it for ever', () => {
    const small = { ...approval, maximum: 5 } as const;
    const waiting = ['p1', 'p2', 'p3', 'p4'].map((id) => invited(id, { awaits: ['manager'] }));
    const both = add(['eve', 'fay'], { full: 'report' });
    given(founded(small), waiting)
      .when({ ...both, ...user('cid') })
      .then([invited('eve', { awaits: ['manager'] })])
      .outcome({
        items: [
          { userId: 'eve', result: 'awaitsManager' },
          { userId: 'fay', result: 'full' },
        ],
      });
    given(founded(small), waiting)
      .when({ ...add(['eve', 'fay']), ...user('cid') })
      .then(refusal('GroupFull', { maximum: 5 }));
    // In a full group too: somebody may leave before they are answered. And whoever is named again takes no second place.
    given(founded({ ...small, maximum: 4 }), waiting)
      .when({ ...add([{ userId: 'p1', inviteId: 'i2' }]), ...user('dan') })
      .then([
        invitationEnded('p1', 'superseded'),
        invited('p1', { inviteId: 'i2', inviterId: 'dan', awaits: ['manager'] }),
      ]);
  });

  it('those that have expired give way to new ones, and are no more than these', () => {
    const small = { ...approval, maximum: 4 } as const;
    const expired = ['p1', 'p2', 'p3'].map((id) => invited(id, { awaits: ['manager'], expiresAt: NOW }));
    const waiting = invited('p4', { awaits: ['manager'] });
    given(founded(small), expired, waiting)
      .when({ ...add([{ userId: 'p2', inviteId: 'i2' }, 'eve', 'fay', 'gus'], { full: 'report' }), ...user('cid') })
      .then([
        invitationEnded('p1', 'expired'),
        invitationEnded('p3', 'expired'),
        invitationEnded('p2', 'expired'),
        invited('p2', { inviteId: 'i2', awaits: ['manager'] }),
        invited('eve', { awaits: ['manager'] }),
        invited('fay', { awaits: ['manager'] }),
      ])
      .outcome({
        items: [
          { userId: 'p2', result: 'awaitsManager' },
          { userId: 'eve', result: 'awaitsManager' },
          { userId: 'fay', result: 'awaitsManager' },
          { userId: 'gus', result: 'full' },
        ],
      });
  });

  it('whoever comes in waits for nothing else any more', () => {
    given(founded(approval), invited('eve', { awaits: ['manager'] }), requested('eve'))
      .when({ ...add([{ userId: 'eve', inviteId: 'i2' }]), ...user('ann') })
      .then([
        invitationEnded('eve', 'joinedOtherwise'),
        invited('eve', { inviteId: 'i2', inviterId: 'ann', awaits: [] }),
        requestEnded('eve', 'joinedOtherwise'),
        came('eve', 'ann', { inviteId: 'i2' }),
      ]);
    given(founded(), invited('eve'), requested('eve'))
      .when({ ...add(['eve'], { consent: 'waive' }), ...appAdmin })
      .then([
        invitationEnded('eve', 'joinedOtherwise'),
        requestEnded('eve', 'joinedOtherwise'),
        joined('eve', { source: 'admin', inviterId: 'root', joinedAt: NOW }),
      ]);
  });
});

describe('answering an invitation', () => {
  it('the invitee’s yes lets him in, or leaves it to a manager; a no ends it (004 agree)', () => {
    given(founded(), invited('eve'))
      .when({ ...answer('eve', { message: 'thanks' }), ...user('eve') })
      .then([answered('eve', { message: 'thanks' }), came('eve', 'cid')])
      .outcome({ joined: true });
    given(founded(), invited('eve', { awaits: ['invitee', 'manager'] }))
      .when({ ...answer('eve'), ...user('eve') })
      .then([answered('eve')])
      .outcome({ joined: false });
    given(founded(), invited('eve'))
      .when({ ...answer('eve', { answer: 'declined' }), ...user('eve') })
      .then([answered('eve', { answer: 'declined' })])
      .outcome({ joined: false });
  });

  it('a manager’s yes is the group’s: not an ordinary member’s (the hole of 004 agree, docs/rules.md A7)', () => {
    const waiting = [...founded(), invited('eve', { awaits: ['manager'] })];
    given(waiting)
      .when({ ...answer('eve'), ...user('bob') })
      .then([answered('eve', { stage: 'manager', by: 'bob' }), came('eve', 'cid', { approvedBy: 'bob' })]);
    given(waiting)
      .when({ ...answer('eve'), ...user('dan') })
      .then(refusal('NotGroupManager'));
    given(waiting)
      .when({ ...answer('eve'), ...user('fay') })
      .then(refusal('NotGroupMember'));
    given(
      founded(),
      invited('eve', { awaits: ['invitee', 'manager'] }),
      answered('eve', { stage: 'manager', by: 'bob' }),
    )
      .when({ ...answer('eve'), ...user('eve') })
      .then([answered('eve'), came('eve', 'cid', { approvedBy: 'bob' })]);
  });

  it('twice is refused by name (docs/rules.md A6), as is what never was', () => {
    const handled = [...founded(), invited('eve'), answered('eve', { answer: 'declined' })];
    given(handled)
      .when({ ...answer('eve'), ...user('eve') })
      .then(refusal('InvitationHandled', { userId: 'eve', how: 'declined' }));
    given(founded(), invited('eve', { awaits: ['invitee', 'manager'] }), answered('eve'))
      .when({ ...answer('eve'), ...user('eve') })
      .then(refusal('InvitationHandled', { userId: 'eve' }));
    given(founded())
      .when({ ...answer('eve'), ...user('eve') })
      .then(refusal('InvitationNotFound', { userId: 'eve' }));
    given(founded(), invited('eve'))
      .when({ ...answer('eve', { inviteId: 'another' }), ...user('eve') })
      .then(refusal('InvitationNotFound'));
  });

  it('too late, or where there is no room, or no group any more, is refused (docs/rules.md A4)', () => {
    given(founded(), invited('eve', { expiresAt: NOW }))
      .when({ ...answer('eve'), ...user('eve') })
      .then(refusal('InvitationExpired', { expiredAt: NOW }));
    given(founded({ maximum: 4 }), invited('eve'))
      .when({ ...answer('eve'), ...user('eve') })
      .then(refusal('GroupFull'));
    given(founded(), invited('eve'), dismissed())
      .when({ ...answer('eve'), ...user('eve') })
      .then(refusal('GroupDismissed'));
  });

  it('can be made needless: who invited, or a manager, takes it back', () => {
    for (const who of ['cid', 'bob']) {
      given(founded(), invited('eve'))
        .when({ ...withdraw('eve'), ...user(who) })
        .then([invitationEnded('eve', 'withdrawn')]);
    }
    given(founded(), invited('eve'), invitationEnded('eve', 'withdrawn'))
      .when({ ...withdraw('eve'), ...user('bob') })
      .thenAlreadySo();
    given(founded(), invited('eve'))
      .when({ ...withdraw('eve'), ...user('dan') })
      .then(refusal('NotGroupManager'));
    given(founded(), invited('eve'), invitationEnded('eve', 'withdrawn'))
      .when({ ...answer('eve'), ...user('eve') })
      .then(refusal('InvitationHandled', { how: 'withdrawn' }));
  });
});
