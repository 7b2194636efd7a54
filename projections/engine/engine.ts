import type pg from 'pg';
import type { EventSerializer } from '../../application/ports/envelope.js';
import type { EventStore, Position } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { isPositionOf, positionOf } from '../../application/ports/positions.js';
import { Rewound, Runner } from './apply.js';
import { applyToAll } from './apply-to-all.js';
import { Backoff, pause } from './backoff.js';
import { prepare } from './checkpoint.js';
import { Leadership } from './coordinate.js';
import { messageOf, UnknownProjection } from './errors.js';
import { Opener } from './open.js';
import { checkProjections, projectionKey, tablesOf, viewName, type Letter, type Projection } from './projection.js';
import { follow } from './read.js';
import { rebuild, type RebuildOptions, type RebuildResult } from './rebuild.js';
import { SeenEnds } from './seen-ends.js';
import * as sql from './sql.js';
import { transaction } from './transaction.js';
import { listParked, unpark, type ParkedEvent, type UnparkResult } from './unpark.js';
import { verify, type Verification } from './verify.js';
import { Waits } from './wait.js';

export interface ProjectionEngineOptions {
  readonly store: EventStore;
  readonly serializer: Pick<EventSerializer, 'open'>;
  /** At least one connection per projection, and one for polling. */
  readonly pool: pg.Pool;
  /** Of the same database, directly (no pooler between): the locks' sessions. */
  readonly lockUrl: string;
  readonly projections: readonly Projection[];
  readonly log: Logger;
  /** How often a follower tries to lead, milliseconds; default 500. */
  readonly leadRetryMs?: number;
  /** How often checkpoints are read while somebody waits for a projection fed elsewhere; default 10. */
  readonly waitPollMs?: number;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly letter: Letter;
  /** Of the last event it has passed; undefined before the first. */
  readonly position: Position | undefined;
  /** For how long it has not passed what was seen as the store's end then, milliseconds; 0 when it has passed all that. */
  readonly lag: number;
  /** It has passed, since this process began, an end of the store that was seen since then. */
  readonly caughtUp: boolean;
  /** Events set aside. */
  readonly parked: number;
  readonly state: 'live' | 'catchingUp' | 'stopped';
  /** Why it has stopped. */
  readonly reason?: string;
  /** Whether this process feeds it. */
  readonly fedHere: boolean;
}

interface StatusRow {
  name: string;
  version: number;
  letter: Letter;
  position: string;
  epoch: string;
  stopped: string | null;
  parked: number;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Names; default all. */
  readonly projections?: readonly string[];
}

/**
 * Feeds projections from the event store, in whichever process leads, and answers in every process how far they are.
 * Rebuild, verify and unpark work without `start` too, beside a server that runs.
 */
export class ProjectionEngine {
  private readonly opener: Opener;
  private readonly waits: Waits;
  private readonly ends = new SeenEnds();
  private readonly caughtUp = new Set<string>();
  private prepared: Promise<void> | undefined;
  private leadership: Leadership | undefined;
  private feed: Feed | undefined;
  private readonly keys: readonly string[];

  /** @throws TypeError for a projection whose name or version is none. */
  constructor(private readonly options: ProjectionEngineOptions) {
    checkProjections(options.projections);
    this.keys = options.projections.map(projectionKey);
    this.opener = openerFor(options.serializer, options.projections);
    this.waits = new Waits({
      poll: () => this.positions(),
      isFedHere: (key) => this.feed?.isFeeding(key) ?? false,
      pollMs: options.waitPollMs ?? 10,
    });
  }

  /** Makes the tables of projections that the database doesn't know yet, then feeds those that this process gets to lead. */
  async start(): Promise<void> {
    await this.prepare();
    this.leadership ??= new Leadership({
      lockUrl: this.options.lockUrl,
      keys: this.keys,
      log: this.options.log,
      retryMs: this.options.leadRetryMs ?? 500,
      onChange: (held) => this.feedOnly(held),
    });
  }

  /** Ends after the batch in hand is committed; gives leadership up; waiters get false. */
  async stop(): Promise<void> {
    this.waits.close();
    await this.leadership?.stop();
    this.leadership = undefined;
  }

