import Type from 'typebox';
import { Closed, Count, OneOf, OrNull } from './types.js';

export const AnyRole = OneOf('owner', 'admin', 'member');
export const RoleBelowOwner = OneOf('admin', 'member');
export const SelfJoin = OneOf('open', 'approval', 'closed');
export const MemberInvite = OneOf('joins', 'approval', 'refused');

const Standings = Type.Array(OneOf('owner', 'admin', 'member', 'appAdmin'));
const LengthBound = Closed({ min: Count, max: Count, unit: OneOf('characters', 'bytes') });

const Reach = <Target extends Type.TSchema>(target: Target) => {
  const roles = Type.Array(target);
  return Closed({ owner: roles, admin: roles, member: roles, appAdmin: roles });
};

/** A group's rules as they are written into `GroupCreated` (domain/group/rules.ts says what each means). */
export const Rules = Closed({
  preset: Type.String(),
  version: Count,
  values: Closed({
    may: Closed({
      invite: Standings,
      answerJoinRequests: Standings,
      editProfile: Standings,
      announce: Standings,
      changeJoinPolicy: Standings,
      changeSettings: Standings,
      changeRetention: Standings,
      changeMaximum: Standings,
      muteAll: Standings,
      transfer: Standings,
      dismiss: Standings,
      copy: Standings,
    }),
    remove: Reach(RoleBelowOwner),
    mute: Reach(RoleBelowOwner),
    changeRole: Reach(RoleBelowOwner),
    editCard: Reach(AnyRole),
    revokeMessages: Reach(AnyRole),
    adminMayStepDown: Type.Boolean(),
    ownerLeaves: OneOf('deny', 'successor', 'ownerless'),
    lastMemberLeaves: OneOf('dismisses', 'staysEmpty'),
    formerOwnerBecomes: OneOf('member', 'newOwnersFormerRole'),
    mayBeOwnerless: Type.Boolean(),
    inviteeConsent: OneOf('never', 'byUserSetting', 'always'),
    joinPolicies: Closed({ selfJoin: Type.Array(SelfJoin), memberInvite: Type.Array(MemberInvite) }),
    mutedAdminMaySpeak: Type.Boolean(),
    promotionEndsMute: Type.Boolean(),
    muteSurvivesRejoining: Type.Boolean(),
    keepsHistory: Type.Boolean(),
    newcomerSeesEarlier: Type.Boolean(),
    idReusableAfterDismissal: Type.Boolean(),
    limits: Closed({
      name: LengthBound,
      introduction: LengthBound,
      announcement: LengthBound,
      avatar: LengthBound,
      ext: LengthBound,
      customFields: Closed({ count: Count, key: LengthBound, value: LengthBound }),
      cardName: LengthBound,
      reason: LengthBound,
      maximum: Count,
      admins: OrNull(Count),
      initialMembers: Count,
      listItems: Count,
      mute: Closed({ longest: OrNull(Count), forEver: Type.Boolean() }),
      revokeWithin: OrNull(Count),
      copyInterval: OrNull(Count),
    }),
  }),
});
