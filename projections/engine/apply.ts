import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import { isPositionOf } from '../../application/ports/positions.js';
import { Backoff } from './backoff.js';
import { advance, loadActive, loadParked, type Checkpoint, type Standing } from './checkpoint.js';
import {
  blamesEvent,
  blamesTables,
  Fenced,
  FOREIGN_CHECKPOINT,
  messageOf,
  nameOf,
  NewerSchema,
  PoisonedEvent,
  ProjectionUnfit,
} from './errors.js';
import type { OpenedEvent } from './open.js';
import { judge, projectionKey, tablesOf, type ProjectedEvent, type Projection, type Tables } from './projection.js';
import * as sql from './sql.js';
import { statementsOn, transaction } from './transaction.js';

/** An event that is set aside; `error` only for the one that started it. */
interface ParkedRow {
  readonly opened: OpenedEvent;
  readonly error: string | null;
}

/** What a batch comes to: rows to write and events to set aside. */
interface Plan {
  readonly events: ProjectedEvent[];
  readonly parked: ParkedRow[];
}

/** Rows of a batch and the checkpoint behind it, in one transaction. Of several events at one position the last counts. */
export async function commitBatch(
  client: pg.PoolClient,
  projection: Projection,
  from: Checkpoint,
  to: string,
  plan: Plan,
): Promise<void> {
  await advance(client, projection, from, to);
  if (plan.events.length > 0) await applyTo(client, projection, tablesOf(projection, from.letter), plan.events);
  if (plan.parked.length > 0) await insertParked(client, projection, from, plan.parked);
}

export async function applyTo(
  client: pg.ClientBase,
  projection: Projection,
  tables: Tables,
  events: readonly ProjectedEvent[],
): Promise<void> {
  await projection.apply(events, tables, statementsOn(client, tables.base));
}

async function insertParked(
  client: pg.ClientBase,
  { name, version }: Projection,
  { letter }: Checkpoint,
  rows: readonly ParkedRow[],
): Promise<void> {
  const stored = rows.map((row) => row.opened.stored);
  await client.query(sql.PARK, [
    name,
    version,
    letter,
    stored.map((event) => event.stream),
    stored.map((event) => event.revision),
    stored.map((event) => event.position),
    stored.map((event) => event.id),
    stored.map((event) => event.type),
    rows.map((row) => row.error),
  ]);
}

const lastPosition = (events: readonly OpenedEvent[]): string => events.at(-1)?.stored.position ?? '';

/** The checkpoint went back (the database crashed before it was on disk): what lies between must be read again. */
export class Rewound extends Error {
  override readonly name = 'Rewound';
}

export interface RunnerOptions {
  readonly projection: Projection;
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Of the event store: a checkpoint of another store stops the projection. */
  readonly storeIdentity: string;
  readonly onPosition: (position: string) => void;
}

/** No row in the database is remembered so. */
const NOWHERE: Checkpoint = { letter: 'a', position: '', epoch: '-1' };

/** Feeds one projection's live letter. */
export class Runner {
  readonly key: string;
  readonly projection: Projection;
  /** Why it doesn't go on; undefined while it does. */
  stopped: string | undefined;
  /** Whether it has read where it stands. */
  loaded = false;
  private checkpoint: Checkpoint = { letter: 'a', position: '', epoch: '0' };
  private parked = new Map<string, number>();
  private readonly backoff = new Backoff();

  constructor(private readonly options: RunnerOptions) {
    this.projection = options.projection;
    this.key = projectionKey(options.projection);
  }

  get position(): string {
    return this.checkpoint.position;
  }

  /** Where its next step begins. */
  get standing(): Standing {
    return { projection: this.projection, from: this.checkpoint };
  }

  /** Whether the database still says what this runner remembers. */
  remembers(row: { letter: string; position: string; epoch: string }): boolean {
    const { letter, position, epoch } = this.checkpoint;
    return row.letter === letter && row.position === position && row.epoch === epoch;
  }

