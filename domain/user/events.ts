import type { DomainEvent } from '../shared/event.js';

/** EVENTS.md "User". Personal fields (the registry marks them): nickname, avatar, ext, region, phone — of `userId`. */
export type UserRegistered = DomainEvent<
  'UserRegistered',
  {
    userId: string;
    /** 2^52 … 2^53-1, from the sequence (RULES A13). */
    number: number;
    nickname: string;
    avatar: string;
    ext: string;
    region?: string;
    phone?: string;
  }
>;

export type UserEvent = UserRegistered;
