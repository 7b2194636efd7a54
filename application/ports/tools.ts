import type { AccessStore } from '../audit/access-log.js';
import type { HistorySearch } from '../audit/history-search.js';
import type { StateReader } from '../audit/state-at.js';
import type { PersonalRecords } from '../privacy/personal-record.js';
import type { HistoryReader } from '../queries/history.js';
import type { GivenUpKey } from './envelope.js';
import type { Pace, ProcessState, ProjectionEntry } from './follower-tools.js';
import type { ParkedTools } from './parked-tools.js';
import type { ProofTools } from './proof-tools.js';
import type { Position, StoredEvent } from './event-store.js';

/** How far a rebuild or a comparison is. */
export interface Step {
  /** Events read. */
  readonly done: number;
  /** Events to read, as far as is known now. */
  readonly total: number;
  /** Events a second. */
  readonly rate: number;
  readonly phase: string;
}

/** How a long work tells how far it is, and how it is stopped: it rejects with the signal's reason. */
export interface Watched {
  readonly onProgress?: (step: Step) => void;
  readonly signal?: AbortSignal;
}

/** Finds out whether it could be done, and refuses like the real thing. */
export interface DryRun {
  readonly dryRun?: boolean;
}

export interface ProjectionState extends Pace {
  readonly name: string;
  readonly version: number;
  /** Which of its two sets of tables readers see; null when nobody knows any more. */
  readonly letter: 'a' | 'b' | null;
  readonly state: 'live' | 'catchingUp' | 'stopped' | 'paused';
  /** Of the last event it has passed; null before the first. */
  readonly position: Position | null;
  /** Events set aside. */
  readonly parked: number;
  /** Why it has stopped, or who has paused it. */
  readonly reason?: string;
}

/** The set of tables that a projection doesn't show. */
export interface StandbyTables {
  readonly name: string;
  readonly letter: 'a' | 'b';
  /** A rebuild fills it, or was broken off; it waits for a promotion; it was shown before the other. */
  readonly state: 'filling' | 'held' | 'former';
  readonly since: Date;
  /** How much of the log it has passed, 0 … 100. */
  readonly percent: number;
  /** Who works on it now. */
  readonly holder?: { readonly doing: string; readonly who: string; readonly since: Date };
}

/** Kept for a way back to the release before, or of another release on this database. */
export interface OtherVersion {
  readonly name: string;
  readonly version: number;
  readonly bytes: number;
}

/** What a command would do with a projection's other tables. */
export interface Intended {
  readonly letter: 'a' | 'b';
  /** What is there now, and would be gone. */
  readonly drops?: StandbyTables['state'];
  /** Where it would go on that was broken off, 0 … 100. */
  readonly goesOnFrom?: number;
}

export interface Rebuilt {
  readonly letter: string;
  /** Whether readers see it now, or it waits for a promotion. */
  readonly shown: boolean;
  /** That it was filled with. */
  readonly events: number;
  readonly milliseconds: number;
  readonly position: string;
  /** Where it went on that was broken off, 0 … 100. */
  readonly wentOnFrom?: number;
}

export interface RebuildAsked extends Watched {
  readonly lostKeysAsTombstones?: boolean;
  /** Fills and doesn't show. */
  readonly hold?: boolean;
  /** Begins from nothing, though one was broken off. */
  readonly afresh?: boolean;
  readonly onGoingOn: (name: string, percent: number) => void;
  readonly onOutcome: (
    outcome: { readonly name: string } & ({ readonly result: Rebuilt } | { readonly error: unknown }),
  ) => void;
}

export interface VerifiedProjection {
  readonly name: string;
  /** The rows are what history says, and it is neither stopped nor has it set events aside. */
  readonly same: boolean;
  /** Events replayed, up to this position. */
  readonly events: number;
  readonly position: string;
  readonly parked: number;
  /** The streams of the parked events, some of them. */
  readonly parkedStreams: readonly string[];
  /** Why it doesn't go on. */
  readonly halted?: string;
  /** Per table, the first rows in their key's order (as PostgreSQL's text) that only one side has so. */
  readonly differences: readonly {
    readonly table: string;
    readonly onlyLive: readonly string[];
    readonly onlyReplayed: readonly string[];
  }[];
}

export interface ErasedPerson {
  /** He was erased before; what may have been left of it is done. */
  readonly alreadySo: boolean;
  /** The lists show nothing of him any more; false: no server runs that sees to it, or it is behind. */
  readonly gone: boolean;
}

