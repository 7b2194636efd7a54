import type { Position as LogPosition } from '@eventstore/db-client';

import type { Position, StoredEvent } from '../../../application/ports/event-store.js';
import { EventStoreUnavailable } from '../../../application/ports/event-store.js';
import { makePosition, parsePosition, positionOf } from '../../../application/ports/positions.js';

/** What this engine reads of recorded events, JSON, binary and links alike; data and metadata as text, where they came so. */
export interface RawEvent {
  readonly id: string;
  readonly streamId: string;
  readonly revision: bigint;
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly position?: LogPosition | undefined;
}

/** What the server writes into streams on its own account (links, deletions) has a type that begins so. */
export const isServersOwn = (event: RawEvent): boolean => event.type.startsWith('$');

export function storedEvent(event: RawEvent, identity: string): StoredEvent {
  return {
    id: event.id,
    type: event.type,
    data: textOf(event.data),
    metadata: textOf(event.metadata),
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionIn(identity, logPositionOf(event)),
  };
}

/**
 * The client has parsed the JSON; what the edge let through comes back as the same text. Malformed JSON arrives as the text
 * itself and binary data as bytes: both are passed on as text, for the registry to judge.
 */
function textOf(value: unknown): string {
  if (value === undefined) return '{}';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return JSON.stringify(value);
}

export function logPositionOf(event: RawEvent): LogPosition {
  if (!event.position) throw new EventStoreUnavailable('this server gives events no position: 22.6 or newer is needed');
  return event.position;
}

/** On servers of today prepare is the commit, and one ordinal says it. */
export function positionIn(identity: string, { commit, prepare }: LogPosition): Position {
  return commit === prepare ? makePosition(identity, commit) : makePosition(identity, commit, prepare);
}

/** @throws ForeignPosition */
export function logPosition(position: Position, identity: string): LogPosition {
  const { ordinal, second } = parsePosition(positionOf(position, identity));
  return { commit: ordinal, prepare: second ?? ordinal };
}

export const samePosition = (a: LogPosition, b: LogPosition): boolean =>
  a.commit === b.commit && a.prepare === b.prepare;
