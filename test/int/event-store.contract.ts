import type { EventStore } from '../../application/ports/event-store.js';

/** Faults between a store and its server, for one connection to come. */
export interface ContractFaults {
  /** The next append is written, but its answer never comes: the connection is cut. */
  cutAfterWrite(): Promise<void> | void;
  /** The connection is cut as soon as the next append is sent; what was sent reaches the server `ms` later. */
  landLater(ms: number): Promise<void> | void;
}

export interface ContractHarness {
  readonly store: EventStore;
  /** Another store on the same server, with connections of its own. The suite closes it. */
  openAnother(): Promise<EventStore>;
  /** Left out when faults can't be made (a real server without a proxy). They act on `store`. */
  readonly faults?: ContractFaults;
  /** Closes `store` and what stands behind it. */
  dispose(): Promise<void>;
}

/** What both engines promise (`application/ports/event-store.ts`). The log may be shared with others. */
export function eventStoreContract(name: string, open: () => Promise<ContractHarness>): void {
  describe(`event store contract: ${name}`, () => {
    let harness: ContractHarness;
    before(async () => {
      harness = await open();
    });
    after(() => harness.dispose());
  });
}
