/** What a process of the operating system leads since a claim, among those on one database. */
export interface Lead {
  /** Of the keys that it asked for. */
  readonly held: ReadonlySet<string>;
  /**
   * Resolves when the locks have been held up to now, without a break: what was read before it was asked is not of a later
   * leader. Asks on their own connection.
   * @throws NotLeading, or what the connection fails with
   */
  readonly confirm: () => Promise<void>;
}

/** The locks are gone; somebody else may lead. */
export class NotLeading extends Error {
  override readonly name = 'NotLeading';
  constructor() {
    super('this process does not lead any more');
  }
}

/** Takes part in the leadership until it is stopped, which gives it up. */
export type TakePart = (ask: {
  readonly keys: readonly string[];
  /** Called with what is held, whenever that changes; the next change waits for it. */
  readonly onChange: (lead: Lead) => Promise<void>;
}) => { stop(): Promise<void> };
