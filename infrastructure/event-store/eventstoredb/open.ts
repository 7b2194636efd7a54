import type {
  Append,
  AppendResult,
  EventBatch,
  EventStore,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  StoredEvent,
} from '../../../application/ports/event-store.js';
import { EventRefused, EventStoreClosed, EventStoreUnavailable } from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { ForeignPosition } from '../../../application/ports/positions.js';
import { checkAppend } from '../edge.js';
import { ConfigInvalid } from '../../config/config.js';
import { AppendTroubles } from '../append-troubles.js';
import type { Backoff } from '../settle.js';
import { AnswerUnclear, DEFAULT_BACKOFF } from '../settle.js';
import type { AppendParts, CheckedAppend } from './appends.js';
import { appendInOrder } from './appends.js';
import { BatchAppender } from './batch-append.js';
import type { Client } from './connection.js';
import type { EventStoreAddress } from './connection-string.js';
import { addressOf, connect, disconnect, hopeless, isDenied, unavailable, unreachable } from './connection.js';
import { tryHandshakes } from './handshake.js';
import { identityOf } from './identity.js';
import { Reader } from './reader.js';
import type { Served } from './served.js';
import { servedTenants } from './served.js';
import { receive, stoppable } from './receive.js';
import { logPosition, positionIn } from './stored-event.js';

export interface EventStoreDbOptions {
  /** `esdb://…` or `esdb+discover://…`, credentials included. */
  readonly connectionString: string;
  readonly log: Logger;
  /** Whose streams there are for this store; absent: everybody's. Others may keep theirs on the same server. */
  readonly tenants?: readonly string[];
  /** How long one attempt, or one pause of a read, may take. Milliseconds, default 5,000. */
  readonly deadlineMs?: number;
  /** Between attempts of an append whose outcome is unknown. */
  readonly backoff?: Backoff;
}

const DEADLINE_MS = 5_000;
/** For finding out why a server can't be reached. Milliseconds. */
const HANDSHAKE_MS = 1_000;

/**
 * The event store on EventStoreDB 23.10 or newer (KurrentDB too).
 *
 * @throws EventStoreUnavailable when the server doesn't answer within `deadlineMs`; ConfigInvalid for a connection string that
 * can't be read, credentials that the server refuses, a user who may not read the whole log, and a certificate that isn't
 * trusted.
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStore> {
  const { log, deadlineMs = DEADLINE_MS, backoff = DEFAULT_BACKOFF } = options;
  const served = servedTenants(options.tenants);
  const address = addressOf(options.connectionString);
  const client = connect(options.connectionString);
  const appender = new BatchAppender(client, { log, deadlineMs });
  try {
    const identity = await identityOf(client, appender, {
      deadlineMs,
      backoff,
      helpsToWait: (error) => hopeless(error, address) === undefined,
    });
    await checkMayReadAll(client, address, deadlineMs);
    return new EventStoreDb(client, appender, identity, { served, deadlineMs, log, backoff });
  } catch (error) {
    appender.close();
    await disconnect(client, log);
    if (!(error instanceof EventStoreUnavailable)) throw error;
    throw (
      hopeless(error, address) ??
      hopeless(await tryHandshakes(address, Math.min(HANDSHAKE_MS, deadlineMs)), address) ??
      unreachable(error, address)
    );
  }
}

/**
 * By default only admins of the server may; without it commands would work, and no list would ever show what they wrote.
 *
 * @throws ConfigInvalid, EventStoreUnavailable
 */
async function checkMayReadAll(client: Client, { hosts }: EventStoreAddress, deadlineMs: number): Promise<void> {
  const source = client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 1, resolveLinkTos: false });
  const reading = receive(source, { silenceMs: deadlineMs, stop: new AbortController().signal });
  try {
    for (let last = await reading.next(); !last.done;) last = await reading.next();
  } catch (error) {
    if (!isDenied(error)) throw unavailable(error);
    throw new ConfigInvalid([
      `The user in EVENT_STORE may not read $all at EventStoreDB at ${hosts.join(', ')}: put him into the group $admins, or let him in $settings.`,
    ]);
  }
}

class EventStoreDb implements EventStore {
  readonly identity: string;
  readonly #client: Client;
  readonly #appender: BatchAppender;
  readonly #served: Served;
  readonly #reader: Reader;
  readonly #parts: AppendParts;
  readonly #log: Logger;
  readonly #troubles: AppendTroubles;
  readonly #closing = new AbortController();
  readonly #iterating = new Set<AbortController>();
  #closed: Promise<void> | undefined;

