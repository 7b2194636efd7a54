import type { Actor } from '../../domain/shared/actor.js';
import type { DomainEvent } from '../../domain/shared/event.js';
import type { Position } from '../ports/event-store.js';
import type { StreamId } from '../streams.js';
import type { Aggregate } from './aggregate.js';

/** What an API knows about a request beside the command itself. The same for every use case. */
export interface RequestContext {
  readonly tenant: string;
  readonly actor: Actor;
  /** API and operation, `v1:POST /groups`. */
  readonly via: string;
  /** Absent: a repeat is a new request. */
  readonly idempotency?: IdempotencyKey;
  /** `If-Match`: the command is decided only at exactly this revision (`RevisionMismatch` otherwise). */
  readonly ifRevision?: number;
  /** The caller's own id as sent, at most 64 characters. */
  readonly requestRef?: string;
  /** Absent: a uuid v7. */
  readonly correlationId?: string;
  /** Absent: the correlation id. */
  readonly causationId?: string;
  /** Nobody is told in chats of what it does (001 Silence). */
  readonly silent?: true;
  readonly traceparent?: string;
  /** How long the caller waits, milliseconds; default from the pipeline's options. */
  readonly deadlineMs?: number;
}

export interface IdempotencyKey {
  readonly key: string;
  /** Names the operation, so one key may serve several. */
  readonly operation: string;
  /** Hash of the request's body. */
  readonly bodyHash: string;
}

export interface CommandRequest<State, Command, Event extends DomainEvent, Outcome> extends RequestContext {
  readonly aggregate: Aggregate<State, Command, Event, Outcome>;
  readonly stream: StreamId;
  readonly command: Command;
  /**
   * The command's own identity, where it has one: written into its events as `commandKey`, and a repeat at any later
   * time is answered with what the stream shows. Default with an idempotency key: that key's scope.
   */
  readonly commandKey?: string;
  /** Whoever asks has seen that the stream isn't there: it isn't read before it is written. When it is there, nothing is lost. */
  readonly presumedNew?: boolean;
}

export interface CommandResult<State, Outcome> {
  readonly outcome: Outcome;
  /** Of the command's last event; when nothing was written, of the state it was judged by. */
  readonly revision: number;
  /**
   * A place in the log at or after the command's last event (commands that were written together share it), or the last
   * one known of the state it was judged by; undefined for a stream that isn't there.
   */
  readonly position: Position | undefined;
  /** How many were written; 0 = it was already so. */
  readonly events: number;
  /** True when this answer repeats an earlier one. */
  readonly replayed: boolean;
  /** Folded after the command; of a replay, the newest state known. */
  readonly state: State;
  /** Revision of `state`: equals `revision` save for a replay. */
  readonly stateRevision: number;
}
