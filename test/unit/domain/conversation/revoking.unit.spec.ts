import { expect } from 'chai';
import type { RevokeMessages } from '../../../../domain/conversation/commands.js';
import { conversationDecider } from '../../../../domain/conversation/decider.js';
import type { ConversationEvent } from '../../../../domain/conversation/events.js';
import { WINDOW } from '../../../../domain/conversation/recent-messages.js';
import type { MessageFacts } from '../../../../domain/conversation/message-facts.js';
import { wantsLookingUp } from '../../../../domain/conversation/state.js';
import type { GroupEvent } from '../../../../domain/group/events.js';
import {
  chatter,
  cleared,
  closed,
  deleted,
  IN_GROUP,
  opened,
  PAIR,
  revoked,
  sent,
  standingOf,
  tell,
} from '../../../support/conversation-stories.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  appAdminFor,
  auditor,
  dismissed,
  founded,
  joined,
  left,
  NOW,
  suspended,
  user,
} from '../../../support/group-stories.js';

const given = specify(conversationDecider);

const revoke = (seqs: number[], more: Partial<RevokeMessages> = {}): RevokeMessages => ({
  type: 'RevokeMessages',
  about: PAIR,
  seqs,
  standing: null,
  revokeWithin: null,
  ...more,
});
const inGroup = (
  userId: string,
  seqs: number[],
  history: readonly (GroupEvent | readonly GroupEvent[])[] = [founded()],
) => revoke(seqs, { about: IN_GROUP, standing: standingOf(userId, history) });

