import { all, columnOf, inEach, type PresetName, row, type Rows } from './preset-rows.js';
import type {
  BelowOwner,
  GroupRules,
  GroupSettings,
  JoinPolicy,
  LengthBound,
  Reach,
  Role,
  RuleValues,
  Standing,
} from './rules.js';

export { type PresetName, presetNames } from './preset-rows.js';

/** Rules by name, and what a group of them starts with where its creator says nothing. */
export interface GroupPreset {
  readonly rules: GroupRules;
  readonly defaults: {
    readonly maximum: number;
    readonly joinPolicy: JoinPolicy;
    readonly settings: GroupSettings;
  };
}

/*
 * To be read beside docs/rules.md D: a row for each value, a column for each preset, and over a row where it comes from. `/v1` is
 * the native preset: where the five differ, what surprises fewest people. What no seed bounds only keeps events small.
 */

/** Who may: app admins everywhere, save where a type of group forbids it even to them. */
const everybody: readonly Standing[] = ['appAdmin', 'owner', 'admin', 'member'];
const managers: readonly Standing[] = ['appAdmin', 'owner', 'admin'];
const owner: readonly Standing[] = ['appAdmin', 'owner'];
const appAdmin: readonly Standing[] = ['appAdmin'];
const nobody: readonly Standing[] = [];
/** Where there are no admins. */
const anyMember: readonly Standing[] = ['appAdmin', 'owner', 'member'];

// prettier-ignore
const may: Rows<RuleValues['may']> = {
  //                      parley      openim      openim-v2   sealtalk    dtalk       Work        Public      Meeting     AVChatRoom
  //                      /v1         003         000         004         002         001         001         001         001
  // D0 "invite by ordinary": what it leads to is the join policy's. Nobody is added to an AVChatRoom (10007).
  invite:             row(everybody,  everybody,  everybody,  everybody,  everybody,  everybody,  everybody,  everybody,  nobody),
  // 003 application response, 000, 002, 004 agree (docs/rules.md A7).
  answerJoinRequests: all(managers),
  // 003 set_group_info, 000; 004 rename, portrait: the creator; Work: any member.
  editProfile:        row(managers,   managers,   managers,   owner,      managers,   anyMember,  managers,   managers,   managers),
  // 004 bulletin: creator or manager (docs/rules.md A7).
  announce:           row(managers,   managers,   managers,   managers,   managers,   anyMember,  managers,   managers,   managers),
  // 004 set_certification, 002 joinType, 001 ApplyJoinOption.
  changeJoinPolicy:   all(managers),
  // 004 member protection: creator or manager (docs/rules.md A7).
  changeSettings:     all(managers),
  // 004 regular clear: the creator.
  changeRetention:    row(owner,      managers,   managers,   owner,      managers,   managers,   managers,   managers,   managers),
  // 002 PUT /update-group-maximum and 001 modify_group_base_info are a user's calls, too; the others have none.
  changeMaximum:      row(owner,      appAdmin,   appAdmin,   appAdmin,   owner,      owner,      owner,      owner,      owner),
  // D0 "mute all"; 004: creator or manager (docs/rules.md A7); Work: no mute.
  muteAll:            row(managers,   managers,   managers,   managers,   managers,   nobody,     managers,   managers,   managers),
  // D0 "who transfers"; 000: closed (docs/rules.md A7).
  transfer:           all(owner),
  // D0 "dismiss by": 000 CMS DeleteGroup; Work: only an app admin destroys it (D3).
  dismiss:            row(owner,      owner,      appAdmin,   owner,      owner,      appAdmin,   owner,      owner,      owner),
  // 004 copy_group.
  copy:               row(managers,   owner,      owner,      managers,   owner,      owner,      owner,      owner,      owner),
};

/** Whom an act can hit: who is strictly lower, unless its name says otherwise. */
const lower: Reach<BelowOwner> = {
  appAdmin: ['admin', 'member'],
  owner: ['admin', 'member'],
  admin: ['member'],
  member: [],
};
const adminsToo: Reach<BelowOwner> = { ...lower, admin: ['admin', 'member'] };
const byOwner: Reach<BelowOwner> = { ...lower, admin: [] };
const membersOnly: Reach<BelowOwner> = { appAdmin: ['member'], owner: ['member'], admin: ['member'], member: [] };
const noOne: Reach<BelowOwner> = { appAdmin: [], owner: [], admin: [], member: [] };
const anybody: readonly Role[] = ['owner', 'admin', 'member'];
const lowerCards: Reach<Role> = { ...lower, appAdmin: anybody };
const anyCard: Reach<Role> = { appAdmin: anybody, owner: anybody, admin: anybody, member: [] };

