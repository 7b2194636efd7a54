/** An event that a projection or a process has set aside. */
export interface ParkedEvent {
  /** Whose: a projection's name or a process's. */
  readonly name: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly id: string;
  readonly type: string;
  /** What a process was to do it to; '' where the event itself is to blame, and of a projection. */
  readonly target: string;
  /** Why, which may quote what the event says; null: it waits behind an earlier one of its stream. */
  readonly error: string | null;
  /** Milliseconds UTC. */
  readonly since: number;
}

/** What came of trying parked events again. */
export interface Retried {
  readonly name: string;
  readonly stream: string;
  /** Absent where it went well; it may quote what the event says. */
  readonly error?: string;
}

/** Who decided that something is never done, and why. Kept for good, so the reason names nobody. */
export interface Decision {
  readonly by: string;
  readonly reason: string;
}

export interface DiscardedEvent extends Omit<ParkedEvent, 'error' | 'since'>, Decision {
  /** Milliseconds UTC. */
  readonly at: number;
}

/** What the operator's command does about events that were set aside. Names are known ones. */
export interface ParkedTools {
  /** Of the machine's user who runs the command. */
  readonly operator: string;
  /** In log order, the first 1000; of one stream, or of one event by its id, where that is given. */
  list(name: string, of?: string): Promise<readonly ParkedEvent[]>;
  /** What the event says; why that can't be read. */
  content(event: ParkedEvent): Promise<{ readonly data: unknown } | { readonly unreadable: string }>;
  /** Tries them again: a projection's by their streams, in order; a process's each by itself. */
  retry(name: string, events: readonly ParkedEvent[]): Promise<readonly Retried[]>;
  /**
   * Leaves the event out for good, on record; what waits behind it is tried at once. Gives why that is stuck again, if it is.
   * False where it isn't parked any more.
   */
  discard(event: ParkedEvent, decision: Decision): Promise<Retried | false>;
  /** In the order in which that was decided. */
  discarded(): Promise<readonly DiscardedEvent[]>;
}
