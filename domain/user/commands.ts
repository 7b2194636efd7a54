import type { UserPrivacyChanges, UserProfileChanges, UserReceiveOptionChanged } from './events.js';

/**
 * What can be asked of a user. All but the registration refuse UserNotFound, also of somebody who was erased, and NotPermitted
 * to everybody but himself and app admins.
 */
export type UserCommand = RegisterUser | ChangeUserProfile | ChangeUserPrivacy | ChangeUserReceiveOption | EraseUser;

/**
 * A person registers himself, or an app admin or the server does it for him. The login that goes with it, where there is
 * one, is reserved by the application before.
 * @throws UserIdTaken, InvalidArgument, NotPermitted.
 */
export interface RegisterUser {
  readonly type: 'RegisterUser';
  /** Chosen by the client in the form of `domain/shared/ids.ts`, or `number` in decimal (docs/rules.md A13). */
  readonly userId: string;
  /** 2^52 … 2^53-1, from the sequence. */
  readonly number: number;
  readonly nickname: string;
  readonly avatar?: string;
  readonly ext?: string;
  readonly region?: string;
  readonly phone?: string;
}

/**
 * Absent = unchanged; null or '' = cleared (003 update_user_info_ex: the nickname too, by ''). The phone isn't among them: it is a name that others find
 * him by, and goes with a reservation.
 * @throws InvalidArgument
 */
export interface ChangeUserProfile {
  readonly type: 'ChangeUserProfile';
  readonly userId: string;
  readonly changes: Omit<UserProfileChanges, 'phone'>;
}

/** Absent = unchanged (004 set_privacy). */
export interface ChangeUserPrivacy {
  readonly type: 'ChangeUserPrivacy';
  readonly userId: string;
  readonly changes: UserPrivacyChanges & { readonly accountSearchable?: boolean };
}

/** @throws InvalidArgument */
export interface ChangeUserReceiveOption {
  readonly type: 'ChangeUserReceiveOption';
  readonly userId: string;
  readonly option: UserReceiveOptionChanged['data']['option'];
}

/**
 * For app admins and the server alone, of somebody who isn't erased yet; for one who is, there is nothing to do. Whoever gives
 * the command has destroyed his data key before.
 * @throws InvalidArgument
 */
export interface EraseUser {
  readonly type: 'EraseUser';
  readonly userId: string;
  /** Why, for the history; it is told to every auditor for ever and holds nothing of the person. */
  readonly reason: string;
}

export type UserOutcome = { readonly alreadySo: boolean; readonly userId: string } & (
  | { readonly command: 'RegisterUser'; readonly number: number }
  | { readonly command: 'ChangeUserProfile'; readonly changed: readonly (keyof UserProfileChanges)[] }
  | { readonly command: 'ChangeUserPrivacy' }
  | { readonly command: 'ChangeUserReceiveOption' }
  | { readonly command: 'EraseUser' }
);
