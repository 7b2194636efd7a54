import { messageOf, nameOf } from '../../application/following/errors.js';
import type { Discarded } from './discarded.js';
import { NewerSchema, PoisonedEvent } from './errors.js';
import type { OpenedEvent } from '../../application/following/open.js';
import { judge, projectionKey, type ProjectedEvent, type Projection } from './projection.js';

/** An event that is set aside; `error` only for the one that started it. */
export interface ParkedRow {
  readonly opened: OpenedEvent;
  readonly error: string | null;
}

/** What some events come to for a projection, each of them judged: rows to write and events to set aside. */
export interface Plan {
  readonly events: readonly ProjectedEvent[];
  readonly parked: readonly ParkedRow[];
}

/**
 * For the live letter: events of parked streams and those that can't be read are set aside, discarded ones are left out.
 * @throws NewerSchema
 */
export function planLive(
  projection: Projection,
  due: readonly OpenedEvent[],
  isParked: (stream: string) => boolean,
  discarded: Discarded,
): Plan {
  const events: ProjectedEvent[] = [];
  const parked: ParkedRow[] = [];
  const parkedHere = new Set<string>();
  for (const opened of due) {
    const { stored, recorded, failure } = opened;
    if (projection.handles[stored.type] === undefined || discarded.has(stored.id)) continue;
    if (isParked(stored.stream) || parkedHere.has(stored.stream)) {
      parked.push({ opened, error: null });
    } else if (recorded === undefined) {
      parkedHere.add(stored.stream);
      parked.push({ opened, error: messageOf(failure) });
    } else {
      const verdict = judge(projection, recorded);
      if (verdict.kind === 'newer') throw newerSchema(projection, stored, recorded.envelope.schemaVersion);
      if (verdict.kind === 'handle') events.push(verdict.event);
    }
  }
  return { events, parked };
}

/** For a replay, the handled ones but the discarded. @throws NewerSchema, PoisonedEvent for an event that can't be read */
export function planReplay(
  projection: Projection,
  events: readonly OpenedEvent[],
  discarded: Discarded,
): ProjectedEvent[] {
  const handled: ProjectedEvent[] = [];
  for (const { stored, recorded, failure } of events) {
    if (projection.handles[stored.type] === undefined || discarded.has(stored.id)) continue;
    if (recorded === undefined) throw new PoisonedEvent(projectionKey(projection), nameOf(stored), failure);
    const verdict = judge(projection, recorded);
    if (verdict.kind === 'newer') throw newerSchema(projection, stored, recorded.envelope.schemaVersion);
    if (verdict.kind === 'handle') handled.push(verdict.event);
  }
  return handled;
}

/** The first event of a schema that the projection doesn't know, and how many are before it. */
export function findNewer(
  projection: Projection,
  events: readonly OpenedEvent[],
): { readonly index: number; readonly error: NewerSchema } | undefined {
  for (const [index, { stored, recorded }] of events.entries()) {
    if (recorded === undefined || judge(projection, recorded).kind !== 'newer') continue;
    return { index, error: newerSchema(projection, stored, recorded.envelope.schemaVersion) };
  }
  return undefined;
}

const newerSchema = (projection: Projection, stored: OpenedEvent['stored'], schemaVersion: number): NewerSchema =>
  new NewerSchema(projectionKey(projection), nameOf(stored), schemaVersion);
