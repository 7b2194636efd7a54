import type pg from 'pg';
import type { StoredEvent } from '../../application/ports/event-store.js';
import { otherLetter, type Letter, type Projection } from '../../projections/engine/projection.js';
import * as sql from '../../projections/engine/sql.js';

/**
 * What goes wrong at a call. `refused`: the server says no. `cut`: the connection ends before anything happened; `cutAfter`:
 * after it happened, the answer is lost; `cutLate`: the caller hears of the cut first, the server still carries it out.
 */
export type Fault = 'refused' | 'cut' | 'cutAfter' | 'cutLate';
export const FAULTS = ['refused', 'cut', 'cutAfter', 'cutLate'] as const;

interface CheckpointRow {
  position: string;
  epoch: number;
  stopped: string | null;
}
interface ParkedRow {
  readonly stream: string;
  readonly revision: number;
}
interface LetterState {
  checkpoint: CheckpointRow;
  /** `stream@revision` of each applied event. */
  rows: string[];
  parked: ParkedRow[];
}
interface ProjectionState {
  letter: Letter;
  letters: Map<Letter, LetterState>;
}

export const nameOfRow = ({ stream, revision }: Pick<StoredEvent, 'stream' | 'revision'>): string =>
  `${stream}@${String(revision)}`;

/** A projection whose rows are the events that it was given: what is lost or applied twice can be counted. */
export const recording = (
  name: string,
  types: readonly string[],
  isPoisoned: (stream: string) => boolean = () => false,
): Projection => ({
  name,
  version: 1,
  handles: Object.fromEntries(types.map((type) => [type, 1])),
  auxTables: [],
  ddl: () => [],
  indexes: () => [],
  view: () => '',
  apply: async (events, tables, db) => {
    if (events.some(({ stream }) => isPoisoned(stream))) throw new TypeError('poisoned');
    await db.run('add', ADD, [tables.base, ...events.map(nameOfRow)]);
  },
});
const ADD = 'add rows';

export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * The engine's tables and the rows of recording projections, behind as much of `pg` as a feed uses: transactions, row locks,
 * connections that end, commits whose answer is lost. Each call is one place for a fault, and after each commit the law
 * is looked at: a letter's rows and what it has set aside are exactly what it handles up to its checkpoint, each once.
 */
export class MemoryReadSide {
  /** Asked at each call; what it does (stop a feed, say) happens before the call. */
  atCall: (call: number, what: string) => Fault | undefined = () => undefined;
  /** Turns of the event loop that a call takes. */
  turnsOf: (what: string) => number = () => 1;
  onCommit: () => void = () => undefined;
  calls = 0;
  readonly broken: string[] = [];
  private readonly states = new Map<string, ProjectionState>();
  private readonly locks = new Map<CheckpointRow, Session>();
  private readonly sessions = new Set<Session>();
  private snapshots: Map<string, ProjectionState>[] = [];
  private crashes = 0;

  constructor(
    private readonly projections: readonly Projection[],
    private readonly log: readonly StoredEvent[],
  ) {
    for (const { name } of projections)
      this.states.set(name, { letter: 'a', letters: new Map([['a', freshLetter(0)]]) });
    this.committed();
  }

  /** As much of it as the engine uses. Nothing may be written for somebody who was relieved. */
  poolOf(leader: { readonly relieved: boolean }): pg.Pool {
    return {
      connect: () =>
        this.call(undefined, 'connect', () => {
          const session = new Session(leader);
          this.sessions.add(session);
          return {
            pipeline: true,
            query: (query: Query, values?: readonly unknown[]) => this.statement(session, query, values),
            on: () => undefined,
            removeListener: () => undefined,
            release: () => {
              this.end(session);
            },
          };
        }),
      query: async (query: Query, values?: readonly unknown[]) => {
        const session = new Session(leader);
        this.sessions.add(session);
        try {
          return await this.statement(session, query, values);
        } finally {
          this.end(session);
        }
      },
    } as unknown as pg.Pool;
  }

  /**
   * A new leader's first act. It is on the disk when it is over, unlike what feeds commit, and so is all before it; where the
   * server crashes meanwhile it is lost, and begun anew.
   */
  async claim(): Promise<void> {
    const session = new Session();
    let crashes: number;
    do {
      crashes = this.crashes;
      for (const { name } of this.projections) {
        const row = await this.lock(session, () => this.live(name).checkpoint);
        row.epoch++;
        this.unlock(session);
      }
    } while (this.crashes !== crashes);
    this.snapshots = [];
    this.committed();
  }

