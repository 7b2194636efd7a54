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

/*
 * The other rules of the five differ from seed 003's in what stands here, so each can be read beside its column of
 * RULES D0. App admins keep everywhere what an app admin can do, save where a type of group forbids it even to them.
 */
const strictlyBelow = {
  appAdmin: ['admin', 'member'],
  owner: ['admin', 'member'],
  admin: ['member'],
  member: [],
} as const;
const amongManagers = { ...strictlyBelow, admin: ['admin', 'member'] } as const;
const byOwnerAlone = { ...strictlyBelow, admin: [] } as const;
const nobody = { appAdmin: [], owner: [], admin: [], member: [] } as const;
const day = 86_400_000;

/** Seed 000, OpenIM v2 (RULES D2). */
const openimV2: RuleValues = {
  ...openim,
  // CMS DeleteGroup, which is not for an owner to call (D0 "dismiss by").
  may: { ...openim.may, dismiss: ['appAdmin'] },
  // kick [307]: an admin may kick an admin.
  remove: amongManagers,
  // quit [536]: the owner may quit, and the group goes on without one.
  ownerLeaves: 'ownerless',
  lastMemberLeaves: 'staysEmpty',
  mayBeOwnerless: true,
  formerOwnerBecomes: 'member',
  // join [505]: always a request; invite [197]: always joins.
  joinPolicies: { selfJoin: ['approval'], memberInvite: ['joins'] },
  // No bound is known (D2): a group may go without a name.
  limits: { ...openim.limits, name: characters(0, 255) },
};

/** Seed 004, SealTalk (RULES D5). */
const sealtalk: RuleValues = {
  ...openim,
  may: {
    ...openim.may,
    // rename [1256], portrait [1420]: the creator. Bulletin, mute_all, member protection: creator or manager (RULES A7).
    editProfile: ['appAdmin', 'owner'],
    changeRetention: ['appAdmin', 'owner'],
    copy: ['appAdmin', 'owner', 'admin'],
  },
  // kick [699]: managers may kick managers.
  remove: amongManagers,
  // set_manager [1690]: the creator.
  changeRole: byOwnerAlone,
  adminMayStepDown: false,
  // quit [833]: another member becomes creator, the last one dismisses.
  ownerLeaves: 'successor',
  lastMemberLeaves: 'dismisses',
  formerOwnerBecomes: 'member',
  // add [1865]: groupVerify of the invitee; certification: managers approve.
  inviteeConsent: 'byUserSetting',
  joinPolicies: { selfJoin: ['open'], memberInvite: ['joins', 'approval'] },
  newcomerSeesEarlier: false,
  limits: {
    ...openim.limits,
    name: characters(2, 32),
    announcement: characters(0, 1_024),
    avatar: characters(0, 256),
    cardName: characters(0, 32),
    maximum: 500,
    initialMembers: 499,
    listItems: 500,
    // copy_group [2315]: 7 days.
    copyInterval: 7 * day,
  },
};

/** Seed 002, dtalk (RULES D4). */
const dtalk: RuleValues = {
  ...openim,
  // PUT /update-group-maximum is a user's call.
  may: { ...openim.may, changeMaximum: ['appAdmin', 'owner'] },
  // mute: owner and admins can't be muted (-10027).
  mute: { appAdmin: ['member'], owner: ['member'], admin: ['member'], member: [] },
  // setadmin.go: the owner alone.
  changeRole: byOwnerAlone,
  // RULES C "002 member name": owner and admins change anyone's.
  editCard: {
    appAdmin: ['owner', 'admin', 'member'],
    owner: ['owner', 'admin', 'member'],
    admin: ['owner', 'admin', 'member'],
    member: [],
  },
  adminMayStepDown: false,
  formerOwnerBecomes: 'member',
  // A new admin is unmuted.
  promotionEndsMute: true,
  newcomerSeesEarlier: false,
  limits: {
    ...openim.limits,
    // create-group's name is optional, and group-info's sample has none.
    name: characters(0, 200),
    avatar: characters(0, 1_000),
    cardName: characters(0, 40),
    maximum: 2_000,
    admins: 10,
    mute: { longest: day, forEver: true },
  },
};

