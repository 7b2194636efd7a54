import { userDecider } from '../../../../domain/user/decider.js';
import type { UserEvent } from '../../../../domain/user/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, auditor, NUMBER, user } from '../../../support/group-stories.js';

const given = specify(userDecider);
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { userId: 'ann', number: NUMBER, nickname: 'Ann', avatar: 'a', ext: '' },
};
const reason = 'she asked for it';
const erased: UserEvent = { type: 'UserErased', data: { userId: 'ann', reason } };
const erase = { type: 'EraseUser', userId: 'ann', reason } as const;

describe('erasing a user', () => {
  it('is for app admins and the server, once', () => {
    given(registered)
      .when({ ...erase, ...appAdmin })
      .then([erased])
      .outcome({ command: 'EraseUser', userId: 'ann' });
    given(registered)
      .when({ ...erase, ...user('ann'), actor: { kind: 'system', id: 'operator' } })
      .then([erased]);
    for (const who of [user('ann'), user('bob'), auditor])
      given(registered)
        .when({ ...erase, ...who })
        .then(refusal('NotPermitted'));
    given(registered, erased)
      .when({ ...erase, ...appAdmin, reason: 'again' })
      .thenAlreadySo();
    given()
      .when({ ...erase, ...appAdmin })
      .then(refusal('UserNotFound', { userIds: ['ann'] }));
  });

  it('takes a reason', () => {
    for (const wrong of ['', ' \u200b', 'x'.repeat(501)])
      given(registered)
        .when({ ...erase, ...appAdmin, reason: wrong })
        .then(refusal('InvalidArgument', { field: 'reason' }));
  });

  it('leaves nobody who could be changed, and an id that is nobody’s again', () => {
    const commands = [
      { type: 'ChangeUserProfile', userId: 'ann', changes: { nickname: 'Änn' } },
      { type: 'ChangeUserPrivacy', userId: 'ann', changes: { searchable: false } },
      { type: 'ChangeUserReceiveOption', userId: 'ann', option: 'none' },
    ] as const;
    for (const command of commands)
      given(registered, erased)
        .when({ ...command, ...appAdmin })
        .then(refusal('UserNotFound', { userIds: ['ann'] }));
    given(registered, erased)
      .when({ type: 'RegisterUser', userId: 'ann', number: NUMBER + 1, nickname: 'Ann', ...user('ann') })
      .then(refusal('UserIdTaken', { userId: 'ann' }));
  });
});
