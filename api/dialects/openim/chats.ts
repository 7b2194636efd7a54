import type { ConversationTarget } from '../../../application/commands/conversation-keys.js';
import type { ConversationReader } from '../../../application/queries/conversations.js';
import type { GroupView } from '../../../application/queries/groups.js';
import type { MessageView } from '../../../application/queries/messages.js';
import { MAX_PAGE } from '../../../application/queries/page.js';
import { type ConversationKey, conversationKeyText, parseConversationKey } from '../../../application/streams.js';
import { profilesOf } from '../shared/reading.js';
import { conversationIdOf } from './conversation-ids.js';
import type { Surroundings } from './surroundings.js';
import { sessionTypes } from './message-views.js';
import type { OpenimServices } from './services.js';

type Reading = Pick<OpenimServices, 'groups' | 'users' | 'friendships' | 'isAppAdmin'>;

/** The keys by which the lists know conversations, under the ids by which they were asked for; those that can't be are left out. */
export async function keysOf(
  { groups }: Pick<Reading, 'groups'>,
  tenant: string,
  targets: ReadonlyMap<string, ConversationTarget>,
): Promise<ReadonlyMap<string, ConversationKey>> {
  const groupIds = [...targets.values()].flatMap((target) => (target.kind === 'group' ? [target.groupId] : []));
  const incarnations = new Map(
    (await groupsOf(groups, tenant, groupIds)).map(({ groupId, incarnation }) => [groupId, incarnation]),
  );
  return new Map(
    [...targets].flatMap(([id, target]): [string, ConversationKey][] => {
      if (target.kind !== 'group') return [[id, target]];
      const incarnation = target.incarnation ?? incarnations.get(target.groupId);
      return incarnation === undefined ? [] : [[id, { ...target, incarnation }]];
    }),
  );
}

async function groupsOf(groups: Reading['groups'], tenant: string, groupIds: readonly string[]): Promise<GroupView[]> {
  const wanted = [...new Set(groupIds)];
  const found: GroupView[] = [];
  for (let start = 0; start < wanted.length; start += MAX_PAGE) {
    found.push(...(await groups.groupsByIds(tenant, wanted.slice(start, start + MAX_PAGE))));
  }
  return found;
}

/** The id on the wire of a conversation that a list names by its key's text. */
export const idOfKeyText = (text: string): string => conversationIdOf(keyOfText(text));

export function keyOfText(text: string): ConversationKey {
  const key = parseConversationKey(text);
  if (key === undefined) throw new TypeError(`${text} is no conversation`);
  return key;
}

export const keyTexts = (keys: Iterable<ConversationKey>): string[] => [...new Set([...keys].map(conversationKeyText))];

/** With this user's eyes: an app admin who asks for him sees what he sees. */
export const readerOf = (
  { clock }: Pick<OpenimServices, 'clock'>,
  tenant: string,
  userId: string,
): ConversationReader => ({ tenant, userId, at: clock.now() });

interface Shown {
  readonly key: ConversationKey;
  readonly messages: readonly MessageView[];
}

/** Whatever these messages speak of beside their senders, as it is now. */
export async function surroundingsOf(
  { groups, users, friendships, isAppAdmin }: Reading,
  tenant: string,
  shown: readonly Shown[],
): Promise<(key: ConversationKey) => Surroundings> {
  const spokenOf = shown.flatMap(({ messages }) => messages.flatMap(peopleIn));
  const lines = shown.filter(({ messages }) => messages.some(({ notice }) => notice !== null));
  const groupIds = lines.flatMap(({ key }) => (key.kind === 'group' ? [key.groupId] : []));
  const byId = new Map((await groupsOf(groups, tenant, groupIds)).map((group) => [group.groupId, group]));
  const owners = [...byId.values()].flatMap(({ ownerId }) => ownerId ?? []);
  const profiles = await profilesOf(users, tenant, [...spokenOf, ...owners]);
  const requests = await friendships.requestsMade(tenant, madeFriends(shown));
  const requestOf = (from: string, to: string) =>
    requests.find((request) => request.from === from && request.to === to && request.status === 'accepted');
  return (key) => ({
    profiles,
    requestOf,
    group: key.kind === 'group' ? byId.get(key.groupId) : undefined,
    sessionType: sessionTypes[key.kind],
    isAppAdmin: (userId) => isAppAdmin(tenant, userId),
  });
}

/** Of the lines that say that two became friends: who had asked whom. */
function madeFriends(shown: readonly Shown[]): { from: string; to: string }[] {
  return shown
    .flatMap(({ messages }) => messages)
    .flatMap(({ notice }) => (notice?.kind === 'FriendAdded' ? [notice] : []))
    .map(({ by, userIds: [from = ''] }) => ({ from, to: by }));
}

function peopleIn({ notice, ended, status }: MessageView): string[] {
  if (notice !== null) return [notice.by, ...notice.userIds];
  return status === 'revoked' && ended !== null ? [ended.by] : [];
}