describe('revoking in a single chat', () => {
  const said = [opened(), sent(), sent({ seq: 2, senderId: 'bob' })];

  it('is for the sender, and for app admins', () => {
    given(said)
      .when({ ...revoke([1]), ...user('ann') })
      .then([revoked(1)])
      .outcome({ items: [{ seq: 1, result: 'revoked', as: 'sender' }] });
    given(said)
      .when({ ...revoke([2]), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(said)
      .when({ ...revoke([1, 2]), ...appAdmin })
      .then([revoked(1, 'root', 'appAdmin'), revoked(2, 'root', 'appAdmin', 'bob')]);
    given(said)
      .when({ ...revoke([1]), ...appAdminFor('ann') })
      .then([revoked(1)]);
    given(said)
      .when({ ...revoke([1]), ...user('cid') })
      .then(refusal('NotAParticipant'));
    given(said)
      .when({ ...revoke([1]), ...auditor })
      .then(refusal('NotPermitted'));
  });

  it('only as long as the tenant lets users, by the time at which it was sent', () => {
    const old = [opened(), sent({ sentAt: NOW - 61_000 }), sent({ seq: 2, sentAt: NOW - 60_000 })];
    given(old)
      .when({ ...revoke([1], { revokeWithin: 60_000 }), ...user('ann') })
      .then(refusal('RevocationTooLate', { seq: 1, within: 60_000 }));
    given(old)
      .when({ ...revoke([2], { revokeWithin: 60_000 }), ...user('ann') })
      .then([revoked(2)]);
    given(old)
      .when({ ...revoke([1], { revokeWithin: 60_000 }), ...appAdmin })
      .then([revoked(1, 'root', 'appAdmin')]);
  });

  it('twice is refused as revoked; what is gone or was never said is unknown', () => {
    given(said, revoked(1))
      .when({ ...revoke([1]), ...user('ann') })
      .then(refusal('MessageAlreadyRevoked', { seq: 1 }));
    for (const since of [deleted([1]), cleared(1)]) {
      given(said, since)
        .when({ ...revoke([1]), ...user('ann') })
        .then(refusal('MessageUnknown', { seqs: [1] }));
    }
    given(said)
      .when({ ...revoke([3]), ...user('ann') })
      .then(refusal('MessageUnknown'));
    given()
      .when({ ...revoke([1]), ...user('ann') })
      .then(refusal('MessageUnknown'));
  });

  it('all or none, or reported one by one; a seq named twice counts once', () => {
    given(said)
      .when({ ...revoke([1, 2]), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(said, sent({ seq: 3 }), sent({ seq: 4, sentAt: 0 }), revoked(3))
      .when({ ...revoke([1, 2, 1, 3, 4, 9], { unfit: 'report', revokeWithin: 1_000 }), ...user('ann') })
      .then([revoked(1)])
      .outcome({
        alreadySo: false,
        items: [
          { seq: 1, result: 'revoked', as: 'sender' },
          { seq: 2, result: 'notPermitted' },
          { seq: 3, result: 'already' },
          { seq: 4, result: 'tooLate' },
          { seq: 9, result: 'unknown' },
        ],
      });
  });

  it('names 1 to 100 messages', () => {
    for (const seqs of [[], Array.from({ length: 101 }, (_, i) => i + 1), [0], [1.5]]) {
      given(said)
        .when({ ...revoke(seqs), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'seqs' }));
    }
  });
});

describe('revoking in a group (docs/rules.md D1 "revoke")', () => {
  const said = (...senders: string[]): ConversationEvent[] => [
    opened(IN_GROUP),
    ...senders.map((senderId, index) => sent({ seq: index + 1, senderId })),
  ];
  const by = (userId: string, ...senders: string[]) =>
    given(said(...senders)).when({ ...inGroup(userId, [1]), ...user(userId) });

  it('one’s own; the owner’s reach is everybody’s, an admin’s the ordinary members’', () => {
    by('cid', 'cid').then([revoked(1, 'cid', 'sender')]);
    by('ann', 'bob').then([revoked(1, 'ann', 'owner', 'bob')]);
    by('bob', 'cid').then([revoked(1, 'bob', 'admin', 'cid')]);
    by('bob', 'bob').then([revoked(1, 'bob', 'sender')]);
    by('bob', 'ann').then(refusal('TargetRoleTooHigh', { userId: 'ann', role: 'owner' }));
    by('cid', 'dan').then(refusal('NotGroupManager'));
    given(said('ann'))
      .when({ ...inGroup('root', [1]), ...appAdmin })
      .then([revoked(1, 'root', 'appAdmin')]);
  });

  it('by the role that the sender has now; who has left counts as a member', () => {
    const promoted: GroupEvent = joined('eve', { role: 'admin' });
    given(said('eve'))
      .when({ ...inGroup('bob', [1], [founded(), promoted]), ...user('bob') })
      .then(refusal('TargetRoleTooHigh', { role: 'admin' }));
    given(said('eve'))
      .when({ ...inGroup('bob', [1], [founded(), promoted, left('eve', 'admin')]), ...user('bob') })
      .then([revoked(1, 'bob', 'admin', 'eve')]);
  });

  it('a message that one can see and can’t revoke (docs/rules.md B): one’s own, also after leaving', () => {
    const gone = [founded(), left('cid')];
    given(said('cid', 'dan'))
      .when({ ...inGroup('cid', [1], gone), ...user('cid') })
      .then([revoked(1, 'cid', 'sender')]);
    for (const seq of [2, 3]) {
      given(said('cid', 'dan'))
        .when({ ...inGroup('cid', [seq], gone), ...user('cid') })
        .then(refusal('NotGroupMember', { userIds: ['cid'] }));
    }
  });

  it('as long as the group’s own rules let users, whoever they are', () => {
    const rules = founded({ preset: 'tencent-public' });
    const old = [opened(IN_GROUP), sent({ senderId: 'cid', sentAt: NOW - 120_001 })];
    for (const who of ['cid', 'ann']) {
      given(old)
        .when({ ...inGroup(who, [1], [rules]), ...user(who) })
        .then(refusal('RevocationTooLate', { within: 120_000 }));
    }
    given(old)
      .when({ ...inGroup('root', [1], [rules]), ...appAdmin })
      .then([revoked(1, 'root', 'appAdmin', 'cid')]);
    given(old)
      .when({ ...inGroup('cid', [1]), ...user('cid') })
      .then([revoked(1, 'cid', 'sender')]);
  });

  it('never, to users, of what the server wrote: not to whom it tells of, and not to the owner', () => {
    for (const line of [{ notice: tell().notice }, {}]) {
      const written = [opened(IN_GROUP), sent({ senderId: 'bob', from: 'system', ...line })];
      for (const who of ['bob', 'ann']) {
        given(written)
          .when({ ...inGroup(who, [1]), ...user(who) })
          .then(refusal('NotPermitted'));
      }
      given(written)
        .when({ ...inGroup('root', [1]), ...appAdmin })
        .then([revoked(1, 'root', 'appAdmin', 'bob')]);
    }
  });

  it('not in a blocked or a dismissed group, nor once its conversation is closed', () => {
    const own = said('cid');
    given(own)
      .when({ ...inGroup('cid', [1], [founded(), suspended('blocked')]), ...user('cid') })
      .then(refusal('GroupSuspended'));
    given(own)
      .when({ ...inGroup('cid', [1], [founded(), suspended('noChat')]), ...user('cid') })
      .then([revoked(1, 'cid', 'sender')]);
    given(own)
      .when({ ...inGroup('cid', [1], [founded(), dismissed()]), ...user('cid') })
      .then(refusal('GroupDismissed'));
    given(own, closed)
      .when({ ...inGroup('cid', [1]), ...user('cid') })
      .then(refusal('ConversationClosed'));
    given(own)
      .when({ ...revoke([1], { about: IN_GROUP }), ...user('cid') })
      .then(refusal('GroupNotFound'));
  });
});

describe('messages older than the window', () => {
  const many = [opened(), ...chatter(WINDOW + 10)];
  const fact = (more: Partial<MessageFacts> = {}): MessageFacts => ({
    seq: 1,
    senderId: 'ann',
    author: 'user',
    sentAt: NOW,
    fate: 'shown',
    ...more,
  });
  const revokeOld = (more: Partial<MessageFacts> = {}) => ({
    ...revoke([1], { looked: [fact(more)] }),
    ...user('ann'),
  });

  it('are revoked by what was looked up', () => {
    given(many)
      .when(revokeOld())
      .then([revoked(1)]);
    given(many)
      .when(revokeOld({ senderId: 'bob' }))
      .then(refusal('NotPermitted'));
    given(many)
      .when(revokeOld({ fate: 'revoked' }))
      .then(refusal('MessageAlreadyRevoked'));
    given(many)
      .when(revokeOld({ fate: 'deleted' }))
      .then(refusal('MessageUnknown'));
    given(many)
      .when({ ...revoke([1]), ...user('ann') })
      .then(refusal('MessageUnknown'));
  });

  it('whose revocation or deletion the read side doesn’t know yet aren’t revoked again', () => {
    given(many, revoked(1)).when(revokeOld()).then(refusal('MessageAlreadyRevoked'));
    given(many, deleted([1]))
      .when(revokeOld())
      .then(refusal('MessageUnknown'));
    given(opened(), sent(), revoked(1), chatter(WINDOW + 10).slice(1))
      .when(revokeOld())
      .then(refusal('MessageAlreadyRevoked'));
    given(many, deleted([1]), revoked(1))
      .when(revokeOld({ fate: 'revoked' }))
      .then(refusal('MessageUnknown'));
  });

  it('are named before they leave it, so that what is said meanwhile makes none unknown', () => {
    const state = fold(conversationDecider, many);
    expect([1, 10, 10 + WINDOW / 2].map((seq) => wantsLookingUp(state, seq))).to.deep.equal([true, true, true]);
    expect(wantsLookingUp(state, 11 + WINDOW / 2)).to.equal(false);
    expect(wantsLookingUp(conversationDecider.initialState, 1)).to.equal(false);
  });
});
