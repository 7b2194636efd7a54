import { expect } from 'chai';
import { type Relation, rowOf, statusOf } from '../../../api/dialects/sealtalk/friends/rows.js';
import type { BlockView, FriendRequestView, FriendView } from '../../../application/queries/friendships.js';
import type { UserView } from '../../../application/queries/users.js';

const friend = { since: 5, card: { remark: 'Bobby' } } as FriendView;
const block = (why: BlockView['why']): BlockView => ({ why, blockedAt: 9 }) as BlockView;
const request = (status: FriendRequestView['status'], askedAt = 1): FriendRequestView =>
  ({ status, askedAt, endedAt: status === 'pending' ? null : askedAt + 1, message: 'hello' }) as FriendRequestView;

describe('004: how one stands toward another', () => {
  const cases: readonly (readonly [number | undefined, string, Relation])[] = [
    [undefined, 'nothing between them', {}],
    [10, 'he has asked', { sent: request('pending') }],
    [11, 'he is asked', { received: request('pending') }],
    [20, 'friends', { friend, sent: request('accepted') }],
    [20, 'friends without a request', { friend }],
    [31, 'a friend on the blacklist', { friend, block: block('requested') }],
    [20, 'a friend who was blocked by a deletion, and is one again', { friend, block: block('friendRemoved') }],
    [10, 'he keeps one who took him off, and asks again', { friend, sent: request('pending') }],
    [11, 'he took him off and is asked again', { received: request('pending'), block: block('friendRemoved') }],
    [30, 'he took him off', { received: request('accepted'), block: block('friendRemoved') }],
    [30, 'he took off one who had been imported', { block: block('friendRemoved') }],
    [30, 'he took him off, and has unblocked him', { sent: request('accepted') }],
    [21, 'he has ignored him', { received: request('ignored') }],
    [21, 'he has refused him over another API', { received: request('refused') }],
    [10, 'he was ignored, and isn’t told so', { sent: request('ignored') }],
    [10, 'he may not ask, and isn’t told so', { sent: request('blocked') }],
    [undefined, 'he has blocked who asked', { received: request('blocked'), block: block('requested') }],
    [undefined, 'he has blocked a stranger', { block: block('requested') }],
    [undefined, 'he has taken it back', { sent: request('withdrawn') }],
    [21, 'the newer of two counts', { sent: request('ignored', 1), received: request('ignored', 3) }],
    [10, 'whichever way', { sent: request('ignored', 3), received: request('ignored', 1) }],
  ];
  for (const [status, what, relation] of cases)
    it(`${String(status)}: ${what}`, () => {
      expect(statusOf(relation)).to.equal(status);
    });

  const user = { userId: 'bob', number: 7, nickname: 'Bob', avatar: '', phone: '+8613812345678' } as UserView;
  const row = (relation: Relation): unknown => rowOf(relation, user, { ofNumber: () => 'aaaaaaaaa' });

  it('the words stand with whom they were said to, the number with who has him', () => {
    expect(row({ friend, received: request('accepted') })).to.deep.include({
      displayName: 'Bobby',
      message: 'hello',
      updatedAt: '1970-01-01T00:00:00.005Z',
      updatedTime: 5,
    });
    expect(row({ friend })).to.have.nested.include({ 'user.region': '86', 'user.phone': '13812345678' });
    expect(row({ sent: request('pending') })).to.have.nested.include({
      message: '',
      'user.region': '',
      'user.phone': '',
    });
    expect(row({ received: request('pending') })).to.have.nested.include({ message: 'hello', 'user.phone': '' });
  });
});
