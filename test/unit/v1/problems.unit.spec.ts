import { expect } from 'chai';
import { problemOf } from '../../../api/v1/problems.js';
import { DomainError } from '../../../domain/shared/errors.js';

describe('the problems of /v1', () => {
  const told = (userIds: string[], by?: string): readonly [number, string] => {
    const { status, code } = problemOf(new DomainError('NotGroupMember', { userIds }), {}, by);
    return [status, code];
  };

  it('tell the caller who is no member (403) from somebody he names who is none (404)', () => {
    expect(told(['eve'], 'eve')).to.deep.equal([403, 'NotGroupMember']);
    expect(told(['eve'], 'ann')).to.deep.equal([404, 'MemberNotFound']);
    expect(told(['eve', 'ann'], 'ann')).to.deep.equal([403, 'NotGroupMember']);
    expect(told(['eve'])).to.deep.equal([403, 'NotGroupMember']);
  });

  it('name whom they are about', () => {
    const error = new DomainError('NotGroupMember', { userIds: ['eve'] });
    expect(problemOf(error, {}, 'ann')).to.deep.include({
      title: 'Somebody named is not a member of the group',
      facts: { userIds: ['eve'] },
    });
  });

  it('point at what is wrong where it stands in the request, or would stand', () => {
    const pointed = (field: string, body: unknown, query: unknown = {}) =>
      problemOf(new DomainError('InvalidArgument', { field, reason: 'blank' }), {}, undefined, { body, query })
        .errors?.[0]?.pointer;
    const list = { messages: [{ text: ' ' }, { content: { kind: 'image' } }, { original: { body: '{' } }, {}] };
    for (const [field, pointer] of [
      ['messages.0.senderId', '/messages/0/senderId'],
      ['messages.0.content.text', '/messages/0/text'],
      ['messages.0.content.body', '/messages/0/text'],
      ['messages.1.content.url', '/messages/1/content/url'],
      ['messages.1.content.body', '/messages/1/content'],
      ['messages.2.content.body', '/messages/2/original/body'],
      ['messages.3.text', '/messages/3/text'],
      ['messages', '/messages'],
    ] as const) {
      expect(pointed(field, list), field).to.equal(pointer);
    }
    expect(pointed('card.nickname', { nickname: '' })).to.equal('/nickname');
    expect(pointed('settings.retention', { settings: { retentionSeconds: 1 } })).to.equal('/settings/retentionSeconds');
    expect(pointed('members.userId', { members: ['x'] })).to.equal('/members');
    expect(pointed('upToSeq', {}, { upTo: 9 })).to.equal('/upTo');
    expect(pointed('nothing.of', {})).to.equal('/nothing/of');
  });
});
