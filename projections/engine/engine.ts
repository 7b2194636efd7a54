import type pg from 'pg';
import type { EventSerializer } from '../../application/ports/envelope.js';
import type { EventStore, Position } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Telemetry } from '../../application/ports/telemetry.js';
import { isPositionOf, positionOf } from '../../application/ports/positions.js';
import type { Busyness } from './busyness.js';
import { Leadership, PROJECTIONS } from './coordinate.js';
import {
  FOREIGN_CHECKPOINT,
  NothingThere,
  PAST_THE_END,
  RebuildRunning,
  UnknownProjection,
  type Holder,
  type PoisonedEvent,
} from './errors.js';
import { Feed } from './feed.js';
import { expectStandby, goesOnWith, makeApart } from './filling.js';
import { fillNewcomers } from './newcomers.js';
import { dropOtherVersion, type OtherVersion, otherVersions } from './leftovers.js';
import { inspect, isFilling, lackOf, pausedWords, type Inspected } from './inspect.js';
import { isPastEnd, mendAll, stopPastEnd } from './mend.js';
import type { Lead } from '../../application/following/lead.js';
import { Opener, reopening } from '../../application/following/open.js';
import { pause, resume } from './pause.js';
import { leadersOf, type Leader } from './leaders.js';
import { sizesOf, type ProjectionSize } from './size.js';
import { checkProjections, otherLetter, projectionKey, type Letter, type Projection } from './projection.js';
import { holdersOf } from './rebuild-lock.js';
import { loadStandby, loadStandbys, shareOf, type Standby } from './standby.js';
import {
  drop,
  nothingToDrop,
  rebuildAll,
  show,
  type RebuildDeps,
  type RebuildOptions,
  type RebuildOutcome,
  type RebuildResult,
  type ShowOptions,
} from './rebuild.js';
import { SeenEnds } from '../../application/following/seen-ends.js';
import * as sql from './sql.js';
import { discard, listParked, unpark, type Decision, type ParkedEvent, type UnparkResult } from './unpark.js';
import { verify, type Verification, type VerifyOptions } from './verify.js';
import { Waits } from './wait.js';
import { LOOK_MS, Watch } from './watch.js';

export interface ProjectionEngineOptions {
  readonly store: EventStore;
  readonly serializer: Pick<EventSerializer, 'open'>;
  readonly pool: pg.Pool;
  /** What is fed live goes through it, best with connections that pipeline, one per projection; default: `pool`. */
  readonly feedPool?: pg.Pool;
  /** Of the same database, directly (no pooler between): the locks' sessions. */
  readonly lockUrl: string;
  readonly projections: readonly Projection[];
  readonly log: Logger;
  /** Of this code: what another release has half filled is not gone on with. */
  readonly release?: string;
  /** How often a follower tries to lead, milliseconds; default 500. */
  readonly leadRetryMs?: number;
  /** How often is looked after what somebody else did to the read side, milliseconds; default 1000. */
  readonly lookMs?: number;
  /** How often checkpoints are read while somebody waits for a projection fed elsewhere; default 10. */
  readonly waitPollMs?: number;
  /** Is told of each step that is taken here. */
  readonly telemetry?: Pick<Telemetry, 'projected'>;
  /** Of what its readers share with commands and queries: the busier that is, the longer they rest; default: of this process. */
  readonly busyness?: Busyness | undefined;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  /** Undefined when nobody knows any more. */
  readonly letter: Letter | undefined;
  /** Of the last event it has passed; undefined before the first. */
  readonly position: Position | undefined;
  /** For how long it has not passed what was seen as the store's end then, milliseconds; 0 when it has passed all that. */
  readonly lag: number;
  /** It has passed, since this process began, an end of the store that was seen since then. */
  readonly caughtUp: boolean;
  /** Events set aside. */
  readonly parked: number;
  /** Paused is what an operator wants of it: nothing is wrong. */
  readonly state: 'live' | 'catchingUp' | 'stopped' | 'paused';
  /** Why it has stopped, or who has paused it. */
  readonly reason?: string;
  /** Whether this process feeds it. */
  readonly fedHere: boolean;
}

