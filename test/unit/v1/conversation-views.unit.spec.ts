import { expect } from 'chai';
import { conversationIdOf, conversationNamed, CONVERSATION_ID } from '../../../api/v1/conversation-ids.js';
import { noticeInWords, saidIn } from '../../../api/v1/conversation-views.js';

describe('how /v1 shows conversations', () => {
  it('names them relative to their reader, and ids may hold colons', () => {
    for (const id of ['user:bob', 'user:a:b:c', 'group:x:1', 'notifications']) {
      expect(CONVERSATION_ID.test(id), id).to.equal(true);
      const target = conversationNamed(id, 'ada');
      const key = target.kind === 'group' ? { ...target, incarnation: 3 } : target;
      expect(conversationIdOf(key, 'ada')).to.equal(id);
    }
    expect(conversationIdOf({ kind: 'single', a: 'ada', b: 'bob' }, 'bob')).to.equal('user:ada');
    for (const id of [
      '',
      'bob',
      'user:',
      'user:a b',
      'group',
      'notifications:ada',
      'User:bob',
      `user:${'a'.repeat(65)}`,
    ])
      expect(CONVERSATION_ID.test(id), id).to.equal(false);
  });

  it('says each line of the server’s in words, with names where there are any', () => {
    const names = new Map([['ada', 'Ada'] as const, ['gone', null] as const]);
    const line = { eventId: 'e', by: 'ada', userIds: ['bob'] };
    expect(noticeInWords({ ...line, kind: 'MemberRemoved' }, names)).to.equal('Ada removed bob');
    expect(noticeInWords({ ...line, kind: 'MemberMuted', until: 0 }, names)).to.equal(
      'Ada muted bob until 1970-01-01T00:00:00.000Z',
    );
    expect(noticeInWords({ ...line, kind: 'MemberMuted', until: null }, names)).to.equal('Ada muted bob for good');
    expect(noticeInWords({ ...line, kind: 'FriendAdded', by: 'gone' }, names)).to.equal('gone and bob are friends now');
    const many = Array.from({ length: 50 }, (_, n) => `u${n.toString()}`);
    expect(noticeInWords({ ...line, kind: 'MemberJoined', userIds: many }, names)).to.equal(
      'Ada brought in u0, u1, u2, u3, u4, 45 more',
    );
    expect(noticeInWords({ ...line, kind: 'constructor' }, names)).to.equal('Ada: constructor bob');
    for (const kind of ['GroupCreated', 'MemberLeft', 'OwnerTransferred', 'GroupMuted', 'GroupDismissed'])
      expect(noticeInWords({ ...line, kind }, names), kind).to.match(/^Ada (?:made|left|handed|muted|dismissed) /);
  });

  it('shows what it can’t read as nothing, and throws at nothing', () => {
    expect(saidIn({ format: 'parley', type: 'text', body: 'not JSON' }).body).to.equal(null);
    expect(saidIn({ format: 'openim', type: '101', body: '{"content":"Hi"}' }).body).to.deep.equal({
      kind: 'text',
      text: 'Hi',
    });
  });
});
