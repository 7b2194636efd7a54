import type { Metadata, ServiceError } from '@grpc/grpc-js';

import { accessDenied, notLeader, serverNotReady } from './errors.js';
import type { Faults } from './faults.js';
import type { Gate } from './gate.js';
import type { EventLog, ProposedEvent, Written } from './log.js';
import type { OpenCalls } from './open-calls.js';
import type { Expected } from './rules.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A server's part in a cluster; one that is alone leads. */
export interface Role {
  readonly leads: () => boolean;
  /** Undefined when nobody does. */
  readonly leader: () => Endpoint | undefined;
  /** What reads and subscriptions are served from: a follower's may be behind. */
  readonly served: () => EventLog;
}

/** What every handler works with. */
export interface Context {
  /** where writes go, a follower's too: it forwards them */
  readonly log: EventLog;
  readonly role: Role;
  readonly faults: Faults;
  readonly gate: Gate;
  readonly calls: OpenCalls;
  /** Live ones; each is ended by calling it. */
  readonly subscriptions: Set<(error: ServiceError | undefined) => void>;
  /** Base64 of `user:password` that each call must bring; undefined where none is asked for. */
  readonly credentials: string | undefined;
  /** Who calls may read `$all`; by default a server lets its admins only. */
  readonly mayReadAll: boolean;
  /** Cuts the connection of a peer, `address:port`. */
  readonly cut: (peer: string) => void;
  /** Runs later, unless the server has stopped by then: a server that is gone writes nothing. */
  readonly later: (delayMs: number, run: () => void) => void;
  /** How many events a live subscription may lag behind while its reader takes none; then it is ended. */
  readonly slowConsumerEvents: number;
}

/** Why this call is not handled here and now, if it isn't. */
export function refusal(context: Context, metadata: Metadata): ServiceError | undefined {
  const { role, faults, credentials } = context;
  if (faults.refusing) return serverNotReady();
  if (credentials !== undefined && metadata.get('authorization')[0] !== `Basic ${credentials}`) return accessDenied();
  return needsLeader(metadata) && !role.leads() ? notLeader(role.leader()) : undefined;
}

export const needsLeader = (metadata: Metadata): boolean => metadata.get('requires-leader')[0] === 'true';

export interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedEvent[];
  /** the client's `address:port` */
  readonly peer: () => string;
  readonly answer: (written: Written) => void;
  readonly answerTimeout?: () => void;
}

/** Writes and answers, unless a fault was ordered. */
export function performAppend(context: Context, append: Append): void {
  const { log, faults, gate, role, calls } = context;
  if (!role.leads()) calls.forwarded += 1;
  const write = (): Written => log.append(append.stream, append.expected, append.events);
  const answer = (written: Written): void => {
    gate.pass(() => {
      append.answer(written);
    });
  };
  const fault = faults.take(append.stream);
  if (!fault) {
    answer(write());
    return;
  }
  const peer = append.peer();
  const landLater = (then: () => void): void => {
    context.later(fault.delayMs, () => {
      write();
      then();
      fault.done();
    });
  };
  switch (fault.kind) {
    case 'cutAfterWrite':
      landLater(() => {
        context.cut(peer);
      });
      break;
    case 'cutBeforeWrite':
      context.cut(peer);
      fault.done();
      break;
    case 'hangThenWrite':
      context.cut(peer);
      landLater(() => undefined);
      break;
    case 'neverAnswer':
      landLater(() => undefined);
      break;
    case 'drop':
      append.answerTimeout?.();
      fault.done();
      break;
    case 'answerLate': {
      const written = write();
      context.later(fault.delayMs, () => {
        append.answer(written);
        fault.done();
      });
      break;
    }
    case 'answerTwice':
      append.answer(write());
      append.answerTimeout?.();
      fault.done();
      break;
  }
}
