import { randomUUID } from 'node:crypto';

import type { ServerWritableStream, ServiceError } from '@grpc/grpc-js';

import type { Context } from './context.js';
import { consumerTooSlow, streamDeleted, unknown } from './errors.js';
import type { Filter } from './filter.js';
import type { Gate } from './gate.js';
import type { EventLog } from './log.js';
import { streamsPb } from './generated.js';
import { startOf } from './positions.js';
import { pump, type Source } from './pump.js';
import type { Answer } from './resolve.js';
import type { StreamState } from './stream-state.js';

type ReadCall = ServerWritableStream<streamsPb.ReadReq, Buffer>;

const encode = (response: streamsPb.ReadResp): Buffer => Buffer.from(response.serializeBinary());
const CAUGHT_UP = encode(new streamsPb.ReadResp().setCaughtUp(new streamsPb.ReadResp.CaughtUp()));

function confirmation(): Buffer {
  const confirmed = new streamsPb.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
  return encode(new streamsPb.ReadResp().setConfirmation(confirmed));
}

function checkpoint(position: number): Buffer {
  const at = new streamsPb.ReadResp.Checkpoint();
  at.setCommitPosition(`${position}`);
  at.setPreparePosition(`${position}`);
  return encode(new streamsPb.ReadResp().setCheckpoint(at));
}

/** As servers have sent them: right, far past the head, or at the beginning. */
function checkpointNamed({ faults }: Context, log: EventLog, position: number): number {
  if (faults.checkpoints === 'ahead') return log.head + PAST_THE_HEAD;
  return faults.checkpoints === 'behind' ? (log.events[0]?.position ?? 0) : position;
}

const PAST_THE_HEAD = 1_000_000_000;

/** How a call's events are sent, and whether they may be. */
export interface Sending {
  readonly answer: Answer;
  readonly gate: Pick<Gate, 'holds'>;
}

interface Subscription {
  readonly source: Source;
  /** events that are there and were not given yet */
  readonly lag: () => number;
  readonly live: () => boolean;
  /** called when everything was given */
  readonly dry?: () => void;
}

/** Serves a subscription until its call ends: what there is, then what comes. */
function serve(
  context: Context,
  log: EventLog,
  call: ReadCall,
  stream: string | undefined,
  gate: Sending['gate'],
  subscription: Subscription,
): void {
  let scheduled = false;
  let ended = false;
  const run = pump(gate, call, subscription.source, () => subscription.dry?.());
  // Appends that came in one turn of the event loop are sent together.
  const unwatch = log.watch(stream, () => {
    if (scheduled || ended) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (ended) return;
      run();
      if (subscription.live() && subscription.lag() > context.slowConsumerEvents) {
        endBy(consumerTooSlow());
      }
    });
  });
  const end = (): void => {
    ended = true;
    unwatch();
    context.subscriptions.delete(endBy);
  };
  const endBy = (error: ServiceError | undefined): void => {
    end();
    if (error) call.emit('error', error);
    else call.end();
  };
  context.subscriptions.add(endBy);
  call.once('cancelled', end);
  call.once('close', end);
  call.once('finish', end);
}

/** Starts after the given revision. A tombstone is given as an event, then ends the subscription. */
export function subscribeToStream(
  context: Context,
  call: ReadCall,
  name: string,
  options: streamsPb.ReadReq.Options.StreamOptions,
  { answer, gate }: Sending,
): void {
  const log = context.role.served();
  if (log.stream(name)?.tombstone) {
    call.emit('error', streamDeleted(name));
    return;
  }
  call.write(confirmation());
  const stream = (): StreamState | undefined => log.stream(name);
  const length = (): number => stream()?.events.length ?? 0;
  let next = options.hasEnd() ? length() : options.hasStart() ? 0 : Number(options.getRevision()) + 1;
  let live = false;
  let deleted = false;

  const source = (): Buffer | undefined => {
    const state = stream();
    if (deleted) return undefined;
    if (state && !live) next = Math.max(next, state.firstReadable());
    const event = state?.events[next];
    if (event) {
      next++;
      return answer(event);
    }
    if (!live) {
      live = true;
      return CAUGHT_UP;
    }
    deleted = state?.tombstone !== undefined;
    return state?.tombstone?.response;
  };
  serve(context, log, call, name, gate, {
    source,
    lag: () => length() - next,
    live: () => live,
    dry: () => {
      if (deleted) call.emit('error', streamDeleted(name));
    },
  });
}

/** Starts after the given position. With a filter, checkpoints say how far it has looked. */
export function subscribeToAll(
  context: Context,
  call: ReadCall,
  options: streamsPb.ReadReq.Options,
  filter: Filter | undefined,
  { answer, gate }: Sending,
): void {
  const log = context.role.served();
  const start = startOf(log, options);
  if (start === undefined) {
    call.emit('error', unknown('Exception was thrown by handler.'));
    return;
  }
  call.write(confirmation());
  const after = Number(options.getAll()?.getPosition()?.getCommitPosition() ?? 0);
  const { events } = log;
  let next = start;
  let live = false;
  let looked = 0;
  let reached: number | undefined;

  const source = (): Buffer | undefined => {
    if (reached !== undefined) {
      const position = reached;
      reached = undefined;
      return checkpoint(checkpointNamed(context, log, position));
    }
    for (let event = events[next]; event; event = events[next]) {
      next++;
      if (event.position <= after) continue;
      if (filter && ++looked % filter.checkpointEvery === 0) reached = event.position;
      if (!filter || filter.matches(event) || (context.faults.leaking && event.stream.startsWith('$'))) {
        return answer(event);
      }
      if (reached !== undefined) return source();
    }
    if (live) return undefined;
    live = true;
    return CAUGHT_UP;
  };
  serve(context, log, call, undefined, gate, { source, lag: () => events.length - next, live: () => live });
}
