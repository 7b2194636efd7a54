import { randomUUID } from 'node:crypto';
import type { EventStore, Position } from '../../application/ports/event-store.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import { plainText } from './array-event-store.js';
import { created, joined, START } from './group-histories.js';

/**
 * Writes groups of so many members each, a stream at a time, through the store; gives the last position. Plain text, for
 * `plainSerializer`.
 */
export async function writeGroups(
  store: EventStore,
  { groups, members, from = 0, tenant = 't1' }: { groups: number; members: number; from?: number; tenant?: string },
): Promise<Position> {
  let last: Position | undefined;
  for (let g = from; g < from + groups; g++) {
    const groupId = `g${String(g)}`;
    const facts: DomainEvent[] = [created(groupId, `owner${String(g)}`), joined(groupId, `owner${String(g)}`, 'owner')];
    for (let m = 1; m < members; m++)
      facts.push(joined(groupId, `u${String((g * 31 + m) % 100_000)}`, 'member', { joinedAt: START + m }));
    for (let i = 0; i < facts.length; i += 400)
      last = await append(store, groupId, i - 1, facts.slice(i, i + 400), tenant);
  }
  if (last === undefined) throw new Error('no groups were asked for');
  return last;
}

/** Appends facts to a group's stream. @throws Error on a conflict. */
export async function append(
  store: EventStore,
  groupId: string,
  expectedRevision: number,
  facts: readonly DomainEvent[],
  tenant = 't1',
): Promise<Position> {
  const events = facts.map((fact, i) => ({
    id: randomUUID(),
    type: fact.type,
    ...plainText(fact, { tenant, occurredAt: START + expectedRevision + 1 + i }),
  }));
  const [result] = await store.append([{ stream: `parley_group-${tenant}.${groupId}`, expectedRevision, events }]);
  if (result?.kind !== 'appended') throw new Error(`a conflict on ${groupId}`);
  return result.position;
}
