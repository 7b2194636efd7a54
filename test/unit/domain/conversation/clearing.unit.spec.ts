import type { ClearConversation, DeleteMessages } from '../../../../domain/conversation/commands.js';
import { conversationDecider } from '../../../../domain/conversation/decider.js';
import { WINDOW } from '../../../../domain/conversation/recent-messages.js';
import {
  chatter,
  cleared,
  closed,
  deleted,
  IN_GROUP,
  opened,
  PAIR,
  revoked,
  say,
  sent,
  standingOf,
  text,
} from '../../../support/conversation-stories.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, dismissed, founded, left, user } from '../../../support/group-stories.js';

const given = specify(conversationDecider);

const remove = (seqs: number[], more: Partial<DeleteMessages> = {}): DeleteMessages => ({
  type: 'DeleteMessages',
  about: PAIR,
  seqs,
  standing: null,
  ...more,
});
const clear = (more: Partial<ClearConversation> = {}): ClearConversation => ({
  type: 'ClearConversation',
  about: PAIR,
  standing: null,
  ...more,
});
const inGroup = (userId: string, history = [founded()]) => ({ about: IN_GROUP, standing: standingOf(userId, history) });

describe('deleting for everybody (docs/rules.md A7)', () => {
  const said = [opened(), sent(), sent({ seq: 2, senderId: 'bob' })];

  it('in a single chat either party any message, and nobody else', () => {
    given(said)
      .when({ ...remove([1, 2]), ...user('bob') })
      .then([deleted([1, 2], 'bob')]);
    given(said)
      .when({ ...remove([1]), ...user('cid') })
      .then(refusal('NotAParticipant', { userId: 'cid' }));
    given(said)
      .when({ ...remove([1]), ...appAdmin })
      .then([deleted([1], 'root', 'appAdmin')]);
  });

  it('also one that has left the window, of which nothing was looked up', () => {
    given(opened(), chatter(WINDOW + 1))
      .when({ ...remove([1]), ...user('bob') })
      .then([deleted([1], 'bob')]);
    given(opened(), chatter(WINDOW + 1), deleted([1]))
      .when({ ...remove([1]), ...user('bob') })
      .thenAlreadySo();
  });

  it('in a group one’s own, else as far as one reaches', () => {
    const group = [opened(IN_GROUP), sent({ senderId: 'cid' }), sent({ seq: 2, senderId: 'ann' })];
    given(group)
      .when({ ...remove([1], inGroup('cid')), ...user('cid') })
      .then([deleted([1], 'cid', 'sender')]);
    given(group)
      .when({ ...remove([2], inGroup('cid')), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(group)
      .when({ ...remove([1, 2], inGroup('bob')), ...user('bob') })
      .then(refusal('TargetRoleTooHigh', { userId: 'ann' }));
    given(group)
      .when({ ...remove([1, 2], { ...inGroup('bob'), unfit: 'report' }), ...user('bob') })
      .then([deleted([1], 'bob', 'admin')])
      .outcome({
        items: [
          { seq: 1, result: 'deleted' },
          { seq: 2, result: 'notPermitted' },
        ],
      });
    given(group)
      .when({ ...remove([1, 2], inGroup('ann')), ...user('ann') })
      .then([deleted([1, 2], 'ann', 'owner')]);
    given(group)
      .when({ ...remove([2], inGroup('zoe')), ...user('zoe') })
      .then(refusal('NotGroupMember', { userIds: ['zoe'] }));
  });

  it('a revoked one too; one that is gone is skipped, one that never was is unknown', () => {
    given(said, revoked(1))
      .when({ ...remove([1]), ...user('ann') })
      .then([deleted([1])]);
    given(said, deleted([1]))
      .when({ ...remove([1, 2]), ...user('ann') })
      .then([deleted([2])])
      .outcome({
        items: [
          { seq: 1, result: 'already' },
          { seq: 2, result: 'deleted' },
        ],
      });
    given(said, cleared(2))
      .when({ ...remove([1, 2]), ...user('ann') })
      .thenAlreadySo();
    given(said)
      .when({ ...remove([3]), ...user('ann') })
      .then(refusal('MessageUnknown', { seqs: [3] }));
    given(said)
      .when({ ...remove([1, 3], { unfit: 'report' }), ...user('ann') })
      .then([deleted([1])])
      .outcome({
        items: [
          { seq: 1, result: 'deleted' },
          { seq: 3, result: 'unknown' },
        ],
      });
    given()
      .when({ ...remove([1]), ...user('ann') })
      .then(refusal('MessageUnknown'));
  });
});

describe('clearing for everybody (docs/rules.md A7)', () => {
  const said = [opened(), ...chatter(3)];

  it('in a single chat either party, up to the newest unless he says less', () => {
    given(said)
      .when({ ...clear(), ...user('bob') })
      .then([cleared(3, 'bob')])
      .outcome({ alreadySo: false, upToSeq: 3 });
    given(said)
      .when({ ...clear({ upToSeq: 2 }), ...user('ann') })
      .then([cleared(2)]);
    given(said)
      .when({ ...clear(), ...user('cid') })
      .then(refusal('NotAParticipant'));
    for (const upToSeq of [4, -1, 0.5]) {
      given(said)
        .when({ ...clear({ upToSeq }), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'upToSeq' }));
    }
  });

  it('in a group its owner, admins, and app admins', () => {
    const group = [opened(IN_GROUP), sent({ senderId: 'ann' })];
    for (const [who, as] of [
      ['ann', 'owner'],
      ['bob', 'admin'],
    ] as const) {
      given(group)
        .when({ ...clear(inGroup(who)), ...user(who) })
        .then([cleared(1, who, as)]);
    }
    given(group)
      .when({ ...clear(inGroup('root')), ...appAdmin })
      .then([cleared(1, 'root', 'appAdmin')]);
    given(group)
      .when({ ...clear(inGroup('cid')), ...user('cid') })
      .then(refusal('NotGroupManager'));
    given(group)
      .when({ ...clear({ about: IN_GROUP, standing: standingOf('cid', [founded(), left('cid')]) }), ...user('cid') })
      .then(refusal('NotGroupMember'));
    given(group)
      .when({ ...clear({ about: IN_GROUP, standing: standingOf('ann', [founded(), dismissed()]) }), ...user('ann') })
      .then(refusal('GroupDismissed'));
    given(group, closed)
      .when({ ...clear(inGroup('ann')), ...user('ann') })
      .then(refusal('ConversationClosed'));
  });

  it('once is enough, and an empty one is clear', () => {
    given(said, cleared(3))
      .when({ ...clear({ upToSeq: 2 }), ...user('ann') })
      .thenAlreadySo();
    given()
      .when({ ...clear(), ...user('ann') })
      .thenAlreadySo();
  });

  it('half-cleared history (docs/rules.md B): all up to it is gone at once, and what follows isn’t', () => {
    for (const seq of [1, 2, 3]) {
      given(said, cleared(3), sent({ seq: 4 }))
        .when({ ...remove([seq]), ...user('ann') })
        .thenAlreadySo();
    }
    given(said, cleared(3))
      .when({ ...say(), ...user('ann') })
      .then([
        sent({ seq: 4, messageId: 'new', content: text('hello'), countable: 4, judgedBy: { friendshipRevision: 3 } }),
      ]);
  });
});