/** Seed 001, Tencent's Public group (RULES D3). */
const tencentPublic: RuleValues = {
  ...openim,
  may: { ...openim.may, changeMaximum: ['appAdmin', 'owner'] },
  // Admins are the owner's to make, 003's promoting admin is 003's alone.
  changeRole: byOwnerAlone,
  // A group may have no owner; but who owns one may not quit (10009).
  ownerLeaves: 'deny',
  // D0 "dismiss by": the owner or an app admin, never somebody's leaving: an AVChatRoom outlives its last viewer.
  lastMemberLeaves: 'staysEmpty',
  mayBeOwnerless: true,
  formerOwnerBecomes: 'member',
  inviteeConsent: 'byUserSetting',
  muteSurvivesRejoining: true,
  newcomerSeesEarlier: false,
  idReusableAfterDismissal: true,
  limits: {
    ...openim.limits,
    name: bytes(1, 30),
    introduction: bytes(0, 240),
    announcement: bytes(0, 300),
    avatar: bytes(0, 500),
    cardName: bytes(0, 50),
    maximum: 6_000,
    initialMembers: 100,
    listItems: 500,
    revokeWithin: 120_000,
  },
};

/** Seed 001, Work (once Private): no admins, no muting, any member edits the profile, only app admins destroy it. */
const tencentWork: RuleValues = {
  ...tencentPublic,
  may: {
    ...tencentPublic.may,
    editProfile: ['appAdmin', 'owner', 'member'],
    announce: ['appAdmin', 'owner', 'member'],
    muteAll: [],
    dismiss: ['appAdmin'],
  },
  remove: byOwnerAlone,
  mute: nobody,
  changeRole: nobody,
  ownerLeaves: 'ownerless',
  inviteeConsent: 'never',
  joinPolicies: { selfJoin: ['closed'], memberInvite: ['joins'] },
  limits: { ...tencentPublic.limits, admins: 0 },
};

/** Seed 001, Meeting (once ChatRoom): anybody joins, and sees what was said before. */
const tencentMeeting: RuleValues = {
  ...tencentPublic,
  newcomerSeesEarlier: true,
  joinPolicies: { selfJoin: ['open'], memberInvite: ['joins'] },
  limits: { ...tencentPublic.limits, maximum: 10_000 },
};

/** Seed 001, AVChatRoom: nobody is added (10007), nothing is kept. */
const tencentAvChatRoom: RuleValues = {
  ...tencentMeeting,
  may: { ...tencentMeeting.may, invite: [] },
  newcomerSeesEarlier: false,
  keepsHistory: false,
  limits: { ...tencentMeeting.limits, maximum: 1_000_000 },
};

/** A17: what the originals' groups start with. */
const unset: GroupSettings = {
  memberProtection: false,
  lookMemberInfo: true,
  addMemberAsFriend: true,
  retention: null,
};

const preset = (
  name: string,
  values: RuleValues,
  maximum: number,
  selfJoin: JoinPolicy['selfJoin'],
  memberInvite: JoinPolicy['memberInvite'],
): GroupPreset => ({
  rules: { preset: name, version: 1, values },
  defaults: { maximum, joinPolicy: { selfJoin, memberInvite }, settings: unset },
});

export type PresetName =
  | 'parley'
  | 'openim'
  | 'openim-v2'
  | 'sealtalk'
  | 'dtalk'
  | 'tencent-work'
  | 'tencent-public'
  | 'tencent-meeting'
  | 'tencent-avchatroom';

/** By the name that `GroupCreated.rules.preset` carries; then how many a new group holds, and how people come into it. */
export const groupPresets: Readonly<Record<PresetName, GroupPreset>> = {
  parley: preset('parley', parley, 500, 'open', 'joins'),
  // needVerification 0: a request needs approval, an invitation joins.
  openim: preset('openim', openim, 1_000_000, 'approval', 'joins'),
  'openim-v2': preset('openim-v2', openimV2, 1_000_000, 'approval', 'joins'),
  sealtalk: preset('sealtalk', sealtalk, 500, 'open', 'joins'),
  // joinType 0; 200 of at most 2000 (RULES C "002 maximum").
  dtalk: preset('dtalk', dtalk, 200, 'open', 'joins'),
  'tencent-work': preset('tencent-work', tencentWork, 200, 'closed', 'joins'),
  'tencent-public': preset('tencent-public', tencentPublic, 2_000, 'approval', 'joins'),
  'tencent-meeting': preset('tencent-meeting', tencentMeeting, 10_000, 'open', 'joins'),
  'tencent-avchatroom': preset('tencent-avchatroom', tencentAvChatRoom, 1_000_000, 'open', 'joins'),
};

export const isPresetName = (name: string): name is PresetName => Object.hasOwn(groupPresets, name);