  /** Reads where the projection stands; also after somebody else moved it. */
  async load(): Promise<void> {
    const { pool, storeIdentity } = this.options;
    try {
      this.checkpoint = await loadActive(pool, this.projection);
    } catch (error) {
      if (!(error instanceof ProjectionUnfit)) throw error;
      this.waitUntilMended(error);
      return;
    }
    this.parked = await loadParked(pool, this.projection, this.checkpoint.letter);
    this.stopped = undefined;
    const foreign = this.position !== '' && !isPositionOf(this.position, storeIdentity);
    if (foreign) {
      await this.stop(FOREIGN_CHECKPOINT);
      this.options.log.error({ projection: this.key }, `a projection is stopped: ${FOREIGN_CHECKPOINT}`);
    }
    this.loaded = true;
    // Positions of two stores can't be compared: in this one's log it stands before the first event.
    this.options.onPosition(foreign ? '' : this.position);
  }

  /** Goes on when it is loaded again, after a rebuild has moved the checkpoint or another start has made one. */
  private waitUntilMended({ reason, checkpoint }: ProjectionUnfit): void {
    if (this.stopped !== reason) this.options.log.error({ projection: this.key }, `a projection is stopped: ${reason}`);
    this.checkpoint = checkpoint ?? NOWHERE;
    this.stopped = reason;
    this.loaded = true;
    this.options.onPosition('');
  }

  /**
   * Applies what lies behind its checkpoint. Returns when that is committed, or the runner has stopped, or the signal has
   * fired.
   * @throws Rewound
   */
  async apply(batch: readonly OpenedEvent[], signal: AbortSignal): Promise<void> {
    while (this.stopped === undefined && !signal.aborted) {
      const events = batch.filter((event) => event.stored.position > this.position);
      if (events.length === 0) return;
      try {
        await this.applyUpToNewerSchema(events);
        this.backoff.reset();
        return;
      } catch (error) {
        await this.recover(error, signal);
      }
    }
  }

  /** Whether it handles any of the events behind its checkpoint. */
  isConcernedBy(batch: readonly OpenedEvent[]): boolean {
    return batch.some(
      ({ stored }) => this.projection.handles[stored.type] !== undefined && stored.position > this.position,
    );
  }

  /** Its checkpoint is here now, in the database too. */
  reached(to: string): void {
    this.checkpoint = { ...this.checkpoint, position: to };
    this.options.onPosition(to);
  }

  private async applyUpToNewerSchema(events: readonly OpenedEvent[]): Promise<void> {
    const newer = findNewer(this.projection, events);
    if (newer === undefined) return this.applySome(events);
    if (newer.index > 0) await this.applySome(events.slice(0, newer.index));
    await this.stop(newer.error.message);
    this.options.log.error(
      { projection: this.key, event: newer.error.event, schemaVersion: newer.error.schemaVersion },
      'a projection stopped at an event of a newer schema',
    );
  }

  /** Halves a batch that fails until the event to blame stands alone; what is before it is committed. */
  private async applySome(events: readonly OpenedEvent[]): Promise<void> {
    try {
      await this.commit(events, this.plan(events));
    } catch (error) {
      if (error instanceof Fenced || !blamesEvent(error)) throw error;
      const [only] = events;
      if (events.length === 1 && only) return this.park(only, error);
      const half = events.length >> 1;
      await this.applySome(events.slice(0, half));
      await this.applySome(events.slice(half));
    }
  }

  private plan(events: readonly OpenedEvent[]): Plan {
    const plan: Plan = { events: [], parked: [] };
    const parkedHere = new Set<string>();
    for (const opened of events) {
      const { stored, recorded, failure } = opened;
      if (this.projection.handles[stored.type] === undefined) continue;
      if (this.parked.has(stored.stream) || parkedHere.has(stored.stream)) {
        plan.parked.push({ opened, error: null });
      } else if (recorded === undefined) {
        parkedHere.add(stored.stream);
        plan.parked.push({ opened, error: messageOf(failure) });
        this.logParked(opened, failure);
      } else {
        const verdict = judge(this.projection, recorded);
        if (verdict.kind === 'handle') plan.events.push(verdict.event);
      }
    }
    return plan;
  }