/** The set of tables that a projection doesn't show. */
export interface StandbyStatus extends Pick<Standby, 'letter' | 'state' | 'since'> {
  readonly name: string;
  readonly position: Position | undefined;
  /** How much of the log it has passed, 0 … 100. */
  readonly percent: number;
  /** Who works on it now. */
  readonly holder?: Holder;
}

/** What a command would do. */
export interface Intent {
  /** That readers would see then, or that would be filled, or dropped. */
  readonly letter: Letter;
  /** What is there now, and would be gone. */
  readonly drops?: Standby['state'];
  /** Where it would go on that was broken off, 0 … 100. */
  readonly goesOnFrom?: number;
}

export interface StartOptions {
  /** Whether it feeds what it gets to lead; default true. */
  readonly leads?: boolean;
  /** Whether callers are answered from the lists in this process: then it counts for `isAlone`. Default true. */
  readonly answers?: boolean;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Names; default all that are awaited. */
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
  private leadership: Leadership | undefined;
  private feed: Feed | undefined;
  private alone = false;
  /** Of projections that are new here. */
  private filling: Promise<void> | undefined;
  private readonly keys: readonly string[];
  private readonly awaited: readonly string[];
  private readonly stopping = new AbortController();
  private readonly watch: Watch;

  /** @throws TypeError for a projection whose name or version is none. */
  constructor(private readonly options: ProjectionEngineOptions) {
    checkProjections(options.projections);
    this.keys = options.projections.map(projectionKey);
    this.awaited = options.projections.filter(({ unawaited }) => unawaited !== true).map(projectionKey);
    this.opener = openerFor(options.serializer, options.projections);
    this.watch = new Watch(options, this.stopping.signal);
    this.waits = new Waits({
      poll: () => this.positions(),
      isFedHere: (key) => this.feed?.isFeeding(key) ?? false,
      pollMs: options.waitPollMs ?? 10,
    });
  }

  /**
   * Makes what the database doesn't have of the projections (a projection that it doesn't know yet, or what somebody took
   * away), then feeds those that this process gets to lead. To be called before anything is written.
   */
  async start({ leads = true, answers = true }: StartOptions = {}): Promise<void> {
    const { options } = this;
    const { release = '', projections } = options;
    await mendAll(
      { ...options, fillApart: (client, projection, letter) => makeApart(client, projection, letter, release) },
      projections,
    );
    await stopPastEnd(options, options.projections, this.stopping.signal);
    await this.watch.begin();
    this.filling ??= fillNewcomers(
      {
        projections,
        pool: options.pool,
        log: options.log,
        lookMs: options.lookMs ?? LOOK_MS,
        rebuildAll: (names, signal) => this.rebuildAll(names, { signal }),
      },
      this.stopping.signal,
    );
    this.leadership ??= new Leadership({
      contest: PROJECTIONS,
      lockUrl: this.options.lockUrl,
      keys: leads ? this.keys : [],
      log: this.options.log,
      ...(this.options.leadRetryMs !== undefined && { retryMs: this.options.leadRetryMs }),
      ...(answers && {
        onCompany: (alone: boolean) => {
          this.alone = alone;
        },
      }),
      onChange: (lead) => this.feedOnly(lead),
    });
  }

  /** Ends after the batch in hand is committed; gives leadership up; waiters get false. */
  async stop(): Promise<void> {
    this.waits.close();
    this.stopping.abort();
    await Promise.all([this.watch.ended(), this.leadership?.stop(), this.filling]);
    this.leadership = undefined;
  }

  /**
   * Whether the projections have passed `position`, waiting for it up to `timeoutMs`.
   * @throws ForeignPosition, UnknownProjection
   */
  async waitFor(position: Position, { timeoutMs, projections }: WaitOptions): Promise<boolean> {
    const wanted = positionOf(position, this.options.store.identity);
    const keys = projections?.map((name) => projectionKey(this.projection(name))) ?? this.awaited;
    return this.waits.wait(wanted, keys, timeoutMs);
  }

