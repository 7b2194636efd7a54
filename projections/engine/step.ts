import type { Checkpoint } from './checkpoint.js';
import { messageOf, nameOf, NewerSchema, PoisonedEvent } from './errors.js';
import type { OpenedEvent } from './open.js';
import { judge, projectionKey, type ProjectedEvent, type Projection } from './projection.js';
import type { Stretch } from './stretch.js';

/** An event that is set aside; `error` only for the one that started it. */
export interface ParkedRow {
  readonly opened: OpenedEvent;
  readonly error: string | null;
}

/**
 * What it takes to pass a stretch: every event of it behind the checkpoint has been judged, and is among those to apply or
 * to set aside unless the projection doesn't handle it. Nothing else moves a checkpoint, and only the judges below make one.
 */
class JudgedStep {
  // Makes the type nominal: no other object is one, however much it looks like one.
  readonly #judged = true;
  constructor(
    readonly from: Checkpoint,
    readonly to: string,
    readonly events: readonly ProjectedEvent[],
    readonly parked: readonly ParkedRow[],
  ) {}

  get writesNothing(): boolean {
    return this.#judged && this.events.length + this.parked.length === 0;
  }
}

export type Step = JudgedStep;

/**
 * For the live letter: events of parked streams and those that can't be read are set aside.
 * @throws Gap, NewerSchema
 */
export function judgeLive(from: Checkpoint, stretch: Stretch, isParked: (stream: string) => boolean): Step {
  const due = stretch.behind(from.position);
  const newer = findNewer(from.projection, due);
  if (newer) throw newer.error;
  const events: ProjectedEvent[] = [];
  const parked: ParkedRow[] = [];
  const parkedHere = new Set<string>();
  for (const opened of due.events) {
    const { stored, recorded, failure } = opened;
    if (from.projection.handles[stored.type] === undefined) continue;
    if (isParked(stored.stream) || parkedHere.has(stored.stream)) {
      parked.push({ opened, error: null });
    } else if (recorded === undefined) {
      parkedHere.add(stored.stream);
      parked.push({ opened, error: messageOf(failure) });
    } else {
      const verdict = judge(from.projection, recorded);
      if (verdict.kind === 'handle') events.push(verdict.event);
    }
  }
  return new JudgedStep(from, due.to, events, parked);
}

/** For the one event that can't be applied. @throws Gap, TypeError for more than one */
export function setAside(from: Checkpoint, stretch: Stretch, error: unknown): Step {
  const due = stretch.behind(from.position);
  const [only] = due.events;
  if (only === undefined || due.events.length > 1) throw new TypeError('one event is set aside at a time');
  return new JudgedStep(from, due.to, [], [{ opened: only, error: messageOf(error) }]);
}

/**
 * For a replay: everything handled is applied, nothing set aside.
 * @throws Gap, NewerSchema, PoisonedEvent for an event that can't be read
 */
export function judgeReplay(from: Checkpoint, stretch: Stretch): Step {
  const due = stretch.behind(from.position);
  return new JudgedStep(from, due.to, planReplay(from.projection, due.events), []);
}

/** The handled ones of some events. @throws NewerSchema, PoisonedEvent for an event that can't be read */
export function planReplay(projection: Projection, events: readonly OpenedEvent[]): ProjectedEvent[] {
  const handled: ProjectedEvent[] = [];
  for (const { stored, recorded, failure } of events) {
    if (projection.handles[stored.type] === undefined) continue;
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
  { events }: Stretch,
): { readonly index: number; readonly error: NewerSchema } | undefined {
  for (const [index, { stored, recorded }] of events.entries()) {
    if (recorded === undefined || judge(projection, recorded).kind !== 'newer') continue;
    return { index, error: newerSchema(projection, stored, recorded.envelope.schemaVersion) };
  }
  return undefined;
}

const newerSchema = (projection: Projection, stored: OpenedEvent['stored'], schemaVersion: number): NewerSchema =>
  new NewerSchema(projectionKey(projection), nameOf(stored), schemaVersion);