  /** A call of something else than PostgreSQL. */
  async other<T>(what: string, effect: () => T | Promise<T>, failure: () => Error): Promise<T> {
    const fault = await this.arrive(what);
    if (fault !== undefined) throw failure();
    return effect();
  }

  positionOf(name: string): string {
    return this.live(name).checkpoint.position;
  }

  hasParked(name: string): boolean {
    return this.live(name).parked.length > 0;
  }

  /** A rebuild ends: the other letter is shown, filled by itself as far as this one, or further. */
  async switchLetter(name: string, further: number): Promise<void> {
    const state = this.state(name);
    const session = new Session();
    const live = await this.lock(session, () => this.live(name).checkpoint);
    const passed = this.log.filter(({ position }) => position <= live.position).length;
    const filled = this.log.slice(0, Math.min(this.log.length, passed + further));
    const letter = freshLetter(live.epoch + 1_000);
    letter.checkpoint.position = filled.at(-1)?.position ?? '';
    letter.rows = filled.filter(({ type }) => this.handles(name, type)).map(nameOfRow);
    state.letter = otherLetter(state.letter);
    state.letters = new Map([[state.letter, letter]]);
    this.unlock(session);
    this.snapshots = [];
    this.committed();
  }

  /** An operator's: what was set aside is applied. */
  async unpark(name: string): Promise<void> {
    const session = new Session();
    await this.lock(session, () => this.live(name).checkpoint);
    const live = this.live(name);
    live.rows.push(...live.parked.map(nameOfRow));
    live.parked = [];
    live.checkpoint.epoch++;
    this.unlock(session);
    this.snapshots = [];
    this.committed();
  }

  /** The server crashes: what it committed last is gone, and so are all connections. */
  crash(commits: number): void {
    this.crashes++;
    for (const session of [...this.sessions]) this.lose(session);
    const back = this.snapshots[Math.max(0, this.snapshots.length - 1 - commits)];
    if (back) for (const [name, state] of copyOf(back)) this.states.set(name, state);
  }

  private state(name: string): ProjectionState {
    return this.states.get(name)!;
  }

  private live(name: string): LetterState {
    const { letter, letters } = this.state(name);
    return letters.get(letter)!;
  }

  private written(session: Session, works: readonly (() => unknown)[]): void {
    if (session.leader.relieved && works.length > 0) this.broken.push('somebody who was relieved has written');
    for (const work of works) work();
  }

  private rowOf(name: string, letter: Letter): object {
    const { position, epoch, stopped } = this.live(name).checkpoint;
    return { name, version: 1, letter, position, epoch: String(epoch), stopped };
  }

  private handles(name: string, type: string): boolean {
    return this.projections.find((each) => each.name === name)?.handles[type] !== undefined;
  }

  private committed(): void {
    this.snapshots = [...this.snapshots.slice(1 - KEPT), copyOf(this.states)];
    for (const [name, { letter, letters }] of this.states) {
      const { checkpoint, rows, parked } = letters.get(letter)!;
      const due = this.log.filter(({ type, position }) => position <= checkpoint.position && this.handles(name, type));
      const wanted = due.map(nameOfRow);
      const found = [...rows, ...parked.map(nameOfRow)];
      const each = new Set(found);
      if (each.size !== found.length || found.length !== wanted.length || wanted.some((row) => !each.has(row)))
        this.broken.push(`${name} at "${checkpoint.position}" has ${found.join()}, not ${wanted.join()}`);
    }
    this.onCommit();
  }

  private async arrive(what: string): Promise<Fault | undefined> {
    await turns(this.turnsOf(what));
    return this.atCall(this.calls++, what);
  }

