import type { JoinGroup } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import {
  appAdmin,
  auditor,
  dismissed,
  founded,
  GROUP,
  joined,
  left,
  muted,
  NOW,
  user,
} from '../../../support/group-stories.js';

const given = specify(groupDecider);
const join = (userId: string, more: Partial<JoinGroup> = {}): JoinGroup => ({
  type: 'JoinGroup',
  groupId: GROUP,
  userId,
  ...more,
});

describe('joining a group', () => {
  it('an open group takes whoever comes, from where he says', () => {
    given(founded())
      .when({ ...join('eve'), ...user('eve') })
      .then([joined('eve', { joinedAt: NOW })]);
    given(founded())
      .when({ ...join('eve', { source: 'scan' }), ...user('eve') })
      .then([joined('eve', { joinedAt: NOW, source: 'scan' })]);
  });

  it('shows a newcomer earlier history where the rules do (003 yes)', () => {
    const open = { selfJoin: 'open', memberInvite: 'joins' } as const;
    given(founded({ preset: 'openim', joinPolicy: open }))
      .when({ ...join('eve'), ...user('eve') })
      .then([joined('eve', { joinedAt: NOW, seesEarlier: true })]);
  });

  it('refuses where the policy wants approval or is closed; 003 wants approval by default', () => {
    given(founded({ preset: 'openim' }))
      .when({ ...join('eve'), ...user('eve') })
      .then(refusal('JoinNeedsApproval'));
    given(founded({ joinPolicy: { selfJoin: 'closed', memberInvite: 'joins' } }))
      .when({ ...join('eve'), ...user('eve') })
      .then(refusal('JoinClosed'));
  });

  it('a user joins for himself only (003 join_group lets anybody: docs/rules.md A7)', () => {
    given(founded())
      .when({ ...join('eve'), ...user('ann') })
      .then(refusal('NotPermitted'));
    given(founded())
      .when({ ...join('eve'), ...auditor })
      .then(refusal('NotPermitted'));
  });

  it('an app admin adds anybody whatever the policy, but not beyond the maximum', () => {
    const closed = { joinPolicy: { selfJoin: 'closed', memberInvite: 'refused' } } as const;
    given(founded(closed))
      .when({ ...join('eve'), ...appAdmin })
      .then([joined('eve', { joinedAt: NOW, source: 'admin', inviterId: 'root' })]);
    given(founded(closed))
      .when({ ...join('root'), ...appAdmin })
      .then([joined('root', { joinedAt: NOW, source: 'admin' })]);
    given(founded({ ...closed, maximum: 4 }))
      .when({ ...join('eve'), ...appAdmin })
      .then(refusal('GroupFull'));
  });

  it('nobody is added where the rules forbid it even to app admins (001 AVChatRoom: 10007)', () => {
    const may = { ...groupMay(), invite: [] };
    given(founded({ values: { may } }))
      .when({ ...join('eve'), ...appAdmin })
      .then(refusal('RulesForbid', { act: 'invite' }));
    given(founded({ values: { may } }))
      .when({ ...join('eve'), ...user('eve') })
      .then([joined('eve', { joinedAt: NOW })]);
  });

  it('who is a member already stays what he is: no event, no count, no role changes (docs/rules.md A7)', () => {
    given(founded())
      .when({ ...join('bob'), ...user('bob') })
      .thenAlreadySo();
    given(founded({ maximum: 4 }))
      .when({ ...join('ann'), ...appAdmin })
      .thenAlreadySo();
  });

  it('holds the maximum, and has room again when somebody left', () => {
    given(founded({ maximum: 4 }))
      .when({ ...join('eve'), ...user('eve') })
      .then(refusal('GroupFull', { maximum: 4 }));
    given(founded({ maximum: 4 }), left('cid'))
      .when({ ...join('eve'), ...user('eve') })
      .then([joined('eve', { joinedAt: NOW })]);
  });

  it('a mute survives rejoining where the rules say so, until its deadline (D0: 001 yes, 003 no)', () => {
    const rejoin = { ...join('cid'), ...user('cid') };
    given(founded(), muted('cid', NOW + 1), left('cid'))
      .when(rejoin)
      .then([joined('cid', { joinedAt: NOW, mutedUntil: NOW + 1 })]);
    given(founded(), muted('cid', null), left('cid'))
      .when(rejoin)
      .then([joined('cid', { joinedAt: NOW, mutedUntil: null })]);
    given(founded(), muted('cid', NOW), left('cid'))
      .when(rejoin)
      .then([joined('cid', { joinedAt: NOW })]);
    given(founded({ values: { muteSurvivesRejoining: false } }), muted('cid'), left('cid'))
      .when(rejoin)
      .then([joined('cid', { joinedAt: NOW })]);
  });

  it('a group that is not there, or not any more, takes nobody (docs/rules.md A4)', () => {
    given()
      .when({ ...join('eve'), ...user('eve') })
      .then(refusal('GroupNotFound', { groupId: GROUP }));
    given(founded(), dismissed())
      .when({ ...join('eve'), ...appAdmin })
      .then(refusal('GroupDismissed'));
  });
});

function groupMay() {
  const [created] = founded();
  if (created?.type !== 'GroupCreated') throw new Error('a founding starts with GroupCreated');
  return created.data.rules.values.may;
}