  /** Whether no other process has started an engine on this database, as far as it is known: another's is noticed within a second. */
  get isAlone(): boolean {
    return this.alone;
  }

  /**
   * Why queries can't be answered from a view now (`users_v2`): something of it is missing, it is being filled, or it is of
   * a longer log than this one. Undefined when they can. As of a second ago at most.
   */
  unreadable(view: string): string | undefined {
    return this.watch.unreadable(view);
  }

  /** In every process, for all projections. A projection that becomes level within `graceMs` counts as level. */
  async status({ graceMs = 100 } = {}): Promise<ProjectionStatus[]> {
    const { store } = this.options;
    let head = await store.head();
    this.ends.saw(head ?? '', performance.now());
    let all = await this.watch.look();
    const own = (found: Inspected): string => this.own(found.row?.position ?? '');
    const behind = all.filter(
      (found) => found.row?.stopped === null && found.paused === undefined && own(found) < (head ?? ''),
    );
    if (head !== undefined && behind.length > 0) {
      await this.waits.wait(
        head,
        behind.map(({ projection }) => projectionKey(projection)),
        graceMs,
      );
      all = await this.watch.look();
    }
    // One that is ahead of the end that was seen has gone on meanwhile, unless it is ahead of the one seen now.
    if (all.some(({ row }) => isPastEnd(row?.position, head, store.identity))) head = await store.head();
    const now = performance.now();
    const status = all.map((found) => this.statusOf(found, own(found), head, now));
    this.ends.forget(all.map(own));
    return status;
  }

  private statusOf(found: Inspected, position: string, head: Position | undefined, now: number): ProjectionStatus {
    const { projection, letter, row } = found;
    const key = projectionKey(projection);
    const halt = this.haltOf(found, head);
    const filling = isFilling(row);
    const level = halt === undefined && position >= (head ?? '');
    const reason = halt ?? (found.paused && pausedWords(found.paused));
    if (halt !== undefined || filling) this.caughtUp.delete(key);
    else if (this.ends.anyPassedAt(position)) this.caughtUp.add(key);
    return {
      name: projection.name,
      version: projection.version,
      letter,
      position: position === '' ? undefined : (position as Position),
      lag: level ? 0 : Math.max(1, Math.round(now - this.ends.firstNotPassedAt(position, now))),
      caughtUp: this.caughtUp.has(key),
      parked: row?.parked ?? 0,
      state: halt !== undefined ? 'stopped' : reason !== undefined ? 'paused' : level ? 'live' : 'catchingUp',
      ...(reason === undefined ? {} : { reason }),
      fedHere: this.feed?.isFeeding(key) ?? false,
    };
  }

  /** Why it doesn't go on; `head` was asked for after the rest. */
  private haltOf(found: Inspected, head: Position | undefined): string | undefined {
    const { identity } = this.options.store;
    const { row } = found;
    const lack = lackOf(found);
    if (lack !== undefined || row === undefined) return lack;
    if (row.position !== '' && !isPositionOf(row.position, identity)) return FOREIGN_CHECKPOINT;
    if (isPastEnd(row.position, head, identity)) return PAST_THE_END;
    return row.stopped ?? undefined;
  }

  /**
   * Fills the other tables from history while traffic and readers go on, then shows them; whatever of schema `read` is
   * missing or broken is made for it. The former tables stay for `rollback` until they are dropped.
   * @throws UnknownProjection, RebuildRunning, PoisonedEvent, NewerSchema (readers keep what they have)
   */
  async rebuild(name: string, options: RebuildOptions = {}): Promise<RebuildResult> {
    const [outcome] = await this.rebuildAll([name], options);
    if (outcome === undefined) throw new Error(`no outcome for ${name}`);
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  }

  /**
   * Several with one read of the log; one that fails keeps what readers have, and the others go on.
   * @throws UnknownProjection, the signal's reason
   */
  async rebuildAll(names: readonly string[], options: RebuildOptions = {}): Promise<readonly RebuildOutcome[]> {
    const { onLostKey } = options;
    const { serializer } = this.options;
    const projections = names.map((name) => this.projection(name));
    const opening = onLostKey === undefined ? serializer : reopening(serializer, onLostKey);
    const outcomes = await rebuildAll(this.rebuilding(projections, opening), options);
    await this.watch.look();
    return outcomes;
  }

