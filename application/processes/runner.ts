import { Backoff, pause } from '../following/backoff.js';
import { messageOf, nameOf } from '../following/errors.js';
import { type Lead, NotLeading, type TakePart } from '../following/lead.js';
import { type OpenedEvent, Opener } from '../following/open.js';
import { follow } from '../following/read.js';
import { SeenEnds } from '../following/seen-ends.js';
import type { Stretch } from '../following/stretch.js';
import type { EventSerializer } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { Logger } from '../ports/logger.js';
import { isPositionOf } from '../ports/positions.js';
import type { ProcessCheckpoints } from '../ports/process-checkpoints.js';
import { Fenced, Notes, Place } from './places.js';
import type { Process } from './process.js';
import { GivenUp } from './trouble.js';
import { Worker } from './worker.js';

export interface ProcessRunnerOptions {
  readonly store: EventStore;
  readonly serializer: Pick<EventSerializer, 'open'>;
  readonly checkpoints: ProcessCheckpoints;
  /** What was done because of one event is done for each in this order. */
  readonly processes: readonly Process[];
  readonly takePart: TakePart;
  readonly log: Logger;
  /** Between two looks at an end of the log that seems to have gone back, milliseconds; default 1000. */
  readonly lookMs?: number;
  /** How often is written down at most how far the processes are, milliseconds; default 100. */
  readonly noteMs?: number;
  /** After how long an act that fails while all else is well is taken to fail for its own sake, milliseconds; default a minute. */
  readonly patienceMs?: number;
  /**
   * Whether what commands look things up in is well behind the log and on its way: then an act that can't be done yet doesn't
   * fail for its own sake. Default: never.
   */
  readonly isReadSideComing?: () => Promise<boolean>;
}

export interface ProcessStatus {
  readonly name: string;
  /** For how long it has not passed what was seen as the log's end then, milliseconds; 0 when it has passed all that. */
  readonly lag: number;
  /** Events set aside. */
  readonly parked: number;
  readonly state: 'live' | 'catchingUp' | 'stopped';
  /** Why it has stopped; known where it is led. */
  readonly reason?: string;
  readonly ledHere: boolean;
}

/** Of all processes together: one leader does them in one order. */
const KEY = 'processes';

/** A follower of a cluster may show an end of the log that it had a moment ago. */
const SURE_AFTER_LOOKS = 3;
const LOOK_MS = 1_000;

/** Of the reader under load, milliseconds. */
const REST_MS = 50;
const NOTE_MS = 100;
const PATIENCE_MS = 60_000;
/** Events worked on before the checkpoint may move. */
const MOST_EVENTS = 500;

/**
 * Runs the processes in whichever server leads. Each reacts at least once to every event behind its checkpoint; the checkpoint
 * moves when all before it is done. What they command is recognised when it is commanded again.
 */
export class ProcessRunner {
  readonly #options: ProcessRunnerOptions;
  readonly #opener: Opener;
  readonly #ends = new SeenEnds();
  readonly #stopping = new AbortController();
  #part: { stop(): Promise<void> } | undefined;
  #running: { readonly end: AbortController; readonly ended: Promise<void> } | undefined;
  #places: readonly Place[] = [];

