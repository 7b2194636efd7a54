import { WrongWords } from '../ports/wrong-words.js';
import { type ConversationKey, InvalidStreamPart, type StreamId, streamName } from '../streams.js';

/** How what has a history is named, by its kind: on the command line word by word, in `/v1` with `/` between them. */
export const NAMING = {
  group: '<id>',
  user: '<id>',
  usergroups: '<user>',
  friendship: '<user> <user>',
  conversation: 'single <user> <user> | group <id> [<incarnation>] | notification <user>',
  view: '<user> <conversation, as above>',
} as const;

export type Kind = keyof typeof NAMING;

export const isKind = (text: string): text is Kind => Object.hasOwn(NAMING, text);

/** @throws WrongWords, at once */
export function streamNamed(kind: Kind, words: readonly string[]): (tenant: string) => StreamId {
  const streamIn = named(kind, words);
  if (streamIn === undefined) throw new WrongWords(`A ${kind} is named by: ${kind} ${NAMING[kind]}`);
  try {
    streamName(streamIn('any'));
  } catch (error) {
    if (!(error instanceof InvalidStreamPart)) throw error;
    throw new WrongWords(`There can be no such ${kind}: ${error.message}.`);
  }
  return streamIn;
}

/** undefined for too few words, or too many. */
function named(kind: Kind, words: readonly string[]): ((tenant: string) => StreamId) | undefined {
  const [first = '', second = ''] = words;
  switch (kind) {
    case 'group':
      return words.length === 1 ? (tenant) => ({ category: 'group', tenant, groupId: first }) : undefined;
    case 'user':
      return words.length === 1 ? (tenant) => ({ category: 'user', tenant, userId: first }) : undefined;
    case 'usergroups':
      return words.length === 1 ? (tenant) => ({ category: 'usergroups', tenant, userId: first }) : undefined;
    case 'friendship':
      return words.length === 2 ? (tenant) => ({ category: 'friendship', tenant, a: first, b: second }) : undefined;
    case 'conversation': {
      const key = conversationNamed(words);
      return key && ((tenant) => ({ category: 'conversation', tenant, ...key }));
    }
    case 'view': {
      const conversation = conversationNamed(words.slice(1));
      return conversation && ((tenant) => ({ category: 'view', tenant, conversation, participant: first }));
    }
  }
}

/** The inverse: its kind and what it is named by. */
export function wordsOf(id: StreamId): readonly string[] {
  switch (id.category) {
    case 'group':
      return ['group', id.groupId];
    case 'user':
    case 'usergroups':
      return [id.category, id.userId];
    case 'friendship':
      return ['friendship', id.a, id.b];
    case 'conversation':
      return ['conversation', ...conversationWords(id)];
    case 'view':
      return ['view', id.participant, ...conversationWords(id.conversation)];
  }
}

function conversationWords(key: ConversationKey): readonly string[] {
  switch (key.kind) {
    case 'single':
      return [key.kind, key.a, key.b];
    case 'group':
      return [key.kind, key.groupId, String(key.incarnation)];
    case 'notification':
      return [key.kind, key.userId];
  }
}

function conversationNamed([kind, first, second, ...more]: readonly string[]): ConversationKey | undefined {
  if (first === undefined || more.length > 0) return undefined;
  switch (kind) {
    case 'single':
      return second === undefined ? undefined : { kind, a: first, b: second };
    case 'group':
      if (second !== undefined && !/^[1-9]\d{0,15}$/.test(second)) return undefined;
      return { kind, groupId: first, incarnation: Number(second ?? 1) };
    case 'notification':
      return second === undefined ? { kind, userId: first } : undefined;
    default:
      return undefined;
  }
}
