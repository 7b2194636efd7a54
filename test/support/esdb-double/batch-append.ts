import type { ServerDuplexStream } from '@grpc/grpc-js';

import { type Context, needsLeader, performAppend, refusal } from './context.js';
import {
  badRequestAnswer,
  deletedAnswer,
  deniedAnswer,
  notHandledAnswer,
  sizeAnswer,
  structuredUuid,
  timeoutAnswer,
  unplacedAnswer,
  conflictAnswer,
} from './batch-errors.js';
import { MAX_APPEND_SIZE, notLeader } from './errors.js';
import type { streamsPb } from './generated.js';
import type { ProposedEvent } from './log.js';
import { InvalidRequest, readExpected, readProposed, readStreamName, readUuid, sizeOf } from './requests.js';
import type { Expected } from './rules.js';
import { encodeBatchSuccess, streamIdentifierField } from './wire.js';

/** Milliseconds that an append has to become whole, whatever deadline it names. */
const WRITE_TIMEOUT = 2000;

/** An append whose frames have not all come. */
interface Pending {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: ProposedEvent[];
  readonly deadline: number;
  size: number;
}

type BatchCall = ServerDuplexStream<streamsPb.BatchAppendReq, Buffer>;

/** `Streams.BatchAppend`: many appends on one call, each with its correlation id, answered as they are done. */
export function handleBatchAppend(context: Context) {
  return (call: BatchCall): void => {
    const why = refusal(context, call.metadata);
    if (why) {
      call.emit('error', why);
      return;
    }
    context.calls.hold('appends', call);
    const batch = new Batch(context, call);
    call.on('data', (request: streamsPb.BatchAppendReq) => {
      // What a client sent before it went away is written all the same when its turn comes.
      context.gate.pass(() => {
        batch.receive(request);
      });
    });
    call.on('end', () => call.end());
    // The client went away: what it sent is written, nobody waits for the answers.
    call.on('error', () => undefined);
  };
}

class Batch {
  private readonly pending = new Map<string, Pending>();

  constructor(
    private readonly context: Context,
    private readonly call: BatchCall,
  ) {}

  receive(request: streamsPb.BatchAppendReq): void {
    try {
      this.take(request);
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      const stream = readStreamName(request.getOptions()?.getStreamIdentifier());
      this.send(badRequestAnswer(request.getCorrelationId(), stream, error.message));
    }
  }

  private take(request: streamsPb.BatchAppendReq): void {
    const correlation = readUuid(request.getCorrelationId());
    const begun = this.begin(request);
    // Frames without options are of an append that has begun, or of one that was refused meanwhile.
    const append = request.hasOptions() ? begun : this.pending.get(correlation);
    if (!append) return;
    try {
      for (const message of request.getProposedMessagesList()) {
        const event = readProposed(message);
        append.events.push(event);
        append.size += sizeOf(event);
      }
    } catch (error) {
      // The server answers a bad event at once and leaves the append pending, so that its timeout is answered too.
      if (begun) this.hold(correlation, begun);
      throw error;
    }
    if (append.size > MAX_APPEND_SIZE) {
      this.pending.delete(correlation);
      this.send(sizeAnswer(request.getCorrelationId(), append.stream));
    } else if (!request.getIsFinal()) {
      if (begun) this.hold(correlation, begun);
    } else {
      this.pending.delete(correlation);
      if (append.stream === '') throw new InvalidRequest('Required field StreamIdentifier not set.');
      this.perform(request, correlation, append);
    }
  }

  private begin(request: streamsPb.BatchAppendReq): Pending | undefined {
    const options = request.getOptions();
    if (!options) return undefined;
    const now = Date.now();
    const given = options.getDeadline();
    const deadline = given ? given.getSeconds() * 1000 + given.getNanos() / 1e6 : now + WRITE_TIMEOUT;
    const stream = readStreamName(options.getStreamIdentifier());
    if (deadline <= now) {
      this.send(timeoutAnswer(request.getCorrelationId(), stream));
      return undefined;
    }
    const expected = readExpected(options, options.getStreamPosition());
    return { stream, expected, events: [], deadline: Math.min(deadline, now + WRITE_TIMEOUT), size: 0 };
  }

  /** An append that does not become whole in time is answered so, with its correlation id as a structured UUID. */
  private hold(correlation: string, append: Pending): void {
    this.pending.set(correlation, append);
    this.context.later(append.deadline - Date.now(), () => {
      if (this.pending.get(correlation) !== append) return;
      this.pending.delete(correlation);
      this.send(timeoutAnswer(structuredUuid(correlation), append.stream));
    });
  }

  private perform(request: streamsPb.BatchAppendReq, correlation: string, append: Pending): void {
    const { log, role, faults } = this.context;
    const { stream, expected, events } = append;
    const correlationId = request.getCorrelationId();
    if (faults.refusing) {
      this.send(notHandledAnswer(correlationId, stream, 'Server Is Not Ready'));
      return;
    }
    if (needsLeader(this.call.metadata) && !role.leads()) {
      // With it the server ends the call, and so every append that waits on it.
      if (role.leader()) this.call.emit('error', notLeader(role.leader()));
      else this.send(notHandledAnswer(correlationId, stream, 'No leader info available in response'));
      return;
    }
    if (faults.denyingAppends) {
      this.send(deniedAnswer(correlationId, stream));
      return;
    }
    performAppend(this.context, {
      stream,
      expected,
      events,
      peer: () => this.call.getPeer(),
      answer: (written) => {
        if (written.kind === 'wrong') {
          this.send(conflictAnswer(correlationId, stream, expected, written.current));
        } else if (written.kind === 'deleted') {
          this.send(deletedAnswer(correlationId, stream));
        } else if (!faults.givingPositions) {
          this.send(unplacedAnswer(correlationId, stream, written.revision));
        } else {
          const field = log.stream(stream)?.field ?? streamIdentifierField(stream);
          this.send(encodeBatchSuccess(correlation, field, written.revision, written.position));
        }
      },
      answerTimeout: () => {
        this.send(timeoutAnswer(structuredUuid(correlation), stream));
      },
    });
  }

  private send(answer: Buffer): void {
    if (!this.call.cancelled && this.call.writable) this.call.write(answer);
  }
}
