import type { ConversationCommands } from '../../../../application/commands/conversations.js';
import type { RequestContext } from '../../../../application/commands/request.js';
import type { GroupOfCause } from '../../../../application/processes/group-of-cause.js';
import type { Process } from '../../../../application/processes/process.js';
import type { ApplicationQueries } from '../../../../application/queries/applications.js';
import type { GroupQueries } from '../../../../application/queries/groups.js';
import type { MemberQueries } from '../../../../application/queries/members.js';
import { MAX_PAGE } from '../../../../application/queries/page.js';
import { nicknameOf, withoutNicknames } from '../../../../application/queries/nicknames-in-lines.js';
import type { ReadModelProgress } from '../../../../application/queries/progress.js';
import type { SendNotice } from '../../../../domain/conversation/commands.js';
import type { Content } from '../../../../domain/conversation/events.js';
import { DomainError } from '../../../../domain/shared/errors.js';
import type { SealtalkIds } from '../ids.js';
import { type Happening, happeningsOf, happeningTypes } from './happenings.js';
import { applyNotice, bulletinText, clearNotice, groupNotice, SENDERS, settingNotice } from './words.js';

export interface SealtalkLinesDependencies {
  readonly conversations: Pick<ConversationCommands, 'notice'>;
  readonly groups: Pick<GroupOfCause, 'at'>;
  readonly ids: Pick<SealtalkIds, 'shownUsers' | 'shownGroup'>;
  readonly groupViews: Pick<GroupQueries, 'groupById'>;
  readonly members: Pick<MemberQueries, 'membersOfGroup'>;
  readonly applications: Pick<ApplicationQueries, 'ofGroup'>;
  readonly progress: ReadModelProgress;
  /** Whether changes are lines in the chat. */
  readonly notices: boolean;
}

const PRESET = 'sealtalk';

/** How long the lists are waited for to know what is told, ms; the group's name may be missing then. */
const KNOWN_WITHIN_MS = 5_000;

/**
 * What happens in groups that were made for 004's clients is told in the words of 004's server: in the group's chat, and to
 * those whose word is needed in their notifications (docs/architecture.md "Processes"). Everybody else's groups have the lines
 * that `group-lines` writes, which leaves these out.
 */
export const sealtalkLinesProcess = (deps: SealtalkLinesDependencies): Process => ({
  name: 'sealtalk-lines',
  handles: Object.fromEntries(happeningTypes.map((type) => [type, 1])),
  begins: 'atEnd',
  // Switched off it goes on passing them, as `group-lines` does.
  react: (causes) =>
    (deps.notices ? happeningsOf(causes) : []).map((happening) => ({
      cause: happening.cause,
      target: `${happening.cause.name.stream} ${happening.part}`,
      perform: (context) => tell(deps, context, happening),
    })),
});

async function tell(deps: SealtalkLinesDependencies, context: RequestContext, happening: Happening): Promise<void> {
  const { cause } = happening;
  const { about, preset } = await deps.groups.at(cause.name);
  if (preset !== PRESET) return;
  const { groupId } = about;
  await deps.progress.waitFor(cause.name.position, { timeoutMs: KNOWN_WITHIN_MS });
  const around = await surroundings(deps, context.tenant, groupId, happening);
  const judgedBy = { groupRevision: cause.name.revision };
  for (const [i, line] of linesOf(happening, around).entries()) {
    await unlessClosed(
      deps.conversations.notice(context, {
        conversation: about,
        notice: noticeOf(happening, i),
        words: { content: line.content, mentionsAll: line.mentionsAll ?? false, custom: fromUser(SENDERS.group) },
        ...(line.quiet === true ? { countsUnread: false, updatesLast: false } : {}),
        judgedBy,
      }),
    );
  }
  const personal = [
    ...(await applicationsOf(deps, context.tenant, groupId, happening, around)),
    ...removalsOf(happening, around),
  ];
  for (const { userId, content, from } of personal) {
    await deps.conversations.notice(context, {
      conversation: { kind: 'notification', userId },
      notice: noticeOf(happening, userId),
      words: { content, custom: fromUser(from) },
      judgedBy,
    });
  }
}

/** What somebody is told beside the group's chat. */
interface Personal {
  readonly userId: string;
  readonly content: Content;
  readonly from: (typeof SENDERS)[keyof typeof SENDERS];
}

/** The original tells the group before it removes them; here the chat's line comes when they don't see it any more. */
function removalsOf(happening: Happening, around: Surroundings): readonly Personal[] {
  if (happening.what.kind !== 'kicked') return [];
  return linesOf(happening, around).flatMap(({ content }) =>
    happening.userIds.map((userId) => ({ userId, content, from: SENDERS.group })),
  );
}

/** Names the line: the same event's same part is the same message at every repeat. */
const noticeOf = ({ cause, part, by }: Happening, which: string | number): SendNotice['notice'] => ({
  kind: cause.event.type,
  eventId: `${cause.name.id} ${part} ${String(which)}`,
  by,
  userIds: [],
});

/** Who sends it, to 004's clients, who tell notices by that. */
const fromUser = (fromUserId: string): string => JSON.stringify({ fromUserId });

/** How the group is called now, and by which ids 004 knows people and the group. */
interface Surroundings {
  readonly groupId: string;
  readonly groupName: string;
  readonly at: number;
  readonly id: (userId: string) => string;
}

