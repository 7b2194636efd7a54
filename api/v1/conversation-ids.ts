import type { ConversationTarget } from '../../application/commands/conversation-keys.js';
import type { ConversationKey } from '../../application/streams.js';
import { ID_PATTERN } from '../../domain/shared/ids.js';

/**
 * A conversation as `/v1` names it, seen by one who takes part: `user:{userId}`, `group:{groupId}`, `notifications`. Ids may
 * hold colons themselves, so only the first one parts.
 */
export const CONVERSATION_ID = new RegExp(`^(?:(?:user|group):${ID_PATTERN.slice(1, -1)}|notifications)$`);

/** A group's is the one that it has now. @param me whose eyes it is named by */
export function conversationNamed(conversationId: string, me: string): ConversationTarget {
  if (conversationId === 'notifications') return { kind: 'notification', userId: me };
  const parting = conversationId.indexOf(':');
  const id = conversationId.slice(parting + 1);
  return conversationId.slice(0, parting) === 'group'
    ? { kind: 'group', groupId: id }
    : { kind: 'single', a: me, b: id };
}

/** As its reader names it. */
export function conversationIdOf(key: ConversationKey, me: string): string {
  switch (key.kind) {
    case 'single':
      return `user:${key.a === me ? key.b : key.a}`;
    case 'group':
      return `group:${key.groupId}`;
    case 'notification':
      return 'notifications';
  }
}
