import { friendshipDecider } from '../../../../domain/friendship/decider.js';
import type { FriendshipEvent } from '../../../../domain/friendship/events.js';
import { FRIENDSHIP_SETTINGS, type FriendshipSettings } from '../../../../domain/friendship/settings.js';
import {
  added,
  answered,
  asked,
  ASKED,
  blocked,
  friends,
  letIn,
  removed,
  shutOut,
  withdrawn,
} from '../../../support/friendship-stories.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, appAdminFor, auditor, NOW, user } from '../../../support/group-stories.js';

const given = specify(friendshipDecider);

type Settings = Partial<FriendshipSettings>;
const ask = (from: string, to: string, more: object = {}, settings: Settings = {}) =>
  ({
    type: 'RequestFriend',
    from,
    to,
    requestId: `${from}-2`,
    consent: true,
    settings: { ...FRIENDSHIP_SETTINGS, ...settings },
    ...user(from),
    ...more,
  }) as const;
const answer = (
  from: string,
  to: string,
  said: 'accepted' | 'refused' | 'ignored',
  more: object = {},
  settings: Settings = {},
) =>
  ({
    type: 'AnswerFriendRequest',
    from,
    to,
    answer: said,
    settings: { ...FRIENDSHIP_SETTINGS, ...settings },
    ...user(to),
    ...more,
  }) as const;
const withdraw = (from: string, to: string, more: object = {}) =>
  ({ type: 'WithdrawFriendRequest', from, to, ...user(from), ...more }) as const;

const bothAdded = (requestId: string | undefined, by: string, source: 'request' | 'scan' = 'request') => [
  added('ann', 'bob', { by, source, ...(requestId !== undefined && { requestId }) }),
  added('bob', 'ann', { by, source, ...(requestId !== undefined && { requestId }) }),
];

