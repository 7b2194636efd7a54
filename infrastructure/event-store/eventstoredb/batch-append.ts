import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';

import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb.js';

import type { Append } from '../../../application/ports/event-store.js';
import { EventRefused, NO_STREAM, WritesRefused } from '../../../application/ports/event-store.js';
import type { Logger } from '../../../application/ports/logger.js';
import { AnswerUnclear, OutcomeUnknown } from '../settle.js';
import type { Client } from './connection.js';
import { internalsOf, mayNot } from './connection.js';
import { textOfUuid } from './uuid-text.js';

// The protobuf runtime that the client's generated code was loaded with; messages of another copy are strangers to it.
const clientRequire = createRequire(createRequire(import.meta.url).resolve('@eventstore/db-client'));
const timestamps = clientRequire('google-protobuf/google/protobuf/timestamp_pb.js') as { Timestamp: typeof Timestamp };
const empties = clientRequire('google-protobuf/google/protobuf/empty_pb.js') as { Empty: typeof Empty };

/**
 * Sent as a time of day, so it must not be short: a clock that is behind the server's would have every append refused. The
 * server takes the shorter of this and its own limit (2 s); ours is kept here.
 */
const SERVER_DEADLINE_MS = 3_600_000;

/** As google.rpc.Code says it. */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;

type Call = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;

export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

export type BatchAppendResult =
  /** Without a position it was written, or stood there already, and its place must be read. */
  | { readonly kind: 'appended'; readonly revision: number; readonly position: LogPosition | undefined }
  | { readonly kind: 'conflict'; readonly expected: number; readonly actual: number };

interface Waiting {
  readonly append: Append;
  readonly resolve: (result: BatchAppendResult) => void;
  readonly reject: (error: Error) => void;
}

interface OpenCall {
  readonly call: Call;
  /** By correlation id. */
  readonly waiting: Map<string, Waiting>;
  /** Answers heard so far. */
  heard: number;
  over: boolean;
}

/**
 * Appends over the service's BatchAppend call, with book-keeping of its own.
 *
 * The client's `appendToStream` keeps the waiting appends of all connections in one map of the process. An error on any
 * connection rejects and clears them all; an answer that then still comes for a cleared one throws inside an event
 * handler, and an error while the connection is congested rejects a promise that nobody holds: both end the process, and
 * no caller can catch them. So each call has its own map here, an answer without a waiting append is dropped, and the
 * stored bytes are exactly the text given, neither parsed nor written anew.
 */
export class BatchAppender {
  readonly #client: Client;
  readonly #log: Logger;
  readonly #deadlineMs: number;
  #opening: Promise<OpenCall> | undefined;
  #current: OpenCall | undefined;

  constructor(client: Client, options: { readonly log: Logger; readonly deadlineMs: number }) {
    this.#client = client;
    this.#log = options.log;
    this.#deadlineMs = options.deadlineMs;
  }

  /**
   * One attempt, at the exact revision. Attempts go out in the order of the calls, without waiting for one another.
   *
   * @throws EventRefused when the server can never take it, WritesRefused when it denies it, else OutcomeUnknown.
   */
  send(append: Append): Promise<BatchAppendResult> {
    return new Promise((resolve, reject) => {
      const correlationId = randomUUID();
      const request = requestFor(append, correlationId);
      let sentOn: OpenCall | undefined;
      let heardWhenSent = 0;
      const end = (): void => {
        clearTimeout(timer);
        sentOn?.waiting.delete(correlationId);
      };
      const waiting: Waiting = {
        append,
        resolve: (result) => {
          end();
          resolve(result);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        waiting.reject(new OutcomeUnknown(`no answer to an append within ${this.#deadlineMs} ms`));
        // Nothing was heard at all since: what was written may be piling up for a server that isn't there.
        if (sentOn?.heard === heardWhenSent) this.#abandon(sentOn, new OutcomeUnknown('the connection is silent'));
      }, this.#deadlineMs);
      this.#open()
        .then((open) => {
          if (late) return;
          if (open.over) throw new Error('the connection was lost before an append');
          sentOn = open;
          heardWhenSent = open.heard;
          open.waiting.set(correlationId, waiting);
          open.call.write(request);
        })
        .catch((error: unknown) => {
          waiting.reject(new OutcomeUnknown('no connection for an append', { cause: error }));
        });
    });
  }

  /** Every waiting append ends with OutcomeUnknown. */
  close(): void {
    if (this.#current) this.#abandon(this.#current, new OutcomeUnknown('closed'));
  }

  #open(): Promise<OpenCall> {
    this.#opening ??= this.#start().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #start(): Promise<OpenCall> {
    const { GRPCStreamCreator, callArguments } = internalsOf(this.#client);
    const create = GRPCStreamCreator(StreamsClient, 'appendToStream', (client): Call =>
      client.batchAppend(...callArguments({ requiresLeader: true }, { deadline: Infinity })),
    );
    const call = await create();
    const open: OpenCall = { call, waiting: new Map(), heard: 0, over: false };
    this.#current = open;
    call.on('data', (response: BatchAppendResp) => {
      open.heard += 1;
      this.#hear(open, response);
    });
    call.on('error', (error: Error) => {
      // Denied as a whole, before it had heard of any append.
      const denied = open.heard === 0 && mayNot(error);
      this.#abandon(
        open,
        denied
          ? accessDenied({ cause: error })
          : new OutcomeUnknown('the connection was lost during an append', { cause: error }),
      );
    });
    call.on('end', () => {
      this.#abandon(open, new OutcomeUnknown('the server ended the call during an append'));
    });
    return open;
  }

  #abandon(open: OpenCall, reason: OutcomeUnknown | WritesRefused): void {
    if (open.over) return;
    open.over = true;
    if (this.#current === open) {
      this.#current = undefined;
      this.#opening = undefined;
    }
    for (const waiting of [...open.waiting.values()]) waiting.reject(reason);
    open.call.cancel();
  }

