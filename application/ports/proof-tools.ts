/** Which event, without its content. */
export interface EventRef {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly position: string;
}

/** Where the log is not what was sealed. Indices count events from the log's start, as sealed. */
export type Misfit =
  /** At the place of a sealed event stands something else. */
  | { readonly kind: 'altered'; readonly index: number; readonly event: EventRef }
  /** A sealed event is gone; it stood behind `after`, or first. */
  | { readonly kind: 'removed'; readonly index: number; readonly after: EventRef | undefined }
  /** An event that was not sealed stands among the sealed ones, before the `index`-th. */
  | { readonly kind: 'added'; readonly index: number; readonly event: EventRef }
  /** A sealed event stands elsewhere: it was the `index`-th and comes before the `before`-th. */
  | { readonly kind: 'moved'; readonly index: number; readonly before: number; readonly event: EventRef };

/** An event that doesn't follow on its stream's, or isn't what its own hash says (`ChainBreak` of the hash chain). */
export interface BrokenLink {
  readonly reason: 'otherStream' | 'revision' | 'metadata' | 'prevHash' | 'hash';
  readonly event: EventRef;
}

/** What is wrong with the seals themselves. */
export interface SealProblem {
  /** Events under the seal or checkpoint that it shows at. */
  readonly size: number;
  readonly problem: string;
}

export interface VerifiedLog {
  readonly events: number;
  /** Events under the newest seal. */
  readonly sealed: number;
  /** Events behind it: nothing is proven of them but each stream's chain. */
  readonly unsealed: number;
  readonly seals: number;
  /** ms UTC, of the newest seal. */
  readonly sealedAt: number | undefined;
  /** Nothing was found. */
  readonly holds: boolean;
  readonly misfits: readonly Misfit[];
  readonly breaks: readonly BrokenLink[];
  readonly sealProblems: readonly SealProblem[];
  /** Found, and not told one by one. */
  readonly more: number;
}

export interface ShownSeal {
  readonly size: number;
  /** ms UTC */
  readonly sealedAt: number;
  /** Signed note. */
  readonly checkpoint: string;
}

/** How far a reading of the log is: its share, 0 … 1, and events. What it throws stops the reading. */
export type OnEvents = (share: number, events: number) => void;

export interface ExportRequest {
  /** Where it goes; it is made. One that holds the beginning of the same export is gone on with. */
  readonly folder: string;
  /** Whose events; absent: everybody's. */
  readonly tenant?: string;
  /** Of which group: its own events, its conversations', and those of views of them. */
  readonly group?: string;
  /** Whose: what he did, what was done to him, whatever names him. */
  readonly user?: string;
  /** Decided from then on, and until then, ms UTC, both included. */
  readonly from?: number;
  readonly to?: number;
  /** The log as it was under that seal, or the newest one made by then; absent: all there is. */
  readonly asOf?: { readonly size: number } | { readonly time: number };
  readonly gzip: boolean;
  readonly onProgress: OnEvents;
  readonly signal: AbortSignal;
}

export interface Exported {
  readonly events: number;
  /** Of them behind the newest seal. */
  readonly unsealed: number;
  /** Events under the seal that the export is under. */
  readonly size: number;
  /** All events, not a part of them. */
  readonly whole: boolean;
  /** It went on where it had been stopped. */
  readonly resumed: boolean;
}

/** What proves the log; the composition root gives it. */
export interface ProofTools {
  /** `name+id+key`, by which checkpoints are checked; undefined when nothing is there to sign with. */
  publicKey(): Promise<string | undefined>;
  /** Seals what there is. Gives the newest seal, undefined when there is no event. @throws NothingToSignWith */
  seal(signal: AbortSignal): Promise<ShownSeal | undefined>;
  /** The newest, newest first. */
  checkpoints(count: number): Promise<readonly ShownSeal[]>;
  /**
   * @param options.keys public keys believed beside our own
   * @param options.checkpoints path of a file with checkpoints that were kept elsewhere
   */
  verify(options: {
    readonly keys: readonly string[];
    readonly checkpoints?: string;
    readonly onProgress: OnEvents;
    readonly signal: AbortSignal;
  }): Promise<VerifiedLog>;
  /**
   * The proof of one event, as a JSON document that the stand-alone verifier takes.
   * @param event its id, or `stream@revision`
   * @throws NoProof
   */
  prove(event: string): Promise<object>;
  /**
   * That the log of `second` events begins with that of `first`: the hashes in the order of RFC 6962, base64.
   * @throws NoProof where so many were never sealed
   */
  consistency(first: number, second: number): Promise<readonly string[]>;
  /**
   * Writes events with what proves them, for the stand-alone verifier.
   * @throws NoProof, WrongWords when the folder holds another export
   */
  export(request: ExportRequest): Promise<Exported>;
}

/** There is no proof, told why. */
export class NoProof extends Error {
  override readonly name = 'NoProof';
}

/** There is no key to sign with, or to check signatures with. */
export class NoSealKey extends Error {
  override readonly name = 'NoSealKey';
}