// prettier-ignore
const reach: Rows<Pick<RuleValues, 'remove' | 'mute' | 'changeRole' | 'editCard' | 'revokeMessages'>> = {
  //                      parley       openim       openim-v2    sealtalk     dtalk        Work         Public       Meeting      AVChatRoom
  //                      /v1          003          000          004          002          001          001          001          001
  // D0 "kick": 003 and 002 the strictly lower; 000 and 004 an admin an admin, too. Work has no admins.
  remove:             row(lower,       lower,       adminsToo,   adminsToo,   lower,       byOwner,     lower,       lower,       lower),
  // 003: an admin only by the owner; 002: neither owner nor admins (-10027); Work: no mute.
  mute:               row(lower,       lower,       lower,       lower,       membersOnly, noOne,       lower,       lower,       lower),
  // 003 set_group_member_info: an admin promotes, and touches no admin; 002 set admin, 004 set_manager
  // and 001: the owner alone. Work has no admins.
  changeRole:         row(byOwner,     lower,       lower,       byOwner,     byOwner,     noOne,       byOwner,     byOwner,     byOwner),
  // docs/rules.md C "002 member name": owner and admins change anyone's; 003: as they remove.
  editCard:           row(lowerCards,  lowerCards,  lowerCards,  lowerCards,  anyCard,     lowerCards,  lowerCards,  lowerCards,  lowerCards),
  // 003 revoke: the owner any message, an admin those of ordinary members.
  revokeMessages:     all({ ...lowerCards, owner: anybody }),
};

const anyJoin: readonly JoinPolicy['selfJoin'][] = ['open', 'approval', 'closed'];
const anyInvite: readonly JoinPolicy['memberInvite'][] = ['joins', 'approval', 'refused'];
const orApproval: readonly JoinPolicy['memberInvite'][] = ['joins', 'approval'];

/** What the join policy may be set to. */
// prettier-ignore
const joinPolicies: Rows<RuleValues['joinPolicies']> = {
  //                      parley        openim        openim-v2     sealtalk      dtalk         Work          Public        Meeting       AVChatRoom
  //                      /v1           003           000           004           002           001           001           001           001
  // D0 "self join": 000 always a request; 004 and Meeting open; Work no apply.
  selfJoin:           row(anyJoin,      anyJoin,      ['approval'], ['open'],     anyJoin,      ['closed'],   anyJoin,      ['open'],     ['open']),
  // D0 "invite by ordinary": 000, Work, Meeting always join; 004: certification on or off.
  memberInvite:       row(anyInvite,    anyInvite,    ['joins'],    orApproval,   anyInvite,    ['joins'],    anyInvite,    ['joins'],    ['joins']),
};

const bySetting = 'byUserSetting';
const swapped = 'newOwnersFormerRole';

// prettier-ignore
const consent: Rows<Pick<RuleValues, 'inviteeConsent'>> = {
  //                      parley        openim        openim-v2     sealtalk      dtalk         Work          Public        Meeting       AVChatRoom
  //                      /v1           003           000           004           002           001           001           001           001
  // D0 "invite by ordinary": 004 groupVerify of the invitee, 001 Public the same; 003, 000, 002, Work: never.
  inviteeConsent:     row(bySetting,    'never',      'never',      bySetting,    'never',      'never',      bySetting,    bySetting,    bySetting),
};

type Ownership = 'ownerLeaves' | 'lastMemberLeaves' | 'mayBeOwnerless' | 'formerOwnerBecomes' | 'adminMayStepDown';

