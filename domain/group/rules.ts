/** At most one owner, always (RULES A2). */
export type Role = 'owner' | 'admin' | 'member';

/** Whose targets a role reaches: for each acting role, the roles it may act upon. */
export type RoleMatrix = Readonly<Record<Role, readonly Role[]>>;

export interface LengthBound {
  readonly min: number;
  readonly max: number;
  readonly unit: 'characters' | 'bytes';
}

/**
 * A group's rules as values, written into `GroupCreated` and read by every decision instead of a vendor's name
 * (RULES A1). Only what the group's own commands can't change stands here: join policy, maximum and settings are the
 * group's own state.
 */
export interface RuleValues {
  /** Who may remove whom. */
  readonly kick: RoleMatrix;
  /** Who may mute whom. */
  readonly mute: RoleMatrix;
  /** Who may move whom between member and admin. */
  readonly changeRole: RoleMatrix;
  /** Roles that may change name, avatar, introduction … */
  readonly editProfile: readonly Role[];
  /** Roles that may mute everybody. */
  readonly muteAll: readonly Role[];
  /** Roles that may dismiss the group; an app admin always may. */
  readonly dismiss: readonly Role[];
  readonly ownerLeaves: 'deny' | 'successor' | 'ownerless';
  readonly formerOwnerBecomes: 'member' | 'newOwnersFormerRole';
  readonly inviteeConsent: 'never' | 'byUserSetting' | 'always';
  readonly mutedAdminMaySpeak: boolean;
  readonly muteSurvivesRejoining: boolean;
  readonly newcomerSeesEarlier: boolean;
  readonly idReusableAfterDismissal: boolean;
  readonly mayBeOwnerless: boolean;
  readonly limits: {
    readonly name: LengthBound;
    readonly introduction: LengthBound;
    readonly announcement: LengthBound;
    readonly avatar: LengthBound;
    readonly ext: LengthBound;
    /** The highest `maximum` that a group may be given, and the one it gets when none is asked for. */
    readonly members: { readonly max: number; readonly default: number };
    /** Admins at most; null = as many as members. */
    readonly admins: number | null;
    /** Members named at creation at most, the owner not counted. */
    readonly initialMembers: number;
  };
}

export interface GroupRules {
  readonly preset: string;
  readonly version: number;
  readonly values: RuleValues;
}
