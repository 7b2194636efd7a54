import { expect } from 'chai';
import type { GroupCommand } from '../../../../domain/group/commands.js';
import { groupDecider } from '../../../../domain/group/decider.js';
import { groupPresets } from '../../../../domain/group/presets.js';
import { DomainError } from '../../../../domain/shared/errors.js';
import { fold } from '../../../support/given-when-then.js';
import { founded, GROUP, invited, NOW, requested, user } from '../../../support/group-stories.js';

/** Everything that names somebody, in every order of checks that an API may want. */
const naming: Readonly<Record<string, (userId: string) => GroupCommand>> = {
  MuteMember: (userId) => ({ type: 'MuteMember', groupId: GROUP, userId, until: NOW + 1 }),
  UnmuteMember: (userId) => ({ type: 'UnmuteMember', groupId: GROUP, userId }),
  MuteGroup: (userId) => ({ type: 'MuteGroup', groupId: GROUP, speakers: [userId] }),
  RemoveMembers: (userId) => ({ type: 'RemoveMembers', groupId: GROUP, userIds: [userId], absent: 'refuse' }),
  'RemoveMembers, rights last': (userId) => ({
    type: 'RemoveMembers',
    groupId: GROUP,
    userIds: [userId],
    absent: 'refuse',
    rights: 'last',
  }),
  ChangeMemberRole: (userId) => ({ type: 'ChangeMemberRole', groupId: GROUP, userId, role: 'admin' }),
  ChangeMemberRoles: (userId) => ({ type: 'ChangeMemberRoles', groupId: GROUP, userIds: [userId], role: 'admin' }),
  TransferOwnership: (to) => ({ type: 'TransferOwnership', groupId: GROUP, to }),
  'TransferOwnership, rights last': (to) => ({
    type: 'TransferOwnership',
    groupId: GROUP,
    from: 'ann',
    to,
    rights: 'last',
  }),
  'TransferOwnership from him': (from) => ({
    type: 'TransferOwnership',
    groupId: GROUP,
    from,
    to: 'cid',
    rights: 'last',
  }),
  ChangeMemberCard: (userId) => ({ type: 'ChangeMemberCard', groupId: GROUP, userId, changes: { nickname: 'x' } }),
  AddMembers: (userId) => ({
    type: 'AddMembers',
    groupId: GROUP,
    invitees: [{ userId, inviteId: 'i', wantsConsent: false, exists: true }],
    already: 'refuse',
  }),
  AnswerInvitation: (userId) => ({ type: 'AnswerInvitation', groupId: GROUP, userId, answer: 'accepted' }),
  WithdrawInvitation: (userId) => ({ type: 'WithdrawInvitation', groupId: GROUP, userId }),
  AnswerJoinRequest: (userId) => ({ type: 'AnswerJoinRequest', groupId: GROUP, userId, answer: 'approved' }),
  WithdrawJoinRequest: (userId) => ({ type: 'WithdrawJoinRequest', groupId: GROUP, userId }),
};

describe('an outsider', () => {
  for (const [name, of] of Object.entries(naming)) {
    it(`learns from ${name} of nobody whether he is a member, invited or waiting`, () => {
      for (const preset of Object.keys(groupPresets) as (keyof typeof groupPresets)[]) {
        const state = fold(groupDecider, [...founded({ preset }), invited('ivy'), requested('roy')]);
        const refusalOf = (userId: string): string => {
          try {
            groupDecider.decide(state, { ...of(userId), ...user('eve') });
          } catch (error) {
            if (error instanceof DomainError) return JSON.stringify([error.kind, error.facts]).replaceAll(userId, '…');
            throw error;
          }
          return 'not refused';
        };
        const told = ['dan', 'ivy', 'roy', 'nobody'].map(refusalOf);
        expect(new Set(told), preset).to.have.lengthOf(1);
        expect(told[0]).to.not.equal('not refused');
      }
    });
  }
});
