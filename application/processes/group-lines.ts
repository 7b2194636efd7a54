import type { Notice } from '../../domain/conversation/events.js';
import type { GroupEvent, MemberJoined } from '../../domain/group/events.js';
import { actingUser } from '../../domain/shared/actor.js';
import type { Cause } from './process.js';

type Payloads = { readonly [Event in GroupEvent as Event['type']]: Event['data'] };

/** What a line says beside its kind: who did it, to whom, until when. Ids only. */
type Line = Omit<Notice, 'kind' | 'eventId'>;

/** People in one line. */
export const MOST_IN_LINE = 50;

/**
 * The group changes that people are told of as lines in the chat, as 003 does (its codes 1501, 1504, 1507 to 1515, 1519, 1520).
 * undefined: not this one. What follows from another change (a mute that ends because one becomes an admin) has no line.
 */
const lines: {
  readonly [Type in keyof Payloads]?: (data: Payloads[Type], actor: string) => Line | undefined;
} = {
  GroupCreated: ({ creatorId, origin }) => (origin.kind === 'imported' ? undefined : { by: creatorId, userIds: [] }),
  MemberJoined: (data, actor) =>
    data.source === 'import' ? undefined : { by: broughtBy(data, actor), userIds: [data.userId] },
  // Parts the joinings of one command in two where it isn't known.
  MemberInvited: () => undefined,
  MemberLeft: ({ userId }) => ({ by: userId, userIds: [userId] }),
  MemberRemoved: ({ by, userId }) => ({ by, userIds: [userId] }),
  OwnerTransferred: ({ from, to, why }, actor) => ({ by: why === 'admin' ? actor : (from ?? actor), userIds: [to] }),
  MemberMuted: ({ by, userId, until }) => ({ by, userIds: [userId], until }),
  MemberUnmuted: ({ by, userId, why }) => (why === 'lifted' ? { by, userIds: [userId] } : undefined),
  GroupMuted: ({ by }) => ({ by, userIds: [] }),
  GroupUnmuted: ({ by }) => ({ by, userIds: [] }),
  GroupProfileChanged: ({ by, changes }) => (changes.name === undefined ? undefined : { by, userIds: [] }),
  AnnouncementPublished: ({ by, text }) => (text ? { by, userIds: [] } : undefined),
  GroupDismissed: ({ by }) => ({ by, userIds: [] }),
};

/** Types of events that are lines, or stand among them. */
export const lineTypes = Object.keys(lines);

/** Of one command about several people, who share a line. */
const SHARED: ReadonlySet<string> = new Set(['MemberJoined', 'MemberRemoved']);

export interface TellingLine {
  readonly cause: Cause;
  readonly notice: Notice;
}

/**
 * The lines that one command's events come to. A group's creation is one, whoever came in with it; people whom one command
 * brings in or removes share one, so many at most. What is silent has none.
 */
export function groupLines(all: readonly Cause[]): readonly TellingLine[] {
  const causes = all.filter(({ silent }) => silent === undefined);
  const [first] = causes;
  if (first?.event.type === 'GroupCreated') return creation(first, causes.slice(1));
  const told: { cause: Cause; notice: Notice }[] = [];
  for (const cause of causes) {
    const line = lineOf(cause);
    if (line === undefined) continue;
    const last = told.at(-1)?.notice;
    const isShared = last?.kind === cause.event.type && last.by === line.by && SHARED.has(last.kind);
    if (isShared && last.userIds.length < MOST_IN_LINE) last.userIds.push(...line.userIds);
    else told.push({ cause, notice: noticeOf(cause, line) });
  }
  return told;
}

function creation(cause: Cause, others: readonly Cause[]): TellingLine[] {
  const line = lineOf(cause);
  if (line === undefined) return [];
  const cameIn = others.flatMap((other) => (other.event.type === 'MemberJoined' ? (lineOf(other)?.userIds ?? []) : []));
  const userIds = cameIn.filter((userId) => userId !== line.by).slice(0, MOST_IN_LINE);
  return [{ cause, notice: noticeOf(cause, { ...line, userIds }) }];
}

const noticeOf = ({ name, event }: Cause, { by, userIds, until }: Line): Notice => ({
  kind: event.type,
  eventId: name.id,
  by,
  userIds: [...userIds],
  ...(until !== undefined && { until }),
});

function lineOf({ event, actor }: Cause): Line | undefined {
  const tell = lines[event.type as keyof Payloads] as ((data: object, actor: string) => Line | undefined) | undefined;
  return tell?.(event.data, actingUser(actor));
}

/** Whoever named him; else he came by himself, whoever let him in, or whom he says he was invited by. */
function broughtBy({ userId, inviterId, inviteId, requestId, source }: MemberJoined['data'], actor: string): string {
  if (inviteId !== undefined) return inviterId ?? actor;
  if (requestId !== undefined || actor === userId) return userId;
  return source === 'creation' || source === 'copy' || source === 'admin' ? (inviterId ?? actor) : userId;
}
