import type { GroupCommand } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import type { SuspensionMode } from '../../../../domain/group/events.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  dismissed,
  founded,
  GROUP,
  joined,
  left,
  NOW,
  suspended,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);
const suspend = (mode: SuspensionMode, reason?: string) =>
  ({ type: 'SuspendGroup', groupId: GROUP, mode, ...(reason !== undefined && { reason }) }) as const;
const reinstate = { type: 'ReinstateGroup', groupId: GROUP } as const;

describe('suspending a group (docs/rules.md A16)', () => {
  it('only an app admin sets, changes or lifts it (000 OperateGroupStatus, 002 status)', () => {
    given(founded())
      .when({ ...suspend('noChat', 'spam'), ...appAdmin })
      .then([{ type: 'GroupSuspended', data: { groupId: GROUP, mode: 'noChat', by: 'root', reason: 'spam' } }]);
    given(founded(), suspended('noChat'))
      .when({ ...suspend('blocked'), ...appAdmin })
      .then([suspended('blocked')]);
    given(founded(), suspended('blocked'))
      .when({ ...suspend('blocked'), ...appAdmin })
      .thenAlreadySo();
    given(founded(), suspended('blocked'))
      .when({ ...reinstate, ...appAdmin })
      .then([{ type: 'GroupReinstated', data: { groupId: GROUP, mode: 'blocked', by: 'root' } }]);
    given(founded())
      .when({ ...reinstate, ...appAdmin })
      .thenAlreadySo();
    given(founded())
      .when({ ...suspend('blocked'), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(founded(), suspended('noChat'))
      .when({ ...reinstate, ...user('ann') })
      .then(refusal('NotPermitted'));
    given(founded())
      .when({ ...suspend('odd' as SuspensionMode), ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'mode' }));
  });

  it('blocked leaves to members nothing but leaving, to app admins everything (002: -10001)', () => {
    const blocked = [...founded(), suspended('blocked')];
    const asked: GroupCommand[] = [
      { type: 'AddMembers', groupId: GROUP, invitees: [{ userId: 'eve', inviteId: 'i' }] },
      { type: 'RemoveMembers', groupId: GROUP, userIds: ['cid'] },
      { type: 'ChangeGroupProfile', groupId: GROUP, changes: { name: 'Go' } },
      { type: 'MuteGroup', groupId: GROUP },
      { type: 'TransferOwnership', groupId: GROUP, to: 'bob' },
      { type: 'DismissGroup', groupId: GROUP, removeMembers: false },
      { type: 'PublishAnnouncement', groupId: GROUP, text: 'x' },
    ];
    for (const command of asked) {
      given(blocked)
        .when({ ...command, ...user('ann') })
        .then(refusal('GroupSuspended', { groupId: GROUP, mode: 'blocked' }));
    }
    given(blocked)
      .when({ type: 'JoinGroup', groupId: GROUP, userId: 'eve', ...user('eve') })
      .then(refusal('GroupSuspended'));
    given(blocked)
      .when({ type: 'LeaveGroup', groupId: GROUP, userId: 'cid', ...user('cid') })
      .then([left('cid')]);
    given(blocked)
      .when({ type: 'JoinGroup', groupId: GROUP, userId: 'eve', ...appAdmin })
      .then([joined('eve', { source: 'admin', inviterId: 'root', joinedAt: NOW })]);
  });

  it('the other modes keep nobody from the group itself; none revives a dismissed one', () => {
    for (const mode of ['noChat', 'noPrivateChat'] as const) {
      given(founded(), suspended(mode))
        .when({ type: 'JoinGroup', groupId: GROUP, userId: 'eve', ...user('eve') })
        .then([joined('eve', { joinedAt: NOW })]);
    }
    given(founded(), suspended('blocked'), dismissed())
      .when({ ...reinstate, ...appAdmin })
      .then(refusal('GroupDismissed'));
  });
});
