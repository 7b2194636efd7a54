import { allAtOnce } from '../at-once.js';
import type { RequestContext } from '../commands/request.js';
import { hashOf } from '../commands/scope.js';
import { type EventName, messageOf, nameOf } from '../following/errors.js';
import type { OpenedEvent, Opener } from '../following/open.js';
import type { Stretch } from '../following/stretch.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { RecordedEvent } from '../ports/envelope.js';
import type { EventStore } from '../ports/event-store.js';
import type { ProcessCheckpoints } from '../ports/process-checkpoints.js';
import type { Act, Cause, Process } from './process.js';
import { continues, type Run, runsByStream } from './runs.js';
import { GivenUp, type Persistence, persisting } from './trouble.js';

/** Streams whose events are reacted to side by side. */
const AT_ONCE = 32;
/** Prepared acts of one stream that are begun together. */
const TOGETHER = 64;

/** An act and whose it is. */
export interface Due {
  readonly process: Process;
  readonly act: Act;
}

type Prepared = Act & Required<Pick<Act, 'prepare'>>;
const isPrepared = (act: Act): act is Prepared => act.prepare !== undefined;

/** A process and what part of the log is its to react to. */
export interface Share {
  readonly process: Process;
  /** What it has passed already; '' is before the first event. */
  readonly after: string;
  /** An event that it can't pass; absent: there is none. */
  readonly before?: string;
}

export interface WorkerOptions extends Persistence {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly opener: Opener;
  readonly checkpoints: Pick<ProcessCheckpoints, 'park'>;
}

/**
 * Does what processes want to be done about the log, stretch by stretch. Streams go side by side; in each, what one command
 * wrote is finished for all processes, in their order, before what the next one wrote. Prepared acts (`Act.prepare`) that
 * follow each other are the exception: they are begun in this order, together.
 */
export class Worker {
  /** Up to which revision a stream's last command was done that goes on behind its stretch. */
  readonly #done = new Map<string, number>();

  constructor(private readonly options: WorkerOptions) {}

  /**
   * Gives up to where nothing is left to be done: the stretch's end, or where its last command begins that goes on behind it.
   * @throws GivenUp; what the event store fails with
   */
  async work(shares: readonly Share[], stretch: Stretch): Promise<string> {
    const streams = runsByStream(stretch.events);
    const cut = await this.#completeLast(streams, stretch);
    await allAtOnce(AT_ONCE, [...streams.values()], async (runs) => {
      await this.#performAll(shares, runs);
    });
    const [first, last] = [cut?.[0], cut?.at(-1)];
    if (first === undefined || last === undefined) return stretch.to;
    this.#done.set(last.stored.stream, last.stored.revision);
    return stretch.first(stretch.events.indexOf(first)).to;
  }

