/**
 * What is seen of the server's work from outside (docs/metrics.md). Whoever is told must neither throw nor hold anything up,
 * and of people's data he is told nothing: names of commands, projections and refusals, counts and times.
 */
export interface Telemetry {
  /**
   * A command begins.
   * @param operation the command's name, `CreateGroup`
   * @param via API and operation, `v1:POST /groups`
   * @param traceparent of the caller (W3C Trace Context)
   */
  command(operation: string, via: string, traceparent: string | undefined): WatchedCommand | undefined;
  /** An append of one stream is sent to the event store. */
  append(append: ObservedAppend): WatchedAppend | undefined;
  /** Commands of one append are decided again, since others wrote first. */
  decidedAgain(commands: number): void;
  /** A projection has taken a step over events that concern it, in this many seconds. */
  projected(projection: string, events: readonly Traced[], seconds: number): void;
}

/** Nobody looks on. */
export const UNWATCHED: Telemetry = {
  command: () => undefined,
  append: () => undefined,
  decidedAgain: () => undefined,
  projected: () => undefined,
};

export interface WatchedCommand {
  /** What the command's events carry instead of the caller's; undefined: the caller's. */
  readonly traceparent: string | undefined;
  /**
   * @param outcome `ok`, `already-so` (nothing was to be written), `repeated` (answered as before), a refusal's name,
   * `unavailable` (something that is needed, or time), `again` (facts were missing, the command is given anew) or `failed`
   * @param why of `unavailable`, its name
   */
  ended(outcome: string, why?: string): void;
}

export interface ObservedAppend {
  /** Category of the stream, `group`. */
  readonly aggregate: string;
  readonly commands: readonly Traced[];
  readonly events: number;
}

export interface WatchedAppend {
  ended(outcome: 'appended' | 'conflict' | 'failed'): void;
}

/** What may belong to a trace. */
export interface Traced {
  readonly traceparent?: string | undefined;
}
