/** What can be made to happen to one append. */
export type AppendFault =
  'cutAfterWrite' | 'cutBeforeWrite' | 'hangThenWrite' | 'neverAnswer' | 'drop' | 'answerLate' | 'answerTwice';

export interface FaultOptions {
  /** milliseconds before the write (`answerLate`: between write and answer); 0 unless given */
  readonly delayMs?: number;
  /** the only stream whose append it meets; any stream's unless given */
  readonly stream?: string;
}

export interface ReadFaultOptions {
  /** events that are sent before; 0 unless given */
  readonly afterEvents?: number;
  /** the only stream whose read it meets, `$all` among them; any read or subscription unless given */
  readonly stream?: string;
  /** the connection goes, or the call alone with UNAVAILABLE; `connection` unless given */
  readonly cut?: 'connection' | 'call';
}

/** A fault that an append has met. */
export interface MetFault {
  readonly kind: AppendFault;
  readonly delayMs: number;
  /** tells the test that it has happened */
  readonly done: () => void;
}

/** A fault that a read or a subscription has met. */
export interface MetReadFault {
  readonly afterEvents: number;
  readonly cut: 'connection' | 'call';
  readonly done: () => void;
}

interface Armed<Met> {
  readonly stream: string | undefined;
  readonly met: Met;
}

/** How live subscriptions are ended: "Consumer too slow", UNAVAILABLE, or as if nothing more could come. */
export type SubscriptionEnd = 'tooSlow' | 'unavailable' | 'end';
/** Which checkpoints subscriptions with a filter are sent: wrong ones lie far past the head, or at the log's first event. */
export type Checkpoints = 'right' | 'ahead' | 'behind';

/** What the faults do to the server that they belong to. */
export interface Faulty {
  /** Ends every connection at once, as a crash or a network cut does; clients get UNAVAILABLE. */
  cutConnections(): void;
  endSubscriptions(how: SubscriptionEnd): void;
  /** Handles what was kept while the server hung. */
  thaw(): void;
  /** Closes the port, cuts all connections, forgets what was to be written later and what was kept. */
  goDown(): Promise<void>;
  /** Listens again on the same port. */
  comeUp(): Promise<void>;
}

/**
 * Failures to order. Those of one append or read meet the next that fits, in the order in which they were ordered, and
 * their promise is kept when the fault has wholly happened: the connection is cut and the write, if there is one, has
 * landed. The others last until `heal`. A server that is stopped first writes nothing any more, and the promise is not kept.
 */
export class Faults {
  private readonly appends: Armed<MetFault>[] = [];
  private readonly reads: Armed<MetReadFault>[] = [];
  private mode: 'well' | 'refusing' | 'hanging' = 'well';
  private delay = 0;
  private checkpointsAre: Checkpoints = 'right';
  private leaks = false;
  private ignores = false;
  private denies = false;
  private places = true;

  constructor(private readonly server: Faulty) {}

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

  /** The append is let time out: nothing is written and the answer says so; the connection stays. */
  drop(options: Omit<FaultOptions, 'delayMs'> = {}): Promise<void> {
    return this.arm('drop', options);
  }

  /** The append is written at once and answered `delayMs` later. */
  answerLate(options: FaultOptions & { readonly delayMs: number }): Promise<void> {
    return this.arm('answerLate', options);
  }

  /** The append is written and answered, and then answered again, with a timeout. */
  answerTwice(options: Omit<FaultOptions, 'delayMs'> = {}): Promise<void> {
    return this.arm('answerTwice', options);
  }

  /** A read or a subscription is sent so many events and then cut. */
  cutRead({ afterEvents = 0, stream, cut = 'connection' }: ReadFaultOptions = {}): Promise<void> {
    return new Promise((done) => this.reads.push({ stream, met: { afterEvents, cut, done } }));
  }

  /** Ends every connection at once, as a crash or a network cut does; clients get UNAVAILABLE. */
  cutConnections(): void {
    this.server.cutConnections();
  }

  endSubscriptions(how: SubscriptionEnd): void {
    this.server.endSubscriptions(how);
  }

  /** Answers every call with UNAVAILABLE "Server Is Not Ready", as a server that starts; connections stay. */
  refuse(): void {
    this.mode = 'refusing';
  }

  /** Takes connections and calls and answers nothing; everything is handled when it is healed. */
  hang(): void {
    this.mode = 'hanging';
  }

  /** Every call begins, and every append is answered, so much later. Milliseconds. */
  delayAnswers(ms: number): void {
    this.delay = ms;
  }

  wrongCheckpoints(which: Checkpoints): void {
    this.checkpointsAre = which;
  }

  /** Filters let through what is in system streams, those whose name begins with `$`. */
  leakSystemEvents(): void {
    this.leaks = true;
  }

  /** Takes subscriptions and says nothing to them, not even that they are confirmed. Those that come while it lasts stay so. */
  ignoreSubscriptions(): void {
    this.ignores = true;
  }

  /** Appends are denied, as by a stream's access rules. */
  denyAppends(): void {
    this.denies = true;
  }

  /** Appends are written, and their answers say no position. */
  omitPositions(): void {
    this.places = false;
  }

  /**
   * Ends what lasts: `refuse`, `hang`, `delayAnswers`, `wrongCheckpoints`, `leakSystemEvents`, `ignoreSubscriptions`,
   * `denyAppends`, `omitPositions`.
   */
  heal(): void {
    this.mode = 'well';
    this.delay = 0;
    this.checkpointsAre = 'right';
    this.leaks = false;
    this.ignores = false;
    this.denies = false;
    this.places = true;
    this.server.thaw();
  }

  /** The port is closed and all connections are cut: the process is gone, what it has written is not. */
  goDown(): Promise<void> {
    return this.server.goDown();
  }

  /** Back on the same port, with the same data. */
  comeUp(): Promise<void> {
    return this.server.comeUp();
  }

  /** Gone, and back after so many milliseconds. The promise is kept when it is back. */
  async goDownFor(ms: number): Promise<void> {
    await this.goDown();
    await new Promise((resolve) => setTimeout(resolve, ms));
    await this.comeUp();
  }

  /** For the server: the fault that this append meets, if any. */
  take(stream: string): MetFault | undefined {
    return takeFrom(this.appends, stream);
  }

  /** For the server: the fault that this read or subscription meets, if any. */
  takeRead(stream: string): MetReadFault | undefined {
    return takeFrom(this.reads, stream);
  }

  get refusing(): boolean {
    return this.mode === 'refusing';
  }

  get hanging(): boolean {
    return this.mode === 'hanging';
  }

  get delayMs(): number {
    return this.delay;
  }

  get checkpoints(): Checkpoints {
    return this.checkpointsAre;
  }

  get leaking(): boolean {
    return this.leaks;
  }

  get ignoringSubscriptions(): boolean {
    return this.ignores;
  }

  get denyingAppends(): boolean {
    return this.denies;
  }

  get givingPositions(): boolean {
    return this.places;
  }

  private arm(kind: AppendFault, { delayMs = 0, stream }: FaultOptions): Promise<void> {
    return new Promise((done) => this.appends.push({ stream, met: { kind, delayMs, done } }));
  }
}

function takeFrom<Met>(armed: Armed<Met>[], stream: string): Met | undefined {
  if (armed.length === 0) return undefined;
  const index = armed.findIndex((fault) => fault.stream === undefined || fault.stream === stream);
  return index < 0 ? undefined : armed.splice(index, 1)[0]?.met;
}
