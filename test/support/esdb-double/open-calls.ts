import type { EventEmitter } from 'node:events';
import { constants } from 'node:http2';

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

  /** Of every kind, so far. */
  begun = 0;

  /** Calls that clients broke off: a server drops the connection of one that does so too often. */
  brokenOff = 0;

  /** Counts a call until it is over, however it ends. */
  hold(kind: CallKind, call: EventEmitter): void {
    const calls = this.calls[kind];
    calls.add(call);
    this.begun += 1;
    const over = (): void => {
      calls.delete(call);
    };
    // grpc-js tells so of every call that is over; how it ended, only the stream below knows.
    call.once('cancelled', () => {
      const { stream } = (call as { readonly call?: { readonly stream?: { readonly rstCode?: number } } }).call ?? {};
      if (stream?.rstCode === constants.NGHTTP2_CANCEL) this.brokenOff += 1;
    });
    for (const event of ['cancelled', 'close', 'finish', 'error']) call.once(event, over);
  }
}
