import { expect } from 'chai';
import { CONTENT_BODY, MOST_MENTIONS } from '../../../../domain/conversation/bounds.js';
import type { SendMessage } from '../../../../domain/conversation/commands.js';
import { conversationDecider } from '../../../../domain/conversation/decider.js';
import type { ConversationEvent } from '../../../../domain/conversation/events.js';
import { WINDOW } from '../../../../domain/conversation/recent-messages.js';
import { REPEAT_WITHIN_MS } from '../../../../domain/conversation/state.js';
import type { GroupEvent } from '../../../../domain/group/events.js';
import {
  chatter,
  cleared,
  closed,
  deleted,
  IN_GROUP,
  NOTICES,
  opened,
  peers,
  revoked,
  say,
  sent,
  standingOf,
  tell,
  text,
} from '../../../support/conversation-stories.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  appAdminFor,
  auditor,
  dismissed,
  founded,
  GROUP,
  muted,
  NOW,
  suspended,
  user,
} from '../../../support/group-stories.js';

const given = specify(conversationDecider);

/** What `say` leads to, as the first message. */
const first = sent({ messageId: 'new', content: text('hello'), judgedBy: { friendshipRevision: 3 } });
const silenced = (speakers: string[] = []): GroupEvent => ({
  type: 'GroupMuted',
  data: { groupId: GROUP, by: 'ann', speakers },
});
const inGroup = (
  senderId: string,
  history: readonly (GroupEvent | readonly GroupEvent[])[],
  more: Partial<SendMessage> = {},
) => say({ about: IN_GROUP, senderId, standing: standingOf(senderId, history), ...more });