  private async call<T>(session: Session | undefined, what: string, effect: () => T | Promise<T>): Promise<T> {
    const fault = await this.arrive(what);
    if (session && isLost(session)) throw lost();
    switch (fault) {
      case 'refused':
        if (session) session.failed = true;
        throw Object.assign(new Error('canceling statement due to user request'), { code: '57014' });
      case 'cut':
        if (session) this.lose(session);
        throw lost();
      case 'cutAfter':
        await effect();
        if (session) this.lose(session);
        throw lost();
      case 'cutLate':
        if (session) {
          session.late = true;
          void turns(9)
            .then(() => (session.lost ? undefined : effect()))
            .catch(() => undefined)
            .finally(() => {
              this.lose(session);
            });
        }
        throw lost();
      case undefined: {
        const result = await effect();
        if (session && isLost(session)) throw lost();
        return result;
      }
    }
  }

  private lose(session: Session): void {
    session.lost = true;
    session.staged = undefined;
    this.unlock(session);
    this.sessions.delete(session);
  }

  /** A connection is given back: what it was still about, the server ends by itself. */
  private end(session: Session): void {
    if (!session.late) this.lose(session);
  }

  private async lock(session: Session, row: () => CheckpointRow): Promise<CheckpointRow> {
    for (;;) {
      const wanted = row();
      const owner = this.locks.get(wanted);
      if (owner === undefined || owner === session) {
        this.locks.set(wanted, session);
        return wanted;
      }
      await turns(1);
      if (session.lost) throw lost();
    }
  }

  private unlock(session: Session): void {
    for (const [row, owner] of this.locks) if (owner === session) this.locks.delete(row);
  }

  /** A session's statements are sent when they are asked for, and done one after the other. */
  private statement(session: Session, query: Query, given: readonly unknown[] = []): Promise<Result | Result[]> {
    const text = typeof query === 'string' ? query : query.text;
    const values = (typeof query === 'string' ? given : query.values) ?? [];
    const effect = this.effectOf(session, text, values);
    const turn = (): Promise<Result | Result[]> => {
      // Whatever was sent behind it is lost with it: no commit is sent before all else is answered.
      if (session.late) throw lost();
      return this.call(session, LABELS.get(text) ?? (text.startsWith(sql.BEGIN_APPLY) ? 'advance' : text), async () => {
        if (session.failed && text !== 'ROLLBACK' && text !== 'COMMIT')
          throw Object.assign(new Error('current transaction is aborted'), { code: '25P02' });
        return effect();
      });
    };
    const result = session.last.then(turn);
    session.last = result.catch(() => undefined);
    return result;
  }