  #hear(open: OpenCall, response: BatchAppendResp): void {
    const waiting = open.waiting.get(textOfUuid(response.getCorrelationId()));
    if (!waiting) {
      // Its deadline has passed, or the server answers twice (it does for an event without a type).
      this.#log.debug({}, 'an answer to an append that nobody waits for');
      return;
    }
    try {
      waiting.resolve(resultOf(response, waiting.append));
    } catch (error) {
      waiting.reject(error instanceof Error ? error : new AnswerUnclear('unreadable answer', { cause: error }));
    }
  }
}

function requestFor({ stream, expectedRevision, events }: Append, correlationId: string): BatchAppendReq {
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
  if (expectedRevision === NO_STREAM) options.setNoStream(new empties.Empty());
  else options.setStreamPosition(String(expectedRevision));
  options.setDeadline(timestamps.Timestamp.fromDate(new Date(Date.now() + SERVER_DEADLINE_MS)));
  const request = new streams.BatchAppendReq();
  request.setCorrelationId(new shared.UUID().setString(correlationId));
  request.setOptions(options);
  request.setIsFinal(true);
  for (const event of events) {
    const message = new streams.BatchAppendReq.ProposedMessage();
    message.setId(new shared.UUID().setString(event.id));
    message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
    message.setData(Buffer.from(event.data));
    message.setCustomMetadata(Buffer.from(event.metadata));
    request.addProposedMessages(message);
  }
  return request;
}

/** @throws EventRefused, WritesRefused, AnswerUnclear */
function resultOf(response: BatchAppendResp, append: Append): BatchAppendResult {
  const error = response.getError();
  if (error) return conflictOf(error, append);
  const success = response.getSuccess();
  const position = success?.getPosition();
  if (!success) throw new AnswerUnclear('an answer that says neither success nor error');
  return {
    kind: 'appended',
    revision: append.expectedRevision + append.events.length,
    position: position && {
      commit: BigInt(position.getCommitPosition()),
      prepare: BigInt(position.getPreparePosition()),
    },
  };
}

/** @throws EventRefused, WritesRefused, AnswerUnclear */
function conflictOf(error: Status, append: Append): BatchAppendResult {
  const details = error.getDetails();
  const type = details?.getTypeName() ?? '';
  switch (type) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = details?.unpack((bytes) => shared.WrongExpectedVersion.deserializeBinary(bytes), type);
      if (!wrong) break;
      const actual = wrong.hasCurrentStreamRevision() ? Number(wrong.getCurrentStreamRevision()) : NO_STREAM;
      return { kind: 'conflict', expected: append.expectedRevision, actual };
    }
    case 'event_store.client.MaximumAppendSizeExceeded':
      throw new EventRefused('the server takes no append of this size');
    case 'event_store.client.StreamDeleted':
      throw new EventRefused('the stream was deleted for ever');
    case 'event_store.client.BadRequest':
      throw new EventRefused('the server does not take this append');
  }
  if (type === 'event_store.client.AccessDenied' || error.getCode() === PERMISSION_DENIED) throw accessDenied();
  // For a reason that lies in the bytes (newer servers know more of them), whatever its name.
  if (error.getCode() === INVALID_ARGUMENT) throw new EventRefused(`the server does not take this append: ${type}`);
  throw new AnswerUnclear(`the server answered an append with ${type || error.getMessage()}`);
}

const accessDenied = (options?: ErrorOptions): WritesRefused =>
  new WritesRefused('accessDenied', 'EventStoreDB denies an append: AccessDenied', options);
