import type { EventEmitter } from 'node:events';

export type CallKind = 'reads' | 'subscriptions' | 'appends';

/** Calls that clients hold open, so that a test can see whether one was left open. */
export class OpenCalls {
  private readonly calls = { reads: new Set<object>(), subscriptions: new Set<object>(), appends: new Set<object>() };

  get reads(): number {
    return this.calls.reads.size;
  }

  get subscriptions(): number {
    return this.calls.subscriptions.size;
  }

  /** Of the streaming kind, each of which carries many appends. */
  get appends(): number {
    return this.calls.appends.size;
  }

  /** Appends that this server, as a follower, passed on to the leader, because nobody asked for the leader. */
  forwarded = 0;

  /** Calls that clients broke off before they were answered whole. */
  brokenOff = 0;

  /** Counts a call until it is over, however it ends. */
  hold(kind: CallKind, call: EventEmitter): void {
    const calls = this.calls[kind];
    calls.add(call);
    const over = (): void => {
      calls.delete(call);
    };
    let answered = false;
    call.once('finish', () => (answered = true));
    // grpc-js tells of every call that is over, of those that were answered too.
    call.once('cancelled', () => {
      if (!answered) this.brokenOff += 1;
    });
    for (const event of ['cancelled', 'close', 'finish', 'error']) call.once(event, over);
  }
}