  /**
   * Whether the projections have passed `position`, waiting for it up to `timeoutMs`.
   * @throws ForeignPosition, UnknownProjection
   */
  async waitFor(position: Position, { timeoutMs, projections }: WaitOptions): Promise<boolean> {
    const wanted = positionOf(position, this.options.store.identity);
    const keys = projections?.map((name) => projectionKey(this.projection(name))) ?? this.keys;
    return this.waits.wait(wanted, keys, timeoutMs);
  }

  /** In every process, for all projections. A projection that becomes level within `graceMs` counts as level. */
  async status({ graceMs = 100 } = {}): Promise<ProjectionStatus[]> {
    await this.prepare();
    const head = await this.options.store.head();
    this.ends.saw(head ?? '', performance.now());
    let rows = await this.statusRows();
    const behind = rows.filter((row) => row.stopped === null && row.position < (head ?? '')).map(projectionKey);
    if (head !== undefined && behind.length > 0) {
      await this.waits.wait(head, behind, graceMs);
      rows = await this.statusRows();
    }
    const now = performance.now();
    const status = this.options.projections.flatMap((projection) => {
      const row = rows.find(({ name, version }) => name === projection.name && version === projection.version);
      return row ? [this.statusOf(projection, row, head, now)] : [];
    });
    this.ends.forget(rows.map(({ position }) => position));
    return status;
  }

  private statusOf(projection: Projection, row: StatusRow, head: Position | undefined, now: number): ProjectionStatus {
    const key = projectionKey(projection);
    const level = row.stopped === null && row.position >= (head ?? '');
    if (row.stopped === null && this.ends.anyPassedAt(row.position)) this.caughtUp.add(key);
    return {
      name: row.name,
      version: row.version,
      letter: row.letter,
      position: row.position === '' ? undefined : (row.position as Position),
      lag: level ? 0 : Math.max(1, Math.round(now - this.ends.firstNotPassedAt(row.position, now))),
      caughtUp: this.caughtUp.has(key),
      parked: row.parked,
      state: row.stopped !== null ? 'stopped' : level ? 'live' : 'catchingUp',
      ...(row.stopped === null ? {} : { reason: row.stopped }),
      fedHere: this.feed?.isFeeding(key) ?? false,
    };
  }

  /**
   * Fills the other tables from history while traffic and readers go on, then shows them.
   * @throws UnknownProjection, RebuildRunning, PoisonedEvent, NewerSchema (readers keep what they have)
   */
  async rebuild(name: string, options: RebuildOptions = {}): Promise<RebuildResult> {
    const tools = this.toolsFor(name);
    await this.prepare();
    const { lockUrl, log } = this.options;
    return rebuild({ ...tools, lockUrl, log }, options);
  }

  /** Compares the rows with a fresh replay up to the same position. @throws UnknownProjection, PoisonedEvent */
  async verify(name: string): Promise<Verification> {
    const tools = this.toolsFor(name);
    await this.prepare();
    return verify(tools);
  }

  /** @throws UnknownProjection */
  async parkedEvents(name: string): Promise<ParkedEvent[]> {
    return listParked(this.options.pool, this.projection(name));
  }

  /** Tries a projection's parked streams again, or one of them. @throws UnknownProjection */
  async unpark(name: string, stream?: string): Promise<UnparkResult> {
    return unpark(this.toolsFor(name), stream);
  }

  /** What works on one projection opens only what that one handles. */
  private toolsFor(name: string): { projection: Projection; store: EventStore; opener: Opener; pool: pg.Pool } {
    const projection = this.projection(name);
    const { store, pool, serializer } = this.options;
    return { projection, store, pool, opener: openerFor(serializer, [projection]) };
  }

  private projection(name: string): Projection {
    const found = this.options.projections.find((projection) => projection.name === name);
    if (!found)
      throw new UnknownProjection(
        name,
        this.options.projections.map((projection) => projection.name),
      );
    return found;
  }