/** What the operator's and the auditor's command needs of the house; the composition root gives it. */
export interface Tools {
  readonly defaultTenant: string;
  readonly history: Pick<HistoryReader, 'all'>;
  readonly historySearch: Pick<HistorySearch, 'ofTenant' | 'ofAggregate'>;
  /** Why a search may miss what happened lately; undefined: it doesn't. */
  auditLogBehind(): Promise<string | undefined>;
  readonly states: Pick<StateReader, 'stateAt' | 'changes'>;
  readonly accesses: Pick<AccessStore, 'page'>;
  /** Checks one stream's hash chain; what is wrong, or undefined when it holds. */
  chainBreak(events: AsyncIterable<StoredEvent>): Promise<string | undefined>;
  readonly projections: readonly string[];
  /** Looked at for a moment, or since it was asked for last. */
  projectionStatus(): Promise<readonly ProjectionState[]>;
  projectionList(): Promise<readonly ProjectionEntry[]>;
  processStatus(): Promise<readonly ProcessState[]>;
  /** The sets of tables that aren't shown. */
  standbys(): Promise<readonly StandbyTables[]>;
  /**
   * Fills several with one read of the log, and shows them; tells of each as it ends, well or not.
   * @param options.lostKeysAsTombstones gives up the keys that are gone, on record, instead of stopping there
   */
  rebuild(names: readonly string[], options: RebuildAsked): Promise<{ readonly givenUp: readonly GivenUpKey[] }>;
  /** Shows what a rebuild holds. */
  promote(name: string, watched: Watched): Promise<Rebuilt>;
  /** Shows what was shown before, once it has what came since. */
  rollback(name: string, watched: Watched): Promise<Rebuilt>;
  /** Drops the tables that aren't shown; gives their letter. */
  drop(name: string, watched: Watched): Promise<string>;
  /** Tables of versions of projections that this Parley doesn't know; `bytes` with indexes. */
  otherVersions(): Promise<readonly OtherVersion[]>;
  /** Drops those of one projection that nobody feeds; gives which. */
  dropOtherVersions(name: string, options: DryRun): Promise<readonly OtherVersion[]>;
  /** What one of these would do; refuses as it would. */
  intend(name: string, doing: 'rebuild' | 'promote' | 'rollback' | 'drop', afresh?: boolean): Promise<Intended>;
  /** Stops its live feeding until `resume`, in this operator's name. */
  pause(name: string, options: DryRun): Promise<void>;
  resume(name: string, options: DryRun): Promise<void>;
  /** In the order in which they were given up. */
  lostKeys(): Promise<readonly GivenUpKey[]>;
  verify(name: string, watched: Watched): Promise<VerifiedProjection>;
  /**
   * Erases a person for good, in the operator's name; that it was refused is in the access log.
   * @throws DomainError UserNotFound, InvalidArgument, NotPermitted (an app admin); ApplicationError
   */
  erase(
    asked: { readonly tenant: string; readonly userId: string; readonly reason: string } & DryRun,
  ): Promise<ErasedPerson>;
  readonly proof: ProofTools;
  /** Names. */
  readonly processes: readonly string[];
  readonly parked: ParkedTools;
  /** All that is held of a person. */
  readonly personalRecords: Pick<PersonalRecords, 'profile' | 'account' | 'events'>;
  /** Keeps in the access log that this operator is about to be told all that is held of a person. */
  noteLook(tenant: string, userId: string): Promise<void>;
  close(): Promise<void>;
}

export interface NamedStores {
  /** Absent: the store that this environment's server uses. */
  readonly from?: string;
  readonly to: string;
  /** Whose streams, in both; absent: everybody's. */
  readonly tenants?: readonly string[];
}

export interface CopyStep {
  /** Events of this run. */
  readonly copied: number;
  /** Of the source's log, 0 … 1. */
  readonly share: number;
  /** Events a second. */
  readonly rate: number;
}

export interface CopyReport {
  readonly copied: number;
  readonly resumed: boolean;
  /** Events of others, left out. */
  readonly others: number;
}

export interface ComparisonReport {
  /** The same in both, from the start. */
  readonly events: number;
  readonly streams: number;
  readonly head: Position | undefined;
  readonly difference?: string;
}

export interface Migrated {
  /** Names of the migrations that ran, or are to run, in their order. */
  readonly migrations: readonly string[];
  /** Names of those that a newer version of Parley has run. */
  readonly newer: readonly string[];
}

/** What the `store`, `system` and `db` commands need; nothing is opened before they are used. What `onProgress` throws stops it. */
export interface StoreTools {
  copy(stores: NamedStores, onProgress: (step: CopyStep) => void): Promise<CopyReport>;
  /** Refuses as the copy would. Gives how much of the log the target has already, 0 … 1, and who else uses the source. */
  planCopy(stores: NamedStores): Promise<{
    readonly share: number;
    /** Other processes of Parley's, which are to be stopped first. */
    readonly inUseBy: number;
  }>;
  compare(stores: NamedStores, onProgress: (share: number, events: number) => void): Promise<ComparisonReport>;
  /** Brings the database of this environment's server up to date; `dryRun` only says what that would do. */
  migrate(options: DryRun): Promise<Migrated>;
  /** Keys, logins and what else is in schema `system`, into a PostgreSQL that has none yet. A dry run gives what would be copied. */
  copySystem(
    databases: { readonly from?: string; readonly to: string },
    options: DryRun & { readonly signal: AbortSignal },
  ): Promise<readonly { readonly table: string; readonly rows: number }[]>;
}
