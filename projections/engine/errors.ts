import { describe, type EventName, messageOf } from '../../application/following/errors.js';
import type { Letter } from './projection.js';

/** An event that a projection can't apply. */
export class PoisonedEvent extends Error {
  override readonly name = 'PoisonedEvent';
  constructor(
    readonly projection: string,
    readonly event: EventName,
    override readonly cause: unknown,
  ) {
    super(`${projection} can't apply ${describe(event)}: ${messageOf(cause)}`);
  }
}

/** An event of a handled type whose schema is newer than this code: only newer code can go on. */
export class NewerSchema extends Error {
  override readonly name = 'NewerSchema';
  constructor(
    readonly projection: string,
    readonly event: EventName,
    readonly schemaVersion: number,
  ) {
    super(`${projection} doesn't know schema ${String(schemaVersion)} of ${describe(event)}`);
  }
}

/** Somebody else moved this checkpoint: another leader, a finished rebuild, an unparking, or a crash that took it back. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor(readonly projection: string) {
    super(`${projection}'s checkpoint was moved by somebody else`);
  }
}

/** What an operator is told after the log has moved to another store, or has been replaced. */
export const FOREIGN_CHECKPOINT =
  'its checkpoint belongs to another event store; run `npm run parley -- projections rebuild --all`';

/** What an operator is told when the log is older than the read tables, as after a restore. */
export const PAST_THE_END =
  'its checkpoint lies behind the end of the log, so the log is older than its rows; run `npm run parley -- projections rebuild --all`';

/** What a projection stands on isn't there, or isn't of this log; the message says what, and what to do. */
export class ProjectionUnfit extends Error {
  override readonly name = 'ProjectionUnfit';
  constructor(
    readonly projection: string,
    readonly reason: string,
    /** Where it stands, where that is known. */
    readonly checkpoint?: { readonly letter: Letter; readonly position: string; readonly epoch: string },
  ) {
    super(reason);
  }
}

/** The live rows were made from another store's log: there is nothing to compare them with. */
export class ForeignCheckpoint extends Error {
  override readonly name = 'ForeignCheckpoint';
  constructor(readonly projection: string) {
    super(FOREIGN_CHECKPOINT);
  }
}

export class UnknownProjection extends Error {
  override readonly name = 'UnknownProjection';
  constructor(
    readonly projection: string,
    readonly known: readonly string[],
  ) {
    super(`no projection is called "${projection}"; there are ${known.join(', ')}`);
  }
}

/** Its feeding is paused already; the message says by whom. */
export class PausedAlready extends Error {
  override readonly name = 'PausedAlready';
  constructor(
    readonly projection: string,
    how: string,
  ) {
    super(`${projection} is ${how} already`);
  }
}

export class NotPaused extends Error {
  override readonly name = 'NotPaused';
  constructor(readonly projection: string) {
    super(`${projection} is not paused`);
  }
}

/** Who works on a projection's other set of tables. */
export interface Holder {
  /** `rebuild`, `promote` … */
  readonly doing: string;
  /** A process, as far as it has said so: its number and host. */
  readonly who: string;
  readonly since: Date;
}

export const holderWords = ({ doing, who, since }: Holder): string => `${doing} by ${who} since ${since.toISOString()}`;

/** Somebody rebuilds, promotes, rolls back or drops just now. */
export class RebuildRunning extends Error {
  override readonly name = 'RebuildRunning';
  constructor(
    readonly projection: string,
    readonly holder?: Holder,
  ) {
    super(`${projection} is being rebuilt already${holder === undefined ? '' : ` (${holderWords(holder)})`}`);
  }
}

/** What a rebuild has filled holds an event that somebody has discarded since. */
export class DiscardedMeanwhile extends Error {
  override readonly name = 'DiscardedMeanwhile';
  constructor(projection: string) {
    super(
      `an event of ${projection} was discarded while it was being rebuilt; readers keep what they have: run it again`,
    );
  }
}

/** No parked event of the projection has this id. */
export class NotParked extends Error {
  override readonly name = 'NotParked';
  constructor(projection: string, eventId: string) {
    super(`${projection} has no parked event ${eventId}`);
  }
}

/** There is no other set of tables for what was asked; the message says what makes one. */
export class NothingThere extends Error {
  override readonly name = 'NothingThere';
}

/** Tables of another version that can't be dropped, since a process of that version works on them. */
export class OtherVersionFed extends Error {
  override readonly name = 'OtherVersionFed';
  constructor(key: string) {
    super(`a process of another version of Parley feeds ${key}, or fills it: stop that first`);
  }
}

/** A rebuild that found no room for its tables. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
  constructor(cause: unknown) {
    super('the disk is full; readers keep what they have, and what was half made is dropped', { cause });
  }
}

/** PostgreSQL's disk_full. */
export const isNoRoom = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '53100';

/**
 * Whether the projection's own tables or statements are broken (42 no such table …, 0A, XX internal): trying again doesn't
 * help, and others that share its reader must not wait for it.
 */
export function blamesTables(error: unknown): boolean {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^(42|0A|XX)[0-9A-Z]{3}$/.test(code);
}

/** 55P03 lock not available, 40P01 deadlock, 57014 cancelled by somebody: it did nothing, and may be tried again. */
export function isUndone(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return code === '55P03' || code === '40P01' || code === '57014';
}