  private prepare(): Promise<void> {
    const { pool, projections } = this.options;
    this.prepared ??= transaction(pool, 'BEGIN', (client) =>
      prepare(client, projections, async (db, projection, letter) => {
        const tables = tablesOf(projection, letter);
        for (const statement of [...projection.ddl(tables), ...projection.indexes(tables)]) await db.query(statement);
        await db.query(`CREATE VIEW ${viewName(projection)} AS ${projection.view(tables)}`);
      }),
    ).catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    });
    return this.prepared;
  }

  private async positions(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.options.pool.query<{ name: string; version: number; position: string }>({
      name: 'projection.positions',
      text: sql.POLL_POSITIONS,
    });
    return new Map(rows.map((row) => [projectionKey(row), this.own(row.position)]));
  }

  private async statusRows(): Promise<StatusRow[]> {
    const { rows } = await this.options.pool.query<StatusRow>(sql.ACTIVE_POSITIONS);
    return rows
      .filter((row) => this.keys.includes(projectionKey(row)))
      .map((row) => ({ ...row, position: this.own(row.position) }));
  }

  /** A checkpoint of the store that the log was in before is nowhere in this one. */
  private own(position: string): string {
    return isPositionOf(position, this.options.store.identity) ? position : '';
  }

  private async feedOnly(held: ReadonlySet<string>): Promise<void> {
    await this.feed?.stop();
    this.feed = undefined;
    const projections = this.options.projections.filter((projection) => held.has(projectionKey(projection)));
    if (projections.length === 0) return;
    this.feed = new Feed({ ...this.options, projections }, this.opener, this.waits);
  }
}

const openerFor = (serializer: Pick<EventSerializer, 'open'>, projections: readonly Projection[]): Opener =>
  new Opener(serializer, new Set(projections.flatMap((projection) => Object.keys(projection.handles))));

/** How often a feed asks whether a stopped projection may go on (a rebuild may have helped it), milliseconds. */
const RECHECK_MS = 1_000;

/** Of the reader under load. Who waits to see what he has written ends it; who doesn't, hardly sees a tenth of a second. */
const REST = { atLeastMs: 25, atMostMs: 100 } as const;

/** One reader for all projections that this process leads. */
class Feed {
  private readonly stopping = new AbortController();
  private readonly runners: readonly Runner[];
  private readonly running: Promise<void>;

  constructor(
    private readonly options: ProjectionEngineOptions,
    private readonly opener: Opener,
    private readonly waits: Waits,
  ) {
    const { pool, log, store } = options;
    this.runners = options.projections.map((projection) => {
      const key = projectionKey(projection);
      return new Runner({
        projection,
        pool,
        log,
        storeIdentity: store.identity,
        onPosition: (position) => {
          waits.reached(key, position);
        },
      });
    });
    this.running = this.run();
  }

  isFeeding(key: string): boolean {
    return this.runners.some((runner) => runner.key === key && runner.loaded);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff(50, 2_000);
    while (!signal.aborted) {
      try {
        for (const runner of this.runners) await runner.load();
        await this.read(signal, backoff);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Rewound) continue;
        this.options.log.warn({ error: messageOf(error) }, 'the projections lost the event store and subscribe again');
        await backoff.wait(signal);
      }
    }
  }

  /** Reads from the lowest checkpoint until the source ends, the signal fires, or a stopped projection may go on. */
  private async read(signal: AbortSignal, backoff: Backoff): Promise<void> {
    const round = new AbortController();
    const ended = AbortSignal.any([signal, round.signal]);
    const rechecking = this.recheck(ended, round);
    try {
      const going = this.runners.filter((runner) => runner.stopped === undefined);
      const [lowest] = going.map((runner) => runner.position).sort();
      if (lowest === undefined) {
        await rechecking;
        return;
      }
      for await (const opened of follow(this.options.store, lowest, this.opener, ended, (until) =>
        this.waits.rest(REST, until),
      )) {
        await applyToAll(going, this.options.pool, opened, ended);
        backoff.reset();
        if (going.every((runner) => runner.stopped !== undefined)) break;
      }
      if (!ended.aborted) await backoff.wait(ended);
    } finally {
      round.abort();
      await rechecking;
    }
  }

  private async recheck(ended: AbortSignal, round: AbortController): Promise<void> {
    while (!ended.aborted) {
      await pause(RECHECK_MS, ended);
      const stopped = this.runners.filter((runner) => runner.stopped !== undefined);
      if (stopped.length === 0 || ended.aborted) continue;
      try {
        const { rows } = await this.options.pool.query<StatusRow>(sql.ACTIVE_POSITIONS);
        const moved = stopped.some((runner) => {
          const row = rows.find((each) => projectionKey(each) === runner.key);
          return row !== undefined && !runner.remembers(row);
        });
        if (moved) round.abort();
      } catch {
        // The database is away: asked again in a moment.
      }
    }
  }
}
