/** What a tenant has decided about friends and strangers (docs/rules.md A1): facts that come in on each command. */
export interface FriendshipSettings {
  /** Whether somebody may write to one who doesn't have him in his list. */
  readonly strangersMayWrite: boolean;
  /** Milliseconds from a request until its maker's next one to the same person, unless it was accepted; 0: at once. */
  readonly requestAgainAfterMs: number;
  /** The same where the other one has refused or ignored it. */
  readonly answeredAgainAfterMs: number;
  /** Whether somebody may have one back in his list unasked who still has him in his own. */
  readonly backUnasked: boolean;
  /**
   * Whether taking somebody off one's list blocks him too. It is then not for ever: he may ask again, and what makes them
   * friends again lifts the blocks between them.
   */
  readonly deletingBlocks: boolean;
  /** Whether a request reaches somebody who has blocked its maker. */
  readonly blockedMayAsk: boolean;
}

/** As 003 has it, which every API works with that has no other. */
export const FRIENDSHIP_SETTINGS: FriendshipSettings = {
  strangersMayWrite: true,
  requestAgainAfterMs: 0,
  answeredAgainAfterMs: 0,
  backUnasked: false,
  deletingBlocks: false,
  blockedMayAsk: true,
};

const DAY_MS = 86_400_000;

/** As 004 has it. */
export const SEALTALK_FRIENDSHIP_SETTINGS: FriendshipSettings = {
  strangersMayWrite: false,
  requestAgainAfterMs: 3 * DAY_MS,
  answeredAgainAfterMs: DAY_MS,
  backUnasked: true,
  deletingBlocks: true,
  blockedMayAsk: false,
};