  /** Shows what a rebuild holds. @throws UnknownProjection, NothingThere, RebuildRunning, PoisonedEvent, NewerSchema */
  async promote(name: string, options: ShowOptions = {}): Promise<RebuildResult> {
    return this.show(name, 'held', options);
  }

  /** Shows the former tables, once they have what came since. @throws as `promote` */
  async rollback(name: string, options: ShowOptions = {}): Promise<RebuildResult> {
    return this.show(name, 'former', options);
  }

  private async show(name: string, wanted: 'held' | 'former', options: ShowOptions): Promise<RebuildResult> {
    const projection = this.projection(name);
    const deps = { ...this.rebuilding([projection]), projections: [projection] } as const;
    const result = await show(deps, wanted, options);
    await this.watch.look();
    return result;
  }

  /** Drops the tables that aren't shown. @throws UnknownProjection, NothingThere, RebuildRunning */
  async drop(name: string, { signal = new AbortController().signal }: ShowOptions = {}): Promise<Letter> {
    const { pool, lockUrl, log } = this.options;
    return drop({ pool, lockUrl, log, projection: this.projection(name) }, signal);
  }

  /** Tables of versions that this code doesn't know, of all projections. */
  otherVersions(): Promise<readonly OtherVersion[]> {
    return otherVersions(this.options.pool, this.options.projections);
  }