describe('sending', () => {
  it('opens the conversation with its first message, in one append', () => {
    given()
      .when({ ...say(), ...user('ann') })
      .then([opened(), first])
      .outcome({ seq: 1, messageId: 'new', sentAt: NOW, countable: 1, opened: true, kept: true, sameContent: true });
  });

  it('numbers on without gaps, and counts those that count as unread (docs/rules.md A9)', () => {
    given(opened(), chatter(2))
      .when({ ...say({ countsUnread: false, updatesLast: false }), ...user('ann') })
      .then([sent({ ...first.data, seq: 3, countable: 2, countsUnread: false, updatesLast: false })])
      .outcome({ seq: 3, countable: 2, opened: false });
  });

  it('carries what the sender says with it, each person meant once', () => {
    const said = {
      clientMsgId: 'c',
      custom: '{"ex":"x"}',
      mentionsAll: true,
      priority: 'high',
      random: 7,
      senderPlatform: 5,
    } as const;
    given(opened())
      .when({ ...say({ ...said, mentions: ['bob', 'bob'] }), ...user('ann') })
      .then([sent({ ...first.data, ...said, mentions: ['bob'] })]);
  });

  it('a user speaks for himself, an app admin for anybody, in the name of the service he alone', () => {
    given(opened())
      .when({ ...say({ senderId: 'bob' }), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(opened())
      .when({ ...say(), ...auditor })
      .then(refusal('NotPermitted'));
    given(opened())
      .when({ ...say({ from: 'system' }), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(opened())
      .when({ ...say(), ...appAdminFor('ann') })
      .then([first]);
    given(opened())
      .when({ ...say({ from: 'system', senderId: 'root', standing: null }), ...appAdmin })
      .then([sent({ ...first.data, from: 'system', senderId: 'root', judgedBy: {} })]);
  });

  it('only the two of a pair write in their chat, and nobody to himself', () => {
    given(opened())
      .when({ ...say({ senderId: 'cid' }), ...user('cid') })
      .then(refusal('NotAParticipant', { userId: 'cid' }));
    given()
      .when({ ...say({ about: { kind: 'single', a: 'ann', b: 'ann' } }), ...user('ann') })
      .then(refusal('SelfNotAllowed'));
    given()
      .when({ ...say({ about: { kind: 'single', a: 'bob', b: 'ann' } }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'about' }));
  });

  it('only app admins write notifications', () => {
    given()
      .when({ ...say({ about: NOTICES, standing: null }), ...user('ann') })
      .then(refusal('NotPermitted'));
    given()
      .when({ ...say({ about: NOTICES, standing: null, senderId: 'root' }), ...appAdmin })
      .then([opened(NOTICES), sent({ ...first.data, senderId: 'root', judgedBy: {} })]);
  });

  it('what is for those who are connected is judged, and not kept; so is all in a group that keeps no history', () => {
    given(opened(), chatter(2))
      .when({ ...say({ onlineOnly: true }), ...user('ann') })
      .then([])
      .outcome({ alreadySo: false, kept: false, seq: 0, countable: 2 });
    given()
      .when({ ...inGroup('cid', [founded({ preset: 'tencent-avchatroom' })]), ...user('cid') })
      .then([])
      .outcome({ alreadySo: false, kept: false, opened: false });
    given(opened())
      .when({ ...say({ onlineOnly: true, standing: peers({ blockedByPeer: true }) }), ...user('ann') })
      .then(refusal('BlockedByPeer'));
  });
});

describe('who may speak in a group (docs/rules.md A9, in its order)', () => {
  const all: GroupEvent[] = [...founded(), suspended('noChat'), muted('cid', null), silenced()];
  const speaks = (senderId: string, ...history: (GroupEvent | readonly GroupEvent[])[]) =>
    given().when({ ...inGroup(senderId, history), ...user(senderId) });

  it('nobody in one that isn’t there or was dismissed, app admins neither', () => {
    speaks('cid').then(refusal('GroupNotFound'));
    speaks('cid', all, dismissed()).then(refusal('GroupDismissed'));
    for (const from of ['user', 'system'] as const) {
      given()
        .when({ ...inGroup('root', [all, dismissed()], { from }), ...appAdmin })
        .then(refusal('GroupDismissed'));
    }
  });

  it('nobody in the conversation of an incarnation that is over', () => {
    const standing = standingOf('cid', [founded()], 2);
    given()
      .when({ ...say({ about: { ...IN_GROUP, incarnation: 2 }, senderId: 'cid', standing }), ...user('cid') })
      .then(refusal('GroupDismissed'));
  });

  it('only members, then only while it isn’t suspended, the owner no more than others', () => {
    speaks('zoe', all).then(refusal('NotGroupMember', { userIds: ['zoe'] }));
    for (const who of ['ann', 'bob', 'cid']) speaks(who, all).then(refusal('GroupSuspended', { mode: 'noChat' }));
    speaks('cid', founded(), suspended('blocked')).then(refusal('GroupSuspended', { mode: 'blocked' }));
    given()
      .when({ ...inGroup('cid', [founded(), suspended('noPrivateChat')]), ...user('cid') })
      .then([opened(IN_GROUP), sent({ ...first.data, senderId: 'cid', judgedBy: { groupRevision: 5 } })]);
  });

  it('then not who is muted, until his deadline and not at it; the owner always', () => {
    const accepted = (senderId: string, history: readonly (GroupEvent | readonly GroupEvent[])[]) => {
      given()
        .when({ ...inGroup(senderId, history), ...user(senderId) })
        .then([
          opened(IN_GROUP),
          sent({ ...first.data, senderId, judgedBy: { groupRevision: history.flat().length - 1 } }),
        ]);
    };
    speaks('cid', founded(), muted('cid', NOW + 1), silenced()).then(
      refusal('MemberMuted', { userId: 'cid', until: NOW + 1 }),
    );
    speaks('cid', founded(), muted('cid', null)).then(refusal('MemberMuted', { until: null }));
    speaks('bob', founded(), muted('bob', null)).then(refusal('MemberMuted', { userId: 'bob' }));
    accepted('cid', [founded(), muted('cid', NOW)]);
    accepted('bob', [founded({ values: { mutedAdminMaySpeak: true } }), muted('bob', null), silenced()]);
    accepted('ann', [founded(), muted('ann', null), silenced()]);
  });

  it('then, where everybody is muted, only owner, admins and the speakers named', () => {
    speaks('cid', founded(), silenced(['dan'])).then(refusal('GroupMuted', { groupId: GROUP }));
    for (const who of ['ann', 'bob', 'dan']) {
      given(opened(IN_GROUP))
        .when({ ...inGroup(who, [founded(), silenced(['dan'])]), ...user(who) })
        .then([sent({ ...first.data, senderId: who, judgedBy: { groupRevision: 5 } })]);
    }
  });

  it('the content’s limits come last', () => {
    const content = text(' ');
    given()
      .when({ ...inGroup('cid', [founded(), silenced()], { content }), ...user('cid') })
      .then(refusal('GroupMuted'));
    given()
      .when({ ...inGroup('cid', [founded()], { content }), ...user('cid') })
      .then(refusal('InvalidArgument', { field: 'content.text' }));
  });

  it('an app admin is free of it when he speaks for himself, and judged like the user in whose name he speaks', () => {
    for (const from of ['user', 'system'] as const) {
      given(opened(IN_GROUP))
        .when({ ...inGroup('root', [all], { from }), ...appAdmin })
        .then([sent({ ...first.data, senderId: 'root', from, judgedBy: { groupRevision: all.length - 1 } })]);
    }
    given(opened(IN_GROUP))
      .when({ ...inGroup('cid', [founded(), muted('cid', null)]), ...appAdminFor('cid') })
      .then(refusal('MemberMuted'));
  });
});

describe('who may write to whom', () => {
  const writes = (facts: Parameters<typeof peers>[0]) =>
    given(opened()).when({ ...say({ standing: peers(facts) }), ...user('ann') });

  it('not whom the other has blocked, then no stranger where the tenant wants friends, then not who wants no messages', () => {
    const all = { blockedByPeer: true, strangersMayWrite: false, friendOfPeer: false, peerReceives: 'none' } as const;
    writes(all).then(refusal('BlockedByPeer', { userId: 'bob' }));
    writes({ ...all, blockedByPeer: false }).then(refusal('NotAFriend', { userId: 'bob' }));
    writes({ ...all, blockedByPeer: false, friendOfPeer: true }).then(
      refusal('PeerDeclinesMessages', { userId: 'bob' }),
    );
    writes({ ...all, blockedByPeer: false, strangersMayWrite: true }).then(refusal('PeerDeclinesMessages'));
    writes({ friendOfPeer: false, peerReceives: 'silent' }).then([first]);
  });

  it('nobody of whom nothing is known', () => {
    given()
      .when({ ...say({ standing: null }), ...user('ann') })
      .then(refusal('NotAFriend'));
  });

  it('an app admin who speaks for himself always, in a chat of his own', () => {
    const about = { kind: 'single', a: 'ann', b: 'root' } as const;
    given()
      .when({ ...say({ about, senderId: 'root', standing: peers({ blockedByPeer: true }) }), ...appAdmin })
      .then([opened(about), sent({ ...first.data, senderId: 'root' })]);
    given()
      .when({ ...say({ senderId: 'root' }), ...appAdmin })
      .then(refusal('NotAParticipant'));
  });
});

describe('duplicate messages on a retry (docs/rules.md B)', () => {
  const earlier = sent({ clientMsgId: 'c', content: text('hello'), sentAt: NOW - 5 });
  const answer = {
    alreadySo: true,
    seq: 1,
    messageId: 'm1',
    sentAt: NOW - 5,
    countable: 1,
    opened: false,
    sameContent: true,
  };
  const again = say({ clientMsgId: 'c' });

  it('the sender’s own id brings the first one’s answer, and no second message', () => {
    const retry = given(opened(), earlier, chatter(3).slice(1)).when({ ...again, ...user('ann') });
    retry.thenAlreadySo();
    retry.then([]).outcome(answer);
  });

  it('also once he may no longer speak, and when it was taken away or closed since', () => {
    for (const since of [revoked(1), deleted([1]), cleared(1), closed]) {
      given(opened(), earlier, since)
        .when({ ...say({ clientMsgId: 'c', standing: peers({ blockedByPeer: true }) }), ...user('ann') })
        .then([])
        .outcome(answer);
    }
  });

  it('with other content it is still the first one’s, and says so', () => {
    given(opened(), earlier)
      .when({ ...say({ clientMsgId: 'c', content: text('other') }), ...user('ann') })
      .then([])
      .outcome({ ...answer, sameContent: false });
  });

  it('his own: another’s message of that id is another message', () => {
    given(opened(), earlier)
      .when({ ...say({ clientMsgId: 'c', senderId: 'bob' }), ...user('bob') })
      .then([sent({ ...first.data, seq: 2, clientMsgId: 'c', senderId: 'bob', countable: 2 })]);
  });

  it('for ever: what has left the window comes in with the command', () => {
    const before = [opened(), earlier, ...chatter(WINDOW + 1).slice(1)];
    given(before)
      .when({ ...again, ...user('ann') })
      .then([sent({ ...first.data, clientMsgId: 'c', seq: WINDOW + 2, countable: WINDOW + 2 })]);
    const duplicate = { seq: 1, messageId: 'm1', sentAt: NOW - 5, countable: 1, content: text('hello') };
    given(before)
      .when({ ...again, looked: { duplicate }, ...user('ann') })
      .then([])
      .outcome(answer);
    given(before)
      .when({ ...again, looked: { duplicate: { ...duplicate, content: text('other') } }, ...user('ann') })
      .then([])
      .outcome({ ...answer, sameContent: false });
  });

  it('sender, random and content within five minutes are the same message (001), and no longer', () => {
    const random = sent({ random: 9, content: text('hello'), sentAt: NOW - REPEAT_WITHIN_MS });
    const asked = say({ random: 9 });
    given(opened(), random)
      .when({ ...asked, ...user('ann') })
      .then([])
      .outcome({ alreadySo: true, seq: 1, messageId: 'm1' });
    for (const other of [{ random: 8 }, { content: text('other') }] as const) {
      expect(decided([opened(), random], { ...asked, ...other }).events).to.have.length(1);
    }
    expect(decided([opened(), random], asked, NOW + 1).events).to.have.length(1);
  });

  it('counts the five minutes from the newest of them', () => {
    const old = sent({ random: 9, content: text('hello'), sentAt: NOW - 2 * REPEAT_WITHIN_MS });
    const recent = sent({ seq: 2, random: 9, content: text('hello'), sentAt: NOW - 1 });
    expect(decided([opened(), old, recent], say({ random: 9 })).outcome).to.include({ alreadySo: true, seq: 2 });
  });

  it('a second notice of the same event is none', () => {
    const told = sent({ notice: tell().notice, from: 'system' });
    given(opened(IN_GROUP), told)
      .when({ ...tell(), ...appAdmin })
      .then([])
      .outcome({ alreadySo: true, seq: 1, messageId: 'm1' });
  });

  const decided = (events: readonly ConversationEvent[], command: SendMessage, at = NOW) =>
    conversationDecider.decide(fold(conversationDecider, events), { ...command, ...user('ann'), at });
});

describe('notices', () => {
  it('are the server’s, speak for whoever did it, and open the conversation', () => {
    const notice = tell().notice;
    given()
      .when({ ...tell(), judgedBy: { groupRevision: 4 }, countsUnread: false, ...appAdmin })
      .then([
        opened(IN_GROUP),
        sent({
          messageId: 'new',
          notice,
          from: 'system',
          countsUnread: false,
          countable: 0,
          judgedBy: { groupRevision: 4 },
        }),
      ])
      .outcome({ seq: 1, opened: true, countable: 0 });
    given()
      .when({ ...tell(), ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('may be in the words of the family whose clients read them, and are told once all the same', () => {
    const words = {
      content: { format: 'sealtalk', type: 'ST:GrpNtf', body: '{"operation":"Rename"}' },
      custom: '{"fromUserId":"__system__"}',
      mentionsAll: true,
    } as const;
    const told = sent({ ...words, messageId: 'new', clientMsgId: 'new', from: 'system', judgedBy: {} });
    given()
      .when({ ...tell(), words, ...appAdmin })
      .then([opened(IN_GROUP), told])
      .outcome({ seq: 1, alreadySo: false });
    given(opened(IN_GROUP), told)
      .when({ ...tell(), words, ...appAdmin })
      .then([])
      .outcome({ seq: 1, alreadySo: true, messageId: 'new' });
    given()
      .when({ ...tell(), words: { content: { ...words.content, body: 'no JSON' } }, ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'content.body' }));
    given()
      .when({ ...tell(), words, ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('follow a closing no more than anything else', () => {
    given(opened(IN_GROUP), closed)
      .when({ ...tell(), ...appAdmin })
      .then(refusal('ConversationClosed'));
  });
});

describe('nothing follows the closing', () => {
  it('whoever asks, and whatever he was judged by', () => {
    for (const who of [
      { ...inGroup('cid', [founded()]), ...user('cid') },
      { ...inGroup('root', [founded()], { from: 'system' }), ...appAdmin },
    ]) {
      given(opened(IN_GROUP), chatter(1), closed)
        .when(who)
        .then(refusal('ConversationClosed', { why: 'groupDismissed' }));
    }
  });
});

describe('the limits of a message', () => {
  const refused = (message: Partial<SendMessage>, field: string) => {
    given(opened())
      .when({ ...say(message), ...user('ann') })
      .then(refusal('InvalidArgument', { field }));
  };
  const openim = (body: string, type = '101') => ({ format: 'openim', type, body }) as const;
  const bodyOf = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

  it('hold for content: format, type, size and JSON', () => {
    refused({ content: { ...text('x'), format: 'icq' as 'openim' } }, 'content.format');
    refused({ content: openim('{}', '') }, 'content.type');
    refused({ content: openim('{}', 'x'.repeat(65)) }, 'content.type');
    refused({ content: openim('') }, 'content.body');
    refused({ content: openim('{') }, 'content.body');
    refused({ content: openim(bodyOf(CONTENT_BODY.max + 1)) }, 'content.body');
    given(opened())
      .when({ ...say({ content: openim(bodyOf(CONTENT_BODY.max)) }), ...user('ann') })
      .then([sent({ ...first.data, content: openim(bodyOf(CONTENT_BODY.max)) })]);
  });

  it('hold for /v1’s own form, in which a text has something to see', () => {
    refused({ content: text('\u200b ') }, 'content.text');
    refused({ content: { format: 'parley', type: 'shout', body: '{}' } }, 'content.type');
    refused({ content: { format: 'parley', type: 'image', body: '{"url":7}' } }, 'content.url');
    refused({ content: { format: 'parley', type: 'file', body: '{"url":"u"}' } }, 'content.name');
    refused({ content: { format: 'parley', type: 'quote', body: '{"text":"x"}' } }, 'content.quoted');
    refused({ content: { format: 'parley', type: 'text', body: '"hello"' } }, 'content.text');
  });

  const serversWords = [
    openim('{"detail":"{}"}', '2101'),
    openim('{"detail":"{}"}', '1508'),
    openim('{"text":"somebody’s message"}', '00111'),
    { format: 'sealtalk', type: 'ST:GrpNtf', body: '{"operation":"Kicked"}' },
    { format: 'sealtalk', type: 'RC:RcCmd', body: '{}' },
    { format: 'tencent', type: 'TIMTextElem[]', body: '[{"MsgType":"TIMGroupTipElem","MsgContent":{}}]' },
  ] as const;

  it('keep everybody from saying what the clients of a family take for word of their server', () => {
    for (const content of serversWords) refused({ content }, 'content.type');
    given(opened())
      .when({ ...say({ content: openim('{}', '107') }), ...user('ann') })
      .then([sent({ ...first.data, content: openim('{}', '107') })]);
  });

  it('let the service itself say it', () => {
    for (const content of serversWords) {
      given(opened())
        .when({ ...say({ content, from: 'system', senderId: 'root', standing: null }), ...appAdmin })
        .then([sent({ ...first.data, content, from: 'system', senderId: 'root', judgedBy: {} })]);
    }
  });

  it('hold for all that goes with it', () => {
    refused({ clientMsgId: '' }, 'clientMsgId');
    refused({ clientMsgId: 'x'.repeat(129) }, 'clientMsgId');
    refused({ custom: 'no JSON' }, 'custom');
    refused({ custom: bodyOf(8 * 1024 + 1) }, 'custom');
    refused({ mentions: Array.from({ length: MOST_MENTIONS + 1 }, (_, i) => `u${i.toString()}`) }, 'mentions');
    refused({ mentions: ['no id!'] }, 'mentions');
    refused({ priority: 'urgent' as 'high' }, 'priority');
    for (const random of [-1, 2 ** 32, 0.5]) refused({ random }, 'random');
    for (const senderPlatform of [0, 11]) refused({ senderPlatform }, 'senderPlatform');
  });
});
