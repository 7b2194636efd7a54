import { groupPresets } from '../../domain/group/presets.js';
import type { RuleValues } from '../../domain/group/rules.js';

/**
 * The rules of RULES A1 whose dialects come later, sketched from D0 to D5: they show that the values can express each of
 * them, and give the laws of the group rules to hold under that differ as much as the originals do.
 */
const base = groupPresets.openim.rules.values;
const nobody = { appAdmin: [], owner: [], admin: [], member: [] } as const;
const managers = ['appAdmin', 'owner', 'admin'] as const;
const strictlyBelow = {
  appAdmin: ['admin', 'member'],
  owner: ['admin', 'member'],
  admin: ['member'],
  member: [],
} as const;
const amongManagers = { ...strictlyBelow, admin: ['admin', 'member'] } as const;
const ownerAlone = { ...strictlyBelow, admin: [] } as const;

const openimV2: RuleValues = {
  ...base,
  remove: amongManagers,
  ownerLeaves: 'ownerless',
  lastMemberLeaves: 'staysEmpty',
  mayBeOwnerless: true,
  formerOwnerBecomes: 'member',
  joinPolicies: { selfJoin: ['approval'], memberInvite: ['joins'] },
};

const sealtalk: RuleValues = {
  ...base,
  may: {
    ...base.may,
    editProfile: ['appAdmin', 'owner'],
    changeRetention: ['appAdmin', 'owner'],
    transfer: ['owner'],
    copy: managers,
  },
  remove: amongManagers,
  changeRole: ownerAlone,
  adminMayStepDown: false,
  ownerLeaves: 'successor',
  formerOwnerBecomes: 'member',
  inviteeConsent: 'byUserSetting',
  joinPolicies: { selfJoin: ['open'], memberInvite: ['joins', 'approval'] },
  limits: {
    ...base.limits,
    name: { min: 2, max: 32, unit: 'characters' },
    maximum: 500,
    initialMembers: 499,
    copyInterval: 7 * 86_400_000,
  },
};

const dtalk: RuleValues = {
  ...base,
  mute: { appAdmin: ['member'], owner: ['member'], admin: ['member'], member: [] },
  changeRole: ownerAlone,
  editCard: { ...nobody, appAdmin: ['owner', 'admin', 'member'] },
  adminMayStepDown: false,
  formerOwnerBecomes: 'member',
  promotionEndsMute: true,
  limits: { ...base.limits, maximum: 2000, admins: 10, mute: { longest: 86_400_000, forEver: true } },
};

const tencentPublic: RuleValues = {
  ...base,
  mayBeOwnerless: true,
  formerOwnerBecomes: 'member',
  inviteeConsent: 'byUserSetting',
  muteSurvivesRejoining: true,
  newcomerSeesEarlier: false,
  idReusableAfterDismissal: true,
  limits: { ...base.limits, name: { min: 1, max: 30, unit: 'bytes' }, initialMembers: 100, revokeWithin: 120_000 },
};

const tencentWork: RuleValues = {
  ...tencentPublic,
  may: { ...base.may, editProfile: ['appAdmin', 'owner', 'member'], muteAll: [], dismiss: ['appAdmin'] },
  remove: ownerAlone,
  mute: nobody,
  changeRole: nobody,
  ownerLeaves: 'ownerless',
  inviteeConsent: 'never',
  joinPolicies: { selfJoin: ['closed'], memberInvite: ['joins'] },
  limits: { ...tencentPublic.limits, admins: 0 },
};

const tencentMeeting: RuleValues = {
  ...tencentPublic,
  newcomerSeesEarlier: true,
  joinPolicies: { selfJoin: ['open'], memberInvite: ['joins'] },
};

const tencentAvChatRoom: RuleValues = {
  ...tencentMeeting,
  may: { ...base.may, invite: [] },
  keepsHistory: false,
};

export const ruleSketches: Readonly<Record<string, RuleValues>> = {
  'openim-v2': openimV2,
  sealtalk,
  dtalk,
  'tencent-work': tencentWork,
  'tencent-public': tencentPublic,
  'tencent-meeting': tencentMeeting,
  'tencent-avchatroom': tencentAvChatRoom,
};
