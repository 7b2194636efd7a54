import type { Actor } from '../../domain/shared/actor.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { RequestContext } from '../commands/request.js';
import type { EventName } from '../following/errors.js';

/** An event that a process reacts to. */
export interface Cause<Event extends DomainEvent = DomainEvent> {
  readonly name: EventName;
  readonly tenant: string;
  /** Decided time, ms UTC. */
  readonly occurredAt: number;
  readonly actor: Actor;
  readonly correlationId: string;
  /** Whoever commanded it wants nobody told of it in chats. */
  readonly silent?: true;
  /** Of the trace that it belongs to, which goes on with what follows. */
  readonly traceparent?: string;
  readonly event: Event;
}

/** What a process does because of an event. */
export interface Act {
  /** The event that it is due to: of several the first, so that a repeat names the same one. */
  readonly cause: Cause;
  /** What it is done to. Process, cause and target together are the act's identity. */
  readonly target: string;
  /**
   * Done at least once: done again, it must change nothing. What it fails with is tried again where the reason may pass, else
   * the event is parked.
   * @param context as whom and because of what it commands
   * @param commandKey for targets that don't recognise a repeat by what is commanded
   */
  readonly perform: (context: RequestContext, commandKey: string) => Promise<unknown>;
  /**
   * `perform` in two steps, where many such acts may follow each other: finds out what is needed, and gives what does it. Those of a
   * stream are begun at once, in their order, and their target must keep it: so one append can hold several.
   */
  readonly prepare?: (context: RequestContext) => Promise<() => Promise<unknown>>;
}

/**
 * Turns what happened to one aggregate into commands for another (docs/architecture.md "Processes"). It follows the log with
 * a checkpoint of its own and is no part of a rebuild or a copy: what it has reacted to stays so.
 */
export interface Process {
  /** Lower case letters and `-`. Part of its commands' identity, so for ever. */
  readonly name: string;
  /** Event types, each with the highest schema version that it understands. Others are skipped. */
  readonly handles: Readonly<Record<string, number>>;
  /**
   * Where it begins that has no checkpoint in this log: at its end, as nobody wants to be told of times gone by; or at its
   * start, where what it does must hold for all of them, and nobody sees it done again.
   */
  readonly begins: 'atStart' | 'atEnd';
  /**
   * What is to be done, in this order. A function of its causes alone: the events of one command that the process handles and
   * that follow each other in their stream.
   */
  readonly react: (causes: readonly [Cause, ...Cause[]]) => readonly Act[];
}