  /**
   * Drops the tables of such versions of one projection that nobody feeds; gives which those are, or would be.
   * @throws UnknownProjection, NothingThere, OtherVersionFed
   */
  async dropOtherVersions(
    name: string,
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Promise<readonly OtherVersion[]> {
    const { version } = this.projection(name);
    const others = (await this.otherVersions()).filter((each) => each.name === name);
    if (others.length === 0)
      throw new NothingThere(`there are no tables of ${name} but those of version ${version.toString()}`);
    if (!dryRun) for (const other of others) await dropOtherVersion(this.options.pool, other);
    return others;
  }

  /** What such a command would do; refuses as it would. @throws UnknownProjection, NothingThere, RebuildRunning */
  async intend(name: string, doing: 'rebuild' | 'promote' | 'rollback' | 'drop', afresh = false): Promise<Intent> {
    const projection = this.projection(name);
    const { pool, store, release = '' } = this.options;
    const holder = (await holdersOf(pool, [projection])).get(projectionKey(projection));
    if (holder !== undefined) throw new RebuildRunning(name, holder);
    const [live] = await inspect(pool, [projection]);
    if (doing !== 'rebuild') {
      const wanted = doing === 'promote' ? 'held' : doing === 'rollback' ? 'former' : undefined;
      const there = wanted
        ? await expectStandby({ ...this.options, projection }, wanted)
        : await loadStandby(pool, projection);
      if (there === undefined) throw new NothingThere(nothingToDrop(projection));
      return { letter: there.letter, ...(doing === 'drop' ? { drops: there.state } : {}) };
    }
    const half = afresh ? undefined : await goesOnWith({ pool, store, release, projection }, live);
    if (half !== undefined) return { letter: half.letter, goesOnFrom: percentOf(half.position, await store.head()) };
    const there = await loadStandby(pool, projection);
    return { letter: otherLetter(live?.letter ?? 'a'), ...(there === undefined ? {} : { drops: there.state }) };
  }

  /** The sets of tables that aren't shown, of all projections that have one, and who works on them. */
  async standbys(): Promise<readonly StandbyStatus[]> {
    const { pool, store, projections } = this.options;
    const [found, holders, head] = await Promise.all([loadStandbys(pool), holdersOf(pool, projections), store.head()]);
    return projections.flatMap((projection) => {
      const key = projectionKey(projection);
      const there = found.get(key);
      if (there === undefined) return [];
      const { letter, state, since, position } = there;
      const holder = holders.get(key);
      return [
        {
          name: projection.name,
          letter,
          state,
          since,
          position: position === '' ? undefined : (position as Position),
          percent: percentOf(position, head),
          ...(holder === undefined ? {} : { holder }),
        },
      ];
    });
  }

  private rebuilding(projections: readonly Projection[], serializer = this.options.serializer): RebuildDeps {
    const { store, pool, lockUrl, log, release = '' } = this.options;
    return { projections, store, pool, lockUrl, log, release, opener: openerFor(serializer, projections) };
  }

  /**
   * Compares the rows with a fresh replay up to the same position.
   * @throws UnknownProjection, ProjectionUnfit, ForeignCheckpoint, PoisonedEvent
   */
  async verify(name: string, options: VerifyOptions = {}): Promise<Verification> {
    return verify(this.toolsFor(name), options);
  }

  /** Stops its live feeding, in whichever process that is. @throws UnknownProjection, PausedAlready, ProjectionUnfit */
  async pause(name: string, options: { readonly by: string; readonly dryRun?: boolean }): Promise<void> {
    await pause(this.options.pool, this.projection(name), options);
    await this.watch.look();
  }

  /** Lets it be fed again. @throws UnknownProjection, NotPaused, ProjectionUnfit */
  async resume(name: string, options: { readonly dryRun?: boolean } = {}): Promise<void> {
    await resume(this.options.pool, this.projection(name), options);
    await this.watch.look();
  }

  /** In log order, the first 1000; of one stream, or one event by its id, where that is given. @throws UnknownProjection */
  async parkedEvents(name: string, of?: string): Promise<ParkedEvent[]> {
    return listParked(this.options.pool, this.projection(name), of);
  }

  /** Tries a projection's parked streams again, or one of them. @throws UnknownProjection */
  async unpark(name: string, stream?: string): Promise<UnparkResult> {
    return unpark(this.toolsFor(name), stream);
  }

  /**
   * Leaves a parked event out for good, in replays as well, and tries what waits behind it. Gives what that is stuck at.
   * @throws UnknownProjection, NotParked
   */
  async discard(name: string, eventId: string, decision: Decision): Promise<PoisonedEvent | undefined> {
    return discard(this.toolsFor(name), eventId, decision);
  }

  /** What the tables hold that are shown. */
  async sizes(): Promise<ProjectionSize[]> {
    return sizesOf(this.options.pool, this.options.projections);
  }

  /** Which process leads which projection, by name; what nobody leads isn't in it. */
  async leaders(): Promise<ReadonlyMap<string, Leader>> {
    const leaders = await leadersOf(this.options.pool, PROJECTIONS, this.keys);
    return new Map(
      this.options.projections.flatMap((projection) => {
        const leader = leaders.get(projectionKey(projection));
        return leader === undefined ? [] : [[projection.name, leader]];
      }),
    );
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

  private async positions(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.options.pool.query<{ name: string; version: number; position: string }>({
      name: 'projection.positions',
      text: sql.POLL_POSITIONS,
    });
    return new Map(rows.map((row) => [projectionKey(row), this.own(row.position)]));
  }

  /** A checkpoint of the store that the log was in before is nowhere in this one. */
  private own(position: string): string {
    return isPositionOf(position, this.options.store.identity) ? position : '';
  }

  private async feedOnly({ held, confirm }: Lead): Promise<void> {
    await this.feed?.stop();
    this.feed = undefined;
    const projections = this.options.projections.filter((projection) => held.has(projectionKey(projection)));
    if (projections.length === 0) return;
    const { pool, feedPool = pool } = this.options;
    this.feed = new Feed({ ...this.options, pool: feedPool, projections, confirm }, this.opener, this.waits);
  }
}

const openerFor = (serializer: Pick<EventSerializer, 'open'>, projections: readonly Projection[]): Opener =>
  new Opener(serializer, new Set(projections.flatMap((projection) => Object.keys(projection.handles))));

const percentOf = (position: string, head: string | undefined): number =>
  Math.floor(shareOf(position, head) * 1000) / 10;
