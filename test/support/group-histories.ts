import { randomUUID } from 'node:crypto';
import type { GroupEvent } from '../../domain/group/events.js';
import { groupPresets } from '../../domain/group/presets.js';
import type { Role } from '../../domain/group/rules.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { UserRegistered } from '../../domain/user/events.js';
import { streamName, type StreamId } from '../../application/streams.js';
import { plainText, type ArrayEventStore } from './array-event-store.js';

export const START = 1_700_000_000_000;
export const SETTINGS = groupPresets.parley.defaults.settings;

export const registered = (userId: string, extra: Partial<UserRegistered['data']> = {}): UserRegistered => ({
  type: 'UserRegistered',
  data: { userId, number: 2 ** 52 + 7, nickname: `N ${userId}`, avatar: '', ext: '', ...extra },
});

export const created = (
  groupId: string,
  ownerId: string | null,
  extra: Partial<Extract<GroupEvent, { type: 'GroupCreated' }>['data']> = {},
): GroupEvent => ({
  type: 'GroupCreated',
  data: {
    groupId,
    number: 2 ** 52 + 1,
    incarnation: 1,
    rules: groupPresets.parley.rules,
    kind: '',
    name: `Group ${groupId}`,
    avatar: '',
    introduction: '',
    ext: '',
    customFields: [],
    ownerId,
    creatorId: ownerId ?? 'system',
    maximum: 500,
    joinPolicy: { selfJoin: 'open', memberInvite: 'joins' },
    settings: SETTINGS,
    createdAt: START,
    origin: { kind: 'created' },
    ...extra,
  },
});

export const joined = (
  groupId: string,
  userId: string,
  role: Role = 'member',
  extra: Partial<Extract<GroupEvent, { type: 'MemberJoined' }>['data']> = {},
): GroupEvent => ({
  type: 'MemberJoined',
  data: { groupId, userId, role, source: 'creation', joinedAt: START, seesEarlier: true, ...extra },
});

export const left = (groupId: string, userId: string, roleBefore: Role = 'member'): GroupEvent => ({
  type: 'MemberLeft',
  data: { groupId, userId, roleBefore },
});

export const dismissed = (groupId: string, membersRemoved = true): GroupEvent => ({
  type: 'GroupDismissed',
  data: { groupId, by: 'admin', membersRemoved, why: 'admin' },
});

/** Writes facts as history, each stream's revisions in turn; time goes one millisecond on per event. */
export class Historian {
  private readonly revisions = new Map<string, number>();
  private time = START;

  constructor(
    readonly store: ArrayEventStore,
    readonly tenant = 't1',
  ) {}

  write(...events: readonly DomainEvent[]): void {
    for (const event of events) this.writeAs(event, {});
    this.store.wake();
  }

  writeAs(event: DomainEvent, { schemaVersion = 1, tenant = this.tenant }): void {
    this.push(streamOf(event, tenant), event, { schemaVersion, tenant });
  }

  /** Events that don't say themselves which stream is theirs. */
  writeTo(id: StreamId, ...events: readonly DomainEvent[]): void {
    for (const event of events) this.push(streamName(id), event, { schemaVersion: 1, tenant: id.tenant });
    this.store.wake();
  }

  private push(
    stream: string,
    event: DomainEvent,
    { schemaVersion, tenant }: { schemaVersion: number; tenant: string },
  ): void {
    const revision = (this.revisions.get(stream) ?? -1) + 1;
    this.revisions.set(stream, revision);
    this.store.push({
      id: randomUUID(),
      type: event.type,
      stream,
      revision,
      ...plainText(event, { tenant, occurredAt: this.time++, schemaVersion }),
    });
  }
}

const USER_GROUPS = new Set(['GroupFavourited', 'GroupUnfavourited', 'GroupNoticesCleared']);

export function streamOf(event: DomainEvent, tenant: string): string {
  const { groupId, userId } = event.data as { groupId?: string; userId?: string };
  if (USER_GROUPS.has(event.type)) return `parley_usergroups-${tenant}.${userId ?? ''}`;
  return groupId === undefined ? `parley_user-${tenant}.${userId ?? ''}` : `parley_group-${tenant}.${groupId}`;
}