  private async park(opened: OpenedEvent, error: unknown): Promise<void> {
    await this.commit([opened], { events: [], parked: [{ opened, error: messageOf(error) }] });
    this.logParked(opened, error);
  }

  /** The reason's text may quote the payload, so it goes into the table only. */
  private logParked(opened: OpenedEvent, error: unknown): void {
    const reason = error instanceof Error ? error.name : typeof error;
    this.options.log.error(
      { projection: this.key, event: nameOf(opened.stored), reason },
      'an event can not be applied: its stream is parked for this projection',
    );
  }

  private async commit(events: readonly OpenedEvent[], plan: Plan): Promise<void> {
    const to = lastPosition(events);
    await transaction(this.options.pool, sql.BEGIN_APPLY, (client) =>
      commitBatch(client, this.projection, this.checkpoint, to, plan),
    );
    for (const { opened } of plan.parked)
      if (!this.parked.has(opened.stored.stream)) this.parked.set(opened.stored.stream, opened.stored.revision);
    this.reached(to);
  }

  private async recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (blamesTables(error)) return this.stopBroken(error);
    const before = this.position;
    let trouble = error;
    for (;;) {
      if (!(trouble instanceof Fenced)) {
        this.options.log.warn({ projection: this.key, error: messageOf(trouble) }, 'a projection tries again');
        await this.backoff.wait(signal);
      }
      if (signal.aborted) return;
      try {
        await this.load();
        break;
      } catch (failure) {
        trouble = failure;
      }
    }
    if (this.position < before) throw new Rewound(`${this.key} went back`);
    if (error instanceof Fenced)
      this.options.log.info(
        { projection: this.key, position: this.position },
        'a checkpoint was moved by somebody else',
      );
  }

  private async stopBroken(error: unknown): Promise<void> {
    const reason = messageOf(error);
    this.options.log.error({ projection: this.key, error: reason }, 'a projection is broken and stopped');
    this.stopped = reason;
    // Where even this fails, the process at least knows; the next leader finds out for itself.
    await this.stop(reason).catch(() => undefined);
  }

  private async stop(reason: string): Promise<void> {
    this.stopped = reason;
    const { name, version } = this.projection;
    await this.options.pool.query(sql.SET_STOPPED, [name, version, this.checkpoint.letter, reason]);
  }
}

interface Newer {
  readonly index: number;
  readonly error: NewerSchema;
}

function findNewer(projection: Projection, events: readonly OpenedEvent[]): Newer | undefined {
  for (const [index, { stored, recorded }] of events.entries()) {
    if (recorded === undefined || judge(projection, recorded).kind !== 'newer') continue;
    return {
      index,
      error: new NewerSchema(projectionKey(projection), nameOf(stored), recorded.envelope.schemaVersion),
    };
  }
  return undefined;
}

/**
 * What a replay applies: everything handled, nothing parked.
 * @throws NewerSchema, PoisonedEvent for an event that can't be read
 */
export function planReplay(projection: Projection, events: readonly OpenedEvent[]): ProjectedEvent[] {
  const newer = findNewer(projection, events);
  if (newer) throw newer.error;
  const handled: ProjectedEvent[] = [];
  for (const { stored, recorded, failure } of events) {
    if (projection.handles[stored.type] === undefined) continue;
    if (recorded === undefined) throw new PoisonedEvent(projectionKey(projection), nameOf(stored), failure);
    const verdict = judge(projection, recorded);
    if (verdict.kind === 'handle') handled.push(verdict.event);
  }
  return handled;
}
