/** One call of one rpc, as far as its answer depends on it. */
export interface UnaryCall {
  readonly rpc: string;
  readonly request: object;
  /** How long the caller still waits, ms; undefined: he doesn't say. */
  readonly remainingMs: number | undefined;
  /** As it was sent in the call's metadata. */
  readonly traceparent?: string | undefined;
}

/** An end of a call without an answer. `code` is the call's status, which may be a number of the API's own. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  constructor(
    readonly code: number,
    readonly details: string,
  ) {
    super(details);
  }
}

/** Answers the calls of one service. @throws CallRefused */
export type Answers = (call: UnaryCall) => Promise<object>;
