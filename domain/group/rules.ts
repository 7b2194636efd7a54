/** At most one owner, always (docs/rules.md A2). */
export type Role = 'owner' | 'admin' | 'member';

/**
 * In virtue of what somebody acts on a group: his role in it, or being an app admin of the tenant (or one of the server's
 * own processes). App admins stand in the tables like everybody else, because there are groups in which even they can't
 * do a thing (001: no muting in a Work group, no adding to an AVChatRoom).
 */
export type Standing = Role | 'appAdmin';

/** Whom an act can hit: for each standing, the roles it reaches. An empty row = this standing may not act at all. */
export type Reach<Target extends Role> = Readonly<Record<Standing, readonly Target[]>>;

/** No rules let anybody remove, mute or demote an owner: ownership moves only by a transfer (docs/rules.md A5). */
export type BelowOwner = Exclude<Role, 'owner'>;

/** Acts upon the group as a whole. */
export type GroupAct =
  /** Name or add somebody else. What an ordinary member's invitation leads to is the join policy's. */
  | 'invite'
  | 'answerJoinRequests'
  /** Name, avatar, introduction, ext, custom fields. */
  | 'editProfile'
  | 'announce'
  | 'changeJoinPolicy'
  /** memberProtection, lookMemberInfo, addMemberAsFriend. */
  | 'changeSettings'
  /** How long messages are shown (004's regular clear: the creator alone). */
  | 'changeRetention'
  | 'changeMaximum'
  | 'muteAll'
  | 'transfer'
  | 'dismiss'
  /** Make a new group with this one's members (004). */
  | 'copy';

export interface LengthBound {
  readonly min: number;
  readonly max: number;
  /** Characters are Unicode code points; bytes are those of UTF-8. */
  readonly unit: 'characters' | 'bytes';
}

/** How people come in; the group's own state, changed by its own command within what the rules offer. */
export interface JoinPolicy {
  /** What happens when somebody joins by himself. */
  selfJoin: 'open' | 'approval' | 'closed';
  /** What happens when an ordinary member invites. Owner and admins need nobody's approval. */
  memberInvite: 'joins' | 'approval' | 'refused';
}

/** Stored and shown; what clients make of them is theirs, save as docs/rules.md A17 says. */
export interface GroupSettings {
  /** Members may not add each other as friends. */
  memberProtection: boolean;
  /** Ordinary members may look at each other's profiles. */
  lookMemberInfo: boolean;
  addMemberAsFriend: boolean;
  /** Older messages are hidden; milliseconds, null = they are shown for ever. */
  retention: number | null;
}

/**
 * A group's rules as values, written into `GroupCreated` and read by every decision instead of a vendor's name
 * (docs/rules.md A1). Only what the group's own commands can't change stands here: join policy, maximum and settings are the
 * group's own state, and only the bounds within which they move are rules.
 */
export interface RuleValues {
  /** Who may do what to the group as a whole. */
  readonly may: Readonly<Record<GroupAct, readonly Standing[]>>;

  /** Who may remove whom (D0 "kick"). */
  readonly remove: Reach<BelowOwner>;
  /** Who may mute whom, and lift it again. */
  readonly mute: Reach<BelowOwner>;
  /** Who may move whom between member and admin, by the target's present role: `member` = promote, `admin` = demote. */
  readonly changeRole: Reach<BelowOwner>;
  /** Whose card in the group, beside one's own (002: nobody else's; 003: as `remove`). */
  readonly editCard: Reach<Role>;
  /** Whose messages may be revoked or deleted for everybody, beside one's own. Who left counts as a member. */
  readonly revokeMessages: Reach<Role>;
  /** An admin may make himself an ordinary member again (003 set_group_member_info). */
  readonly adminMayStepDown: boolean;

  readonly ownerLeaves: 'deny' | 'successor' | 'ownerless';
  /** Whether a group that its last member leaves is dismissed, or waits empty for an app admin. */
  readonly lastMemberLeaves: 'dismisses' | 'staysEmpty';
  readonly formerOwnerBecomes: 'member' | 'newOwnersFormerRole';
  /** A group can be created without an owner. True wherever `ownerLeaves` is `ownerless`. */
  readonly mayBeOwnerless: boolean;

  /** Whether a person who is named by somebody else is asked. */
  readonly inviteeConsent: 'never' | 'byUserSetting' | 'always';
  /** What the join policy may be set to. */
  readonly joinPolicies: {
    readonly selfJoin: readonly JoinPolicy['selfJoin'][];
    readonly memberInvite: readonly JoinPolicy['memberInvite'][];
  };

  readonly mutedAdminMaySpeak: boolean;
  /** Becoming an admin ends one's own mute (002). Becoming the owner always does (docs/rules.md A5). */
  readonly promotionEndsMute: boolean;
  readonly muteSurvivesRejoining: boolean;

  /** Whether messages are kept at all, or exist on the live feed alone (001's AVChatRoom). */
  readonly keepsHistory: boolean;
  readonly newcomerSeesEarlier: boolean;
  readonly idReusableAfterDismissal: boolean;

  readonly limits: {
    readonly name: LengthBound;
    readonly introduction: LengthBound;
    readonly announcement: LengthBound;
    readonly avatar: LengthBound;
    readonly ext: LengthBound;
    readonly customFields: { readonly count: number; readonly key: LengthBound; readonly value: LengthBound };
    /** A member's name in the group. */
    readonly cardName: LengthBound;
    /** Why somebody was removed; what goes with an invitation, a request or an answer. */
    readonly reason: LengthBound;
    /** The highest `maximum` that a group may be given; the owner counts. */
    readonly maximum: number;
    /** Admins at most, null = as many as members, 0 = this kind of group has none. */
    readonly admins: number | null;
    /** Members and admins named at creation at most, the owner not counted. */
    readonly initialMembers: number;
    /** People in one command's list at most (remove, speakers). */
    readonly listItems: number;
    /** How long one mute may last, ms, null = any time; and whether it may be for ever. */
    readonly mute: { readonly longest: number | null; readonly forEver: boolean };
    /** How old a message a user may still revoke, ms, null = any. App admins are free of it. */
    readonly revokeWithin: number | null;
    /** A group younger than this, or copied more recently, can't be copied; ms, null = no bound. */
    readonly copyInterval: number | null;
  };
}

export interface GroupRules {
  readonly preset: string;
  /** Of the preset's values; a preset that changes is a new version, and older groups keep what they were made with. */
  readonly version: number;
  readonly values: RuleValues;
}
