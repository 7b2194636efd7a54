import { fingerprint } from '../shared/fingerprint.js';
import type {
  UserEvent,
  UserPrivacyChanges,
  UserProfileChanges,
  UserReceiveOptionChanged,
  UserRegistered,
} from './events.js';

export interface NoUser {
  readonly status: 'none';
}

/** What decisions need to know of a user. Nothing personal: erasing a person leaves no trace in a cached state. */
export interface User {
  readonly status: 'registered';
  readonly userId: string;
  readonly number: number;
  /** What his profile says, as fingerprints; a field that is absent says nothing. */
  readonly profile: ProfilePrints;
  readonly privacy: Readonly<Required<UserPrivacyChanges>> & { readonly accountSearchable: boolean };
  readonly receiveOption: UserReceiveOptionChanged['data']['option'];
}

export type ProfilePrints = Readonly<Partial<Record<keyof UserProfileChanges, number>>>;

/** Nothing is left of him but that his id was somebody's, and is nobody else's. */
export interface ErasedUser {
  readonly status: 'erased';
  readonly userId: string;
  readonly number: number;
}

export type UserState = NoUser | User | ErasedUser;

export const noUser: UserState = { status: 'none' };

/** Of whoever has set nothing: found and reached by everybody, as the five originals have it. */
export const defaultPrivacy: User['privacy'] = {
  groupInviteConsent: false,
  friendRequestConsent: true,
  searchable: true,
  accountSearchable: true,
};

/** Folds one event; an event unknown here changes nothing. Total also where personal fields were erased (null). */
export function evolve(state: UserState, event: UserEvent): UserState {
  if (state.status === 'erased') return state;
  if (event.type === 'UserRegistered') return registered(event.data);
  if (state.status !== 'registered') return state;
  switch (event.type) {
    case 'UserProfileChanged':
      return { ...state, profile: changedPrints(state.profile, event.data.changes) };
    case 'UserPrivacyChanged':
      return { ...state, privacy: { ...state.privacy, ...event.data.changes } };
    case 'UserAccountSearchChanged':
      return { ...state, privacy: { ...state.privacy, accountSearchable: event.data.searchable } };
    case 'UserReceiveOptionChanged':
      return { ...state, receiveOption: event.data.option };
    case 'UserErased':
      return { status: 'erased', userId: state.userId, number: state.number };
    default:
      return state;
  }
}

function registered({ userId, number, nickname, avatar, ext, region }: UserRegistered['data']): User {
  return {
    status: 'registered',
    userId,
    number,
    profile: changedPrints({}, { nickname, avatar, ext, ...(region !== undefined && { region }) }),
    privacy: defaultPrivacy,
    receiveOption: 'all',
  };
}

export const profileFields = ['nickname', 'avatar', 'ext', 'gender', 'region'] as const;

/** undefined for what says nothing. */
export const printOf = (text: string | null): number | undefined => (text ? fingerprint(text) : undefined);

function changedPrints(before: ProfilePrints, changes: UserProfileChanges | null): ProfilePrints {
  const prints = profileFields.flatMap((field) => {
    const text = changes?.[field];
    const print = text === undefined ? before[field] : printOf(text);
    return print === undefined ? [] : [[field, print] as const];
  });
  return Object.fromEntries(prints);
}
