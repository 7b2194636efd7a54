import { expect } from 'chai';
import { userDecider } from '../../../../domain/user/decider.js';
import type { ChangeUserPrivacy } from '../../../../domain/user/commands.js';
import type { UserEvent, UserProfileChanges } from '../../../../domain/user/events.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, auditor, NUMBER, user } from '../../../support/group-stories.js';

const given = specify(userDecider);
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { userId: 'ann', number: NUMBER, nickname: 'Ann', avatar: 'a', ext: '' },
};
const profile = (changes: UserProfileChanges) => ({ type: 'ChangeUserProfile', userId: 'ann', changes }) as const;
const profiled = (changes: UserProfileChanges): UserEvent => ({
  type: 'UserProfileChanged',
  data: { userId: 'ann', changes },
});
const privacy = (changes: ChangeUserPrivacy['changes']) =>
  ({ type: 'ChangeUserPrivacy', userId: 'ann', changes }) as const;
const option = (value: 'all' | 'silent' | 'none') =>
  ({ type: 'ChangeUserReceiveOption', userId: 'ann', option: value }) as const;

describe('a user’s profile', () => {
  it('is his own, or an app admin’s to change (003 update_user_info_ex, "access")', () => {
    given(registered)
      .when({ ...profile({ nickname: 'Änn' }), ...user('ann') })
      .then([profiled({ nickname: 'Änn' })])
      .outcome({ changed: ['nickname'] });
    given(registered)
      .when({ ...profile({ nickname: 'Änn' }), ...appAdmin })
      .then([profiled({ nickname: 'Änn' })]);
    for (const who of [user('bob'), auditor]) {
      given(registered)
        .when({ ...profile({ nickname: 'B' }), ...who })
        .then(refusal('NotPermitted'));
    }
    given()
      .when({ ...profile({ nickname: 'B' }), ...user('ann') })
      .then(refusal('UserNotFound', { userIds: ['ann'] }));
  });

  it('absent = unchanged, "" = cleared, the same = already so (003: plain values)', () => {
    given(registered)
      .when({ ...profile({ nickname: 'Ann', avatar: '', ext: '' }), ...user('ann') })
      .then([profiled({ avatar: null })]);
    // A nickname that is null is one that was erased, so a cleared one is written otherwise.
    given(registered)
      .when({ ...profile({ nickname: '' }), ...user('ann') })
      .then([profiled({ nickname: '' })]);
    given(registered, profiled({ nickname: '' }))
      .when({ ...profile({ nickname: '' }), ...user('ann') })
      .thenAlreadySo();
    given(registered, profiled({ gender: 'f' }))
      .when({ ...profile({ nickname: 'Ann', gender: 'f' }), ...user('ann') })
      .thenAlreadySo();
    given(registered)
      .when({ ...profile({}), ...user('ann') })
      .thenAlreadySo();
  });

  it('keeps a nickname that can be seen, and every text within its bound', () => {
    for (const nickname of [' ', '\u200b', 'x'.repeat(65)]) {
      given(registered)
        .when({ ...profile({ nickname }), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'nickname' }));
    }
    given(registered)
      .when({ ...profile({ gender: 'x'.repeat(17) }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'gender' }));
  });

  it('leaves nothing personal in the state, and folds after an erasure', () => {
    const state = fold(userDecider, [
      registered,
      profiled({ region: 'Personal' }),
      profiled(null as unknown as UserProfileChanges),
      { type: 'UserRegistered', data: { ...registered.data, nickname: null as unknown as string } as never },
    ]);
    expect(JSON.stringify(state)).to.not.match(/Personal|Ann"/);
  });
});

describe('a user’s settings', () => {
  it('privacy: asked before he is put into groups only when he says so (004 set_privacy groupVerify)', () => {
    given(registered)
      .when({ ...privacy({ groupInviteConsent: true, searchable: true }), ...user('ann') })
      .then([{ type: 'UserPrivacyChanged', data: { userId: 'ann', changes: { groupInviteConsent: true } } }]);
    given(registered)
      .when({ ...privacy({ groupInviteConsent: false }), ...user('ann') })
      .thenAlreadySo();
    given(registered)
      .when({ ...privacy({ groupInviteConsent: true }), ...user('bob') })
      .then(refusal('NotPermitted'));
  });

  it('whether he is found by his account, apart from all else (004 set_privacy stSearchVerify)', () => {
    const changed = (searchable: boolean) =>
      ({ type: 'UserAccountSearchChanged', data: { userId: 'ann', searchable } }) as const;
    given(registered)
      .when({ ...privacy({ accountSearchable: false, searchable: false }), ...user('ann') })
      .then([{ type: 'UserPrivacyChanged', data: { userId: 'ann', changes: { searchable: false } } }, changed(false)]);
    given(registered)
      .when({ ...privacy({ accountSearchable: true }), ...user('ann') })
      .thenAlreadySo();
    given(registered, changed(false))
      .when({ ...privacy({ accountSearchable: true, searchable: true }), ...user('ann') })
      .then([changed(true)]);
  });

  it('how he is told of messages (003 globalRecvMsgOpt)', () => {
    given(registered)
      .when({ ...option('silent'), ...user('ann') })
      .then([{ type: 'UserReceiveOptionChanged', data: { userId: 'ann', option: 'silent' } }]);
    given(registered)
      .when({ ...option('all'), ...user('ann') })
      .thenAlreadySo();
    given(registered)
      .when({ ...option('odd' as 'all'), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'option' }));
  });
});
