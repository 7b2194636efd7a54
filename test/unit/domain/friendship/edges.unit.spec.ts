import { expect } from 'chai';
import type { FriendCardChanges, FriendshipEvent } from '../../../../domain/friendship/events.js';
import { friendshipDecider } from '../../../../domain/friendship/decider.js';
import { FRIENDSHIP_SETTINGS, type FriendshipSettings } from '../../../../domain/friendship/settings.js';
import { seenByPeer } from '../../../../domain/friendship/writing.js';
import {
  added,
  asked,
  blocked,
  friends,
  letIn,
  removed,
  shutOut,
  unblocked,
  withdrawn,
} from '../../../support/friendship-stories.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, auditor, user } from '../../../support/group-stories.js';

const given = specify(friendshipDecider);

const facts = (settings: Partial<FriendshipSettings>) => ({ settings: { ...FRIENDSHIP_SETTINGS, ...settings } });
const remove = (settings: Partial<FriendshipSettings> = {}) =>
  ({ type: 'RemoveFriend', ownerId: 'ann', friendId: 'bob', ...facts(settings), ...user('ann') }) as const;
const block = (settings: Partial<FriendshipSettings> = {}) =>
  ({ type: 'BlockUser', ownerId: 'ann', blockedId: 'bob', ext: 'spam', ...facts(settings), ...user('ann') }) as const;
const unblock = { type: 'UnblockUser', ownerId: 'ann', blockedId: 'bob', ...user('ann') } as const;
const importing = { type: 'ImportFriend', ownerId: 'ann', friendId: 'bob', ...appAdmin } as const;
const setCard = (changes: FriendCardChanges, pinned?: boolean) =>
  ({
    type: 'ChangeFriendCard',
    ownerId: 'ann',
    friendId: 'bob',
    changes,
    ...(pinned !== undefined && { pinned }),
    ...user('ann'),
  }) as const;
const cardChanged = (data: object): FriendshipEvent =>
  ({ type: 'FriendCardChanged', data: { ownerId: 'ann', friendId: 'bob', by: 'ann', ...data } }) as FriendshipEvent;

describe('taking a friend off one’s list', () => {
  it('is one-sided; a non-friend is gone already', () => {
    given(friends)
      .when(remove())
      .then([removed('ann', 'bob')]);
    given(friends, removed('ann', 'bob')).when(remove()).thenAlreadySo();
    given(friends, removed('bob', 'ann'))
      .when(remove())
      .then([removed('ann', 'bob')]);
    given()
      .when(remove({ deletingBlocks: true }))
      .thenAlreadySo();
  });

  it('blocks him where the tenant has it so (004), unless he is blocked', () => {
    given(friends)
      .when(remove({ deletingBlocks: true }))
      .then([removed('ann', 'bob'), shutOut('ann', 'bob')]);
    given(friends, blocked('ann', 'bob'))
      .when(remove({ deletingBlocks: true }))
      .then([removed('ann', 'bob')]);
  });

  it('leaves what he asked, also where the blocked may not ask: only who is blocked on purpose isn’t heard (004)', () => {
    const settings = { deletingBlocks: true, blockedMayAsk: false };
    given(added('ann', 'bob'), asked('bob', 'ann'))
      .when(remove(settings))
      .then([removed('ann', 'bob'), shutOut('ann', 'bob')]);
    given(friends, removed('ann', 'bob'), shutOut('ann', 'bob'))
      .when({ ...block(settings), ext: '' })
      .then([blocked('ann', 'bob')]);
    given(friends, removed('ann', 'bob'), shutOut('ann', 'bob'), blocked('ann', 'bob'))
      .when(block(settings))
      .thenAlreadySo();
  });

  it('is one’s own act, or an app admin’s', () => {
    given(friends)
      .when({ ...remove(), ...appAdmin })
      .then([removed('ann', 'bob', 'root')]);
    for (const who of [user('bob'), user('cid'), auditor]) {
      given(friends)
        .when({ ...remove(), ...who })
        .then(refusal('NotPermitted'));
    }
    given()
      .when({ ...remove(), friendId: 'ann' })
      .then(refusal('SelfNotAllowed', { userId: 'ann' }));
  });
});

