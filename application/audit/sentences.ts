import { actingUser, type Actor } from '../../domain/shared/actor.js';
import type { ConversationEvent } from '../../domain/conversation/events.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { FriendshipEvent } from '../../domain/friendship/events.js';
import type { GroupEvent } from '../../domain/group/events.js';
import type { UserEvent } from '../../domain/user/events.js';
import type { UserGroupsEvent } from '../../domain/user-groups/events.js';
import type { ViewEvent } from '../../domain/view/events.js';
import { conversationSentences } from './conversation-sentences.js';
import { friendshipSentences } from './friendship-sentences.js';
import { groupSentences } from './group-sentences.js';
import { userSentences } from './user-sentences.js';
import { viewSentences } from './view-sentences.js';
import type { Sentences, Telling } from './words.js';

type Told = UserEvent | UserGroupsEvent | GroupEvent | FriendshipEvent | ConversationEvent | ViewEvent;

/** Every event that has a sentence, by its type; a new event without one doesn't compile. */
const sentences: Sentences<Told> = {
  ...userSentences,
  ...groupSentences,
  ...friendshipSentences,
  ...conversationSentences,
  ...viewSentences,
};

/**
 * One event as a line that a person reads (docs/events.md "said to a person"). People and groups go by their ids, times are
 * ISO 8601 UTC, so a line is the same for whoever reads it. Personal texts show as they were read: erased ones are left
 * out, and what messages say is told only where it is asked for. A type unknown here is named as it is; nothing is guessed.
 */
export function sentence(event: DomainEvent, actor: Actor, telling: Telling = {}): string {
  const who = nameOf(actor);
  if (!Object.hasOwn(sentences, event.type))
    return `${who}: ${event.type} (an event that this version can't put in words)`;
  const tell = sentences[event.type as Told['type']] as (data: object, who: string, telling: Telling) => string;
  return tell(event.data, who, telling);
}

/** The user for whom it was done, and who did it for him; an app admin and the server are called what they are. */
export function nameOf(actor: Actor): string {
  const role = { user: '', appAdmin: 'app admin ', auditor: 'auditor ', system: 'system ' }[actor.kind];
  const self = `${role}${actor.id}`;
  return actor.onBehalfOf === undefined ? self : `${actingUser(actor)} (through ${self})`;
}
