import { MOST_FAVOURITES, userGroupsDecider } from '../../../../domain/user-groups/decider.js';
import type { UserGroupsEvent } from '../../../../domain/user-groups/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, auditor, NOW, user } from '../../../support/group-stories.js';

const given = specify(userGroupsDecider);
const favourite = (groupId: string, incarnation = 1) =>
  ({ type: 'FavouriteGroup', userId: 'ann', groupId, incarnation }) as const;
const unfavourite = (groupId: string) => ({ type: 'UnfavouriteGroup', userId: 'ann', groupId }) as const;
const favourited = (groupId: string, incarnation = 1): UserGroupsEvent => ({
  type: 'GroupFavourited',
  data: { userId: 'ann', groupId, incarnation },
});
const cleared = (upTo: number): UserGroupsEvent => ({ type: 'GroupNoticesCleared', data: { userId: 'ann', upTo } });
const clear = (upTo?: number) =>
  ({ type: 'ClearGroupNotices', userId: 'ann', ...(upTo !== undefined && { upTo }) }) as const;

describe('favourite groups (004 fav)', () => {
  it('are chosen once and given up once; a repeat is already so, which 004 calls 405', () => {
    given()
      .when({ ...favourite('chess'), ...user('ann') })
      .then([favourited('chess')]);
    given(favourited('chess'))
      .when({ ...favourite('chess'), ...user('ann') })
      .thenAlreadySo();
    given(favourited('chess'))
      .when({ ...unfavourite('chess'), ...user('ann') })
      .then([{ type: 'GroupUnfavourited', data: { userId: 'ann', groupId: 'chess' } }]);
    given()
      .when({ ...unfavourite('chess'), ...user('ann') })
      .thenAlreadySo();
  });

  it('are of one incarnation: the group that takes the id later is another one (docs/rules.md A4)', () => {
    given(favourited('chess', 1))
      .when({ ...favourite('chess', 2), ...user('ann') })
      .then([favourited('chess', 2)]);
    given(favourited('chess', 1), favourited('chess', 2))
      .when({ ...favourite('chess', 2), ...user('ann') })
      .thenAlreadySo();
  });

  it('are a user’s own, and no more than can be meant', () => {
    given()
      .when({ ...favourite('chess'), ...appAdmin })
      .then([favourited('chess')]);
    for (const who of [user('bob'), auditor]) {
      given()
        .when({ ...favourite('chess'), ...who })
        .then(refusal('NotPermitted'));
    }
    given()
      .when({ ...favourite('a b'), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'groupId' }));
    given(Array.from({ length: MOST_FAVOURITES }, (_, i) => favourited(`g${i}`)))
      .when({ ...favourite('chess'), ...user('ann') })
      .then(refusal('TooManyFavourites', { maximum: MOST_FAVOURITES }));
  });
});

describe('notices (004 clear_notice)', () => {
  it('are cleared up to now, or to a time that has been; only ever on', () => {
    given()
      .when({ ...clear(), ...user('ann') })
      .then([cleared(NOW)]);
    given(cleared(NOW))
      .when({ ...clear(), ...user('ann') })
      .thenAlreadySo();
    given(cleared(NOW))
      .when({ ...clear(NOW - 1), ...user('ann') })
      .thenAlreadySo();
    given()
      .when({ ...clear(NOW + 1), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'upTo' }));
  });
});
