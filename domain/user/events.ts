import type { DomainEvent } from '../shared/event.js';

/** docs/events.md "User". Personal fields (the registry marks them): nickname, avatar, ext, region, phone — of `userId`. */
export type UserRegistered = DomainEvent<
  'UserRegistered',
  {
    userId: string;
    /** 2^52 … 2^53-1, from the sequence (docs/rules.md A13). */
    number: number;
    nickname: string;
    avatar: string;
    ext: string;
    region?: string;
    phone?: string;
  }
>;

export interface UserProfileChanges {
  nickname?: string;
  avatar?: string | null;
  ext?: string | null;
  gender?: string | null;
  region?: string | null;
  phone?: string | null;
}

/** `changes` is personal to `userId`. Absent = unchanged, null = cleared; of the nickname ''. */
export type UserProfileChanged = DomainEvent<'UserProfileChanged', { userId: string; changes: UserProfileChanges }>;

export interface UserPrivacyChanges {
  /** He wants to be asked before he is put into a group (004 groupVerify). */
  groupInviteConsent?: boolean;
  friendRequestConsent?: boolean;
  searchable?: boolean;
}

export type UserPrivacyChanged = DomainEvent<'UserPrivacyChanged', { userId: string; changes: UserPrivacyChanges }>;

/** Whether others find him by the name of his account, as `searchable` says it of his phone (004 stSearchVerify). */
export type UserAccountSearchChanged = DomainEvent<'UserAccountSearchChanged', { userId: string; searchable: boolean }>;

/** Of all messages, unless a conversation says otherwise: told at once, only when he looks, or not at all. */
export type UserReceiveOptionChanged = DomainEvent<
  'UserReceiveOptionChanged',
  { userId: string; option: 'all' | 'silent' | 'none' }
>;

/**
 * His data key is destroyed, which is before this is written: nothing that was encrypted for him can be read again. The id is
 * a pseudonym and stays, and so does the reason, so that others can be told why; it isn't encrypted.
 */
export type UserErased = DomainEvent<'UserErased', { userId: string; reason: string }>;

export type UserEvent =
  | UserRegistered
  | UserProfileChanged
  | UserPrivacyChanged
  | UserAccountSearchChanged
  | UserReceiveOptionChanged
  | UserErased;
