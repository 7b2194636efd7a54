import type { GroupRules, GroupSettings, JoinPolicy, LengthBound, RuleValues } from './rules.js';

/** Rules by name, and what a group of them starts with where its creator says nothing. */
export interface GroupPreset {
  readonly rules: GroupRules;
  readonly defaults: {
    readonly maximum: number;
    readonly joinPolicy: JoinPolicy;
    readonly settings: GroupSettings;
  };
}

const characters = (min: number, max: number): LengthBound => ({ min, max, unit: 'characters' });
const bytes = (min: number, max: number): LengthBound => ({ min, max, unit: 'bytes' });

/** The native rules of `/v1`. Where the five differ, what surprises fewest people. */
const parley: RuleValues = {
  may: {
    invite: ['appAdmin', 'owner', 'admin', 'member'],
    answerJoinRequests: ['appAdmin', 'owner', 'admin'],
    editProfile: ['appAdmin', 'owner', 'admin'],
    announce: ['appAdmin', 'owner', 'admin'],
    changeJoinPolicy: ['appAdmin', 'owner', 'admin'],
    changeSettings: ['appAdmin', 'owner', 'admin'],
    changeRetention: ['appAdmin', 'owner'],
    changeMaximum: ['appAdmin', 'owner'],
    muteAll: ['appAdmin', 'owner', 'admin'],
    transfer: ['appAdmin', 'owner'],
    dismiss: ['appAdmin', 'owner'],
    copy: ['appAdmin', 'owner', 'admin'],
  },
  remove: { appAdmin: ['admin', 'member'], owner: ['admin', 'member'], admin: ['member'], member: [] },
  mute: { appAdmin: ['admin', 'member'], owner: ['admin', 'member'], admin: ['member'], member: [] },
  changeRole: { appAdmin: ['admin', 'member'], owner: ['admin', 'member'], admin: [], member: [] },
  editCard: { appAdmin: ['owner', 'admin', 'member'], owner: ['admin', 'member'], admin: ['member'], member: [] },
  revokeMessages: {
    appAdmin: ['owner', 'admin', 'member'],
    owner: ['owner', 'admin', 'member'],
    admin: ['member'],
    member: [],
  },
  adminMayStepDown: true,
  ownerLeaves: 'successor',
  lastMemberLeaves: 'dismisses',
  formerOwnerBecomes: 'member',
  mayBeOwnerless: false,
  inviteeConsent: 'byUserSetting',
  joinPolicies: { selfJoin: ['open', 'approval', 'closed'], memberInvite: ['joins', 'approval', 'refused'] },
  mutedAdminMaySpeak: false,
  promotionEndsMute: true,
  muteSurvivesRejoining: true,
  keepsHistory: true,
  newcomerSeesEarlier: false,
  idReusableAfterDismissal: false,
  limits: {
    name: characters(1, 100),
    introduction: characters(0, 1_000),
    announcement: characters(0, 4_000),
    avatar: characters(0, 1_024),
    ext: bytes(0, 8_192),
    customFields: { count: 20, key: characters(1, 64), value: characters(0, 512) },
    cardName: characters(0, 64),
    reason: characters(0, 500),
    maximum: 100_000,
    admins: null,
    initialMembers: 500,
    listItems: 500,
    mute: { longest: null, forEver: true },
    revokeWithin: null,
    copyInterval: null,
  },
};

/** Seed 003, OpenIM v3 (RULES D1, and its column of D0). The original bounds no text; these only keep events small. */
const openim: RuleValues = {
  may: {
    invite: ['appAdmin', 'owner', 'admin', 'member'],
    answerJoinRequests: ['appAdmin', 'owner', 'admin'],
    editProfile: ['appAdmin', 'owner', 'admin'],
    announce: ['appAdmin', 'owner', 'admin'],
    changeJoinPolicy: ['appAdmin', 'owner', 'admin'],
    changeSettings: ['appAdmin', 'owner', 'admin'],
    changeRetention: ['appAdmin', 'owner', 'admin'],
    changeMaximum: ['appAdmin'],
    muteAll: ['appAdmin', 'owner', 'admin'],
    transfer: ['appAdmin', 'owner'],
    dismiss: ['appAdmin', 'owner'],
    copy: ['appAdmin', 'owner'],
  },
  // kick [552]: the owner is never in the list; an admin reaches ordinary members only.
  remove: { appAdmin: ['admin', 'member'], owner: ['admin', 'member'], admin: ['member'], member: [] },
  // mute [1493]: the owner never, an admin only by the owner.
  mute: { appAdmin: ['admin', 'member'], owner: ['admin', 'member'], admin: ['member'], member: [] },
  // set_group_member_info [1589]: an admin can't touch other admins but can promote an ordinary member.
  changeRole: { appAdmin: ['admin', 'member'], owner: ['admin', 'member'], admin: ['member'], member: [] },
  editCard: { appAdmin: ['owner', 'admin', 'member'], owner: ['admin', 'member'], admin: ['member'], member: [] },
  // revoke.go [35]: the owner any message, an admin only those of ordinary members.
  revokeMessages: {
    appAdmin: ['owner', 'admin', 'member'],
    owner: ['owner', 'admin', 'member'],
    admin: ['member'],
    member: [],
  },
  adminMayStepDown: true,
  ownerLeaves: 'deny',
  lastMemberLeaves: 'dismisses',
  formerOwnerBecomes: 'newOwnersFormerRole',
  mayBeOwnerless: false,
  inviteeConsent: 'never',
  joinPolicies: { selfJoin: ['open', 'approval', 'closed'], memberInvite: ['joins', 'approval', 'refused'] },
  mutedAdminMaySpeak: false,
  promotionEndsMute: false,
  muteSurvivesRejoining: false,
  keepsHistory: true,
  newcomerSeesEarlier: true,
  idReusableAfterDismissal: false,
  limits: {
    name: characters(1, 255),
    introduction: characters(0, 4_096),
    announcement: characters(0, 8_192),
    avatar: characters(0, 2_048),
    ext: bytes(0, 16_384),
    customFields: { count: 20, key: characters(1, 64), value: characters(0, 512) },
    cardName: characters(0, 255),
    reason: characters(0, 1_024),
    maximum: 1_000_000,
    admins: null,
    // proto Check(): lists of at most 1000.
    initialMembers: 1_000,
    listItems: 1_000,
    mute: { longest: null, forEver: true },
    revokeWithin: null,
    copyInterval: null,
  },
};

/** By the name that `GroupCreated.rules.preset` carries. */
export const groupPresets: Readonly<Record<'parley' | 'openim', GroupPreset>> = {
  parley: {
    rules: { preset: 'parley', version: 1, values: parley },
    defaults: { maximum: 500, joinPolicy: { selfJoin: 'open', memberInvite: 'joins' }, settings: {} },
  },
  openim: {
    rules: { preset: 'openim', version: 1, values: openim },
    // needVerification 0: a request needs approval, an invitation joins.
    defaults: { maximum: 1_000_000, joinPolicy: { selfJoin: 'approval', memberInvite: 'joins' }, settings: {} },
  },
};

export type PresetName = keyof typeof groupPresets;

export const isPresetName = (name: string): name is PresetName => Object.hasOwn(groupPresets, name);