describe('what one keeps about a friend', () => {
  it('is written where it changes, and cleared in one way', () => {
    given(friends)
      .when(setCard({ remark: 'Bobby', phone: '', ext: null }, true))
      .then([cardChanged({ changes: { remark: 'Bobby' }, pinned: true })])
      .outcome({ changed: ['remark', 'pinned'] });
    given(friends, cardChanged({ changes: { remark: 'Bobby' }, pinned: true }))
      .when(setCard({ remark: 'Bobby' }, true))
      .thenAlreadySo();
    given(friends, cardChanged({ changes: { remark: 'Bobby' } }))
      .when(setCard({ remark: '' }))
      .then([cardChanged({ changes: { remark: null } })]);
    given(friends, cardChanged({ pinned: true }))
      .when(setCard({}, false))
      .then([cardChanged({ pinned: false })]);
  });

  it('goes with him: who comes back has no remark', () => {
    given(
      friends,
      cardChanged({ changes: { remark: 'Bobby' }, pinned: true }),
      removed('ann', 'bob'),
      added('ann', 'bob'),
    )
      .when(setCard({ remark: '' }, false))
      .thenAlreadySo();
  });

  it('is of one’s friends only, whether or not one is theirs', () => {
    given(friends, removed('bob', 'ann'))
      .when(setCard({}, true))
      .then([cardChanged({ pinned: true })]);
    given(friends, removed('ann', 'bob'))
      .when(setCard({ remark: 'Bobby' }))
      .then(refusal('FriendNotFound', { ownerId: 'ann', friendId: 'bob' }));
    for (const who of [user('bob'), user('cid'), auditor]) {
      given(friends)
        .when({ ...setCard({ remark: 'x' }), ...who })
        .then(refusal('NotPermitted'));
    }
  });

  it('has bounds, all of which are told at once', () => {
    given(friends)
      .when(setCard({ remark: 'a\nb', description: 'x'.repeat(1_025), phone: 'x'.repeat(129) }))
      .then(
        refusal('InvalidArgument', {
          field: 'remark',
          further: [
            { field: 'description', reason: 'longer than 1024 characters' },
            { field: 'phone', reason: 'longer than 128 characters' },
          ],
        }),
      );
  });
});

describe('blocking', () => {
  it('leaves the friendship and what was asked as they are (003)', () => {
    given(friends)
      .when(block())
      .then([blocked('ann', 'bob', 'spam')]);
    given(asked('bob', 'ann'))
      .when(block())
      .then([blocked('ann', 'bob', 'spam')]);
    given(blocked('ann', 'bob')).when(block()).thenAlreadySo();
  });

  it('ends what the blocked had asked, where he may not ask (004)', () => {
    given(asked('bob', 'ann'))
      .when(block({ blockedMayAsk: false }))
      .then([blocked('ann', 'bob', 'spam'), withdrawn('bob', 'ann', 'blocked')]);
    given(asked('ann', 'bob'))
      .when(block({ blockedMayAsk: false }))
      .then([blocked('ann', 'bob', 'spam')]);
  });

  it('ends once; who isn’t blocked needn’t be freed', () => {
    given(blocked('ann', 'bob'))
      .when(unblock)
      .then([unblocked('ann', 'bob')]);
    given(blocked('bob', 'ann')).when(unblock).thenAlreadySo();
  });

  it('is one’s own act, upon somebody else', () => {
    given()
      .when({ ...block(), ...appAdmin })
      .then([blocked('ann', 'bob', 'spam', 'root')]);
    for (const command of [block(), unblock]) {
      for (const who of [user('bob'), user('cid'), auditor]) {
        given(blocked('ann', 'bob'))
          .when({ ...command, ...who })
          .then(refusal('NotPermitted'));
      }
      given()
        .when({ ...command, blockedId: 'ann' })
        .then(refusal('SelfNotAllowed'));
    }
    given()
      .when({ ...block(), ext: 'x'.repeat(4_097) })
      .then(refusal('InvalidArgument', { field: 'ext' }));
  });
});

describe('importing friends', () => {
  it('adds the directions that are missing, and ends what was asked', () => {
    given()
      .when(importing)
      .then([...friends]);
    given(friends).when(importing).thenAlreadySo();
    given(friends, removed('bob', 'ann'), asked('bob', 'ann'))
      .when(importing)
      .then([withdrawn('bob', 'ann', 'becameFriends', 'root'), added('bob', 'ann', { source: 'import', by: 'root' })]);
  });

  it('lifts the block that came with taking one off the list, and none that was asked for', () => {
    given(friends, removed('bob', 'ann'), shutOut('bob', 'ann'), blocked('ann', 'bob'))
      .when(importing)
      .then([added('bob', 'ann', { source: 'import', by: 'root' }), letIn('bob', 'ann', 'root')]);
  });

  it('is for app admins, and for two', () => {
    for (const who of [user('ann'), user('bob'), auditor]) {
      given()
        .when({ ...importing, ...who })
        .then(refusal('NotPermitted'));
    }
    given()
      .when({ ...importing, friendId: 'ann' })
      .then(refusal('CannotBefriendYourself'));
  });
});

describe('how one stands with whom he writes to (docs/rules.md A9)', () => {
  const seen = (history: readonly FriendshipEvent[], from = 'ann', to = 'bob') =>
    seenByPeer(fold(friendshipDecider, history), from, to);

  it('is a matter of the other’s list and the other’s blocks', () => {
    expect(seen([])).to.deep.equal({ blockedByPeer: false, friendOfPeer: false });
    expect(seen([...friends])).to.deep.equal({ blockedByPeer: false, friendOfPeer: true });
    expect(seen([...friends, removed('ann', 'bob'), blocked('ann', 'bob')])).to.deep.equal({
      blockedByPeer: false,
      friendOfPeer: true,
    });
    expect(seen([...friends, removed('bob', 'ann'), blocked('bob', 'ann')])).to.deep.equal({
      blockedByPeer: true,
      friendOfPeer: false,
    });
    expect(seen([blocked('bob', 'ann'), unblocked('bob', 'ann')]).blockedByPeer).to.equal(false);
  });

  it('is well with oneself', () => {
    expect(seen([], 'ann', 'ann')).to.deep.equal({ blockedByPeer: false, friendOfPeer: true });
  });
});