  constructor(
    client: Client,
    appender: BatchAppender,
    identity: string,
    { served, deadlineMs, log, backoff }: { served: Served; deadlineMs: number; log: Logger; backoff: Backoff },
  ) {
    this.#client = client;
    this.#appender = appender;
    this.identity = identity;
    this.#log = log;
    this.#troubles = new AppendTroubles(log);
    this.#served = served;
    this.#reader = new Reader(client, identity, { served, log, silenceMs: deadlineMs, backoff });
    this.#parts = {
      send: (append) => this.#send(append),
      read: (stream, from, maxCount) => this.#collect(this.readStream(stream, { from, maxCount })),
      closed: this.#closing.signal,
      log,
      troubles: this.#troubles,
      backoff,
    };
  }

  async append(appends: readonly Append[]): Promise<AppendResult[]> {
    if (this.#closing.signal.aborted) throw new EventStoreClosed('event store is closed');
    const byStream = new Map<string, { append: CheckedAppend; place: number }[]>();
    for (const [place, append] of appends.entries()) {
      const entry = { append: { ...append, bytes: checkEdge(append, this.#served) }, place };
      const sameStream = byStream.get(append.stream);
      if (sameStream) sameStream.push(entry);
      else byStream.set(append.stream, [entry]);
    }
    const results: AppendResult[] = [];
    const streams = await Promise.allSettled(
      Array.from(byStream.values(), async (entries) => {
        const inOrder = await appendInOrder(
          entries.map(({ append }) => append),
          this.#parts,
        );
        for (const [i, result] of inOrder.entries()) results[entries[i]?.place ?? -1] = result;
      }),
    );
    for (const stream of streams) if (stream.status === 'rejected') throw stream.reason;
    return results;
  }

  readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return this.#iterate((stop) => this.#reader.stream(stream, options, stop));
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return this.#iterate((stop) => this.#reader.all(options, stop));
  }

  subscribe({ after }: { readonly after?: Position } = {}): AsyncIterable<EventBatch> {
    return this.#iterate((stop) =>
      this.#reader.subscription(after === undefined ? undefined : logPosition(after, this.identity), stop),
    );
  }

  troubles(): readonly string[] {
    return this.#troubles.told();
  }

  async head(): Promise<Position | undefined> {
    let head: Position | undefined;
    for await (const position of this.#iterate((stop) => this.#reader.head(stop))) head = position;
    return head;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const reason = new EventStoreClosed('event store was closed');
    this.#closing.abort(reason);
    for (const stop of this.#iterating) stop.abort(reason);
    this.#appender.close();
    await disconnect(this.#client, this.#log);
  }

  async #send(append: Append): Promise<AppendResult> {
    const result = await this.#appender.send(append);
    if (result.kind === 'conflict') return result;
    const { revision, position } = result;
    return {
      ...result,
      position: position === undefined ? await this.#placeOf(append, revision) : positionIn(this.identity, position),
    };
  }

  /** Where an append's last event is, of which the server said no more than that it is written. @throws AnswerUnclear */
  async #placeOf({ stream, events }: Append, revision: number): Promise<Position> {
    const [last] = await this.#collect(this.readStream(stream, { from: revision, maxCount: 1 })).catch(
      (error: unknown) => {
        throw new AnswerUnclear('appended, but its place can not be read', { cause: error });
      },
    );
    if (last?.revision !== revision || last.id !== events.at(-1)?.id)
      throw new AnswerUnclear('an answer without a position, and the event is not there');
    return last.position;
  }

  async #collect(batches: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for await (const batch of batches) events.push(...batch);
    return events;
  }

  #iterate<T>(start: (stop: AbortSignal) => AsyncGenerator<T, void, void>): AsyncIterable<T> {
    return stoppable((stop) => this.#tracked(start, stop));
  }

  async *#tracked<T>(
    start: (stop: AbortSignal) => AsyncGenerator<T, void, void>,
    stop: AbortController,
  ): AsyncGenerator<T, void, void> {
    if (this.#closing.signal.aborted) throw new EventStoreClosed('event store is closed');
    this.#iterating.add(stop);
    try {
      yield* start(stop.signal);
    } catch (error) {
      if (stop.signal.aborted) {
        if (stop.signal.reason instanceof EventStoreClosed) throw stop.signal.reason;
        return; // The consumer has stopped; how the call ended doesn't matter to anyone.
      }
      throw error instanceof ForeignPosition ? error : unavailable(error);
    } finally {
      this.#iterating.delete(stop);
    }
  }
}

/** @returns bytes. @throws EventRefused */
function checkEdge(append: Append, served: Served): number {
  const bytes = checkAppend(append);
  if (!served(append.stream)) throw new EventRefused('the stream is of a tenant that this store does not serve');
  // Readers pass over the server's own types, so an event of such a type would be written and never seen.
  if (append.events.some(({ type }) => type.startsWith('$'))) {
    throw new EventRefused('an event type that begins with $ is the server’s own');
  }
  return bytes;
}