// prettier-ignore
const ownership: Rows<Pick<RuleValues, Ownership>> = {
  //                      parley        openim        openim-v2     sealtalk      dtalk         Work          Public        Meeting       AVChatRoom
  //                      /v1           003           000           004           002           001           001           001           001
  // D0 "owner leaves": 003 1002, 002 -10022, 001 10009 save Work; 000 quit and Work: without owner; 004 quit.
  ownerLeaves:        row('successor',  'deny',       'ownerless',  'successor',  'deny',       'ownerless',  'deny',       'deny',       'deny'),
  // D0 "dismiss by": 004's last one dismisses; no leaving ends a group of 000 or 001. 003's and 002's owner can't leave.
  lastMemberLeaves:   row('dismisses',  'dismisses',  'staysEmpty', 'dismisses',  'dismisses',  'staysEmpty', 'staysEmpty', 'staysEmpty', 'staysEmpty'),
  // D3 "group may have no owner"; 000 after quit.
  mayBeOwnerless:     row(false,        false,        true,         false,        false,        true,         true,         true,         true),
  // D0 "transfer: old owner becomes"; 003: the roles are swapped.
  formerOwnerBecomes: row('member',     swapped,      'member',     'member',     'member',     'member',     'member',     'member',     'member'),
  // 003 set_group_member_info: his own role, downwards; 002 and 004: the owner alone.
  adminMayStepDown:   row(true,         true,         true,         false,        false,        true,         true,         true,         true),
};

type WhatStays =
  | 'idReusableAfterDismissal'
  | 'newcomerSeesEarlier'
  | 'keepsHistory'
  | 'muteSurvivesRejoining'
  | 'mutedAdminMaySpeak'
  | 'promotionEndsMute';

// prettier-ignore
const whatStays: Rows<Pick<RuleValues, WhatStays>> = {
  //                            parley     openim     openim-v2  sealtalk   dtalk      Work       Public     Meeting    AVChatRoom
  //                            /v1        003        000        004        002        001        001        001        001
  // D0 "re-use of id": 001 after destroy.
  idReusableAfterDismissal: row(false,     false,     false,     false,     false,     true,      true,      true,      true),
  // D0 "newcomer sees earlier history": Meeting yes, the others of 001 no; 003 all.
  newcomerSeesEarlier:      row(false,     true,      true,      false,     false,     false,     false,     true,      false),
  // D3: an AVChatRoom has no stored history.
  keepsHistory:             row(true,      true,      true,      true,      true,      true,      true,      true,      false),
  // D0 "mute survives rejoining": 001, 002.
  muteSurvivesRejoining:    row(true,      false,     false,     false,     true,      true,      true,      true,      true),
  // D0 "muted admin may speak": 003 1402, 001; 002's are never muted.
  mutedAdminMaySpeak:       all(false),
  // 002 set admin: a new admin is unmuted.
  promotionEndsMute:        row(true,      false,     false,     false,     true,      false,     false,     false,     false),
};

/** At most so many, and at least so many. */
const chars = (max: number, min = 0): LengthBound => ({ min, max, unit: 'characters' });
const bytes = (max: number, min = 0): LengthBound => ({ min, max, unit: 'bytes' });
const minute = 60_000;
const day = 1_440 * minute;
const anyTime: RuleValues['limits']['mute'] = { longest: null, forEver: true };
const aDay: RuleValues['limits']['mute'] = { longest: day, forEver: true };