  private effectOf(
    session: Session,
    text: string,
    values: readonly unknown[],
  ): () => Result | Result[] | Promise<Result | Result[]> {
    if (text.startsWith(`${sql.BEGIN_APPLY}; `)) {
      const literals = [...text.slice(sql.BEGIN_APPLY.length).matchAll(/'([^']*)'/g)].map(([, value]) => value);
      const [to, ...from] = literals;
      const advance = this.effectOf(session, sql.ADVANCE, [...from, to]);
      return async () => {
        session.staged = [];
        return [NOTHING, await advance()].flat();
      };
    }
    const [name, , letter] = values as [string, number, Letter];
    const letterState = (): LetterState | undefined => this.state(name).letters.get(letter);
    switch (text) {
      case sql.BEGIN_APPLY:
        return () => {
          session.staged = [];
          return NOTHING;
        };
      case 'COMMIT':
        return () => {
          const { staged, failed } = session;
          session.staged = undefined;
          session.failed = false;
          if (!failed) this.written(session, staged ?? []);
          this.unlock(session);
          this.committed();
          return { ...NOTHING, command: failed ? 'ROLLBACK' : 'COMMIT' };
        };
      case 'ROLLBACK':
        return () => {
          session.staged = undefined;
          session.failed = false;
          this.unlock(session);
          return NOTHING;
        };
      case sql.INSPECT:
        return () => ({
          ...NOTHING,
          rows: [...this.states].map(([each, { letter: shown }]) => ({
            relations: [...this.states].flatMap(([one, { letter }]) => [`${one}_v1`, `p_${one}_v1_${letter}`]),
            ...this.rowOf(each, shown),
            complete_at: '',
            parked: this.live(each).parked.length,
          })),
        });
      case sql.PARKED_STREAMS:
        return () => ({
          ...NOTHING,
          rows: (letterState()?.parked ?? []).map(({ stream, revision }) => ({ stream, revision: String(revision) })),
        });
      case sql.NOT_FED:
        return () => ({ ...NOTHING, rows: [{ paused_by: null, paused_at: null }] });
      case sql.DISCARDED:
        return () => NOTHING;
      case sql.ACTIVE_CHECKPOINTS:
        return () => ({
          ...NOTHING,
          rows: [...this.states].map(([each, { letter: shown }]) => this.rowOf(each, shown)),
        });
      case sql.ADVANCE: {
        const [, , , position, epoch, to] = values as [string, number, Letter, string, string, string];
        return async () => {
          if (letterState() === undefined) return NOTHING;
          const row = await this.lock(session, () => letterState()?.checkpoint ?? GONE);
          if (row !== letterState()?.checkpoint || row.position !== position || String(row.epoch) !== epoch)
            return NOTHING;
          session.staged?.push(() => (row.position = to));
          return { ...NOTHING, rowCount: 1 };
        };
      }
      case sql.ADVANCE_SEVERAL:
        return async () => {
          const [names, , letters, positions, epochs, to] = values as [
            string[],
            number[],
            Letter[],
            string[],
            string[],
            string,
          ];
          const rows: object[] = [];
          for (const [i, each] of names.entries()) {
            const find = (): CheckpointRow | undefined => this.state(each).letters.get(letters[i]!)?.checkpoint;
            if (find() === undefined) continue;
            const row = await this.lock(session, () => find() ?? GONE);
            if (row !== find() || row.position !== positions[i] || String(row.epoch) !== epochs[i]) continue;
            session.staged?.push(() => (row.position = to));
            rows.push({ name: each, version: 1 });
          }
          return { ...NOTHING, rows };
        };
      case sql.PARK: {
        const [, , , streams, revisions] = values as [string, number, Letter, string[], number[]];
        return () => {
          session.staged?.push(() =>
            letterState()?.parked.push(...streams.map((stream, i) => ({ stream, revision: revisions[i]! }))),
          );
          return NOTHING;
        };
      }
      case ADD: {
        const [base, ...rows] = values as string[];
        const [, projection = '', shown = ''] = /^p_(.*)_v1_([ab])$/.exec(base!) ?? [];
        return () => {
          session.staged?.push(() =>
            this.state(projection)
              .letters.get(shown as Letter)
              ?.rows.push(...rows),
          );
          return NOTHING;
        };
      }
      default:
        throw new Error(`nobody expects "${text}" here`);
    }
  }
}

type Query = string | { readonly text: string; readonly values?: readonly unknown[] };
interface Result {
  readonly rows: readonly object[];
  readonly rowCount: number;
  readonly command: string;
}
const NOTHING: Result = { rows: [], rowCount: 0, command: '' };
const GONE: CheckpointRow = { position: 'gone', epoch: -1, stopped: null };

class Session {
  lost = false;
  /** Its client has heard that it is cut, the server not yet. */
  late = false;
  failed = false;
  /** When what it was asked before is done. */
  last: Promise<unknown> = Promise.resolve();
  staged: (() => unknown)[] | undefined;
  constructor(readonly leader: { readonly relieved: boolean } = { relieved: false }) {}
}

/** It may come to be so while somebody waits. */
const isLost = (session: Session): boolean => session.lost;

const LABELS = new Map([
  [sql.BEGIN_APPLY, 'begin'],
  [sql.ADVANCE, 'advance'],
  [sql.ADVANCE_SEVERAL, 'pass over'],
  [sql.INSPECT, 'inspect'],
  [sql.PARKED_STREAMS, 'load parked'],
  [sql.NOT_FED, 'load paused'],
  [sql.DISCARDED, 'load discarded'],
  [sql.ACTIVE_CHECKPOINTS, 'recheck'],
  [sql.PARK, 'park'],
]);

/** Commits that a crash may take back, and one more. */
const KEPT = 4;

const lost = (): Error => new Error('Connection terminated unexpectedly');

const freshLetter = (epoch: number): LetterState => ({
  checkpoint: { position: '', epoch, stopped: null },
  rows: [],
  parked: [],
});

const copyOf = (states: ReadonlyMap<string, ProjectionState>): Map<string, ProjectionState> =>
  new Map(
    [...states].map(([name, { letter, letters }]) => [
      name,
      {
        letter,
        letters: new Map(
          [...letters].map(([each, { checkpoint, rows, parked }]) => [
            each,
            { checkpoint: { ...checkpoint }, rows: [...rows], parked: [...parked] },
          ]),
        ),
      },
    ]),
  );
