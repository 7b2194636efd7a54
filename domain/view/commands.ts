import type { ReceiveOption, ViewSettingsChanges } from './events.js';

/**
 * What one does with a conversation for himself alone. All refuse NotPermitted to everybody but himself and app admins, and
 * NotAParticipant. What is already so makes no events. How far one has read is no command: it is state (docs/rules.md A10).
 */
export type ViewCommand = (HideMessages | ClearHistory | ChangeView | SetReadPosition) & {
  readonly userId: string;
  /** He is a party to the conversation, or was and still sees what was said till then. */
  readonly participates: boolean;
};

/** Hides messages from him. @throws MessageUnknown (never sent), InvalidArgument (none or more than 1,000) */
export interface HideMessages {
  readonly type: 'HideMessages';
  readonly seqs: readonly number[];
  /** The conversation's newest. */
  readonly lastSeq: number;
}

/** Hides everything up to a seq, it included, from him. Only ever moves on. @throws InvalidArgument (beyond the newest) */
export interface ClearHistory {
  readonly type: 'ClearHistory';
  /** Default: the newest. */
  readonly upToSeq?: number;
  /** The conversation's newest; 0 = nothing was said. */
  readonly lastSeq: number;
}

/** Absent = unchanged; an ext of null or '' = cleared. All or nothing. @throws InvalidArgument */
export interface ChangeView {
  readonly type: 'ChangeView';
  readonly changes: {
    readonly pinned?: boolean;
    readonly receiveOption?: ReceiveOption;
    readonly ext?: string | null;
    readonly settings?: ViewSettingsChanges;
  };
}

/**
 * Sets how far he has read, also lower than it is (001 set_unread_msg_num). By app admins only. Always a fact: where the
 * position is, this stream doesn't know.
 * @throws NotPermitted, InvalidArgument (beyond the newest)
 */
export interface SetReadPosition {
  readonly type: 'SetReadPosition';
  /** 0 = nothing. */
  readonly upToSeq: number;
  /** The conversation's newest. */
  readonly lastSeq: number;
}

/** Plain JSON, since it is kept for a repeated request. */
export type ViewOutcome = { readonly alreadySo: boolean } & (
  | { readonly command: 'HideMessages' }
  | { readonly command: 'ClearHistory'; readonly upToSeq: number }
  | { readonly command: 'ChangeView'; readonly changed: readonly (keyof ChangeView['changes'])[] }
  | { readonly command: 'SetReadPosition'; readonly upToSeq: number }
);
