import type { DomainEvent } from '../shared/event.js';

/** docs/events.md "UserGroups": what one user has of groups for himself alone. */
/** Of this incarnation: a group that takes its id later is another one (docs/rules.md A4). */
export type GroupFavourited = DomainEvent<'GroupFavourited', { userId: string; groupId: string; incarnation: number }>;

export type GroupUnfavourited = DomainEvent<'GroupUnfavourited', { userId: string; groupId: string }>;

/** Notices up to this time, ms UTC, are shown to him no more. */
export type GroupNoticesCleared = DomainEvent<'GroupNoticesCleared', { userId: string; upTo: number }>;

export type UserGroupsEvent = GroupFavourited | GroupUnfavourited | GroupNoticesCleared;