  /**
   * Takes the rest of the last command's events from its stream. They were appended together, and what comes of them must not
   * depend on where a reading was cut. Gives the run, where there were any.
   */
  async #completeLast(streams: ReadonlyMap<string, Run[]>, { events }: Stretch): Promise<Run | undefined> {
    const end = events.at(-1);
    const runs = end && streams.get(end.stored.stream);
    const run = runs?.at(-1);
    if (end === undefined || runs === undefined || run?.at(-1) !== end) return undefined;
    const rest = await this.#following(end);
    if (rest.length === 0) return undefined;
    return (runs[runs.length - 1] = [...run, ...rest]);
  }

  async #following({ stored, ...read }: OpenedEvent): Promise<OpenedEvent[]> {
    const rest: OpenedEvent[] = [];
    let last: OpenedEvent = { stored, ...read };
    for await (const batch of this.options.store.readStream(stored.stream, { from: stored.revision + 1 })) {
      for (const event of await this.options.opener.open(batch)) {
        if (!continues(last, event)) return rest;
        rest.push(event);
        last = event;
      }
    }
    return rest;
  }

  /** It was done with the stretch before, which ended in the midst of it. */
  #isDone(run: Run): boolean {
    const { stream, revision } = (run.at(-1) ?? run[0]).stored;
    const done = this.#done.get(stream);
    if (done === undefined) return false;
    if (revision >= done) this.#done.delete(stream);
    return revision <= done;
  }

  async #performAll(shares: readonly Share[], runs: readonly Run[]): Promise<void> {
    let together: Due[] = [];
    const begin = async (): Promise<void> => {
      const due = together;
      together = [];
      await this.#performTogether(due);
    };
    for (const run of runs) {
      if (this.#isDone(run)) continue;
      for (const share of shares) {
        for (const due of await this.#react(share, run)) {
          if (!isPrepared(due.act) || together.length >= TOGETHER) await begin();
          if (isPrepared(due.act)) together.push(due);
          else await this.#perform(due);
        }
      }
    }
    await begin();
  }

  /** What goes wrong with one of them is done again by itself, as if it had come alone: what was done meanwhile is known for a repeat. */
  async #performTogether(due: readonly Due[]): Promise<void> {
    const [first, ...others] = due;
    if (first === undefined) return;
    if (others.length === 0) return this.#perform(first);
    const prepared = await Promise.allSettled(
      due.map(
        ({ process, act }) => act.prepare?.(contextOf(process, act)) ?? Promise.reject(new Error('not prepared')),
      ),
    );
    // Up to the first that could not be prepared: those behind it must not be there before it.
    const failed = prepared.findIndex(({ status }) => status === 'rejected');
    const begun = prepared
      .slice(0, failed < 0 ? prepared.length : failed)
      .map((each) => (each.status === 'fulfilled' ? each.value() : undefined));
    const outcomes = await Promise.allSettled(begun);
    for (const [index, each] of due.entries()) if (outcomes[index]?.status !== 'fulfilled') await this.#perform(each);
  }

  async #react({ process, after, before }: Share, run: Run): Promise<Due[]> {
    const causes: Cause[] = [];
    for (const { stored, recorded, failure } of run) {
      if (process.handles[stored.type] === undefined || stored.position <= after) continue;
      if (before !== undefined && stored.position >= before) break;
      if (recorded?.event === undefined) {
        await this.#park(process, nameOf(stored), '', failure);
        continue;
      }
      causes.push(causeOf({ ...recorded, event: recorded.event }));
    }
    return (await this.#acts(process, causes)).map((act) => ({ process, act }));
  }

  async #acts(process: Process, [first, ...others]: readonly Cause[]): Promise<readonly Act[]> {
    if (first === undefined) return [];
    try {
      return process.react([first, ...others]);
    } catch (error) {
      for (const { name } of [first, ...others]) await this.#park(process, name, '', error);
      return [];
    }
  }

  async #perform({ process, act }: Due): Promise<void> {
    const { cause, target } = act;
    const event = cause.name;
    try {
      await this.#persisting({ process: process.name, event }, () => performed({ process, act }));
    } catch (error) {
      if (error instanceof GivenUp) throw error;
      await this.#park(process, event, target, error);
    }
  }

  /** The reason's text may quote the payload, so it goes into the table only. */
  async #park({ name: process }: Process, event: EventName, target: string, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.name : typeof error;
    this.options.log.error({ process, event, reason }, 'a process can not react to an event: it is parked for it');
    await this.#persisting({ process, event }, () =>
      this.options.checkpoints.park({ process, event, target, error: messageOf(error) }),
    );
  }

  #persisting<Result>(facts: object, work: () => Promise<Result>): Promise<Result> {
    return persisting(work, { ...this.options, facts });
  }
}

/** Under the key by which its target knows it for the same, whoever does it, and however often. */
export const performed = ({ process, act }: Due): Promise<unknown> =>
  act.perform(contextOf(process, act), hashOf('process', process.name, act.cause.name.id, act.target));

/** What a process is told of an event that was read. */
export function causeOf({ envelope, event, stored }: RecordedEvent & { readonly event: DomainEvent }): Cause {
  const { tenant, occurredAt, actor, $correlationId: correlationId, silent, traceparent } = envelope;
  const cause = { name: nameOf(stored), tenant, occurredAt, actor, correlationId, event };
  return {
    ...cause,
    ...(silent === undefined ? {} : { silent }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function contextOf({ name }: Process, { cause }: Act): RequestContext {
  return {
    tenant: cause.tenant,
    actor: { kind: 'system', id: name },
    via: `process:${name}`,
    correlationId: cause.correlationId,
    causationId: cause.name.id,
    ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
  };
}
