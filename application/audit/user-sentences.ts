import type { UserEvent } from '../../domain/user/events.js';
import type { UserGroupsEvent } from '../../domain/user-groups/events.js';
import { iso, named, said, type Sentences, whose } from './words.js';

export const userSentences: Sentences<UserEvent | UserGroupsEvent> = {
  UserRegistered: ({ userId }, who) => (who === userId ? `${userId} registered` : `${who} registered ${userId}`),

  UserProfileChanged: ({ userId, changes }, who) => `${who} changed ${whose(userId, who)} profile (${named(changes)})`,

  UserPrivacyChanged: ({ userId, changes }, who) => {
    const settings = Object.entries(changes).map(([name, value]) => `${name} ${value ? 'on' : 'off'}`);
    return `${who} set ${whose(userId, who)} privacy: ${settings.join(', ')}`;
  },

  UserAccountSearchChanged: ({ userId, searchable }, who) =>
    `${who} set ${whose(userId, who)} privacy: accountSearchable ${searchable ? 'on' : 'off'}`,

  UserReceiveOptionChanged: ({ userId, option }, who) => `${who} set how ${userId} receives messages to ${option}`,

  UserErased: ({ userId, reason }, who) => `${who} erased ${userId}${said(reason)}`,

  GroupFavourited: ({ userId, groupId }, who) =>
    who === userId ? `${who} made ${groupId} a favourite` : `${who} made ${groupId} a favourite of ${userId}`,

  GroupUnfavourited: ({ userId, groupId }, who) =>
    who === userId
      ? `${who} took ${groupId} off the favourites`
      : `${who} took ${groupId} off the favourites of ${userId}`,

  GroupNoticesCleared: ({ userId, upTo }, who) => `${who} cleared the group notices of ${userId} up to ${iso(upTo)}`,
};
