import { expect } from 'chai';
import { groupDecider } from '../../../../domain/group/decider.js';
import type { GroupEvent } from '../../../../domain/group/events.js';
import { groupPresets } from '../../../../domain/group/presets.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, founded, GROUP, invited, joined, left, NOW, NUMBER, user } from '../../../support/group-stories.js';

const given = specify(groupDecider);
const day = 86_400_000;
const copy = (toGroupId = 'chess2') => ({ type: 'CopyGroup', groupId: GROUP, toGroupId }) as const;
const copied = (copiedAt: number, toGroupId = 'chess2'): GroupEvent => ({
  type: 'GroupCopied',
  data: { groupId: GROUP, toGroupId, by: 'ann', copiedAt },
});
const aged = (history: readonly GroupEvent[]): GroupEvent[] =>
  history.map((event) =>
    event.type === 'GroupCreated' ? { ...event, data: { ...event.data, createdAt: NOW - 30 * day } } : event,
  );
const old = aged(founded({ preset: 'sealtalk' }));
const template = {
  rules: groupPresets.sealtalk.rules,
  kind: '',
  maximum: 500,
  joinPolicy: { selfJoin: 'open', memberInvite: 'joins' },
  settings: groupPresets.sealtalk.defaults.settings,
  members: ['bob', 'cid', 'dan'],
} as const;

describe('copying a group (004 copy_group)', () => {
  it('tells what the new group starts with', () => {
    given(old)
      .when({ ...copy(), ...user('ann') })
      .then([copied(NOW)])
      .outcome({
        toGroupId: 'chess2',
        template,
      });
    given(old)
      .when({ ...copy(), ...user('cid') })
      .then(refusal('NotGroupManager'));
  });

  it('not within 7 days of its creation (20004) or of another copy (20005), nor of one person alone (20007)', () => {
    given(founded({ preset: 'sealtalk' }))
      .when({ ...copy(), ...user('ann') })
      .then(refusal('CopyRefused', { reason: 'tooYoung', until: NOW - 1000 + 7 * day }));
    given(old, copied(NOW - day, 'other'))
      .when({ ...copy(), ...user('ann') })
      .then(refusal('CopyRefused', { reason: 'copiedRecently', until: NOW + 6 * day }));
    given(old, copied(NOW - 7 * day, 'other'))
      .when({ ...copy(), ...user('ann') })
      .then([copied(NOW)]);
    given(old, left('bob', 'admin'), left('cid'), left('dan'))
      .when({ ...copy(), ...user('ann') })
      .then(refusal('CopyRefused', { reason: 'tooFewMembers' }));
    given(founded())
      .when({ ...copy(), ...user('ann') })
      .then([copied(NOW)]);
  });

  it('counts who would come along: all of them, where the one who copies is no member', () => {
    const lone = founded({ preset: 'sealtalk', admins: [], members: [] });
    given(aged(lone))
      .when({ ...copy(), ...appAdmin })
      .then([{ type: 'GroupCopied', data: { groupId: GROUP, toGroupId: 'chess2', by: 'root', copiedAt: NOW } }])
      .outcome({ template: { ...template, members: ['ann'] } });
    const full = founded({ maximum: 4 });
    given(full)
      .when({ ...copy(), ...user('ann') })
      .then([copied(NOW)]);
    given(full)
      .when({ ...copy(), ...appAdmin })
      .then(refusal('CopyRefused', { reason: 'tooManyMembers' }));
    const crowd = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);
    given(founded({ admins: [], members: crowd(500), maximum: 600 }))
      .when({ ...copy(), ...user('ann') })
      .then([copied(NOW)]);
    given(founded({ admins: [], members: crowd(500), maximum: 600 }))
      .when({ ...copy(), ...appAdmin })
      .then(refusal('CopyRefused', { reason: 'tooManyMembers' }));
  });

  it('said once already, it is so: who was cut off goes on', () => {
    given(old, copied(NOW - day))
      .when({ ...copy(), ...user('ann') })
      .thenAlreadySo();
  });

  it('the new group says whose copy it is, and asks who wants to be asked', () => {
    const { events, outcome } = groupDecider.decide(groupDecider.initialState, {
      type: 'CreateGroup',
      groupId: GROUP,
      number: NUMBER,
      preset: 'sealtalk',
      name: 'Chess',
      ownerId: 'ann',
      members: ['bob', 'eve'],
      copyOf: 'old',
      invitees: [{ userId: 'eve', inviteId: 'i-eve', wantsConsent: true }],
      ...user('ann'),
    });
    expect(events[0]?.data).to.deep.include({ origin: { kind: 'copied', from: 'old' }, createdAt: NOW });
    expect(events.slice(1)).to.deep.equal([
      joined('ann', { role: 'owner', source: 'creation', joinedAt: NOW }),
      joined('bob', { source: 'copy', inviterId: 'ann', joinedAt: NOW }),
      invited('eve', { inviterId: 'ann' }),
    ]);
    expect(outcome).to.deep.include({
      memberCount: 2,
      items: [
        { userId: 'bob', result: 'joined' },
        { userId: 'eve', result: 'awaitsInvitee' },
      ],
    });
  });
});
