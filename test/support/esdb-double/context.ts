import type { Faults } from './faults.js';
import type { EventLog, ProposedEvent, Written } from './log.js';
import type { Expected } from './rules.js';

/** What every handler works with. */
export interface Context {
  readonly log: EventLog;
  readonly faults: Faults;
  /** Cuts the connection of a peer, `address:port`. */
  readonly cut: (peer: string) => void;
  /** Runs later, unless the server has stopped by then: a server that is gone writes nothing. */
  readonly later: (delayMs: number, run: () => void) => void;
  /** How many events a live subscription may lag behind while its reader takes none; then it is ended. */
  readonly slowConsumerEvents: number;
}

export interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedEvent[];
  /** the client's `address:port` */
  readonly peer: () => string;
  readonly answer: (written: Written) => void;
}

/** Writes and answers, unless a fault was ordered. */
export function performAppend(context: Context, append: Append): void {
  const { log, faults } = context;
  const write = (): Written => log.append(append.stream, append.expected, append.events);
  const fault = faults.take(append.stream);
  if (!fault) {
    append.answer(write());
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
  }
}
