import { type HistoryItem, isUnreadable } from '../../application/queries/history.js';
import { at, replaced } from './paths.js';
import type { EventRegistry } from './registry.js';
import type { Payload } from './schema.js';

/** The event with null for each field that is personal to somebody else than this user. */
export function onlyHis(registry: EventRegistry, item: HistoryItem, userId: string): HistoryItem {
  if (isUnreadable(item) || item.event === undefined) return item;
  const { type } = item.event;
  let data = item.event.data as Payload;
  for (const { members, subject } of registry.writable(type)?.personal ?? [])
    if (data[subject] !== userId && at(data, members) !== undefined) data = replaced(data, members, null);
  return { ...item, event: { type, data } };
}
