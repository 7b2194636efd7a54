import type { FriendAdded } from '../../domain/friendship/events.js';
import { DomainError } from '../../domain/shared/errors.js';
import type { ReadPositionSet } from '../../domain/view/events.js';
import type { ConversationCommands } from '../commands/conversations.js';
import type { RequestContext } from '../commands/request.js';
import type { ViewCommands } from '../commands/views.js';
import { parseStreamName } from '../streams.js';
import { groupLines, lineTypes } from './group-lines.js';
import type { GroupOfCause } from './group-of-cause.js';
import { isToldInOwnWords } from './own-words.js';
import type { Process } from './process.js';

export interface ConversationProcessesDependencies {
  readonly conversations: Pick<ConversationCommands, 'notice' | 'preparedNotice' | 'open' | 'close'>;
  readonly views: Pick<ViewCommands, 'positionWasSet'>;
  readonly groups: Pick<GroupOfCause, 'at'>;
  /** Whether changes are lines in the chat. */
  readonly notices: boolean;
  /** Those that tell of some groups in the words of those groups' family (`own-words.ts`). */
  readonly ownWords?: readonly Process[];
}

/** What follows in conversations from what happens elsewhere. A group's last line comes before its conversation is closed. */
export const conversationProcesses = (deps: ConversationProcessesDependencies): readonly Process[] => [
  groupLinesProcess(deps),
  ...(deps.ownWords ?? []),
  closingProcess(deps),
  friendChatProcess(deps),
  readPositionProcess(deps),
];

const firstVersions = (types: readonly string[]): Record<string, number> =>
  Object.fromEntries(types.map((type) => [type, 1]));

/** Group changes appear in the group's chat, save where its messages aren't kept. */
function groupLinesProcess({ conversations, groups, notices }: ConversationProcessesDependencies): Process {
  return {
    name: 'group-lines',
    handles: firstVersions(lineTypes),
    begins: 'atEnd',
    // Switched off it goes on passing them: switched on again, it tells of nothing that happened meanwhile.
    react: (causes) =>
      (notices ? groupLines(causes) : []).map(({ cause, notice }) => {
        const prepare = async (context: RequestContext): Promise<() => Promise<void>> => {
          const { about, keepsHistory, preset } = await groups.at(cause.name);
          if (!keepsHistory || isToldInOwnWords(preset, notice.kind)) return () => Promise.resolve();
          const judgedBy = { groupRevision: cause.name.revision };
          const tell = await conversations.preparedNotice(context, { conversation: about, notice, judgedBy });
          return () => unlessClosed(tell());
        };
        return { cause, target: cause.name.stream, prepare, perform: async (context) => (await prepare(context))() };
      }),
  };
}

/** A dismissed group's conversation ends with it, that of the incarnation that was dismissed. */
function closingProcess({ conversations, groups }: ConversationProcessesDependencies): Process {
  return {
    name: 'close-conversations',
    handles: { GroupDismissed: 1 },
    // Nobody sees a conversation closed that is closed already, and none may be left open.
    begins: 'atStart',
    react: (causes) =>
      causes.map((cause) => ({
        cause,
        target: cause.name.stream,
        perform: async (context) => {
          const { about } = await groups.at(cause.name);
          await conversations.close(context, { about, why: 'groupDismissed' });
        },
      })),
  };
}

/** Two who become friends have a chat, which says so. What makes somebody a friend makes the other one his. */
function friendChatProcess({ conversations, notices }: ConversationProcessesDependencies): Process {
  return {
    name: 'friend-chats',
    handles: { FriendAdded: 1 },
    begins: 'atEnd',
    react: ([cause]) => {
      const { ownerId, friendId, by: author } = cause.event.data as FriendAdded['data'];
      const conversation = { kind: 'single', a: ownerId, b: friendId } as const;
      const by = author === friendId ? friendId : ownerId;
      const other = by === ownerId ? friendId : ownerId;
      const notice = { kind: cause.event.type, eventId: cause.name.id, by, userIds: [other] };
      return [
        {
          cause,
          target: cause.name.stream,
          perform: (context) =>
            notices
              ? conversations.notice(context, {
                  conversation,
                  notice,
                  judgedBy: { friendshipRevision: cause.name.revision },
                })
              : conversations.open(context, { conversation }),
        },
      ];
    },
  };
}

/** What an app admin set moves the row also when nobody lived to do it. */
function readPositionProcess({ views }: ConversationProcessesDependencies): Process {
  return {
    name: 'read-positions',
    handles: { ReadPositionSet: 1 },
    begins: 'atStart',
    react: (causes) =>
      causes.map((cause) => ({
        cause,
        target: cause.name.stream,
        perform: async ({ tenant }) => {
          const view = parseStreamName(cause.name.stream);
          if (view?.category !== 'view') throw new TypeError(`${cause.name.stream} is no view`);
          const { userId, upToSeq } = cause.event.data as ReadPositionSet['data'];
          const { conversation } = view;
          await views.positionWasSet({ tenant }, { userId, upToSeq, conversation, setBy: cause.name.revision });
        },
      })),
  };
}

/** A line that comes too late is no line. */
async function unlessClosed(telling: Promise<unknown>): Promise<void> {
  try {
    await telling;
  } catch (error) {
    if (!(error instanceof DomainError && error.kind === 'ConversationClosed')) throw error;
  }
}