// prettier-ignore
const limits: Rows<RuleValues['limits']> = {
  //                  parley         openim         openim-v2      sealtalk       dtalk          Work           Public         Meeting        AVChatRoom
  //                  /v1            003            000            004            002            001            001            001            001
  // 004: 2 to 32; 001: 30 bytes; 002: 200 (DB), and may be ""; 000: no bound known; 003: not blank.
  name:           row(chars(100, 1), chars(255, 1), chars(255),    chars(32, 2),  chars(200),    bytes(30, 1),  bytes(30, 1),  bytes(30, 1),  bytes(30, 1)),
  // 001: 240 bytes.
  introduction:   row(chars(1_000),  chars(4_096),  chars(4_096),  chars(4_096),  chars(4_096),  bytes(240),    bytes(240),    bytes(240),    bytes(240)),
  // 004: 1024; 001: 300 bytes.
  announcement:   row(chars(4_000),  chars(8_192),  chars(8_192),  chars(1_024),  chars(8_192),  bytes(300),    bytes(300),    bytes(300),    bytes(300)),
  // 004: 256; 002: 1000; 001: 500 bytes.
  avatar:         row(chars(1_024),  chars(2_048),  chars(2_048),  chars(256),    chars(1_000),  bytes(500),    bytes(500),    bytes(500),    bytes(500)),
  ext:            row(bytes(8_192),  bytes(16_384), bytes(16_384), bytes(16_384), bytes(16_384), bytes(16_384), bytes(16_384), bytes(16_384), bytes(16_384)),
  customFields:   all({ count: 20, key: chars(64, 1), value: chars(512) }),
  // 004: 32; 002: 40; 001: 50 bytes.
  cardName:       row(chars(64),     chars(255),    chars(255),    chars(32),     chars(40),     bytes(50),     bytes(50),     bytes(50),     bytes(50)),
  reason:         row(chars(500),    chars(1_024),  chars(1_024),  chars(1_024),  chars(1_024),  chars(1_024),  chars(1_024),  chars(1_024),  chars(1_024)),
  // D0 "member limit".
  maximum:        row(100_000,       1_000_000,     1_000_000,     500,           2_000,         6_000,         6_000,         10_000,        1_000_000),
  // 002: 10; Work: no admins.
  admins:         row(null,          null,          null,          null,          10,            0,             null,          null,          null),
  // D5 create: > 500 => 400; D3: 100; 003: lists of at most 1000.
  initialMembers: row(500,           1_000,         1_000,         499,           1_000,         100,           100,           100,           100),
  // 003; 004 as a group; 001 forbid <= 500.
  listItems:      row(500,           1_000,         1_000,         500,           1_000,         500,           500,           500,           500),
  // 002: at most 24 h, or for ever.
  mute:           row(anyTime,       anyTime,       anyTime,       anyTime,       aDay,          anyTime,       anyTime,       anyTime,       anyTime),
  // 001: a time limit for users.
  revokeWithin:   row(null,          null,          null,          null,          null,          2 * minute,    2 * minute,    2 * minute,    2 * minute),
  // 004 copy_group: 7 days.
  copyInterval:   row(null,          null,          null,          7 * day,       null,          null,          null,          null,          null),
};

/** A17: what the originals' groups start with. */
const unset: GroupSettings = {
  memberProtection: false,
  lookMemberInfo: true,
  addMemberAsFriend: true,
  retention: null,
};

interface Start {
  readonly version: number;
  readonly maximum: number;
  readonly selfJoin: JoinPolicy['selfJoin'];
  readonly memberInvite: JoinPolicy['memberInvite'];
}

/** The version of the values above, how many a new group holds, and how people come into it. */
// prettier-ignore
const start: Rows<Start> = {
  //                  parley       openim       openim-v2    sealtalk     dtalk        Work         Public       Meeting      AVChatRoom
  //                  /v1          003          000          004          002          001          001          001          001
  // Of the values above; a preset that changes is a new version.
  version:        row(1,           1,           1,           1,           2,           1,           1,           1,           1),
  // 002: 200 of at most 2000 (docs/rules.md C "002 maximum"); 001: as its types have it.
  maximum:        row(500,         1_000_000,   1_000_000,   500,         200,         200,         2_000,       10_000,      1_000_000),
  // 003 needVerification 0: a request needs approval, an invitation joins; 002 joinType 0.
  selfJoin:       row('open',      'approval',  'approval',  'open',      'open',      'closed',    'approval',  'open',      'open'),
  memberInvite:   all('joins'),
};

export const groupPresets: Readonly<Record<PresetName, GroupPreset>> = inEach((name) => {
  const { version, maximum, selfJoin, memberInvite } = columnOf(start, name);
  const values: RuleValues = {
    may: columnOf(may, name),
    ...columnOf(reach, name),
    joinPolicies: columnOf(joinPolicies, name),
    ...columnOf(consent, name),
    ...columnOf(ownership, name),
    ...columnOf(whatStays, name),
    limits: columnOf(limits, name),
  };
  return {
    rules: { preset: name, version, values },
    defaults: { maximum, joinPolicy: { selfJoin, memberInvite }, settings: unset },
  };
});

export const isPresetName = (name: string): name is PresetName => Object.hasOwn(groupPresets, name);
