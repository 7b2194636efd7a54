import type { ServerWritableStream } from '@grpc/grpc-js';

import { type Context, refusal } from './context.js';
import { badRequest, notAllowed, serverNotReady, streamDeleted, unknown } from './errors.js';
import { type Filter, readFilter } from './filter.js';
import { sharedPb, streamsPb } from './generated.js';
import type { EventLog } from './log.js';
import { startOf } from './positions.js';
import { pump, type Source } from './pump.js';
import { InvalidRequest, readStreamName } from './requests.js';
import { type Answer, answers } from './resolve.js';
import { type Sending, subscribeToAll, subscribeToStream } from './subscriptions.js';

export type ReadCall = ServerWritableStream<streamsPb.ReadReq, Buffer>;
type Options = streamsPb.ReadReq.Options;

/** `Streams.Read`: reads of a stream and of `$all`, either way, and the subscriptions to both. */
export function handleRead(context: Context) {
  const begin = (call: ReadCall): void => {
    const why = refusal(context, call.metadata);
    if (why) {
      call.emit('error', why);
      return;
    }
    try {
      const options = call.request.getOptions();
      if (!options) throw new InvalidRequest('Required field Options not set.');
      dispatch(context, call, options);
    } catch (error) {
      if (error instanceof InvalidRequest) call.emit('error', badRequest(error.message));
      else if (error instanceof SyntaxError) call.emit('error', badRequest(error.message));
      else throw error;
    }
  };
  return (call: ReadCall): void => {
    context.calls.hold(call.request.getOptions()?.hasSubscription() ? 'subscriptions' : 'reads', call);
    context.gate.pass(() => {
      if (!call.cancelled) begin(call);
    });
  };
}

function dispatch(context: Context, call: ReadCall, options: Options): void {
  const log = context.role.served();
  const stream = options.getStream();
  const name = stream ? readStreamName(stream.getStreamIdentifier()) : ALL;
  const sending = untilCut(context, call, name, answers(log, options.getResolveLinks()));
  if (!stream && !context.mayReadAll) {
    call.emit('error', notAllowed());
    return;
  }
  if (options.hasSubscription()) {
    if (context.faults.ignoringSubscriptions) return;
    if (stream) subscribeToStream(context, call, name, stream, sending);
    else subscribeToAll(context, call, options, readFilter(options), sending);
    return;
  }
  const count = Number(options.getCount());
  if (count === 0) {
    call.emit('error', unknown('Exception was thrown by handler.'));
    return;
  }
  const backwards = options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.BACKWARDS;
  const reading = { log, ...sending, backwards, count };
  if (stream) readStream(call, name, stream, reading);
  else readAll(call, options, reading);
}

const ALL = '$all';

/** Answers until a fault that was ordered for this call is met; then nothing more is sent. */
function untilCut({ faults, gate, cut }: Context, call: ReadCall, name: string, answer: Answer): Sending {
  const fault = faults.takeRead(name);
  if (!fault) return { answer, gate };
  let left = fault.afterEvents;
  // Later, so that what was written before is sent.
  const meet = (): void => {
    setImmediate(() => {
      if (fault.cut === 'call') call.emit('error', serverNotReady());
      else cut(call.getPeer());
      fault.done();
    });
  };
  if (left === 0) meet();
  return {
    gate: { holds: (run) => left <= 0 || gate.holds(run) },
    answer: (event) => {
      left -= 1;
      if (left === 0) meet();
      return answer(event);
    },
  };
}

interface Reading extends Sending {
  readonly log: EventLog;
  readonly backwards: boolean;
  readonly count: number;
}

function readStream(
  call: ReadCall,
  name: string,
  options: streamsPb.ReadReq.Options.StreamOptions,
  reading: Reading,
): void {
  const { log } = reading;
  const stream = log.stream(name);
  if (stream?.tombstone) {
    call.emit('error', streamDeleted(name));
    return;
  }
  if (!reading.backwards && options.hasEnd()) {
    call.emit('error', unknown('Exception was thrown by handler.'));
    return;
  }
  if (!stream || stream.absent) {
    call.write(streamNotFound(name));
    call.end();
    return;
  }
  const first = stream.firstReadable();
  const last = stream.lastRevision;
  const from = options.hasEnd() ? last : options.hasStart() ? 0 : Number(options.getRevision());
  const { answer } = reading;
  let left = reading.count;
  let next = reading.backwards ? Math.min(from, last) : Math.max(from, first);
  const source: Source = reading.backwards
    ? () => (left-- > 0 && next >= first ? answered(stream.events[next--], answer) : undefined)
    : () => (left-- > 0 && next <= last ? answered(stream.events[next++], answer) : undefined);
  pump(reading.gate, call, source, () => call.end());
}

/** Forwards from a position includes its event, backwards does not. */
function readAll(call: ReadCall, options: Options, reading: Reading): void {
  const { log } = reading;
  const start = startOf(log, options);
  if (start === undefined) {
    call.emit('error', unknown('Exception was thrown by handler.'));
    return;
  }
  const filter: Filter | undefined = readFilter(options);
  const { answer } = reading;
  const { events } = log;
  const end = events.length;
  const step = reading.backwards ? -1 : 1;
  let next = reading.backwards ? start - 1 : start;
  let left = reading.count;
  const source: Source = () => {
    while (left > 0 && next >= 0 && next < end) {
      const event = events[next];
      next += step;
      if (!event || (filter && !filter.matches(event))) continue;
      left--;
      return answer(event);
    }
    return undefined;
  };
  pump(reading.gate, call, source, () => call.end());
}

const answered = (event: Parameters<Answer>[0] | undefined, answer: Answer): Buffer | undefined =>
  event && answer(event);

function streamNotFound(name: string): Buffer {
  const identifier = new sharedPb.StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(name, 'utf8')));
  const missing = new streamsPb.ReadResp.StreamNotFound().setStreamIdentifier(identifier);
  return Buffer.from(new streamsPb.ReadResp().setStreamNotFound(missing).serializeBinary());
}
