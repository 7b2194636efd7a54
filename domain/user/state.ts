import type { UserEvent } from './events.js';

export interface NoUser {
  readonly status: 'none';
}

/** What decisions need to know of a user. Nothing personal: erasing a person leaves no trace in a cached state. */
export interface User {
  readonly status: 'registered';
  readonly userId: string;
  readonly number: number;
}

export type UserState = NoUser | User;

export const noUser: UserState = { status: 'none' };

/** Folds one event; an event unknown here changes nothing. */
export function evolve(state: UserState, event: UserEvent): UserState {
  switch (event.type) {
    case 'UserRegistered':
      return { status: 'registered', userId: event.data.userId, number: event.data.number };
    default:
      return state;
  }
}