describe('asking to be friends (003 add_friend, 004 invite)', () => {
  it('writes the request with who asked, what he said and how he came to', () => {
    given()
      .when(ask('ann', 'bob', { message: 'It’s me', source: 'scan', ext: '{"x":1}' }))
      .then([
        asked('ann', 'bob', { requestId: 'ann-2', message: 'It’s me', source: 'scan', ext: '{"x":1}', askedAt: NOW }),
      ])
      .outcome({ result: 'requested', requestId: 'ann-2' });
  });

  it('is for oneself, or by an app admin', () => {
    given()
      .when({ ...ask('ann', 'bob'), ...appAdmin })
      .then([asked('ann', 'bob', { requestId: 'ann-2', by: 'root', askedAt: NOW })]);
    given()
      .when({ ...ask('ann', 'bob'), ...appAdminFor('ann') })
      .then([asked('ann', 'bob', { requestId: 'ann-2', by: 'ann', askedAt: NOW })]);
    for (const who of [user('bob'), user('cid'), auditor]) {
      given()
        .when({ ...ask('ann', 'bob'), ...who })
        .then(refusal('NotPermitted'));
    }
  });

  it('is not for oneself with oneself (1301), not among friends (1304)', () => {
    given()
      .when(ask('ann', 'ann'))
      .then(refusal('CannotBefriendYourself', { userId: 'ann' }));
    given(friends)
      .when(ask('ann', 'bob'))
      .then(refusal('AlreadyFriends', { ownerId: 'ann', friendId: 'bob' }));
  });

  it('may be for one direction that is missing, whichever', () => {
    for (const [owner, friend] of [
      ['ann', 'bob'],
      ['bob', 'ann'],
    ] as const) {
      given(friends, removed(owner, friend))
        .when(ask('ann', 'bob'))
        .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    }
  });

  it('has bounds for what is said, and a source that is no import', () => {
    const wrong = { message: 'x'.repeat(1_025), ext: 'ü'.repeat(2_049) };
    given()
      .when(ask('ann', 'bob', wrong))
      .then(
        refusal('InvalidArgument', {
          field: 'message',
          further: [{ field: 'ext', reason: 'longer than 4096 bytes' }],
        }),
      );
    given()
      .when(ask('ann', 'bob', { source: 'import' }))
      .then(refusal('InvalidArgument', { field: 'source' }));
    given()
      .when(ask('ann', 'b b'))
      .then(refusal('InvalidArgument', { field: 'to' }));
  });

  it('again supersedes the one that is pending, and stands anew after a refusal', () => {
    given(asked('ann', 'bob'))
      .when(ask('ann', 'bob'))
      .then([withdrawn('ann', 'bob', 'superseded'), asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    given(asked('ann', 'bob'), answered('ann', 'bob', 'refused'))
      .when(ask('ann', 'bob'))
      .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
  });

  it('again within the tenant’s interval changes nothing, however the last one ended, unless it made friends', () => {
    const soon: Settings = { requestAgainAfterMs: NOW - ASKED + 1, answeredAgainAfterMs: NOW - ASKED + 1 };
    given(asked('ann', 'bob'))
      .when(ask('ann', 'bob', {}, soon))
      .then([])
      .outcome({ alreadySo: true, result: 'unchanged', requestId: 'ann-1' });
    for (const end of [
      answered('ann', 'bob', 'refused'),
      answered('ann', 'bob', 'ignored'),
      withdrawn('ann', 'bob', 'withdrawn'),
    ]) {
      given(asked('ann', 'bob'), end)
        .when(ask('ann', 'bob', {}, soon))
        .then([])
        .outcome({ alreadySo: true, result: 'unchanged' });
      given(asked('ann', 'bob'), end)
        .when(ask('ann', 'bob', {}, { requestAgainAfterMs: NOW - ASKED, answeredAgainAfterMs: NOW - ASKED }))
        .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    }
    given(asked('ann', 'bob'), answered('ann', 'bob', 'accepted'), bothAdded('ann-1', 'bob'), removed('bob', 'ann'))
      .when(ask('ann', 'bob', {}, soon))
      .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
  });

  it('after an answer has an interval of its own (004: a day, else three)', () => {
    const settings: Settings = { requestAgainAfterMs: NOW - ASKED + 1, answeredAgainAfterMs: NOW - ASKED };
    given(asked('ann', 'bob'), answered('ann', 'bob', 'ignored'))
      .when(ask('ann', 'bob', {}, settings))
      .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    given(asked('ann', 'bob'))
      .when(ask('ann', 'bob', {}, settings))
      .thenAlreadySo();
  });

  it('of who is still in the other’s list has him back at once, where the tenant has it so (004)', () => {
    const back: Settings = { backUnasked: true };
    given(...friends, removed('ann', 'bob'))
      .when(ask('ann', 'bob', {}, back))
      .then([added('ann', 'bob', { by: 'ann', source: 'request' })])
      .outcome({ result: 'added', how: 'back' });
    given(...friends, removed('bob', 'ann'))
      .when(ask('ann', 'bob', {}, back))
      .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    given(...friends, removed('ann', 'bob'))
      .when(ask('ann', 'bob'))
      .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
  });

  it('of who has asked himself is accepting: one friendship in one append, with the words of who asked second', () => {
    given(asked('bob', 'ann', { source: 'scan' }))
      .when(ask('ann', 'bob', { message: 'Me too' }))
      .then([
        answered('bob', 'ann', 'accepted', { message: 'Me too' }),
        added('bob', 'ann', { by: 'ann', source: 'scan', requestId: 'bob-1' }),
        added('ann', 'bob', { by: 'ann', source: 'scan', requestId: 'bob-1' }),
      ])
      .outcome({ result: 'added', requestId: 'bob-1' });
  });

  it('is needless where one lets himself be added unasked, and ends what had been asked', () => {
    given()
      .when(ask('ann', 'bob', { consent: false, source: 'scan' }))
      .then(bothAdded(undefined, 'ann', 'scan'))
      .outcome({ result: 'added' });
    given(asked('ann', 'bob'))
      .when(ask('ann', 'bob', { consent: false }))
      .then([withdrawn('ann', 'bob', 'becameFriends'), ...bothAdded(undefined, 'ann')]);
    for (const blocks of [blocked('bob', 'ann'), shutOut('bob', 'ann')]) {
      given(blocks)
        .when(ask('ann', 'bob', { consent: false }))
        .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    }
    given(shutOut('ann', 'bob'))
      .when(ask('ann', 'bob', { consent: false }))
      .then([...bothAdded(undefined, 'ann'), letIn('ann', 'bob', 'ann')]);
  });

  it('reaches who has blocked one (003), or by the tenant’s setting goes nowhere (004), without a word why', () => {
    const deaf: Settings = { blockedMayAsk: false };
    given(blocked('bob', 'ann'))
      .when(ask('ann', 'bob'))
      .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    given(blocked('bob', 'ann'))
      .when(ask('ann', 'bob', {}, deaf))
      .then([])
      .outcome({ command: 'RequestFriend', alreadySo: true, result: 'unchanged' });
    given(shutOut('bob', 'ann'))
      .when(ask('ann', 'bob', {}, deaf))
      .then([asked('ann', 'bob', { requestId: 'ann-2', askedAt: NOW })]);
    given(blocked('bob', 'ann'))
      .when(ask('bob', 'ann', {}, deaf))
      .then([asked('bob', 'ann', { requestId: 'bob-2', askedAt: NOW })]);
    given(blocked('bob', 'ann'), asked('bob', 'ann'))
      .when(ask('ann', 'bob', {}, deaf))
      .then([
        answered('bob', 'ann', 'accepted'),
        added('bob', 'ann', { by: 'ann', requestId: 'bob-1' }),
        added('ann', 'bob', { by: 'ann', requestId: 'bob-1' }),
      ]);
  });
});

describe('answering (003 add_friend_response, 004 agree and ignore)', () => {
  it('accepts: both directions, in one append', () => {
    given(asked('ann', 'bob', { source: 'scan' }))
      .when(answer('ann', 'bob', 'accepted', { message: 'Sure' }))
      .then([answered('ann', 'bob', 'accepted', { message: 'Sure' }), ...bothAdded('ann-1', 'bob', 'scan')])
      .outcome({ requestId: 'ann-1', alreadySo: false });
  });

  it('adds only the direction that is missing', () => {
    given(friends, removed('ann', 'bob'), asked('ann', 'bob'))
      .when(answer('ann', 'bob', 'accepted'))
      .then([answered('ann', 'bob', 'accepted'), added('ann', 'bob', { by: 'bob', requestId: 'ann-1' })]);
  });

  it('refuses or ignores, and adds nobody', () => {
    for (const said of ['refused', 'ignored'] as const) {
      given(asked('ann', 'bob'))
        .when(answer('ann', 'bob', said, { message: 'No' }))
        .then([answered('ann', 'bob', said, { message: 'No' })]);
    }
  });

  it('is for who was asked, or by an app admin', () => {
    given(asked('ann', 'bob'))
      .when({ ...answer('ann', 'bob', 'refused'), ...appAdmin })
      .then([answered('ann', 'bob', 'refused', { by: 'root' })]);
    for (const who of [user('ann'), user('cid'), auditor]) {
      given(asked('ann', 'bob'))
        .when({ ...answer('ann', 'bob', 'accepted'), ...who })
        .then(refusal('NotPermitted'));
    }
  });

  it('of what never was, or has another id, is unknown (1004)', () => {
    given()
      .when(answer('ann', 'bob', 'accepted'))
      .then(refusal('FriendRequestNotFound', { from: 'ann', to: 'bob' }));
    given(asked('bob', 'ann'))
      .when(answer('ann', 'bob', 'accepted'))
      .then(refusal('FriendRequestNotFound'));
    given(asked('ann', 'bob'))
      .when(answer('ann', 'bob', 'accepted', { requestId: 'ann-0' }))
      .then(refusal('FriendRequestNotFound'));
    given(asked('ann', 'bob'))
      .when(answer('ann', 'bob', 'refused', { requestId: 'ann-1' }))
      .then([answered('ann', 'bob', 'refused')]);
  });

  it('of what has ended tells how it ended and what was asked now, by which 003 chooses 1001 or 1305', () => {
    const ends = [
      [answered('ann', 'bob', 'accepted'), 'accepted'],
      [answered('ann', 'bob', 'ignored'), 'ignored'],
      [withdrawn('ann', 'bob', 'withdrawn'), 'withdrawn'],
    ] as const;
    for (const [end, how] of ends) {
      for (const said of ['accepted', 'refused'] as const) {
        for (const requestId of [undefined, 'ann-1']) {
          given(asked('ann', 'bob'), end)
            .when(answer('ann', 'bob', said, { ...(requestId !== undefined && { requestId }) }))
            .then(refusal('FriendRequestHandled', { from: 'ann', to: 'bob', how, asked: said }));
        }
      }
    }
  });

  it('yes lifts the blocks that came with taking one off the list, and where they come so any (004)', () => {
    const after = (block: FriendshipEvent, settings: Settings = {}) =>
      given(friends, removed('bob', 'ann'), block, asked('ann', 'bob')).when(
        answer('ann', 'bob', 'accepted', {}, settings),
      );
    const yes = [answered('ann', 'bob', 'accepted'), added('bob', 'ann', { by: 'bob', requestId: 'ann-1' })];
    after(shutOut('bob', 'ann')).then([...yes, letIn('bob', 'ann', 'bob')]);
    after(blocked('bob', 'ann'), { deletingBlocks: true }).then([...yes, letIn('bob', 'ann', 'bob')]);
    after(blocked('bob', 'ann')).then(yes);
  });
});

describe('taking a request back', () => {
  it('is its maker’s, once; again it is already so', () => {
    given(asked('ann', 'bob'))
      .when(withdraw('ann', 'bob'))
      .then([withdrawn('ann', 'bob', 'withdrawn')])
      .outcome({ requestId: 'ann-1' });
    given(asked('ann', 'bob'), withdrawn('ann', 'bob', 'withdrawn'))
      .when(withdraw('ann', 'bob'))
      .thenAlreadySo();
    given(asked('ann', 'bob'))
      .when({ ...withdraw('ann', 'bob'), ...user('bob') })
      .then(refusal('NotPermitted'));
  });

  it('comes too late after an answer', () => {
    given(asked('ann', 'bob'), answered('ann', 'bob', 'refused'))
      .when(withdraw('ann', 'bob'))
      .then(refusal('FriendRequestHandled', { how: 'refused', asked: 'withdrawn' }));
    given().when(withdraw('ann', 'bob')).then(refusal('FriendRequestNotFound'));
  });
});
