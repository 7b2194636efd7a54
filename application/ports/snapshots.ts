/**
 * What a stream's state was at a revision, kept so that a cold load needs only the events after it. Disposable: whoever reads
 * one proves it against the stream, and without any the stream is read whole.
 */
export interface Snapshot {
  readonly stream: string;
  /** Of the fold that made it (`Aggregate.snapshot`): another one's is never read. */
  readonly version: number;
  readonly revision: number;
  /** Of the event at that revision. */
  readonly hash: string;
  /** `occurredAt` of that event or a later one before it, ms UTC. */
  readonly lastAt: number;
  /** JSON text. */
  readonly state: string;
}

export interface Snapshots {
  /** The newest of a fold at or before a revision. @throws when the store of them doesn't answer */
  newest(stream: string, version: number, atMost: number): Promise<Snapshot | undefined>;
  /** Older ones may be let go. */
  keep(snapshot: Snapshot): Promise<void>;
  /** One that has turned out to be of no use. */
  drop(snapshot: Pick<Snapshot, 'stream' | 'version' | 'revision'>): Promise<void>;
}
