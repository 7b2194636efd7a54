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
});
