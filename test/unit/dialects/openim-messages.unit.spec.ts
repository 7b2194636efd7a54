import { expect } from 'chai';
import { contentOf } from '../../../api/dialects/openim/message-content.js';
import { msgData } from '../../../api/dialects/openim/message-views.js';
import type { Surroundings } from '../../../api/dialects/openim/surroundings.js';
import type { MessageView } from '../../../application/queries/messages.js';
import type { UserView } from '../../../application/queries/users.js';
import type { Notice } from '../../../domain/conversation/events.js';

const user = (userId: string, nickname: string | null): [string, UserView] => [
  userId,
  { userId, nickname, avatar: null } as UserView,
];

const around: Surroundings = {
  profiles: new Map([user('ann', 'Ann'), user('bob', 'Bob'), user('cas', null)]),
  group: undefined,
  sessionType: 3,
  requestOf: () => undefined,
  isAppAdmin: () => false,
};

const message = (more: Partial<MessageView>): MessageView => ({
  conversation: 'g.g1.1',
  seq: 7,
  messageId: 'm7',
  clientMsgId: null,
  senderId: 'ann',
  senderNickname: 'Ann',
  senderAvatar: null,
  from: 'user',
  platform: null,
  content: null,
  notice: null,
  custom: null,
  mentions: [],
  mentionsAll: false,
  priority: null,
  random: null,
  sentAt: 1_000_000,
  origin: 'sent',
  countsUnread: true,
  updatesLast: true,
  status: 'sent',
  ended: null,
  ...more,
});
const key = { kind: 'group', groupId: 'g1', incarnation: 1 } as const;
const notice = (kind: string, by: string, userIds: string[], more: Partial<Notice> = {}): MessageView =>
  message({ from: 'system', senderId: by, notice: { kind, eventId: 'e', by, userIds, ...more } });

interface Shown {
  readonly type: number;
  readonly body: Record<string, unknown>;
}
const shown = (view: MessageView): Shown => {
  const { contentType, content } = contentOf(view, around);
  return { type: contentType, body: JSON.parse(content) as Record<string, unknown> };
};
const detailOf = ({ body }: Shown): Record<string, unknown> =>
  JSON.parse(String(body['detail'])) as Record<string, unknown>;