  constructor(options: ProcessRunnerOptions) {
    this.#options = options;
    this.#opener = new Opener(
      options.serializer,
      new Set(options.processes.flatMap(({ handles }) => Object.keys(handles))),
    );
  }

  /** To be called before anything is written: processes that begin at the log's end begin here. */
  async start(): Promise<void> {
    await this.#placeCheckpoints(this.#stopping.signal);
    this.#part ??= this.#options.takePart({ keys: [KEY], onChange: (lead) => this.#lead(lead) });
  }

  /** Resolves when what is under way has ended; what would have to be tried again isn't waited for. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#running?.end.abort();
    await this.#part?.stop();
  }

  /** In every server, for all processes. @throws what the event store or the database fail with */
  async status(): Promise<ProcessStatus[]> {
    const { checkpoints, processes, store } = this.#options;
    const head = (await store.head()) ?? '';
    this.#ends.saw(head, performance.now());
    const rows = await checkpoints.load(processes.map(({ name }) => name));
    const now = performance.now();
    const status = processes.map(({ name }): ProcessStatus => {
      const row = rows.find((each) => each.name === name);
      const here = this.#places.find(({ process }) => process.name === name);
      const position = this.#own(here?.position ?? row?.position ?? '');
      const level = position >= head;
      return {
        name,
        lag: level ? 0 : Math.max(1, Math.round(now - this.#ends.firstNotPassedAt(position, now))),
        parked: row?.parked ?? 0,
        state: here?.stopped !== undefined ? 'stopped' : level ? 'live' : 'catchingUp',
        ...(here?.stopped === undefined ? {} : { reason: here.stopped }),
        ledHere: here !== undefined,
      };
    });
    this.#ends.forget(rows.map(({ position }) => this.#own(position)));
    return status;
  }

  #own(position: string): string {
    return isPositionOf(position, this.#options.store.identity) ? position : '';
  }

  async #lead({ held, confirm }: Lead): Promise<void> {
    this.#running?.end.abort();
    await this.#running?.ended;
    this.#running = undefined;
    this.#places = [];
    if (!held.has(KEY) || this.#stopping.signal.aborted) return;
    const end = new AbortController();
    this.#running = { end, ended: this.#run(confirm, end.signal) };
  }

  async #run(confirm: Lead['confirm'], signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(50, 2_000);
    while (!signal.aborted) {
      try {
        await this.#placeCheckpoints(signal);
        const places = await this.#load();
        await confirm();
        this.#places = places;
        await this.#follow(places, signal, backoff);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Fenced || error instanceof NotLeading))
          this.#options.log.warn({ error: messageOf(error) }, 'the processes lost the event store and subscribe again');
      }
      if (!signal.aborted) await backoff.wait(signal);
    }
  }

  async #load(): Promise<Place[]> {
    const { checkpoints, processes } = this.#options;
    const rows = await checkpoints.load(processes.map(({ name }) => name));
    return processes.flatMap((process) => {
      const row = rows.find(({ name }) => name === process.name);
      return row === undefined ? [] : [new Place(process, row)];
    });
  }

  /** Reads from the lowest place until the source ends, the signal fires, or somebody else has moved a checkpoint. */
  async #follow(places: readonly Place[], signal: AbortSignal, backoff: Backoff): Promise<void> {
    const { store, checkpoints, log, noteMs = NOTE_MS, patienceMs = PATIENCE_MS } = this.#options;
    const round = new AbortController();
    const ended = AbortSignal.any([signal, round.signal]);
    const notes = new Notes(checkpoints, places, noteMs);
    const noting = this.#note(notes, ended, round);
    const isWell = (): Promise<boolean> => this.#isWell();
    const worker = new Worker({ store, opener: this.#opener, checkpoints, log, patienceMs, isWell, signal: ended });
    try {
      const [lowest = ''] = places.map(({ position }) => position).sort();
      for await (const stretch of follow(store, lowest, this.#opener, ended, (until) => pause(REST_MS, until))) {
        for (const part of partsOf(stretch)) await this.#advance(places, part, worker, notes);
        backoff.reset();
        if (places.every(({ stopped }) => stopped !== undefined)) await pause(2 ** 31 - 1, ended);
      }
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    } finally {
      round.abort();
      await noting;
    }
  }

  /** Event store and database answer, appends have outcomes, and nobody need wait for the read side. */
  async #isWell(): Promise<boolean> {
    const { store, checkpoints, isReadSideComing } = this.#options;
    try {
      await Promise.all([store.head(), checkpoints.load([])]);
      if ((await isReadSideComing?.()) === true) return false;
      return (store.troubles?.() ?? []).length === 0;
    } catch {
      return false;
    }
  }

  async #advance(places: readonly Place[], stretch: Stretch, worker: Worker, notes: Notes): Promise<void> {
    const going = places.filter(({ stopped }) => stopped === undefined);
    const newer = new Map(going.map((place) => [place, place.newerIn(stretch.events)]));
    const shares = going.map((place) => {
      const before = newer.get(place)?.stored.position;
      return { process: place.process, after: place.position, ...(before !== undefined && { before }) };
    });
    const to = await worker.work(shares, stretch);
    for (const place of going) {
      const halt = newer.get(place);
      const end = halt === undefined ? to : [to, stretch.first(stretch.events.indexOf(halt)).to].sort()[0];
      if (end !== undefined && end > place.position) place.position = end;
      if (halt !== undefined) this.#stop(place, halt);
    }
    notes.moved(
      stretch.events.some(({ recorded }) => recorded !== undefined),
      performance.now(),
    );
  }

  #stop(place: Place, { stored }: OpenedEvent): void {
    const { type, revision, stream } = stored;
    place.stopped = `it doesn't know the schema of ${type} at revision ${String(revision)} of ${stream}`;
    this.#options.log.error(
      { process: place.process.name, event: nameOf(stored) },
      'a process stopped at an event of a newer schema',
    );
  }

  /** Writes down, every now and then and at the end, how far all are. */
  async #note(notes: Notes, ended: AbortSignal, round: AbortController): Promise<void> {
    const { noteMs = NOTE_MS } = this.#options;
    for (let last = false; !last;) {
      await pause(noteMs / 2, ended);
      last = ended.aborted;
      if (!last && !notes.isDue(performance.now())) continue;
      try {
        await notes.save();
      } catch (error) {
        if (error instanceof Fenced) round.abort();
        else this.#options.log.warn({ error: messageOf(error) }, 'how far the processes are was not written down');
        if (!last) await pause(LOOK_MS, ended);
      }
    }
  }

  /**
   * Gives every process a checkpoint in this log. One that belongs to another log, or to a longer one (this was brought back
   * from a backup), says nothing here.
   */
  async #placeCheckpoints(signal: AbortSignal): Promise<void> {
    const { checkpoints, processes, store, lookMs = LOOK_MS, log } = this.#options;
    for (let look = 1; !signal.aborted; look++) {
      const rows = await checkpoints.load(processes.map(({ name }) => name));
      const head = (await store.head()) ?? '';
      const sure = look >= SURE_AFTER_LOOKS;
      let looksAgain = false;
      for (const { name, begins } of processes) {
        const row = rows.find((each) => each.name === name);
        const beginning = begins === 'atStart' ? '' : head;
        if (row === undefined) {
          await checkpoints.create(name, beginning);
        } else if (row.position !== '' && this.#own(row.position) === '') {
          log.warn({ process: name, begins }, 'a process had reacted to another event store, and begins anew');
          await checkpoints.replace(row, beginning);
        } else if (row.position > head) {
          looksAgain ||= !sure;
          if (!sure) continue;
          log.warn({ process: name, begins }, 'a process had reacted to a longer log than this one, and begins anew');
          await checkpoints.replace(row, beginning);
        }
      }
      if (!looksAgain) return;
      await pause(lookMs, signal);
    }
  }
}

/** So many events at a time: between them the checkpoint may move. */
function* partsOf(stretch: Stretch): Generator<Stretch> {
  for (let left = stretch; left.events.length > 0;) {
    const part = left.first(MOST_EVENTS);
    yield part;
    left = left.behind(part.to);
  }
}
