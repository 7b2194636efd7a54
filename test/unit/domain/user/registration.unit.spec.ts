import type { RegisterUser } from '../../../../domain/user/commands.js';
import { userDecider } from '../../../../domain/user/decider.js';
import type { UserRegistered } from '../../../../domain/user/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, auditor, NUMBER, user } from '../../../support/group-stories.js';

const given = specify(userDecider);

const register = (more: Partial<RegisterUser> = {}): RegisterUser => ({
  type: 'RegisterUser',
  userId: 'ann',
  number: NUMBER,
  nickname: 'Ann',
  ...more,
});
const registered = (more: Partial<UserRegistered['data']> = {}): UserRegistered => ({
  type: 'UserRegistered',
  data: { userId: 'ann', number: NUMBER, nickname: 'Ann', avatar: '', ext: '', ...more },
});

describe('registering a user', () => {
  it('writes who he is, with what he gave and nothing he did not', () => {
    given()
      .when({ ...register(), ...user('ann') })
      .then([registered()])
      .outcome({ userId: 'ann', number: NUMBER });
    given()
      .when({ ...register({ region: '86', phone: '130', avatar: 'a', ext: 'e' }), ...user('ann') })
      .then([registered({ region: '86', phone: '130', avatar: 'a', ext: 'e' })]);
  });

  it('an id is somebody’s once only (003: 1102)', () => {
    given(registered())
      .when({ ...register(), ...user('ann') })
      .then(refusal('UserIdTaken', { userId: 'ann' }));
    given(registered())
      .when({ ...register(), ...appAdmin })
      .then(refusal('UserIdTaken'));
  });

  it('a user registers himself; an app admin anybody; an auditor nobody', () => {
    given()
      .when({ ...register(), ...appAdmin })
      .then([registered()]);
    given()
      .when({ ...register(), ...user('bob') })
      .then(refusal('NotPermitted'));
    given()
      .when({ ...register({ userId: 'eve' }), ...auditor })
      .then(refusal('NotPermitted'));
  });

  it('wants an id of its form, and keeps 16 digits for the server (docs/rules.md A13)', () => {
    for (const userId of ['', 'a b', 'x'.repeat(65), '1234567890123456']) {
      given()
        .when({ ...register({ userId }), ...appAdmin })
        .then(refusal('InvalidArgument', { field: 'userId' }));
    }
    given()
      .when({ ...register({ userId: String(NUMBER) }), ...appAdmin })
      .then([registered({ userId: String(NUMBER) })]);
    given()
      .when({ ...register({ number: 1 }), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'number' }));
  });

  it('wants a nickname that can be seen, and every text within its bound', () => {
    for (const nickname of ['', ' ', '\u200b', 'x'.repeat(65), 'x'.repeat(1_000_000), 'a\u0000', '\ud800']) {
      given()
        .when({ ...register({ nickname }), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'nickname' }));
    }
    given()
      .when({ ...register({ nickname: '𝔸'.repeat(64) }), ...user('ann') })
      .then([registered({ nickname: '𝔸'.repeat(64) })]);
    for (const [field, length] of [
      ['avatar', 2049],
      ['ext', 16_385],
      ['region', 17],
      ['phone', 33],
    ] as const) {
      given()
        .when({ ...register({ [field]: 'x'.repeat(length) }), ...user('ann') })
        .then(refusal('InvalidArgument', { field }));
    }
  });
});