describe('what 003 shows of messages', () => {
  it('a text under both names, whichever client wrote it, and what else it holds', () => {
    for (const [body, both] of [
      ['{"content":"hi"}', { content: 'hi', text: 'hi' }],
      ['{"text":"hi"}', { content: 'hi', text: 'hi' }],
      ['{"text":"hi","odd":1}', { content: 'hi', text: 'hi', odd: 1 }],
      ['no JSON', { content: '', text: '' }],
    ] as const) {
      expect(shown(message({ content: { format: 'openim', type: '101', body } }))).to.deep.equal({
        type: 101,
        body: both,
      });
    }
  });

  it('another family’s text in this one’s words, and what has none as a custom element that holds it whole', () => {
    const text = { format: 'parley', type: 'text', body: '{"text":"hi"}' } as const;
    expect(shown(message({ content: text }))).to.deep.equal({ type: 101, body: { content: 'hi', text: 'hi' } });
    const odd = { format: 'tencent', type: 'TIMFaceElem[]', body: '[{"MsgType":"TIMFaceElem"}]' } as const;
    const { type, body } = shown(message({ content: odd }));
    expect(type).to.equal(110);
    expect(JSON.parse(String(body['data']))).to.deep.equal(odd);
  });

  it('its own family’s other kinds byte for byte', () => {
    const body = '{ "url" :  "x", "nested":{"a":[]} }';
    expect(contentOf(message({ content: { format: 'openim', type: '115', body } }), around)).to.deep.equal({
      contentType: 115,
      content: body,
    });
  });

  it('nothing of what was said by somebody who was erased', () => {
    expect(shown(message({ content: null }))).to.deep.equal({ type: 101, body: { content: '', text: '' } });
  });

  it('of what is deleted or hidden only that it was there', () => {
    for (const status of ['deleted', 'hidden'] as const) {
      const data = msgData(message({ status }), key, around);
      expect(data).to.include({ seq: 7, status: 4, content: '', sendID: '', clientMsgID: '', contentType: 0 });
    }
  });

  it('a revoked one as that it was, by whom and as what', () => {
    for (const [as, role] of [
      ['sender', 20],
      ['owner', 100],
      ['admin', 60],
      ['appAdmin', 60],
    ] as const) {
      const view = message({ status: 'revoked', ended: { by: 'bob', as, at: 2_000_000 } });
      const revoked = shown(view);
      expect(revoked.type).to.equal(2101);
      expect(revoked.body['text']).to.equal('Bob recalled a message');
      expect(detailOf(revoked)).to.deep.equal({
        revokerID: 'bob',
        revokerRole: role,
        clientMsgID: 'm7',
        revokerNickname: 'Bob',
        revokeTime: 2_000_000,
        sourceMessageSendTime: 1_000_000,
        sourceMessageSendID: 'ann',
        sourceMessageSenderNickname: 'Ann',
        sessionType: 3,
        seq: 7,
        ex: '',
      });
    }
  });

  it('custom data that is no JSON does no harm', () => {
    for (const custom of ['no JSON', '7', 'null', '[]', '{"ex":7,"msgFrom":"x","senderNickname":null}']) {
      expect(msgData(message({ custom }), key, around), custom).to.include({
        ex: '',
        msgFrom: 100,
        senderNickname: 'Ann',
        status: 1,
      });
    }
  });

  it('lines of the server as the original’s chat copies, with names of now and members that are never null', () => {
    for (const [kind, userIds, type, line, member] of [
      ['GroupCreated', ['bob'], 1501, 'Ann created the group with Bob', 'groupOwnerUser'],
      ['GroupCreated', [], 1501, 'Ann created the group', 'groupOwnerUser'],
      ['MemberJoined', ['bob', 'cas'], 1509, 'Ann brought Bob, cas into the group', 'inviterUser'],
      ['MemberJoined', ['ann'], 1510, 'Ann joined the group', 'entrantUser'],
      ['MemberLeft', ['ann'], 1504, 'Ann left the group', 'quitUser'],
      ['MemberRemoved', ['bob'], 1508, 'Ann removed Bob from the group', 'opUser'],
      ['OwnerTransferred', ['bob'], 1507, 'Ann handed the group over to Bob', 'newGroupOwner'],
      ['MemberMuted', ['bob'], 1512, 'Ann muted Bob', 'mutedUser'],
      ['MemberUnmuted', ['bob'], 1513, 'Ann let Bob speak again', 'mutedUser'],
      ['GroupMuted', [], 1514, 'Ann muted everybody', 'opUser'],
      ['GroupUnmuted', [], 1515, 'Ann let everybody speak again', 'opUser'],
      ['AnnouncementPublished', [], 1519, 'Ann changed the announcement', 'opUser'],
      ['GroupProfileChanged', [], 1520, "Ann changed the group's name", 'opUser'],
      ['GroupDismissed', [], 1511, 'Ann dismissed the group', 'opUser'],
      ['OfALaterVersion', [], 1502, 'Ann changed the group', 'opUser'],
      ['constructor', [], 1502, 'Ann changed the group', 'opUser'],
    ] as const) {
      const told = shown(notice(kind, 'ann', [...userIds]));
      expect([told.type, told.body['text']], kind).to.deep.equal([type, line]);
      const detail = detailOf(told);
      expect(detail['group'], kind).to.be.an('object');
      expect(detail[member], kind).to.be.an('object').with.property('userID').that.is.oneOf(['ann', 'bob']);
    }
  });

  it('a new friendship says who had asked', () => {
    const { type, body } = shown(notice('FriendAdded', 'bob', ['ann']));
    expect([type, body['text']]).to.deep.equal([1201, 'Bob and Ann are friends now']);
    expect(detailOf({ type, body })['fromToUserID']).to.deep.equal({ fromUserID: 'ann', toUserID: 'bob' });
  });

  it('for how long somebody is muted, in seconds', () => {
    const secondsOf = (until: number | null): unknown =>
      detailOf(shown(notice('MemberMuted', 'ann', ['bob'], { until })))['mutedSeconds'];
    expect(secondsOf(1_060_000)).to.equal(60);
    expect(secondsOf(1)).to.equal(0);
    expect(secondsOf(null), 'for ever').to.be.above(3_000_000_000);
  });
});
