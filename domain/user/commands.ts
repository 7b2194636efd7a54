/** What can be asked of a user. */
export type UserCommand = RegisterUser;

/**
 * A person registers himself, or an app admin or the server does it for him. The login that goes with it, where there is
 * one, is reserved by the application before.
 * @throws UserIdTaken, InvalidArgument, NotPermitted.
 */
export interface RegisterUser {
  readonly type: 'RegisterUser';
  /** Chosen by the client in the form of `domain/shared/ids.ts`, or `number` in decimal (RULES A13). */
  readonly userId: string;
  /** 2^52 … 2^53-1, from the sequence. */
  readonly number: number;
  readonly nickname: string;
  readonly avatar?: string;
  readonly ext?: string;
  readonly region?: string;
  readonly phone?: string;
}

export interface UserOutcome {
  readonly command: 'RegisterUser';
  readonly alreadySo: boolean;
  readonly userId: string;
  readonly number: number;
}