async function surroundings(
  deps: SealtalkLinesDependencies,
  tenant: string,
  groupId: string,
  { cause, by, userIds, what }: Happening,
): Promise<Surroundings> {
  const people = [by, ...userIds, ...('from' in what ? [what.from] : [])];
  if ('newOwner' in what && what.newOwner !== null) people.push(what.newOwner);
  const [shown, group, shownGroup] = await Promise.all([
    deps.ids.shownUsers(tenant, people),
    deps.groupViews.groupById(tenant, groupId),
    deps.ids.shownGroup(tenant, groupId),
  ]);
  return {
    groupId: shownGroup,
    groupName: withoutNicknames('name' in what ? what.name : (group?.name ?? '')),
    at: cause.occurredAt,
    id: (userId) => shown.get(userId) ?? userId,
  };
}

interface Line {
  readonly content: Content;
  readonly mentionsAll?: boolean;
  /** For programs: it counts as nothing new. */
  readonly quiet?: boolean;
}

/** What the group's chat has of it. */
function linesOf({ by, userIds, what }: Happening, around: Surroundings): readonly Line[] {
  const { id, at: timestamp } = around;
  const operator = id(by);
  const notice = (operation: string, data: object = {}): readonly Line[] => [
    { content: groupNotice(operator, operation, { operatorNickname: nicknameOf(by), ...data, timestamp }) },
  ];
  const targets = (people: readonly string[] = userIds): object => ({
    targetUserIds: people.map(id),
    targetUserDisplayNames: people.map(nicknameOf),
  });
  switch (what.kind) {
    case 'created':
      return notice('Create', { targetGroupName: around.groupName });
    case 'renamed':
      return notice('Rename', { targetGroupName: around.groupName });
    case 'added':
      return notice('Add', targets());
    case 'kicked':
      return notice('Kicked', targets());
    case 'quit':
      return notice('Quit', { ...targets(), newCreatorId: what.newOwner === null ? null : id(what.newOwner) });
    case 'dismissed':
      return notice('Dismiss');
    case 'setManager':
      return notice('SetManager', { ...targets(), operatorId: operator });
    case 'removeManager':
      return notice('RemoveManager', { ...targets(), operatorId: operator });
    case 'transferred': {
      const [to = what.from] = userIds;
      const [old, now] = [
        { id: id(what.from), name: nicknameOf(what.from) },
        { id: id(to), name: nicknameOf(to) },
      ];
      return notice('Transfer', {
        ...targets(),
        operatorId: operator,
        oldAdminId: old.id,
        oldAdminName: old.name,
        newAdminId: now.id,
        newAdminName: now.name,
        oldCreatorId: old.id,
        oldCreatorName: old.name,
        newCreatorId: now.id,
        newCreatorName: now.name,
      });
    }
    case 'bulletin': {
      const text = withoutNicknames(what.text);
      const data = { content: text, operatorId: operator, operatorName: nicknameOf(by), timestamp };
      return [
        { content: groupNotice(operator, 'Bulletin', data), quiet: true },
        { content: bulletinText(text), mentionsAll: true },
      ];
    }
    case 'protection':
      return [{ content: groupNotice(operator, what.on ? 'openMemberProtection' : 'closeMemberProtection') }];
    case 'clearing':
      if (what.retention === null) return [{ content: settingNotice(operator, 'closeRegularClear') }];
      return [
        { content: settingNotice(operator, 'openRegularClear') },
        { content: clearNotice(operator, timestamp - what.retention), quiet: true },
      ];
    default:
      return [];
  }
}

/** 1 asks the invitee, 2 a manager; 0 tells that there is nothing to answer any more. */
type ApplyType = 0 | 1 | 2;

/** Who is told of an application, and what. */
async function applicationsOf(
  deps: SealtalkLinesDependencies,
  tenant: string,
  groupId: string,
  { by, userIds, what }: Happening,
  { id, at: timestamp, ...group }: Surroundings,
): Promise<Personal[]> {
  const from = SENDERS.apply;
  const notice = (type: ApplyType, status: 0 | 1 | 2 | 3): Content =>
    applyNotice(id(by), {
      operatorNickname: nicknameOf(by),
      targetGroupId: group.groupId,
      targetGroupName: group.groupName,
      status,
      type,
      timestamp,
    });
  if (what.kind === 'asked') {
    const asked = what.stage === 'invitee' ? userIds : await managersOf(deps, tenant, groupId);
    const content = notice(what.stage === 'invitee' ? 1 : 2, what.status);
    return asked.map((userId) => ({ userId, content, from }));
  }
  if (what.kind === 'answered') {
    return [{ userId: by, content: notice(what.stage === 'invitee' ? 1 : 2, what.status), from }];
  }
  if (what.kind !== 'dismissed') return [];
  const filter = { at: timestamp, statuses: ['dismissed'], kinds: ['invitation'], asked: 'invitee' } as const;
  const { items } = await deps.applications.ofGroup(tenant, groupId, { limit: MAX_PAGE }, filter);
  const content = notice(0, 3);
  return [...new Set(items.map(({ userId }) => userId))].map((userId) => ({ userId, content, from }));
}

async function managersOf(
  { members }: Pick<SealtalkLinesDependencies, 'members'>,
  tenant: string,
  groupId: string,
): Promise<string[]> {
  const filter = { roles: ['owner', 'admin'] } as const;
  const { items } = await members.membersOfGroup(tenant, groupId, { limit: MAX_PAGE }, filter);
  return items.map(({ userId }) => userId);
}

/** A line that comes too late is no line. */
async function unlessClosed(telling: Promise<unknown>): Promise<void> {
  try {
    await telling;
  } catch (error) {
    if (!(error instanceof DomainError && error.kind === 'ConversationClosed')) throw error;
  }
}
