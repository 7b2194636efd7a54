import { expect } from 'chai';
import { conversationDecider } from '../../../../domain/conversation/decider.js';
import type { ConversationEvent } from '../../../../domain/conversation/events.js';
import { MOST_IMPORTED, MOST_IMPORTED_BYTES } from '../../../../domain/conversation/importing.js';
import { REPEAT_WITHIN_MS } from '../../../../domain/conversation/state.js';
import {
  bring,
  chatter,
  closed,
  IN_GROUP,
  opened,
  sent,
  standingOf,
  tell,
  text,
} from '../../../support/conversation-stories.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, dismissed, founded, NOW, user } from '../../../support/group-stories.js';

const given = specify(conversationDecider);

const then = NOW - 1_000_000;
const imported = (seq: number, more: Parameters<typeof sent>[0] = {}) =>
  sent({ seq, messageId: `i${seq.toString()}`, content: text('then'), sentAt: then, origin: 'imported', ...more });

describe('importing messages', () => {
  it('keeps their times, which order nothing, and opens the conversation', () => {
    given()
      .when({ ...bring([{ sentAt: then + 9 }, { senderId: 'bob' }]), ...appAdmin })
      .then([opened(), imported(1, { sentAt: then + 9 }), imported(2, { senderId: 'bob' })])
      .outcome({ opened: true, alreadySo: false });
    given(opened(), chatter(1))
      .when({ ...bring([{ messageId: 'i2', countsUnread: false }]), ...appAdmin })
      .then([imported(2, { countsUnread: false, countable: 1 })])
      .outcome({
        items: [{ result: 'imported', seq: 2, messageId: 'i2', sentAt: then, countable: 1, sameContent: true }],
      });
  });

  it('is for app admins', () => {
    given(opened())
      .when({ ...bring([{}]), ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('goes into no dismissed group and no closed conversation; the senders needn’t be members any more', () => {
    const inGroup = (...more: Parameters<typeof standingOf>[1] & object) => ({
      ...bring([{ senderId: 'zoe' }], { about: IN_GROUP, standing: standingOf('zoe', [founded(), ...more]) }),
      ...appAdmin,
    });
    given()
      .when(inGroup())
      .then([opened(IN_GROUP), imported(1, { senderId: 'zoe', judgedBy: { groupRevision: 4 } })]);
    given().when(inGroup(dismissed())).then(refusal('GroupDismissed'));
    given(opened(IN_GROUP), closed).when(inGroup()).then(refusal('ConversationClosed'));
    given()
      .when({ ...bring([{}], { about: IN_GROUP }), ...appAdmin })
      .then(refusal('GroupNotFound'));
  });

  it('again is no second message: by its own id, or by sender, random, content and nearly the same time', () => {
    given(opened(), imported(1, { clientMsgId: 'c' }), imported(2, { random: 7, messageId: 'i2' }))
      .when({
        ...bring([{ clientMsgId: 'c' }, { random: 7, sentAt: then + REPEAT_WITHIN_MS }]),
        ...appAdmin,
      })
      .thenAlreadySo();
    const twice = bring([{ clientMsgId: 'c' }, { clientMsgId: 'c', messageId: 'other', content: text('other') }]);
    given()
      .when({ ...twice, ...appAdmin })
      .then([opened(), imported(1, { clientMsgId: 'c' })])
      .outcome({
        items: [
          { result: 'imported', seq: 1, messageId: 'i1', sentAt: then, countable: 1, sameContent: true },
          { result: 'repeated', seq: 1, messageId: 'i1', sentAt: then, countable: 1, sameContent: false },
        ],
      });
  });

  it('takes all or none, or reports what it can’t take (001: 10004, 80002)', () => {
    const wrong = bring([
      { sentAt: NOW + 1 },
      { content: { format: 'openim', type: '101', body: `"${'x'.repeat(65_536)}"` } },
      { senderId: 'cid' },
      {},
    ]);
    given(opened())
      .when({ ...wrong, ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'messages.0.sentAt' }));
    given(opened())
      .when({ ...wrong, unfit: 'report', ...appAdmin })
      .then([imported(1, { messageId: 'i4' })])
      .outcome({
        items: [
          { result: 'timeInvalid', field: 'sentAt', reason: 'must be whole milliseconds UTC, not in the future' },
          { result: 'tooLong', field: 'content.body', reason: 'longer than 65536 bytes' },
          { result: 'invalid', field: 'senderId', reason: 'must be one of the two' },
          { result: 'imported', seq: 1, messageId: 'i4', sentAt: then, countable: 1, sameContent: true },
        ],
      });
    given()
      .when({ ...bring([{ sentAt: -1 }], { unfit: 'report' }), ...appAdmin })
      .then([])
      .outcome({ alreadySo: true, opened: false });
  });

  it('in order takes none from before the newest that somebody wrote, nor from before the group, to the second (001)', () => {
    const standing = { ...standingOf('ann', [founded()]), createdAt: then };
    const results = (times: number[], ...said: ConversationEvent[]): string[] => {
      const messages = times.map((sentAt, n) => ({ sentAt, content: text(n.toString()) }));
      const asked = bring(messages, { about: IN_GROUP, standing, inOrder: true, unfit: 'report' });
      const { outcome } = conversationDecider.decide(fold(conversationDecider, said), { ...asked, ...appAdmin });
      return outcome.command === 'ImportMessages' ? outcome.items.map(({ result }) => result) : [];
    };
    expect(results([then - 999, then - 1_000, then + 5_000, then + 4_001, then + 4_000, then + 5_000])).to.deep.equal([
      'imported',
      'timeInvalid',
      'imported',
      'imported',
      'timeInvalid',
      'imported',
    ]);
    const story = [opened(IN_GROUP), imported(1, { sentAt: then + 9_000 })];
    const { events: line } = conversationDecider.decide(fold(conversationDecider, story), { ...tell(), ...appAdmin });
    expect(results([then + 8_000, then + 9_000], ...story, ...line), 'a line is nobody’s').to.deep.equal([
      'timeInvalid',
      'imported',
    ]);
  });

  it('goes into no group that keeps no messages (001 AVChatRoom: 10007)', () => {
    const standing = standingOf('ann', [founded({ preset: 'tencent-avchatroom' })]);
    given()
      .when({ ...bring([{}], { about: IN_GROUP, standing }), ...appAdmin })
      .then(refusal('RulesForbid', { act: 'import' }));
  });

  it('is bounded, so that it is one append', () => {
    const body = `"${'x'.repeat(60_000)}"`;
    const long = { content: { format: 'openim', type: '101', body } } as const;
    expect(5 * body.length).to.be.greaterThan(MOST_IMPORTED_BYTES);
    for (const messages of [
      [],
      Array.from({ length: MOST_IMPORTED + 1 }, () => ({})),
      Array.from({ length: 5 }, () => long),
    ]) {
      given(opened())
        .when({ ...bring(messages), ...appAdmin })
        .then(refusal('InvalidArgument', { field: 'messages' }));
    }
  });
});
