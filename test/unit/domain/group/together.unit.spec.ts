import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupChange } from '../../../../domain/group/commands.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { dismissed, founded, GROUP, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);

const together = (...steps: GroupChange[]) => ({ type: 'ChangeTogether', groupId: GROUP, steps }) as const;
const named = (name: string): GroupChange => ({ type: 'ChangeGroupProfile', changes: { name } });
const announced = (text: string): GroupChange => ({ type: 'PublishAnnouncement', text });

describe('several changes as one (003 set_group_info_ex, set_group_member_info)', () => {
  it('each is decided on what the ones before it leave', () => {
    given(founded())
      .when({ ...together(named('Go'), named('Go'), named('Shogi')), ...user('ann') })
      .then([
        { type: 'GroupProfileChanged', data: { groupId: GROUP, changes: { name: 'Go' }, by: 'ann' } },
        { type: 'GroupProfileChanged', data: { groupId: GROUP, changes: { name: 'Shogi' }, by: 'ann' } },
      ])
      .outcome({ alreadySo: false });
  });

  it('what one of them is refused for refuses all', () => {
    given(founded())
      .when({ ...together(named('Go'), announced('x'.repeat(100_000))), ...user('ann') })
      .then(refusal('InvalidArgument'));
    given(founded())
      .when({ ...together(named('Go')), ...user('eve') })
      .then(refusal('NotGroupMember'));
    given(founded(), dismissed())
      .when({ ...together(named('Go')), ...user('ann') })
      .then(refusal('GroupDismissed'));
  });

  it('nothing is written where nothing changes', () => {
    given(founded())
      .when({ ...together(named('Chess')), ...user('ann') })
      .thenAlreadySo();
  });
});
