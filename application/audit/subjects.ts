import type { ConversationEvent } from '../../domain/conversation/events.js';
import type { FriendshipEvent } from '../../domain/friendship/events.js';
import type { GroupEvent } from '../../domain/group/events.js';
import type { Actor } from '../../domain/shared/actor.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { UserEvent } from '../../domain/user/events.js';
import type { UserGroupsEvent } from '../../domain/user-groups/events.js';
import type { ViewEvent } from '../../domain/view/events.js';
import type { StreamId } from '../streams.js';

/** Every event that Parley writes. */
export type HistoryEvent = UserEvent | UserGroupsEvent | GroupEvent | FriendshipEvent | ConversationEvent | ViewEvent;

type Named = readonly (string | null | undefined)[];

/**
 * To whom it was done, by the event's own words and where it stands: ids of users. Who does something about himself is his
 * own subject. `others` drops those who act: they did it, and weren't done to.
 */
type Subjects<Event extends DomainEvent> = {
  readonly [Type in Event['type']]: (
    data: Extract<Event, { readonly type: Type }>['data'],
    around: { readonly at: StreamId | undefined; readonly others: (...users: Named) => Named },
  ) => Named;
};

const nobody = (): Named => [];
const himself = ({ userId }: { readonly userId: string }): Named => [userId];

/** The two of a single chat, or whose notifications they are. */
function participants(at: StreamId | undefined): Named {
  if (at?.category !== 'conversation') return [];
  return at.kind === 'single' ? [at.a, at.b] : at.kind === 'notification' ? [at.userId] : [];
}

const ofUsers: Subjects<UserEvent | UserGroupsEvent | ViewEvent> = {
  UserRegistered: himself,
  UserProfileChanged: himself,
  UserPrivacyChanged: himself,
  UserAccountSearchChanged: himself,
  UserReceiveOptionChanged: himself,
  UserErased: himself,
  GroupFavourited: himself,
  GroupUnfavourited: himself,
  GroupNoticesCleared: himself,
  ReadPositionSet: himself,
  MessagesHidden: himself,
  HistoryCleared: himself,
  ConversationPinned: himself,
  ConversationUnpinned: himself,
  ReceiveOptionChanged: himself,
  ViewExtChanged: himself,
  ViewSettingsChanged: himself,
};

const ofGroups: Subjects<GroupEvent> = {
  GroupCreated: ({ ownerId, creatorId }) => [ownerId, creatorId],
  MemberInvited: ({ userId, inviterId }, { others }) => [userId, ...others(inviterId)],
  InvitationAnswered: ({ userId, by }, { others }) => [userId, ...others(by)],
  InvitationWithdrawn: himself,
  JoinRequested: himself,
  JoinRequestAnswered: ({ userId, by }, { others }) => [userId, ...others(by)],
  JoinRequestWithdrawn: himself,
  MemberJoined: himself,
  MemberLeft: himself,
  MemberRemoved: ({ userId, by }, { others }) => [userId, ...others(by)],
  OwnerTransferred: ({ from, to }) => [from, to],
  MemberRoleChanged: himself,
  MemberMuted: himself,
  MemberUnmuted: himself,
  GroupMuted: nobody,
  GroupUnmuted: nobody,
  GroupProfileChanged: nobody,
  AnnouncementPublished: ({ by }, { others }) => others(by),
  JoinPolicyChanged: nobody,
  GroupSettingsChanged: nobody,
  MemberCardChanged: himself,
  GroupSuspended: ({ by }, { others }) => others(by),
  GroupReinstated: ({ by }, { others }) => others(by),
  GroupCopied: nobody,
  GroupDismissed: nobody,
  DismissedGroupEmptied: nobody,
};

const ofFriendships: Subjects<FriendshipEvent> = {
  FriendRequested: ({ from, to }, { others }) => [to, ...others(from)],
  FriendRequestAnswered: ({ from, to }, { others }) => [from, ...others(to)],
  FriendRequestWithdrawn: ({ from, to }, { others }) => others(from, to),
  FriendAdded: ({ ownerId, friendId }, { others }) => [friendId, ...others(ownerId)],
  FriendRemoved: ({ ownerId, friendId }, { others }) => [friendId, ...others(ownerId)],
  FriendCardChanged: ({ ownerId, friendId }, { others }) => [friendId, ...others(ownerId)],
  UserBlocked: ({ ownerId, blockedId }, { others }) => [blockedId, ...others(ownerId)],
  UserUnblocked: ({ ownerId, blockedId }, { others }) => [blockedId, ...others(ownerId)],
};

const ofConversations: Subjects<ConversationEvent> = {
  ConversationOpened: (_data, { at, others }) => others(...participants(at)),
  // Of a line of the server's its cause tells already.
  MessageSent: ({ senderId, notice, mentions }, { at, others }) =>
    notice === undefined ? others(senderId, ...participants(at), ...mentions) : [],
  MessageRevoked: ({ senderId }) => [senderId],
  MessagesDeleted: (_data, { at, others }) => others(...participants(at)),
  ConversationCleared: (_data, { at, others }) => others(...participants(at)),
  ConversationClosed: nobody,
};

/** For every event; a new one that doesn't say whom it concerns doesn't compile. */
const subjects: Subjects<HistoryEvent> = { ...ofUsers, ...ofGroups, ...ofFriendships, ...ofConversations };

export const historyTypes = Object.keys(subjects) as readonly HistoryEvent['type'][];

export interface Concerned {
  /** Who did it, and for whom: each once. The server isn't among them. */
  readonly by: readonly string[];
  /** To whom it was done, each once. */
  readonly to: readonly string[];
  /** In which group, or in which group's chat. */
  readonly groupId: string | undefined;
}

/** Whom an event concerns, and which group. An event of a type unknown here concerns nobody but who did it. */
export function concernedBy(event: DomainEvent, actor: Actor, at: StreamId | undefined): Concerned {
  const by = [...(actor.kind === 'system' ? [] : [actor.id]), actor.onBehalfOf].filter((user) => user !== undefined);
  const others = (...users: Named): Named => users.filter((user) => user != null && !by.includes(user));
  const subjectsOf = Object.hasOwn(subjects, event.type)
    ? (subjects[event.type as HistoryEvent['type']] as (data: object, around: object) => Named)
    : nobody;
  const to = subjectsOf(event.data, { at, others }).filter((user) => user != null);
  return { by: [...new Set(by)], to: [...new Set(to)], groupId: groupIn(event.data, at) };
}

function groupIn(data: object, at: StreamId | undefined): string | undefined {
  if (at === undefined) return undefined;
  switch (at.category) {
    case 'group':
      return at.groupId;
    case 'conversation':
      return at.kind === 'group' ? at.groupId : undefined;
    case 'view':
      return at.conversation.kind === 'group' ? at.conversation.groupId : undefined;
    case 'usergroups':
      return 'groupId' in data && typeof data.groupId === 'string' ? data.groupId : undefined;
    case 'user':
    case 'friendship':
      return undefined;
  }
}
