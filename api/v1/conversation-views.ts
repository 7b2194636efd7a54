import { parseConversationKey } from '../../application/streams.js';
import type { ConversationView } from '../../application/queries/conversations.js';
import type { MessageView } from '../../application/queries/messages.js';
import type { UserQueries } from '../../application/queries/users.js';
import { shownIn } from '../../domain/conversation/content/crossing.js';
import { neutralOf } from '../../domain/conversation/content/families.js';
import { previewOf } from '../../domain/conversation/content/preview.js';
import type { Content, Notice } from '../../domain/conversation/events.js';
import { conversationIdOf } from './conversation-ids.js';
import { isoTime } from './reading.js';
import type { Conversation, Message, MessageContent, MessageNotice } from './schemas/conversations.js';
import type { Shown } from './schemas/types.js';
import { isoOrNull } from './views.js';

/** How `/v1` shows what the read models know of conversations. */

/** People's names as they are now, by id; who has none is called by his id. */
export type Names = ReadonlyMap<string, string | null>;

/** The names that the lines of the server among these messages need. */
export async function namesIn(
  users: Pick<UserQueries, 'usersByIds'>,
  tenant: string,
  messages: readonly MessageView[],
): Promise<Names> {
  const named = messages.flatMap(({ notice }) =>
    notice === null ? [] : [notice.by, ...notice.userIds.slice(0, MOST_NAMED)],
  );
  if (named.length === 0) return new Map();
  const known = await users.usersByIds(tenant, [...new Set(named)].slice(0, MOST_LOOKED_UP));
  return new Map(known.map(({ userId, nickname }) => [userId, nickname]));
}

/** People whom one line names; the others it counts. */
const MOST_NAMED = 5;
const MOST_LOOKED_UP = 1_000;

export function conversationBody(view: ConversationView, me: string, names: Names): Shown<typeof Conversation> {
  const { privateChat = false, burnSeconds = 0, destructs = false, destructAfterSeconds = 0 } = view.settings;
  const conversationId = idIn(view, me);
  return {
    conversationId,
    user: view.peer && { userId: view.peer.userId, nickname: view.peer.nickname, avatar: view.peer.avatar },
    group: view.group && {
      groupId: view.group.groupId,
      name: view.group.name,
      avatar: view.group.avatar,
      memberCount: view.group.memberCount,
    },
    takesPart: view.takesPart,
    createdAt: isoTime(view.createdAt),
    closedAt: isoOrNull(view.closedAt),
    firstSeq: view.minSeq,
    lastSeq: view.maxSeq,
    readSeq: view.readSeq,
    unread: view.unread,
    sortedAt: isoTime(view.sortedAt),
    last: view.last && messageIn(conversationId, view.last, names),
    pinned: view.pinned,
    receiveOption: view.receiveOption,
    ext: view.ext,
    settings: { privateChat, burnSeconds, destructs, destructAfterSeconds },
  };
}

export const messageBody = (view: MessageView, me: string, names: Names): Shown<typeof Message> =>
  messageIn(idOf(view.conversation, me), view, names);

function messageIn(conversationId: string, view: MessageView, names: Names): Shown<typeof Message> {
  const { content, notice, ended } = view;
  const said = content && saidIn(content);
  return {
    conversationId,
    seq: view.seq,
    messageId: view.messageId,
    clientMsgId: view.clientMsgId,
    senderId: view.senderId,
    senderNickname: view.senderNickname,
    senderAvatar: view.senderAvatar,
    from: view.from,
    status: view.status,
    content: said && said.body,
    original: content === null || content.format === 'parley' ? null : content,
    notice: notice && noticeBody(notice),
    preview: said ? said.preview : notice ? noticeInWords(notice, names) : null,
    custom: view.custom,
    mentions: view.mentions,
    mentionsAll: view.mentionsAll,
    priority: view.priority,
    senderPlatform: view.platform,
    sentAt: isoTime(view.sentAt),
    origin: view.origin,
    countsUnread: view.countsUnread,
    updatesLast: view.updatesLast,
    ended: ended && { by: ended.by, as: ended.as, at: isoTime(ended.at) },
  };
}

/** As `idOf` its key. Its reader's list says already whom it is with, and has a thousand. */
const idIn = ({ peer, group, conversation }: ConversationView, me: string): string =>
  peer ? `user:${peer.userId}` : group ? `group:${group.groupId}` : idOf(conversation, me);

/** Kept keys are canonical, so each names a conversation. */
export function idOf(key: string, me: string): string {
  const parsed = parseConversationKey(key);
  if (parsed === undefined) throw new TypeError(`no conversation: ${key}`);
  return conversationIdOf(parsed, me);
}

/**
 * In no family's words; what has no counterpart is carried whole. null: not even its own family could read it. Read once, where
 * nothing can be carried in it: a list has a thousand.
 */
export function saidIn(content: Content): {
  readonly body: Shown<typeof MessageContent> | null;
  readonly preview: string;
} {
  if (content.format === 'parley') {
    const own = neutralOf(content);
    if (own !== undefined && own.kind !== 'custom') return { body: own, preview: previewOf(content, [own]) };
  }
  return { body: neutralOf(shownIn('parley', content)) ?? null, preview: previewOf(content) };
}

const noticeBody = ({ kind, by, userIds, until }: Notice): Shown<typeof MessageNotice> => ({
  kind,
  by,
  userIds,
  until: until === undefined ? null : isoOrNull(until),
});

/** What each line says: by whom, to whom, until when. */
const SAID: Readonly<Record<string, (by: string, whom: string, until: string) => string>> = {
  GroupCreated: (by, whom) => `${by} made the group${whom === '' ? '' : `, with ${whom}`}`,
  MemberJoined: (by, whom) => (by === whom || whom === '' ? `${by} joined the group` : `${by} brought in ${whom}`),
  MemberLeft: (by) => `${by} left the group`,
  MemberRemoved: (by, whom) => `${by} removed ${whom}`,
  OwnerTransferred: (by, whom) => `${by} handed the group over to ${whom}`,
  MemberMuted: (by, whom, until) => `${by} muted ${whom}${until}`,
  MemberUnmuted: (by, whom) => `${by} lets ${whom} speak again`,
  GroupMuted: (by) => `${by} muted everybody`,
  GroupUnmuted: (by) => `${by} lets everybody speak again`,
  GroupProfileChanged: (by) => `${by} changed the group’s name`,
  AnnouncementPublished: (by) => `${by} announced something`,
  GroupDismissed: (by) => `${by} dismissed the group`,
  FriendAdded: (by, whom) => `${[by, whom].filter((each) => each !== '').join(' and ')} are friends now`,
};

/** A line of the server's as a sentence. */
export function noticeInWords({ kind, by, userIds, until }: Notice, names: Names): string {
  const nameOf = (userId: string): string => names.get(userId) ?? userId;
  const shown = userIds.slice(0, MOST_NAMED).map(nameOf);
  const further = userIds.length - shown.length;
  const whom = [...shown, ...(further > 0 ? [`${further.toString()} more`] : [])].join(', ');
  const say = Object.hasOwn(SAID, kind) ? SAID[kind] : undefined;
  if (say === undefined) return `${nameOf(by)}: ${kind}${whom === '' ? '' : ` ${whom}`}`;
  const ends = until === undefined ? '' : until === null ? ' for good' : ` until ${isoTime(until)}`;
  return say(nameOf(by), whom, ends);
}
