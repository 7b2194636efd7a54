/** What can be made to happen to an append. */
export type AppendFault = 'cutAfterWrite' | 'cutBeforeWrite' | 'hangThenWrite' | 'neverAnswer';

export interface FaultOptions {
  /** milliseconds before the write; 0 unless given */
  readonly delayMs?: number;
  /** the only stream whose append it meets; any stream's unless given */
  readonly stream?: string;
}

/** A fault that an append has met. */
export interface MetFault {
  readonly kind: AppendFault;
  readonly delayMs: number;
  /** tells the test that it has happened */
  readonly done: () => void;
}

interface Armed extends MetFault {
  readonly stream: string | undefined;
}

/**
 * Failures to order: each of these meets one append, the next that fits, in the order in which they were ordered. The
 * promise is kept when the fault has wholly happened: the connection is cut and the write, if there is one, has landed.
 * A server that is stopped first writes nothing any more, and the promise is not kept.
 */
export class Faults {
  private readonly armed: Armed[] = [];

  /** @param cutConnections ends every connection at once, as a crash or a network cut does; clients get UNAVAILABLE */
  constructor(readonly cutConnections: () => void) {}

  /** The append is written (`delayMs` later), and the connection cut before the answer. */
  cutAfterWrite(options: FaultOptions = {}): Promise<void> {
    return this.arm('cutAfterWrite', options);
  }

  /** The connection is cut at once and nothing is written. */
  cutBeforeWrite(options: Omit<FaultOptions, 'delayMs'> = {}): Promise<void> {
    return this.arm('cutBeforeWrite', options);
  }

  /** The connection is cut at once and the write lands `delayMs` later, when a read may have found nothing already. */
  hangThenWrite(options: FaultOptions & { readonly delayMs: number }): Promise<void> {
    return this.arm('hangThenWrite', options);
  }

  /** The append is written and never answered; the connection stays. */
  neverAnswer(options: FaultOptions = {}): Promise<void> {
    return this.arm('neverAnswer', options);
  }

  /** For the server: the fault that this append meets, if any. */
  take(stream: string): MetFault | undefined {
    if (this.armed.length === 0) return undefined;
    const index = this.armed.findIndex((fault) => fault.stream === undefined || fault.stream === stream);
    return index < 0 ? undefined : this.armed.splice(index, 1)[0];
  }

  private arm(kind: AppendFault, { delayMs = 0, stream }: FaultOptions): Promise<void> {
    return new Promise((done) => this.armed.push({ kind, delayMs, stream, done }));
  }
}
